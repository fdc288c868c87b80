/* The monitor: one map, its state, its picture, and the parts that draw them. The page makes it and adds the parts. */

import { Address } from "./address.js";
import { rgba } from "./colours.js";
import { Feed } from "./feed.js";
import { WORLD, distanceToLine } from "./mercator.js";
import { State } from "./state.js";
import { say } from "./text.js";

export class Monitor {
  /** @param {L.Map} map  @param {object} palette as in layers/palette.toml */
  constructor(map, palette) {
    this.map = map;
    this.palette = palette;
    this.parts = [];
    this.picture = null;
    /** Pixels of a canvas to one of the page while a picture is taken; null else. */
    this.sharpness = null;
    this.state = new State(new Address());
    document.addEventListener("DOMContentLoaded", () => this.start());
  }

  /** Parts are called in the order in which they were added; each is at hand by its name. */
  add(name, part) {
    this[name] = part;
    this.parts.push(part);
  }

  start() {
    const { state, map } = this;
    if (state.view) map.setView([state.view.lat, state.view.lon], state.view.zoom, { animate: false });
    this.applyTheme();
    // Asked before the base map is fetched and drawn, so that the server has the answer when that is done.
    this.feed = new Feed(this);
    this.feed.start();
    for (const part of this.parts) part.attach(this);
    state.on("theme", () => this.applyTheme());
    state.on("window", () => this.later("windowChanged"));
    state.on("step", () => this.feed.follow());
    state.on("select", () => this.later("selectionChanged"));
    state.on("layers", () => this.later("layersChanged"));
    map.on("moveend", () => this._moved());
    map.on("resize", () => this._resized());
    if (state.notes.length) this.status.announce(say("Opened the nearest valid view: {notes}.", { notes: state.notes.join("; ") }));
    this._listen();
  }

  /** Await some work; while any is under way the map says that it is busy. */
  async during(work) {
    this.awaited = (this.awaited ?? 0) + 1;
    const tell = () => this.map.getContainer().setAttribute("aria-busy", String(this.awaited > 0));
    tell();
    try {
      return await work;
    } finally {
      this.awaited -= 1;
      tell();
    }
  }

  get theme() {
    return this.palette[this.state.dark ? "dark" : "light"];
  }

  /** The window in steps of the picture: [from, to), never empty, never outside. */
  get range() {
    const { calendar, steps } = this.picture;
    const { from, to } = this.state;
    if (from === null) return [Math.max(0, steps - calendar.traits.first), steps];
    const start = Math.max(0, Math.min(steps - 1, calendar.before(from)));
    return [start, Math.max(start + 1, Math.min(steps, calendar.before(to - 1) + 1))];
  }

  setRange(from, to) {
    this.state.set("window", this.days(from, to));
  }

  /** A window of steps as days, as the state knows it. */
  days(from, to) {
    const { edges } = this.picture.calendar;
    return { from: edges[from], to: edges[to] };
  }

  select(id) {
    this.state.set("select", { selected: id });
  }

  /** A new picture, or null for an empty workspace; one of the same View leaves the map where it is. */
  show(picture) {
    const before = this.picture;
    const shown = before?.manifest;
    const alike = picture && shown?.query === picture.manifest.query;
    const same = alike && shown.version === picture.manifest.version;
    this.picture = picture;
    this.map.getContainer().dataset.unsure = String(picture?.unsure ?? false);
    if (!this.state.view && picture?.steps && !(alike && before.steps)) this.fit();
    this._shown();
    this.tell("pictureChanged");
    if (same) this.follow(before.corridor(this.state.selected));
  }

  /** What was selected stays selected under the id that it has now: that of the corridor which runs nearest its middle. */
  follow(chosen) {
    if (!chosen || this.picture.corridor(chosen.id)) return;
    const line = chosen.lines.reduce((longest, points) => (points.length > longest.length ? points : longest));
    const [x, y] = line[Math.floor(line.length / 2)];
    const away = ({ lines }) => Math.min(...lines.map((points) => distanceToLine(points, x, y)));
    const heirs = this.picture.corridors
      .filter(({ mode }) => mode === chosen.mode)
      .map((corridor) => ({ id: corridor.id, away: away(corridor) }))
      .filter((heir) => heir.away < WORLD / 360)
      .sort((a, b) => a.away - b.away);
    this.select(heirs[0]?.id ?? null);
  }

