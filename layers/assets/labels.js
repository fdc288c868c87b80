/* Names: corridors on chips, countries with the letters of their roles. What matters more is placed first; nothing overlaps. */

import { holds, isFree } from "./boxes.js";
import { CanvasLayer, FONT, panelBoxes, panelsOf } from "./canvas_layer.js";
import { LineGrid } from "./line_grid.js";
import { WORLD } from "./mercator.js";
import { knownName } from "./ribbons.js";
import { roleLetter } from "./roles.js";
import { formatNumber } from "./text.js";

/** @import { CountryRoles } from "./countries.js" */
/** @import { ActiveShape, Box, Corridor, Country, Hit, Line, Pair, Role } from "./types.js" */

/** Pixels within which no other line may come to a name beside its line, and to one on it. */
const [BESIDE, ON_IT] = [12, 4];

export class Labels extends CanvasLayer {
  /** Whether no panels are avoided, as on a picture to take away. */
  alone = false;
  /** Widths of texts by font.  @type {Map<string, number>} */
  widths = new Map();
  /** Names of routes with what they are of; a leader goes to a point of the line.  @type {{ box: Box, id: string, shape: ActiveShape, leader: Pair | null, text: string, bare: boolean }[]} */
  chips = [];
  /** What stands on the map already.  @type {Set<string>} */
  names = new Set();
  /** Where the lines run.  @type {LineGrid} */
  grid;
  /** @type {Box[]} */
  taken = [];
  /** @type {Box[] | null} */
  panels = null;
  /** What names stand for or avoid.  @type {unknown[]} */
  around = [];

  /** Corridors that get a chip at a zoom.  @param {number} zoom */
  static MOST = (zoom) => (zoom < 4 ? 7 : zoom < 5.5 ? 14 : zoom < 7 ? 24 : 60);

  /** From here on routes are called by their ends. */
  static NEAR = 5;
  /** Where along a line a name is tried. */
  static SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

  constructor() {
    super("labels", { zIndex: 500 });
    this.watching = new ResizeObserver(() => {
      this.panels = null;
      this.refresh();
    });
  }

  countriesChanged() {
    this.refresh();
  }

  layersChanged() {
    this.refresh();
  }

  selectionChanged() {
    this.refresh();
  }

  pictureChanged() {
    this.refresh();
  }

  /** While the window is dragged names stay where they are; then they follow if what they stand for or avoid is another. */
  settled() {
    const now = this._around();
    if (now.some((one, at) => one !== this.around[at])) this.refresh();
  }

  _around() {
    const { corridors, countries, changes, watch } = this.monitor;
    return [corridors.shown, countries.roles, changes.boxes, watch.plates];
  }

  prepare() {
    this.panels = null;
  }

  draw() {
    const context = this.wipe();
    const { monitor } = this;
    this.around = this._around();
    this.taken = [...this._panels(), ...(monitor.changes.chipsFor(this)), ...(monitor.watch.chipsFor(this))];
    this.chips = [];
    this.names.clear();
    this.grid = new LineGrid(this.frame, monitor.corridors.shown.map(({ lines }) => lines));
    if (monitor.state.hidden.has("names")) return;
    context.textBaseline = "middle";
    for (const { shape, named } of this._ranked()) {
      if (monitor.state.hidden.has("changes") || shape.corridor.id === monitor.state.selected) this._chip(context, shape, named);
    }
    this._paintChips(context);
    const countries = [...(monitor.baseMap.countries)].sort((a, b) => b.extent - a.extent);
    /** @param {Country} given */
    const withRole = ({ iso3 }) => !monitor.state.hidden.has("countries") && monitor.countries.roles.has(iso3);
    for (const country of countries.filter(withRole)) this._country(context, country, monitor.countries.roles.get(country.iso3) ?? null);
    for (const country of countries.filter((one) => !withRole(one))) this._country(context, country, null);
  }

