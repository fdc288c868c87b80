import assert from "node:assert/strict";
import test from "node:test";

import { HexLevel } from "../../layers/assets/hex_level.js";
import { Tally, underWay } from "../../layers/assets/tally.js";

test("a window counts what begins in it and what is under way when it begins", () => {
  // 2 begin in step 0, 3 in step 2; one that began before lasts into steps 1 and 2.
  const tally = new Tally(4, [[0, 2], [2, 3]], [[1, 2, 1]]);
  assert.equal(tally.total(0, 4), 5);
  assert.equal(tally.total(0, 1), 2);
  assert.equal(tally.total(1, 2), 1);
  assert.equal(tally.total(2, 3), 4);
  assert.equal(tally.total(3, 4), 0);
});

test("what lasts from before the first step is under way from it on", () => {
  assert.equal(underWay(3, []), null);
  assert.deepEqual([...(underWay(3, [[-2, 1, 5]]) ?? [])], [5, 5, 0, 0]);
});

const entry = { resolution: 5, hexes: 2, entries: 3, corners: "/corners", cells: "/cells", counts: "/counts", lasting: null };
/** Of resolution 5 and of 3, by the four bits from the 52nd on. */
const CELLS = new BigUint64Array([(5n << 52n) | 0xabcn, (3n << 52n) | 1n]);

/** @returns {Promise<HexLevel>} two hexes over three steps: the first has 1 and 4 in steps 0 and 2, the second 2 in step 1 */
const loaded = async () => {
  const counts = new ArrayBuffer(4 * 3 + 4 * 3 + 2 * 3);
  new Uint32Array(counts, 0, 3).set([0, 2, 3]);
  new Uint32Array(counts, 12, 3).set([1, 4, 2]);
  new Uint16Array(counts, 24, 3).set([0, 2, 1]);
  /** @type {Record<string, ArrayBuffer>} */
  const held = { "/counts": counts, "/corners": new Int32Array(24).buffer, "/cells": CELLS.slice().buffer };
  const real = globalThis.fetch;
  globalThis.fetch = async (url) => new Response(held[String(url)]);
  try {
    return await new HexLevel(entry, 3).load();
  } finally {
    globalThis.fetch = real;
  }
};

test("a level reads counts by hex and step", async () => {
  const level = await loaded();
  assert.deepEqual(level.counts(0), [1, 0, 4]);
  assert.deepEqual(level.counts(1), [0, 2, 0]);
  assert.equal(level.total(0, 0, 3), 5);
  assert.equal(level.total(0, 1, 2), 0);
});

test("a hex knows its own resolution, and is found by its name", async () => {
  const level = await loaded();
  assert.deepEqual([level.own(0), level.own(1)], [5, 3]);
  assert.deepEqual([...level.coarser], [0, 2]);
  assert.equal(level.find(level.name(1)), 1);
  assert.equal(level.find("ffffffffffffffff"), -1);
  assert.equal(level.find("i:list"), -1);
});

test("a level is kept where nothing in it has changed", async () => {
  const level = await loaded();
  assert.equal(HexLevel.of({ ...entry }, 3, level), level);
  const other = HexLevel.of({ ...entry, counts: "/others" }, 3, level);
  assert.notEqual(other, level);
  assert.equal(other.cells, level.cells); // the hexes themselves are the same
  assert.equal(other.sums, null);
  assert.notEqual(HexLevel.of({ ...entry }, 4, level), level);
});