  /**
   * Show all corridors over land and sea, else those by air, else all incidents: flights cross the world and would make
   * the rest small. Unlike a viewer's own move it is not put in the link.
   */
  fit() {
    const { levels } = this.picture;
    const corridors = this.picture.seen(this.state);
    const ground = corridors.filter((corridor) => corridor.mode !== "air");
    const lines = (ground.length ? ground : corridors).flatMap((corridor) => corridor.lines.flat());
    const places = lines.length ? lines : [...(levels.find((level) => level.corners)?.places() ?? [])];
    if (!places.length) return;
    const unproject = ([x, y]) => this.map.unproject([(x / WORLD + 0.5) * 256, (y / WORLD + 0.5) * 256], 0);
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    const [least, most] = [(values) => values.reduce((a, b) => Math.min(a, b)), (values) => values.reduce((a, b) => Math.max(a, b))];
    const bounds = L.latLngBounds([unproject([least(xs), most(ys)]), unproject([most(xs), least(ys)])]);
    this.placing = true;
    this.map.fitBounds(bounds, { paddingTopLeft: [40, 60], paddingBottomRight: [40, 150], animate: false });
    this.placing = false;
  }

  applyTheme() {
    const { theme, palette, state } = this;
    const root = document.documentElement;
    root.dataset.theme = state.dark ? "dark" : "light";
    root.style.colorScheme = root.dataset.theme;
    for (const [name, value] of Object.entries(theme)) {
      if (typeof value === "string") root.style.setProperty(`--${name.replaceAll("_", "-")}`, value);
    }
    this.ramp = theme.ramp.map((colour, at) => rgba(colour, theme.ramp_alpha[at]));
    this.dash = palette.dash;
    this.tell("themeChanged");
  }

  tell(what) {
    for (const part of this.parts) part[what]();
  }

  /** Tell the parts at the next frame, once. */
  later(what) {
    this.due ??= new Set();
    if (!this.due.size) requestAnimationFrame(() => this._flush());
    this.due.add(what);
  }

  _flush() {
    const due = [...this.due];
    this.due.clear();
    this._shown();
    for (const what of due) this.tell(what);
  }

  _shown() {
    this.state.shown = this.picture?.steps ? Object.values(this.days(...this.range)) : null;
  }

  _moved() {
    if (this.placing || this._rounded()) return;
    const centre = this.map.getCenter().wrap();
    this.state.set("view", { view: { lat: centre.lat, lon: centre.lng, zoom: this.map.getZoom() } });
  }

  /** Whether the map lies off the view by less than a pixel: Leaflet rounds when its size changes, and nobody moved it. */
  _rounded() {
    const { map, state } = this;
    if (!state.view || map.getZoom() !== state.view.zoom) return false;
    const [wanted, here] = [L.latLng(state.view.lat, state.view.lon), map.getCenter().wrap()].map((place) => map.project(place));
    return wanted.distanceTo(here) < 1;
  }

  /** A frame that takes its size late does not shift the view that was asked for. */
  _resized() {
    const { map, state } = this;
    if (!state.view || !this._rounded()) return;
    this.placing = true;
    map.setView([state.view.lat, state.view.lon], state.view.zoom, { reset: true });
    this.placing = false;
  }

  /** The dashboard tells us its filters and theme; we say that we are here. */
  _listen() {
    const { address } = this.state;
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.applyTheme());
    if (!address.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.origin !== window.location.origin || event.source !== window.parent) return;
      if (event.data?.kind !== "monitor-view") return;
      const { query, theme } = event.data;
      if (theme !== this.state.host) this.state.set("theme", { host: theme });
      this.feed.ask(address.heard ? address.filters() : query);
      address.write(this.state.entries());
    });
    address.listen(() => this.feed.ask(address.filters()));
    window.parent.postMessage({ kind: "monitor-ready" }, window.location.origin);
  }
}
