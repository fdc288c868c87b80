/* Incidents by step, summed so that any window takes constant time. */

/** @import { Span } from "./types.js" */

/**
 * How many are under way at the beginning of each step, from [first, last, count] of those that last; null where none does.
 * @param {number} steps  @param {Span[]} spans
 */
export const underWay = (steps, spans) => {
  if (!spans.length) return null;
  const held = new Uint32Array(steps + 1);
  for (const [first, last, count] of spans) for (let step = Math.max(first, 0); step <= last; step++) held[step] += count;
  return held;
};

/** Incidents by step: those that begin in it, and those that last into others. */
export class Tally {
  /**
   * @param {Iterable<[number, number]>} entries step, how many begin in it  @param {Span[]} spans as `underWay` takes them
   * @param {number} steps
   */
  constructor(steps, entries, spans) {
    // Before step i so many have begun: any window takes constant time.
    this.sums = new Uint32Array(steps + 1);
    for (const [step, count] of entries) this.sums[step + 1] += count;
    for (let i = 0; i < steps; i++) this.sums[i + 1] += this.sums[i];
    this.held = underWay(steps, spans);
  }

  /** Incidents of steps [from, to): those that begin in them, and those under way when they begin.  @param {number} from  @param {number} to */
  total(from, to) {
    return this.sums[to] - this.sums[from] + (this.held?.[from] ?? 0);
  }
}
