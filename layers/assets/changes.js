/* What became of the corridors from one window to another: a dash, a sign and a word for each state as well as a colour. */

import { pageUrl } from "./address.js";
import { holds, isFree } from "./boxes.js";
import { Calendar } from "./calendar.js";
import { FONT, boxOn, panelBoxes } from "./canvas_layer.js";
import { CHANGE_TEST, cardHead, figures, howWeKnow, kindChip, madeUp, pageLink } from "./card_parts.js";
import { CHANGES, STATES, WINDS, paintChangeLine, paintChangeSign } from "./change_signs.js";
import { CorridorLayer } from "./corridors.js";
import { element } from "./dom.js";
import { note } from "./legend_items.js";
import { Loader } from "./loader.js";
import { distanceToLine, pixelsOfKm, toWorld } from "./mercator.js";
import { capitalized, formatDigits, formatNumber, routeName, say, sayKept } from "./text.js";

/** @import { CanvasLayer } from "./canvas_layer.js" */
/** @import { Monitor } from "./monitor.js" */
/** @import { Box, Change, ChangeEntry, ChangeState, ChangesAnswer, Hit, Kept, LegendItem, Line, Shape, Shift } from "./types.js" */

/** @typedef {{ box: Box, text: string }} PlacedChip */

/**
 * @extends {CorridorLayer<Change>}
 */
export class Changes extends CorridorLayer {
  /** @type {Loader<ChangesAnswer>} */
  loader;
  /** @type {Change[]} */
  items = [];
  /** Where the chips lie.  @type {{ box: Box, id: string }[]} */
  boxes = [];

  static PREFIX = "change-";

  /** @param {{ named: number }} options */
  constructor(options) {
    super("changes", { zIndex: 484 });
    this.settings = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.loader = new Loader(monitor, "/data/changes", { told: () => this._told(), more: () => monitor.state.compared() });
    super.attach(monitor);
    this.layersChanged();
  }

  rested() {
    this.loader.look(this.showing());
  }

  showing() {
    return !this.monitor.state.hidden.has("changes");
  }

  layersChanged() {
    this.monitor.map.getContainer().dataset.changes = this.showing() ? "on" : "off";
    this.loader.look(this.showing());
    this.refresh();
  }

  pictureChanged() {
    this.loader.look(this.showing());
    this.rebuild();
  }

  ticked() {
    if (this.loader.state === "failed") this.loader.look(this.showing());
  }

  _told() {
    if (this.loader.state === "ready") {
      this.items = (this.loader.answer?.corridors ?? []).map((item) => this._item(item));
      this.rebuild();
    }
    this.monitor.tell("legendChanged");
    this.monitor.labels.refresh();
    if (this.items.some(({ id }) => id === this.monitor.state.selected)) this.monitor.later("selectionChanged");
  }

  /** @param {ChangeEntry} item */
  _item(item) {
    const lines = item.lines.map((line) => line.map(([lon, lat]) => toWorld(lon, lat)));
    const middle = item.lines[0][Math.floor(item.lines[0].length / 2)];
    return {
      ...item,
      id: Changes.PREFIX + item.id,
      title: routeName(item.name),
      lines,
      observed: lines,
      inferred: [],
      band_km: 0,
      lat: middle[1],
      news: Boolean(this.monitor.theme.change[item.state]),
      short: this._short(item),
    };
  }

  /** The state in two words: "×4.5", "born", "24 km east".  @param {ChangeEntry} given */
  _short({ state, ratio, shift }) {
    if (state === "shifted" && shift) return this._far(shift);
    if ((state === "growing" || state === "fading") && ratio !== null) return `×${formatDigits(ratio >= 10 ? String(Math.round(ratio)) : ratio.toPrecision(2))}`;
    return say(CHANGES[state].word);
  }

  prepare() {
    this.shapes = this.items.flatMap((item) => this._shape(item));
  }

  empty() {
    return !this.showing();
  }

