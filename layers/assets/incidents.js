/* Incidents one by one: a point with the ring within which it lies, several near each other as one mark with their number. */
"use strict";

/** The incidents of one box as columns; see layers/points.py. */
Monitor.Points = class {
  static BYTES = 25;
  static FIRST_DAY = Date.UTC(1900, 0, 1) / 86_400_000;

  constructor(buffer) {
    const n = (this.count = buffer.byteLength / Monitor.Points.BYTES);
    this.keys = new BigUint64Array(buffer, 0, n);
    this.x = new Int32Array(buffer, 8 * n, n);
    this.y = new Int32Array(buffer, 12 * n, n);
    this.km = new Float32Array(buffer, 16 * n, n);
    const days = (offset) => Int32Array.from(new Uint16Array(buffer, offset * n, n), (day) => day + Monitor.Points.FIRST_DAY);
    [this.day, this.last] = [days(20), days(22)];
    this.mode = new Uint8Array(buffer, 24 * n, n);
    // Mercator units of the precision, where the point lies.
    this.reach = this.km.map((km, at) => (km * Monitor.WORLD * Math.cosh((this.y[at] / Monitor.WORLD) * 2 * Math.PI)) / EARTH_KM);
  }

  name(at) {
    return this.keys[at].toString(16).padStart(16, "0");
  }

  find(name) {
    return this.keys.indexOf(BigInt(`0x${name}`));
  }
};

/**
 * Marks of points at a scale: those whose ring fits a hexagon of the screen are gathered by hexagons, which stay where they are when
 * the map is moved; wider rings by their place. No mark is ever narrower than the precision of what it stands for.
 */
Monitor.Marks = class {
  static DOT = 4;

  constructor(points, { scale, copies, dy, width, height }, apart, modes) {
    this.points = points;
    this.frame = { scale, copies, dy, width, height };
    this.apart = apart;
    this.modes = modes;
    this.widest = 0.4 * Math.max(width, height);
  }

  /** @returns {{x, y, radius, count, mode, members, wide}[]} the widest first */
  within(from, to) {
    const { points } = this;
    const groups = new Map();
    this.rough = 0;
    for (let at = 0; at < points.count; at++) {
      if (points.last[at] < from || points.day[at] >= to) continue;
      const radius = points.reach[at] * this.frame.scale;
      if (radius > this.widest) this.rough++;
      else this._into(groups, at, radius);
    }
    const marks = [...groups.values()].map((group) => this._mark(group));
    return marks.flatMap((mark) => this._placed(mark)).sort((a, b) => b.wide - a.wide || b.radius - a.radius);
  }

  _into(groups, at, radius) {
    const { points } = this;
    const wide = radius > this.apart / 2;
    const key = wide ? `${points.x[at]} ${points.y[at]} ${points.km[at]}` : this._hexagon(points.x[at] * this.frame.scale, points.y[at] * this.frame.scale);
    const group = groups.get(key);
    if (group) group.push(at);
    else groups.set(key, [at]);
  }

  /** Axial coordinates, rounded as cubes are. */
  _hexagon(x, y) {
    const size = this.apart / Math.sqrt(3);
    const [q, r] = [(x * Math.sqrt(3) - y) / 3 / size, (2 * y) / 3 / size];
    let [a, b, c] = [Math.round(q), Math.round(r), Math.round(-q - r)];
    const [da, db, dc] = [Math.abs(a - q), Math.abs(b - r), Math.abs(c + q + r)];
    if (da > db && da > dc) a = -b - c;
    else if (db > dc) b = -a - c;
    return `${a}:${b}`;
  }

  _mark(members) {
    const { points, frame } = this;
    const count = members.length;
    const mean = (values) => (members.reduce((sum, at) => sum + values[at], 0) / count) * frame.scale;
    const ring = Math.max(...members.map((at) => points.reach[at])) * frame.scale;
    const tally = new Map();
    for (const at of members) tally.set(points.mode[at], (tally.get(points.mode[at]) ?? 0) + 1);
    const [mode] = [...tally].sort((a, b) => b[1] - a[1])[0];
    const wide = ring > this.apart / 2;
    const badge = count > 1 && !wide ? Math.min(this.apart / 2 - 2, 8 + 1.6 * Math.log2(count)) : 0;
    const [x, y] = badge ? this._eased(mean(points.x), mean(points.y)) : [mean(points.x), mean(points.y)];
    return { x, y, ring, radius: Math.max(ring, badge, Monitor.Marks.DOT), badge, count, mode: this.modes[mode], members, wide };
  }

  /** Half way to the middle of the hexagon, so that badges hide each other less. */
  _eased(x, y) {
    const [q, r] = this._hexagon(x, y).split(":").map(Number);
    const size = this.apart / Math.sqrt(3);
    return [(x + size * Math.sqrt(3) * (q + r / 2)) / 2, (y + size * 1.5 * r) / 2];
  }

  _placed(mark) {
    const { copies, dy, width, height } = this.frame;
    const { x, y, radius } = mark;
    const inside = ({ x: px, y: py }) => px > -radius && py > -radius && px < width + radius && py < height + radius;
    return copies.map((dx) => ({ ...mark, x: x + dx, y: y + dy })).filter(inside);
  }
};

