/* The filters of a View in words. */

import { mark, say } from "./text.js";

const ASKED = {
  mode: mark("mode: {values}"),
  kind: mark("kind: {values}"),
  origin: mark("origin: {values}"),
  source: mark("source: {values}"),
  modus: mark("modus operandi: {values}"),
  in: mark("area: {values}"),
  region: mark("region: {values}"),
};

/** Whose values are words that are said in the reader's language. */
const SAID = ["mode", "kind", "modus"];

/** An area as it is called: a drawn one by its name, countries by theirs, else a known route.  @param {string} area  @param {(code: string) => string} country */
export const areaWords = (area, country) => {
  if (area.includes("~")) return area.split("~")[0];
  return /^[A-Z]{3}(,[A-Z]{3})?$/.test(area) ? area.split(",").map(country).join(" – ") : say(area);
};

/**
 * What a query asks for, a filter each; a window and a route are said elsewhere.
 * @param {string} query  @param {(code: string) => string} country  names a country
 */
export const filterWords = (query, country) => {
  const params = new URLSearchParams(query);
  /** @param {string} name */
  const said = (name) => {
    const values = params.getAll(name);
    if (name === "origin") return values.map(country).join(", ");
    if (name === "in") return values.map((area) => areaWords(area, country)).join(", ");
    return values.map((word) => (SAID.includes(name) ? say(word) : word)).join(", ");
  };
  return Object.entries(ASKED).flatMap(([name, text]) => (params.has(name) ? [say(text, { values: said(name) })] : []));
};
