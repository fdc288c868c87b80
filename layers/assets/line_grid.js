/* Which line lies where: a coarse grid over the canvas, by which a name is put beside its own line and no other. */

/** @import { Box, Line } from "./types.js" */

/** Pixels of a cell. */
const CELL = 6;
const SEVERAL = -1;

export class LineGrid {
  /** @param {{ width: number, height: number }} size of the canvas, in pixels  @param {Line[][]} given the lines of each owner */
  constructor({ width, height }, given) {
    this.wide = Math.ceil(width / CELL) + 1;
    this.high = Math.ceil(height / CELL) + 1;
    /** Owner of each cell, from 1; 0 where there is none. */
    this.cells = new Int32Array(this.wide * this.high);
    given.forEach((lines, at) => {
      for (const points of lines) this._walk(points, at + 1);
    });
  }

  /** @param {Line} points  @param {number} owner */
  _walk(points, owner) {
    for (let at = 1; at < points.length; at++) {
      const [[ax, ay], [bx, by]] = [points[at - 1], points[at]];
      const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / (CELL / 2)));
      if (steps > 4000) continue; // over the edge of the world
      for (let step = 0; step <= steps; step++) this._mark(ax + ((bx - ax) * step) / steps, ay + ((by - ay) * step) / steps, owner);
    }
  }

  /** @param {number} x  @param {number} y  @param {number} owner */
  _mark(x, y, owner) {
    const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
    if (column < 0 || row < 0 || column >= this.wide || row >= this.high) return;
    const at = row * this.wide + column;
    const before = this.cells[at];
    this.cells[at] = before && before !== owner ? SEVERAL : owner;
  }

  /** Whether no line but one's own comes as near to a box as this.  @param {Box} box  @param {number} own its place among those given  @param {number} margin */
  clear([left, top, right, bottom], own, margin) {
    const columns = [Math.max(0, Math.floor((left - margin) / CELL)), Math.min(this.wide - 1, Math.floor((right + margin) / CELL))];
    const rows = [Math.max(0, Math.floor((top - margin) / CELL)), Math.min(this.high - 1, Math.floor((bottom + margin) / CELL))];
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) {
        const owner = this.cells[row * this.wide + column];
        if (owner && owner !== own + 1) return false;
      }
    }
    return true;
  }
}
