import assert from "node:assert/strict";
import test from "node:test";

import { Calendar, dayKey, dayParts, parseDay } from "../../layers/assets/calendar.js";

test("a day is counted from 1970 and written as short as it can be", () => {
  assert.equal(parseDay("1970-01-01"), 0);
  assert.equal(parseDay("1969-12-31"), -1);
  assert.equal(parseDay("2024-03"), 19783); // 54 years of 365 days, 13 leap days, 31 + 29 days of 2024
  assert.deepEqual(dayParts(19783), [2024, 2, 1]);
  assert.equal(dayKey(19783), "2024-03");
  assert.equal(dayKey(19784), "2024-03-02");
});

test("what is no day is none", () => {
  for (const text of ["", null, undefined, "2024", "2024-13", "2024-02-30", "2023-02-29", "2024-2-1", "x2024-02-01"]) assert.equal(parseDay(text), null);
  assert.equal(parseDay("2024-02-29"), 19782);
});

test("steps are found by the day on which they begin", () => {
  const calendar = new Calendar("month", [0, 31, 59]);
  assert.equal(calendar.before(-1), -1);
  assert.equal(calendar.before(0), 0);
  assert.equal(calendar.before(30), 0);
  assert.equal(calendar.before(31), 1);
  assert.equal(calendar.before(1000), 2);
});

test("a window is named by its first and its last step, of weeks by its last day", () => {
  const months = new Calendar("month", [0, 31, 59, 90]);
  assert.equal(months.span(0, 1), "Jan 1970");
  assert.equal(months.span(0, 3), "Jan 1970 – Mar 1970");
  assert.equal(new Calendar("quarter", [0, 90, 181]).span(0, 2), "Q1 1970 – Q2 1970");
  assert.equal(new Calendar("week", [4, 11, 18]).span(0, 2), "5 Jan 1970 – 18 Jan 1970");
  assert.equal(Calendar.months("2024-11:2025-11"), "Nov 2024 – Oct 2025");
});

test("ticks are years over more than 800 days, else months, every so many that they fit", () => {
  /** @param {number} end */
  const names = (end, most = 14) => new Calendar("day", [0, end]).ticks(most).map(([, name]) => name);
  assert.deepEqual(names(801), ["1970", "1971", "1972"]);
  assert.deepEqual(names(59), ["1970", "Feb"]);
  assert.equal(names(800).length, 14); // 27 months, every second
  assert.deepEqual(names(365, 4), ["1970", "Apr", "Jul", "Oct"]);
});
