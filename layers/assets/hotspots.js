/* Emerging hot and cold spots by Esri's classes: a letter and a hatch for each class, a colour for hot and one for cold. */

import { Calendar } from "./calendar.js";
import { CanvasLayer } from "./canvas_layer.js";
import { element } from "./dom.js";
import { Loader } from "./loader.js";
import { initials, mark, say } from "./text.js";

/** How the hatch of each class runs, and what its spots are called. */
export const SPOTS = {
  new: { hatch: "dots", hot: mark("New hot spot"), cold: mark("New cold spot") },
  consecutive: { hatch: "rise", hot: mark("Consecutive hot spot"), cold: mark("Consecutive cold spot") },
  intensifying: { hatch: "full", hot: mark("Intensifying hot spot"), cold: mark("Intensifying cold spot") },
  persistent: { hatch: "level", hot: mark("Persistent hot spot"), cold: mark("Persistent cold spot") },
  diminishing: { hatch: "fall", hot: mark("Diminishing hot spot"), cold: mark("Diminishing cold spot") },
  sporadic: { hatch: "none", hot: mark("Sporadic hot spot"), cold: mark("Sporadic cold spot") },
  oscillating: { hatch: "cross", hot: mark("Oscillating hot spot"), cold: mark("Oscillating cold spot") },
  historical: { hatch: "upright", hot: mark("Historical hot spot"), cold: mark("Historical cold spot") },
};

/** A tile of the hatch of a class. */
export const spotHatch = (hatch, colour) => {
  const tile = document.createElement("canvas");
  [tile.width, tile.height] = [8, 8];
  const context = tile.getContext("2d");
  [context.strokeStyle, context.fillStyle, context.lineWidth] = [colour, colour, 1.5];
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
  static PREFIX = "spot-";

  constructor(options) {
    super("hotspots", { zIndex: 360, ...options });
    this.spots = [];
    this.meanings = new Map(this.options.meanings);
    this.opposites = new Map(this.options.opposites);
  }

  attach(monitor) {
    this.monitor = monitor;
    this.letters = initials(Object.keys(SPOTS));
    this.loader = new Loader(monitor, "/data/hotspots", () => this._told());
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
      this.spots = (this.loader.answer.spots ?? []).map((spot) => ({ ...spot, id: Hotspots.PREFIX + spot.cell }));
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
    const pattern = (name, heat) => {
      const key = `${name} ${heat}`;
      if (!patterns.has(key)) patterns.set(key, context.createPattern(spotHatch(SPOTS[name].hatch, theme.spot[heat]), "repeat"));
      return patterns.get(key);
    };
    for (const { spot, path, box } of this.shapes) {
      const held = spot.id === state.selected;
      paintSpot(context, path, theme.spot[spot.heat], pattern(spot.pattern, spot.heat), spot.heat === "cold", held ? 3 : 1.6);
      if (box[2] - box[0] > 17) this._letter(context, this.letters[spot.pattern], (box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
    }
    context.globalAlpha = 1;
  }

  _letter(context, letter, x, y) {
    const { theme } = this.monitor;
    context.font = '700 11px "Inter", "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
    [context.textAlign, context.textBaseline, context.lineJoin, context.lineWidth] = ["center", "middle", "round", 3.5];
    [context.strokeStyle, context.fillStyle] = [theme.casing, theme.text];
    context.strokeText(letter, x, y + 0.5);
    context.fillText(letter, x, y + 0.5);
  }

  /** The spot under a point of the map's container, or null. */
  at(point) {
    if (!this.showing() || !this.shapes) return null;
    const [x, y] = this.inCanvas(point);
    const { ratio } = this.frame;
    const found = this.shapes.find(({ path, box }) => x > box[0] && x < box[2] && y > box[1] && y < box[3] && this.context.isPointInPath(path, x * ratio, y * ratio));
    return found?.spot ?? null;
  }

  _name({ pattern, heat }) {
    return say(SPOTS[pattern][heat]);
  }

  _meaning({ pattern, heat }) {
    return say((heat === "hot" ? this.meanings : this.opposites).get(pattern));
  }

  words(spot) {
    return [this._name(spot), this._meaning(spot)];
  }

  /** What the card says of what is selected, or null. */
  nodes(selected, head) {
    const spot = this.spots.find(({ id }) => id === selected);
    if (!spot) return null;
    const share = (part) => say("{part} of {all}", { part, all: spot.of });
    const figures = [[share(spot.hot), say("months hot")], [share(spot.cold), say("months cold")]];
    const { window, resolution } = this.loader.answer;
    return [
      head(this._name(spot), element("span", { class: "mode" }, spot.cell), null),
      element("dl", { class: "figures" }, ...figures.map(([value, name]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)))),
      element("p", { class: "facts" }, `${this._meaning(spot)}.`),
      element("footer", {}, say("{window} · H3 resolution {resolution} · where reports gather, and no alarm", { window: Calendar.months(window), resolution })),
    ];
  }

  _note({ window, resolution }) {
    const km = String(Math.round(this.monitor.picture?.manifest.edge_km[resolution] ?? 0));
    return say("{window}, hexes of {km} km edge, each month against the whole of it. Cold spots: blue, dashed border.", { window: Calendar.months(window), km });
  }

  /** Rows of the legend: every class, how many hexes it has, what it means. */
  legend(legend) {
    const { theme } = this.monitor;
    const { answer, words } = this.loader;
    const said = words ?? (this.spots.length ? null : say("No hex is a hot or a cold spot."));
    const rows = [...this.meanings].map(([pattern, meaning]) => {
      const hot = this.spots.filter((spot) => spot.pattern === pattern && spot.heat === "hot").length;
      const cold = this.spots.filter((spot) => spot.pattern === pattern && spot.heat === "cold").length;
      const swatch = legend._swatch((context) => {
        const path = new Path2D("M9 1H25L32 9L25 17H9L2 9Z");
        paintSpot(context, path, theme.spot.hot, context.createPattern(spotHatch(SPOTS[pattern].hatch, theme.spot.hot), "repeat"), false, 1.4);
        this._letter(context, this.letters[pattern], 17, 9);
      }, 34, 18);
      const text = element("span", {}, element("strong", {}, say(pattern)), " ", say(meaning));
      return element("div", { class: "row" }, swatch, text, element("b", {}, cold ? `${hot} + ${cold}` : String(hot)));
    });
    return [
      said ? element("p", { class: "note state", role: "status" }, said) : null,
      answer?.window ? element("p", { class: "note" }, this._note(answer)) : null,
      ...(this.spots.length ? rows : []),
    ].filter(Boolean);
  }
}

/** Paint one spot along its outline. */
export const paintSpot = (context, path, colour, pattern, dashed, width) => {
  [context.globalAlpha, context.fillStyle] = [0.2, colour];
  context.fill(path);
  [context.globalAlpha, context.fillStyle] = [0.42, pattern];
  context.fill(path);
  [context.globalAlpha, context.strokeStyle, context.lineWidth] = [1, colour, width];
  context.setLineDash(dashed ? [4, 3] : []);
  context.stroke(path);
  context.setLineDash([]);
};
