/* Hexes in time. On a new view each hexagon in sight is scan-converted once; a new window only recolours its runs. */

import { CanvasLayer } from "./canvas_layer.js";
import { cardHead, figures, kindChip, spark } from "./card_parts.js";
import { element } from "./dom.js";
import { counted, formatDigits, formatNumber, say } from "./text.js";

/** @import { HexLevel } from "./hex_level.js" */
/** @import { Monitor } from "./monitor.js" */
/** @import { Hit, LegendItem } from "./types.js" */

export class Hexes extends CanvasLayer {
  /** @type {HexLevel | null} */
  level = null;
  /** The hexagons that are scan-converted.  @type {Int32Array | null} */
  scanned = null;
  /** @type {ImageData} */
  image;
  /** The image as one number a pixel, and the hex of each, from 1 on. */
  pixels = new Uint32Array(0);
  ids = new Uint32Array(0);
  /** Hexes in sight.  @type {number[]} */
  visible = [];
  /** From and to of each run of pixels.  @type {Int32Array} */
  spans = new Int32Array(0);
  /** The same while they are being found.  @type {number[]} */
  found = [];
  /** Where the runs of each hex in sight begin.  @type {number[]} */
  runs = [0];
  colours = new Uint32Array(0);
  /** Whether hexes of several resolutions overlap. */
  mixed = false;
  /** How many are coloured. */
  drawn = 0;

  /** How strong a hex is painted that is none, one, two or more resolutions coarser than its level. */
  static STRENGTHS = [1, 0.5, 0.25, 0.12];

  constructor() {
    super("hexes", { zIndex: 350, padding: 0.05 });
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.addTo(monitor.map);
    monitor.map.on("zoomend", () => this.choose());
  }

  pictureChanged() {
    this.level = null;
    this.choose();
  }

  windowChanged() {
    this.refresh();
  }

  layersChanged() {
    this.refresh();
  }

  selectionChanged() {
    this.refresh();
  }

  /** Take the level that suits the zoom; until it stands the present one stays. */
  async choose() {
    const level = this._wanted();
    if (level && !level.sums) {
      try {
        await this.monitor.during((level.loading ??= level.load()));
      } catch {
        level.loading = null;
        this.monitor.feed.again();
        return;
      }
      if (this._wanted() !== level) return;
    }
    if (level !== this.level || level === null) this._take(level);
  }

  /** The level that suits the zoom, null where there is none. */
  _wanted() {
    const { picture, map } = this.monitor;
    return (picture?.steps && picture.level(map.getZoom())) || null;
  }

  /** @param {HexLevel | null} level */
  _take(level) {
    this.level = level;
    if ((level?.corners ?? null) === this.scanned) this.refresh();
    else this.rebuild();
  }

  prepare() {
    const { ratio, width, height } = this.frame;
    const [w, h] = [this._container.width, this._container.height];
    if (this.image?.width !== w || this.image?.height !== h) {
      this.image = this.context.createImageData(w, h);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.ids = new Uint32Array(w * h);
    }
    this.ids.fill(0);
    this.pixels.fill(0);
    this.visible = [];
    this.found = [];
    this.runs = [0];
    this.scanned = this.level?.corners ?? null;
    if (this.level && width && height) {
      const scale = this.frame.scale * ratio;
      for (const dx of this.frame.copies) this._scan(this.level, scale, dx * ratio, this.frame.dy * ratio, w, h);
    }
    this.spans = Int32Array.from(this.found);
    this.colours = new Uint32Array(this.visible.length);
    this.mixed = this.visible.some((hex) => (this.level?.coarser[hex] ?? 0) > 0);
  }