  /** Where panels lie over the map: a name under one could not be read. None on a picture to take away (`alone`). */
  _panels() {
    if (this.alone) return this._edges();
    // Names are first drawn before any panel is there.
    if (!this.panels?.length) {
      this.panels = panelBoxes(this);
      for (const panel of panelsOf(this._map)) this.watching.observe(panel);
    }
    return this.panels;
  }

  /** On a picture to take away: what lies outside of the view, and its corner with the scale.  @returns {Box[]} */
  _edges() {
    const { x: width, y: height } = this._map.getSize();
    const [left, top] = this.inCanvas([0, 0]);
    const far = 1e5;
    /** @type {Box[]} */
    const sides = [[-far, -far, left, far], [left + width, -far, far, far], [-far, -far, far, top], [-far, top + height, far, far]];
    return [...sides, [left, top + height - 66, left + 200, top + height]];
  }

  /** Corridors worth a name at this zoom, the selected one first; then those that the list numbers, which get their number. */
  _ranked() {
    const { corridors, map, state } = this.monitor;
    const most = Labels.MOST(map.getZoom());
    const ranked = [...(corridors.shown)].reverse();
    const chosen = ranked.filter(({ corridor }) => corridor.id === state.selected);
    const others = ranked.filter((shape) => !chosen.includes(shape));
    return [...chosen, ...others].map((shape, at) => ({ shape, named: at < most + chosen.length }));
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} text */
  _measure(context, text) {
    const key = `${context.font}|${text}`;
    const width = this.widths.get(key) ?? context.measureText(text).width;
    this.widths.set(key, width);
    return width;
  }

  /** @param {Box} box */
  _free(box) {
    if (!this.inSight(box)) return false;
    return isFree(box, this.taken);
  }

  /**
   * Put a name where no other line is as near as its own: beside it, else on it, else further away with a leader to it.
   * A route that gets no name, for it has no room or is not among the main ones, gets the number that the list has for it.
   * @param {CanvasRenderingContext2D} context  @param {ActiveShape} shape  @param {boolean} named
   */
  _chip(context, shape, named) {
    const own = this.monitor.corridors.shown.indexOf(shape);
    const name = named ? this._words(shape) : null;
    const number = this._number(shape);
    const whole = name && shape.members && number ? `${name} · ${number}` : name;
    for (const { text, bare } of [{ text: whole, bare: false }, { text: number, bare: true }]) {
      const found = text ? this._place(shape, own, this._half(context, text, bare)) : null;
      if (!text || !found) continue;
      this.taken.push(found.box);
      if (name && !bare) this.names.add(name);
      this.chips.push({ ...found, id: shape.corridor.id, shape, text, bare });
      return;
    }
  }

  /** Half of the width of a chip: a name has a piece of its line before it, a number nothing.  @param {CanvasRenderingContext2D} context  @param {string} text  @param {boolean} bare */
  _half(context, text, bare) {
    context.font = `600 12px ${FONT}`;
    const width = this._measure(context, text);
    return bare ? Math.max(11, width / 2 + 6) : (width + 36) / 2;
  }

  /** The number that the list of routes repeats, null where the list has none for it.  @param {ActiveShape} shape */
  _number({ corridor, members }) {
    const { ranking } = this.monitor;
    const numbers = (members ?? [corridor]).flatMap(({ id }) => ranking.numberOf(id) ?? []);
    return numbers.length ? numbers.sort((a, b) => a - b).map(formatNumber).join(" · ") : null;
  }

  /** Leaders lie below all names.  @param {CanvasRenderingContext2D} context */
  _paintChips(context) {
    context.font = `600 12px ${FONT}`;
    for (const { box, leader, shape } of this.chips) if (leader) this._lead(context, shape.corridor, box, leader);
    for (const chip of this.chips) this._paintChip(context, chip);
  }

