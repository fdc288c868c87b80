/* What is being looked at, and its home: the address bar, so that a copied link opens the same view again. */

import { Calendar, dayKey, parseDay } from "./calendar.js";
import { say } from "./text.js";

/** @import { Address } from "./address.js" */
/** @import { Pair, Unit, WatchArea } from "./types.js" */

/** @typedef {"window" | "step" | "view" | "select" | "theme" | "layers" | "areas"} StateEvent what a listener may hear of */
/** @typedef {(typeof LAYERS)[number]} LayerName */
/** @typedef {"light" | "dark"} ThemeName */

const LAYERS = /** @type {const} */ (["routes", "ridges", "hubs", "hexes", "countries", "names", "incidents", "graticule", "changes", "hotspots"]);

/** What is hidden when nobody has chosen: dense areas, along which nobody travels.  @type {string[]} */
const HIDDEN_AT_FIRST = ["ridges"];

/** What shows only when it is asked for: named in a link where it is shown, so that an older link stays as it was.  @type {string[]} */
export const OPTIONAL_LAYERS = ["changes", "graticule", "hotspots", "incidents"];

/** The state of the map. */
export class State {
  /** @type {Partial<Record<StateEvent, (() => void)[]>>} */
  listeners = {};
  /** What of the address was left out, in words.  @type {string[]} */
  notes = [];
  /** The theme of the dashboard around us.  @type {ThemeName | null} */
  host = null;
  /** The watch areas.  @type {WatchArea[]} */
  areas = [];
  /** Whether the page is being put on paper. */
  printing = false;
  /** The window that is shown, as days; null without a picture.  @type {Pair | null} */
  shown = null;

  /** What the system asks for, once it was asked: a browser takes its time to look.  @type {MediaQueryList | undefined} */
  asked;

  /** @param {Address} address */
  constructor(address) {
    this.address = address;
    const given = address.given();
    /** The window as days, null for the usual one.  @type {number | null} */
    this.from = null;
    /** @type {number | null} */
    this.to = null;
    [this.from, this.to] = this._window(given);
    /** What the window is compared with, "" for the same months a year before.  @type {string} */
    this.against = given.get("against") ?? "";
    this.unit = this._unit(given);
    this.view = this._view(given);
    this.selected = given.get("sel") || null;
    this.theme = themeOf(given.get("theme"));
    this.hidden = hiddenBy(given);
    /** The own layers that are on, null for those that are on at first.  @type {Set<string> | null} */
    this.own = given.has("own") ? new Set((given.get("own") ?? "").split(",").filter(Boolean)) : null;
    const detail = Number(given.get("detail") ?? 1);
    this.detail = detail >= 0 && detail <= 1 ? detail : 1;
  }

  /** Take over what another address asks for; the theme and the watch areas stay.  @param {URLSearchParams} given */
  follow(given) {
    [this.from, this.to] = this._window(given);
    this.against = given.get("against") ?? "";
    this.unit = this._unit(given);
    this.view = this._view(given);
    this.selected = given.get("sel") || null;
    this.hidden = hiddenBy(given);
  }

  /** @param {StateEvent} name  @param {() => void} listener */
  on(name, listener) {
    (this.listeners[name] ??= []).push(listener);
  }

  /** Change fields and tell the listeners of `name`.  @param {StateEvent} name  @param {Partial<State>} fields */
  set(name, fields) {
    Object.assign(this, fields);
    for (const listener of this.listeners[name] ?? []) listener();
    this.address.write(this.entries());
  }

  /** Switch a layer on or off.  @param {LayerName} layer  @param {boolean} shown */
  show(layer, shown) {
    const hidden = new Set(this.hidden);
    if (shown) hidden.delete(layer);
    else hidden.add(layer);
    this.set("layers", { hidden });
  }

  /** Whether the system asks for the dark theme. */
  get system() {
    return (this.asked ??= window.matchMedia("(prefers-color-scheme: dark)"));
  }

  /** The theme in force: light on paper; else the viewer's own choice, that of the dashboard, or that of the system. */
  get dark() {
    if (this.printing) return false;
    const system = this.system.matches ? "dark" : "light";
    return (this.theme ?? this.host ?? system) === "dark";
  }

