import assert from "node:assert/strict";
import test from "node:test";

import { WORLD } from "../../layers/assets/mercator.js";
import { OwnShapes } from "../../layers/assets/own_shapes.js";
import { State } from "../../layers/assets/state.js";

/** @import { Frame, OwnFeature, OwnLayer } from "../../layers/assets/types.js" */

const layer = /** @type {OwnLayer} */ ({ id: "a", colour: "#112233", width: 2, fill: 0.2, dash: "solid" });
const frame = /** @type {Frame} */ ({ scale: 3600 / WORLD, dy: 500, copies: [500], ratio: 1, width: 1000, height: 1000 });

/** Paths that know their places, and a canvas that knows whether a place lies in them. */
class Path {
  /** @type {[number, number][]} */
  places = [];
  /** @param {number} x  @param {number} y */
  lineTo(x, y) {
    this.places.push([x, y]);
  }
  /** @param {number} x  @param {number} y */
  arc(x, y) {
    this.places.push([x, y]);
  }
  /** @param {number} x  @param {number} y */
  moveTo(x, y) {
    this.places.push([x, y]);
  }
  closePath() {}
}
Object.assign(globalThis, { Path2D: Path });

const canvas = () => {
  const inside = (/** @type {Path} */ { places }, /** @type {number} */ x) => Math.min(...places.map(([at]) => at)) <= x && x <= Math.max(...places.map(([at]) => at));
  const made = { filled: 0, stroked: 0, save() {}, restore() {}, setLineDash() {}, fill: () => made.filled++, stroke: () => made.stroked++, isPointInPath: inside, isPointInStroke: inside };
  return { made, context: /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (made)) };
};

test("areas are filled and outlined, lines outlined, points filled, and the uppermost is found", () => {
  const shapes = new OwnShapes(layer);
  /** @type {OwnFeature[]} */
  const features = [
    { properties: { label: "Area" }, geometry: { type: "Polygon", coordinates: [[[0, 0], [10, 0], [10, 10], [0, 0]]] } },
    { properties: {}, geometry: { type: "MultiLineString", coordinates: [[[2, 2], [6, 2]], [[20, 0], [25, 0]]] } },
    { properties: { label: "Post" }, geometry: { type: "Point", coordinates: [-30, 0] } },
    { properties: { label: "Far" }, geometry: { type: "Point", coordinates: [170, 0] } },
  ];
  shapes.take({ features });
  const { made, context } = canvas();
  shapes.draw(context, frame);
  assert.deepEqual([made.filled, made.stroked], [2, 3]);
  const under = [540, 590, 200, 900].map((x) => shapes.under(context, x, x === 200 ? 500 : 480, 1));
  assert.deepEqual(under.map((at) => shapes.labels[at]), [undefined, "Area", "Post", undefined]);
  assert.deepEqual(under, [1, 0, 2, -1]);
});

test("a link names the own layers that are on, once somebody chose", () => {
  /** @param {string} search */
  const state = (search) => new State(/** @type {any} */ ({ given: () => new URLSearchParams(search), write: () => null }));
  assert.equal(state("").own, null);
  assert.deepEqual([...state("own=").own ?? []], []);
  assert.deepEqual(state("own=b,a").entries(), [["own", "a,b"]]);
  assert.deepEqual(state("own=").entries(), [["own", ""]]);
});
