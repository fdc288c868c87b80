/* Positions as people type them. */

import { mark, say } from "./text.js";

/** @typedef {{ lat: number, lon: number }} Place in degrees */

/** Positions as people type them: "35.5, 12.6", "35.5 N 12.6 E", "35°30'N 12°36'E". */
export const Position = {
  FAULTS: { lat: mark("Latitude {value} is outside −90 to 90."), lon: mark("Longitude {value} is outside −180 to 180.") },
  PART: /^([NSEW])?\s*([-−+]?\d{1,3}(?:\.\d+)?)\s*°?\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:\.\d+)?)\s*["″”])?)?\s*([NSEW])?/i,

  /** @returns {Place | { fault: string } | null} null where the words are no position  @param {string} words */
  parse(words) {
    const first = Position.PART.exec(words.trim());
    const rest = first && words.trim().slice(first[0].length).replace(/^[\s,;/]+/, "");
    const second = rest && Position.PART.exec(rest);
    if (!second || rest.slice(second[0].length).trim()) return null;
    let [lat, lon] = [first, second].map((part) => Position.degrees(part));
    if (lat.axis === "lon" || lon.axis === "lat") [lat, lon] = [lon, lat];
    if (lat.axis === "lon" || lon.axis === "lat") return null;
    if (Math.abs(lat.value) > 90) return { fault: say(Position.FAULTS.lat, { value: String(lat.value) }) };
    if (Math.abs(lon.value) > 180) return { fault: say(Position.FAULTS.lon, { value: String(lon.value) }) };
    return { lat: lat.value, lon: lon.value };
  },

  /** What is wrong with a position, null where it is none or is right.  @param {string} words */
  fault(words) {
    const found = Position.parse(words);
    return found && "fault" in found ? found.fault : null;
  },

  /** @param {string[]} given */
  degrees([, before, degrees, minutes, seconds, behind]) {
    const letter = (before ?? behind ?? "").toUpperCase();
    const number = Number(degrees.replace("−", "-"));
    const size = Math.abs(number) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600;
    const south = number < 0 || Object.is(number, -0) || letter === "S" || letter === "W";
    return { value: south ? -size : size, axis: AXES.get(letter) ?? null };
  },

  /** @param {Place} given  @param {number} [digits] */
  name: ({ lat, lon }, digits = 4) =>
    `${Math.abs(lat).toFixed(digits)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(digits)}° ${lon < 0 ? "W" : "E"}`,
};

const AXES = new Map([["N", "lat"], ["S", "lat"], ["E", "lon"], ["W", "lon"]]);
