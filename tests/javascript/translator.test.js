import assert from "node:assert/strict";
import test from "node:test";

import { Translator } from "../../layers/assets/translator.js";

const english = new Translator(null);
const french = new Translator({
  language: "fr",
  direction: "ltr",
  texts: { "{count} day": ["{count} jour", "{count} jours"], "Zoom in": ["Zoom avant"], Hubs: [""], north: ["nord"] },
  countries: { LBY: "Libye" },
  places: { Algiers: "Alger", Libya: "Libye" },
});
const arabic = new Translator({
  language: "ar",
  direction: "rtl",
  texts: { "to {day}": ["إلى {day}"], "{place} (near)": ["قرب {place}"], "Central Mediterranean": ["وسط البحر المتوسط"] },
  countries: {},
  places: { Tripoli: "طرابلس", Sabha: "سبها", Lampedusa: "لامبيدوزا" },
});
const plain = (/** @type {string} */ text) => text.replace(/\s/g, " ");

test("a text is filled with its values, numbers with separators", () => {
  assert.equal(english.say("{name} has {count}", { name: "Zuwarah", count: 12345 }), "Zuwarah has 12,345");
  assert.equal(english.say("{missing} stays"), "{missing} stays");
  assert.equal(french.say("Zoom in"), "Zoom avant");
  assert.equal(french.say("Hubs"), "Hubs"); // an empty translation is none
});

test("what stands in a text that runs from right to left keeps its own direction", () => {
  assert.equal(arabic.say("to {day}", { day: "2023-11" }), "إلى \u20682023-11\u2069");
  assert.equal(arabic.say("to {day}", { day: "غد" }), "إلى غد");
});

test("the ends of a route are called as the reader calls them", () => {
  assert.equal(english.route("Central Mediterranean: Algiers - near Cagliari (2)"), "Central Mediterranean: Algiers – near Cagliari (2)");
  assert.equal(french.route("Algiers - inland Libya (2)"), "Alger – Libye (inland) (2)");
  assert.equal(arabic.route("Central Mediterranean: Tripoli - near Lampedusa"), "وسط البحر المتوسط: طرابلس – قرب لامبيدوزا");
  assert.equal(arabic.route("Central Mediterranean"), "وسط البحر المتوسط");
  assert.equal(arabic.route("Pirates' Alley"), "Pirates' Alley"); // as an analyst named it
});

test("an end in Latin letters beside one in Arabic keeps its own direction", () => {
  assert.equal(arabic.route("Tripoli - Kalocsa"), "طرابلس – \u2068Kalocsa\u2069");
  assert.equal(arabic.route("Arizpe - Kalocsa"), "Arizpe – Kalocsa"); // read from left to right as one
});

test("each language counts by its own rule", () => {
  const days = (/** @type {Translator} */ of, /** @type {number} */ count) => of.counted("{count} day", "{count} days", count);
  assert.deepEqual([0, 1, 2].map((count) => days(english, count)), ["0 days", "1 day", "2 days"]);
  assert.deepEqual([0, 1, 2].map((count) => days(french, count)), ["0 jour", "1 jour", "2 jours"]);
  assert.equal(french.counted("{count} hour", "{count} hours", 2), "2 hours");
});

test("formats of Python are written in the signs of the reader", () => {
  assert.equal(english.formatted(0.05312, ".2g"), "0.053");
  assert.equal(english.formatted(99.4, ".2g"), "99");
  assert.equal(english.formatted(123, ".2g"), "1.2e+02"); // as Python: at 100 two digits need a power
  assert.equal(english.formatted(0.00012, ".2g"), "0.00012");
  assert.equal(english.formatted(0.000099, ".2g"), "9.9e-05");
  assert.equal(english.formatted(0.5, ".0%"), "50%");
  assert.equal(english.formatted(1234.56, ".1f"), "1234.6");
  assert.equal(english.formatted(1234.56, ",.1f"), "1,234.6");
  assert.equal(french.formatted(0.956, ".2f"), "0,96");
  assert.equal(english.digits("4.50"), "4.50");
  assert.equal(french.digits("4.50"), "4,50");
});

test("what the server spells out is said anew with what it was made of", () => {
  const country = { country: "LBY", name: "Libya" };
  assert.equal(french.sayKept(country), "Libye");
  assert.equal(english.sayKept(country), "Libya");
  assert.equal(french.sayKept({ text: "{far} of {place}", values: { far: { text: "north", values: {} }, place: country } }), "nord of Libye");
  assert.equal(plain(french.sayKept({ text: "{count} day", many: "{count} days", values: { count: 4067 } })), "4 067 jours");
  assert.equal(english.sayKept("kept as {it} is"), "kept as {it} is");
  assert.equal(english.sayKept(null), null);
});

test("words are told apart by the first letter that no earlier one has", () => {
  assert.deepEqual(english.initials(["source", "transit", "destination", "train"]), { source: "S", transit: "T", destination: "D", train: "R" });
});
