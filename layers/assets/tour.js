/* A tour of the map in a few steps, for whoever is new to it: each tells of one part, which is framed meanwhile. */

import { element, icon, makePanel } from "./dom.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

/** @typedef {{ target: string, title: string, text: string }} Step */

export class Tour extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLElement} */
  panel;
  at = 0;

  static SEEN = "monitor-tour-seen";

  /** @param {{ steps: Step[] }} options */
  constructor({ steps }) {
    super();
    this.steps = steps;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.panel = makePanel("tour", { class: "panel", "aria-label": say("Tour") });
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
    const { dialog } = monitor.keys;
    const begin = element("button", { type: "button", class: "solid", onclick: () => (dialog.close(), this.begin()) }, say("Take the tour"));
    dialog.append(element("p", { class: "end" }, begin));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) this.end();
    });
  }

  /** The demonstration offers it, once.  */
  pictureChanged() {
    const { picture, state } = this.monitor;
    if (state.address.read().has("tour")) this.begin();
    else if (picture?.steps && picture.manifest.synthetic && !this._seen() && window.innerWidth > 900) this._offer();
  }

  _seen() {
    try {
      return window.localStorage.getItem(Tour.SEEN) !== null;
    } catch {
      return true; // storage is switched off: it would be offered each time
    }
  }

  _offer() {
    const text = say("New here? A tour shows the map in {count} steps.", { count: this.steps.length });
    this.panel.replaceChildren(element("p", {}, text), this._row(this._button(say("No, thanks"), () => this.end()), this._button(say("Take the tour"), () => this.begin(), "take")));
    this.panel.hidden = false;
  }

  begin() {
    if (!this.panel.hidden && this.panel.dataset.step) return;
    this.at = 0;
    this._show();
    this.panel.querySelector("button")?.focus({ preventScroll: true });
  }

  end() {
    this._frame(null);
    this.panel.hidden = true;
    delete this.panel.dataset.step;
    try {
      window.localStorage.setItem(Tour.SEEN, "yes");
    } catch {
      // It is offered again another time.
    }
    this.monitor.map.getContainer().focus({ preventScroll: true });
  }

  _show() {
    const { target, title, text } = this.steps[this.at];
    const last = this.at === this.steps.length - 1;
    this._frame(target);
    const close = element("button", { type: "button", class: "square close", title: say("Skip the tour"), "aria-label": say("Skip the tour"), onclick: () => this.end() }, icon("M5 5l10 10M15 5L5 15"));
    const back = this._button(say("Back"), () => this._go(-1));
    back.disabled = this.at === 0;
    this.panel.replaceChildren(
      element("div", { class: "head" }, element("h2", {}, say(title)), close),
      element("p", { role: "status" }, say(text)),
      this._row(element("span", {}, say("{at} of {count}", { at: this.at + 1, count: this.steps.length })), back, this._button(last ? say("Done") : say("Next"), () => (last ? this.end() : this._go(1)), "take")),
    );
    this.panel.dataset.step = String(this.at + 1);
    this.panel.hidden = false;
  }

  /** @param {number} by */
  _go(by) {
    this.at += by;
    this._show();
    /** @type {HTMLButtonElement | null} */
    const next = this.panel.querySelector("button.take");
    next?.focus({ preventScroll: true });
  }

  /** @param {...Node} parts */
  _row(...parts) {
    return element("p", { class: "end" }, ...parts);
  }

  /** @param {string} words  @param {() => unknown} act  @param {string} [kind] */
  _button(words, act, kind = "") {
    return element("button", { type: "button", class: `solid ${kind}`.trim(), onclick: act }, words);
  }

  /** Frame the part that is told of.  @param {string | null} target */
  _frame(target) {
    for (const framed of document.querySelectorAll(".toured")) framed.classList.remove("toured");
    if (target) document.querySelector(target)?.classList.add("toured");
  }
}
