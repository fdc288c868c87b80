/* The ground that every layer of the map stands on: units, canvases that follow the map, small DOM makers. */
"use strict";

const Monitor = {};

/** Width of the world in Mercator units, as in layers/hexmesh.py. */
Monitor.WORLD = 2 ** 31;
/** Pixels of a canvas to one of the page while a picture is taken; null else. */
Monitor.sharpness = null;
Monitor.MARGIN = Monitor.WORLD / 18;

/** @returns {[number, number]} x to the east, y to the south, in Mercator units */
Monitor.toWorld = (lon, lat) => {
  const up = (Math.max(-85.06, Math.min(85.06, lat)) * Math.PI) / 180;
  return [(lon / 360) * Monitor.WORLD, (-Math.asinh(Math.tan(up)) / (2 * Math.PI)) * Monitor.WORLD];
};

/**
 * A canvas in a pane of its own that moves and zooms with the map. Layers give `prepare` (new view), `draw`, and `empty` where
 * they often have nothing to show: then the canvas is wiped once and taken out, as each one that lies there costs every frame.
 */
Monitor.CanvasLayer = L.Renderer.extend({
  options: { padding: 0.1, zIndex: 400, sharpness: 2 },

  initialize(name, options) {
    L.setOptions(this, { pane: name, ...options });
    L.stamp(this);
    this._layers = {};
  },

  onAdd(map) {
    const pane = map.getPane(this.options.pane) ?? map.createPane(this.options.pane);
    pane.style.zIndex = this.options.zIndex;
    pane.style.pointerEvents = "none";
    L.Renderer.prototype.onAdd.call(this, map);
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this.context = this._container.getContext("2d");
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    // On paper the map has no size; what was drawn stays.
    if (!this._map.getSize().x || !this._map.getSize().y) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = Monitor.sharpness ?? Math.min(window.devicePixelRatio || 1, this.options.sharpness);
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
  },

  _repaint() {
    const empty = this.empty();
    if (!(empty && this.blank)) this.draw();
    this.blank = empty;
    this._container.style.display = empty ? "none" : "";
  },

  /** Scale and shift from Mercator units to CSS pixels of the canvas. */
  _frame(size, ratio) {
    const world = 256 * 2 ** this._map.getZoom();
    const shift = this._map.getPixelOrigin().add(this._bounds.min);
    const scale = world / Monitor.WORLD;
    const [dx, dy] = [world / 2 - shift.x, world / 2 - shift.y];
    const copies = [];
    for (let k = -2; k <= 2; k++) {
      const west = dx + k * world - world / 2;
      if (west < size.x && west + world + Monitor.MARGIN * scale > 0) copies.push(dx + k * world);
    }
    return { scale, dy, copies, ratio, width: size.x, height: size.y };
  },

  /** Clear the canvas and count in CSS pixels from now on. */
  wipe() {
    const { ratio, width, height } = this.frame;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
    return this.context;
  },

  /** @returns {[number, number]} place on the canvas of a point of the map's container */
  inCanvas(point) {
    const layerPoint = this._map.containerPointToLayerPoint(point).subtract(this._bounds.min);
    return [layerPoint.x, layerPoint.y];
  },

  refresh() {
    if (this._map && this.frame) this._repaint();
  },

  rebuild() {
    if (this._map && this.frame) {
      this.prepare();
      this._repaint();
    }
  },

  empty: () => false,
  prepare() {},
  draw() {},
});

/** A box of one canvas as it lies on another; both follow the same map. */
Monitor.boxOn = (there, here, [left, top, right, bottom]) => {
  const [dx, dy] = [here._bounds.min.x - there._bounds.min.x, here._bounds.min.y - there._bounds.min.y];
  return [left + dx, top + dy, right + dx, bottom + dy];
};

/** The panels on a map. */
Monitor.panels = (map) => [...map.getContainer().querySelectorAll(":scope > .panel")];

/** The boxes of the panels that are open, as they lie on a canvas. */
Monitor.panelsOn = (layer) => {
  const { x: left, y: top } = layer._map.getContainer().getBoundingClientRect();
  return Monitor.panels(layer._map).flatMap((panel) => {
    const box = panel.getBoundingClientRect();
    if (!box.width) return [];
    const [x, y] = layer.inCanvas([box.left - left, box.top - top]);
    return [[x, y, x + box.width, y + box.height]];
  });
};

/** Make an element; text is always text. */
Monitor.element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};

/** Make an icon of one path on a grid of 20. */
Monitor.icon = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
};

/** A panel on the map that keeps clicks, drags and wheels to itself. */
Monitor.panel = (id, attributes, ...children) => {
  const made = Monitor.element("section", { id, ...attributes }, ...children);
  L.DomEvent.disableClickPropagation(made);
  L.DomEvent.disableScrollPropagation(made);
  return made;
};

Monitor.number = (value) => value.toLocaleString("en-GB");

/** "1 incident", "4,067 incidents" */
Monitor.counted = (value, noun) => `${Monitor.number(value)} ${noun}${value === 1 ? "" : "s"}`;

const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Months are counted from year 0: 2021-03 is 2021 * 12 + 2. */
Monitor.month = {
  parse(text) {
    const found = /^(\d{4})-(\d{2})(?:-\d{2})?$/.exec(text ?? "");
    const month = found ? Number(found[1]) * 12 + Number(found[2]) - 1 : NaN;
    return found && Number(found[2]) >= 1 && Number(found[2]) <= 12 ? month : null;
  },
  key: (month) => `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`,
  name: (month) => `${MONTH_NAMES[month % 12]} ${Math.floor(month / 12)}`,
  span(from, to) {
    const [first, last] = [Monitor.month.name(from), Monitor.month.name(to - 1)];
    return first === last ? first : `${first} – ${last}`;
  },
};
