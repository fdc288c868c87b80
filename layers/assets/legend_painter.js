/* The legend on a canvas: what is switched off is left out. */

import { FONT } from "./canvas_layer.js";
import { swatchCanvas } from "./dom.js";
import { brokenInto } from "./line_breaks.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { LegendItem, LegendRow, LegendSection, Tag } from "./types.js" */

/** Layers that speak for themselves. */
const UNTOLD = ["names", "graticule"];

export class LegendPainter {
  /** @param {Monitor} monitor  @param {CanvasRenderingContext2D} context  @param {number} width  @param {number} sharpness */
  constructor(monitor, context, width, sharpness) {
    this.monitor = monitor;
    this.context = context;
    this.width = width;
    this.sharpness = sharpness;
    this.y = 0;
  }

  /**
   * Paint from the top left corner on.
   * @param {LegendSection[]} sections  @param {number} x  @param {number} top  @returns {number} the height that it takes
   */
  paint(sections, x, top) {
    this.y = top;
    for (const section of sections.filter((one) => this._told(one))) {
      if (section.heading) this._heading(section.heading, x);
      for (const item of section.items) this._item(item, x);
    }
    return this.y - top;
  }

  /** @param {LegendSection} section */
  _told({ layer, told }) {
    if (told) return true;
    const { hidden } = this.monitor.state;
    return layer ? !hidden.has(layer) && !UNTOLD.includes(layer) : !(hidden.has("routes") && hidden.has("ridges"));
  }

  /** @param {LegendItem} item  @param {number} x */
  _item(item, x) {
    if (item.kind === "row") this._row(item, x, this.width);
    else if (item.kind === "ramp") this._ramp(item.steps, x);
    else if (item.kind === "note") this.y += this._words(item.text, x, this.width, 11, this.monitor.theme.muted) + 4;
    else if (item.name === "hubs") this._beside(item.rows, x);
    else for (const row of item.rows) this._row(row, x, this.width);
  }

  /** @param {string} text  @param {number} x */
  _heading(text, x) {
    this.y += 10;
    this._line(text, x, 650, 13, this.monitor.theme.text);
    this.y += 20;
  }

  /** @param {string} text  @param {number} x  @param {number} weight  @param {number} size  @param {string} colour  @param {CanvasTextAlign} [align] */
  _line(text, x, weight, size, colour, align = "left") {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`${weight} ${size}px ${FONT}`, colour, align, "middle"];
    context.fillText(text, x, this.y + 8);
  }

  /** A swatch, a letter, words, and at the right a number, as far as a row has them.  @param {LegendRow} row  @param {number} x  @param {number} width */
  _row({ swatch, text, strong, tag, count }, x, width) {
    const { theme } = this.monitor;
    this.context.drawImage(swatchCanvas(swatch, this.sharpness), x, this.y + 8 - swatch.height / 2, swatch.width, swatch.height);
    let at = x + swatch.width + 8;
    if (tag) {
      this._tag(tag, at);
      at += 22;
    }
    const told = strong ? `${strong} ${text}` : text;
    const tall = Math.max(17, this._words(told, at, x + width - at - (count === undefined ? 0 : 34), 12, theme.muted));
    if (count !== undefined) this._line(count, x + width, 650, 12, theme.text, "right");
    this.y += tall + 4;
  }

  /** @param {Tag} tag  @param {number} x */
  _tag({ letter, colour }, x) {
    const { context } = this;
    context.beginPath();
    context.roundRect(x, this.y, 15, 15, 3);
    context.fillStyle = colour;
    context.fill();
    this._line(letter, x + 7.5, 700, 11, this.monitor.theme.on_role, "center");
  }

  /** @param {LegendRow[]} rows  @param {number} x */
  _beside(rows, x) {
    const top = this.y;
    let at = x;
    for (const row of rows) {
      this.y = top;
      this._row(row, at, this.width);
      this.context.font = `400 12px ${FONT}`;
      at += this.context.measureText(row.text).width + 34;
    }
  }

  /** @param {{ colour: string, text: string }[]} steps  @param {number} x */
  _ramp(steps, x) {
    const width = this.width / steps.length;
    steps.forEach(({ colour }, at) => {
      this.context.fillStyle = colour;
      this.context.fillRect(x + at * width, this.y, width, 10);
    });
    this.y += 10;
    steps.forEach(({ text }, at) => this._line(text, x + at * width, 400, 11, this.monitor.theme.muted));
    this.y += 19;
  }

  /**
   * Words broken into lines.
   * @param {string} text  @param {number} x  @param {number} width  @param {number} size  @param {string} colour
   * @returns {number} their height
   */
  _words(text, x, width, size, colour) {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`400 ${size}px ${FONT}`, colour, "left", "middle"];
    const lines = brokenInto(text, (line) => context.measureText(line).width <= width);
    lines.forEach((line, at) => context.fillText(line, x, this.y + 8 + at * (size + 3)));
    return lines.length * (size + 3);
  }
}