  /** Seen from afar, and of a ribbon, the name under which a route is known, once; nearer, its ends.  @param {ActiveShape} shape */
  _words({ corridor, members }) {
    const { id, ends } = corridor;
    const known = knownName(corridor);
    const near = this.monitor.map.getZoom() >= Labels.NEAR && !members;
    if (id === this.monitor.state.selected || !known || near) return ends;
    return this.names.has(known) ? null : known;
  }

  /** @param {ActiveShape} shape  @param {number} own  @param {number} half of its width  @returns {{ box: Box, leader: Pair | null } | null} */
  _place(shape, own, half) {
    const anchors = Labels.SHARES.map((share) => this._along(shape.lines[0], share));
    const side = 10 + half;
    const beside = this._first(anchors, half, [[side, -15], [-side, -15], [side, 15], [-side, 15], [0, -15], [0, 15]], (box) => this.grid.clear(box, own, BESIDE));
    const near = beside ?? this._first(anchors, half, [[0, 0]], (box) => this.grid.clear(box, own, ON_IT));
    if (near) return { box: near.box, leader: null };
    const apart = anchors.filter(([x, y]) => this.grid.clear([x - 2, y - 2, x + 2, y + 2], own, 0));
    for (const away of [40, 70, 110]) {
      const steps = /** @type {Pair[]} */ ([[half, -away], [-half, -away], [half, away], [-half, away], [half + away, 0], [-half - away, 0]]);
      const led = this._first(apart.length ? apart : anchors.slice(0, 1), half, steps, () => true);
      if (led) return { box: led.box, leader: led.anchor };
    }
    return null;
  }

  /**
   * The first free place around some points of a line that is good.
   * @param {Pair[]} anchors  @param {number} half  @param {Pair[]} steps from a point to the middle of the name
   * @param {(box: Box) => boolean} good  @returns {{ box: Box, anchor: Pair } | null}
   */
  _first(anchors, half, steps, good) {
    for (const anchor of anchors) {
      for (const [dx, dy] of steps) {
        const [x, y] = [anchor[0] + dx, anchor[1] + dy];
        /** @type {Box} */
        const box = [x - half, y - 11, x + half, y + 11];
        if (this._free(box) && good(box)) return { box, anchor };
      }
    }
    return null;
  }

  /** A leader from a name to a dot on its line.  @param {CanvasRenderingContext2D} context  @param {Corridor} corridor  @param {Box} box  @param {Pair} to */
  _lead(context, corridor, [left, top, right, bottom], [x, y]) {
    const { theme } = this.monitor;
    const from = [Math.max(left, Math.min(right, x)), Math.max(top, Math.min(bottom, y))];
    for (const [colour, width] of /** @type {[string, number][]} */ ([[theme.halo, 4], [theme.mode[corridor.mode], 1.5]])) {
      context.beginPath();
      context.moveTo(from[0], from[1]);
      context.lineTo(x, y);
      [context.strokeStyle, context.lineWidth, context.lineCap] = [colour, width, "round"];
      context.stroke();
    }
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.fillStyle = theme.mode[corridor.mode];
    context.fill();
    [context.strokeStyle, context.lineWidth] = [theme.panel, 1.5];
    context.stroke();
  }

  /** A point at a share of the part of the line that is in sight.  @param {Line} points  @param {number} share  @returns {Pair} */
  _along(points, share) {
    const { width, height } = this.frame;
    const seen = points.filter(([x, y]) => x > 0 && y > 0 && x < width && y < height);
    const chosen = seen.length ? seen : points;
    const at = (chosen.length - 1) * share;
    const [[ax, ay], [bx, by]] = [chosen[Math.floor(at)], chosen[Math.ceil(at)]];
    return [ax + (bx - ax) * (at % 1), ay + (by - ay) * (at % 1)];
  }