  /** What the address says of this view.  @param {boolean} [explicit] whether the window is named that nobody chose */
  entries(explicit = false) {
    return [...this._windowEntries(explicit), ...this._viewEntries(), ...this._layerEntries(), ...this.areas.map(({ text }) => ["area", text])];
  }

  /** @param {boolean} explicit */
  _windowEntries(explicit) {
    const [from, to] = this.from === null && explicit ? this.shown ?? [null, null] : [this.from, this.to];
    const window = from === null || to === null ? [] : [["from", dayKey(from)], ["to", dayKey(to)]];
    return this.unit === "month" ? window : [...window, ["step", this.unit]];
  }

  /** The window, and what it is compared with, as the server is asked for it. */
  compared() {
    const window_ = this._windowEntries(true).filter(([name]) => name !== "step");
    return this.against ? [...window_, ["against", this.against]] : window_;
  }

  _viewEntries() {
    const found = [];
    if (this.view) {
      const { lat, lon, zoom } = this.view;
      found.push(["lat", lat.toFixed(3)], ["lon", lon.toFixed(3)], ["z", String(zoom)]);
    }
    if (this.selected) found.push(["sel", this.selected]);
    if (this.theme) found.push(["theme", this.theme]);
    return found;
  }

  _layerEntries() {
    const found = [];
    const hidden = [...this.hidden].filter((name) => !OPTIONAL_LAYERS.includes(name)).sort().join(",");
    if (hidden !== HIDDEN_AT_FIRST.join(",")) found.push(["hide", hidden]);
    const shown = OPTIONAL_LAYERS.filter((name) => !this.hidden.has(name)).join(",");
    if (shown) found.push(["show", shown]);
    if (this.own) found.push(["own", [...this.own].sort().join(",")]);
    if (this.detail < 1) found.push(["detail", String(this.detail)]);
    return found;
  }

  /** The window that an address asks for, as days; none where it asks for none.  @param {URLSearchParams} given */
  _window(given) {
    const [from, to] = [this._day(given, "from"), this._day(given, "to")];
    if (from === null && to === null) return [null, null];
    if (from !== null && to !== null && from < to) return [from, to];
    if (given.has("from") && given.has("to")) this.notes.push(say("the window was left out, as it must start before it ends"));
    return [null, null];
  }

  /** @param {URLSearchParams} given  @returns {Unit} */
  _unit(given) {
    const unit = given.get("step") || "month";
    if (isUnit(unit)) return unit;
    this._leftOut("step", unit);
    return "month";
  }

  /** @param {string} name  @param {string} text */
  _leftOut(name, text) {
    const given = `${name}="${text.slice(0, 40)}"`;
    this.notes.push(say("{given} was left out", { given }));
  }

  /** @param {URLSearchParams} given  @param {string} name */
  _day(given, name) {
    const text = given.get(name);
    if (!text) return null;
    const day = parseDay(text);
    if (day === null) this._leftOut(name, text);
    return day;
  }

  /** @param {URLSearchParams} given */
  _view(given) {
    const asked = ["lat", "lon", "z"].filter((name) => given.get(name));
    if (!asked.length) return null;
    const [lat, lon, zoom] = asked.map((name) => Number(given.get(name)));
    if (asked.length < 3 || ![lat, lon, zoom].every(Number.isFinite)) {
      this.notes.push(say("the place on the map was left out, as it needs lat, lon and z"));
      return null;
    }
    return { lat: Math.max(-85, Math.min(85, lat)), lon: ((((lon + 180) % 360) + 360) % 360) - 180, zoom };
  }
}

/** @param {string | null} text  @returns {ThemeName | null} */
const themeOf = (text) => (text === "light" || text === "dark" ? text : null);

/** @param {string} text  @returns {text is Unit} */
const isUnit = (text) => Object.hasOwn(Calendar.UNITS, text);

/** The layers that an address hides.  @param {URLSearchParams} given  @returns {Set<string>} */
const hiddenBy = (given) => {
  const hidden = given.get("hide")?.split(",") ?? HIDDEN_AT_FIRST;
  const shown = (given.get("show") ?? "").split(",");
  const unasked = OPTIONAL_LAYERS.filter((name) => !shown.includes(name));
  return new Set([...hidden.filter((name) => LAYERS.some((layer) => layer === name) && !OPTIONAL_LAYERS.includes(name)), ...unasked]);
};
