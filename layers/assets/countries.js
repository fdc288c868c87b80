/* Countries by the role that the corridors of the window give them: tint, hatch and, with their names, a letter. */

import { Atlas } from "./atlas.js";
import { CanvasLayer } from "./canvas_layer.js";
import { repeated } from "./dom.js";
import { LEAST_ROLE, ROLES, roleHatch, roleLetter } from "./roles.js";
import { say } from "./text.js";

/** @import { Country, LegendItem, LegendRow, Role } from "./types.js" */

/** @typedef {{ main: Role, all: Role[] }} CountryRoles */

export class Countries extends CanvasLayer {
  /** What a country is to whom: the main role has most incidents.  @type {Map<string, CountryRoles>} */
  roles = new Map();
  key = "";
  /** @type {Map<string, { land: Path2D, outline: Path2D }>} */
  paths = new Map();

  constructor() {
    super("countries", { zIndex: 250, padding: 0.2 });
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

  /** @returns {Map<string, CountryRoles>} by country */
  _roles() {
    const { picture, state } = this.monitor;
    if (!picture?.steps) return new Map();
    const [from, to] = this.monitor.range;
    /** @type {Map<string, Partial<Record<Role, number>>>} */
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
        return [iso3, { main: all.reduce((a, b) => ((found[b] ?? 0) > (found[a] ?? 0) ? b : a)), all }];
      }),
    );
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { theme } = this.monitor;
    const rows = ROLES.map((role) => {
      /** @param {CanvasRenderingContext2D} context */
      const paint = (context) => {
        context.fillStyle = theme.role[role];
        context.globalAlpha = 0.18;
        context.fillRect(0, 0, 26, 16);
        context.globalAlpha = 0.5;
        context.fillStyle = repeated(context, roleHatch(role, theme.role[role]));
        context.fillRect(0, 0, 26, 16);
        context.globalAlpha = 0.8;
        context.strokeStyle = theme.role[role];
        context.strokeRect(0.5, 0.5, 25, 15);
      };
      const tag = { letter: roleLetter(role), colour: theme.role[role] };
      return /** @type {LegendRow} */ ({ kind: "row", swatch: { width: 26, height: 16, paint }, tag, text: say(role) });
    });
    return [{ kind: "group", name: "roles", rows }];
  }

  prepare() {
    this.paths = new Map();
  }

  /** @param {Country} country */
  _path(country) {
    const known = this.paths.get(country.iso3);
    if (known) return known;
    const [land, outline] = [new Path2D(), new Path2D()];
    Atlas.trace(country, this.frame, land, outline);
    this.paths.set(country.iso3, { land, outline });
    return { land, outline };
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
        const pattern = repeated(context, tile);
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
