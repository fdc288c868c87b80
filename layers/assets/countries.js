/* Countries by the role that the corridors of the window give them: tint, hatch and, with their names, a letter. */
"use strict";

Monitor.ROLES = ["source", "transit", "destination"];
/** Share from which a country has a role beside others. */
Monitor.LEAST_ROLE = 0.2;

/** The letter of a role. */
Monitor.roleLetter = (role) => (Monitor.roleLetters ??= Monitor.initials(Monitor.ROLES))[role];

/** Paint the hatch of a role on a tile; both the map and its legend use it. */
Monitor.hatch = (role, colour, ratio = 1) => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8 * ratio;
  const context = tile.getContext("2d");
  context.scale(ratio, ratio);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1;
  if (role === "source") {
    for (const shift of [-8, 0, 8]) {
      context.moveTo(shift - 1, 9);
      context.lineTo(shift + 9, -1);
    }
    context.stroke();
  } else if (role === "destination") {
    for (const [x, y] of [[2, 2], [6, 6]]) context.fillRect(x - 0.8, y - 0.8, 1.6, 1.6);
  }
  return tile;
};

Monitor.Countries = Monitor.CanvasLayer.extend({
  initialize(options) {
    Monitor.CanvasLayer.prototype.initialize.call(this, "countries", { zIndex: 250, padding: 0.2, ...options });
    this.key = "";
  },

  attach(monitor) {
    this.monitor = monitor;
    monitor.roles = new Map();
    this.addTo(monitor.map);
  },

  recountry() {
    this.rebuild();
  },

  recolour() {
    this.refresh();
  },

  relayer() {
    this.rewindow();
    this.refresh();
  },

  repicture() {
    this.rewindow();
  },

  reselect() {
    this.rewindow();
  },

  /** Redraw only when the window has changed somebody's role. */
  rewindow() {
    const roles = this._roles();
    const key = JSON.stringify([...roles]);
    if (key === this.key) return;
    this.key = key;
    this.monitor.roles = roles;
    this.refresh();
  },

  /** @returns {Map<string, {main: string, all: string[]}>} roles by country; the main one has most incidents */
  _roles() {
    const { picture, state } = this.monitor;
    if (!picture?.steps) return new Map();
    const [from, to] = this.monitor.range;
    const weights = new Map();
    const chosen = picture.corridor(state.selected);
    for (const corridor of chosen ? [chosen] : picture.seen(state)) {
      const incidents = corridor.total(from, to);
      if (!incidents) continue;
      for (const country of corridor.countries) {
        const found = weights.get(country.iso3) ?? {};
        for (const role of Monitor.ROLES) {
          const share = country[role] ?? Number(role === country.role);
          if (share >= Monitor.LEAST_ROLE) found[role] = (found[role] ?? 0) + share * incidents;
        }
        weights.set(country.iso3, found);
      }
    }
    return new Map(
      [...weights].sort().map(([iso3, found]) => {
        const all = Monitor.ROLES.filter((role) => found[role]);
        return [iso3, { main: all.reduce((a, b) => (found[b] > found[a] ? b : a)), all }];
      }),
    );
  },

  prepare() {
    this.paths = new Map();
  },

  _path(country) {
    if (!this.paths.has(country.iso3)) {
      const [land, outline] = [new Path2D(), new Path2D()];
      Monitor.Atlas.trace(country, this.frame, land, outline);
      this.paths.set(country.iso3, { land, outline });
    }
    return this.paths.get(country.iso3);
  },

  empty() {
    return this.monitor.state.hidden.has("countries");
  },

  draw() {
    const context = this.wipe();
    const { monitor } = this;
    if (this.empty()) return;
    for (const country of monitor.countries ?? []) {
      const found = monitor.roles.get(country.iso3);
      if (!found) continue;
      const colour = monitor.theme.role[found.main];
      const { land, outline } = this._path(country);
      context.fillStyle = colour;
      context.globalAlpha = monitor.state.dark ? 0.16 : 0.13;
      context.fill(land);
      if (found.main !== "transit") {
        const tile = Monitor.hatch(found.main, colour, this.frame.ratio);
        const pattern = context.createPattern(tile, "repeat");
        pattern.setTransform(new DOMMatrix([1 / this.frame.ratio, 0, 0, 1 / this.frame.ratio, 0, 0]));
        context.globalAlpha = 0.3;
        context.fillStyle = pattern;
        context.fill(land);
      }
      context.globalAlpha = 0.55;
      context.strokeStyle = colour;
      context.lineWidth = 1.1;
      context.stroke(outline);
    }
    context.globalAlpha = 1;
  },
});
