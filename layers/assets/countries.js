/* Countries by the role that the corridors of the window give them: tint, hatch and, with their names, a letter. */

import { Atlas } from "./atlas.js";
import { CanvasLayer } from "./canvas_layer.js";
import { LEAST_ROLE, ROLES, roleHatch } from "./roles.js";

export class Countries extends CanvasLayer {
  constructor(options) {
    super("countries", { zIndex: 250, padding: 0.2, ...options });
    this.key = "";
    this.roles = new Map();
  }

  attach(monitor) {
    this.monitor = monitor;
    this.addTo(monitor.map);
  }

  countriesChanged() {
    this.rebuild();
  }

  layersChanged() {
    this.windowChanged();
    this.refresh();
  }

  pictureChanged() {
    this.windowChanged();
  }

  selectionChanged() {
    this.windowChanged();
  }

  /** Redraw only when the window has changed somebody's role. */
  windowChanged() {
    const roles = this._roles();
    const key = JSON.stringify([...roles]);
    if (key === this.key) return;
    this.key = key;
    this.roles = roles;
    this.refresh();
  }

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
        for (const role of ROLES) {
          const share = country[role] ?? Number(role === country.role);
          if (share >= LEAST_ROLE) found[role] = (found[role] ?? 0) + share * incidents;
        }
        weights.set(country.iso3, found);
      }
    }
    return new Map(
      [...weights].sort().map(([iso3, found]) => {
        const all = ROLES.filter((role) => found[role]);
        return [iso3, { main: all.reduce((a, b) => (found[b] > found[a] ? b : a)), all }];
      }),
    );
  }

  prepare() {
    this.paths = new Map();
  }

  _path(country) {
    if (!this.paths.has(country.iso3)) {
      const [land, outline] = [new Path2D(), new Path2D()];
      Atlas.trace(country, this.frame, land, outline);
      this.paths.set(country.iso3, { land, outline });
    }
    return this.paths.get(country.iso3);
  }

  empty() {
    return this.monitor.state.hidden.has("countries");
  }

  draw() {
    const context = this.wipe();
    const { monitor } = this;
    if (this.empty()) return;
    for (const country of monitor.baseMap.countries) {
      const found = this.roles.get(country.iso3);
      if (!found) continue;
      const colour = monitor.theme.role[found.main];
      const { land, outline } = this._path(country);
      context.fillStyle = colour;
      context.globalAlpha = monitor.state.dark ? 0.16 : 0.13;
      context.fill(land);
      if (found.main !== "transit") {
        const tile = roleHatch(found.main, colour, this.frame.ratio);
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
  }
}
