/* Days, and the steps of time by which a picture counts. */

import { counted, mark, say } from "./text.js";

/** @import { Unit } from "./types.js" */

const MONTHS = [
  ...[mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")],
  ...[mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")],
];

const DAY_MS = 86_400_000;

/**
 * A day: "2026-11-24", or "2026-11" for its first day; null if it is neither. Days are counted from 1970-01-01, in UTC.
 * @param {string | null | undefined} text
 */
export const parseDay = (text) => {
  const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text ?? "");
  if (!found) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]) - 1, Number(found[3] ?? 1)];
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() / DAY_MS : null;
};

/** The year, the month from 0, and the day of the month.  @param {number} day  @returns {[number, number, number]} */
export const dayParts = (day) => {
  const date = new Date(day * DAY_MS);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
};

/** As `parseDay` reads it, as short as it can be.  @param {number} day */
export const dayKey = (day) => {
  const text = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return text.endsWith("-01") ? text.slice(0, 7) : text;
};

/** The steps of time of a picture. */
export class Calendar {
  /** What is counted together, the lengths of a window that are offered, and the one at first. */
  static UNITS = {
    day: { spans: [1, 7, 28], first: 28 },
    week: { spans: [1, 4, 13], first: 13 },
    month: { spans: [1, 3, 12], first: 12 },
    quarter: { spans: [1, 4, 8], first: 4 },
    year: { spans: [1, 3, 5], first: 1 },
  };

  /** The name of a unit.  @param {Unit} unit */
  static unit(unit) {
    return { day: say("Day"), week: say("Week"), month: say("Month"), quarter: say("Quarter"), year: say("Year") }[unit];
  }

  /** So many of a unit, in full.  @param {number} count  @param {Unit} unit */
  static many(count, unit) {
    return {
      day: counted("{count} day", "{count} days", count),
      week: counted("{count} week", "{count} weeks", count),
      month: counted("{count} month", "{count} months", count),
      quarter: counted("{count} quarter", "{count} quarters", count),
      year: counted("{count} year", "{count} years", count),
    }[unit];
  }

  /** So many of a unit, in short.  @param {number} count  @param {Unit} unit */
  static short(count, unit) {
    return {
      day: say("{count} d", { count }),
      week: say("{count} w", { count }),
      month: say("{count} m", { count }),
      quarter: say("{count} q", { count }),
      year: say("{count} y", { count }),
    }[unit];
  }

  /** A window of months as an address spells it, "2024-11:2025-11" with the end excluded, in words.  @param {string} spelt */
  static months(spelt) {
    const [first, end] = spelt.split(":").map((text) => parseDay(text) ?? 0);
    const [year, month] = dayParts(end);
    return new Calendar("month", [first, Date.UTC(year, month - 1, 1) / DAY_MS, end]).span(0, 2);
  }

  /** @param {Unit} unit  @param {number[]} edges days on which each step begins, and on which the last has ended */
  constructor(unit, edges) {
    this.unit = unit;
    this.edges = edges;
    this.at = new Map(edges.slice(0, -1).map((day, step) => [day, step]));
  }

  get traits() {
    return Calendar.UNITS[this.unit];
  }

  /** The last step that begins on a day or before, -1 if none does.  @param {number} day */
  before(day) {
    return this.edges.findLastIndex((edge) => edge <= day);
  }

  /** "Nov 2026", "Q4 2026", "2026", "24 Nov 2026"; of a week its first day.  @param {number} step */
  name(step) {
    const [year, at, day] = dayParts(this.edges[step]);
    const parts = { year: String(year), month: say(MONTHS[at]), day };
    if (this.unit === "quarter") return say("Q{quarter} {year}", { ...parts, quarter: Math.floor(at / 3) + 1 });
    if (this.unit === "year") return parts.year;
    return this.unit === "month" ? say("{month} {year}", parts) : say("{day} {month} {year}", parts);
  }

  /** A window of steps in words. Of weeks the last day is named.  @param {number} from  @param {number} to */
  span(from, to) {
    const first = this.name(from);
    const last = this.unit === "week" ? new Calendar("day", [this.edges[to] - 1]).name(0) : this.name(to - 1);
    return first === last ? first : `${first} – ${last}`;
  }

  /** @param {number} step */
  key(step) {
    return dayKey(this.edges[step]);
  }

  /** Days to name below a bar, with their names: years, or months where all is short.  @param {number} most */
  ticks(most) {
    const [first, last] = [this.edges[0], this.edges[this.edges.length - 1]];
    const years = this.unit === "year" || last - first > 800;
    const [year, month] = dayParts(first);
    /** @type {[day: number, name: string][]} */
    const found = [];
    for (let at = years ? 12 : month; ; at += years ? 12 : 1) {
      const day = Date.UTC(year, at, 1) / DAY_MS;
      if (day >= last) break;
      const [own, of] = dayParts(day);
      if (day >= first) found.push([day, years || of === 0 ? String(own) : say(MONTHS[of])]);
    }
    if (years && month === 0) found.unshift([first, String(year)]);
    const every = Math.max(1, Math.ceil(found.length / most));
    return found.filter((_, at) => at % every === 0);
  }
}
