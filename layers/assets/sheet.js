/* A sheet: the map as seen with its title, window, legend and what it came from, on one canvas. */

import { CanvasLayer, FONT } from "./canvas_layer.js";
import { context2d } from "./dom.js";
import { LegendPainter } from "./legend_painter.js";
import { filterWords } from "./filter_words.js";
import { counted, say } from "./text.js";

/** @import { CameraOptions } from "./camera.js" */
/** @import { Monitor } from "./monitor.js" */

export class Sheet {
  /** @type {CanvasRenderingContext2D} */
  context;
  /** The legend on a canvas of its own, once it is painted.  @type {{ canvas: HTMLCanvasElement, tall: number } | null} */
  legend = null;
  /** Height of what lies between head and foot. */
  middle = 0;

  static HEAD = 74;
  static FOOT = 32;
  static SIDE = 262;
  static PAD = 16;

  /** @param {Monitor} monitor  @param {CameraOptions} options  @param {number} sharpness */
  constructor(monitor, options, sharpness) {
    this.monitor = monitor;
    this.options = options;
    this.sharpness = sharpness;
    this.generated = new Date();
  }

  /** @returns {HTMLCanvasElement} */
  paint() {
    const { x: width, y: height } = this.monitor.map.getSize();
    const { HEAD, FOOT, SIDE } = Sheet;
    const legend = this._legend();
    this.middle = Math.max(height, legend.tall);
    const canvas = document.createElement("canvas");
    canvas.width = (width + SIDE) * this.sharpness;
    canvas.height = (HEAD + this.middle + FOOT) * this.sharpness;
    this.context = context2d(canvas);
    this.context.scale(this.sharpness, this.sharpness);
    this._ground(width + SIDE, HEAD + this.middle + FOOT);
    this._map(0, HEAD, width, height);
    this.context.drawImage(legend.canvas, width, HEAD, legend.canvas.width / this.sharpness, legend.canvas.height / this.sharpness);
    this._head(width + SIDE);
    this._foot(HEAD + this.middle, width + SIDE);
    return canvas;
  }

  /** @param {number} width  @param {number} height */
  _ground(width, height) {
    const { theme } = this.monitor;
    const { context } = this;
    // Panels are a little transparent on the page.
    for (const colour of [theme.land, theme.panel.slice(0, 7)]) {
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
    }
  }

