import assert from "node:assert/strict";
import test from "node:test";

import { written } from "../../layers/assets/enter_here.js";

test("a position is written with no more digits than a pixel of the map tells, so that it is not known better than it was pointed at", () => {
  const place = { lat: 33.512345, lon: -11.987654 };
  assert.deepEqual(written(place, 2), { lat: "33.5", lon: "-12.0" });
  assert.deepEqual(written(place, 7), { lat: "33.5", lon: "-12.0" });
  assert.deepEqual(written(place, 8), { lat: "33.51", lon: "-11.99" });
  assert.deepEqual(written(place, 11), { lat: "33.512", lon: "-11.988" });
});
