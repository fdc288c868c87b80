/* The filters of a View in words. */

import { mark, say } from "./text.js";

const ASKED = {
  mode: mark("mode: {values}"),
  kind: mark("kind: {values}"),
  origin: mark("origin: {values}"),
  source: mark("source: {values}"),
  region: mark("region: {values}"),
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
    return values.map((word) => (name === "mode" || name === "kind" ? say(word) : word)).join(", ");
  };
  return Object.entries(ASKED).flatMap(([name, text]) => (params.has(name) ? [say(text, { values: said(name) })] : []));
};
