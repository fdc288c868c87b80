/* The ground that every layer of the map stands on: units, canvases that follow the map, small DOM makers. */
"use strict";

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

  /** Whether a box lies wholly in what is seen of the canvas, which is larger. On paper the map has no size. */
  inSight([left, top, right, bottom]) {
    const { x: width, y: height } = this._map.getSize();
    const [x, y] = width ? this.inCanvas([0, 0]) : [0, 0];
    const [wide, high] = width ? [width, height] : [this.frame.width, this.frame.height];
    return left >= x && top >= y && right <= x + wide && bottom <= y + high;
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

/** What stays over a map: its panels, and what says above it that data are made up and how fresh they are. */
Monitor.panels = (map) => [...map.getContainer().querySelectorAll(":scope > .panel, :scope > #lane > :is(.badge, .fresh)")];

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

/** Digits as JavaScript writes them, as the reader writes them: "4.50" keeps its two behind the point. */
Monitor.digits = (text) =>
  Number(text).toLocaleString(Monitor.words?.language ?? "en-GB", { minimumFractionDigits: (text.split(".")[1] ?? "").length, useGrouping: false });

/** The letters by which some words are told apart, by word: the first of each that no earlier one has. */
Monitor.initials = (words) => {
  const found = {};
  for (const word of words) {
    const letters = [...Monitor.say(word)].filter((letter) => /\p{L}/u.test(letter)).map((letter) => Monitor.capital(letter));
    found[word] = letters.find((letter) => !Object.values(found).includes(letter)) ?? letters[0];
  }
  return found;
};

const MONTHS = [
  ...[Monitor.mark("Jan"), Monitor.mark("Feb"), Monitor.mark("Mar"), Monitor.mark("Apr"), Monitor.mark("May"), Monitor.mark("Jun")],
  ...[Monitor.mark("Jul"), Monitor.mark("Aug"), Monitor.mark("Sep"), Monitor.mark("Oct"), Monitor.mark("Nov"), Monitor.mark("Dec")],
];

/** Days are counted from 1970-01-01, in UTC. */
Monitor.day = {
  MS: 86_400_000,

  /** "2026-11-24", or "2026-11" for its first day; null if it is neither. */
  parse(text) {
    const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text ?? "");
    if (!found) return null;
    const [year, month, day] = [Number(found[1]), Number(found[2]) - 1, Number(found[3] ?? 1)];
    const date = new Date(0);
    date.setUTCFullYear(year, month, day);
    return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() / Monitor.day.MS : null;
  },

  /** [year, month from 0, day of the month] */
  parts(day) {
    const date = new Date(day * Monitor.day.MS);
    return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  },

  /** As `parse` reads it, as short as it can be. */
  key(day) {
    const text = new Date(day * Monitor.day.MS).toISOString().slice(0, 10);
    return text.endsWith("-01") ? text.slice(0, 7) : text;
  },
};

/** The steps of time of a picture. */
Monitor.Calendar = class {
  /** What is counted together, the lengths of a window that are offered, and the one at first. */
  static UNITS = {
    day: { spans: [1, 7, 28], first: 28 },
    week: { spans: [1, 4, 13], first: 13 },
    month: { spans: [1, 3, 12], first: 12 },
    quarter: { spans: [1, 4, 8], first: 4 },
  };

  /** The name of a unit. */
  static unit(unit) {
    return { day: Monitor.say("Day"), week: Monitor.say("Week"), month: Monitor.say("Month"), quarter: Monitor.say("Quarter") }[unit];
  }

  /** So many of a unit, in full. */
  static many(count, unit) {
    return {
      day: Monitor.counted(count, "{count} day", "{count} days"),
      week: Monitor.counted(count, "{count} week", "{count} weeks"),
      month: Monitor.counted(count, "{count} month", "{count} months"),
      quarter: Monitor.counted(count, "{count} quarter", "{count} quarters"),
    }[unit];
  }

  /** So many of a unit, in short. */
  static short(count, unit) {
    return {
      day: Monitor.say("{count} d", { count }),
      week: Monitor.say("{count} w", { count }),
      month: Monitor.say("{count} m", { count }),
      quarter: Monitor.say("{count} q", { count }),
    }[unit];
  }

  /** A window of months as an address spells it, "2024-11:2025-11" with the end excluded, in words. */
  static months(spelt) {
    const [first, end] = spelt.split(":").map((text) => Monitor.day.parse(text));
    const [year, month] = Monitor.day.parts(end);
    return new Monitor.Calendar("month", [first, Date.UTC(year, month - 1, 1) / Monitor.day.MS, end]).span(0, 2);
  }

  /** @param {number[]} edges days on which each step begins, and on which the last has ended */
  constructor(unit, edges) {
    this.unit = unit;
    this.edges = edges;
    this.at = new Map(edges.slice(0, -1).map((day, step) => [day, step]));
  }

  get traits() {
    return Monitor.Calendar.UNITS[this.unit];
  }

  /** The last step that begins on a day or before, -1 if none does. */
  before(day) {
    return this.edges.findLastIndex((edge) => edge <= day);
  }

  /** "Nov 2026", "Q4 2026", "24 Nov 2026"; of a week its first day. */
  name(step) {
    const [year, at, day] = Monitor.day.parts(this.edges[step]);
    const parts = { year: String(year), month: Monitor.say(MONTHS[at]), day };
    if (this.unit === "quarter") return Monitor.say("Q{quarter} {year}", { ...parts, quarter: Math.floor(at / 3) + 1 });
    return this.unit === "month" ? Monitor.say("{month} {year}", parts) : Monitor.say("{day} {month} {year}", parts);
  }

  /** A window of steps in words. Of weeks the last day is named. */
  span(from, to) {
    const first = this.name(from);
    const last = this.unit === "week" ? new Monitor.Calendar("day", [this.edges[to] - 1]).name(0) : this.name(to - 1);
    return first === last ? first : `${first} – ${last}`;
  }

  key(step) {
    return Monitor.day.key(this.edges[step]);
  }

  /** Days to name below a bar, with their names: years, or months where all is short. */
  ticks(most) {
    const [first, last] = [this.edges[0], this.edges.at(-1)];
    const years = last - first > 800;
    const [year, month] = Monitor.day.parts(first);
    const found = [];
    for (let at = years ? 12 : month; ; at += years ? 12 : 1) {
      const day = Date.UTC(year, at, 1) / Monitor.day.MS;
      if (day >= last) break;
      const [own, of] = Monitor.day.parts(day);
      if (day >= first) found.push([day, years || of === 0 ? String(own) : Monitor.say(MONTHS[of])]);
    }
    if (years && month === 0) found.unshift([first, String(year)]);
    const every = Math.max(1, Math.ceil(found.length / most));
    return found.filter((_, at) => at % every === 0);
  }
};
