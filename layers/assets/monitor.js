/* The monitor: one map, its state, its picture, and the parts that draw them. The page makes it and adds the parts. */

import { Address } from "./address.js";
import { dayKey, parseDay } from "./calendar.js";
import { rgba } from "./colours.js";
import { Feed } from "./feed.js";
import { WORLD, distanceToLine, fromWorld } from "./mercator.js";
import { State } from "./state.js";
import { say } from "./text.js";

/** @import { Rgba } from "./colours.js" */
/** @import { Hooks } from "./part.js" */
/** @import { Picture } from "./picture.js" */
/** @import { Corridor, Pair, Palette, Told } from "./types.js" */

/** @import * as parts from "./parts.js" */

export class Monitor {
  // The parts, each under the name by which the page adds it.
  /** @type {parts.Actions} */
  actions;
  /** @type {parts.Alerts} */
  alerts;
  /** @type {parts.Arrivals} */
  arrivals;
  /** @type {parts.Bands} */
  bands;
  /** @type {parts.BaseMap} */
  baseMap;
  /** @type {parts.BottomSheet} */
  bottomSheet;
  /** @type {parts.Briefings} */
  briefings;
  /** @type {parts.Camera} */
  camera;
  /** @type {parts.Card} */
  card;
  /** @type {parts.Changes} */
  changes;
  /** @type {parts.Corridors} */
  corridors;
  /** @type {parts.Countries} */
  countries;
  /** @type {parts.Degrees} */
  degrees;
  /** @type {parts.EnterHere} */
  enterHere;
  /** @type {parts.Evidence} */
  evidence;
  /** @type {parts.ExportDialog} */
  exportDialog;
  /** @type {parts.Graticule} */
  graticule;
  /** @type {parts.Hexes} */
  hexes;
  /** @type {parts.Hotspots} */
  hotspots;
  /** @type {parts.Hubs} */
  hubs;
  /** @type {parts.Incidents} */
  incidents;
  /** @type {parts.Keys} */
  keys;
  /** @type {parts.Labels} */
  labels;
  /** @type {parts.Legend} */
  legend;
  /** @type {parts.OwnLayers} */
  ownLayers;
  /** @type {parts.Ranking} */
  ranking;
  /** @type {parts.Scale} */
  scale;
  /** @type {parts.Search} */
  search;
  /** @type {parts.ShareDialog} */
  shareDialog;
  /** @type {parts.Status} */
  status;
  /** @type {parts.TimeBar} */
  timeBar;
  /** @type {parts.Tour} */
  tour;
  /** @type {parts.Wall} */
  wall;
  /** @type {parts.Watch} */
  watch;
  /** @type {parts.SavedViews} */
  savedViews;
  /** @type {parts.WatchLists} */
  watchLists;

  /** All of them, in the order in which they were added.  @type {Hooks[]} */
  parts = [];
  /** @type {Picture | null} */
  picture = null;
  /** Pixels of a canvas to one of the page while a picture is taken; null else.  @type {number | null} */
  sharpness = null;
  /** Colours of the classes of hexes.  @type {Rgba[]} */
  ramp = [];
  /** How much work is under way. */
  awaited = 0;
  /** Of the period that was last chosen above the map.  @type {number | undefined} */
  serial;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  resting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  settling;
  /** For so long the window stands before lists and names follow it, in milliseconds. */
  static SETTLE = 120;
  /** For so long the window rests before the dashboard hears of it, in milliseconds. */
  static REST = 600;
  /** Whether the map is being moved by us. */
  placing = false;
  /** The area that is asked for, "" for everywhere.  @type {string | undefined} */
  area;
  /** What is told at the next frame.  @type {Set<Told>} */
  due = new Set();

  /** @param {L.Map} map  @param {Palette} palette */
  constructor(map, palette) {
    this.map = map;
    this.palette = palette;
    this.dash = palette.dash;
    this.state = new State(new Address());
    this.feed = new Feed(this);
    document.addEventListener("DOMContentLoaded", () => this.start());
  }

  /** Parts are called in the order in which they were added; each is at hand by its name.  @param {string} name  @param {Hooks} part */
  add(name, part) {
    Object.assign(this, { [name]: part });
    this.parts.push(part);
  }

