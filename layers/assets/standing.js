/* A shared map asks from time to time whether its link still stands; one that was withdrawn goes from the screen. */

import { element } from "./dom.js";
import { Part } from "./part.js";

const ENDED = [404, 410];

export class Standing extends Part {
  /** @param {{ every_ms: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  attach() {
    this.timer = setInterval(() => this._look(), this.options.every_ms);
  }

  async _look() {
    const answer = await fetch(`${window.location.pathname}/stands`, { cache: "no-store" }).catch(() => null);
    if (!answer || !ENDED.includes(answer.status)) return;
    clearInterval(this.timer);
    /** @type {{ error: string }} */
    const { error } = await answer.json();
    document.body.replaceChildren(element("p", { class: "ended", role: "alert" }, error));
  }
}
