import assert from "node:assert/strict";
import test from "node:test";

import { rgba } from "../../layers/assets/colours.js";
import { duration, ago } from "../../layers/assets/durations.js";
import { IncidentMarks, IncidentPoints } from "../../layers/assets/incident_marks.js";
import { dashesOf } from "../../layers/assets/line_style.js";
import { EARTH_KM, WORLD } from "../../layers/assets/mercator.js";
import { Area } from "../../layers/assets/watch_area.js";
import { Zip } from "../../layers/assets/zip.js";

test("a colour is read as four numbers", () => {
  assert.deepEqual(rgba("#ffe9a8", 0.5), [255, 233, 168, 128]);
  assert.deepEqual(rgba("#000001"), [0, 0, 1, 255]);
});

test("only the dots of flights grow with the line", () => {
  const dash = /** @type {Record<"land" | "sea" | "air", number[]>} */ ({ land: [], sea: [14, 7], air: [2, 7] });
  assert.deepEqual(dashesOf(dash, "sea", 9), [14, 7]);
  assert.deepEqual(dashesOf(dash, "air", 3), [2, 7]);
  assert.deepEqual(dashesOf(dash, "air", 6), [4, 14]);
});

test("a length of time is told in its largest unit", () => {
  assert.deepEqual([0.2, 59, 60, 119, 3599, 3600, 86399, 86400, 172800].map(duration), [
    "1 second", "59 seconds", "1 minute", "1 minute", "59 minutes", "1 hour", "23 hours", "1 day", "2 days",
  ]);
  assert.equal(ago(59.9), "just now");
  assert.equal(ago(60), "1 minute ago");
});

/** Incidents of 25 bytes each, as columns.  @param {{ x: number, y: number, km: number, day: number }[]} rows */
const points = (rows) => {
  const n = rows.length;
  const buffer = new ArrayBuffer(25 * n);
  new BigUint64Array(buffer, 0, n).set(rows.map((_, at) => BigInt(at + 1)));
  new Int32Array(buffer, 8 * n, n).set(rows.map(({ x }) => x));
  new Int32Array(buffer, 12 * n, n).set(rows.map(({ y }) => y));
  new Float32Array(buffer, 16 * n, n).set(rows.map(({ km }) => km));
  for (const column of [20, 22]) new Uint16Array(buffer, column * n, n).set(rows.map(({ day }) => day));
  return new IncidentPoints(buffer);
};
/** One pixel for each kilometre at the equator. */
const scale = EARTH_KM / WORLD;
const pixels = (/** @type {number} */ count) => Math.round(count / scale);
const frame = { scale, dy: 0, copies: [0], ratio: 1, width: 1000, height: 500 };
/** @param {IncidentPoints} of */
const marks = (of) => new IncidentMarks(of, frame, 36, ["land"]);

test("days are counted from 1900, and keys have sixteen digits", () => {
  const held = points([{ x: 0, y: 0, km: 1, day: 25567 }]);
  assert.equal(held.day[0], 0); // 70 years of 365 days and 17 leap days after 1900-01-01
  assert.equal(held.name(0), "0000000000000001");
  assert.equal(held.find("0000000000000001"), 0);
  assert.equal(held.find("00000000000000ff"), -1);
});

test("those near each other are one mark, those far apart are two", () => {
  const near = marks(points([{ x: pixels(100), y: 0, km: 1, day: 25567 }, { x: pixels(102), y: 0, km: 1, day: 25567 }])).within(0, 1);
  assert.deepEqual(near.map(({ count, wide }) => [count, wide]), [[2, false]]);
  const apart = marks(points([{ x: pixels(100), y: 0, km: 1, day: 25567 }, { x: pixels(300), y: 0, km: 1, day: 25567 }])).within(0, 1);
  assert.deepEqual(apart.map(({ count }) => count), [1, 1]);
});

