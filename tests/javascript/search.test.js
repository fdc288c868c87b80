import assert from "node:assert/strict";
import test from "node:test";

import { Finder } from "../../layers/assets/finder.js";
import { folded } from "../../layers/assets/names.js";
import { Position } from "../../layers/assets/position.js";

test("names are compared without case, accents and punctuation", () => {
  assert.equal(folded("  Saint-Louis, Sénégal "), "saint louis senegal");
  assert.equal(folded("Ærø / Łódź"), "aero lodz");
  assert.equal(folded("…"), "");
});

test("positions are read as people type them", () => {
  assert.deepEqual(Position.parse("35.5, 12.6"), { lat: 35.5, lon: 12.6 });
  assert.deepEqual(Position.parse("35.5 N 12.6 W"), { lat: 35.5, lon: -12.6 });
  assert.deepEqual(Position.parse("35°30'N 12°36'E"), { lat: 35.5, lon: 12.6 });
  assert.deepEqual(Position.parse("12.6 E; 35.5 S"), { lat: -35.5, lon: 12.6 });
  assert.deepEqual(Position.parse("−0.5 1"), { lat: -0.5, lon: 1 });
  assert.deepEqual(Position.parse("90 180"), { lat: 90, lon: 180 });
});

test("what is no position is none, and one outside says so", () => {
  for (const words of ["", "35.5", "Tripoli", "35 N 12 N", "1 2 3"]) assert.equal(Position.parse(words), null, words);
  assert.match(Position.fault("90.1 0") ?? "", /^Latitude 90\.1/);
  assert.match(Position.fault("0 180.5") ?? "", /^Longitude 180\.5/);
  assert.equal(Position.fault("90 180"), null);
  assert.equal(Position.fault("Tripoli"), null);
});

test("a position is named by its sides", () => {
  assert.equal(Position.name({ lat: -35.5, lon: 12.25 }), "35.5000° S, 12.2500° E");
  assert.equal(Position.name({ lat: 0, lon: -0.04 }, 1), "0.0° N, 0.0° W");
});

/** @typedef {import("../../layers/assets/types.js").Found} Found */

/** @param {Found["kind"]} kind  @param {number} count  @returns {Found[]} */
const some = (kind, count) => Array.from({ length: count }, (_, at) => ({ kind, name: `${kind} ${at}`, detail: "", go: () => {} }));

test("of each kind a few are listed, in the order of kinds, and places fill what is left", () => {
  const all = [...some("Places", 9), ...some("Countries", 4), ...some("Routes", 7)];
  const names = Finder.shared(all, 8).map(({ name }) => name);
  assert.deepEqual(names, ["Routes 0", "Routes 1", "Routes 2", "Countries 0", "Countries 1", "Places 0", "Places 1", "Places 2"]);
  assert.equal(Finder.shared(some("Routes", 7), 8).length, 3);
  assert.equal(Finder.shared(some("Places", 9), 8).length, 8);
  assert.deepEqual(Finder.shared(all, 2).map(({ name }) => name), ["Routes 0", "Routes 1"]);
});
