/* Mercator units: the world is 2 ** 31 wide, x runs to the east and y to the south of 0, 0. */

/** @import { Line } from "./types.js" */

/** Width of the world in Mercator units, as in layers/payload/hex_tiles.py. */
export const WORLD = 2 ** 31;

export const WORLD_MARGIN = WORLD / 18;

/** @returns {[number, number]} x to the east, y to the south, in Mercator units  @param {number} lon  @param {number} lat */
export const toWorld = (lon, lat) => {
  const up = (Math.max(-85.06, Math.min(85.06, lat)) * Math.PI) / 180;
  return [(lon / 360) * WORLD, (-Math.asinh(Math.tan(up)) / (2 * Math.PI)) * WORLD];
};

export const EARTH_KM = 40075.017;

/** Distance in pixels from a place to a polyline.  @param {Line} points  @param {number} x  @param {number} y */
export const distanceToLine = (points, x, y) => {
  let best = Infinity;
  for (let at = 1; at < points.length; at++) {
    const [[ax, ay], [bx, by]] = [points[at - 1], points[at]];
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  }
  return best;
};

/** The place of Mercator units on earth.  @param {L.Map} map  @param {number} x  @param {number} y */
export const fromWorld = (map, x, y) => map.unproject([(x / WORLD + 0.5) * 256, (y / WORLD + 0.5) * 256], 0);

/** Pixels of a kilometre at a latitude.  @param {number} scale pixels of a Mercator unit  @param {number} lat */
export const pixelsOfKm = (scale, lat) => (scale * WORLD) / (EARTH_KM * Math.cos((lat * Math.PI) / 180));
