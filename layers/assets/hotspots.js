/* Emerging hot and cold spots by Esri's classes: a letter and a hatch for each class, a colour for hot and one for cold. */

import { holds } from "./boxes.js";
import { Calendar } from "./calendar.js";
import { CanvasLayer } from "./canvas_layer.js";
import { cardHead, figures, howWeKnow, kindChip } from "./card_parts.js";
import { context2d, element, repeated } from "./dom.js";
import { note } from "./legend_items.js";
import { Loader } from "./loader.js";
import { initials, mark, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Box, Heat, Hit, HotspotsAnswer, LegendItem, Pattern, Spot } from "./types.js" */

/** How the hatch of each class runs, and what its spots are called. */
const SPOTS = {
  new: { hatch: "dots", hot: mark("New hot spot"), cold: mark("New cold spot") },
  consecutive: { hatch: "rise", hot: mark("Consecutive hot spot"), cold: mark("Consecutive cold spot") },
  intensifying: { hatch: "full", hot: mark("Intensifying hot spot"), cold: mark("Intensifying cold spot") },
  persistent: { hatch: "level", hot: mark("Persistent hot spot"), cold: mark("Persistent cold spot") },
  diminishing: { hatch: "fall", hot: mark("Diminishing hot spot"), cold: mark("Diminishing cold spot") },
  sporadic: { hatch: "none", hot: mark("Sporadic hot spot"), cold: mark("Sporadic cold spot") },
  oscillating: { hatch: "cross", hot: mark("Oscillating hot spot"), cold: mark("Oscillating cold spot") },
  historical: { hatch: "upright", hot: mark("Historical hot spot"), cold: mark("Historical cold spot") },
};

/** A tile of the hatch of a class.  @param {string} hatch  @param {string} colour */
const spotHatch = (hatch, colour) => {
  const tile = document.createElement("canvas");
  [tile.width, tile.height] = [8, 8];
  const context = context2d(tile);
  [context.strokeStyle, context.fillStyle, context.lineWidth] = [colour, colour, 1.5];
  /** @param {number[]} ends */
  const line = (...ends) => {
    context.beginPath();
    context.moveTo(ends[0], ends[1]);
    context.lineTo(ends[2], ends[3]);
    context.stroke();
  };
  const rise = () => [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]].forEach((ends) => line(...ends));
  const fall = () => [[-2, -2, 10, 10], [-2, 6, 2, 10], [6, -2, 10, 2]].forEach((ends) => line(...ends));
  if (hatch === "dots") context.fillRect(2, 2, 2.5, 2.5);
  if (hatch === "rise" || hatch === "cross") rise();
  if (hatch === "fall" || hatch === "cross") fall();
  if (hatch === "level") line(0, 4, 8, 4);
  if (hatch === "upright") line(4, 0, 4, 8);
  if (hatch === "full") context.fillRect(0, 0, 8, 8);
  return tile;
};

export class Hotspots extends CanvasLayer {
  /** @type {Loader<HotspotsAnswer>} */
  loader;
  /** @type {Spot[]} */
  spots = [];
  /** @type {{ spot: Spot, path: Path2D, box: Box }[]} */
  shapes = [];
  /** The letter of each class.  @type {Record<string, string>} */
  letters = {};

  static PREFIX = "spot-";

  /** @param {{ meanings: [Pattern, string][], opposites: [Pattern, string][] }} options */
  constructor(options) {
    super("hotspots", { zIndex: 360 });
    this.meanings = new Map(options.meanings);
    this.opposites = new Map(options.opposites);
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.letters = initials(Object.keys(SPOTS));
    this.loader = new Loader(monitor, "/data/hotspots", { told: () => this._told() });
    this.addTo(monitor.map);
    this.layersChanged();
  }

  showing() {
    return !this.monitor.state.hidden.has("hotspots");
  }

  layersChanged() {
    this.monitor.map.getContainer().dataset.hotspots = this.showing() ? "on" : "off";
    this.loader.look(this.showing());
    this.refresh();
  }

  pictureChanged() {
    this.loader.look(this.showing());
  }

  ticked() {
    if (this.loader.state === "failed") this.loader.look(this.showing());
  }

  selectionChanged() {
    this.refresh();
  }

  _told() {
    if (this.loader.state === "ready") {
      this.spots = (this.loader.answer?.spots ?? []).map((spot) => ({ ...spot, id: Hotspots.PREFIX + spot.cell }));
      this.rebuild();
    }
    this.monitor.tell("legendChanged");
    if (this.spots.some(({ id }) => id === this.monitor.state.selected)) this.monitor.later("selectionChanged");
  }

  prepare() {
    const { scale, dy, copies, width, height } = this.frame;
    this.shapes = this.spots.flatMap((spot) =>
      copies.flatMap((dx) => {
        const ring = Array.from({ length: 6 }, (_, at) => [spot.corners[2 * at] * scale + dx, spot.corners[2 * at + 1] * scale + dy]);
        const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
        /** @type {Box} */
        const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
        if (box[2] < 0 || box[0] > width || box[3] < 0 || box[1] > height) return [];
        const path = new Path2D();
        ring.forEach(([x, y], at) => (at ? path.lineTo(x, y) : path.moveTo(x, y)));
        path.closePath();
        return [{ spot, path, box }];
      }),
    );
  }

  empty() {
    return !this.showing();
  }

