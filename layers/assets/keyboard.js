/* Keys of the map, the panel that tells them, and what a screen reader is told. */

import { Absent } from "./absent.js";
import { element, icon, within } from "./dom.js";
import { Part } from "./part.js";
import { counted, mark, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { LayerName } from "./state.js" */
/** @import { Corridor, Pair } from "./types.js" */

export class Keys extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLParagraphElement} */
  spoken;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  settling;
  /** Whether single letters work as keys. */
  letters = true;
  /** What was last told to be chosen.  @type {string | null} */
  told = null;
  /** What each key does.  @type {Map<string, () => unknown>} */
  acts = new Map();

  static STORED = "monitor-letter-keys";
  /** Groups of keys with what they do.  @type {[name: string, keys: [string, string][]][]} */
  static HELP = [
    [
      mark("Map"),
      [
        [mark("Shift + arrows"), mark("move the map")],
        ["+  −", mark("zoom in and out")],
        ["0", mark("show all")],
        ["/", mark("search")],
      ],
    ],
    [
      mark("Time"),
      [
        ["←  →", mark("move the window by a step")],
        [mark("Space"), mark("play and pause")],
        [mark("Tab"), mark("to the window and its ends; arrows, Page Up, Page Down, Home and End move them")],
      ],
    ],
    [
      mark("What is shown"),
      [
        ["N  P", mark("next and previous route of the window")],
        ["I", mark("list the incidents in view")],
        ["L", mark("legend and layers")],
        ["G", mark("degrees")],
        ["D", mark("downloads")],
        ["T", mark("dark or light")],
        ["H", mark("the map alone, and everything again")],
        ["V", mark("saved views")],
        ["W", mark("watch-lists")],
        ["E", mark("enter an incident in the middle of the map")],
      ],
    ],
    [
      mark("Everywhere"),
      [
        [mark("Escape"), mark("close the card, the list or the search")],
        ["?", mark("this panel")],
        [mark("Tab"), mark("to the next button")],
      ],
    ],
  ];
  /** @type {Map<string, Pair>} */
  static PAN = new Map([["ArrowLeft", [-1, 0]], ["ArrowRight", [1, 0]], ["ArrowUp", [0, -1]], ["ArrowDown", [0, 1]]]);

  /** @param {{ step: number, settle_ms: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const map = monitor.map.getContainer();
    map.tabIndex = 0;
    map.setAttribute("role", "region");
    map.setAttribute("aria-label", say("Map of routes. Press question mark for the keys."));
    this.spoken = element("p", { id: "spoken", class: "unseen", role: "status" });
    this.dialog = this._help();
    map.append(this.spoken, this.dialog);
    this.letters = this._stored() !== "off";
    const box = this.dialog.querySelector("input");
    if (box) box.checked = this.letters;
    this.acts = new Map(
      Object.entries({
        "?": () => this.help(), 0: () => monitor.picture && monitor.fit(), n: () => this.turn(1), p: () => this.turn(-1),
        i: () => monitor.incidents.listInView(), l: () => this._legend(), g: () => this._toggle("graticule"), d: () => this._files(),
        h: () => monitor.actions.alone(), t: () => monitor.actions.theme.click(), w: () => monitor.feed.may("watch") && monitor.watchLists.show(), v: () => monitor.savedViews.show(),
        e: () => monitor.enterHere.open(),
      }),
    );
    document.addEventListener("keydown", (event) => this._key(event), true);
  }

  help() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @returns {HTMLDialogElement} */
  _help() {
    /** @param {[string, string]} given */
    const rows = ([keys, words]) => element("div", { "data-needs": keys === "E" ? "take in" : null }, element("dt", {}, ...keys.split("  ").map((key) => element("kbd", {}, say(key)))), element("dd", {}, say(words)));
    /** What there is: a map without single incidents lists none.  @param {[string, string]} given */
    const works = ([key]) => !(key === "E" && this.monitor.enterHere instanceof Absent) && !(key === "I" && this.monitor.incidents instanceof Absent) && !(["W", "V"].includes(key) && this.monitor.watchLists instanceof Absent);
    const groups = Keys.HELP.map(([name, keys]) => element("section", {}, element("h3", {}, say(name)), element("dl", {}, ...keys.filter(works).map(rows))));
    const close = element("button", { type: "button", class: "square close", title: say("Close (Esc)"), "aria-label": say("Close"), onclick: () => this.dialog.close() }, icon("M5 5l10 10M15 5L5 15"));
    const box = element("input", { type: "checkbox", onchange: (event) => this._store(event.target.checked) });
    const dialog = element(
      "dialog",
      { id: "keys", "aria-labelledby": "keys-title" },
      element("div", { class: "head" }, element("h2", { id: "keys-title" }, say("Keys")), close),
      element("div", { class: "groups" }, ...groups),
      element("label", { class: "switch" }, box, element("span", {}, say("Single letters and signs work as keys"))),
    );
    L.DomEvent.disableClickPropagation(dialog);
    L.DomEvent.disableScrollPropagation(dialog);
    return dialog;
  }

  _stored() {
    try {
      return window.localStorage.getItem(Keys.STORED);
    } catch {
      return null; // Storage is switched off: the letters work.
    }
  }

  /** @param {boolean} on */
  _store(on) {
    this.letters = on;
    try {
      window.localStorage.setItem(Keys.STORED, on ? "on" : "off");
    } catch {
      // It holds for as long as the page is open.
    }
  }

  /** Before any other listener, so that one key does one thing.  @param {KeyboardEvent} event */
  _key(event) {
    if (within(event, "dialog[open]")) {
      event.stopPropagation();
      return;
    }
    const act = this._meant(event);
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  }

  /** What a key asks for here, undefined for nothing of ours.  @param {KeyboardEvent} event */
  _meant(event) {
    const { ctrlKey, metaKey, altKey, shiftKey, key } = event;
    if (ctrlKey || metaKey || altKey || within(event, "select, textarea, input:not([type=checkbox]):not([type=range])")) return undefined;
    const pan = shiftKey && !within(event, "[role=slider], input") ? Keys.PAN.get(key) : undefined;
    if (pan) return () => this._pan(pan);
    return key === "?" || this.letters ? this.acts.get(key) ?? this.acts.get(key.toLowerCase()) : undefined;
  }

  /** @param {Pair} given */
  _pan([x, y]) {
    const animate = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.monitor.map.panBy([x * this.options.step, y * this.options.step], { animate, duration: 0.15 });
  }

  /** The next or previous corridor of the window, in the order of the list; it is brought into view.  @param {number} by */
  turn(by) {
    const { picture, state, range, search } = this.monitor;
    if (!picture?.steps) return;
    /** @param {Corridor} corridor */
    const incidents = (corridor) => corridor.total(...range);
    const order = picture.seen(state).filter((corridor) => incidents(corridor) > 0).sort((a, b) => incidents(b) - incidents(a));
    if (!order.length) return;
    const now = order.findIndex(({ id }) => id === state.selected);
    const next = now < 0 ? (by > 0 ? 0 : order.length - 1) : (now + by + order.length) % order.length;
    search.finder.showRoute(order[next]);
  }

  _legend() {
    const { details } = this.monitor.legend;
    details.open = true;
    details.querySelector("input")?.focus();
  }

  _files() {
    const { actions: { files }, bottomSheet } = this.monitor;
    bottomSheet.openActions();
    files.open = true;
    files.querySelector("a")?.focus();
  }

  /** @param {LayerName} layer */
  _toggle(layer) {
    const { state } = this.monitor;
    state.show(layer, state.hidden.has(layer));
  }

  windowChanged() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this._tellWindow(), this.options.settle_ms);
  }

  /** While it plays nothing is said: every month would drown all else. */
  _tellWindow() {
    const { picture, timeBar } = this.monitor;
    if (!picture?.steps || timeBar.playing) return;
    const [from, to] = this.monitor.range;
    const total = picture.total(from, to);
    this.announce([picture.calendar.span(from, to), counted("{count} incident", "{count} incidents", total)].join(", "));
  }

  selectionChanged() {
    const { picture, state } = this.monitor;
    if (state.selected === this.told || !picture?.steps) return;
    this.told = state.selected;
    const corridor = picture.corridor(state.selected);
    if (corridor) this.announce(this._chosen(corridor));
    else this.announce(state.selected ? "" : say("Nothing is chosen."));
  }

  /** @param {Corridor} given */
  _chosen({ title, total }) {
    const [from, to] = this.monitor.range;
    const count = total(from, to);
    return counted(
      "{title}: {count} incident in the window. Escape closes its card.",
      "{title}: {count} incidents in the window. Escape closes its card.",
      count,
      { title },
    );
  }

  /** @param {string} words */
  announce(words) {
    this.spoken.textContent = words;
  }
}
