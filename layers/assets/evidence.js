/* The evidence of the route that is selected, lit on the map: a dot for each of its incidents within the window. */

import { CanvasLayer } from "./canvas_layer.js";
import { refusal, wasAborted } from "./errors.js";
import { IncidentPoints } from "./incident_marks.js";
import { ask } from "./server.js";

const DOT = 3;

export class Evidence extends CanvasLayer {
  /** @type {IncidentPoints | null} */
  points = null;
  /** What is held, and of which picture.  @type {string | null} */
  held = null;
  /** @type {AbortController | null} */
  abort = null;

  constructor() {
    super("evidence", { zIndex: 478 });
  }

  selectionChanged() {
    this._look();
  }

  pictureChanged() {
    this._look();
  }

  windowChanged() {
    this.refresh();
  }

  /** The route that is selected, null for none. */
  get route() {
    const { picture, state, feed } = this.monitor;
    return feed.may("read incidents") ? (picture?.corridor(state.selected) ?? null) : null;
  }

  /** Fetch the incidents of the route, all times of it, so that the window moves without asking. */
  async _look() {
    const { route } = this;
    const { picture } = this.monitor;
    const wanted = route && picture ? `${route.id} ${picture.manifest.version}?${picture.manifest.query}` : null;
    if (wanted === this.held) return;
    this.abort?.abort();
    [this.held, this.points] = [wanted, null];
    this.rebuild();
    if (!wanted || !route || !picture) return;
    const abort = (this.abort = new AbortController());
    const params = new URLSearchParams(picture.manifest.query);
    params.set("version", String(picture.manifest.version));
    params.set("route", route.id);
    try {
      const answer = await ask(`/data/points?${params}`, { signal: abort.signal });
      if (!answer.ok) throw await refusal(answer);
      const points = new IncidentPoints(await answer.arrayBuffer());
      if (this.held === wanted) this.points = points;
    } catch (error) {
      if (!wasAborted(error)) this.held = null; // the next selection asks again; the list beside it still stands
    }
    this.rebuild();
  }

  empty() {
    return !this.points || !this.monitor.picture?.steps;
  }

  draw() {
    const context = this.wipe();
    const { points, frame } = this;
    if (!points || this.empty()) return;
    const { theme, range } = this.monitor;
    const { from, to } = this.monitor.days(...range);
    context.fillStyle = theme.text;
    context.strokeStyle = theme.casing;
    context.lineWidth = 1.5;
    for (let at = 0; at < points.count; at++) {
      if (points.last[at] < from || points.day[at] >= to) continue;
      for (const dx of frame.copies) {
        const [x, y] = [dx + points.x[at] * frame.scale, frame.dy + points.y[at] * frame.scale];
        if (x < -DOT || y < -DOT || x > frame.width + DOT || y > frame.height + DOT) continue;
        context.beginPath();
        context.arc(x, y, DOT, 0, 2 * Math.PI);
        context.stroke();
        context.fill();
      }
    }
  }
}
