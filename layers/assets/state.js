/* What is being looked at, and its home: the address bar, so that a copied link opens the same view again. */

import { Calendar, dayKey, parseDay } from "./calendar.js";
import { say } from "./text.js";

export const LAYERS = ["routes", "ridges", "hubs", "hexes", "countries", "names", "incidents", "graticule", "changes", "hotspots"];

/** What is hidden when nobody has chosen: dense areas, along which nobody travels. */
export const HIDDEN_AT_FIRST = ["ridges"];

/** What shows only when it is asked for: named in a link where it is shown, so that an older link stays as it was. */
export const OPTIONAL_LAYERS = ["changes", "graticule", "hotspots", "incidents"];

/** The state of the map. Listeners hear "window", "step", "view", "select", "theme", "layers". */
export class State {
  constructor(address) {
    this.address = address;
    this.listeners = {};
    this.notes = [];
    const given = address.read();
    this.from = this._day(given, "from");
    this.to = this._day(given, "to");
    if ((this.from === null) !== (this.to === null) || (this.from !== null && this.from >= this.to)) {
      if (given.has("from") && given.has("to")) this.notes.push(say("the window was left out, as it must start before it ends"));
      this.from = this.to = null;
    }
    const unit = given.get("step") || "month";
    this.unit = Object.hasOwn(Calendar.UNITS, unit) ? unit : "month";
    if (this.unit !== unit) this._leftOut("step", unit);
    this.view = this._view(given);
    this.selected = given.get("sel") || null;
    this.theme = ["light", "dark"].includes(given.get("theme")) ? given.get("theme") : null;
    const hidden = given.has("hide") ? given.get("hide").split(",") : HIDDEN_AT_FIRST;
    const shown = (given.get("show") ?? "").split(",");
    const unasked = OPTIONAL_LAYERS.filter((name) => !shown.includes(name));
    this.hidden = new Set([...hidden.filter((name) => LAYERS.includes(name) && !OPTIONAL_LAYERS.includes(name)), ...unasked]);
    const detail = Number(given.get("detail") ?? 1);
    this.detail = detail >= 0 && detail <= 1 ? detail : 1;
    this.host = null;
    this.areas = [];
  }

  on(name, listener) {
    (this.listeners[name] ??= []).push(listener);
  }

  /** Change fields and tell the listeners of `name`. */
  set(name, fields) {
    Object.assign(this, fields);
    for (const listener of this.listeners[name] ?? []) listener();
    this.address.write(this.entries());
  }

  /** The theme in force: light on paper; else the viewer's own choice, that of the dashboard, or that of the system. */
  get dark() {
    if (this.printing) return false;
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    return (this.theme ?? this.host ?? system) === "dark";
  }

  entries(explicit = false) {
    const found = [];
    const [from, to] = this.from === null && explicit ? this.shown ?? [null, null] : [this.from, this.to];
    if (from !== null) found.push(["from", dayKey(from)], ["to", dayKey(to)]);
    if (this.unit !== "month") found.push(["step", this.unit]);
    if (this.view) {
      const { lat, lon, zoom } = this.view;
      found.push(["lat", lat.toFixed(3)], ["lon", lon.toFixed(3)], ["z", String(zoom)]);
    }
    if (this.selected) found.push(["sel", this.selected]);
    if (this.theme) found.push(["theme", this.theme]);
    const hidden = [...this.hidden].filter((name) => !OPTIONAL_LAYERS.includes(name)).sort().join(",");
    if (hidden !== HIDDEN_AT_FIRST.join(",")) found.push(["hide", hidden]);
    const shown = OPTIONAL_LAYERS.filter((name) => !this.hidden.has(name)).join(",");
    if (shown) found.push(["show", shown]);
    if (this.detail < 1) found.push(["detail", String(this.detail)]);
    for (const { text } of this.areas) found.push(["area", text]);
    return found;
  }

  _leftOut(name, text) {
    const given = `${name}="${text.slice(0, 40)}"`;
    this.notes.push(say("{given} was left out", { given }));
  }

  _day(given, name) {
    const text = given.get(name);
    if (!text) return null;
    const day = parseDay(text);
    if (day === null) this._leftOut(name, text);
    return day;
  }

  _view(given) {
    const values = ["lat", "lon", "z"].map((name) => (given.get(name) ? Number(given.get(name)) : null));
    if (values.every((value) => value === null)) return null;
    if (values.some((value) => value === null || !Number.isFinite(value))) {
      this.notes.push(say("the place on the map was left out, as it needs lat, lon and z"));
      return null;
    }
    const [lat, lon, zoom] = values;
    return { lat: Math.max(-85, Math.min(85, lat)), lon: ((((lon + 180) % 360) + 360) % 360) - 180, zoom };
  }
}
