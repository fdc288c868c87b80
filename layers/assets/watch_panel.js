/* The list of watch areas with the buttons to draw one; it stands in the panel of alerts. */

import { element, icon, iconButton } from "./dom.js";
import { formatNumber, say } from "./text.js";

/** @import { WatchArea } from "./types.js" */
/** @import { Watch } from "./watch.js" */

const RECTANGLE = "M3.5 5.5h13v9h-13z";
const POLYGON = "M10 3l7 5-3 9H6L3 8z";
const VIEW = "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M8 10h4M10 8v4";

export class WatchPanel {
  /** @param {Watch} watch */
  constructor(watch) {
    this.watch = watch;
    this.element = element("div", { class: "areas" });
  }

  /** Unfold what it stands in. */
  open() {
    const around = this.element.closest("details");
    if (around) around.open = true;
  }

  fill() {
    const { watch } = this;
    const { areas } = watch.monitor.state;
    const typed = this.element.querySelector("input")?.value;
    const usual = say("None yet. An area is kept in the link and raises an alert when incidents come in.");
    const none = areas.length || watch.drawing ? null : element("p", { class: "note" }, usual);
    const failed = areas.length && watch.loader.state === "failed" ? element("p", { class: "note state" }, watch.loader.words) : null;
    const parts = [this._head(), none, failed, this._form(typed), element("ul", { class: "chips" }, ...areas.map((area) => this._row(area)))];
    this.element.replaceChildren(...parts.filter((part) => part !== null));
    if (watch.drawing?.named) this.element.querySelector("input")?.focus();
  }

  _head() {
    const { watch } = this;
    return element(
      "div",
      { class: "head" },
      element("strong", {}, say("Watch areas")),
      this._kind("rectangle", say("Watch a rectangle"), RECTANGLE),
      this._kind("polygon", say("Watch a polygon"), POLYGON),
      button(say("Watch the middle of this view"), VIEW, () => watch.startWithView(), false),
    );
  }

  /** A button that begins to draw, or gives up.  @param {"rectangle" | "polygon"} kind  @param {string} name  @param {string} path */
  _kind(kind, name, path) {
    const { watch } = this;
    const held = watch.drawing?.kind === kind && !watch.drawing.named;
    return button(name, path, () => (held ? watch.cancel() : watch.start(kind)), held);
  }

  /** @param {string | undefined} typed */
  _form(typed) {
    const { watch } = this;
    if (!watch.drawing?.named) return null;
    const usual = typed ?? say("Area {number}", { number: watch.monitor.state.areas.length + 1 });
    const name = element("input", { type: "text", maxlength: watch.settings.letters, value: usual, "aria-label": say("Name of the area") });
    const keep = element("button", { type: "submit", class: "keep" }, say("Keep"));
    const drop = element("button", { type: "button", onclick: () => watch.cancel() }, say("Cancel"));
    const form = element("form", {}, name, keep, drop);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      watch.finish(name.value);
    });
    return form;
  }

  /** @param {WatchArea} area */
  _row(area) {
    const { watch } = this;
    const count = watch.count(area);
    const go = element(
      "button",
      { type: "button", class: "go", "aria-pressed": String(area.text === watch.held), onclick: () => watch.go(area.text) },
      element("span", { class: "name" }, area.name),
      area.late ? element("span", { class: "late" }, `+${formatNumber(area.late)}`) : null,
      element("span", { class: "value", title: say("incidents in the window") }, count === null ? "…" : formatNumber(count)),
    );
    const [title, label] = [say("No longer watch it"), say("No longer watch {name}", area)];
    const drop = element(
      "button",
      { type: "button", class: "square", title, "aria-label": label, onclick: () => watch.unwatch(area.text) },
      icon("M6 6l8 8M14 6l-8 8"),
    );
    return element("li", {}, go, watch.monitor.state.address.embedded ? this._alone(area) : null, drop);
  }

  /** A button that counts what lies in an area alone, on every page, or everywhere again.  @param {WatchArea} area */
  _alone(area) {
    const held = new URLSearchParams(this.watch.monitor.feed.query).get("in") === area.text;
    const ask = () => window.parent.postMessage({ kind: "monitor-area", area: held ? "" : area.text }, window.location.origin);
    return button(say("Count {name} alone", area), "M3 4h14l-5.5 6.5V16l-3 1.5v-7z", ask, held);
  }
}

/** @param {string} name  @param {string} path  @param {() => unknown} act  @param {boolean} held */
const button = (name, path, act, held) => {
  const made = iconButton(name, path, act);
  made.setAttribute("aria-pressed", String(held));
  return made;
};
