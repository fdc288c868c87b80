/* From the server to a picture: asks for the newest version, fetches snapshots, keeps the old picture until the new one stands. */

import { underWay } from "./tally.js";

/** The hexes of one roll-up level. */
export class HexLevel {
  /** Coarser by more than this looks alike. */
  static COARSEST = 3;

  /** A level of a picture: the one before where nothing in it has changed. */
  static of(entry, steps, before) {
    const alike = ["corners", "cells", "counts", "lasting"].every((name) => before?.entry[name] === entry[name]);
    return alike && before.steps === steps ? before : new HexLevel(entry, steps, before);
  }

  /** @param {object} entry of the manifest  @param {number} steps  @param {HexLevel} [before] the same level of the picture before */
  constructor(entry, steps, before) {
    this.entry = entry;
    this.resolution = entry.resolution;
    this.count = entry.hexes;
    this.steps = steps;
    if (before?.sums && before.entry.cells === entry.cells) this._stand(before);
  }

  /** Fetch what is not here yet. */
  async load(signal) {
    if (this.sums) return this;
    const { entry } = this;
    const fetched = [entry.counts, entry.lasting, ...(this.cells ? [] : [entry.corners, entry.cells])].map(async (url) => {
      if (!url) return null;
      const answer = await fetch(url, { signal });
      if (!answer.ok) throw new Error(`${url.slice(0, 20)}: ${answer.status}`);
      return answer.arrayBuffer();
    });
    const [counts, lasting, corners, cells] = await Promise.all(fetched);
    if (cells) this._stand({ corners: new Int32Array(corners), cells: new BigUint64Array(cells) });
    if (lasting) this._hold(new Uint32Array(lasting));
    this.sums = this._sums(counts);
    return this;
  }

  /** Take the hexes themselves: another View often has the same, with other counts. */
  _stand({ corners, cells, coarser }) {
    [this.corners, this.cells] = [corners, cells];
    const pale = (_, hex) => Math.min(Math.max(0, this.resolution - this.own(hex)), HexLevel.COARSEST);
    this.coarser = coarser ?? Uint8Array.from({ length: this.count }, pale);
  }

  /** Running sums of every hex, one row of steps + 1 behind the other. */
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

  /** Give each hex of which something lasts the number of a row of what is under way; few have one. */
  _hold(lasting) {
    const spans = new Map();
    for (let at = 0; at < lasting.length; at += 4) {
      const [hex, count, first, last] = lasting.subarray(at, at + 4);
      if (!spans.has(hex)) spans.set(hex, []);
      spans.get(hex).push([first, last, count]);
    }
    this.row = new Uint32Array(this.count);
    this.rows = [null];
    for (const [hex, own] of spans) this.row[hex] = this.rows.push(underWay(this.steps, own)) - 1;
  }

  /** How many are under way in a hex at the beginning of a step. */
  held(hex, step) {
    return this.rows[this.row[hex]]?.[step] ?? 0;
  }

  /** Incidents of a hex in steps [from, to): those that begin in them, and those under way when they begin. */
  total(hex, from, to) {
    const base = hex * (this.steps + 1);
    return this.sums[base + to] - this.sums[base + from] + (this.rows ? this.held(hex, from) : 0);
  }

  counts(hex) {
    return Array.from({ length: this.steps }, (_, step) => this.total(hex, step, step + 1));
  }

  /** One corner of every hex, in Mercator units. */
  *places() {
    for (let at = 0; at < this.corners.length; at += 12) yield [this.corners[at], this.corners[at + 1]];
  }

  name(hex) {
    return this.cells[hex].toString(16);
  }

  /** The resolution of one hex, which may be coarser than its level. */
  own(hex) {
    return Number((this.cells[hex] >> 52n) & 15n);
  }
}
