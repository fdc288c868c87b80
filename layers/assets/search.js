/* The search box. */

import { element, icon, makePanel, within } from "./dom.js";
import { wasAborted } from "./errors.js";
import { Finder } from "./finder.js";
import { Part } from "./part.js";
import { Position } from "./position.js";
import { counted, mark, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Found, Pair } from "./types.js" */

/** A combobox as the ARIA practices have it: focus stays in the field, the active option is named by it. */
export class Search extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {Finder} */
  finder;
  /** @type {HTMLInputElement} */
  field;
  /** @type {HTMLDivElement} */
  list;
  /** @type {HTMLParagraphElement} */
  nothing;
  /** @type {HTMLParagraphElement} */
  said;
  /** @type {HTMLButtonElement} */
  clear;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  pause;
  /** @type {AbortController | null} */
  abort = null;
  /** @type {Found[]} */
  found = [];
  /** The place of the option that is marked, -1 for none. */
  active = -1;
  /** Whether the first that is found is to be taken. */
  eager = false;
  /** @type {L.Marker | null} */
  pinned = null;

  static NOTHING = mark("No place of this name in the gazetteer");

  /** @param {{ most: number, longest: number, pause_ms: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.finder = new Finder(monitor);
    this.field = element("input", {
      id: "search-field", type: "text", role: "combobox", maxlength: this.options.longest, autocomplete: "off", spellcheck: "false",
      placeholder: say("Search place, route, lat, lon"), "aria-label": say("Search a country, place, route or position"),
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "search-list",
      oninput: () => this.ask(), onkeydown: (event) => this._key(event), onblur: () => this.close(),
    });
    this.list = element("div", { id: "search-list", role: "listbox", "aria-label": say("Found"), onpointerdown: (event) => event.preventDefault() });
    this.list.hidden = true;
    this.nothing = element("p", { class: "nothing" });
    this.nothing.hidden = true;
    this.said = element("p", { class: "unseen", role: "status" });
    this.clear = element("button", { type: "button", class: "clear", title: say("Clear"), "aria-label": say("Clear the search"), onclick: () => this.empty() }, icon("M6 6l8 8M14 6l-8 8"));
    this.clear.hidden = true;
    const hint = element("kbd", { "aria-hidden": "true" }, "/");
    const box = element("div", { class: "box" }, icon("M8.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12.2 12.2L17 17"), this.field, this.clear, hint);
    monitor.map.getContainer().append(makePanel("search", { class: "panel", role: "search", "aria-label": say("Search") }, box, this.list, this.nothing, this.said));
    document.addEventListener("keydown", (event) => this._shortcut(event));
  }

  /** @param {KeyboardEvent} event */
  _shortcut(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || within(event, "input:not([type=checkbox]), select, textarea")) return;
    event.preventDefault();
    this.field.focus();
    this.field.select();
  }

  /** What is here at once; what the server knows as soon as it answers. */
  async ask() {
    const words = this.field.value;
    this.clear.hidden = !words;
    this.eager = false;
    this.abort?.abort();
    clearTimeout(this.pause);
    if (!words.trim()) {
      this.close();
      return;
    }
    const abort = (this.abort = new AbortController());
    const here = [...this.finder.position(words), ...(await this.finder.near(words))];
    if (abort.signal.aborted) return;
    if (here.length) this._offer(here, words);
    this.pause = setTimeout(() => this._places(here, words, abort.signal), this.options.pause_ms);
  }

  /** @param {Found[]} here  @param {string} words  @param {AbortSignal} signal */
  async _places(here, words, signal) {
    try {
      const places = Position.parse(words) ? [] : await this.finder.places(words, signal);
      if (signal.aborted) return;
      this._offer([...here, ...places], words, say(Search.NOTHING));
      if (this.eager) this.choose(0);
    } catch (error) {
      if (!wasAborted(error)) this._offer(here, words, say("The gazetteer does not answer; try again."));
    }
  }

  /** @param {Found[]} found  @param {string} words  @param {string} [nothing] */
  _offer(found, words, nothing = "") {
    this.found = Finder.shared(found, this.options.most);
    this.active = -1;
    const groups = Finder.KINDS.filter((kind) => this.found.some((one) => one.kind === kind)).map((kind) => this._group(kind));
    this.list.replaceChildren(...groups);
    this.list.hidden = !groups.length;
    this.nothing.textContent = groups.length ? "" : Position.fault(words) ?? nothing;
    this.nothing.hidden = !this.nothing.textContent;
    const results = counted("{count} result", "{count} results", this.found.length);
    this.said.textContent = groups.length ? results : this.nothing.textContent;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this._mark();
  }

  /** @param {Found["kind"]} kind */
  _group(kind) {
    const head = `search-${kind.toLowerCase()}`;
    const options = this.found.flatMap((one, at) => (one.kind === kind ? [this._option(one, at)] : []));
    return element("div", { role: "group", "aria-labelledby": head }, element("div", { id: head, class: "kind" }, say(kind)), ...options);
  }

  /** @param {Found} one  @param {number} at */
  _option(one, at) {
    return element(
      "div",
      { id: `search-${at}`, role: "option", "aria-selected": "false", onclick: () => this.choose(at) },
      element("span", { class: "name" }, one.name),
      element("span", { class: "detail" }, one.detail),
    );
  }

  _mark() {
    for (const option of this.list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(option.id === `search-${this.active}`));
    if (this.active < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `search-${this.active}`);
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const { length } = this.found;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && !length && this.field.value) this.ask();
    else if (step && length) this.active = (this.active + step + length + (this.active < 0 && step < 0 ? 1 : 0)) % length;
    else if (event.key === "Enter") this._enter();
    else if (event.key === "Escape") this._leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this._mark();
  }

  /** Whoever presses Enter before the answer is here gets the first one as soon as it is. */
  _enter() {
    if (this.found.length) this.choose(Math.max(0, this.active));
    else this.eager = true;
  }

  /** First the list goes, then the words, then the focus. */
  _leave() {
    if (!this.list.hidden || !this.nothing.hidden) this.close();
    else if (this.field.value) this.empty();
    else this.monitor.map.getContainer().focus();
  }

  /** @param {number} at */
  choose(at) {
    const chosen = this.found[at];
    if (!chosen) return;
    this.field.value = chosen.name;
    this.unpin();
    this.close();
    chosen.go();
    this.monitor.map.getContainer().focus();
  }

  close() {
    this.abort?.abort();
    clearTimeout(this.pause);
    this.found = [];
    this.active = -1;
    this.list.replaceChildren();
    this.list.hidden = this.nothing.hidden = true;
    this.said.textContent = "";
    this.field.setAttribute("aria-expanded", "false");
    this._mark();
  }

  empty() {
    this.field.value = "";
    this.clear.hidden = true;
    this.unpin();
    this.close();
    this.field.focus();
  }

  /** A mark with a name where a place or position was found; it stays until the next search.  @param {Pair} place  @param {string} name */
  pin(place, name) {
    this.unpin();
    const pin = element("div", { class: "pin" }, element("i"), element("span", {}, name));
    this.pinned = L.marker(place, { icon: L.divIcon({ className: "pinned", iconSize: [0, 0], html: pin }), interactive: false, keyboard: false, alt: name }).addTo(this.monitor.map);
  }

  unpin() {
    this.pinned?.remove();
    this.pinned = null;
  }
}
