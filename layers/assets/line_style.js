/* Corridors: mode by colour and dash, width by incidents a step in the window, the band beside it, arrowheads. */

/** A stretch that is only inferred: thin and dashed short, whatever the mode. */
export const INFERRED = { width: 1.6, dash: [4, 4] };

/** Share of the width of a line of medium or low confidence that is left empty along its middle. */
export const HOLLOW = 0.45;

/** The dash of a mode, longer for wider lines. */
export const dashesOf = (dash, mode, width) => dash[mode].map((part) => part * (mode === "air" ? Math.max(1, width / 3) : 1));
