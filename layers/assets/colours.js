/* The monitor: one map, its state, its picture, and the parts that draw them. Loaded last, started by the page. */

/** "#rrggbb" and an opacity as [r, g, b, a], 0..255. */
export const rgba = (colour, alpha = 1) => [
  ...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)),
  Math.round(alpha * 255),
];