  draw() {
    const context = this.wipe();
    if (this.empty()) return;
    const { theme, state } = this.monitor;
    const patterns = new Map();
    /** @param {Pattern} name  @param {Heat} heat */
    const pattern = (name, heat) => {
      const key = `${name} ${heat}`;
      if (!patterns.has(key)) patterns.set(key, repeated(context, spotHatch(SPOTS[name].hatch, theme.spot[heat])));
      return patterns.get(key);
    };
    for (const { spot, path, box } of this.shapes) {
      const held = spot.id === state.selected;
      paintSpot(context, path, theme.spot[spot.heat], pattern(spot.pattern, spot.heat), spot.heat === "cold", held ? 3 : 1.6);
      if (box[2] - box[0] > 17) this._letter(context, this.letters[spot.pattern], (box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} letter  @param {number} x  @param {number} y */
  _letter(context, letter, x, y) {
    const { theme } = this.monitor;
    context.font = '700 11px "Inter", "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
    [context.textAlign, context.textBaseline, context.lineJoin, context.lineWidth] = ["center", "middle", "round", 3.5];
    [context.strokeStyle, context.fillStyle] = [theme.casing, theme.text];
    context.strokeText(letter, x, y + 0.5);
    context.fillText(letter, x, y + 0.5);
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    if (!this.showing()) return null;
    const [x, y] = this.inCanvas(point);
    const { ratio } = this.frame;
    const found = this.shapes.find(({ path, box }) => holds(box, x, y) && this.context.isPointInPath(path, x * ratio, y * ratio));
    if (!found) return null;
    const { spot } = found;
    return { part: this, id: spot.id, words: [this._name(spot), this._meaning(spot)], open: () => this.monitor.select(spot.id) };
  }

  /** @param {Spot} spot */
  _name({ pattern, heat }) {
    return say(SPOTS[pattern][heat]);
  }

  /** @param {Spot} spot */
  _meaning({ pattern, heat }) {
    const meaning = (heat === "hot" ? this.meanings : this.opposites).get(pattern);
    return meaning ? say(meaning) : pattern;
  }

  /** @param {string} selected */
  cardFor(selected) {
    const spot = this.spots.find(({ id }) => id === selected);
    const { answer } = this.loader;
    if (!spot || !answer) return null;
    /** @param {number} part */
    const share = (part) => say("{part} of {all}", { part, all: spot.of });
    const { window, resolution } = answer;
    return [
      cardHead(this.monitor, this._name(spot), kindChip(spot.cell)),
      figures([[say("months hot"), share(spot.hot)], [say("months cold"), share(spot.cold)]]),
      element("p", { class: "facts" }, `${this._meaning(spot)}.`),
      howWeKnow(say("Each hex is held against the whole of the same month (Gi*), and its trend is tested after Mann and Kendall.")),
      element("footer", {}, say("{window} · H3 resolution {resolution} · where reports gather, and no alarm", { window: Calendar.months(window), resolution })),
    ];
  }

  /** @param {HotspotsAnswer} answer */
  _note({ window, resolution }) {
    const km = String(Math.round(this.monitor.picture?.manifest.edge_km[resolution] ?? 0));
    return say("{window}, hexes of {km} km edge, each month against the whole of it. Cold spots: blue, dashed border.", { window: Calendar.months(window), km });
  }

  /** Every class, how many hexes it has, what it means.  @returns {LegendItem[]} */
  legendItems() {
    const { answer, words } = this.loader;
    const said = words ?? (this.spots.length ? null : say("No hex is a hot or a cold spot."));
    return [
      ...(said ? [note(said, true)] : []),
      ...(answer?.window ? [note(this._note(answer))] : []),
      ...(this.spots.length ? [...this.meanings].map(([pattern, meaning]) => this._row(pattern, meaning)) : []),
    ];
  }

  /** @param {Pattern} pattern  @param {string} meaning  @returns {LegendItem} */
  _row(pattern, meaning) {
    const { hot: colour } = this.monitor.theme.spot;
    const of = this.spots.filter((spot) => spot.pattern === pattern);
    const hot = of.filter(({ heat }) => heat === "hot").length;
    const cold = of.length - hot;
    /** @param {CanvasRenderingContext2D} context */
    const paint = (context) => {
      const path = new Path2D("M9 1H25L32 9L25 17H9L2 9Z");
      paintSpot(context, path, colour, repeated(context, spotHatch(SPOTS[pattern].hatch, colour)), false, 1.4);
      this._letter(context, this.letters[pattern], 17, 9);
    };
    return { kind: "row", swatch: { width: 34, height: 18, paint }, strong: say(pattern), text: say(meaning), count: cold ? `${hot} + ${cold}` : String(hot) };
  }
}

/**
 * Paint one spot along its outline.
 * @param {CanvasRenderingContext2D} context  @param {Path2D} path  @param {string} colour  @param {CanvasPattern} pattern  @param {boolean} dashed  @param {number} width
 */
const paintSpot = (context, path, colour, pattern, dashed, width) => {
  [context.globalAlpha, context.fillStyle] = [0.2, colour];
  context.fill(path);
  [context.globalAlpha, context.fillStyle] = [0.42, pattern];
  context.fill(path);
  [context.globalAlpha, context.strokeStyle, context.lineWidth] = [1, colour, width];
  context.setLineDash(dashed ? [4, 3] : []);
  context.stroke(path);
  context.setLineDash([]);
};
