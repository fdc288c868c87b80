/* The roles of countries, with a letter and a hatch for each. */

import { context2d } from "./dom.js";
import { initials } from "./text.js";

/** @import { Role } from "./types.js" */

/** @type {Role[]} */
export const ROLES = ["source", "transit", "destination"];

/** Share from which a country has a role beside others. */
export const LEAST_ROLE = 0.2;

/** @type {Record<string, string> | null} */
let letters = null;

/** The letter of a role.  @param {Role} role */
export const roleLetter = (role) => (letters ??= initials(ROLES))[role];

/** Paint the hatch of a role on a tile; both the map and its legend use it.  @param {Role} role  @param {string} colour  @param {number} [ratio] */
export const roleHatch = (role, colour, ratio = 1) => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8 * ratio;
  const context = context2d(tile);
  context.scale(ratio, ratio);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1;
  if (role === "source") {
    for (const shift of [-8, 0, 8]) {
      context.moveTo(shift - 1, 9);
      context.lineTo(shift + 9, -1);
    }
    context.stroke();
  } else if (role === "destination") {
    for (const [x, y] of [[2, 2], [6, 6]]) context.fillRect(x - 0.8, y - 0.8, 1.6, 1.6);
  }
  return tile;
};
