/* Beside the number of incidents: how many more or fewer than in the time that the window is compared with. */

import { Calendar } from "./calendar.js";
import { CHANGE_TEST, evidenceOf } from "./card_parts.js";
import { element } from "./dom.js";
import { Loader } from "./loader.js";
import { live } from "./server.js";
import { formatDigits, formatNumber, say, sayKept } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { HeadlineAnswer } from "./types.js" */

export class Difference {
  /** @param {Monitor} monitor */
  constructor(monitor) {
    this.monitor = monitor;
    this.told = element("summary", { title: say("How we know") });
    this.why = element("div", { class: "why panel" });
    this.node = element("details", { class: "difference", hidden: true }, this.told, this.why);
    /** @type {Loader<HeadlineAnswer>} */
    this.loader = new Loader(monitor, "/data/headline", { told: () => this.show(), more: () => monitor.state.compared() });
  }

  /** Ask anew, unless this was asked for. */
  look() {
    if (live) this.loader.look();
  }

  /** The window moves: what was told is of another one. */
  hide() {
    this.node.hidden = true;
    this.node.open = false;
  }

  show() {
    this.hide();
    const { loader, monitor } = this;
    if (loader.state !== "ready" || !loader.answer || !monitor.picture?.steps) return;
    const { answer } = loader;
    if (answer.before === null) return;
    const { before, window: spelt, verdict, times, reason } = answer;
    this.node.hidden = false;
    const factor = times === null ? [] : [`\u2066×${formatDigits(String(Number(times.toPrecision(2))))}\u2069`];
    this.told.textContent = [...factor, say(verdict)].join(" · ");
    const counts = say("{before} in {window}.", { before: formatNumber(before), window: Calendar.months(spelt) });
    const compared = say("Of what can be compared: {reason}", { reason: String(sayKept(reason)) });
    this.why.replaceChildren(...evidenceOf(counts, compared, say(CHANGE_TEST)));
  }
}