  draw() {
    const context = this.wipe();
    this.boxes = [];
    if (this.empty()) return;
    const { state, theme } = this.monitor;
    const most = Math.max(1, ...this.items.map(({ before, after }) => Math.max(before, after)));
    const order = [...this.shapes].sort((a, b) => Number(a.corridor.news) - Number(b.corridor.news) || Number(a.corridor.id === state.selected) - Number(b.corridor.id === state.selected));
    const chosen = this.items.some(({ id }) => id === state.selected);
    for (const { corridor, path, lines } of order) {
      const [held, own] = [corridor.id === state.selected || corridor.id === this.hovered, corridor.news ? 1 : 0.75];
      context.globalAlpha = chosen && !held ? 0.3 : own;
      const width = corridor.news ? 3.2 + 3 * Math.sqrt(Math.max(corridor.before, corridor.after) / most) : 1.5;
      if (held) this._halo(context, path, corridor, width);
      paintChangeLine(context, path, corridor.state, theme, width);
      if (corridor.shift) this._moved(context, corridor, corridor.shift, lines);
    }
    this._chips(context, order.filter(({ corridor }) => corridor.news).reverse());
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context  @param {Path2D} path  @param {Change} given3  @param {number} width */
  _halo(context, path, { state }, width) {
    const { theme } = this.monitor;
    const alpha = context.globalAlpha;
    [context.globalAlpha, context.strokeStyle, context.lineWidth, context.lineCap] = [0.35, theme.change[state] ?? theme.muted, width + 11, "round"];
    context.stroke(path);
    context.globalAlpha = alpha;
  }

  /**
   * Arrows across the line, towards where it went; true to scale where that can be seen.
   * @param {CanvasRenderingContext2D} context  @param {Change} given  @param {Shift} shift  @param {Line[]} lines
   */
  _moved(context, { state, lat }, shift, lines) {
    const { theme } = this.monitor;
    const [at, { scale }] = [[...WINDS.keys()].indexOf(shift.towards), this.frame];
    const angle = (at * Math.PI) / 4 - Math.PI / 2;
    const km = pixelsOfKm(scale, lat);
    const length = Math.max(14, Math.min(70, Math.abs(shift.km) * km));
    const points = lines[0];
    context.fillStyle = context.strokeStyle = theme.change[state] ?? theme.change.shifted;
    for (const share of [0.25, 0.5, 0.75]) {
      const [x, y] = points[Math.min(points.length - 1, Math.floor(points.length * share))];
      const [endX, endY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(endX, endY);
      context.stroke();
      context.beginPath();
      for (const turn of [0, 2.5, -2.5]) context.lineTo(endX + Math.cos(angle + turn) * 6.5, endY + Math.sin(angle + turn) * 6.5);
      context.fill();
    }
  }

  /**
   * A chip on each changed line: its sign, how much, and its name while there are few.
   * @param {CanvasRenderingContext2D} context  @param {Shape<Change>[]} shapes
   */
  _chips(context, shapes) {
    const taken = panelBoxes(this);
    const named = shapes.length <= this.settings.named;
    for (const { corridor, lines } of shapes) {
      const texts = [...(named ? [`${corridor.short}  ${corridor.title}`] : []), corridor.short];
      const placed = texts.map((text) => this._place(context, text, lines[0], taken)).find(Boolean);
      if (!placed) continue;
      taken.push(placed.box);
      this.boxes.push({ box: placed.box, id: corridor.id });
      this._chip(context, corridor, placed);
    }
  }

  /** @param {CanvasRenderingContext2D} context  @param {string} text  @param {Line} points  @param {Box[]} taken */
  _place(context, text, points, taken) {
    context.font = `650 12px ${FONT}`;
    const width = context.measureText(text).width + 34;
    const { width: w, height: h } = this.frame;
    const seen = points.filter(([x, y]) => x > 0 && y > 0 && x < w && y < h);
    if (!seen.length) return null;
    for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) {
      const [x, y] = seen[Math.min(seen.length - 1, Math.floor(seen.length * share))];
      for (const [dx, dy] of [[12, -18], [-12 - width, -18], [12, 18], [-12 - width, 18], [-width / 2, -30], [-width / 2, 30]]) {
        /** @type {Box} */
        const box = [x + dx, y + dy - 12, x + dx + width, y + dy + 12];
        if (this.inSight(box) && isFree(box, taken)) return { box, text };
      }
    }
    return null;
  }

  /** @param {CanvasRenderingContext2D} context  @param {Change} corridor  @param {PlacedChip} given3 */
  _chip(context, corridor, { box: [left, top, right, bottom], text }) {
    const { theme, state } = this.monitor;
    const colour = theme.change[corridor.state];
    const held = corridor.id === state.selected;
    context.globalAlpha = !held && this.items.some(({ id }) => id === state.selected) ? 0.4 : 1;
    context.beginPath();
    context.roundRect(left, top, right - left, bottom - top, 12);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, colour, held ? 2.4 : 1.4];
    context.setLineDash(corridor.state === "gone" ? [3, 3] : []);
    context.fill();
    context.stroke();
    context.setLineDash([]);
    paintChangeSign(context, left + 13, (top + bottom) / 2, 8, corridor.state, colour, theme.casing);
    [context.fillStyle, context.textAlign, context.textBaseline] = [theme.text, "left", "middle"];
    context.fillText(text, left + 26, (top + bottom) / 2 + 0.5);
    context.globalAlpha = 1;
  }

