/* The countries of the base map, in Mercator units. */

import { WORLD, toWorld } from "./mercator.js";
import { ask } from "./server.js";
import { countryName } from "./text.js";

/** @import { Box, Country, CountryFeature, Frame } from "./types.js" */

/** @typedef {"110m" | "50m"} MapScale of the base map, one to so many millions */

/** Countries in Mercator units, fetched once per scale and shared by all layers. */
export class Atlas {
  /** @type {Partial<Record<MapScale, Promise<Country[]>>>} */
  loaded = {};

  /** @param {Record<MapScale, string>} urls */
  constructor(urls) {
    this.urls = urls;
  }

  /** @param {MapScale} scale */
  load(scale) {
    return (this.loaded[scale] ??= this._fetch(scale));
  }

  /** Fetch a scale anew when it is asked for again.  @param {MapScale} scale */
  forget(scale) {
    delete this.loaded[scale];
  }

  /** @param {MapScale} scale */
  async _fetch(scale) {
    const answer = await ask(this.urls[scale]);
    /** @type {{ features: CountryFeature[] }} */
    const { features } = await answer.json();
    return features.map((feature) => Atlas.country(feature));
  }

  /** @param {CountryFeature} given */
  static country({ properties, geometry }) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring) => {
      const flat = new Float64Array(ring.length * 2);
      ring.forEach(([lon, lat], at) => flat.set(toWorld(lon, lat), 2 * at));
      return { flat, box: Atlas.box(flat) };
    });
    const shown = countryName(properties.iso3, properties.name);
    return { ...properties, shown, rings, place: toWorld(...properties.label) };
  }

  /** @param {Float64Array} flat */
  static box(flat) {
    /** @type {Box} */
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < flat.length; at += 2) {
      box[0] = Math.min(box[0], flat[at]);
      box[1] = Math.min(box[1], flat[at + 1]);
      box[2] = Math.max(box[2], flat[at]);
      box[3] = Math.max(box[3], flat[at + 1]);
    }
    return box;
  }

  /**
   * Add a country's rings to two paths; the outline leaves out the seam at 180 degrees.
   * @param {Country} country  @param {Frame} frame  @param {Path2D} fill  @param {Path2D} outline
   */
  static trace(country, frame, fill, outline) {
    const { scale, dy, copies, width, height } = frame;
    for (const dx of copies) {
      for (const { flat, box } of country.rings) {
        if (box[2] * scale + dx < 0 || box[0] * scale + dx > width) continue;
        if (box[3] * scale + dy < 0 || box[1] * scale + dy > height) continue;
        if ((box[2] - box[0]) * scale < 0.6 && (box[3] - box[1]) * scale < 0.6) continue;
        Atlas.ring(flat, scale, dx, dy, fill, outline);
      }
    }
  }

  /** @param {Float64Array} flat  @param {number} scale  @param {number} dx  @param {number} dy  @param {Path2D} fill  @param {Path2D} outline */
  static ring(flat, scale, dx, dy, fill, outline) {
    const seam = WORLD / 2 - 1;
    let [x, y, wasSeam] = [NaN, NaN, false];
    for (let at = 0; at < flat.length; at += 2) {
      const [nextX, nextY] = [flat[at] * scale + dx, flat[at + 1] * scale + dy];
      const last = at + 2 >= flat.length;
      if (!last && Math.abs(nextX - x) < 0.7 && Math.abs(nextY - y) < 0.7) continue;
      const onSeam = Math.abs(flat[at]) >= seam;
      if (at === 0) fill.moveTo(nextX, nextY);
      else fill.lineTo(nextX, nextY);
      if (at === 0 || (onSeam && wasSeam)) outline.moveTo(nextX, nextY);
      else outline.lineTo(nextX, nextY);
      [x, y, wasSeam] = [nextX, nextY, onSeam];
    }
  }
}
