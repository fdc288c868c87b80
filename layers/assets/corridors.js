/* Corridors: mode by colour and dash, width by incidents a step in the window, the band beside it, arrowheads. */

import { CanvasLayer } from "./canvas_layer.js";
import { CONFIDENCE_NOTE, corridorDetails } from "./corridor_card.js";
import { note } from "./legend_items.js";
import { HOLLOW, INFERRED, MODES, dashesOf, paintGrey, paintMode, paintWidths } from "./line_style.js";
import { distanceToLine, fromWorld, pixelsOfKm } from "./mercator.js";
import { RIBBONS_BELOW, knownName, ribboned } from "./ribbons.js";
import { counted, formatNumber, say } from "./text.js";

/** @import { ActiveShape, Corridor, DrawnLine, Hit, LegendItem, Line, Pair, Shape, Swatch } from "./types.js" */

/**
 * Corridors of the picture on one canvas, as points in CSS pixels.
 * @template {DrawnLine} [Drawn=Corridor]
 */
export class CorridorLayer extends CanvasLayer {
  /** @type {Shape<Drawn>[]} */
  shapes = [];
  /** What the pointer is over.  @type {string | null} */
  hovered = null;

  /** A frame and a little, in milliseconds. */
  static FRAME = 20;

  layersChanged() {
    this.refresh();
  }

  selectionChanged() {
    this.refresh();
  }

  pictureChanged() {
    this.rebuild();
  }

  windowChanged() {
    this.refresh();
  }

  /** One shape for each copy of the world in which the corridor is in sight.  @param {Drawn} corridor */
  _shape(corridor) {
    const { scale, dy, copies, width, height } = this.frame;
    const km = pixelsOfKm(scale, corridor.lat);
    const band = corridor.band_km * km;
    const reach = band + 20;
    return copies.flatMap((dx) => {
      /** @param {Line[]} parts */
      const placed = (parts) => parts.map((line) => this._points(line, scale, dx, dy));
      const lines = placed(corridor.lines);
      /** @param {Pair} given */
      const inside = ([x, y]) => x > -reach && x < width + reach && y > -reach && y < height + reach;
      if (!lines.some((line) => line.some(inside))) return [];
      const [observed, inferred] = [placed(corridor.observed), placed(corridor.inferred)].map((parts) => this._path(parts));
      return [{ corridor, lines, band, path: this._path(lines), observed, inferred }];
    });
  }

  /** @param {Line} line  @param {number} scale  @param {number} dx  @param {number} dy */
  _points(line, scale, dx, dy) {
    /** @type {Line} */
    const kept = [];
    line.forEach(([x, y], at) => {
      /** @type {Pair} */
      const point = [x * scale + dx, y * scale + dy];
      const before = kept.at(-1);
      const near = before && Math.hypot(point[0] - before[0], point[1] - before[1]) < 2.5;
      if (!near || at === line.length - 1) kept.push(point);
    });
    return kept;
  }

  /** Through the middles of the segments, so that corners are round.  @param {Line[]} lines */
  _path(lines) {
    const path = new Path2D();
    for (const points of lines) {
      path.moveTo(...points[0]);
      for (let at = 1; at < points.length - 1; at++) {
        const [[x, y], [nextX, nextY]] = [points[at], points[at + 1]];
        path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
      }
      path.lineTo(...points[points.length - 1]);
    }
    return path;
  }
}

/**
 * @extends {CorridorLayer<Corridor>}
 */
class RouteLayer extends CorridorLayer {
  prepare() {
    this.shapes = (this.monitor.picture?.corridors ?? []).flatMap((corridor) => this._shape(corridor));
  }

