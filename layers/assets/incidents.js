/* Incidents one by one: a point with the ring within which it lies, several near each other as one mark with their number. */

import { dayKey } from "./calendar.js";
import { CanvasLayer, FONT } from "./canvas_layer.js";
import { IncidentCards, precisionWords } from "./incident_cards.js";
import { IncidentMarks, IncidentPoints } from "./incident_marks.js";
import { WORLD } from "./mercator.js";
import { counted, formatNumber, say } from "./text.js";

export class Incidents extends CanvasLayer {
  constructor(options) {
    super("incidents", { zIndex: 480, ...options });
    this.points = null;
    this.marks = [];
  }

  attach(monitor) {
    this.monitor = monitor;
    this.cards = new IncidentCards(monitor, this);
    this.addTo(monitor.map);
    monitor.map.on("moveend", () => this.ask());
  }

  showing() {
    const { state, map } = this.monitor;
    return !state.hidden.has("incidents") && map.getZoom() >= this.options.from_zoom;
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
    if (this.off && !off && map.getZoom() < this.options.from_zoom) status.announce(say("Single incidents show nearer in: zoom in, or find a place."));
    this.off = off;
    this.ask();
    this.refresh();
  }

  /** Fetch what the view needs, a little more than it shows, so that small moves ask for nothing. */
  async ask() {
    const { feed, picture } = this.monitor;
    if (!this.showing() || !picture?.steps || !feed?.head) return;
    const base = `${picture.manifest.version}?${picture.manifest.query}`;
    const covered = this.base === base && this.box && L.latLngBounds(this.box).contains(this._view()) && (!this.narrow || this.narrow === this._window().join());
    if (covered) return;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const box = this._wider();
    try {
      const points = await this.monitor.during(this._fetch(box, abort.signal));
      [this.points, this.box, this.base] = [points, box, base];
      this.rebuild();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.points = null;
      this.rebuild();
      this.monitor.status.announce(error.message);
    }
  }

