import assert from "node:assert/strict";
import test from "node:test";

import { evenly, knownName, ribboned } from "../../layers/assets/ribbons.js";

/** A crossing to the north along x, as important as said.  @param {string} id  @param {number} x  @param {number} share  @param {object} [other] */
const crossing = (id, x, share, other = {}) => /** @type {any} */ ({
  corridor: { id, title: `Central Mediterranean: ${id}`, mode: "sea", layer: "routes", direction: 1, faint: false, ...other },
  lines: [[[x, 100], [x, 0]]],
  quiet: false,
  share,
});

/** What is drawn, each as the ids that it stands for.  @param {any[]} shapes  @param {string | null} [selected] */
const drawn = (shapes, selected = null) =>
  ribboned(shapes, selected).map(({ corridor, members }) => (members ?? [corridor]).map(({ id }) => id).join("+"));

test("crossings under one known name within 28 pixels of the main one are one ribbon, those further away are not", () => {
  assert.deepEqual(drawn([crossing("far", 29, 0.1), crossing("near", 28, 0.2), crossing("main", 0, 0.5)]), ["far", "main+near"]);
});

test("a ribbon runs in the middle, each crossing by its importance, and is as important as they are together", () => {
  const [ribbon] = ribboned([crossing("near", 20, 0.1), crossing("main", 0, 0.3)], null);
  assert.deepEqual(ribbon.lines.length, 1);
  assert.ok(ribbon.lines[0].every(([x]) => Math.abs(x - 5) < 1e-9)); // (20 * 0.1 + 0 * 0.3) / 0.4
  assert.deepEqual([ribbon.lines[0][0][1], ribbon.lines[0].at(-1)?.[1]], [100, 0]);
  assert.ok(Math.abs(ribbon.share - 0.4) < 1e-9);
});

test("a crossing that was drawn from the other end joins in the direction of the main one", () => {
  const turned = { ...crossing("near", 20, 0.1, { direction: -1 }), lines: [[[20, 0], [20, 100]]] };
  const [ribbon] = ribboned(/** @type {any} */ ([turned, crossing("main", 0, 0.3)]), null);
  assert.deepEqual(ribbon.lines[0][0].map(Math.round), [5, 100]);
});

test("other names, land, quiet routes and the one that is selected stay lines of their own", () => {
  const main = crossing("main", 0, 0.5);
  assert.deepEqual(drawn([crossing("other", 9, 0.2, { title: "Eastern Mediterranean: other" }), main]), ["other", "main"]);
  assert.deepEqual(drawn([crossing("nameless", 9, 0.2, { title: "A – B" }), main]), ["nameless", "main"]);
  assert.deepEqual(drawn([crossing("road", 9, 0.2, { mode: "land" }), main]), ["road", "main"]);
  assert.deepEqual(drawn([{ ...crossing("still", 9, 0.2), quiet: true }, main]), ["still", "main"]);
  assert.deepEqual(drawn([crossing("chosen", 9, 0.2), crossing("second", 5, 0.3), main], "chosen"), ["main+second", "chosen"]);
});

test("a ribbon says of all its crossings how sure they are and which way they run", () => {
  const main = crossing("main", 0, 0.5);
  assert.deepEqual(drawn([crossing("unsure", 9, 0.2, { faint: true }), main]), ["unsure", "main"]);
  assert.deepEqual(drawn([crossing("back", 9, 0.2, { direction: -1 }), main]), ["back", "main"]);
  const there = { ...crossing("there", 9, 0.2), lines: [[[9, 0], [9, 100]]] };
  assert.deepEqual(drawn([there, main]), ["there", "main"]); // drawn from the north, it runs to the south
  const both = [crossing("b", 9, 0.2, { direction: 2 }), crossing("a", 0, 0.5, { direction: 2 })];
  assert.deepEqual(drawn([{ ...both[0], lines: [[[9, 0], [9, 100]]] }, both[1]]), ["a+b"]);
});

test("crossings that part on the way are not one, though their ends lie together", () => {
  const round = { ...crossing("round", 0, 0.2), lines: [[[0, 100], [60, 50], [0, 0]]] };
  assert.deepEqual(drawn([round, crossing("main", 0, 0.5)]), ["round", "main"]);
});

test("points lie at equal steps along a line", () => {
  assert.deepEqual(evenly([[0, 0], [10, 0], [10, 30]], 5), [[0, 0], [10, 0], [10, 10], [10, 20], [10, 30]]);
});

test("a route without a known name has none", () => {
  assert.equal(knownName(/** @type {any} */ ({ title: "Tripoli – Lampedusa" })), null);
  assert.equal(knownName(/** @type {any} */ ({ title: "Central Mediterranean: Tripoli – Lampedusa" })), "Central Mediterranean");
});
