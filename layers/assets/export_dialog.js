/* What to take away: a format, its layers, where and when, for whom; what would be in it stands below before it is taken. */

import { dialogOn, field } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf, refusal, wasAborted } from "./errors.js";
import { Part } from "./part.js";
import { ask } from "./server.js";
import { counted, formatNumber, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { ExportPreview } from "./types.js" */

/** @typedef {{ ending: string, name: string, group: string, layers: "several" | "one" | "none" }} FormatOption */
/** @typedef {{ formats: FormatOption[], layers: [string, string][], audiences: [string, string][], languages: [string, string][], pause_ms: number }} ExportOptions */

export class ExportDialog extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {HTMLFormElement} */
  form;
  /** @type {HTMLDivElement} */
  told;
  /** @type {HTMLAnchorElement} */
  take;
  /** @type {AbortController | null} */
  abort = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  pause;

  /** @param {ExportOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.told = element("div", { class: "told", role: "status" });
    this.take = element("a", { class: "solid take", download: true, href: "#" }, say("Download"));
    this.form = element("form", { oninput: () => this._changed(), onsubmit: (event) => event.preventDefault() });
    this.dialog = dialogOn(monitor, "export", say("Export"), this.form, this.told, element("p", { class: "end" }, this.take));
  }

  show() {
    if (!this.monitor.picture?.steps || this.dialog.open) return;
    this.form.replaceChildren(
      field(say("Format"), this._select("format", this._formats())),
      this._layers(),
      field(say("Where"), this._select("where", this._places())),
      this._pair(),
      field(say("When"), this._select("when", [["window", this._window()], ["ever", say("all time")]])),
      field(say("For"), this._select("audience", this.options.audiences.map(([name, words]) => [name, say(words)]))),
      field(say("Language"), this._select("lang", this.options.languages)),
    );
    const language = this.form.querySelector("select[name=lang]");
    if (language instanceof HTMLSelectElement && this.options.languages.some(([code]) => code === document.documentElement.lang)) language.value = document.documentElement.lang;
    this.dialog.showModal();
    this._changed();
  }

  /** @param {string} name  @param {([string, string] | HTMLElement)[]} choices */
  _select(name, choices) {
    const made = element("select", { name });
    for (const choice of choices) made.append(choice instanceof HTMLElement ? choice : element("option", { value: choice[0] }, choice[1]));
    return made;
  }

  /** Formats under the names of their groups. */
  _formats() {
    const { formats } = this.options;
    return [...new Set(formats.map(({ group }) => group))].map((group) => {
      const own = formats.filter((one) => one.group === group);
      return element("optgroup", { label: say(group) }, ...own.map(({ ending, name }) => element("option", { value: ending }, say(name))));
    });
  }

  _layers() {
    const boxes = this.options.layers.map(([name, title]) =>
      element("label", { class: "switch" }, element("input", { type: "checkbox", name: "layer", value: name, checked: name !== "incidents" }), element("span", {}, say(title))),
    );
    return element("fieldset", { class: "layers" }, element("legend", {}, say("Layers")), ...boxes);
  }

  /** @returns {[string, string][]} */
  _places() {
    const { picture, state } = this.monitor;
    const chosen = picture?.corridor(state.selected);
    return [
      ["all", say("as filtered")],
      ["view", say("what is in view")],
      ...(chosen ? [/** @type {[string, string]} */ ([`route ${chosen.id}`, chosen.title])] : []),
      ...state.areas.map(({ name, text }) => /** @type {[string, string]} */ ([`area ${text}`, name])),
      ["between", say("between two countries …")],
      ...this._countries().map(([code, name]) => /** @type {[string, string]} */ ([`country ${code}`, name])),
    ];
  }

  /** Countries of the picture by name.  @returns {[string, string][]} */
  _countries() {
    const { picture } = this.monitor;
    return Object.keys(picture?.manifest.countries ?? {})
      .map((code) => /** @type {[string, string]} */ ([code, picture?.country(code) ?? code]))
      .sort(([, one], [, other]) => one.localeCompare(other));
  }

  _pair() {
    const selects = ["start", "goal"].map((name) => this._select(name, this._countries()));
    if (selects[1].options.length > 1) selects[1].selectedIndex = 1;
    const sides = [say("From"), say("To")].map((name, at) => field(name, selects[at]));
    return element("div", { class: "pair" }, ...sides);
  }

  _window() {
    const { shown, range } = this.monitor;
    return shown.calendar.span(...range);
  }

  /** Show what the format asks for, and ask what would be in the file once nothing has changed for a moment. */
  _changed() {
    const given = new FormData(this.form);
    const format = this.options.formats.find(({ ending }) => ending === given.get("format"));
    if (!format) return;
    const document_ = format.layers === "none";
    this._keepOne(format);
    this._part(".layers", !document_);
    this._part(".pair", given.get("where") === "between");
    for (const name of ["audience", "lang"]) this._part(`label:has([name=${name}])`, document_);
    this.take.href = this._address(false);
    clearTimeout(this.pause);
    this.abort?.abort();
    this.told.textContent = say("Counting …");
    this.pause = setTimeout(() => this._preview(), this.options.pause_ms);
  }

  /** A format of one layer has one: the last that was ticked, or the first.  @param {FormatOption} format */
  _keepOne(format) {
    /** @type {HTMLInputElement[]} */
    const boxes = [...this.form.querySelectorAll("input[name=layer]")].filter((box) => box instanceof HTMLInputElement);
    for (const box of boxes) box.type = format.layers === "one" ? "radio" : "checkbox";
    if (boxes.length && !boxes.some(({ checked }) => checked)) boxes[0].checked = true;
  }

  /** @param {string} selector  @param {boolean} shown */
  _part(selector, shown) {
    const found = this.form.querySelector(selector);
    if (found instanceof HTMLElement) found.hidden = !shown;
  }

  /** @param {boolean} preview */
  _address(preview) {
    const { feed, picture } = this.monitor;
    const given = new FormData(this.form);
    const params = new URLSearchParams(feed.query);
    if (picture) params.set("version", String(picture.manifest.version));
    params.set("format", String(given.get("format")));
    const where = this._where(given);
    if (where.length) params.delete("in"); // one place is asked for
    const asked = [...this._when(given), ...where, ...this._what(given)];
    for (const [name, value] of asked) params.append(name, value);
    if (preview) params.set("preview", "true");
    return `/data/export?${params}`;
  }

  /** @param {FormData} given */
  _when(given) {
    const window = this.monitor.state.entries(true).filter(([name]) => name === "from" || name === "to");
    return given.get("when") === "window" ? window : [];
  }

  /** @param {FormData} given */
  _where(given) {
    const [, where, which] = /^(\S+) ?(.*)$/.exec(String(given.get("where"))) ?? [];
    if (where === "country" || where === "route" || where === "area") return [[where, which]];
    if (where === "between") return [[where, `${given.get("start")},${given.get("goal")}`]];
    return where === "view" ? [["region", this._region()]] : [];
  }

  /** @param {FormData} given */
  _what(given) {
    const format = this.options.formats.find(({ ending }) => ending === given.get("format"));
    if (format?.layers === "none") return ["audience", "lang"].map((name) => [name, String(given.get(name))]);
    return given.getAll("layer").map((layer) => ["layer", String(layer)]);
  }

  /** West, south, east, north of what is in view. */
  _region() {
    const box = this.monitor.map.getBounds();
    const wide = box.getEast() - box.getWest() >= 360;
    /** @param {number} lon */
    const wrapped = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
    const [west, east] = wide ? [-180, 180] : [wrapped(box.getWest()), wrapped(box.getEast())];
    return [west, Math.max(-90, box.getSouth()), east, Math.min(90, box.getNorth())].map((degrees) => degrees.toFixed(3)).join(",");
  }

  async _preview() {
    const abort = (this.abort = new AbortController());
    try {
      const answer = await ask(this._address(true), { signal: abort.signal });
      if (!answer.ok) throw await refusal(answer);
      this._tell(await answer.json());
    } catch (error) {
      if (!wasAborted(error)) this.told.textContent = messageOf(error);
    }
  }

  /** @param {ExportPreview} found */
  _tell(found) {
    const size = found.bytes >= 1e6 ? say("{count} MB", { count: (found.bytes / 1e6).toFixed(1) }) : say("{count} kB", { count: Math.ceil(found.bytes / 1000) });
    const said = [counted("{count} incident", "{count} incidents", found.incidents), counted("{count} route", "{count} routes", found.routes), found.marking, size].filter(Boolean);
    const titles = new Map(this.options.layers);
    const rows = found.rows.map(({ layer, rows: count }) => element("li", {}, say(titles.get(layer) ?? layer), element("b", {}, formatNumber(count))));
    const left = found.withheld ? [element("p", {}, counted("{count} incident is marked too high to leave and is counted nowhere.", "{count} incidents are marked too high to leave and are counted nowhere.", found.withheld))] : [];
    this.told.replaceChildren(element("p", {}, element("strong", {}, said.join(" · "))), ...left, element("ul", {}, ...rows), element("p", { class: "name" }, found.name));
  }
}