  /** @param {CanvasRenderingContext2D} context  @param {Labels["chips"][number]} chip */
  _paintChip(context, { shape: { corridor }, box: [x, y, right, bottom], text, bare }) {
    const { theme, state } = this.monitor;
    const chosen = corridor.id === state.selected;
    context.globalAlpha = state.selected && !chosen && this.monitor.shown.corridor(state.selected) ? 0.5 : 1;
    context.beginPath();
    context.roundRect(x, y, right - x, bottom - y, 5);
    context.fillStyle = theme.panel;
    context.strokeStyle = theme.mode[corridor.mode];
    context.lineWidth = chosen ? 2 : 1.2;
    context.fill();
    context.stroke();
    const middle = (y + bottom) / 2;
    if (!bare) this._paintSwatch(context, corridor, x, middle);
    context.fillStyle = theme.text;
    context.textAlign = bare ? "center" : "left";
    context.fillText(text, bare ? (x + right) / 2 : x + 29, middle + 0.5);
    context.globalAlpha = 1;
  }

  /** A piece of its line before a name.  @param {CanvasRenderingContext2D} context  @param {Corridor} corridor  @param {number} x  @param {number} middle */
  _paintSwatch(context, corridor, x, middle) {
    const { theme, dash } = this.monitor;
    context.beginPath();
    context.moveTo(x + 7, middle);
    context.lineTo(x + 23, middle);
    context.lineWidth = 3;
    context.lineCap = corridor.mode === "sea" ? "butt" : "round";
    context.setLineDash(dash[corridor.mode].length ? (corridor.mode === "sea" ? [7, 3] : [0.5, 5]) : []);
    context.stroke();
    if (corridor.faint) {
      context.strokeStyle = theme.panel;
      context.lineWidth = 1.2;
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** @param {CanvasRenderingContext2D} context  @param {Country} country  @param {CountryRoles | null} role */
  _country(context, country, role) {
    const { theme } = this.monitor;
    const { scale, dy, copies } = this.frame;
    const extent = (country.extent / 360) * WORLD * scale;
    const size = Math.max(11, Math.min(14, extent / 14));
    const look = role ? { weight: 600, share: 0.5, colour: theme.text } : { weight: 500, share: 0.72, colour: theme.name };
    context.font = `${look.weight} ${size}px ${FONT}`;
    const roles = role?.all ?? [];
    const letters = roles.map((one) => roleLetter(one));
    const text = this._measure(context, country.shown);
    const tags = role ? letters.length * 16 + 3 : 0;
    if (extent < (role ? 16 : text * 0.72)) return;
    const named = extent >= text * look.share;
    for (const dx of copies) {
      const [x, y] = [country.place[0] * scale + dx, country.place[1] * scale + dy];
      const half = (tags + (named ? text : 0)) / 2;
      /** @type {Box} */
      const box = [x - half - 4, y - size / 2 - 4, x + half + 4, y + size / 2 + 4];
      if (!this._free(box)) continue;
      this.taken.push(box);
      letters.forEach((letter, at) => this._tag(context, letter, roles[at], x - half + at * 16, y));
      if (named) this._name(context, country.shown, x - half + tags, y, look.colour);
    }
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} text  @param {number} x  @param {number} y  @param {string} colour */
  _name(context, text, x, y, colour) {
    [context.textAlign, context.lineWidth, context.lineJoin, context.strokeStyle] = ["left", 3, "round", this.monitor.theme.halo];
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} letter  @param {Role} role  @param {number} x  @param {number} y */
  _tag(context, letter, role, x, y) {
    const { theme } = this.monitor;
    const font = context.font;
    context.beginPath();
    context.roundRect(x, y - 7, 14, 14, 3);
    context.fillStyle = theme.role[role];
    context.fill();
    context.font = `700 11px ${FONT}`;
    context.textAlign = "center";
    context.fillStyle = theme.on_role;
    context.fillText(letter, x + 7, y + 0.5);
    context.font = font;
  }

  /** The corridor whose chip is under a point.  @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    const [x, y] = this.inCanvas(point);
    const chip = this.chips.find(({ box }) => holds(box, x, y));
    return chip ? this.monitor.corridors.hitOf(chip.shape) : null;
  }
}
