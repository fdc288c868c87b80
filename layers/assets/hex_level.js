/* The hexes of a picture at one resolution. */

import { ask } from "./server.js";
import { underWay } from "./tally.js";

/** @import { LevelEntry, Pair, Span } from "./types.js" */

/** @typedef {{ corners: Int32Array, cells: BigUint64Array, coarser?: Uint8Array }} Hexagons corners in Mercator units, x and y of six */

/** The hexes of one roll-up level. */
export class HexLevel {
  /** @type {LevelEntry} */
  entry;
  /** Running sums of every hex; null until it is loaded.  @type {Uint32Array | null} */
  sums = null;
  /** @type {Int32Array | null} */
  corners = null;
  /** @type {BigUint64Array} */
  cells = new BigUint64Array(0);
  /** By how many resolutions each is coarser than the level.  @type {Uint8Array} */
  coarser = new Uint8Array(0);
  /** The row of what is under way in each hex, null where nothing lasts.  @type {Uint32Array | null} */
  row = null;
  /** @type {(Uint32Array | null)[]} */
  rows = [];
  /** @type {Promise<unknown> | null} */
  loading = null;

  /** Coarser by more than this looks alike. */
  static COARSEST = 3;

  /**
   * A level of a picture: the one before where nothing in it has changed.
   * @param {LevelEntry} entry  @param {number} steps  @param {HexLevel | undefined} before
   */
  static of(entry, steps, before) {
    return before && before.steps === steps && isAlike(before.entry, entry) ? before : new HexLevel(entry, steps, before);
  }

  /** @param {LevelEntry} entry  @param {number} steps  @param {HexLevel} [before] the same level of the picture before */
  constructor(entry, steps, before) {
    this.entry = entry;
    this.resolution = entry.resolution;
    this.count = entry.hexes;
    this.steps = steps;
    if (before?.corners && before.sums && before.entry.cells === entry.cells) this._stand({ corners: before.corners, cells: before.cells, coarser: before.coarser });
  }

  /** Fetch what is not here yet.  @param {AbortSignal} [signal] */
  async load(signal) {
    if (this.sums) return this;
    const { entry } = this;
    const [counts, lasting, corners, cells] = await Promise.all([
      resource(entry.counts, signal),
      entry.lasting ? resource(entry.lasting, signal) : null,
      this.corners ? null : resource(entry.corners, signal),
      this.corners ? null : resource(entry.cells, signal),
    ]);
    if (corners && cells) this._stand({ corners: new Int32Array(corners), cells: new BigUint64Array(cells) });
    if (lasting) this._hold(new Uint32Array(lasting));
    this.sums = this._sums(counts);
    return this;
  }

  /** Take the hexes themselves: another View often has the same, with other counts.  @param {Hexagons} given */
  _stand({ corners, cells, coarser }) {
    [this.corners, this.cells] = [corners, cells];
    /** @param {unknown} _  @param {number} hex */
    const pale = (_, hex) => Math.min(Math.max(0, this.resolution - this.own(hex)), HexLevel.COARSEST);
    this.coarser = coarser ?? Uint8Array.from({ length: this.count }, pale);
  }

  /** Running sums of every hex, one row of steps + 1 behind the other.  @param {ArrayBuffer} buffer */
  _sums(buffer) {
    const { count, steps, entry } = this;
    const offsets = new Uint32Array(buffer, 0, count + 1);
    const counts = new Uint32Array(buffer, 4 * (count + 1), entry.entries);
    const months = new Uint16Array(buffer, 4 * (count + 1 + entry.entries), entry.entries);
    const row = steps + 1;
    const sums = new Uint32Array(count * row);
    for (let hex = 0; hex < count; hex++) {
      const base = hex * row;
      for (let at = offsets[hex]; at < offsets[hex + 1]; at++) sums[base + months[at] + 1] = counts[at];
      for (let step = 1; step < row; step++) sums[base + step] += sums[base + step - 1];
    }
    return sums;
  }

  /** Give each hex of which something lasts the number of a row of what is under way; few have one.  @param {Uint32Array} lasting */
  _hold(lasting) {
    /** @type {Map<number, Span[]>} */
    const spans = new Map();
    for (let at = 0; at < lasting.length; at += 4) {
      const [hex, count, first, last] = lasting.subarray(at, at + 4);
      const own = spans.get(hex);
      if (own) own.push([first, last, count]);
      else spans.set(hex, [[first, last, count]]);
    }
    this.row = new Uint32Array(this.count);
    this.rows = [null];
    for (const [hex, own] of spans) this.row[hex] = this.rows.push(underWay(this.steps, own)) - 1;
  }

  /** How many are under way in a hex at the beginning of a step.  @param {number} hex  @param {number} step */
  held(hex, step) {
    return (this.row && this.rows[this.row[hex]]?.[step]) ?? 0;
  }

  /**
   * Incidents of a hex in steps [from, to): those that begin in them, and those under way when they begin.
   * @param {number} hex  @param {number} from  @param {number} to
   */
  total(hex, from, to) {
    const base = hex * (this.steps + 1);
    return this.sums ? this.sums[base + to] - this.sums[base + from] + this.held(hex, from) : 0;
  }

  /** @param {number} hex */
  counts(hex) {
    return Array.from({ length: this.steps }, (_, step) => this.total(hex, step, step + 1));
  }

  /** One corner of every hex, in Mercator units. */
  *places() {
    const corners = this.corners ?? new Int32Array(0);
    for (let at = 0; at < corners.length; at += 12) yield pair(corners[at], corners[at + 1]);
  }

  /** The hex of a name, -1 if there is none.  @param {string} name */
  find(name) {
    return /^[0-9a-f]{1,16}$/.test(name) ? this.cells.indexOf(BigInt(`0x${name}`)) : -1;
  }

  /** @param {number} hex */
  name(hex) {
    return this.cells[hex].toString(16);
  }

  /** The resolution of one hex, which may be coarser than its level.  @param {number} hex */
  own(hex) {
    return Number((this.cells[hex] >> 52n) & 15n);
  }
}

/** Whether two entries name the same content.  @param {LevelEntry} one  @param {LevelEntry} other */
const isAlike = (one, other) => NAMED.every((name) => one[name] === other[name]);

/** What of an entry names content. */
const NAMED = /** @type {const} */ (["corners", "cells", "counts", "lasting"]);

/** @param {string} url  @param {AbortSignal} [signal] */
const resource = async (url, signal) => {
  const answer = await ask(url, { signal });
  if (!answer.ok) throw new Error(`${url.slice(0, 20)}: ${answer.status}`);
  return answer.arrayBuffer();
};

/** @param {number} x  @param {number} y  @returns {Pair} */
const pair = (x, y) => [x, y];
