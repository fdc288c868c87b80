/* In place of `server.js` in a map that is one file: answers come out of the file itself, and out of nothing else. */

import { folded } from "./names.js";
import { placeName } from "./text.js";

/** @import { GazetteerPlace } from "./finder.js" */

/** @typedef {{ answers: Record<string, string>, resources: Record<string, string>, places: GazetteerPlace[] }} Held texts, bytes in base64, places with the largest first */

/** Whether a server answers. */
export const live = false;

const MOST_PLACES = 8;

/** @param {string} text  @returns {Uint8Array<ArrayBuffer>} */
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** What stands in the file: gzip, in base64.  @returns {Promise<Held>} */
const unpacked = async () => {
  const packed = document.getElementById("frozen")?.textContent ?? "";
  const plain = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
};

/** @type {Promise<Held> | undefined} */
let held;

/** Places whose names begin so, each word of it.  @param {GazetteerPlace[]} places  @param {string} words */
const placesNamed = (places, words) => {
  const asked = folded(words).split(" ").filter(Boolean);
  /** @param {GazetteerPlace} place */
  const fits = ({ name }) => asked.every((word) => folded(`${name} ${placeName(name)}`).split(" ").some((part) => part.startsWith(word)));
  return asked.length ? places.filter(fits).slice(0, MOST_PLACES) : [];
};

/** @param {string} address  @returns {Promise<Response>} */
export const ask = async (address) => {
  const { answers, resources, places } = await (held ??= unpacked());
  const { pathname, searchParams } = new URL(address, "https://file.invalid");
  if (pathname === "/data/places") return Response.json({ places: placesNamed(places, searchParams.get("q") ?? "") });
  if (Object.hasOwn(answers, pathname)) return new Response(answers[pathname]);
  if (Object.hasOwn(resources, pathname)) return new Response(bytesOf(resources[pathname]));
  return Response.json({ error: "This map is frozen and does not hold that." }, { status: 404 });
};
