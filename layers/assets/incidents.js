/* Incidents one by one: a point with the ring within which it lies, several near each other as one mark with their number. */

import { dayKey } from "./calendar.js";
import { CanvasLayer, FONT } from "./canvas_layer.js";
import { messageOf, refusal, wasAborted } from "./errors.js";
import { IncidentCards, precisionWords } from "./incident_cards.js";
import { IncidentMarks, IncidentPoints } from "./incident_marks.js";
import { fromWorld } from "./mercator.js";
import { ask } from "./server.js";
import { counted, formatNumber, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Hit, IncidentMark, LegendItem, Pair } from "./types.js" */

/** @typedef {[southWest: Pair, northEast: Pair]} Corners lat before lon, as Leaflet has them */
/** @typedef {{ from_zoom: number, apart: number, modes: string[], listed: number }} IncidentOptions */

export class Incidents extends CanvasLayer {
  /** @type {IncidentCards} */
  cards;
  /** @type {IncidentPoints | null} */
  points = null;
  /** @type {IncidentMark[]} */
  marks = [];
  /** @type {IncidentMarks | null} */
  grouping = null;
  /** The box that is held, and the picture of which it is.  @type {Corners | null} */
  box = null;
  base = "";
  /** The window of what is held, where all times are too much.  @type {string | null} */
  narrow = null;
  /** Whether the map is too far out for single incidents. */
  tooFar = false;
  /** @type {AbortController | null} */
  abort = null;

  /** @param {IncidentOptions} options */
  constructor(options) {
    super("incidents", { zIndex: 480 });
    this.settings = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.cards = new IncidentCards(monitor, this);
    this.addTo(monitor.map);
    monitor.map.on("moveend", () => this.ask());
  }

  showing() {
    const { feed, state, map } = this.monitor;
    return feed.may("read incidents") && !state.hidden.has("incidents") && map.getZoom() >= this.settings.from_zoom;
  }

  windowChanged() {
    if (this.narrow) this.ask();
    this.refresh();
  }

  selectionChanged() {
    this.refresh();
  }

  pictureChanged() {
    this.cards.forget();
    this.ask();
    this.refresh();
  }

  layersChanged() {
    const { state, map, status } = this.monitor;
    const off = state.hidden.has("incidents");
    if (this.tooFar && !off && map.getZoom() < this.settings.from_zoom) status.announce(say("Single incidents show nearer in: zoom in, or find a place."));
    this.tooFar = off;
    this.ask();
    this.refresh();
  }

  /** Fetch what the view needs, a little more than it shows, so that small moves ask for nothing. */
  async ask() {
    const { feed, picture } = this.monitor;
    if (!this.showing() || !picture?.steps || !feed?.head) return;
    const base = `${picture.manifest.version}?${picture.manifest.query}`;
    if (this._covers(base)) return;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const box = this._wider();
    try {
      const points = await this.monitor.during(this._fetch(box, abort.signal));
      [this.points, this.box, this.base] = [points, box, base];
      this.rebuild();
    } catch (error) {
      if (wasAborted(error)) return;
      this.points = null;
      this.rebuild();
      this.monitor.status.announce(messageOf(error));
    }
  }

  /** Whether what is held is all that the view needs.  @param {string} base */
  _covers(base) {
    const whole = this.base === base && this.box && L.latLngBounds(this.box).contains(this._view());
    return whole && (!this.narrow || this.narrow === this._window().join());
  }

  /**
   * All times of the box, so that the window moves without asking; only those of the window where that is too much.
   * @param {Corners} box  @param {AbortSignal} signal
   */
  async _fetch(box, signal) {
    this.narrow = null;
    let answer = await this._get(box, [], signal);
    if (answer.status === 413) {
      const [from, to] = this._window();
      answer = await this._get(box, [["from", dayKey(from)], ["to", dayKey(to)]], signal);
      this.narrow = `${from},${to}`;
    }
    if (!answer.ok) throw await refusal(answer);
    return new IncidentPoints(await answer.arrayBuffer());
  }

