/* A shared map asks from time to time whether its link still stands; one that was withdrawn goes from the screen,
   and a live one is opened anew where there is a newer page. */

import { element } from "./dom.js";
import { Part } from "./part.js";

const ENDED = [404, 410];

export class Standing extends Part {
  /** Of the ledger, as the link told it first.  @type {string | undefined} */
  version;

  /** @param {{ every_ms: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  attach() {
    this.timer = setInterval(() => this._look(), this.options.every_ms);
  }

  /** Whether a live link has a newer page than the one that is shown.  @param {string | null} version */
  _isNewer(version) {
    if (version === null) return false;
    const before = this.version ?? version;
    this.version = version;
    return version !== before;
  }

  async _look() {
    const answer = await fetch(`${window.location.pathname}/stands`, { cache: "no-store" }).catch(() => null);
    if (!answer) return;
    if (this._isNewer(answer.headers.get("X-Version"))) window.location.replace(window.location.href);
    if (!ENDED.includes(answer.status)) return;
    clearInterval(this.timer);
    /** @type {{ error: string }} */
    const { error } = await answer.json();
    document.body.replaceChildren(element("p", { class: "ended", role: "alert" }, error));
  }
}
