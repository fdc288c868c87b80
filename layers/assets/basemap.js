/* The base map: sea, land, coast, borders and a faint graticule from Natural Earth, drawn by ourselves. */
"use strict";

/** Countries in Mercator units, fetched once per scale and shared by all layers. */
Monitor.Atlas = class {
  constructor(urls) {
    this.urls = urls;
    this.loaded = {};
  }

  async load(scale) {
    this.loaded[scale] ??= fetch(this.urls[scale])
      .then((answer) => answer.json())
      .then((collection) => collection.features.map((feature) => Monitor.Atlas.country(feature)));
    return this.loaded[scale];
  }

  static country({ properties, geometry }) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring) => {
      const flat = new Float64Array(ring.length * 2);
      ring.forEach(([lon, lat], at) => flat.set(Monitor.toWorld(lon, lat), 2 * at));
      return { flat, box: Monitor.Atlas.box(flat) };
    });
    const shown = Monitor.country(properties.iso3, properties.name);
    return { ...properties, shown, rings, place: Monitor.toWorld(...properties.label) };
  }

  static box(flat) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < flat.length; at += 2) {
      box[0] = Math.min(box[0], flat[at]);
      box[1] = Math.min(box[1], flat[at + 1]);
      box[2] = Math.max(box[2], flat[at]);
      box[3] = Math.max(box[3], flat[at + 1]);
    }
    return box;
  }

  /** Add a country's rings to two paths; the outline leaves out the seam at 180 degrees. */
  static trace(country, frame, fill, outline) {
    const { scale, dy, copies, width, height } = frame;
    for (const dx of copies) {
      for (const { flat, box } of country.rings) {
        if (box[2] * scale + dx < 0 || box[0] * scale + dx > width) continue;
        if (box[3] * scale + dy < 0 || box[1] * scale + dy > height) continue;
        if ((box[2] - box[0]) * scale < 0.6 && (box[3] - box[1]) * scale < 0.6) continue;
        Monitor.Atlas.ring(flat, scale, dx, dy, fill, outline);
      }
    }
  }

  static ring(flat, scale, dx, dy, fill, outline) {
    const seam = Monitor.WORLD / 2 - 1;
    let [x, y, wasSeam] = [NaN, NaN, false];
    for (let at = 0; at < flat.length; at += 2) {
      const [nextX, nextY] = [flat[at] * scale + dx, flat[at + 1] * scale + dy];
      const last = at + 2 >= flat.length;
      if (!last && Math.abs(nextX - x) < 0.7 && Math.abs(nextY - y) < 0.7) continue;
      const onSeam = Math.abs(flat[at]) >= seam;
      if (at === 0) fill.moveTo(nextX, nextY);
      else fill.lineTo(nextX, nextY);
      if (at === 0 || (onSeam && wasSeam)) outline.moveTo(nextX, nextY);
      else outline.lineTo(nextX, nextY);
      [x, y, wasSeam] = [nextX, nextY, onSeam];
    }
    fill.closePath();
  }
};

Monitor.BaseMap = Monitor.CanvasLayer.extend({
  initialize(options) {
    Monitor.CanvasLayer.prototype.initialize.call(this, "base", { zIndex: 200, padding: 0.2, ...options });
    this.countries = [];
  },

  attach(monitor) {
    this.monitor = monitor;
    monitor.atlas = new Monitor.Atlas(this.options.urls);
    this.addTo(monitor.map);
    monitor.map.on("zoomend", () => this.choose());
    this.choose();
  },

  /** Fetch the scale that suits the zoom; until it stands the other one is shown. */
  async choose() {
    const scale = this.monitor.map.getZoom() < this.options.detail_from ? "110m" : "50m";
    if (scale === this.scale) return;
    this.scale = scale;
    try {
      const countries = await this.monitor.during(this.monitor.atlas.load(scale));
      if (this.scale !== scale) return;
      this.countries = countries;
      this.monitor.countries = countries;
      this.rebuild();
      this.monitor.tell("recountry");
    } catch (error) {
      delete this.monitor.atlas.loaded[scale];
      this.scale = null;
      this.monitor.status.say([Monitor.say("The base map could not be read; zoom to try again."), error.message].join(" "));
    }
  },

  recolour() {
    this.refresh();
  },

  prepare() {
    this.land = new Path2D();
    this.outline = new Path2D();
    for (const country of this.countries) Monitor.Atlas.trace(country, this.frame, this.land, this.outline);
  },

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
    for (const [lineWidth, alpha] of [[7, 0.16], [2, 1]]) {
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
  },

  _graticule(context, theme) {
    const { scale, dy, copies, width, height } = this.frame;
    const every = this.monitor.map.getZoom() < 4.5 ? 10 : 5;
    context.beginPath();
    for (const dx of copies) {
      for (let lon = -180; lon < 180; lon += every) {
        const x = Math.round(Monitor.toWorld(lon, 0)[0] * scale + dx) + 0.5;
        context.moveTo(x, 0);
        context.lineTo(x, height);
      }
    }
    for (let lat = -80; lat <= 80; lat += every) {
      const y = Math.round(Monitor.toWorld(0, lat)[1] * scale + dy) + 0.5;
      context.moveTo(0, y);
      context.lineTo(width, y);
    }
    context.strokeStyle = theme.graticule;
    context.lineWidth = 1;
    context.stroke();
  },
});
