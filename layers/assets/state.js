/* What is being looked at, and its home: the address bar, so that a copied link opens the same view again. */
"use strict";

Monitor.LAYERS = ["routes", "ridges", "hubs", "hexes", "countries", "names", "incidents", "graticule", "changes", "hotspots"];

/** What is hidden when nobody has chosen: dense areas, along which nobody travels. */
Monitor.HIDDEN = ["ridges"];

/** What shows only when it is asked for: named in a link where it is shown, so that an older link stays as it was. */
Monitor.OPTIONAL = ["changes", "graticule", "hotspots", "incidents"];

/** The address bar of the top window: filters belong to the dashboard, the rest to the map. */
Monitor.Address = class {
  static MINE = ["from", "to", "lat", "lon", "z", "sel", "theme", "hide", "show", "detail", "area", "step"];
  static FILTERS = ["mode", "kind", "origin", "source", "region", "resolution"];
  static PAUSE = 250;

  constructor() {
    this.window = window;
    try {
      if (window.parent.location.origin === window.location.origin) this.window = window.parent;
    } catch {
      // A foreign page frames us: our own address is all there is.
    }
    this.path = this.window.location.pathname;
  }

  get embedded() {
    return this.window !== window;
  }

  read() {
    return new URLSearchParams(this.window.location.search);
  }

  /** What the filters ask for; the same for the same, in whatever order it was chosen. */
  filters() {
    const kept = [...this.read()].filter(([name, value]) => Monitor.Address.FILTERS.includes(name) && value);
    return new URLSearchParams(kept.sort()).toString();
  }

  /** Whether we hear of it when the bar changes: the dashboard puts a filter there at once, and tells of it much later. */
  get heard() {
    return "navigation" in this.window;
  }

  listen(listener) {
    const tell = () => this.window.location.pathname === this.path && listener();
    if (this.heard) this.window.navigation.addEventListener("currententrychange", tell);
  }

  /** Put the map's part into the bar, soon; what others wrote stays. */
  write(entries) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeNow(entries), Monitor.Address.PAUSE);
  }

  writeNow(entries) {
    clearTimeout(this.timer);
    if (this.window.location.pathname !== this.path) return;
    const url = this.merged(entries);
    if (url === this.window.location.href) return;
    this.window.history.replaceState(this.window.history.state, "", url);
  }

  merged(entries) {
    const params = this.read();
    for (const name of Monitor.Address.MINE) params.delete(name);
    for (const [name, value] of entries) params.append(name, value);
    const search = params.toString();
    return this.window.location.origin + this.path + (search ? `?${search}` : "") + this.window.location.hash;
  }
};

/** The state of the map. Listeners hear "window", "step", "view", "select", "theme", "layers". */
Monitor.State = class {
  constructor(address) {
    this.address = address;
    this.listeners = {};
    this.notes = [];
    const given = address.read();
    this.from = this._day(given, "from");
    this.to = this._day(given, "to");
    if ((this.from === null) !== (this.to === null) || (this.from !== null && this.from >= this.to)) {
      if (given.has("from") && given.has("to")) this.notes.push(Monitor.say("the window was left out, as it must start before it ends"));
      this.from = this.to = null;
    }
    const unit = given.get("step") || "month";
    this.unit = Object.hasOwn(Monitor.Calendar.UNITS, unit) ? unit : "month";
    if (this.unit !== unit) this._leftOut("step", unit);
    this.view = this._view(given);
    this.selected = given.get("sel") || null;
    this.theme = ["light", "dark"].includes(given.get("theme")) ? given.get("theme") : null;
    const hidden = given.has("hide") ? given.get("hide").split(",") : Monitor.HIDDEN;
    const shown = (given.get("show") ?? "").split(",");
    const unasked = Monitor.OPTIONAL.filter((name) => !shown.includes(name));
    this.hidden = new Set([...hidden.filter((name) => Monitor.LAYERS.includes(name) && !Monitor.OPTIONAL.includes(name)), ...unasked]);
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
    if (from !== null) found.push(["from", Monitor.day.key(from)], ["to", Monitor.day.key(to)]);
    if (this.unit !== "month") found.push(["step", this.unit]);
    if (this.view) {
      const { lat, lon, zoom } = this.view;
      found.push(["lat", lat.toFixed(3)], ["lon", lon.toFixed(3)], ["z", String(zoom)]);
    }
    if (this.selected) found.push(["sel", this.selected]);
    if (this.theme) found.push(["theme", this.theme]);
    const hidden = [...this.hidden].filter((name) => !Monitor.OPTIONAL.includes(name)).sort().join(",");
    if (hidden !== Monitor.HIDDEN.join(",")) found.push(["hide", hidden]);
    const shown = Monitor.OPTIONAL.filter((name) => !this.hidden.has(name)).join(",");
    if (shown) found.push(["show", shown]);
    if (this.detail < 1) found.push(["detail", String(this.detail)]);
    for (const { text } of this.areas) found.push(["area", text]);
    return found;
  }

  _leftOut(name, text) {
    const given = `${name}="${text.slice(0, 40)}"`;
    this.notes.push(Monitor.say("{given} was left out", { given }));
  }

  _day(given, name) {
    const text = given.get(name);
    if (!text) return null;
    const day = Monitor.day.parse(text);
    if (day === null) this._leftOut(name, text);
    return day;
  }

  _view(given) {
    const values = ["lat", "lon", "z"].map((name) => (given.get(name) ? Number(given.get(name)) : null));
    if (values.every((value) => value === null)) return null;
    if (values.some((value) => value === null || !Number.isFinite(value))) {
      this.notes.push(Monitor.say("the place on the map was left out, as it needs lat, lon and z"));
      return null;
    }
    const [lat, lon, zoom] = values;
    return { lat: Math.max(-85, Math.min(85, lat)), lon: ((((lon + 180) % 360) + 360) % 360) - 180, zoom };
  }
};