  /** The legend on a canvas of its own, once for all frames. */
  _legend() {
    if (this.legend) return this.legend;
    const { SIDE, PAD } = Sheet;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SIDE * this.sharpness, 2400 * this.sharpness];
    const context = context2d(canvas);
    context.scale(this.sharpness, this.sharpness);
    const painter = new LegendPainter(this.monitor, context, SIDE - 2 * PAD, this.sharpness);
    const tall = painter.paint([...this.monitor.legend.sections(), ...this.monitor.ownLayers.sections()], PAD, 4);
    this.legend = { canvas, tall: tall + PAD };
    const cut = context.getImageData(0, 0, canvas.width, Math.min(canvas.height, Math.ceil((tall + PAD) * this.sharpness)));
    canvas.height = cut.height;
    context.putImageData(cut, 0, 0);
    return this.legend;
  }

  /**
   * Every canvas of the map where it lies now, and the tiles of own layers, lowest first.
   * @param {number} left  @param {number} top  @param {number} width  @param {number} height
   */
  _map(left, top, width, height) {
    const { context, monitor } = this;
    const home = monitor.map.getContainer().getBoundingClientRect();
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const layers = monitor.parts.flatMap((part) => (part instanceof CanvasLayer && part._container.width && !part.blank ? [part] : []));
    for (const layer of [...layers, ...monitor.ownLayers.pictures()].sort((a, b) => a.zIndex - b.zIndex)) {
      if (!(layer instanceof CanvasLayer)) {
        layer.paint(context, left, top);
        continue;
      }
      const box = layer._container.getBoundingClientRect();
      context.drawImage(layer._container, left + box.left - home.left, top + box.top - home.top, box.width, box.height);
    }
    this._pin(left, top);
    monitor.scale.draw(context, left + 16, top + height - (monitor.state.hidden.has("graticule") ? 18 : 40));
    context.restore();
    context.strokeStyle = monitor.theme.line;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  }

  /** The mark of what was searched for.  @param {number} left  @param {number} top */
  _pin(left, top) {
    const { pinned, field } = this.monitor.search;
    if (!pinned) return;
    const { context } = this;
    const { theme, map } = this.monitor;
    const { x, y } = map.latLngToContainerPoint(pinned.getLatLng());
    context.beginPath();
    context.arc(left + x, top + y, 6, 0, 2 * Math.PI);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, theme.accent, 3];
    context.fill();
    context.stroke();
    this._write(field.value, left + x + 13, top + y, 600, 12, theme.text, "left", theme.halo);
  }

  /** @param {string} text  @param {number} x  @param {number} y  @param {number} weight  @param {number} size  @param {string} colour  @param {CanvasTextAlign} [align]  @param {string | null} [halo] */
  _write(text, x, y, weight, size, colour, align = "left", halo = null) {
    const { context } = this;
    [context.font, context.textAlign, context.textBaseline] = [`${weight} ${size}px ${FONT}`, align, "middle"];
    if (halo) {
      [context.strokeStyle, context.lineWidth, context.lineJoin] = [halo, 4, "round"];
      context.strokeText(text, x, y);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y);
    return context.measureText(text).width;
  }

  /** @param {number} width */
  _head(width) {
    const { theme } = this.monitor;
    const { PAD } = Sheet;
    const { title, when, count, asked } = this.words();
    this._write(title, PAD, 20, 600, 13, theme.muted);
    const long = this._write(when, PAD, 48, 650, 24, theme.text);
    this._write([count, ...asked].join("  ·  "), PAD + long + 18, 50, 400, 15, theme.muted);
    let right = width - PAD;
    for (const text of this.marks()) right -= this._mark(text, right, 24) + 8;
  }

  /**
   * A mark that must not be missed, in the colours of a warning; @returns {number} its width
   * @param {string} text  @param {number} right  @param {number} y
   */
  _mark(text, right, y) {
    const { context } = this;
    const { theme } = this.monitor;
    context.font = `700 12px ${FONT}`;
    const width = context.measureText(text).width + 26;
    context.beginPath();
    context.roundRect(right - width, y - 13, width, 26, 13);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.alert_back, theme.alert, 1.2];
    context.fill();
    context.stroke();
    this._write(text, right - width / 2, y + 0.5, 700, 12, theme.alert, "center");
    return width;
  }

  /** @param {number} top  @param {number} width */
  _foot(top, width) {
    const { theme } = this.monitor;
    const { PAD, FOOT } = Sheet;
    const stamped = this._write(this.stamp().join("  ·  "), width - PAD, top + FOOT / 2, 400, 11, theme.muted, "right");
    const credits = this.credits().join(" · ");
    const fits = this.context.measureText(credits).width < width - 3 * PAD - stamped;
    // Those of own layers stand below their names in the legend, too.
    this._write(fits ? credits : this.options.attribution, PAD, top + FOOT / 2, 400, 11, theme.muted);
  }

  /** Title, window, count and what the filters ask for, in words. */
  words() {
    const { shown: picture, range, state } = this.monitor;
    const [from, to] = range;
    const chosen = picture.corridor(state.selected);
    const total = picture.total(from, to);
    return {
      title: say(this.options.title),
      when: picture.calendar.span(from, to),
      count: counted("{count} incident", "{count} incidents", total),
      asked: [...this._filters(), ...(chosen ? [say("chosen: {title}", chosen)] : [])],
    };
  }

  _filters() {
    const { shown: picture } = this.monitor;
    return filterWords(picture.manifest.query, (code) => picture.country(code));
  }

  /** What must stand on every copy: the handling mark, and that the data are made up. */
  marks() {
    const { manifest, unsure } = this.monitor.shown;
    const synthetic = manifest.synthetic ? say("SYNTHETIC DEMONSTRATION DATA") : null;
    return [manifest.handling || null, synthetic, unsure ? say("ROUTES NOT YET WORKED OUT") : null].flatMap((text) => text ?? []);
  }

  /** Whose data are on it. */
  credits() {
    return [this.options.attribution, ...this.monitor.ownLayers.credits];
  }

  /** What it came from, and when it was made. */
  stamp() {
    const { manifest, corridors } = this.monitor.shown;
    const methods = [...new Set(corridors.map((corridor) => corridor.method_version))].sort();
    return [
      say("method {methods}", { methods: (methods.length ? methods : [manifest.method_version]).join(", ") }),
      ...(manifest.facts ? [say("assumptions {version}", { version: String(manifest.facts) })] : []),
      say("ledger version {version}", { version: String(manifest.version) }),
      say("made {time} UTC", { time: this.generated.toISOString().slice(0, 16).replace("T", " ") }),
    ];
  }
}
