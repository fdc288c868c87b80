/* Meridians and parallels that fit the zoom, and their degrees along the edges. */

import { isFree } from "./boxes.js";
import { CanvasLayer, FONT, panelBoxes } from "./canvas_layer.js";
import { degreeName, graticuleLines } from "./graticule_lines.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Box } from "./types.js" */

export class Graticule extends CanvasLayer {
  /** @type {ReturnType<typeof graticuleLines> | undefined} */
  lines;

  /** @param {{ apart: number }} options */
  constructor(options) {
    super("graticule", { zIndex: 240 });
    this.settings = options;
  }

  layersChanged() {
    this.refresh();
  }

  prepare() {
    this.lines = graticuleLines(this.frame, this.settings.apart);
  }

  empty() {
    return this.monitor.state.hidden.has("graticule");
  }

  draw() {
    const context = this.wipe();
    const { theme } = this.monitor;
    if (this.empty()) return;
    const { width, height } = this.frame;
    context.beginPath();
    for (const [, x] of this.lines?.meridians ?? []) {
      context.moveTo(Math.round(x) + 0.5, 0);
      context.lineTo(Math.round(x) + 0.5, height);
    }
    for (const [, y] of this.lines?.parallels ?? []) {
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(width, Math.round(y) + 0.5);
    }
    context.strokeStyle = theme.muted;
    context.globalAlpha = 0.45;
    context.lineWidth = 1;
    context.stroke();
    context.globalAlpha = 1;
  }
}

export class Degrees extends CanvasLayer {
  /** What no degrees may cover.  @type {Box[]} */
  taken = [];

  constructor() {
    super("degrees", { zIndex: 505, padding: 0 });
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.addTo(monitor.map);
    monitor.map.on("move", () => this.rebuild());
  }

  layersChanged() {
    this.refresh();
  }

  pictureChanged() {
    this.refresh();
  }

  empty() {
    return this.monitor.state.hidden.has("graticule") || !this.monitor.graticule?.lines;
  }

  draw() {
    const context = this.wipe();
    const { graticule, labels } = this.monitor;
    if (this.empty() || !graticule.lines) return;
    context.font = `500 11px ${FONT}`;
    context.textBaseline = "middle";
    this.taken = labels.alone ? [] : panelBoxes(this);
    const { x: dx, y: dy } = graticule._bounds.min.subtract(this._bounds.min);
    this._spare(labels.alone);
    const { meridians, parallels } = graticule.lines;
    const { x: width, y: height } = this._map.getSize();
    const [left, top] = this.inCanvas([0, 0]);
    const floor = labels.alone ? height : this._floor(height);
    for (const [arc, x] of meridians) this._name(context, degreeName(arc, ["E", "W"]), x + dx, top + floor - 12, "center");
    for (const [arc, y] of parallels) this._name(context, degreeName(arc, ["N", "S"]), left + 10, y + dy, "left");
    for (const [arc, y] of parallels) this._name(context, degreeName(arc, ["N", "S"]), left + width - 10, y + dy, "right");
  }

  /** The lowest line of the map that no panel over its whole width covers.  @param {number} height */
  _floor(height) {
    const tall = this.monitor.timeBar.bar?.offsetHeight || (this.monitor.picture?.steps ? BAR : 0);
    return tall ? height - tall - 12 : height;
  }

  /** Leave the scale bar free.  @param {boolean} alone */
  _spare(alone) {
    const [left, top] = this.inCanvas([0, 0]);
    const { y: height } = this._map.getSize();
    const below = alone ? height - 62 : this._floor(height) - 34;
    this.taken.push([left, top + below, left + 190, top + below + (alone ? 36 : 34)]);
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} text  @param {number} x  @param {number} y  @param {"left" | "center" | "right"} align */
  _name(context, text, x, y, align) {
    const width = context.measureText(text).width;
    const from = align === "center" ? x - width / 2 : align === "right" ? x - width : x;
    /** @type {Box} */
    const box = [from - 4, y - 9, from + width + 4, y + 9];
    if (!isFree(box, this.taken)) return;
    this.taken.push(box);
    const { theme } = this.monitor;
    context.textAlign = "left";
    [context.lineWidth, context.lineJoin, context.strokeStyle, context.fillStyle] = [4, "round", theme.halo, theme.text];
    context.strokeText(text, from, y);
    context.fillText(text, from, y);
  }
}

/** Height of the time bar while it does not stand yet. */
const BAR = 134;