  /**
   * Shapes of what is shown, least first, the selected one last; each with its share of the busiest. A dense area has incidents
   * in the window; a route links others also where nobody reports, and is quiet then.
   * @returns {ActiveShape[]}
   */
  active() {
    const { picture, state } = this.monitor;
    if (!picture?.steps) return [];
    const [from, to] = this.monitor.range;
    const seen = new Set(picture.seen(state));
    /** @param {Corridor} given */
    const routed = ({ layer, mode }) => layer === "routes" && mode !== "air";
    return this.shapes
      .filter(({ corridor }) => seen.has(corridor))
      .map((shape) => ({ ...shape, incidents: shape.corridor.total(from, to) }))
      .filter(({ corridor, incidents }) => incidents > 0 || corridor.id === state.selected || routed(corridor))
      .map((shape) => ({
        ...shape,
        quiet: routed(shape.corridor) && !shape.incidents,
        share: routed(shape.corridor) ? shape.corridor.flow / picture.flow : Math.min(1.4, shape.incidents / (to - from) / picture.peak),
      }))
      .sort((a, b) => Number(a.corridor.id === state.selected) - Number(b.corridor.id === state.selected) || Number(b.quiet) - Number(a.quiet) || a.share - b.share);
  }
}

/** Bands lie under the hexes: a pale fill with one outline around what overlaps, air as outline only. */
export class Bands extends RouteLayer {
  key = "";

  constructor() {
    super("bands", { zIndex: 300 });
  }

  pictureChanged() {
    this.key = "";
    this.rebuild();
  }

  windowChanged() {}

  settled() {
    const key = this._banded().map((shape) => shape.corridor.id).sort().join();
    if (key !== this.key) this.refresh();
    this.key = key;
  }

  draw() {
    const context = this.wipe();
    const { theme } = this.monitor;
    const shown = this._banded();
    context.lineJoin = context.lineCap = "round";
    for (const mode of ["land", "sea", "air"]) {
      const shapes = shown.filter(({ corridor }) => corridor.mode === mode);
      context.strokeStyle = theme.mode[mode];
      this._each(context, shapes, 1.5, 0.4);
      context.globalCompositeOperation = "destination-out";
      this._each(context, shapes, 0, 1);
      context.globalCompositeOperation = "source-over";
      if (mode !== "air") this._each(context, shapes, 0, 0.12);
    }
    context.globalAlpha = 1;
  }

  _banded() {
    const { state, picture } = this.monitor;
    const chosen = picture?.corridor(state.selected);
    return this.active().filter(({ band, corridor, quiet }) => band > 2 && !quiet && (!chosen || corridor === chosen));
  }

  /** @param {CanvasRenderingContext2D} context  @param {ActiveShape[]} shapes  @param {number} wider  @param {number} alpha */
  _each(context, shapes, wider, alpha) {
    context.globalAlpha = alpha;
    for (const { band, path } of shapes) {
      context.lineWidth = 2 * band + wider;
      context.stroke(path);
    }
  }
}

export class Corridors extends RouteLayer {
  /** What is drawn, least first.  @type {ActiveShape[]} */
  shown = [];
  look = "";
  /** Until then the lines stay as they are while the window is dragged. */
  patience = 0;

  /** Of the time while the window is dragged, lines take one part in so many. */
  static SHARE = 8;

  constructor() {
    super("corridors", { zIndex: 450 });
  }

