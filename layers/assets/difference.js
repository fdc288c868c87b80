/* Beside the number of incidents: how many more or fewer than in the time that the window is compared with. */

import { Calendar } from "./calendar.js";
import { element } from "./dom.js";
import { Loader } from "./loader.js";
import { live } from "./server.js";
import { formatNumber, formatted, say, sayKept } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { HeadlineAnswer } from "./types.js" */

export class Difference {
  /** @param {Monitor} monitor */
  constructor(monitor) {
    this.monitor = monitor;
    this.node = element("span", { class: "difference" });
    /** @type {Loader<HeadlineAnswer>} */
    this.loader = new Loader(monitor, "/data/headline", { told: () => this.show(), more: () => monitor.state.compared() });
  }

  /** Ask anew, unless this was asked for. */
  look() {
    if (live) this.loader.look();
  }

  /** The window moves: what was told is of another one. */
  hide() {
    this.node.textContent = "";
  }

  show() {
    this.hide();
    const { loader, monitor } = this;
    if (loader.state !== "ready" || !loader.answer || !monitor.picture?.steps) return;
    const { answer } = loader;
    if (answer.before === null) return;
    const { before, after, window: spelt, verdict, reason, least } = answer;
    this.node.textContent = `\u2066${this._told(after, before, least)}\u2069 · ${say(verdict)}`;
    this.node.title = [say("{before} in {window}.", { before: formatNumber(before), window: Calendar.months(spelt) }), sayKept(reason)].join(" ");
  }

  /** In percent from so many incidents on: of fewer a share says little.  @param {number} now  @param {number} before  @param {number} least */
  _told(now, before, least) {
    const sign = now >= before ? "+" : "−";
    if (before < least) return sign + formatNumber(Math.abs(now - before));
    return sign + formatted(Math.abs(now / before - 1), ".0%");
  }
}
