/* Watch areas as an address spells them; see layers/payload/watch_areas.py. They are checked and never repaired. */

import { counted, say } from "./text.js";

/** @import { Pair, WatchArea } from "./types.js" */

export const Area = {
  /** @param {[number, number][]} corners lon, lat in degrees  @param {string} name */
  spelt(name, corners) {
    let [lon, lat] = [0, 0];
    const parts = corners.map(([x, y]) => [Math.round(x * 100), Math.round(y * 100)]).flatMap(([x, y]) => {
      const step = [(x - lon).toString(36), (y - lat).toString(36)];
      [lon, lat] = [x, y];
      return step;
    });
    return `${name}~${parts.join(".")}`;
  },

  /** @returns {WatchArea | null} null where it is none  @param {string} text  @param {{ corners: number, letters: number }} second */
  read(text, { corners: most, letters }) {
    const [name, code, ...rest] = text.split("~");
    const parts = (code ?? "").split(".");
    if (rest.length || !name.trim() || /\p{C}/u.test(name) || name.length > letters || parts.length % 2 || parts.some((part) => !/^-?[0-9a-z]{1,5}$/.test(part))) return null;
    let [lon, lat] = [0, 0];
    /** @type {Pair[]} */
    const corners = [];
    for (let at = 0; at < parts.length; at += 2) {
      lon += parseInt(parts[at], 36);
      lat += parseInt(parts[at + 1], 36);
      corners.push([lon / 100, lat / 100]);
    }
    return Area.fault(corners, most) ? null : { name, text, corners };
  },

  /** What is wrong with the corners of an area, as a sentence, or null.  @param {Pair[]} corners  @param {number} most */
  fault(corners, most) {
    if (corners.length < 3) return say("An area has at least three corners.");
    if (corners.length > most) return say("An area has at most {most} corners.", { most });
    if (corners.some(([lon, lat]) => Math.abs(lon) > 180 || Math.abs(lat) > 85)) {
      return say("An area lies within 180° of longitude and 85° of latitude; it may not cross 180°.");
    }
    if (Area.crosses(corners)) return say("The border of an area may not cross itself.");
    const twice = corners.reduce((sum, [x, y], at) => {
      const [nextX, nextY] = corners[(at + 1) % corners.length];
      return sum + x * nextY - nextX * y;
    }, 0);
    return Math.abs(twice) < 2e-4 ? say("An area encloses something.") : null;
  },

  /** @param {number} count */
  leftOut(count) {
    return counted(
      "{count} watch area left out, as they could not be read or are too many",
      "{count} watch areas left out, as they could not be read or are too many",
      count,
    );
  },

  /** @param {number} count */
  came(count) {
    return counted(
      "{count} incident came in or was revised here since you last looked.",
      "{count} incidents came in or were revised here since you last looked.",
      count,
    );
  },

  /** @param {Pair[]} corners */
  crosses(corners) {
    const n = corners.length;
    /** @param {Pair} given  @param {Pair} second  @param {Pair} given3 */
    const side = ([ax, ay], [bx, by], [x, y]) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
    for (let i = 0; i < n; i++) {
      for (let j = i + 2; j < n; j++) {
        if (i === 0 && j === n - 1) continue;
        const [a, b, c, d] = [corners[i], corners[i + 1], corners[j], corners[(j + 1) % n]];
        if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
      }
    }
    return false;
  },
};
