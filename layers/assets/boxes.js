/* Boxes on a canvas: left, top, right, bottom. */

/** @import { Box } from "./types.js" */

/** @param {Box} box  @param {number} x  @param {number} y */
export const holds = ([left, top, right, bottom], x, y) => x > left && x < right && y > top && y < bottom;

/** Whether two boxes overlap; those that only touch do not.  @param {Box} one  @param {Box} other */
export const overlap = (one, other) => one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];

/** Whether a box overlaps none of some others.  @param {Box} box  @param {Box[]} taken */
export const isFree = (box, taken) => !taken.some((other) => overlap(box, other));