  /** @param {string | null} id */
  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    this.monitor.ranking.point(id);
    this.refresh();
  }

  /**
   * While the window is dragged lines are drawn again when one looks different by half a pixel, and not so often that a browser
   * which takes long to paint them lags behind the hand.
   */
  windowChanged() {
    const begun = performance.now();
    if (begun < this.patience || this._look(this.active()) === this.look) return;
    this.refresh();
    requestAnimationFrame(() => {
      const took = performance.now() - begun;
      this.patience = took > CorridorLayer.FRAME ? performance.now() + took * Corridors.SHARE : 0;
    });
  }

  settled() {
    if (this._look(this.active()) !== this.look) this.refresh();
  }

  /** @param {ActiveShape[]} shapes */
  _look(shapes) {
    return shapes.map((shape) => `${shape.corridor.id} ${shape.quiet} ${Math.round(2 * this.width(shape))}`).sort().join();
  }

  draw() {
    const context = this.wipe();
    const { state, picture } = this.monitor;
    const active = this.active();
    this.look = this._look(active);
    this.shown = this._bundled(active);
    const chosen = picture?.corridor(state.selected);
    for (const shape of this.shown) {
      const dimmed = chosen && shape.corridor !== chosen && !this._isHovered(shape);
      context.globalAlpha = dimmed ? 0.28 : shape.quiet ? 0.55 : 1;
      this._stroke(context, shape);
      if (!dimmed) this._arrows(context, shape);
    }
    context.globalAlpha = 1;
  }

  /** Crossings side by side as one, where they could not be told apart.  @param {ActiveShape[]} active  @returns {ActiveShape[]} */
  _bundled(active) {
    if (this.monitor.map.getZoom() >= RIBBONS_BELOW) return active;
    return ribboned(active, this.monitor.state.selected).map((shape) => {
      if (!shape.members) return shape;
      const path = this._path(shape.lines);
      return { ...shape, path, observed: path, inferred: new Path2D() };
    });
  }

  /** @param {ActiveShape} shape */
  _isHovered({ corridor, members }) {
    return (members ?? [corridor]).some(({ id }) => id === this.hovered);
  }

  /** A faint line is never so narrow that its hollow closes.  @param {ActiveShape} given */
  width({ share, corridor, quiet }) {
    return Math.max(corridor.faint ? 4 : 0, (1.2 + 5 * Math.sqrt(share)) * (quiet ? 0.6 : 1));
  }

  /** @param {CanvasRenderingContext2D} context  @param {ActiveShape} shape */
  _stroke(context, shape) {
    const { theme, dash, state } = this.monitor;
    const { corridor, path, observed, inferred } = shape;
    const width = this.width(shape);
    const colour = theme.mode[corridor.mode];
    const opacity = context.globalAlpha;
    context.lineJoin = "round";
    /** @param {Path2D} along  @param {string} style  @param {number} wide  @param {number} alpha  @param {number[]} [dashes] */
    const line = (along, style, wide, alpha, dashes = []) => {
      context.globalAlpha = alpha * opacity;
      context.strokeStyle = style;
      context.lineWidth = wide;
      context.lineCap = corridor.mode === "sea" && dashes.length ? "butt" : "round";
      context.setLineDash(dashes);
      context.stroke(along);
    };
    if (this._isHovered(shape) || corridor.id === state.selected) line(path, colour, width + 11, 0.35);
    line(inferred, theme.casing, INFERRED.width + 2.4, 0.9);
    line(observed, theme.casing, width + 2.4, 0.9);
    line(inferred, colour, INFERRED.width, 1, INFERRED.dash);
    const dashes = dashesOf(dash, corridor.mode, width);
    line(observed, colour, width, 1, dashes);
    if (corridor.faint) line(observed, theme.casing, width * HOLLOW, 1, dashes);
    context.globalAlpha = opacity;
    context.setLineDash([]);
  }

  /**
   * An arrowhead about every 90 pixels where the direction is known; by turns to either side where movement runs both ways.
   * @param {CanvasRenderingContext2D} context  @param {ActiveShape} shape
   */
  _arrows(context, shape) {
    const { direction, mode } = shape.corridor;
    if (!direction) return;
    const size = 4.5 + this.width(shape) * 0.85;
    context.fillStyle = this.monitor.theme.mode[mode];
    context.strokeStyle = this.monitor.theme.casing;
    context.lineWidth = 1.4;
    for (const points of shape.lines) {
      let [walked, turn] = [45, direction === 2 ? 1 : direction];
      for (let at = 1; at < points.length; at++) {
        const [[x0, y0], [x, y]] = [points[at - 1], points[at]];
        walked += Math.hypot(x - x0, y - y0);
        if (walked < 90) continue;
        walked = 0;
        this._arrow(context, x, y, Math.atan2((y - y0) * turn, (x - x0) * turn), size);
        if (direction === 2) turn = -turn;
      }
    }
  }

  /** @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} angle  @param {number} size */
  _arrow(context, x, y, angle, size) {
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.beginPath();
    context.moveTo(size, 0);
    context.lineTo(-size * 0.7, size * 0.75);
    context.lineTo(-size * 0.3, 0);
    context.lineTo(-size * 0.7, -size * 0.75);
    context.closePath();
    context.stroke();
    context.fill();
    context.restore();
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    const [x, y] = this.inCanvas(point);
    let [best, found] = [Infinity, /** @type {ActiveShape | null} */ (null)];
    for (const shape of this.shown) {
      const reach = Math.max(7, this.width(shape) / 2 + 4);
      const distance = Math.min(...shape.lines.map((points) => distanceToLine(points, x, y)));
      if (distance <= reach && distance < best) [best, found] = [distance, shape];
    }
    return found && this.hitOf(found);
  }

  /** A corridor that the pointer is over, be it over its line or its name.  @param {ActiveShape} shape  @returns {Hit} */
  hitOf({ corridor, members }) {
    if (members) return this._hitOfRibbon(corridor, members);
    const words = [corridor.title, this._counted(corridor)];
    return { part: this, id: corridor.id, words, open: () => this.monitor.select(corridor.id) };
  }

  /** @param {Corridor} corridor */
  _counted(corridor) {
    return counted("{count} incident in the window", "{count} incidents in the window", corridor.total(...this.monitor.range));
  }

  /** A ribbon names its routes, and leads to where they lie apart.  @param {Corridor} first  @param {Corridor[]} members  @returns {Hit} */
  _hitOfRibbon(first, members) {
    const { map, range } = this.monitor;
    const routes = members.slice(0, 6).map((route) => `${route.ends}: ${formatNumber(route.total(...range))}`);
    const more = members.length > routes.length ? [say("and {count} more", { count: members.length - routes.length })] : [];
    const words = [knownName(first) ?? first.title, say("{count} routes side by side, with their incidents in the window:", { count: members.length }), ...routes, ...more];
    const open = () => {
      const bounds = L.latLngBounds(members.flatMap(({ lines }) => lines.flat()).map(([x, y]) => fromWorld(map, x, y)));
      map.setView(bounds.getCenter(), Math.max(RIBBONS_BELOW, map.getBoundsZoom(bounds)));
    };
    return { part: this, id: first.id, words, open };
  }

  /** @param {string} selected */
  cardFor(selected) {
    const corridor = this.monitor.picture?.corridor(selected);
    return corridor ? corridorDetails(this.monitor, corridor) : null;
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { theme, dash } = this.monitor;
    /** @param {string} text  @param {Swatch["paint"]} paint  @returns {LegendItem} */
    const row = (text, paint) => ({ kind: "row", swatch: { width: 44, height: 14, paint }, text });
    const names = { land: say("Land, solid"), sea: say("Sea, dashed"), air: say("Air, dotted") };
    return [
      ...MODES.map((mode) => row(names[mode], (context) => paintMode(context, mode, theme, dash))),
      row(say("wider: more important, as estimated; of dense areas, more incidents a step"), (context) => paintWidths(context, theme)),
      row(say("full: confidence high"), (context) => paintGrey(context, theme, { width: 4.5 })),
      row(say("hollow: confidence medium or low"), (context) => paintGrey(context, theme, { width: 4.5, faint: true })),
      row(say("thin dashes: inferred"), (context) => paintGrey(context, theme, { width: INFERRED.width, dashes: INFERRED.dash })),
      note(say("Seen from afar, crossings side by side under one known name are one line: zoom in to tell them apart.")),
      note(say(CONFIDENCE_NOTE)),
      note(say("Pale: none in the window. Dense areas: where reports pile up along a coast.")),
    ];
  }
}
