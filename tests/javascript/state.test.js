import assert from "node:assert/strict";
import test from "node:test";

import { State } from "../../layers/assets/state.js";

/** @typedef {import("../../layers/assets/address.js").Address} Address */

/** A state of an address, and what was last written to it.  @param {string} search */
const opened = (search) => {
  /** @type {string[][][]} */
  const written = [];
  const address = { given: () => new URLSearchParams(search), write: (/** @type {string[][]} */ entries) => written.push(entries) };
  return { state: new State(/** @type {Address} */ (/** @type {unknown} */ (address))), written };
};
/** @param {string} search */
const again = (search) => new URLSearchParams(opened(search).state.entries()).toString();

test("what an address says is written as it was", () => {
  for (const search of ["", "from=2024-01&to=2025-01", "step=week", "lat=35.000&lon=14.000&z=6", "sel=abc", "theme=dark", "hide=hexes%2Cridges", "show=changes", "detail=0.5"]) {
    assert.equal(again(search), search);
  }
});

test("dense areas and what is optional are hidden at first", () => {
  assert.deepEqual([...opened("").state.hidden].sort(), ["changes", "graticule", "hotspots", "incidents", "ridges"]);
  assert.deepEqual([...opened("hide=&show=changes,nonsense").state.hidden].sort(), ["graticule", "hotspots", "incidents"]);
  assert.ok(!opened("hide=nonsense").state.hidden.has("nonsense"));
});

test("a window must start before it ends", () => {
  const day = (/** @type {number} */ year) => Date.UTC(year, 0, 1) / 86_400_000;
  const { from, to } = opened("from=2024-01&to=2025-01").state;
  assert.deepEqual([from, to], [day(2024), day(2025)]);
  for (const search of ["from=2024-01&to=2024-01", "from=2025-01&to=2024-01", "from=2024-01", "to=2024-01"]) {
    const { state } = opened(search);
    assert.deepEqual([state.from, state.to], [null, null], search);
    assert.equal(state.notes.length, search.includes("&") ? 1 : 0);
  }
  assert.match(opened("from=soon&to=2024-01").state.notes[0], /^from="soon" was left out/);
});

test("a place needs all three of its numbers and is kept on the world", () => {
  assert.deepEqual(opened("lat=89&lon=190&z=4").state.view, { lat: 85, lon: -170, zoom: 4 });
  assert.equal(opened("lat=1&lon=2").state.view, null);
  assert.equal(opened("lat=1&lon=2").state.notes.length, 1);
  assert.equal(opened("lat=x&lon=2&z=3").state.view, null);
});

test("an unknown step and a detail out of range are left out", () => {
  assert.equal(opened("step=decade").state.unit, "month");
  assert.equal(opened("step=decade").state.notes.length, 1);
  assert.equal(opened("detail=1.1").state.detail, 1);
  assert.equal(opened("detail=0").state.detail, 0);
});

test("a layer is switched for its listeners and in the address", () => {
  const { state, written } = opened("");
  let told = 0;
  state.on("layers", () => told++);
  state.show("changes", true);
  assert.ok(!state.hidden.has("changes"));
  assert.equal(told, 1);
  assert.deepEqual(written.at(-1), [["show", "changes"]]);
  state.show("changes", false);
  assert.deepEqual(written.at(-1), []);
});

test("a link names the window that is shown, though nobody chose it", () => {
  const { state } = opened("");
  state.shown = [0, 31];
  assert.deepEqual(state.entries(), []);
  assert.deepEqual(state.entries(true), [["from", "1970-01"], ["to", "1970-02"]]);
});
