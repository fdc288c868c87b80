/* Hubs: places on coasts where boats put out or land, by shape; larger for more movement. */

import { CanvasLayer } from "./canvas_layer.js";
import { toWorld } from "./mercator.js";

/** Paint a hub: a triangle where boats put out, a square where they land, a diamond where they do both. */
export const paintHub = (context, x, y, size, role, theme) => {
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

export class Hubs extends CanvasLayer {
  constructor(options) {
    super("hubs", { zIndex: 470, ...options });
  }

  attach(monitor) {
    this.monitor = monitor;
    this.addTo(monitor.map);
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
      const role = share > 0.65 ? "departure" : share < 0.35 ? "landing" : "both";
      const size = 3.2 + 5 * Math.sqrt((hub.leaving + hub.landing) / most);
      return copies.map((dx) => ({ hub, role, size, x: x * scale + dx, y: y * scale + dy }));
    });
  }

  empty() {
    return ["hubs", "routes"].some((name) => this.monitor.state.hidden.has(name)) || !this.marks?.length;
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

  /** The hub under a point of the map's container, or null. */
  at(point) {
    const [x, y] = this.inCanvas(point);
    return (this.shown ?? []).find((mark) => Math.hypot(mark.x - x, mark.y - y) <= mark.size + 3) ?? null;
  }
}
