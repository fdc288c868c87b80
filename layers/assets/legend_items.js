/* Makers of what the legend shows. */

/** @import { LegendItem } from "./types.js" */

/** A sentence; one on the state of what is shown is read out when it changes.  @param {string} text  @param {boolean} [state]  @returns {LegendItem} */
export const note = (text, state = false) => ({ kind: "note", text, state });
