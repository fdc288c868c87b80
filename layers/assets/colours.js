/* Colours as numbers. */

/** @typedef {[r: number, g: number, b: number, a: number]} Rgba each 0 to 255 */

/** The colour "#rrggbb" with an opacity.  @param {string} colour  @param {number} [alpha]  @returns {Rgba} */
export const rgba = (colour, alpha = 1) => {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return [red, green, blue, Math.round(alpha * 255)];
};
