/* What became of the corridors from one window to another: a dash, a sign and a word for each state as well as a colour. */

import { pageUrl } from "./address.js";
import { Calendar } from "./calendar.js";
import { FONT, boxOn, panelBoxes } from "./canvas_layer.js";
import { CHANGES, WINDS, paintChangeLine, paintChangeSign } from "./change_signs.js";
import { CorridorLayer } from "./corridors.js";
import { element } from "./dom.js";
import { Loader } from "./loader.js";
import { EARTH_KM, WORLD, distanceToLine, toWorld } from "./mercator.js";
import { capitalized, formatDigits, formatNumber, say, sayKept } from "./text.js";

export class Changes extends CorridorLayer {
  static PREFIX = "change-";

  constructor(options) {
    super("changes", { zIndex: 484, ...options });
    [this.items, this.boxes, this.hovered] = [[], [], null];
  }

  attach(monitor) {
    this.loader = new Loader(monitor, "/data/changes", () => this._told());
    super.attach(monitor);
    this.layersChanged();
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
      this.items = (this.loader.answer.corridors ?? []).map((item) => this._item(item));
      this.rebuild();
    }
    this.monitor.tell("legendChanged");
    this.monitor.labels?.refresh();
    if (this.items.some(({ id }) => id === this.monitor.state.selected)) this.monitor.later("selectionChanged");
  }

  _item(item) {
    const lines = item.lines.map((line) => line.map(([lon, lat]) => toWorld(lon, lat)));
    const middle = item.lines[0][Math.floor(item.lines[0].length / 2)];
    return {
      ...item,
      id: Changes.PREFIX + item.id,
      title: item.name.replaceAll(" - ", " – "),
      lines,
      observed: lines,
      inferred: [],
      band_km: 0,
      lat: middle[1],
      news: Boolean(this.monitor.theme.change[item.state]),
      short: this._short(item),
    };
  }

  /** The state in two words: "×4.5", "born", "24 km east". */
  _short({ state, ratio, shift }) {
    if (state === "shifted") return this._far(shift);
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
    const order = [...this.shapes].sort((a, b) => a.corridor.news - b.corridor.news || (a.corridor.id === state.selected) - (b.corridor.id === state.selected));
    const chosen = this.items.some(({ id }) => id === state.selected);
    for (const { corridor, path, lines } of order) {
      const [held, own] = [corridor.id === state.selected || corridor.id === this.hovered, corridor.news ? 1 : 0.75];
      context.globalAlpha = chosen && !held ? 0.3 : own;
      const width = corridor.news ? 3.2 + 3 * Math.sqrt(Math.max(corridor.before, corridor.after) / most) : 1.5;
      if (held) this._halo(context, path, corridor, width);
      paintChangeLine(context, path, corridor.state, theme, width);
      if (corridor.shift) this._moved(context, corridor, lines);
    }
    this._chips(context, order.filter(({ corridor }) => corridor.news).reverse());
    context.globalAlpha = 1;
  }

  _halo(context, path, { state }, width) {
    const { theme } = this.monitor;
    const alpha = context.globalAlpha;
    [context.globalAlpha, context.strokeStyle, context.lineWidth, context.lineCap] = [0.35, theme.change[state] ?? theme.muted, width + 11, "round"];
    context.stroke(path);
    context.globalAlpha = alpha;
  }

  /** Arrows across the line, towards where it went; true to scale where that can be seen. */
  _moved(context, { shift, state, lat }, lines) {
    const { theme } = this.monitor;
    const [at, { scale }] = [Object.keys(WINDS).indexOf(shift.towards), this.frame];
    const angle = (at * Math.PI) / 4 - Math.PI / 2;
    const km = (scale * WORLD) / (EARTH_KM * Math.cos((lat * Math.PI) / 180));
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

  /** A chip on each changed line: its sign, how much, and its name while there are few. */
  _chips(context, shapes) {
    const taken = panelBoxes(this);
    const named = shapes.length <= this.options.named;
    for (const { corridor, lines } of shapes) {
      const texts = [...(named ? [`${corridor.short}  ${corridor.title}`] : []), corridor.short];
      const placed = texts.map((text) => this._place(context, text, lines[0], taken)).find(Boolean);
      if (!placed) continue;
      taken.push(placed.box);
      this.boxes.push({ box: placed.box, id: corridor.id });
      this._chip(context, corridor, placed);
    }
  }

  _place(context, text, points, taken) {
    context.font = `650 12px ${FONT}`;
    const width = context.measureText(text).width + 34;
    const { width: w, height: h } = this.frame;
    const seen = points.filter(([x, y]) => x > 0 && y > 0 && x < w && y < h);
    if (!seen.length) return null;
    for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) {
      const [x, y] = seen[Math.min(seen.length - 1, Math.floor(seen.length * share))];
      for (const [dx, dy] of [[12, -18], [-12 - width, -18], [12, 18], [-12 - width, 18], [-width / 2, -30], [-width / 2, 30]]) {
        const box = [x + dx, y + dy - 12, x + dx + width, y + dy + 12];
        if (this.inSight(box) && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return { box, text };
      }
    }
    return null;
  }

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

  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    if (this.showing()) this.refresh();
  }

  /** Where the chips lie, on another canvas. */
  chipsFor(layer) {
    return this.boxes.map(({ box }) => boxOn(layer, this, box));
  }

  /** The changed corridor whose chip is under a point of the map's container, or null. */
  chipAt(point) {
    if (!this.showing()) return null;
    const [x, y] = this.inCanvas(point);
    const chip = this.boxes.find(({ box }) => x > box[0] && x < box[2] && y > box[1] && y < box[3]);
    return this.items.find(({ id }) => id === chip?.id) ?? null;
  }

  /** The compared corridor under a point of the map's container, or null. */
  at(point) {
    if (!this.showing() || !this.shapes) return null;
    const chip = this.chipAt(point);
    if (chip) return chip;
    const [x, y] = this.inCanvas(point);
    let [best, found] = [8, null];
    for (const { corridor, lines } of this.shapes) {
      const away = Math.min(...lines.map((points) => distanceToLine(points, x, y))) + (corridor.news ? 0 : 3);
      if (away < best) [best, found] = [away, corridor];
    }
    return found;
  }

  words(item) {
    return [item.title, this._judged(item)];
  }

  /** The rate in short; the sentence below it says the rest. */
  _factor({ rate, before, ratio, low }) {
    if (!rate) return "–";
    const [sign, value] = before ? ["×", ratio] : ["≥ ×", low];
    return sign + formatDigits(String(Number(value.toPrecision(2))));
  }

  _judged({ state, rate, shift }) {
    if (state === "shifted") return say("Shifted {across}", { across: this._across(shift) });
    const word = capitalized(say(CHANGES[state].word));
    const judged = rate ? say("{word}: {meaning}", { word, meaning: sayKept(rate).replace(/\bx(?=\d)/g, "×") }) : word;
    return shift ? [judged, say("shifted {across}", { across: this._across(shift) })].join("; ") : judged;
  }

  _far({ km, towards }) {
    return say(WINDS[towards], { km: String(Math.round(Math.abs(km))) });
  }

  _across(shift) {
    const [least, most] = [Math.abs(shift.low), Math.abs(shift.high)].sort((a, b) => a - b).map((km) => String(Math.round(km)));
    return say("{far} ({least} to {most})", { far: this._far(shift), least, most });
  }

  /** The two windows in words. */
  _windows({ before, after }) {
    return say("{after} against {before}", { after: Calendar.months(after), before: Calendar.months(before) });
  }

  /** What the card says of what is selected, or null. */
  nodes(selected, head) {
    const item = this.items.find(({ id }) => id === selected);
    if (!item) return null;
    const [windows, [path, query]] = [this._windows(this.loader.answer.windows), this.loader.answer.link.split("?")];
    const kind = element("span", { class: "mode" }, [CHANGES[item.state].word, item.mode].map((word) => say(word)).join(", "));
    kind.style.color = this.monitor.theme.change[item.state] ?? this.monitor.theme.muted;
    const figures = [[formatNumber(item.before), say("before")], [formatNumber(item.after), say("after")], [this._factor(item), say("rate")]];
    const facts = [
      item.shift ? say("Shifted {across}.", { across: this._across(item.shift) }) : null,
      sayKept(item.reason).replace(/\bx(?=\d)/g, "×"),
      say("Compared: {windows}.", { windows }),
      item.support === null ? null : say("Found again in {share}\u00a0% of redraws.", { share: Math.round(item.support * 100) }),
    ];
    return [
      head(item.title, kind, item.synthetic ? element("p", { class: "made-up" }, say("Synthetic")) : null),
      element("dl", { class: "figures" }, ...figures.map(([value, name]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)))),
      ...facts.filter(Boolean).map((fact) => element("p", { class: "facts" }, fact)),
      element("p", { class: "facts" }, element("a", { href: pageUrl(path, query), target: "_blank", rel: "noopener" }, say("All changes as a table ↗"))),
      element("footer", {}, say("A route of the map, by the incidents that lie in its corridor.")),
    ];
  }

  _note(windows) {
    return say("{windows}. The routes of the map, by the incidents in their corridors.", { windows: this._windows(windows) });
  }

  /** Rows of the legend. */
  legend(legend) {
    const { theme } = this.monitor;
    const { answer, words } = this.loader;
    const counts = new Map();
    for (const { state } of this.items) counts.set(state, (counts.get(state) ?? 0) + 1);
    const told = ({ word, meaning }) =>
      meaning ? say("{word}: {meaning}", { word: say(word), meaning: say(meaning) }) : say(word);
    const rows = Object.entries(CHANGES).map(([state, kind]) => {
      const swatch = legend._swatch((context) => {
        const path = new Path2D("M3 7H41");
        paintChangeLine(context, path, state, theme, theme.change[state] ? 4 : 1.5);
        if (theme.change[state]) paintChangeSign(context, 22, 7, 6.5, state, theme.change[state], theme.casing);
      });
      const count = element("b", {}, String(counts.get(state) ?? 0));
      return element("div", { class: "row" }, swatch, element("span", {}, told(kind)), count);
    });
    const changed = this.items.some(({ news }) => news);
    const said = words ?? (changed ? null : say("No corridor changed beyond what reporting and chance explain."));
    return [
      said ? element("p", { class: "note state", role: "status" }, said) : null,
      answer?.windows ? element("p", { class: "note" }, this._note(answer.windows)) : null,
      ...(this.items.length ? rows : []),
    ].filter(Boolean);
  }
}