  /** @param {string | null} id */
  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    if (this.showing()) this.refresh();
  }

  /** Where the chips lie, on another canvas.  @param {CanvasLayer} layer */
  chipsFor(layer) {
    return this.boxes.map(({ box }) => boxOn(layer, this, box));
  }

  /** The changed corridor whose chip is under a point, which lies over all else.  @param {L.Point} point  @returns {Hit | null} */
  hitChip(point) {
    if (!this.showing()) return null;
    const [x, y] = this.inCanvas(point);
    const chip = this.boxes.find(({ box }) => holds(box, x, y));
    return this._hit(chip?.id);
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    if (!this.showing() || !this.shapes) return null;
    const [x, y] = this.inCanvas(point);
    let [best, found] = [8, /** @type {string | undefined} */ (undefined)];
    for (const { corridor, lines } of this.shapes) {
      const away = Math.min(...lines.map((points) => distanceToLine(points, x, y))) + (corridor.news ? 0 : 3);
      if (away < best) [best, found] = [away, corridor.id];
    }
    return this._hit(found);
  }

  /** @param {string | undefined} id  @returns {Hit | null} */
  _hit(id) {
    const item = this.items.find((one) => one.id === id);
    if (!item) return null;
    return { part: this, id: item.id, words: [item.title, this._judged(item)], open: () => this.monitor.select(item.id) };
  }

  /** The rate in short; the sentence below it says the rest.  @param {Change} given */
  _factor({ rate, before, ratio, low }) {
    if (!rate) return "–";
    const value = (before ? ratio : low) ?? 0;
    return (before ? "×" : "≥ ×") + formatDigits(String(Number(value.toPrecision(2))));
  }

  /** @param {Change} given */
  _judged({ state, rate, shift }) {
    if (state === "shifted" && shift) return say("Shifted {across}", { across: this._across(shift) });
    const word = capitalized(say(CHANGES[state].word));
    const judged = rate ? say("{word}: {meaning}", { word, meaning: times(rate) }) : word;
    return shift ? [judged, say("shifted {across}", { across: this._across(shift) })].join("; ") : judged;
  }

  /** @param {Shift} given */
  _far({ km, towards }) {
    const text = WINDS.get(towards) ?? towards;
    return say(text, { km: String(Math.round(Math.abs(km))) });
  }

  /** @param {Shift} shift */
  _across(shift) {
    const [least, most] = [Math.abs(shift.low), Math.abs(shift.high)].sort((a, b) => a - b).map((km) => String(Math.round(km)));
    return say("{far} ({least} to {most})", { far: this._far(shift), least, most });
  }

  /** @param {string} selected */
  cardFor(selected) {
    const item = this.items.find(({ id }) => id === selected);
    const { answer } = this.loader;
    if (!item || !answer) return null;
    const [path, query] = answer.link.split("?");
    const { change, muted } = this.monitor.theme;
    const facts = [
      item.shift ? say("Shifted {across}.", { across: this._across(item.shift) }) : "",
      say("Compared: {windows}.", { windows: windowWords(answer.windows) }),
    ];
    const why = [
      times(item.reason),
      say(CHANGE_TEST),
      item.support === null ? "" : say("Found again in {share}\u00a0% of the times that its evidence is drawn again.", { share: Math.round(item.support * 100) }),
    ];
    return [
      cardHead(this.monitor, item.title, kindChip([CHANGES[item.state].word, item.mode].map((word) => say(word)).join(", "), change[item.state] ?? muted), madeUp(item.synthetic)),
      figures([[say("before"), formatNumber(item.before)], [say("after"), formatNumber(item.after)], [say("rate"), this._factor(item)]]),
      ...facts.filter(Boolean).map((fact) => element("p", { class: "facts" }, fact)),
      howWeKnow(...why),
      pageLink(pageUrl(path, query), say("All changes as a table ↗")),
      element("footer", {}, say("A route of the map, by the incidents that lie in its corridor.")),
    ];
  }

  /** @returns {LegendItem[]} */
  legendItems() {
    const { answer, words } = this.loader;
    const changed = this.items.some(({ news }) => news);
    const said = words ?? (changed ? null : say("No route changed beyond what reporting and chance explain."));
    return [
      ...(said ? [note(said, true)] : []),
      ...(answer?.windows ? [note(say("{windows}. The routes of the map, by the incidents in their corridors.", { windows: windowWords(answer.windows) }))] : []),
      ...(this.items.length ? STATES.map((state) => this._row(state)) : []),
    ];
  }

  /** @param {ChangeState} state  @returns {LegendItem} */
  _row(state) {
    const { theme } = this.monitor;
    const { word, meaning } = CHANGES[state];
    /** @param {CanvasRenderingContext2D} context */
    const paint = (context) => {
      paintChangeLine(context, new Path2D("M3 7H41"), state, theme, theme.change[state] ? 4 : 1.5);
      if (theme.change[state]) paintChangeSign(context, 22, 7, 6.5, state, theme.change[state], theme.casing);
    };
    const text = meaning ? say("{word}: {meaning}", { word: say(word), meaning: say(meaning) }) : say(word);
    const count = String(this.items.filter((item) => item.state === state).length);
    return { kind: "row", swatch: { width: 44, height: 14, paint }, text, count };
  }
}

/** A sentence of the server with the sign for times.  @param {Kept} kept */
const times = (kept) => String(sayKept(kept)).replace(/\bx(?=\d)/g, "×");

/** The two windows in words.  @param {{ before: string, after: string }} windows */
const windowWords = ({ before, after }) => say("{after} against {before}", { after: Calendar.months(after), before: Calendar.months(before) });
