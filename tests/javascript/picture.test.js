import assert from "node:assert/strict";
import test from "node:test";

import { Picture } from "../../layers/assets/picture.js";

/** @typedef {import("../../layers/assets/types.js").CorridorProperties} CorridorProperties */
/** @typedef {import("../../layers/assets/types.js").Manifest} Manifest */

const properties = /** @type {CorridorProperties} */ ({
  corridor_id: "a", name: "Central: Zuwarah - Lampedusa", layer: "routes", mode: "sea", confidence: "medium", flow: 3, detail: 0.5, direction: "one-way",
  countries: [{ iso3: "LBY", role: "source" }, { iso3: "ITA", role: "destination" }],
});
/** Three months from January 1970 on, in which 3, 0 and 5 begin. */
const manifest = /** @type {Manifest} */ (
  /** @type {unknown} */ ({
    version: 4, query: "mode=sea", unit: "month", edges: [0, 31, 59, 90], totals: [3, 0, 5], lasting: [], stage: "routes", routed: true, countries: { LBY: "Libya" },
    levels: [3, 4, 5, 6].map((resolution) => ({ resolution, hexes: 0, entries: 0, corners: "", cells: "", counts: "", lasting: null })),
    corridors: [{ properties, geometry: { type: "LineString", coordinates: [[12, 33], [12.5, 35]] }, stretches: null, counts: [[0, 2], [59, 4], [500, 9]], lasting: [] }],
  })
);
const picture = new Picture(manifest);

test("a corridor counts the steps of the picture, and is named by its ends", () => {
  const [corridor] = picture.corridors;
  assert.deepEqual([corridor.total(0, 1), corridor.total(1, 2), corridor.total(0, 3)], [2, 0, 6]);
  assert.equal(corridor.ends, "Zuwarah – Lampedusa");
  assert.equal(corridor.title, "Central: Zuwarah – Lampedusa");
  assert.ok(corridor.faint);
  assert.equal(picture.most, 5);
  assert.equal(picture.flow, 3);
});

test("a corridor is seen where its layer is shown and its detail is asked for, or where it is selected", () => {
  /** @param {string[]} hidden  @param {number} detail  @param {string | null} selected */
  const seen = (hidden, detail, selected) => picture.seen({ hidden: new Set(hidden), detail, selected }).length;
  assert.equal(seen([], 0.5, null), 1);
  assert.equal(seen([], 0.49, null), 0);
  assert.equal(seen(["routes"], 1, null), 0);
  assert.equal(seen(["routes"], 1, "a"), 1);
});

test("hexes are finer the nearer one is", () => {
  assert.deepEqual([3.99, 4, 5.49, 5.5, 7.49, 7.5].map((zoom) => picture.level(zoom)?.resolution), [3, 4, 4, 5, 5, 6]);
});

test("direction is what is said of it, else from source to destination", () => {
  const way = (/** @type {Partial<CorridorProperties>} */ of) => Picture.direction({ ...properties, ...of });
  assert.deepEqual([way({}), way({ direction: "two-way" }), way({ direction: "unclear" })], [1, 2, 0]);
  const { countries } = properties;
  assert.equal(way({ direction: null }), 1);
  assert.equal(way({ direction: null, countries: [...countries].reverse() }), -1);
  assert.equal(way({ direction: null, countries: countries.slice(1) }), 0);
});

test("a picture without its lines shows those of the version before, of the same view alone", () => {
  const next = /** @type {Manifest} */ ({ ...manifest, version: 5, stage: "hexes", routed: false, corridors: [], countries: { ITA: "Italy" } });
  const carried = Picture.carried(next, manifest);
  assert.equal(carried.corridors, manifest.corridors);
  assert.equal(carried.routes_of, 4);
  assert.deepEqual(carried.countries, { LBY: "Libya", ITA: "Italy" });
  assert.equal(Picture.carried(next, { ...manifest, query: "" }), next);
  assert.equal(Picture.carried(next, { ...manifest, routed: false }), next);
  assert.equal(Picture.carried({ ...next, stage: "routes" }, manifest).routes_of, undefined);
});

test("where a level is not there the next coarser one is shown, else the coarsest", () => {
  const only = new Picture({ ...manifest, levels: manifest.levels.filter(({ resolution }) => resolution === 4) });
  assert.deepEqual([2, 4, 9].map((zoom) => only.level(zoom)?.resolution), [4, 4, 4]);
  assert.equal(new Picture({ ...manifest, levels: [] }).level(4), undefined);
});
