/* Incidents as marks: a point with the ring within which it lies, several near each other as one with their number. */

import { EARTH_KM, WORLD } from "./mercator.js";

/** @import { Frame, IncidentMark } from "./types.js" */

/** The incidents of one box as columns; see layers/payload/incident_points.py. */
export class IncidentPoints {
  /** First and last day of each.  @type {Int32Array} */
  day;
  /** @type {Int32Array} */
  last;
  static BYTES = 25;
  static FIRST_DAY = Date.UTC(1900, 0, 1) / 86_400_000;

  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    const n = (this.count = buffer.byteLength / IncidentPoints.BYTES);
    this.keys = new BigUint64Array(buffer, 0, n);
    this.x = new Int32Array(buffer, 8 * n, n);
    this.y = new Int32Array(buffer, 12 * n, n);
    this.km = new Float32Array(buffer, 16 * n, n);
    /** @param {number} offset */
    const days = (offset) => Int32Array.from(new Uint16Array(buffer, offset * n, n), (day) => day + IncidentPoints.FIRST_DAY);
    [this.day, this.last] = [days(20), days(22)];
    this.mode = new Uint8Array(buffer, 24 * n, n);
    // Mercator units of the precision, where the point lies.
    this.reach = this.km.map((km, at) => (km * WORLD * Math.cosh((this.y[at] / WORLD) * 2 * Math.PI)) / EARTH_KM);
  }

  /** @param {number} at */
  name(at) {
    return this.keys[at].toString(16).padStart(16, "0");
  }

  /** @param {string} name */
  find(name) {
    return this.keys.indexOf(BigInt(`0x${name}`));
  }
}

/**
 * Marks of points at a scale: those whose ring fits a hexagon of the screen are gathered by hexagons, which stay where they are when
 * the map is moved; wider rings by their place. No mark is ever narrower than the precision of what it stands for.
 */
export class IncidentMarks {
  static DOT = 4;

  /** @param {IncidentPoints} points  @param {Frame} second  @param {number} apart  @param {string[]} modes */
  constructor(points, { scale, copies, dy, width, height }, apart, modes) {
    this.points = points;
    this.frame = { scale, copies, dy, width, height };
    this.apart = apart;
    this.modes = modes;
    this.widest = 0.4 * Math.max(width, height);
  }

  /** @returns {IncidentMark[]} the widest first  @param {number} from  @param {number} to */
  within(from, to) {
    const { points } = this;
    /** @type {Map<string, number[]>} */
    const groups = new Map();
    this.rough = 0;
    for (let at = 0; at < points.count; at++) {
      if (points.last[at] < from || points.day[at] >= to) continue;
      const radius = points.reach[at] * this.frame.scale;
      if (radius > this.widest) this.rough++;
      else this._into(groups, at, radius);
    }
    const marks = [...groups.values()].map((group) => this._mark(group));
    return marks.flatMap((mark) => this._placed(mark)).sort((a, b) => Number(b.wide) - Number(a.wide) || b.radius - a.radius);
  }

  /** @param {Map<string, number[]>} groups  @param {number} at  @param {number} radius */
  _into(groups, at, radius) {
    const { points } = this;
    const wide = radius > this.apart / 2;
    const key = wide ? `${points.x[at]} ${points.y[at]} ${points.km[at]}` : this._hexagon(points.x[at] * this.frame.scale, points.y[at] * this.frame.scale);
    const group = groups.get(key);
    if (group) group.push(at);
    else groups.set(key, [at]);
  }

  /** Axial coordinates, rounded as cubes are.  @param {number} x  @param {number} y */
  _hexagon(x, y) {
    const size = this.apart / Math.sqrt(3);
    const [q, r] = [(x * Math.sqrt(3) - y) / 3 / size, (2 * y) / 3 / size];
    let [a, b, c] = [Math.round(q), Math.round(r), Math.round(-q - r)];
    const [da, db, dc] = [Math.abs(a - q), Math.abs(b - r), Math.abs(c + q + r)];
    if (da > db && da > dc) a = -b - c;
    else if (db > dc) b = -a - c;
    return `${a}:${b}`;
  }

  /** @param {number[]} members */
  _mark(members) {
    const { points, frame } = this;
    const count = members.length;
    /** @param {ArrayLike<number>} values */
    const mean = (values) => (members.reduce((sum, at) => sum + values[at], 0) / count) * frame.scale;
    const ring = Math.max(...members.map((at) => points.reach[at])) * frame.scale;
    const tally = new Map();
    for (const at of members) tally.set(points.mode[at], (tally.get(points.mode[at]) ?? 0) + 1);
    const [mode] = [...tally].sort((a, b) => b[1] - a[1])[0];
    const wide = ring > this.apart / 2;
    const badge = count > 1 && !wide ? Math.min(this.apart / 2 - 2, 8 + 1.6 * Math.log2(count)) : 0;
    const [x, y] = badge ? this._eased(mean(points.x), mean(points.y)) : [mean(points.x), mean(points.y)];
    return { x, y, ring, radius: Math.max(ring, badge, IncidentMarks.DOT), badge, count, mode: this.modes[mode], members, wide };
  }

  /** Half way to the middle of the hexagon, so that badges hide each other less.  @param {number} x  @param {number} y */
  _eased(x, y) {
    const [q, r] = this._hexagon(x, y).split(":").map(Number);
    const size = this.apart / Math.sqrt(3);
    return [(x + size * Math.sqrt(3) * (q + r / 2)) / 2, (y + size * 1.5 * r) / 2];
  }

  /** @param {IncidentMark} mark */
  _placed(mark) {
    const { copies, dy, width, height } = this.frame;
    const { x, y, radius } = mark;
    /** @param {{ x: number, y: number }} given */
    const inside = ({ x: px, y: py }) => px > -radius && py > -radius && px < width + radius && py < height + radius;
    return copies.map((dx) => ({ ...mark, x: x + dx, y: y + dy })).filter(inside);
  }
}
