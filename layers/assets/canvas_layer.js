/* The layers of the map: a canvas in a pane of its own that moves and zooms with it. */

import { context2d } from "./dom.js";
import { WORLD, WORLD_MARGIN } from "./mercator.js";
import { withHooks } from "./part.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Box, CanvasOptions, Frame, Pair } from "./types.js" */

/** Pixels of a canvas to one of the page, at most, but for pictures to take away. */
const SHARPEST = 2;

export const FONT = '"Inter", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/**
 * Layers give `prepare` (new view), `draw`, and `empty` where they often have nothing to show: then the canvas is wiped once and
 * taken out, as each one that lies there costs every frame.
 */
export class CanvasLayer extends withHooks(L.Renderer) {
  /** @type {Monitor} */
  monitor;
  /** Where it lies; set before anything is drawn.  @type {Frame} */
  frame;
  /** @type {CanvasRenderingContext2D} */
  context;
  /** Whether nothing is on the canvas. */
  blank = false;

  /** @param {string} name of the pane  @param {CanvasOptions} options */
  constructor(name, options) {
    super({ padding: 0.1, pane: name, ...options });
    this.name = name;
    this.zIndex = options.zIndex;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.addTo(monitor.map);
  }

  /** @param {L.Map} map */
  onAdd(map) {
    const pane = map.getPane(this.name) ?? map.createPane(this.name);
    pane.style.zIndex = String(this.zIndex);
    pane.style.pointerEvents = "none";
    return super.onAdd(map);
  }

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this.context = context2d(this._container);
  }

  _destroyContainer() {
    this._container.remove();
  }

  _updatePaths() {}

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    // On paper the map has no size; what was drawn stays.
    if (!this._map.getSize().x || !this._map.getSize().y) return;
    super._update();
    const size = this._bounds.getSize();
    const ratio = this.monitor.sharpness ?? Math.min(window.devicePixelRatio || 1, SHARPEST);
    const canvas = this._container;
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    L.DomUtil.setPosition(canvas, this._bounds.min);
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      [canvas.style.width, canvas.style.height] = [`${size.x}px`, `${size.y}px`];
    }
    this.frame = this._frame(size, ratio);
    this.prepare();
    this._repaint();
  }

  _repaint() {
    const empty = this.empty();
    if (!(empty && this.blank)) this.draw();
    this.blank = empty;
    this._container.style.display = empty ? "none" : "";
  }

  /** Scale and shift from Mercator units to CSS pixels of the canvas.  @param {L.Point} size  @param {number} ratio  @returns {Frame} */
  _frame(size, ratio) {
    const world = 256 * 2 ** this._map.getZoom();
    const shift = this._map.getPixelOrigin().add(this._bounds.min);
    const scale = world / WORLD;
    const [dx, dy] = [world / 2 - shift.x, world / 2 - shift.y];
    const copies = [];
    for (let k = -2; k <= 2; k++) {
      const west = dx + k * world - world / 2;
      if (west < size.x && west + world + WORLD_MARGIN * scale > 0) copies.push(dx + k * world);
    }
    return { scale, dy, copies, ratio, width: size.x, height: size.y };
  }

  /** Clear the canvas and count in CSS pixels from now on. */
  wipe() {
    const { ratio, width, height } = this.frame;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
    return this.context;
  }

  /** The place on the canvas of a point of the map's container.  @param {L.PointExpression} point  @returns {Pair} */
  inCanvas(point) {
    const layerPoint = this._map.containerPointToLayerPoint(point).subtract(this._bounds.min);
    return [layerPoint.x, layerPoint.y];
  }

  /** Whether a box lies wholly in what is seen of the canvas, which is larger. On paper the map has no size.  @param {Box} box */
  inSight([left, top, right, bottom]) {
    const { x: width, y: height } = this._map.getSize();
    const [x, y] = width ? this.inCanvas([0, 0]) : [0, 0];
    const [wide, high] = width ? [width, height] : [this.frame.width, this.frame.height];
    return left >= x && top >= y && right <= x + wide && bottom <= y + high;
  }

  /** Draw again. */
  refresh() {
    if (this._map && this.frame) this._repaint();
  }

  /** Prepare and draw again. */
  rebuild() {
    if (this._map && this.frame) {
      this.prepare();
      this._repaint();
    }
  }

  themeChanged() {
    this.refresh();
  }

  empty() {
    return false;
  }

  prepare() {}

  draw() {}
}

/**
 * A box of one canvas as it lies on another; both follow the same map.
 * @param {CanvasLayer} there  @param {CanvasLayer} here  @param {Box} box  @returns {Box}
 */
export const boxOn = (there, here, [left, top, right, bottom]) => {
  const [dx, dy] = [here._bounds.min.x - there._bounds.min.x, here._bounds.min.y - there._bounds.min.y];
  return [left + dx, top + dy, right + dx, bottom + dy];
};

/**
 * What stays over a map: its panels, and what says above it that data are made up and how fresh they are.
 * @param {L.Map} map  @returns {Element[]}
 */
export const panelsOf = (map) => [...map.getContainer().querySelectorAll(":scope > .panel, :scope > #scale, .leaflet-control-attribution, :scope > #lane > :is(.badge, .fresh)")];

/** The boxes of the panels that are open, as they lie on a canvas.  @param {CanvasLayer} layer  @returns {Box[]} */
export const panelBoxes = (layer) => {
  const { x: left, y: top } = layer._map.getContainer().getBoundingClientRect();
  return panelsOf(layer._map).flatMap((panel) => {
    const box = panel.getBoundingClientRect();
    if (!box.width) return [];
    const [x, y] = layer.inCanvas([box.left - left, box.top - top]);
    return [/** @type {Box} */ ([x, y, x + box.width, y + box.height])];
  });
};
