/* New incidents, once, where they lie: a ring that widens and goes; one that stands still where less motion is wanted. */

import { CanvasLayer } from "./canvas_layer.js";
import { ask } from "./server.js";
import { counted } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Pair } from "./types.js" */

/** @typedef {{ x: number, y: number, begun: number, until: number }} Ring in Mercator units and milliseconds of the page */

export class Arrivals extends CanvasLayer {
  /** @type {MediaQueryList} */
  still;
  /** @type {Ring[]} */
  rings = [];
  turning = false;

  /** @param {{ pulse_ms: number, still_ms: number }} options */
  constructor(options) {
    super("arrivals", { zIndex: 490 });
    this.settings = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.addTo(monitor.map);
  }

  /** Ask for what came in after a version, and show it.  @param {number} before  @param {number} now */
  async since(before, now) {
    const { feed, status } = this.monitor;
    const params = new URLSearchParams(feed.query);
    params.set("version", String(now));
    params.set("since", String(before));
    const answer = await ask(`/data/arrivals?${params}`);
    if (!answer.ok) return;
    /** @type {{ places: Pair[], count: number }} */
    const { places, count } = await answer.json();
    if (!count) return;
    status.announce(counted("{count} incident came in or was revised.", "{count} incidents came in or were revised.", count));
    const begun = performance.now();
    this.rings = [...this.rings.filter(({ until }) => until > begun), ...places.map(([x, y]) => ({ x, y, begun, until: begun + this._lasts() }))];
    this._turn();
  }

  _lasts() {
    return this.still.matches ? this.settings.still_ms : this.settings.pulse_ms;
  }

  /** Draw until the last ring is gone: at every frame while they widen, once and again at the end while they stand still. */
  _turn() {
    if (this.turning) return;
    this.refresh();
    if (!this.rings.length) return;
    this.turning = true;
    const next = () => {
      this.turning = false;
      const now = performance.now();
      this.rings = this.rings.filter(({ until }) => until > now);
      this._turn();
    };
    if (this.still.matches) setTimeout(next, 500);
    else requestAnimationFrame(next);
  }

  empty() {
    return !this.rings.length;
  }

  draw() {
    const context = this.wipe();
    const { theme } = this.monitor;
    const { scale, dy, copies, width, height } = this.frame;
    const now = performance.now();
    for (const { x, y, begun, until } of this.rings) {
      const age = this.still.matches ? 0.35 : Math.min(1, (now - begun) / (until - begun));
      for (const dx of copies) {
        const [px, py] = [x * scale + dx, y * scale + dy];
        if (px < -40 || py < -40 || px > width + 40 || py > height + 40) continue;
        for (const { colour, wide } of [{ colour: theme.casing, wide: 5 }, { colour: theme.accent, wide: 2.6 }]) {
          [context.globalAlpha, context.strokeStyle, context.lineWidth] = [this.still.matches ? 1 : 1 - age * age, colour, wide];
          context.beginPath();
          context.arc(px, py, 5 + 26 * Math.sqrt(age), 0, 2 * Math.PI);
          context.stroke();
        }
        context.globalAlpha = 1;
        context.fillStyle = theme.accent;
        context.beginPath();
        context.arc(px, py, 3, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
}
