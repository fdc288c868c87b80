/* The scale bar, in kilometres and nautical miles. */

import { FONT } from "./canvas_layer.js";
import { context2d, element } from "./dom.js";
import { EARTH_KM } from "./mercator.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

/** The scale bar: kilometres that are a round number, true in the middle of the view. */
export class Scale extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLCanvasElement} */
  canvas;

  static ROUND = [1, 2, 5];

  /** @param {{ longest: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.canvas = element("canvas", { id: "scale", role: "img" });
    monitor.map.getContainer().append(this.canvas);
    monitor.map.on("move zoom", () => this.paint());
    this.paint();
  }

  themeChanged() {
    this.paint();
  }

  /** @returns {{km: number, pixels: number}} */
  measure() {
    const { map } = this.monitor;
    const { lat } = map.getCenter();
    const pixel = (EARTH_KM * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom());
    const most = pixel * this.options.longest;
    const ten = 10 ** Math.floor(Math.log10(most));
    const km = ten * Math.max(...Scale.ROUND.filter((part) => part * ten <= most));
    return { km, pixels: km / pixel };
  }

  paint() {
    const ratio = window.devicePixelRatio || 1;
    const { km, pixels } = this.measure();
    const [width, height] = [this.options.longest + 40, 34];
    [this.canvas.width, this.canvas.height] = [width * ratio, height * ratio];
    [this.canvas.style.width, this.canvas.style.height] = [`${width}px`, `${height}px`];
    const context = context2d(this.canvas);
    context.scale(ratio, ratio);
    this.draw(context, 8, 20, { km, pixels });
    this.canvas.setAttribute("aria-label", say("Scale: the bar is {km} km long", { km }));
  }

  /**
   * Two halves, one filled, with what they measure above; x, y is the left end of the bar.
   * @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {{ km: number, pixels: number }} [given4]
   */
  draw(context, x, y, { km, pixels } = this.measure()) {
    const { theme } = this.monitor;
    context.save();
    context.direction = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
    [context.font, context.textBaseline, context.textAlign] = [`600 11px ${FONT}`, "alphabetic", "left"];
    [context.lineJoin, context.lineWidth, context.strokeStyle] = ["round", 4, theme.halo];
    const text = say("{km} km · {miles} nmi", { km, miles: Number((km / 1.852).toPrecision(2)) });
    context.strokeText(text, x, y - 6);
    context.fillStyle = theme.text;
    context.fillText(text, x, y - 6);
    context.fillStyle = theme.halo;
    context.fillRect(x - 2, y - 2, pixels + 4, 9);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.text, theme.text, 1];
    context.strokeRect(x + 0.5, y + 0.5, pixels - 1, 4);
    context.fillRect(x, y, pixels / 2, 5);
    context.restore();
  }
}