  /** @param {Corners} given  @param {[string, string][]} window  @param {AbortSignal} signal */
  _get([[south, west], [north, east]], window, signal) {
    const { manifest } = this.monitor.shown;
    const params = new URLSearchParams(manifest.query);
    for (const [name, value] of window) params.set(name, value);
    /** @param {number} lon */
    const around = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
    const whole = east - west >= 360;
    params.set("version", String(manifest.version));
    const edges = [whole ? -180 : around(west), Math.max(-90, south), whole ? 180 : around(east), Math.min(90, north)];
    params.set("box", edges.map((degrees) => degrees.toFixed(4)).join());
    return ask(`/data/points?${params}`, { signal });
  }

  /** The window as days.  @returns {Pair} */
  _window() {
    const { from, to } = this.monitor.days(...this.monitor.range);
    return [from, to];
  }

  _view() {
    const bounds = this.monitor.map.getBounds();
    return L.latLngBounds([[Math.max(-84, bounds.getSouth()), bounds.getWest()], [Math.min(84, bounds.getNorth()), bounds.getEast()]]);
  }

  /** @returns {Corners} */
  _wider() {
    const bounds = this._view().pad(0.3);
    return [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]];
  }

  prepare() {
    this.grouping = this.points ? new IncidentMarks(this.points, this.frame, this.settings.apart, this.settings.modes) : null;
  }

  empty() {
    return !this.showing();
  }

  draw() {
    const context = this.wipe();
    this.marks = [];
    if (this.empty() || !this.grouping || !this.monitor.picture?.steps) return;
    this.marks = this.grouping.within(...this._window());
    const chosen = IncidentCards.key(this.monitor.state.selected);
    for (const mark of this.marks) this._paint(context, mark);
    const at = chosen && this.points ? this.points.find(chosen) : -1;
    const held = at < 0 ? null : this.marks.find(({ members }) => members.includes(at));
    if (held) this._halo(context, held);
  }

  /** @param {CanvasRenderingContext2D} context  @param {IncidentMark} mark */
  _paint(context, mark) {
    const { theme } = this.monitor;
    const colour = theme.mode[mark.mode] ?? theme.muted;
    if (mark.ring > IncidentMarks.DOT + 1) this._ring(context, mark, colour);
    if (mark.wide) this._number(context, mark, colour);
    else if (mark.count > 1) this._badge(context, mark, colour);
    else if (mark.ring <= 2.5 * IncidentMarks.DOT) this._dot(context, mark, colour);
  }

  /**
   * The ring within which it lies; by its fill one sees where several overlap.
   * @param {CanvasRenderingContext2D} context  @param {IncidentMark} second  @param {string} colour
   */
  _ring(context, { x, y, ring }, colour) {
    const { theme } = this.monitor;
    context.beginPath();
    context.arc(x, y, ring, 0, 2 * Math.PI);
    context.globalAlpha = 0.1;
    context.fillStyle = colour;
    context.fill();
    for (const { style, width, alpha } of [{ style: theme.casing, width: 3, alpha: 0.6 }, { style: colour, width: 1.3, alpha: 0.9 }]) {
      [context.strokeStyle, context.lineWidth, context.globalAlpha] = [style, width, alpha];
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context  @param {IncidentMark} second  @param {string} colour */
  _dot(context, { x, y }, colour) {
    context.beginPath();
    context.arc(x, y, IncidentMarks.DOT, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.strokeStyle = this.monitor.theme.casing;
    context.lineWidth = 1.6;
    context.fill();
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context  @param {IncidentMark} second  @param {string} colour */
  _badge(context, { x, y, badge, count }, colour) {
    const { theme } = this.monitor;
    context.beginPath();
    context.arc(x, y, badge, 0, 2 * Math.PI);
    for (const { style, width } of [{ style: theme.casing, width: 5 }, { style: colour, width: 2.2 }]) {
      [context.strokeStyle, context.lineWidth] = [style, width];
      context.stroke();
    }
    context.fillStyle = theme.panel;
    context.fill();
    this._count(context, count, x, y);
  }

  /**
   * How many a wide ring stands for, on its upper edge: in its middle it would look like a place.
   * @param {CanvasRenderingContext2D} context  @param {IncidentMark} second  @param {string} colour
   */
  _number(context, { x, y, ring, count }, colour) {
    if (count < 2) return;
    const { theme } = this.monitor;
    context.font = `650 11px ${FONT}`;
    const half = context.measureText(formatNumber(count)).width / 2 + 6;
    context.beginPath();
    context.roundRect(x - half, y - ring - 9, 2 * half, 18, 9);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, colour, 1.3];
    context.fill();
    context.stroke();
    this._count(context, count, x, y - ring);
  }

  /** @param {CanvasRenderingContext2D} context  @param {number} count  @param {number} x  @param {number} y */
  _count(context, count, x, y) {
    context.font = `650 11px ${FONT}`;
    [context.textAlign, context.textBaseline] = ["center", "middle"];
    context.fillStyle = this.monitor.theme.text;
    context.fillText(formatNumber(count), x, y + 0.5);
  }

  /** @param {CanvasRenderingContext2D} context  @param {IncidentMark} second */
  _halo(context, { x, y, radius }) {
    context.beginPath();
    context.arc(x, y, radius + 5, 0, 2 * Math.PI);
    [context.strokeStyle, context.lineWidth] = [this.monitor.theme.accent, 3];
    context.stroke();
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { theme } = this.monitor;
    /** @param {CanvasRenderingContext2D} context */
    const paint = (context) => {
      context.strokeStyle = context.fillStyle = theme.mode.sea;
      context.lineWidth = 1.3;
      context.beginPath();
      context.arc(23, 7, 6.2, 0, 2 * Math.PI);
      context.stroke();
      context.beginPath();
      context.arc(23, 7, 2.6, 0, 2 * Math.PI);
      context.fill();
    };
    return [{ kind: "row", swatch: { width: 44, height: 14, paint }, text: say("place known to within the ring") }];
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    const mark = this.at(point);
    return mark && { part: this, id: null, words: this._words(mark), open: () => this.open(mark) };
  }

  /** @param {string} selected */
  cardFor(selected) {
    return this.cards.nodes(selected);
  }

  /** The mark under a point of the map's container, or null: within a dot or badge, or on the line of a wide ring.  @param {L.Point} point */
  at(point) {
    if (!this.marks.length) return null;
    const [x, y] = this.inCanvas(point);
    /** @param {IncidentMark} mark */
    const away = (mark) => {
      const distance = Math.hypot(mark.x - x, mark.y - y);
      return mark.wide ? Math.min(Math.abs(distance - mark.ring), Math.hypot(mark.x - x, mark.y - mark.ring - y) - 6) - 5 : distance - Math.max(mark.badge, 9);
    };
    const near = this.marks.map((mark) => ({ mark, away: away(mark) })).filter((found) => found.away <= 0);
    return near.sort((a, b) => a.away - b.away)[0]?.mark ?? null;
  }

  /** One opens its card; several are taken apart by zooming in, or listed where they lie in one place.  @param {IncidentMark} mark */
  open(mark) {
    const { map } = this.monitor;
    const { points } = this;
    if (!points) return;
    if (mark.count === 1) {
      this.monitor.select(`i:${points.name(mark.members[0])}`);
      return;
    }
    const bounds = L.latLngBounds(mark.members.map((at) => fromWorld(map, points.x[at], points.y[at])));
    const apart = map.project(bounds.getNorthWest(), map.getMaxZoom()).distanceTo(map.project(bounds.getSouthEast(), map.getMaxZoom()));
    if (mark.wide || apart < this.settings.apart || map.getZoom() >= map.getMaxZoom()) this.cards.list(mark.members);
    else map.fitBounds(bounds.pad(0.2), { maxZoom: map.getMaxZoom(), paddingTopLeft: [340, 60], paddingBottomRight: [60, 180] });
  }

  /** List what the view shows in the window, the latest first; for the keyboard, as a canvas has no stops. */
  listInView() {
    const { state, status } = this.monitor;
    if (state.hidden.has("incidents")) state.show("incidents", true);
    const none = this.showing() ? say("No incidents of the window lie in this view.") : say("Single incidents show nearer in: zoom in, or find a place.");
    if (!this.marks.length) {
      status.announce(none);
      return;
    }
    const { width, height } = this.frame;
    const inside = this.marks.filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);
    this.cards.list(inside.flatMap(({ members }) => members));
  }

  /** Words for the tip over a mark.  @param {IncidentMark} given */
  _words({ count, members, mode }) {
    const km = members.map((at) => this.points?.km[at] ?? 0).reduce((a, b) => Math.max(a, b));
    const told = count === 1 ? say("Incident, {mode}", { mode: say(mode) }) : counted("{count} incident", "{count} incidents", count);
    return [told, say("known to {precision}", { precision: precisionWords(km) })];
  }

}
