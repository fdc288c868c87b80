/* On a phone: what panels hold opens one at a time in a sheet above the time bar; their headings are its tabs. */

import { element, makePanel, within } from "./dom.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

export class BottomSheet extends Part {
  /** @type {Monitor} */
  monitor;
  /** What opens in the sheet.  @type {HTMLDetailsElement[]} */
  tabs = [];
  /** Which of them were open before the window became narrow.  @type {Set<HTMLDetailsElement>} */
  before = new Set();

  /** What lies in the sheet while it is open; the style places it. */
  static CONTENT = "#card, #actions, :is(#ranking, #alerts, #legend) .body, #timebar .why";
  narrow = window.matchMedia("(max-width: 760px)");

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const map = monitor.map.getContainer();
    map.append(makePanel("more", { class: "panel" }, element("details", {}, element("summary", {}, say("Actions")))));
    this.tabs = [...map.querySelectorAll("details")].filter((one) => one.matches(":is(#ranking, #alerts, #legend, #more) > details, .difference"));
    for (const tab of this.tabs) tab.addEventListener("toggle", () => this._toggled(tab));
    const sizes = new ResizeObserver(() => this._measure());
    for (const content of map.querySelectorAll(BottomSheet.CONTENT)) sizes.observe(content);
    this.narrow.addEventListener("change", () => this._turn());
    if (this.narrow.matches) this._turn();
    document.addEventListener("keydown", (event) => this._key(event));
  }

  /** A detail takes the place of what is open. */
  selectionChanged() {
    if (this.narrow.matches && !this.monitor.card.card.hidden) this._fold();
  }

  /** In a narrow window one of them is open at most; in a wide one each is as it was. */
  _turn() {
    const { matches } = this.narrow;
    if (matches) this.before = new Set(this.tabs.filter((tab) => tab.open));
    for (const tab of this.tabs) {
      tab.open = !matches && this.before.has(tab);
      tab.name = matches ? "bottom-sheet" : "";
    }
  }

  /** What is opened takes the place of a detail.  @param {HTMLDetailsElement} tab */
  _toggled(tab) {
    const { monitor, narrow } = this;
    if (tab.open && narrow.matches && monitor.state.selected) monitor.select(null);
    this._measure();
  }

  /** How tall it is, for what lies above it. */
  _measure() {
    const map = this.monitor.map.getContainer();
    const shown = this.narrow.matches ? [...map.querySelectorAll(BottomSheet.CONTENT)].filter((one) => one.checkVisibility()) : [];
    const tall = Math.max(0, ...shown.map((one) => one.getBoundingClientRect().height));
    map.style.setProperty("--opened", `${tall}px`);
  }

  /** Where the actions lie in the sheet, open it there. */
  openActions() {
    const tab = this.tabs.find((one) => one.matches("#more > details"));
    if (tab && this.narrow.matches) tab.open = true;
  }

  _fold() {
    for (const tab of this.tabs) tab.open = false;
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const tab = this.tabs.find(({ open }) => open);
    if (event.key !== "Escape" || !this.narrow.matches || !tab || within(event, "#search")) return;
    this._fold();
    tab.querySelector("summary")?.focus();
  }
}
