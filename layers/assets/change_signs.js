/* How each state of a corridor that was compared is drawn: a dash, a sign and a word as well as a colour. */

import { mark } from "./text.js";

/** @import { ChangeState, Theme } from "./types.js" */

/** How each state is drawn; `dash` for a line of width 4. Gone corridors are ghosts: hollow and dotted.  @type {Record<ChangeState, { word: string, meaning: string | null, dash: number[] }>} */
export const CHANGES = {
  born: { word: mark("clear rise, from none"), meaning: mark("next to none before"), dash: [] },
  growing: { word: mark("clear rise"), meaning: mark("more, beyond chance"), dash: [] },
  fading: { word: mark("clear fall"), meaning: mark("fewer, beyond chance"), dash: [11, 6] },
  gone: { word: mark("clear fall, to none"), meaning: mark("next to none any more"), dash: [1, 7] },
  shifted: { word: mark("moved sideways"), meaning: mark("same number, farther over"), dash: [13, 5, 2, 5] },
  steady: { word: mark("no clear change"), meaning: mark("no change beyond chance"), dash: [] },
  "not testable": { word: mark("too few reports"), meaning: null, dash: [2, 4] },
  "not reported": { word: mark("not yet reported"), meaning: null, dash: [2, 4] },
};

export const STATES = /** @type {ChangeState[]} */ (Object.keys(CHANGES));

/** How far something lies to each side, the sides clockwise from the north. */
export const WINDS = new Map([
  ["north", mark("{km} km north")],
  ["north-east", mark("{km} km north-east")],
  ["east", mark("{km} km east")],
  ["south-east", mark("{km} km south-east")],
  ["south", mark("{km} km south")],
  ["south-west", mark("{km} km south-west")],
  ["west", mark("{km} km west")],
  ["north-west", mark("{km} km north-west")],
]);

/**
 * Paint the sign of a state into a disc: plus, arrow up, arrow down, cross, arrows to both sides.
 * @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} size  @param {ChangeState} state  @param {string} colour  @param {string} ground
 */
export const paintChangeSign = (context, x, y, size, state, colour, ground) => {
  /** @type {Partial<Record<ChangeState, number[][]>>} */
  const signs = {
    born: [[-1, 0, 1, 0], [0, -1, 0, 1]],
    growing: [[0, 1, 0, -1], [-0.8, -0.2, 0, -1], [0.8, -0.2, 0, -1]],
    fading: [[0, -1, 0, 1], [-0.8, 0.2, 0, 1], [0.8, 0.2, 0, 1]],
    gone: [[-0.8, -0.8, 0.8, 0.8], [-0.8, 0.8, 0.8, -0.8]],
    shifted: [[-1, 0, 1, 0], [-0.4, -0.6, -1, 0], [-0.4, 0.6, -1, 0], [0.4, -0.6, 1, 0], [0.4, 0.6, 1, 0]],
  };
  context.save();
  context.setLineDash([]);
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, size, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = ground;
  context.lineWidth = Math.max(1.6, size / 4.4);
  context.lineCap = "round";
  context.beginPath();
  const reach = size * 0.55;
  for (const [x0, y0, x1, y1] of signs[state] ?? []) {
    context.moveTo(x + x0 * reach, y + y0 * reach);
    context.lineTo(x + x1 * reach, y + y1 * reach);
  }
  context.stroke();
  context.restore();
};

/**
 * Paint a line of a state along a path.
 * @param {CanvasRenderingContext2D} context  @param {Path2D} path  @param {ChangeState} state  @param {Theme} theme  @param {number} width
 */
export const paintChangeLine = (context, path, state, theme, width) => {
  const { dash } = CHANGES[state];
  const colour = theme.change[state] ?? theme.muted;
  const quiet = !theme.change[state];
  /** @param {string} style  @param {number} wide  @param {number[]} dashes  @param {CanvasLineCap} [cap] */
  const stroke = (style, wide, dashes, cap = "round") => {
    [context.strokeStyle, context.lineWidth, context.lineCap] = [style, wide, cap];
    context.setLineDash(dashes);
    context.stroke(path);
  };
  context.lineJoin = "round";
  if (!quiet) stroke(theme.casing, width + 3.5, []);
  stroke(colour, width, dash.map((part) => (quiet ? part : (part * width) / 4)), dash.length && state !== "gone" ? "butt" : "round");
  if (state === "born") stroke(theme.casing, width * 0.3, []);
  if (state === "gone") stroke(theme.casing, width * 0.45, dash.map((part) => (part * width) / 4));
  context.setLineDash([]);
};
