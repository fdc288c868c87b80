/* How the lines of corridors look: mode by colour and dash, sureness by a hollow, what is only inferred by thin dashes. */

/** @import { Mode, Theme } from "./types.js" */

/** @typedef {Record<Mode, number[]>} Dashes */

/** @type {Mode[]} */
export const MODES = ["land", "sea", "air"];

/** A stretch that is only inferred: thin and dashed short, whatever the mode. */
export const INFERRED = { width: 1.6, dash: [4, 4] };

/** Share of the width of a line of medium or low confidence that is left empty along its middle. */
export const HOLLOW = 0.45;

/** The dash of a mode, longer for wider lines.  @param {Dashes} dash  @param {Mode} mode  @param {number} width */
export const dashesOf = (dash, mode, width) => dash[mode].map((part) => part * (mode === "air" ? Math.max(1, width / 3) : 1));

/** Along the middle of a swatch of 44 by 14.  @param {CanvasRenderingContext2D} context */
const across = (context) => {
  context.beginPath();
  context.moveTo(3, 7);
  context.lineTo(42, 7);
};

/** @param {CanvasRenderingContext2D} context  @param {Mode} mode  @param {Theme} theme  @param {Dashes} dash */
export const paintMode = (context, mode, theme, dash) => {
  context.lineCap = mode === "sea" ? "butt" : "round";
  context.strokeStyle = theme.mode[mode];
  context.lineWidth = 4;
  context.setLineDash(dash[mode].map((part) => part * (mode === "air" ? 1 : 0.8)));
  across(context);
  context.stroke();
};

/**
 * A grey line, as what it says holds for every mode.
 * @param {CanvasRenderingContext2D} context  @param {Theme} theme  @param {{ width: number, faint?: boolean, dashes?: number[] }} line
 */
export const paintGrey = (context, theme, { width, faint = false, dashes = [] }) => {
  across(context);
  context.setLineDash(dashes);
  /** @type {[string, number][]} */
  const shares = faint ? [[theme.muted, 1], [theme.panel, HOLLOW]] : [[theme.muted, 1]];
  for (const [colour, share] of shares) {
    [context.strokeStyle, context.lineWidth] = [colour, width * share];
    context.stroke();
  }
};

/** Three widths beside each other.  @param {CanvasRenderingContext2D} context  @param {Theme} theme */
export const paintWidths = (context, theme) => {
  context.strokeStyle = theme.muted;
  [1.5, 3.5, 6].forEach((width, at) => {
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(2 + at * 14, 7);
    context.lineTo(14 + at * 14, 7);
    context.stroke();
  });
};
