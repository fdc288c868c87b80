/* The base map: sea, land, coast, borders and a faint graticule from Natural Earth, drawn by ourselves. */

import { Atlas } from "./atlas.js";
import { CanvasLayer } from "./canvas_layer.js";
import { messageOf } from "./errors.js";
import { toWorld } from "./mercator.js";
import { say } from "./text.js";

/** @import { MapScale } from "./atlas.js" */
/** @import { Monitor } from "./monitor.js" */
/** @import { Country, Theme } from "./types.js" */

export class BaseMap extends CanvasLayer {
  /** @type {Atlas} */
  atlas;
  /** @type {Country[]} */
  countries = [];
  /** The scale that is shown or on its way.  @type {MapScale | null} */
  scale = null;
  land = new Path2D();
  outline = new Path2D();

  /** @param {{ urls: Record<MapScale, string>, detail_from: number }} options */
  constructor(options) {
    super("base", { zIndex: 200, padding: 0.2 });
    this.settings = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.atlas = new Atlas(this.settings.urls);
    this.addTo(monitor.map);
    monitor.map.on("zoomend", () => this.choose());
    this.choose();
  }

  pictureChanged() {
    this.choose();
  }

  /** Fetch the scale that suits the zoom; until it stands the other one is shown. */
  async choose() {
    const { map, picture, state } = this.monitor;
    const known = state.view || picture; // where the first picture lies is not known before it is there
    const scale = !known || map.getZoom() < this.settings.detail_from ? "110m" : "50m";
    if (scale === this.scale) return;
    this.scale = scale;
    try {
      const countries = await this.monitor.during(this.atlas.load(scale));
      if (this.scale !== scale) return;
      this.countries = countries;
      this.rebuild();
      this.monitor.tell("countriesChanged");
    } catch (error) {
      this.atlas.forget(scale);
      this.scale = null;
      this.monitor.status.announce([say("The base map could not be read; zoom to try again."), messageOf(error)].join(" "));
    }
  }

  prepare() {
    this.land = new Path2D();
    this.outline = new Path2D();
    for (const country of this.countries) Atlas.trace(country, this.frame, this.land, this.outline);
  }

  draw() {
    const context = this.wipe();
    const { theme } = this.monitor;
    const { width, height } = this.frame;
    context.fillStyle = theme.sea;
    context.fillRect(0, 0, width, height);
    this._graticule(context, theme);
    context.lineJoin = "round";
    // The land covers all of these strokes but the half that lies at sea.
    context.strokeStyle = theme.coast;
    for (const { lineWidth, alpha } of [{ lineWidth: 7, alpha: 0.16 }, { lineWidth: 2, alpha: 1 }]) {
      context.globalAlpha = alpha;
      context.lineWidth = lineWidth;
      context.stroke(this.outline);
    }
    context.globalAlpha = 1;
    context.fillStyle = theme.land;
    context.fill(this.land);
    context.strokeStyle = theme.border;
    context.lineWidth = 0.8;
    context.stroke(this.outline);
  }

  /** @param {CanvasRenderingContext2D} context  @param {Theme} theme */
  _graticule(context, theme) {
    const { scale, dy, copies, width, height } = this.frame;
    const every = this.monitor.map.getZoom() < 4.5 ? 10 : 5;
    context.beginPath();
    for (const dx of copies) {
      for (let lon = -180; lon < 180; lon += every) {
        const x = Math.round(toWorld(lon, 0)[0] * scale + dx) + 0.5;
        context.moveTo(x, 0);
        context.lineTo(x, height);
      }
    }
    for (let lat = -80; lat <= 80; lat += every) {
      const y = Math.round(toWorld(0, lat)[1] * scale + dy) + 0.5;
      context.moveTo(0, y);
      context.lineTo(width, y);
    }
    context.strokeStyle = theme.graticule;
    context.lineWidth = 1;
    context.stroke();
  }
}