  /** All times of the box, so that the window moves without asking; only those of the window where that is too much. */
  async _fetch(box, signal) {
    this.narrow = null;
    let answer = await this._get(box, [], signal);
    if (answer.status === 413) {
      const [from, to] = this._window();
      answer = await this._get(box, [["from", dayKey(from)], ["to", dayKey(to)]], signal);
      this.narrow = `${from},${to}`;
    }
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? say("The server answered {status}.", { status: String(answer.status) }));
    return new IncidentPoints(await answer.arrayBuffer());
  }

  _get([[south, west], [north, east]], window, signal) {
    const { manifest } = this.monitor.picture;
    const params = new URLSearchParams(manifest.query);
    for (const [name, value] of window) params.set(name, value);
    const around = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
    const whole = east - west >= 360;
    params.set("version", manifest.version);
    params.set("box", [whole ? -180 : around(west), Math.max(-90, south), whole ? 180 : around(east), Math.min(90, north)].map((degrees) => degrees.toFixed(4)));
    return fetch(`/data/points?${params}`, { signal });
  }

  _window() {
    return Object.values(this.monitor.days(...this.monitor.range));
  }

  _view() {
    const bounds = this.monitor.map.getBounds();
    return L.latLngBounds([[Math.max(-84, bounds.getSouth()), bounds.getWest()], [Math.min(84, bounds.getNorth()), bounds.getEast()]]);
  }

  _wider() {
    const bounds = this._view().pad(0.3);
    return [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]];
  }

  prepare() {
    this.grouping = this.points ? new IncidentMarks(this.points, this.frame, this.options.apart, this.options.modes) : null;
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
    const at = chosen ? this.points.find(chosen) : -1;
    const held = at < 0 ? null : this.marks.find(({ members }) => members.includes(at));
    if (held) this._halo(context, held);
  }

  _paint(context, mark) {
    const { theme } = this.monitor;
    const colour = theme.mode[mark.mode] ?? theme.muted;
    if (mark.ring > IncidentMarks.DOT + 1) this._ring(context, mark, colour);
    if (mark.wide) this._number(context, mark, colour);
    else if (mark.count > 1) this._badge(context, mark, colour);
    else if (mark.ring <= 2.5 * IncidentMarks.DOT) this._dot(context, mark, colour);
  }

  /** The ring within which it lies; by its fill one sees where several overlap. */
  _ring(context, { x, y, ring }, colour) {
    const { theme } = this.monitor;
    context.beginPath();
    context.arc(x, y, ring, 0, 2 * Math.PI);
    context.globalAlpha = 0.1;
    context.fillStyle = colour;
    context.fill();
    for (const [style, width, alpha] of [[theme.casing, 3, 0.6], [colour, 1.3, 0.9]]) {
      [context.strokeStyle, context.lineWidth, context.globalAlpha] = [style, width, alpha];
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  _dot(context, { x, y }, colour) {
    context.beginPath();
    context.arc(x, y, IncidentMarks.DOT, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.strokeStyle = this.monitor.theme.casing;
    context.lineWidth = 1.6;
    context.fill();
    context.stroke();
  }

  _badge(context, { x, y, badge, count }, colour) {
    const { theme } = this.monitor;
    context.beginPath();
    context.arc(x, y, badge, 0, 2 * Math.PI);
    for (const [style, width] of [[theme.casing, 5], [colour, 2.2]]) {
      [context.strokeStyle, context.lineWidth] = [style, width];
      context.stroke();
    }
    context.fillStyle = theme.panel;
    context.fill();
    this._count(context, count, x, y);
  }

  /** How many a wide ring stands for, on its upper edge: in its middle it would look like a place. */
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

  _count(context, count, x, y) {
    context.font = `650 11px ${FONT}`;
    [context.textAlign, context.textBaseline] = ["center", "middle"];
    context.fillStyle = this.monitor.theme.text;
    context.fillText(formatNumber(count), x, y + 0.5);
  }

  _halo(context, { x, y, radius }) {
    context.beginPath();
    context.arc(x, y, radius + 5, 0, 2 * Math.PI);
    [context.strokeStyle, context.lineWidth] = [this.monitor.theme.accent, 3];
    context.stroke();
  }

  /** The mark under a point of the map's container, or null: within a dot or badge, or on the line of a wide ring. */
  at(point) {
    if (!this.marks.length) return null;
    const [x, y] = this.inCanvas(point);
    const away = (mark) => {
      const distance = Math.hypot(mark.x - x, mark.y - y);
      return mark.wide ? Math.min(Math.abs(distance - mark.ring), Math.hypot(mark.x - x, mark.y - mark.ring - y) - 6) - 5 : distance - Math.max(mark.badge, 9);
    };
    const near = this.marks.map((mark) => ({ mark, away: away(mark) })).filter((found) => found.away <= 0);
    return near.sort((a, b) => a.away - b.away)[0]?.mark ?? null;
  }

  /** One opens its card; several are taken apart by zooming in, or listed where they lie in one place. */
  open(mark) {
    const { map } = this.monitor;
    if (mark.count === 1) return this.monitor.select(`i:${this.points.name(mark.members[0])}`);
    const places = mark.members.map((at) => this._degrees(this.points.x[at], this.points.y[at]));
    const bounds = L.latLngBounds(places);
    const apart = map.project(bounds.getNorthWest(), map.getMaxZoom()).distanceTo(map.project(bounds.getSouthEast(), map.getMaxZoom()));
    if (mark.wide || apart < this.options.apart || map.getZoom() >= map.getMaxZoom()) return this.cards.list(mark.members);
    map.fitBounds(bounds.pad(0.2), { maxZoom: map.getMaxZoom(), paddingTopLeft: [340, 60], paddingBottomRight: [60, 180] });
  }

  /** List what the view shows in the window, the latest first; for the keyboard, as a canvas has no stops. */
  listInView() {
    const { state, status } = this.monitor;
    if (state.hidden.has("incidents")) {
      const hidden = new Set(state.hidden);
      hidden.delete("incidents");
      state.set("layers", { hidden });
    }
    const none = this.showing() ? say("No incidents of the window lie in this view.") : say("Single incidents show nearer in: zoom in, or find a place.");
    if (!this.marks.length) return status.announce(none);
    const { width, height } = this.frame;
    const inside = this.marks.filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);
    this.cards.list(inside.flatMap(({ members }) => members));
  }

  /** Words for the tip over a mark. */
  words({ count, members, mode }) {
    const km = members.map((at) => this.points.km[at]).reduce((a, b) => Math.max(a, b));
    const told = count === 1 ? say("Incident, {mode}", { mode: say(mode) }) : counted("{count} incident", "{count} incidents", count);
    return [told, say("known to {precision}", { precision: precisionWords(km) })];
  }

  _degrees(x, y) {
    const { lat, lng } = this.monitor.map.unproject([(x / WORLD + 0.5) * 256, (y / WORLD + 0.5) * 256], 0);
    return [lat, lng];
  }
}
