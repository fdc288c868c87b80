import assert from "node:assert/strict";
import test from "node:test";

import { filterWords } from "../../layers/assets/filter_words.js";

/** @param {string} code */
const named = (code) => ({ LBY: "Libya", ITA: "Italy" })[code] ?? code;
/** @param {string} text */
const area = (text) => filterWords(new URLSearchParams({ in: text }).toString(), named)[0];

test("the area and the modus operandi are among the filters in words", () => {
  assert.deepEqual(filterWords("mode=sea&modus=lorry&modus=armed&in=LBY", named), ["mode: sea", "modus operandi: lorry, armed", "area: Libya"]);
  assert.equal(area("LBY,ITA"), "area: Libya – Italy");
  assert.equal(area("Central Mediterranean"), "area: Central Mediterranean");
  assert.equal(area("Patrol box~1a.2b"), "area: Patrol box");
});