  /**
   * Scan-convert every hexagon in sight, a little smaller than it is so that neighbours stay apart.
   * @param {HexLevel} level  @param {number} scale  @param {number} dx  @param {number} dy  @param {number} w  @param {number} h
   */
  _scan(level, scale, dx, dy, w, h) {
    const { corners, count } = level;
    if (!corners) return;
    const [x, y] = [new Float64Array(6), new Float64Array(6)];
    for (let hex = 0; hex < count; hex++) {
      for (let corner = 0, at = hex * 12; corner < 6; corner++, at += 2) {
        x[corner] = corners[at] * scale + dx;
        y[corner] = corners[at + 1] * scale + dy;
      }
      const [west, east, north, south] = [least(x), most(x), least(y), most(y)];
      if (east < 0 || west >= w || south < 0 || north >= h) continue;
      this.visible.push(hex);
      if (east - west < 2) this._dot((west + east) >> 1, (north + south) >> 1, w, h, hex);
      else {
        this._shrink(x, y, (west + east) / 2, (north + south) / 2, east - west);
        this._fill(x, y, north, south, w, h, hex);
      }
      this.runs.push(this.found.length);
    }
  }

  /** @param {Float64Array} x  @param {Float64Array} y  @param {number} cx  @param {number} cy  @param {number} size */
  _shrink(x, y, cx, cy, size) {
    const keep = 1 - Math.min(0.12, 1.1 / size);
    for (let corner = 0; corner < 6; corner++) {
      x[corner] = cx + (x[corner] - cx) * keep;
      y[corner] = cy + (y[corner] - cy) * keep;
    }
  }

  /** @param {number} x  @param {number} y  @param {number} w  @param {number} h  @param {number} hex */
  _dot(x, y, w, h, hex) {
    if (x >= 0 && x < w && y >= 0 && y < h) this._run(y * w + x, Math.min(y * w + x + 2, (y + 1) * w), hex);
  }

  /** @param {Float64Array} x  @param {Float64Array} y  @param {number} north  @param {number} south  @param {number} w  @param {number} h  @param {number} hex */
  _fill(x, y, north, south, w, h, hex) {
    const last = Math.min(h - 1, Math.floor(south - 0.5));
    for (let row = Math.max(0, Math.ceil(north - 0.5)); row <= last; row++) {
      const middle = row + 0.5;
      let [start, end] = [Infinity, -Infinity];
      for (let corner = 0, before = 5; corner < 6; before = corner++) {
        if (y[before] <= middle === y[corner] <= middle) continue;
        const cut = x[before] + ((middle - y[before]) / (y[corner] - y[before])) * (x[corner] - x[before]);
        if (cut < start) start = cut;
        if (cut > end) end = cut;
      }
      const from = Math.max(0, Math.ceil(start - 0.5));
      const to = Math.min(w, Math.floor(end - 0.5) + 1);
      if (to > from) this._run(row * w + from, row * w + to, hex);
    }
  }

  /** @param {number} from  @param {number} to  @param {number} hex */
  _run(from, to, hex) {
    this.ids.fill(hex + 1, from, to);
    this.found.push(from, to);
  }

