/* Hubs: places on coasts where boats put out or land, by shape; larger for more movement. */

import { CanvasLayer } from "./canvas_layer.js";
import { toWorld } from "./mercator.js";
import { placeName, say } from "./text.js";

/** @import { Hit, Hub, HubRole, LegendItem, LegendRow, Theme } from "./types.js" */

/**
 * Paint a hub: a triangle where boats put out, a square where they land, a diamond where they do both.
 * @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} size  @param {HubRole} role  @param {Theme} theme
 */
const paintHub = (context, x, y, size, role, theme) => {
  const corners = {
    departure: [[0, -1.15], [1, 0.75], [-1, 0.75]],
    landing: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    both: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  }[role];
  context.beginPath();
  corners.forEach(([dx, dy], at) => (at ? context.lineTo(x + dx * size, y + dy * size) : context.moveTo(x + dx * size, y + dy * size)));
  context.closePath();
  context.fillStyle = theme.panel;
  context.strokeStyle = theme.mode.sea;
  context.lineWidth = 1.8;
  context.fill();
  context.stroke();
};

/** @typedef {{ hub: Hub, role: HubRole, size: number, x: number, y: number }} HubMark */

export class Hubs extends CanvasLayer {
  /** @type {HubMark[]} */
  marks = [];
  /** @type {HubMark[]} */
  shown = [];

  constructor() {
    super("hubs", { zIndex: 470 });
  }

  layersChanged() {
    this.refresh();
  }

  pictureChanged() {
    this.rebuild();
  }

  prepare() {
    const { scale, dy, copies } = this.frame;
    const hubs = this.monitor.picture?.manifest.hubs ?? [];
    const most = Math.max(1, ...hubs.map(({ leaving, landing }) => leaving + landing));
    this.marks = hubs.flatMap((hub) => {
      const [x, y] = toWorld(hub.lon, hub.lat);
      const share = hub.leaving / (hub.leaving + hub.landing);
      /** @type {HubRole} */
      const role = share > 0.65 ? "departure" : share < 0.35 ? "landing" : "both";
      const size = 3.2 + 5 * Math.sqrt((hub.leaving + hub.landing) / most);
      return copies.map((dx) => ({ hub, role, size, x: x * scale + dx, y: y * scale + dy }));
    });
  }

  empty() {
    return ["hubs", "routes"].some((name) => this.monitor.state.hidden.has(name)) || !this.marks.length;
  }

  draw() {
    const context = this.wipe();
    const { theme, map } = this.monitor;
    this.shown = [];
    if (this.empty()) return;
    const least = map.getZoom() < 4.5 ? 5 : map.getZoom() < 6 ? 4 : 0;
    this.shown = this.marks.filter(({ size }) => size >= least);
    for (const { x, y, size, role } of this.shown) paintHub(context, x, y, size, role, theme);
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    const [x, y] = this.inCanvas(point);
    const mark = this.shown.find((one) => Math.hypot(one.x - x, one.y - y) <= one.size + 3);
    if (!mark) return null;
    const open = () => this.monitor.state.selected && this.monitor.select(null);
    return { part: this, id: null, words: [say("near {place}", { place: placeName(mark.hub.name) }), this._meaning(mark.role)], open };
  }

  /** @param {HubRole} role */
  _meaning(role) {
    return { departure: say("boats put out here"), landing: say("boats land here"), both: say("boats put out and land here") }[role];
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { theme } = this.monitor;
    /** @param {HubRole} role  @param {string} text  @returns {LegendRow} */
    const row = (role, text) => ({ kind: "row", swatch: { width: 14, height: 14, /** @param {CanvasRenderingContext2D} context */
                                                                                 paint: (context) => paintHub(context, 7, 7, 5, role, theme) }, text });
    return [{ kind: "group", name: "hubs", rows: [row("departure", say("departure")), row("landing", say("landing")), row("both", say("both"))] }];
  }
}
