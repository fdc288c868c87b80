/* The time bar: a histogram by step and a window with two handles and a middle that moves it; play, speed, step. */

import { Calendar } from "./calendar.js";
import { Difference } from "./difference.js";
import { context2d, element, icon, makePanel, within } from "./dom.js";
import { Part } from "./part.js";
import { live } from "./server.js";
import { counted, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Picture } from "./picture.js" */
/** @import { AlertsAnswer, ExpectedMonth, Pair, Theme, Unit } from "./types.js" */

/** @typedef {"start" | "middle" | "end"} Knob */
/** @typedef {{ picture: Picture, theme: Theme, width: number, height: number, range: Pair }} Painted */

export class TimeBar extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLButtonElement} */
  play;
  /** @type {HTMLElement} */
  label;
  /** @type {HTMLSpanElement} */
  count;
  /** @type {Difference} */
  difference;
  /** @type {HTMLDivElement} */
  spans;
  /** @type {HTMLSelectElement} */
  unit;
  /** @type {HTMLSelectElement} */
  pace;
  /** @type {HTMLCanvasElement} */
  canvas;
  /** @type {HTMLDivElement} */
  late;
  /** @type {HTMLDivElement} */
  plot;
  /** @type {HTMLButtonElement} */
  expect;
  /** @type {HTMLDivElement} */
  middle;
  /** @type {HTMLDivElement} */
  start;
  /** @type {HTMLDivElement} */
  end;
  /** @type {HTMLDivElement} */
  years;
  /** @type {HTMLDivElement} */
  track;
  /** @type {HTMLDivElement} */
  slider;
  /** @type {HTMLElement} */
  bar;
  /** @type {MediaQueryList} */
  still;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** The last month that is known well, as "2026-09".  @type {string | null} */
  horizon = null;
  /** What is expected of each month.  @type {Map<string, ExpectedMonth>} */
  months = new Map();
  /** Whether it is shown. */
  expecting = false;
  /** What the histogram shows.  @type {Painted | null} */
  painted = null;
  playing = false;

  static PLAY = "M6 4l10 6-10 6z";
  static PAUSE = "M5 4h4v12H5zM11 4h4v12h-4z";
  static BACK = "M12.5 4.5L7 10l5.5 5.5";
  static ON = "M7.5 4.5L13 10l-5.5 5.5";
  static STEP_MS = 700;

  /** @param {{ speeds: number[] }} options */
  constructor(options) {
    super();
    this.options = options;
    this.speed = options.speeds[0];
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.play = this._button(say("Play"), TimeBar.PLAY, () => this.toggle(), "solid primary");
    this.label = element("strong", { class: "when" });
    this.count = element("span", { class: "count" });
    this.difference = new Difference(monitor);
    this.spans = element("div", { class: "spans", role: "group", "aria-label": say("Length of the window") });
    this.unit = element("select", { "aria-label": say("Step of time"), title: say("Step of time"), onchange: () => this._setUnit() });
    for (const unit of /** @type {Unit[]} */ (Object.keys(Calendar.UNITS))) this.unit.append(element("option", { value: unit }, Calendar.unit(unit)));
    this.unit.hidden = !live; // A frozen map was counted by one.
    this.pace = element("select", { "aria-label": say("Speed"), title: say("Speed"), onchange: () => this._setPace() });
    for (const speed of this.options.speeds) this.pace.append(element("option", { value: speed }, `${speed}×`));
    this.canvas = element("canvas", { class: "histogram", "aria-hidden": "true" });
    this.late = element("div", { class: "late", hidden: true, role: "img" });
    this.plot = element("div", { class: "plot" }, this.canvas, this.late);
    this.expect = element(
      "button",
      { type: "button", class: "expect", hidden: true, "aria-pressed": "false", title: say("Show what may still be reported of the latest months; it is no incident and in no count"), onclick: () => this._expect() },
      say("Expected"),
    );
    this._makeSlider();
    const transport = element(
      "div",
      { class: "transport" },
      this._button(say("One step back"), TimeBar.BACK, () => this.step(-1)),
      this.play,
      this._button(say("One step on"), TimeBar.ON, () => this.step(1)),
    );
    const tally = element("div", { class: "tally" }, this.count, this.difference.node, this.expect);
    const hint = element("span", { class: "hint" }, say("← → move · space plays"));
    // What moves the window comes right after what plays, for whoever goes from one to the next with the Tab key.
    this.bar = makePanel("timebar", { class: "panel", "aria-label": say("Time") }, transport, this.label, this.plot, this.slider, tally, hint, this.spans, this.unit, this.pace);
    this.bar.hidden = true;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    const container = monitor.map.getContainer();
    container.append(this.bar);
    new ResizeObserver(() => {
      if (monitor.picture?.steps) this._tick();
      this.paint();
    }).observe(this.canvas);
    new ResizeObserver(() => container.style.setProperty("--timebar", `${this.bar.offsetHeight}px`)).observe(this.bar);
    document.addEventListener("keydown", (event) => this._key(event));
  }

  /** @param {string} name  @param {string} path  @param {() => unknown} act  @param {string} [kind] */
  _button(name, path, act, kind = "") {
    return element(
      "button",
      { type: "button", class: `square ${kind}`, title: name, "aria-label": name, onclick: act },
      icon(path),
    );
  }

  /** @param {number | null} steps  @param {Unit} unit */
  _span(steps, unit) {
    const label = steps === null ? say("All") : Calendar.short(steps, unit);
    const title = steps === null ? say("All of it") : Calendar.many(steps, unit);
    const button = element("button", { type: "button", title, onclick: () => this._setSpan(steps) }, label);
    button.dataset.steps = String(steps ?? "all");
    return button;
  }

  /** The window stays where it was, as near as steps of this length allow. */
  _setUnit() {
    this.monitor.state.set("step", { unit: /** @type {Unit} */ (this.unit.value) });
  }

  _makeSlider() {
    /** @param {Knob} kind  @param {string} name */
    const knob = (kind, name) =>
      element("div", {
        class: kind,
        role: "slider",
        tabindex: 0,
        "aria-label": name,
        onpointerdown: (event) => this._grab(event, kind),
        onkeydown: (event) => this._knobKey(event, kind),
      });
    this.middle = knob("middle", say("Window"));
    this.start = knob("start", say("Start of the window"));
    this.end = knob("end", say("End of the window"));
    this.years = element("div", { class: "years", "aria-hidden": "true" });
    this.track = element("div", { class: "track" }, this.middle, this.start, this.end);
    this.slider = element("div", { class: "slider" }, this.track, this.years);
    this.canvas.addEventListener("pointerdown", (event) => this._jump(event));
  }

  pictureChanged() {
    this.bar.hidden = !this.monitor.picture?.steps;
    if (this.bar.hidden) return;
    const { traits, unit } = this.monitor.shown.calendar;
    this.unit.value = unit;
    this.spans.replaceChildren(...[...traits.spans, null].map((steps) => this._span(steps, unit)));
    this._tick();
    this._hatch();
    this.windowChanged();
    this.rested();
  }

  /** What has not arrived yet, once it is known: `answer` of the alerts.  @param {AlertsAnswer} given */
  arrived({ known_up_to: month, months }) {
    this.horizon = month || null;
    this.months = new Map((months ?? []).map((row) => [row.month, row]));
    this.expect.hidden = ![...this.months.values()].some(({ high, reported }) => high > reported);
    this._hatch();
    this.paint();
  }

  /** Hatch the months of which too little is known to tell fewer. */
  _hatch() {
    const { picture } = this.monitor;
    this.late.hidden = true;
    if (!this.horizon || !picture?.steps) return;
    const [year, month] = this.horizon.split("-").map(Number);
    const from = picture.calendar.before(Date.UTC(year, month, 1) / 86_400_000);
    this.late.hidden = from >= picture.steps || from < 0;
    this.late.style.left = `${(from / picture.steps) * 100}%`;
    const words = say("Not all reports of the months after {month} have arrived: fewer need not be a fall.", { month: this.horizon });
    this.late.title = words;
    this.late.setAttribute("aria-label", words);
  }

  _expect() {
    this.expecting = !this.expecting;
    this.expect.setAttribute("aria-pressed", String(this.expecting));
    this.paint();
  }

  rested() {
    this.difference.look();
    this.difference.show();
  }

  themeChanged() {
    this.paint();
  }

  windowChanged() {
    const { picture } = this.monitor;
    if (!picture?.steps) return;
    const [from, to] = this.monitor.range;
    const { calendar, steps } = picture;
    const total = picture.total(from, to);
    const when = calendar.span(from, to);
    this.label.textContent = when;
    const count = counted("{count} incident", "{count} incidents", total);
    this.count.textContent = count;
    this.difference.hide();
    this.middle.style.left = this.start.style.left = `${(from / steps) * 100}%`;
    this.middle.style.width = `${((to - from) / steps) * 100}%`;
    this.end.style.left = `${(to / steps) * 100}%`;
    this._say(this.middle, from, 0, steps - (to - from), `${when}, ${count}`);
    this._say(this.start, from, 0, to - 1, say("from {step}", { step: calendar.name(from) }));
    this._say(this.end, to - 1, from, steps - 1, say("to {step}", { step: calendar.name(to - 1) }));
    for (const button of this.spans.querySelectorAll("button")) {
      const own = button.dataset.steps === "all" ? steps : Number(button.dataset.steps);
      button.setAttribute("aria-pressed", String(to - from === own));
    }
    this._repaint();
  }

  /** @param {HTMLElement} knob  @param {number} now  @param {number} least  @param {number} most  @param {string} text */
  _say(knob, now, least, most, text) {
    knob.setAttribute("aria-valuemin", String(least));
    knob.setAttribute("aria-valuemax", String(most));
    knob.setAttribute("aria-valuenow", String(now));
    knob.setAttribute("aria-valuetext", text);
  }

  _tick() {
    const { calendar, steps } = this.monitor.shown;
    const { edges } = calendar;
    const room = Math.floor(this.monitor.map.getSize().x / 56); // in a narrow window fewer years have room
    const ticks = calendar.ticks(Math.max(3, Math.min(14, room))).map(([day, name]) => {
      const step = calendar.before(day);
      const part = (day - edges[step]) / (edges[step + 1] - edges[step]);
      const tick = element("span", {}, name);
      tick.style.left = `${((step + part) / steps) * 100}%`;
      return tick;
    });
    this.years.replaceChildren(...ticks);
  }

  /** Draw the histogram, the window in the accent colour. */
  paint() {
    const { picture, theme } = this.monitor;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!picture?.steps || !width) return;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) [this.canvas.width, this.canvas.height] = [wide, high];
    const context = context2d(this.canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.painted = { picture, theme, width, height, range: this.monitor.range };
    for (let step = 0; step < picture.steps; step++) this._bar(context, this.painted, step);
  }

  /** Draw again what has come into the window or left it. */
  _repaint() {
    const { picture, theme, range } = this.monitor;
    const known = this.painted;
    if (!known || known.picture !== picture || known.theme !== theme) {
      this.paint();
      return;
    }
    const context = context2d(this.canvas);
    const before = known.range;
    known.range = range;
    const slot = known.width / picture.steps;
    for (let step = Math.min(before[0], range[0]); step < Math.max(before[1], range[1]); step++) {
      const [was, is] = [before, range].map(([from, to]) => step >= from && step < to);
      if (was === is) continue;
      context.clearRect(step * slot, 0, slot, known.height);
      this._bar(context, known, step);
    }
  }

  /**
   * An outline as tall as a month is expected to become, behind what is reported of it.
   * @param {CanvasRenderingContext2D} context  @param {Painted} painted  @param {number} step
   */
  _ghost(context, painted, step) {
    const { picture, theme, width, height } = painted;
    const { calendar } = picture;
    if (!this.expecting || calendar.unit !== "month") return;
    const row = this.months.get(new Date(calendar.edges[step] * 86_400_000).toISOString().slice(0, 7));
    if (!row || row.expected <= row.reported) return;
    const slot = width / picture.steps;
    const tall = Math.min(height - 1, (row.expected / picture.most) * (height - 2));
    [context.strokeStyle, context.lineWidth] = [theme.muted, 1];
    context.setLineDash([2, 2]);
    context.strokeRect(step * slot + 1, height - tall, Math.max(slot - 2, 1), tall);
    context.setLineDash([]);
  }

  /** @param {CanvasRenderingContext2D} context  @param {Painted} painted  @param {number} step */
  _bar(context, painted, step) {
    const { picture, theme, width, height, range } = painted;
    this._ghost(context, painted, step);
    const total = picture.total(step, step + 1);
    if (!total) return;
    const slot = width / picture.steps;
    const gap = Math.min(2, slot * 0.2);
    const tall = Math.max(1.5, (total / picture.most) * (height - 2));
    const round = Math.min(2, slot / 4);
    context.fillStyle = step >= range[0] && step < range[1] ? theme.accent : theme.bar;
    context.beginPath();
    context.roundRect(step * slot + gap / 2, height - tall, slot - gap, tall, [round, round, 0, 0]);
    context.fill();
  }

  /** Move the whole window by steps, stopping at the ends.  @param {number} by */
  step(by) {
    const [from, to] = this.monitor.range;
    const span = to - from;
    const start = Math.max(0, Math.min(this.monitor.shown.steps - span, from + by));
    if (start !== from) this.monitor.setRange(start, start + span);
  }

  toggle() {
    this.playing = !this.playing;
    this.play.replaceChildren(icon(this.playing ? TimeBar.PAUSE : TimeBar.PLAY));
    this.play.title = this.playing ? say("Pause") : say("Play");
    this.play.setAttribute("aria-label", this.play.title);
    clearTimeout(this.timer);
    if (this.playing) this._advance();
    else this.monitor.keys.windowChanged();
  }

  /** One step on; from the end it starts again. Whoever wants less motion gets one step in two seconds. */
  _advance() {
    const [from, to] = this.monitor.range;
    if (to >= this.monitor.shown.steps) this.monitor.setRange(0, to - from);
    else this.step(1);
    const pause = this.still.matches ? 2000 : TimeBar.STEP_MS / this.speed;
    this.timer = setTimeout(() => this._advance(), pause);
  }

  _setPace() {
    this.speed = Number(this.pace.value);
  }

  /** @param {number | null} chosen */
  _setSpan(chosen) {
    const { steps } = this.monitor.shown;
    const [, to] = this.monitor.range;
    const span = Math.min(chosen ?? steps, steps);
    const end = Math.max(span, chosen === null ? steps : to);
    this.monitor.setRange(end - span, end);
  }

  /** @param {PointerEvent} event  @param {DOMRect} [box] of the track; asked for at every move, the page would be laid out anew each time */
  _stepAt(event, box = this.track.getBoundingClientRect()) {
    return ((event.clientX - box.left) / box.width) * this.monitor.shown.steps;
  }

  /** @param {PointerEvent & { currentTarget: HTMLElement }} event  @param {Knob} kind */
  _grab(event, kind) {
    event.preventDefault();
    event.stopPropagation();
    const knob = event.currentTarget;
    knob.focus();
    knob.setPointerCapture(event.pointerId);
    const box = this.track.getBoundingClientRect();
    const grabbed = this._stepAt(event, box);
    const [from, to] = this.monitor.range;
    /** @param {PointerEvent} moved */
    const move = (moved) => this._drag(kind, from, to, Math.round(this._stepAt(moved, box) - grabbed));
    knob.addEventListener("pointermove", move);
    const drop = () => knob.removeEventListener("pointermove", move);
    knob.addEventListener("pointerup", drop, { once: true });
    knob.addEventListener("pointercancel", drop, { once: true });
  }

  /**
   * Move one end or the whole window by so many steps from where it was.
   * @param {Knob} kind  @param {number} from  @param {number} to  @param {number} by
   */
  _drag(kind, from, to, by) {
    const { steps } = this.monitor.shown;
    if (kind === "start") this.monitor.setRange(Math.max(0, Math.min(to - 1, from + by)), to);
    else if (kind === "end") this.monitor.setRange(from, Math.min(steps, Math.max(from + 1, to + by)));
    else {
      const start = Math.max(0, Math.min(steps - (to - from), from + by));
      this.monitor.setRange(start, start + to - from);
    }
  }

  /** A press on the histogram centres the window there.  @param {PointerEvent} event */
  _jump(event) {
    const [from, to] = this.monitor.range;
    this._drag("middle", from, to, Math.round(this._stepAt(event) - (from + to) / 2));
  }

  /** @param {KeyboardEvent} event  @param {Knob} kind */
  _knobKey(event, kind) {
    const [from, to] = this.monitor.range;
    const by = KNOB_KEYS.get(event.key);
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this._drag(kind, from, to, by);
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (!this.monitor.picture?.steps || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (within(event, "select, input, textarea")) return;
    if (event.key === " " && !within(event, "button, a, summary")) this.toggle();
    else if (event.key === "ArrowLeft") this.step(-1);
    else if (event.key === "ArrowRight") this.step(1);
    else return;
    event.preventDefault();
  }
}

/** By how many steps a key moves an end of the window. */
const KNOB_KEYS = new Map(/** @type {[string, number][]} */ ([["ArrowLeft", -1], ["ArrowDown", -1], ["ArrowRight", 1], ["ArrowUp", 1], ["PageDown", -12], ["PageUp", 12], ["Home", -1e6], ["End", 1e6]]));