test("a ring is as wide as the place is unsure, and wide from half the distance of marks on", () => {
  /** @param {number} km */
  const mark = (km) => marks(points([{ x: pixels(500), y: 0, km, day: 25567 }])).within(0, 1)[0];
  assert.equal(Math.round(mark(17.9).ring * 10), 179);
  assert.equal(mark(17.9).wide, false);
  assert.equal(mark(18.1).wide, true);
  assert.equal(mark(1).radius, 4); // never smaller than a dot
});

test("a mark is of the window alone, and none is drawn that would fill the view", () => {
  const held = points([{ x: pixels(100), y: 0, km: 1, day: 25567 }]);
  assert.equal(marks(held).within(1, 2).length, 0);
  assert.equal(marks(held).within(0, 1).length, 1);
  const rough = marks(points([{ x: pixels(100), y: 0, km: 401, day: 25567 }]));
  assert.equal(rough.within(0, 1).length, 0);
  assert.equal(rough.rough, 1); // wider than 0.4 of 1000 pixels
});

const OPTIONS = { corners: 4, letters: 10 };

test("a watch area is read from an address as it was spelt", () => {
  /** @type {[number, number][]} */
  const corners = [[12, 33], [15.5, 33], [15.5, 36.25]];
  const text = Area.spelt("Strait", corners);
  assert.equal(text, "Strait~xc.2jo.9q.0.0.91"); // 1200 = xc, 3300 = 2jo, 350 = 9q, 325 = 91 in base 36
  assert.deepEqual(Area.read(text, OPTIONS), { name: "Strait", text, corners });
});

test("an area that is wrong is no area", () => {
  for (const text of ["", "Strait", "~xc.2jo.9q.0.0.91", "Strait~xc.2jo.9q.0.0", "Strait~xc.2jo.9q.0", "A name too long~xc.2jo.9q.0.0.91", "a\u0007~xc.2jo.9q.0.0.91"]) {
    assert.equal(Area.read(text, OPTIONS), null, text);
  }
});

test("the border of an area does not cross itself, and encloses something on the world", () => {
  assert.equal(Area.fault([[0, 0], [1, 0], [1, 1], [0, 1]], 4), null);
  assert.match(Area.fault([[0, 0], [1, 1], [1, 0], [0, 1]], 4) ?? "", /cross itself/);
  assert.match(Area.fault([[0, 0], [1, 0], [2, 0]], 4) ?? "", /encloses/);
  assert.match(Area.fault([[0, 0], [1, 0]], 4) ?? "", /three corners/);
  assert.match(Area.fault([[0, 0], [1, 0], [1, 1], [0, 1]], 3) ?? "", /at most 3/);
  assert.equal(Area.fault([[179, 0], [180, 0], [180, 85]], 4), null);
  assert.match(Area.fault([[179, 0], [180.01, 0], [180, 1]], 4) ?? "", /180°/);
});

test("a ZIP holds the check sum, the sizes and the place of each file", async () => {
  assert.equal(Zip.crc(new TextEncoder().encode("123456789")), 0xcbf43926); // the check value of CRC-32
  const zip = new Zip(new Date(Date.UTC(2026, 10, 29, 17, 25, 42)));
  zip.add("a.txt", new TextEncoder().encode("hello"));
  const bytes = new DataView(await zip.blob().arrayBuffer());
  assert.equal(bytes.byteLength, 30 + 5 + 5 + 46 + 5 + 22);
  assert.equal(bytes.getUint32(0, true), 0x04034b50);
  assert.equal(bytes.getUint16(10, true), (17 << 11) | (25 << 5) | 21);
  assert.equal(bytes.getUint16(12, true), (46 << 9) | (11 << 5) | 29);
  assert.equal(bytes.getUint32(18, true), 5);
  assert.equal(bytes.getUint32(40, true), 0x02014b50);
  assert.equal(bytes.getUint32(40 + 51 + 16, true), 40); // where the list begins
});