Monitor.Incidents = Monitor.CanvasLayer.extend({
  initialize(options) {
    Monitor.CanvasLayer.prototype.initialize.call(this, "incidents", { zIndex: 480, ...options });
    this.points = null;
    this.marks = [];
  },

  attach(monitor) {
    this.monitor = monitor;
    monitor.incidents = this;
    this.cards = new Monitor.IncidentCards(monitor, this);
    this.addTo(monitor.map);
    monitor.map.on("moveend", () => this.ask());
  },

  showing() {
    const { state, map } = this.monitor;
    return !state.hidden.has("incidents") && map.getZoom() >= this.options.from_zoom;
  },

  recolour() {
    this.refresh();
  },

  rewindow() {
    if (this.narrow) this.ask();
    this.refresh();
  },

  reselect() {
    this.refresh();
  },

  repicture() {
    this.cards.forget();
    this.ask();
    this.refresh();
  },

  relayer() {
    const { state, map, status } = this.monitor;
    const off = state.hidden.has("incidents");
    if (this.off && !off && map.getZoom() < this.options.from_zoom) status.say(Monitor.say("Single incidents show nearer in: zoom in, or find a place."));
    this.off = off;
    this.ask();
    this.refresh();
  },

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
      this.monitor.status.say(error.message);
    }
  },

  /** All times of the box, so that the window moves without asking; only those of the window where that is too much. */
  async _fetch(box, signal) {
    this.narrow = null;
    let answer = await this._get(box, [], signal);
    if (answer.status === 413) {
      const [from, to] = this._window();
      answer = await this._get(box, [["from", Monitor.day.key(from)], ["to", Monitor.day.key(to)]], signal);
      this.narrow = `${from},${to}`;
    }
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? Monitor.say("The server answered {status}.", { status: String(answer.status) }));
    return new Monitor.Points(await answer.arrayBuffer());
  },

  _get([[south, west], [north, east]], window, signal) {
    const { manifest } = this.monitor.picture;
    const params = new URLSearchParams(manifest.query);
    for (const [name, value] of window) params.set(name, value);
    const around = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
    const whole = east - west >= 360;
    params.set("version", manifest.version);
    params.set("box", [whole ? -180 : around(west), Math.max(-90, south), whole ? 180 : around(east), Math.min(90, north)].map((degrees) => degrees.toFixed(4)));
    return fetch(`/data/points?${params}`, { signal });
  },

  _window() {
    return Object.values(this.monitor.days(...this.monitor.range));
  },

  _view() {
    const bounds = this.monitor.map.getBounds();
    return L.latLngBounds([[Math.max(-84, bounds.getSouth()), bounds.getWest()], [Math.min(84, bounds.getNorth()), bounds.getEast()]]);
  },

  _wider() {
    const bounds = this._view().pad(0.3);
    return [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]];
  },

  prepare() {
    this.grouping = this.points ? new Monitor.Marks(this.points, this.frame, this.options.apart, this.options.modes) : null;
  },

  empty() {
    return !this.showing();
  },

  draw() {
    const context = this.wipe();
    this.marks = [];
    if (this.empty() || !this.grouping || !this.monitor.picture?.steps) return;
    this.marks = this.grouping.within(...this._window());
    const chosen = Monitor.IncidentCards.key(this.monitor.state.selected);
    for (const mark of this.marks) this._paint(context, mark);
    const at = chosen ? this.points.find(chosen) : -1;
    const held = at < 0 ? null : this.marks.find(({ members }) => members.includes(at));
    if (held) this._halo(context, held);
  },

  _paint(context, mark) {
    const { theme } = this.monitor;
    const colour = theme.mode[mark.mode] ?? theme.muted;
    if (mark.ring > Monitor.Marks.DOT + 1) this._ring(context, mark, colour);
    if (mark.wide) this._number(context, mark, colour);
    else if (mark.count > 1) this._badge(context, mark, colour);
    else if (mark.ring <= 2.5 * Monitor.Marks.DOT) this._dot(context, mark, colour);
  },

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
  },

  _dot(context, { x, y }, colour) {
    context.beginPath();
    context.arc(x, y, Monitor.Marks.DOT, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.strokeStyle = this.monitor.theme.casing;
    context.lineWidth = 1.6;
    context.fill();
    context.stroke();
  },

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
  },

  /** How many a wide ring stands for, on its upper edge: in its middle it would look like a place. */
  _number(context, { x, y, ring, count }, colour) {
    if (count < 2) return;
    const { theme } = this.monitor;
    context.font = `650 11px ${FONT}`;
    const half = context.measureText(Monitor.number(count)).width / 2 + 6;
    context.beginPath();
    context.roundRect(x - half, y - ring - 9, 2 * half, 18, 9);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, colour, 1.3];
    context.fill();
    context.stroke();
    this._count(context, count, x, y - ring);
  },

  _count(context, count, x, y) {
    context.font = `650 11px ${FONT}`;
    [context.textAlign, context.textBaseline] = ["center", "middle"];
    context.fillStyle = this.monitor.theme.text;
    context.fillText(Monitor.number(count), x, y + 0.5);
  },

  _halo(context, { x, y, radius }) {
    context.beginPath();
    context.arc(x, y, radius + 5, 0, 2 * Math.PI);
    [context.strokeStyle, context.lineWidth] = [this.monitor.theme.accent, 3];
    context.stroke();
  },

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
  },

  /** One opens its card; several are taken apart by zooming in, or listed where they lie in one place. */
  open(mark) {
    const { map } = this.monitor;
    if (mark.count === 1) return this.monitor.select(`i:${this.points.name(mark.members[0])}`);
    const places = mark.members.map((at) => this._degrees(this.points.x[at], this.points.y[at]));
    const bounds = L.latLngBounds(places);
    const apart = map.project(bounds.getNorthWest(), map.getMaxZoom()).distanceTo(map.project(bounds.getSouthEast(), map.getMaxZoom()));
    if (mark.wide || apart < this.options.apart || map.getZoom() >= map.getMaxZoom()) return this.cards.list(mark.members);
    map.fitBounds(bounds.pad(0.2), { maxZoom: map.getMaxZoom(), paddingTopLeft: [340, 60], paddingBottomRight: [60, 180] });
  },

  /** List what the view shows in the window, the latest first; for the keyboard, as a canvas has no stops. */
  listInView() {
    const { state, status } = this.monitor;
    if (state.hidden.has("incidents")) {
      const hidden = new Set(state.hidden);
      hidden.delete("incidents");
      state.set("layers", { hidden });
    }
    const none = this.showing() ? Monitor.say("No incidents of the window lie in this view.") : Monitor.say("Single incidents show nearer in: zoom in, or find a place.");
    if (!this.marks.length) return status.say(none);
    const { width, height } = this.frame;
    const inside = this.marks.filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);
    this.cards.list(inside.flatMap(({ members }) => members));
  },

  /** Words for the tip over a mark. */
  words({ count, members, mode }) {
    const km = members.map((at) => this.points.km[at]).reduce((a, b) => Math.max(a, b));
    const told = count === 1 ? Monitor.say("Incident, {mode}", { mode: Monitor.say(mode) }) : Monitor.counted(count, "{count} incident", "{count} incidents");
    return [told, Monitor.say("known to {precision}", { precision: Monitor.precision(km) })];
  },

  _degrees(x, y) {
    const { lat, lng } = this.monitor.map.unproject([(x / Monitor.WORLD + 0.5) * 256, (y / Monitor.WORLD + 0.5) * 256], 0);
    return [lat, lng];
  },
});
