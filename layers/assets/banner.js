/* The line above a map that has left the house: its handling mark, what it is, and what it leaves out. */

import { element } from "./dom.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @typedef {{ marking: string, title: string, told: string[], facts: [string, string][] }} BannerOptions */

export class Banner extends Part {
  /** @param {BannerOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  attach() {
    const { marking, title, told, facts } = this.options;
    const mark = marking ? element("b", { class: "mark" }, marking) : null;
    if (mark) mark.dataset.mark = marking.replace("+STRICT", "");
    const rows = facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
    const about = element(
      "details",
      {},
      element("summary", {}, say("About this map")),
      element("div", { class: "panel about" }, ...told.map((sentence) => element("p", {}, sentence)), element("dl", {}, ...rows)),
    );
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") about.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!(event.target instanceof Node && about.contains(event.target))) about.open = false;
    });
    document.getElementById("banner")?.append(...(mark ? [mark] : []), element("span", { class: "title" }, title), about);
  }
}
