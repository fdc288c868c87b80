/* Hexes in time. On a new view each hexagon in sight is scan-converted once; a new window only recolours its runs. */

import { CanvasLayer } from "./canvas_layer.js";

export class Hexes extends CanvasLayer {
  /** How strong a hex is painted that is none, one, two or more resolutions coarser than its level. */
  static STRENGTHS = [1, 0.5, 0.25, 0.12];

  constructor(options) {
    super("hexes", { zIndex: 350, padding: 0.05, ...options });
    this.level = null;
  }

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
    const { picture, map } = this.monitor;
    const level = picture?.steps ? picture.level(map.getZoom()) : null;
    if (level && !level.sums) {
      try {
        await this.monitor.during((level.loading ??= level.load()));
      } catch {
        level.loading = null;
        this.monitor.feed.again();
        return;
      }
      if (this.monitor.picture !== picture || picture.level(map.getZoom()) !== level) return;
    }
    if (level === this.level && level !== null) return;
    this.level = level;
    if (level?.corners === this.scanned) this.refresh();
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
    this.spans = [];
    this.runs = [0];
    this.scanned = this.level?.corners;
    if (this.level && width && height) {
      const scale = this.frame.scale * ratio;
      for (const dx of this.frame.copies) this._scan(scale, dx * ratio, this.frame.dy * ratio, w, h);
    }
    this.spans = Int32Array.from(this.spans);
    this.colours = new Uint32Array(this.visible.length);
    this.mixed = this.visible.some((hex) => this.level.coarser[hex] > 0);
  }

  /** Scan-convert every hexagon in sight, a little smaller than it is so that neighbours stay apart. */
  _scan(scale, dx, dy, w, h) {
    const { corners, count } = this.level;
    const [x, y] = [new Float64Array(6), new Float64Array(6)];
    for (let hex = 0; hex < count; hex++) {
      const base = hex * 12;
      let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let corner = 0; corner < 6; corner++) {
        const px = (x[corner] = corners[base + 2 * corner] * scale + dx);
        const py = (y[corner] = corners[base + 2 * corner + 1] * scale + dy);
        if (px < west) west = px;
        if (px > east) east = px;
        if (py < north) north = py;
        if (py > south) south = py;
      }
      if (east < 0 || west >= w || south < 0 || north >= h) continue;
      this.visible.push(hex);
      if (east - west < 2) this._dot((west + east) >> 1, (north + south) >> 1, w, h, hex);
      else {
        this._shrink(x, y, (west + east) / 2, (north + south) / 2, east - west);
        this._fill(x, y, north, south, w, h, hex);
      }
      this.runs.push(this.spans.length);
    }
  }

  _shrink(x, y, cx, cy, size) {
    const keep = 1 - Math.min(0.12, 1.1 / size);
    for (let corner = 0; corner < 6; corner++) {
      x[corner] = cx + (x[corner] - cx) * keep;
      y[corner] = cy + (y[corner] - cy) * keep;
    }
  }

  _dot(x, y, w, h, hex) {
    if (x >= 0 && x < w && y >= 0 && y < h) this._run(y * w + x, Math.min(y * w + x + 2, (y + 1) * w), hex);
  }

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

  _run(from, to, hex) {
    this.ids.fill(hex + 1, from, to);
    this.spans.push(from, to);
  }

  draw() {
    const { monitor } = this;
    this.drawn = 0;
    if (this.level && monitor.picture && !monitor.state.hidden.has("hexes")) this._colour();
    else {
      this.pixels.fill(0);
      this.colours.fill(0);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * Give every hex in sight the colour of its count; the coarser it is than its level, the paler, as it covers more. Only what
   * has another colour than before is painted, unless coarser ones lie below others.
   */
  _colour() {
    const { level, colours, monitor, visible } = this;
    if (this.mixed) {
      this.pixels.fill(0);
      colours.fill(0);
    }
    const [from, to] = monitor.range;
    const { steps, rows } = level;
    const ramps = this._ramps();
    const last = ramps[0].length - 1;
    for (let at = 0; at < visible.length; at++) {
      const hex = visible[at];
      const base = hex * (steps + 1);
      const total = level.sums[base + to] - level.sums[base + from] + (rows ? level.held(hex, from) : 0);
      if (total) this.drawn++;
      const colour = total ? ramps[level.coarser[hex]][Math.min(total, last)] : 0;
      if (colour !== colours[at]) this._paint(at, colour);
    }
  }

  /** Colours by count, one list for each resolution coarser than the level. */
  _ramps() {
    const { monitor } = this;
    const { breaks } = monitor.palette;
    const faded = monitor.picture.corridor(monitor.state.selected) ? 0.45 : 1;
    const steps = Array.from({ length: breaks.at(-1) + 1 }, (_, total) => breaks.findLastIndex((least) => total >= least));
    return Hexes.STRENGTHS.map((strength) =>
      Uint32Array.from(steps, (step) => {
        if (step < 0) return 0;
        const [r, g, b, a] = monitor.ramp[step];
        return (Math.round(a * strength * faded) << 24) | (b << 16) | (g << 8) | r;
      }),
    );
  }

  _paint(at, colour) {
    const { spans, pixels, runs } = this;
    this.colours[at] = colour;
    for (let run = runs[at]; run < runs[at + 1]; run += 2) {
      const to = spans[run + 1];
      for (let pixel = spans[run]; pixel < to; pixel++) pixels[pixel] = colour;
    }
  }

  /** The hex under a point of the map's container that has incidents in the window, or -1. */
  at(point) {
    if (!this.level || !this.frame || this.monitor.state.hidden.has("hexes")) return -1;
    const { ratio } = this.frame;
    const [x, y] = this.inCanvas(point).map((value) => Math.floor(value * ratio));
    if (x < 0 || y < 0 || x >= this._container.width || y >= this._container.height) return -1;
    const hex = this.ids[y * this._container.width + x] - 1;
    return hex >= 0 && this.level.total(hex, ...this.monitor.range) > 0 ? hex : -1;
  }
}
