import assert from "node:assert/strict";
import test from "node:test";

import { holds, isFree, overlap } from "../../layers/assets/boxes.js";
import { degreeName, graticuleLines } from "../../layers/assets/graticule_lines.js";
import { brokenInto } from "../../layers/assets/line_breaks.js";
import { EARTH_KM, WORLD, distanceToLine, pixelsOfKm, toWorld } from "../../layers/assets/mercator.js";

test("Mercator units run from the middle of the world to the east and to the south", () => {
  assert.deepEqual(toWorld(0, 0).map(Math.abs), [0, 0]);
  assert.deepEqual(toWorld(180, 0).map(Math.abs), [WORLD / 2, 0]);
  assert.ok(toWorld(0, 30)[1] < 0);
  // At 60 degrees north asinh(tan 60°) = ln(2 + √3) = 1.3169579.
  assert.equal(Math.round(toWorld(0, 60)[1]), Math.round((-1.3169578969248166 / (2 * Math.PI)) * WORLD));
  assert.equal(toWorld(0, 90)[1], toWorld(0, 85.06)[1]);
});

test("a kilometre is twice as long on the map at 60 degrees", () => {
  assert.equal(pixelsOfKm(EARTH_KM / WORLD, 0), 1);
  assert.ok(Math.abs(pixelsOfKm(EARTH_KM / WORLD, 60) - 2) < 1e-9);
});

test("the distance to a line is that to its nearest stretch, or to its end", () => {
  /** @type {[number, number][]} */
  const line = [[0, 0], [10, 0], [10, 10]];
  assert.equal(distanceToLine(line, 5, 3), 3);
  assert.equal(distanceToLine(line, -3, -4), 5);
  assert.equal(distanceToLine(line, 12, 9), 2);
  assert.equal(distanceToLine(line, 13, 14), 5);
  assert.equal(distanceToLine([[2, 2], [2, 2]], 2, 5), 3);
});

test("boxes that only touch do not overlap", () => {
  assert.ok(overlap([0, 0, 10, 10], [9, 9, 20, 20]));
  assert.ok(!overlap([0, 0, 10, 10], [10, 0, 20, 10]));
  assert.ok(!overlap([0, 0, 10, 10], [0, 10, 10, 20]));
  assert.ok(isFree([0, 0, 1, 1], []));
  assert.ok(!isFree([0, 0, 10, 10], [[50, 50, 60, 60], [5, 5, 6, 6]]));
  assert.ok(holds([0, 0, 10, 10], 5, 9.9));
  assert.ok(!holds([0, 0, 10, 10], 10, 5));
});

test("degrees are named with minutes where they have some", () => {
  assert.equal(degreeName(-750, ["E", "W"]), "12°30′ W");
  assert.equal(degreeName(720, ["E", "W"]), "12° E");
  assert.equal(degreeName(65, ["N", "S"]), "1°05′ N");
  assert.equal(degreeName(0, ["N", "S"]), "0°");
  assert.equal(degreeName(-10800, ["E", "W"]), "180°");
});

test("the graticule takes the finest step whose lines stand far enough apart", () => {
  /** @param {number} pixelsOfDegree */
  const step = (pixelsOfDegree) => graticuleLines({ scale: (pixelsOfDegree * 360) / WORLD, dy: 0, copies: [0], ratio: 1, width: 500, height: 300 }, 110).step;
  assert.equal(step(110), 60);
  assert.equal(step(109.9), 120);
  assert.equal(step(220), 30);
  assert.equal(step(1), 1800);
  const { meridians } = graticuleLines({ scale: (110 * 360) / WORLD, dy: 0, copies: [0], ratio: 1, width: 250, height: 300 }, 110);
  assert.deepEqual(meridians.map(([arc, x]) => [arc + 0, Math.round(x)]), [[0, 0], [60, 110], [120, 220]]);
});

test("a text is broken where a line would grow too long; a word that is too long has a line of its own", () => {
  const fits = (/** @type {string} */ line) => line.length <= 9;
  assert.deepEqual(brokenInto("full, as said", fits), ["full, as", "said"]);
  assert.deepEqual(brokenInto("nine nine", fits), ["nine nine"]);
  assert.deepEqual(brokenInto("confidence of a line", fits), ["confidence", "of a line"]);
});
