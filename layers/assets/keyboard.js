/* Keys of the map, the panel that tells them, and what a screen reader is told. */

import { element, icon } from "./dom.js";
import { counted, mark, say } from "./text.js";
import { Part } from "./part.js";

export class Keys extends Part {
  static STORED = "monitor-letter-keys";
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
  static PAN = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  constructor(options) {
    super();
    this.options = options;
    this.letters = true;
  }

  attach(monitor) {
    this.monitor = monitor;
    const map = monitor.map.getContainer();
    map.tabIndex = 0;
    map.setAttribute("role", "region");
    map.setAttribute("aria-label", say("Map of corridors. Press question mark for the keys."));
    this.spoken = element("p", { id: "spoken", class: "unseen", role: "status" });
    this.dialog = this._help();
    map.append(this.spoken, this.dialog);
    this.letters = this._stored() !== "off";
    this.dialog.querySelector("input").checked = this.letters;
    this.acts = {
      "?": () => this.help(), 0: () => monitor.picture && monitor.fit(), n: () => this.turn(1), p: () => this.turn(-1),
      i: () => monitor.incidents.listInView(), l: () => this._legend(), g: () => this._toggle("graticule"), d: () => this._files(),
      t: () => monitor.actions.theme.click(),
    };
    document.addEventListener("keydown", (event) => this._key(event), true);
  }

  help() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  _help() {
    const rows = ([keys, words]) => element("div", {}, element("dt", {}, ...keys.split("  ").map((key) => element("kbd", {}, say(key)))), element("dd", {}, say(words)));
    const groups = Keys.HELP.map(([name, keys]) => element("section", {}, element("h3", {}, say(name)), element("dl", {}, ...keys.map(rows))));
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

  _store(on) {
    this.letters = on;
    try {
      window.localStorage.setItem(Keys.STORED, on ? "on" : "off");
    } catch {
      // It holds for as long as the page is open.
    }
  }

  /** Before any other listener, so that one key does one thing. */
  _key(event) {
    if (event.target.closest?.("dialog[open]")) {
      event.stopPropagation();
      return;
    }
    const { ctrlKey, metaKey, altKey, shiftKey, key } = event;
    if (ctrlKey || metaKey || altKey || event.target.closest?.("select, textarea, input:not([type=checkbox]):not([type=range])")) return;
    const pan = shiftKey && !event.target.closest?.("[role=slider], input") ? Keys.PAN[key] : null;
    const act = key === "?" || this.letters ? this.acts[key] ?? this.acts[key.toLowerCase()] : null;
    if (pan) this._pan(pan);
    else if (act) act();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  _pan(way) {
    const animate = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.monitor.map.panBy(way.map((part) => part * this.options.step), { animate, duration: 0.15 });
  }

  /** The next or previous corridor of the window, in the order of the list; it is brought into view. */
  turn(by) {
    const { picture, state, range, search } = this.monitor;
    if (!picture?.steps) return;
    const incidents = (corridor) => corridor.total(...range);
    const order = picture.seen(state).filter((corridor) => incidents(corridor) > 0).sort((a, b) => incidents(b) - incidents(a));
    if (!order.length) return;
    const now = order.findIndex(({ id }) => id === state.selected);
    const next = now < 0 ? (by > 0 ? 0 : order.length - 1) : (now + by + order.length) % order.length;
    search.finder._route(order[next]);
  }

  _legend() {
    const { details } = this.monitor.legend;
    details.open = true;
    details.querySelector("input").focus();
  }

  _files() {
    const files = document.querySelector("#actions .files");
    files.open = true;
    files.querySelector("a").focus();
  }

  _toggle(layer) {
    const hidden = new Set(this.monitor.state.hidden);
    if (!hidden.delete(layer)) hidden.add(layer);
    this.monitor.state.set("layers", { hidden });
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

  announce(words) {
    this.spoken.textContent = words;
  }
}