  draw() {
    const { monitor } = this;
    this.drawn = 0;
    if (this.level?.sums && monitor.picture && !monitor.state.hidden.has("hexes")) this._colour(this.level, this.level.sums);
    else {
      this.pixels.fill(0);
      this.colours.fill(0);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * Give every hex in sight the colour of its count; the coarser it is than its level, the paler, as it covers more. Only what
   * has another colour than before is painted, unless coarser ones lie below others.
   * @param {HexLevel} level  @param {Uint32Array} sums
   */
  _colour(level, sums) {
    const { colours, monitor, visible } = this;
    if (this.mixed) {
      this.pixels.fill(0);
      colours.fill(0);
    }
    const [from, to] = monitor.range;
    const { steps, row } = level;
    const ramps = this._ramps();
    const last = ramps[0].length - 1;
    for (let at = 0; at < visible.length; at++) {
      const hex = visible[at];
      const base = hex * (steps + 1);
      const total = sums[base + to] - sums[base + from] + (row ? level.held(hex, from) : 0);
      if (total) this.drawn++;
      const colour = total ? ramps[level.coarser[hex]][Math.min(total, last)] : 0;
      if (colour !== colours[at]) this._paint(at, colour);
    }
  }

  /** Colours by count, one list for each resolution coarser than the level. */
  _ramps() {
    const { monitor } = this;
    const { breaks } = monitor.palette;
    const faded = monitor.shown.corridor(monitor.state.selected) ? 0.45 : 1;
    const steps = Array.from({ length: breaks[breaks.length - 1] + 1 }, (_, total) => breaks.findLastIndex((least) => total >= least));
    return Hexes.STRENGTHS.map((strength) =>
      Uint32Array.from(steps, (step) => {
        if (step < 0) return 0;
        const [r, g, b, a] = monitor.ramp[step];
        return (Math.round(a * strength * faded) << 24) | (b << 16) | (g << 8) | r;
      }),
    );
  }

  /** @param {number} at  @param {number} colour */
  _paint(at, colour) {
    const { spans, pixels, runs } = this;
    this.colours[at] = colour;
    for (let run = runs[at]; run < runs[at + 1]; run += 2) {
      const to = spans[run + 1];
      for (let pixel = spans[run]; pixel < to; pixel++) pixels[pixel] = colour;
    }
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    const { level, monitor } = this;
    const hex = this.at(point);
    if (!level || hex < 0) return null;
    const count = level.total(hex, ...monitor.range);
    const words = [counted("{count} incident", "{count} incidents", count), this._size(level, hex)];
    return { part: this, id: null, words, open: () => monitor.select(level.name(hex)) };
  }

  /** The hex under a point of the map's container that has incidents in the window, or -1.  @param {L.Point} point */
  at(point) {
    if (!this.level || !this.frame || this.monitor.state.hidden.has("hexes")) return -1;
    const { ratio } = this.frame;
    const [x, y] = this.inCanvas(point).map((value) => Math.floor(value * ratio));
    if (x < 0 || y < 0 || x >= this._container.width || y >= this._container.height) return -1;
    const hex = this.ids[y * this._container.width + x] - 1;
    return hex >= 0 && this.level.total(hex, ...this.monitor.range) > 0 ? hex : -1;
  }

  /** @param {HexLevel} level  @param {number} hex */
  _size(level, hex) {
    const km = this.monitor.shown.manifest.edge_km[level.own(hex)];
    return say("hexes of {km} km edge", { km: formatDigits(km >= 10 ? String(Math.round(km)) : km.toFixed(1)) });
  }

  /** @param {string} selected */
  cardFor(selected) {
    const { level, monitor } = this;
    const hex = level?.find(selected) ?? -1;
    if (!level || hex < 0) return null;
    const { shown } = monitor;
    const coarse = level.own(hex) < level.resolution ? say("drawn as coarse as it was reported") : null;
    const versions = { resolution: level.own(hex), version: String(shown.manifest.version) };
    return [
      cardHead(monitor, say("Hex"), kindChip(level.name(hex))),
      figures([
        [say("incidents in the window"), formatNumber(level.total(hex, ...monitor.range))],
        [say("incidents in all"), formatNumber(level.total(hex, 0, shown.steps))],
      ]),
      spark(monitor, level.counts(hex), monitor.theme.accent),
      element("p", { class: "facts" }, [this._size(level, hex), coarse].filter(Boolean).join(" · ")),
      element("footer", {}, say("H3 resolution {resolution} · ledger version {version}", versions)),
    ];
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { theme, palette } = this.monitor;
    const last = palette.breaks.length - 1;
    const steps = palette.breaks.map((least, at) => ({ colour: theme.ramp[at], text: at === last ? `${least}+` : String(least) }));
    return [{ kind: "ramp", steps }];
  }
}

// Called for every hex: loops, as spreading a typed array is slow.
/** @param {Float64Array} values */
const least = (values) => {
  let found = Infinity;
  for (let at = 0; at < values.length; at++) if (values[at] < found) found = values[at];
  return found;
};

/** @param {Float64Array} values */
const most = (values) => {
  let found = -Infinity;
  for (let at = 0; at < values.length; at++) if (values[at] > found) found = values[at];
  return found;
};
