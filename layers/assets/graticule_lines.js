/* Where meridians and parallels run, and what they are called. */

import { WORLD, toWorld } from "./mercator.js";

/** @import { Frame, Pair } from "./types.js" */

/** Steps of the graticule, in minutes of arc. */
const ARCS = [1800, 1200, 600, 300, 120, 60, 30, 20, 10, 5, 2, 1];

/** "12° E", "12°30′ E"; whole degrees where the step has no minutes.  @param {number} minutes  @param {[string, string]} second */
export const degreeName = (minutes, [positive, negative]) => {
  const size = Math.abs(minutes);
  const rest = size % 60;
  const side = minutes === 0 || size === 180 * 60 ? "" : ` ${minutes < 0 ? negative : positive}`;
  return `${Math.floor(size / 60)}°${rest ? `${String(rest).padStart(2, "0")}′` : ""}${side}`;
};

/** Lines of a frame: [minutes, place on the canvas] of meridians and parallels in sight.  @param {Frame} given  @param {number} apart */
export const graticuleLines = ({ scale, dy, copies, width, height }, apart) => {
  const degree = (scale * WORLD) / 360;
  const fitting = ARCS.filter((arc) => (arc / 60) * degree >= apart);
  const step = fitting.at(-1) ?? ARCS[0];
  /** @type {{ step: number, meridians: Pair[], parallels: Pair[] }} */
  const lines = { step, meridians: [], parallels: [] };
  for (const dx of copies) {
    const west = Math.max(-180 * 60, Math.ceil(((-dx / degree) * 60) / step) * step);
    const east = Math.min(180 * 60 - 1, ((width - dx) / degree) * 60);
    for (let arc = west; arc <= east; arc += step) lines.meridians.push([arc, (arc / 60) * degree + dx]);
  }
  for (let arc = Math.ceil((-84 * 60) / step) * step; arc <= 84 * 60; arc += step) {
    const y = toWorld(0, arc / 60)[1] * scale + dy;
    if (y >= 0 && y <= height) lines.parallels.push([arc, y]);
  }
  return lines;
};