  start() {
    const { state, map } = this;
    if (state.view) map.setView([state.view.lat, state.view.lon], state.view.zoom, { animate: false });
    this._paintTheme();
    // Asked before the base map is fetched and drawn, so that the server has the answer when that is done.
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

  /** The picture that is shown, for whoever is called only where there is one. */
  get shown() {
    return /** @type {Picture} */ (this.picture);
  }

  /**
   * Await some work; while any is under way the map says that it is busy.
   * @template T  @param {Promise<T>} work
   */
  async during(work) {
    this._busy(1);
    try {
      return await work;
    } finally {
      this._busy(-1);
    }
  }

  /** @param {1 | -1} by */
  _busy(by) {
    this.awaited += by;
    this.map.getContainer().setAttribute("aria-busy", String(this.awaited > 0));
  }

  get theme() {
    return this.palette[this.state.dark ? "dark" : "light"];
  }

  /** The window in steps of the picture: [from, to), never empty, never outside.  @returns {Pair} */
  get range() {
    const { calendar, manifest, steps } = this.shown;
    const { from, to } = this.state;
    if (from === null || to === null) {
      const whole = manifest.opens || steps < 2 || calendar.unit !== "month" ? steps : steps - 1; // the last month may not be over
      return [Math.max(0, whole - (manifest.opens ?? calendar.traits.first)), whole];
    }
    const start = Math.max(0, Math.min(steps - 1, calendar.before(from)));
    return [start, Math.max(start + 1, Math.min(steps, calendar.before(to - 1) + 1))];
  }

  /** @param {number} from  @param {number} to */
  setRange(from, to) {
    this.state.set("window", this.days(from, to));
  }

  /** A window of steps as days, as the state knows it.  @param {number} from  @param {number} to */
  days(from, to) {
    const { edges } = this.shown.calendar;
    return { from: edges[from], to: edges[to] };
  }

  /** @param {string | null} id */
  select(id) {
    this.state.set("select", { selected: id });
  }

  /** A new picture, or null for an empty workspace; one of the same View leaves the map where it is.  @param {Picture | null} picture */
  show(picture) {
    const alike = this._alike(picture);
    this.picture = picture;
    this.map.getContainer().dataset.unsure = String(picture?.unsure ?? false);
    if (picture?.steps && (this.state.view ? this._elsewhere(picture) : !alike?.steps)) this.fit();
    this._keepWindow();
    this.tell("pictureChanged");
    if (!alike) this._inherit();
    if (alike && alike.manifest.version === picture?.manifest.version) this.follow(alike.corridor(this.state.selected));
  }

  /** A route that is no more leads to the one into which it was merged; either is said. */
  _inherit() {
    const { picture, state } = this;
    const { selected } = state;
    if (!picture?.steps || picture.unsure || !selected || !/^(land|sea|air)-/.test(selected) || picture.corridor(selected)) return;
    const heir = picture.corridor(picture.manifest.heirs?.[selected] ?? null);
    if (heir) {
      this.select(heir.id);
      this.status.announce(say("The route that was asked for was merged into {name}.", { name: heir.title }));
    } else this.status.announce(say("The route that was asked for is not among those shown: the filters leave it out, or it is no longer there."));
  }

  /** Show another view, as an address asks for it, without leaving this one before it stands.  @param {string} query */
  turnTo(query) {
    const { state } = this;
    state.follow(new URLSearchParams(query));
    this.placing = true;
    if (state.view) this.map.setView([state.view.lat, state.view.lon], state.view.zoom);
    this.placing = false;
    const kept = [...new URLSearchParams(query)].filter(([name, value]) => Address.FILTERS.includes(name) && value);
    this.feed.ask(new URLSearchParams(kept.sort()).toString());
    for (const what of /** @type {const} */ (["layersChanged", "windowChanged", "settled", "selectionChanged", "rested"])) this.tell(what);
    if (!state.view && this.picture?.steps) this.fit();
  }

  /** Whether another area than before is asked for.  @param {Picture} picture */
  _elsewhere(picture) {
    const area = new URLSearchParams(picture.manifest.query).get("in") ?? "";
    const before = this.area;
    this.area = area;
    return before !== undefined && before !== area && area !== "";
  }

  /** The picture that is shown where another is of the same View.  @param {Picture | null} picture */
  _alike(picture) {
    const before = this.picture;
    return before && picture && before.manifest.query === picture.manifest.query ? before : null;
  }

  /**
   * What was selected stays selected under the id that it has now: that of the corridor which runs nearest its middle.
   * @param {Corridor | null} chosen
   */
  follow(chosen) {
    if (!chosen || this.shown.corridor(chosen.id)) return;
    const line = chosen.lines.reduce((longest, points) => (points.length > longest.length ? points : longest));
    const [x, y] = line[Math.floor(line.length / 2)];
    /** @param {Corridor} given */
    const away = ({ lines }) => Math.min(...lines.map((points) => distanceToLine(points, x, y)));
    const heirs = this.shown.corridors
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
    const places = this._places();
    if (!places.length) return;
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    const bounds = L.latLngBounds([fromWorld(this.map, least(xs), most(ys)), fromWorld(this.map, most(xs), least(ys))]);
    this.placing = true;
    this.map.fitBounds(bounds, { paddingTopLeft: [40, 60], paddingBottomRight: [40, 150], animate: false });
    this.placing = false;
  }

  /** What is to be seen at first, in Mercator units. */
  _places() {
    const { levels } = this.shown;
    const corridors = this.shown.seen(this.state);
    const ground = corridors.filter((corridor) => corridor.mode !== "air");
    const lines = (ground.length ? ground : corridors).flatMap((corridor) => corridor.lines.flat());
    return lines.length ? lines : [...(levels.find((level) => level.corners)?.places() ?? [])];
  }

  applyTheme() {
    this._paintTheme();
    this.tell("themeChanged");
  }

  _paintTheme() {
    const { theme, state } = this;
    const root = document.documentElement;
    root.dataset.theme = state.dark ? "dark" : "light";
    root.style.colorScheme = root.dataset.theme;
    for (const [name, value] of Object.entries(theme)) {
      if (typeof value === "string") root.style.setProperty(`--${name.replaceAll("_", "-")}`, value);
    }
    this.ramp = theme.ramp.map((colour, at) => rgba(colour, theme.ramp_alpha[at]));
  }

  /** @param {Told} what */
  tell(what) {
    for (const part of this.parts) part[what]();
  }

  /** Tell the parts at the next frame, once.  @param {Told} what */
  later(what) {
    if (!this.due.size) requestAnimationFrame(() => this._flush());
    this.due.add(what);
  }

  _flush() {
    const due = [...this.due];
    this.due.clear();
    this._keepWindow();
    for (const what of due) this.tell(what);
    if (due.includes("windowChanged")) this._settle();
  }

  /** Tell the parts once the window stands for a moment. */
  _settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.tell("settled"), Monitor.SETTLE);
  }

  /** What a link to exactly this view names as its window. */
  _keepWindow() {
    if (!this.picture?.steps) {
      this.state.shown = null;
      return;
    }
    const { from, to } = this.days(...this.range);
    this.state.shown = [from, to];
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
    map.setView([state.view.lat, state.view.lon], state.view.zoom, /** @type {L.ZoomPanOptions} */ ({ reset: true }));
    this.placing = false;
  }

  /** Show the period that was chosen above the map, once; afterwards the time bar moves on from it.  @param {{ from: string, to: string, against: string, serial: number } | undefined} period */
  _take(period) {
    if (!period || period.serial === this.serial) return;
    this.serial = period.serial;
    const [from, to] = [parseDay(period.from), parseDay(period.to)];
    this.state.against = period.against;
    if (from === this.state.from && to === this.state.to) return this.tell("rested");
    this.state.set("window", { from, to });
    clearTimeout(this.resting); // it knows
    this.tell("rested");
  }

  /** Tell the parts and the dashboard, when it comes to rest, where the window was moved to. */
  _told() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.tell("rested");
      if (!this.state.address.embedded) return;
      const { from, to } = this.state;
      const window_ = from === null || to === null ? ":" : `${dayKey(from)}:${dayKey(to)}`;
      window.parent.postMessage({ kind: "monitor-window", window: window_ }, window.location.origin);
    }, Monitor.REST);
  }

  /** The dashboard tells us its filters and theme; we say that we are here. */
  _listen() {
    const { address } = this.state;
    this.state.system.addEventListener("change", () => this.applyTheme());
    this.state.on("window", () => this._told());
    if (!address.embedded) return;
    window.addEventListener("message", (event) => {
      if (event.origin !== window.location.origin || event.source !== window.parent) return;
      if (event.data?.kind !== "monitor-view") return;
      const { query, theme, period } = event.data;
      if (theme !== this.state.host) this.state.set("theme", { host: theme });
      this._take(period);
      this.feed.ask(address.heard ? address.filters() : query);
      address.write(this.state.entries());
    });
    address.listen(() => this.feed.ask(address.filters()));
    window.parent.postMessage({ kind: "monitor-ready" }, window.location.origin);
  }
}

/** @param {number[]} values */
const least = (values) => values.reduce((a, b) => Math.min(a, b));

/** @param {number[]} values */
const most = (values) => values.reduce((a, b) => Math.max(a, b));
