/* Ribbons: crossings under one known name that lie side by side are drawn as one line while they cannot be told apart. */

import { distanceToLine } from "./mercator.js";

/** @import { ActiveShape, Corridor, Line, Pair } from "./types.js" */

/** @typedef {{ shape: ActiveShape, line: Line }} Member */

/** Below this zoom parallel crossings are drawn as one. */
export const RIBBONS_BELOW = 6;
/** No crossing of a ribbon is anywhere further from the most important one than this, in pixels. */
const APART = 28;
/** Points of the middle line of a ribbon. */
const POINTS = 25;

/** The name under which a route is publicly known, null where it has none.  @param {Corridor} corridor */
export const knownName = ({ title }) => (title.includes(": ") ? title.split(": ")[0] : null);

/** Points at equal steps along a line.  @param {Line} points  @param {number} count  @returns {Line} */
export const evenly = (points, count) => {
  const walked = [0];
  for (let at = 1; at < points.length; at++) walked.push(walked[at - 1] + Math.hypot(points[at][0] - points[at - 1][0], points[at][1] - points[at - 1][1]));
  const whole = walked[walked.length - 1];
  let leg = 1;
  return Array.from({ length: count }, (_, step) => {
    const wanted = (whole * step) / (count - 1);
    while (leg < points.length - 1 && walked[leg] < wanted) leg++;
    if (points.length < 2) return points[0];
    const share = (wanted - walked[leg - 1]) / (walked[leg] - walked[leg - 1] || 1);
    const [[ax, ay], [bx, by]] = [points[leg - 1], points[leg]];
    return /** @type {Pair} */ ([ax + (bx - ax) * share, ay + (by - ay) * share]);
  });
};

/** @param {Pair} one  @param {Pair} other */
const away = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);

/** Whether a line was drawn from the other end than another.  @param {Line} line  @param {Line} other */
const isTurned = (line, other) => {
  const [first, last] = [line[0], line[line.length - 1]];
  const straight = away(first, other[0]) + away(last, other[other.length - 1]);
  return away(last, other[0]) + away(first, other[other.length - 1]) < straight;
};

/** Whether a line lies beside another all the way, and its ends beside the other's ends.  @param {Line} line  @param {Line} other */
const beside = (line, other) =>
  away(line[0], other[0]) <= APART &&
  away(line[line.length - 1], other[other.length - 1]) <= APART &&
  line.every(([x, y]) => distanceToLine(other, x, y) <= APART);

/**
 * The shapes with those put together that lie beside each other: a ribbon stands under its most important crossing, runs
 * in the middle of all, each by its importance, and is as important as they are together. Only what is as sure and runs the
 * same way is put together, as a line says both.
 * @param {ActiveShape[]} shapes least first  @param {string | null} selected what is drawn by itself in any case
 * @returns {ActiveShape[]} a ribbon names its `members`, the most important first; its `lines` are one
 */
export const ribboned = (shapes, selected) => {
  /** @type {{ name: string, seed: Line, members: Member[] }[]} */
  const bundles = [];
  for (const shape of [...shapes].reverse()) {
    const { corridor, lines, quiet } = shape;
    const name = knownName(corridor);
    if (!name || corridor.mode !== "sea" || corridor.layer !== "routes" || quiet || lines.length !== 1 || corridor.id === selected) continue;
    const line = evenly(lines[0], POINTS);
    const joined = bundles.some((bundle) => {
      const member = bundle.name === name ? memberOf(bundle, shape, line) : null;
      if (member) bundle.members.push(member);
      return member !== null;
    });
    if (!joined) bundles.push({ name, seed: line, members: [{ shape, line }] });
  }
  const several = bundles.filter(({ members }) => members.length > 1);
  const gone = new Set(several.flatMap(({ members }) => members.map(({ shape }) => shape)));
  return [...shapes.filter((shape) => !gone.has(shape)), ...several.map(({ members }) => ribbon(members))].sort(
    (a, b) => Number(a.corridor.id === selected) - Number(b.corridor.id === selected) || Number(b.quiet) - Number(a.quiet) || a.share - b.share,
  );
};

/**
 * A crossing as a member of a bundle, in the direction of its most important one; null where it is none.
 * @param {{ seed: Line, members: Member[] }} bundle  @param {ActiveShape} shape  @param {Line} drawn  @returns {Member | null}
 */
const memberOf = ({ seed, members: [{ shape: { corridor: first } }] }, shape, drawn) => {
  const { direction, faint } = shape.corridor;
  const turned = isTurned(drawn, seed);
  const way = turned && direction !== 2 ? -direction : direction; // 2 is both ways
  const line = turned ? [...drawn].reverse() : drawn;
  return way === first.direction && faint === first.faint && beside(line, seed) ? { shape, line } : null;
};

/** @param {Member[]} members the most important first  @returns {ActiveShape} */
const ribbon = (members) => {
  const [{ shape: first }] = members;
  const whole = members.reduce((sum, { shape }) => sum + shape.share, 0);
  const middle = members[0].line.map((_, at) => {
    /** @param {0 | 1} axis */
    const mean = (axis) => members.reduce((sum, { shape, line }) => sum + line[at][axis] * shape.share, 0) / whole;
    return /** @type {Pair} */ ([mean(0), mean(1)]);
  });
  return { ...first, lines: [middle], share: Math.min(1.4, whole), members: members.map(({ shape }) => shape.corridor) };
};
