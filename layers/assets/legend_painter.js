/* A sheet: the map as seen with its title, window, legend and what it came from, on one canvas. */

import { FONT } from "./canvas_layer.js";

/** The legend's own elements, painted on a canvas: what is switched off is left out. */
export class LegendPainter {
  static LAYER_OF = { hubs: "hubs", ramp: "hexes", roles: "countries" };
  static UNTOLD = ["names", "graticule"];

  constructor(monitor, context, width) {
    this.monitor = monitor;
    this.context = context;
    this.width = width;
  }

  /** Paint from the top left corner on; @returns {number} the height that it takes */
  paint(body, x, top) {
    this.y = top;
    for (const child of body.children) if (this._told(child)) this._block(child, x);
    return this.y - top;
  }

  _told(child) {
    const { hidden } = this.monitor.state;
    if (child.matches(".switch")) {
      const { name } = child.querySelector("input");
      return !hidden.has(name) && !LegendPainter.UNTOLD.includes(name);
    }
    if (child.matches(".detail")) return false;
    const layer = child.dataset.layer ?? LegendPainter.LAYER_OF[child.className];
    return layer ? !hidden.has(layer) : !(hidden.has("routes") && hidden.has("ridges"));
  }

  _block(element, x) {
    if (element.matches(".switch")) this._heading(element.textContent, x);
    else if (element.matches(".row")) this._row(element, x, this.width);
    else if (element.matches(".hubs")) this._beside(element, x);
    else if (element.matches(".ramp")) this._ramp(element, x);
    else if (element.children.length && element.matches("div")) for (const child of element.children) this._block(child, x);
    else this._text(element.textContent, x, this.width, 11, this.monitor.theme.muted);
  }

  _heading(text, x) {
    this.y += 10;
    this._line(text, x, 650, 13, this.monitor.theme.text);
    this.y += 20;
  }

  _line(text, x, weight, size, colour, align = "left") {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`${weight} ${size}px ${FONT}`, colour, align, "middle"];
    context.fillText(text, x, this.y + 8);
  }

  /** A swatch, a letter, words, and at the right a number, as far as a row has them. */
  _row(row, x, width) {
    const { context } = this;
    const { theme } = this.monitor;
    let at = x;
    let tall = 17;
    for (const child of row.children) {
      if (child.matches("canvas")) {
        const [wide, high] = [parseFloat(child.style.width), parseFloat(child.style.height)];
        context.drawImage(child, at, this.y + 8 - high / 2, wide, high);
        at += wide + 8;
      } else if (child.matches(".tag")) {
        this._tag(child, at);
        at += 22;
      } else if (child.matches("b")) this._line(child.textContent, x + width, 650, 12, theme.text, "right");
      else tall = Math.max(tall, this._words(child.textContent, at, x + width - at - (row.querySelector("b:not(.tag)") ? 34 : 0), 12, theme.muted));
    }
    this.y += tall + 4;
  }

  _tag(tag, x) {
    const { context } = this;
    context.beginPath();
    context.roundRect(x, this.y, 15, 15, 3);
    context.fillStyle = tag.style.background;
    context.fill();
    this._line(tag.textContent, x + 7.5, 700, 11, this.monitor.theme.on_role, "center");
  }

  _beside(element, x) {
    const top = this.y;
    let at = x;
    for (const row of element.children) {
      this.y = top;
      this._row(row, at, this.width);
      this.context.font = `400 12px ${FONT}`;
      at += this.context.measureText(row.textContent).width + 34;
    }
  }

  _ramp(element, x) {
    const width = this.width / element.children.length;
    [...element.children].forEach((step, at) => {
      this.context.fillStyle = step.querySelector("i").style.background;
      this.context.fillRect(x + at * width, this.y, width, 10);
    });
    this.y += 10;
    [...element.children].forEach((step, at) => this._line(step.textContent, x + at * width, 400, 11, this.monitor.theme.muted));
    this.y += 19;
  }

  _text(text, x, width, size, colour) {
    if (!text) return;
    this.y += this._words(text, x, width, size, colour) + 4;
  }

  /** Words broken into lines; @returns {number} their height */
  _words(text, x, width, size, colour) {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`400 ${size}px ${FONT}`, colour, "left", "middle"];
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) && context.measureText(longer).width > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    lines.forEach((line, at) => context.fillText(line, x, this.y + 8 + at * (size + 3)));
    return lines.length * (size + 3);
  }
}
