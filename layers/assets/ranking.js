/* The routes of the window in order, for the keyboard and for whoever reads lists rather than maps. */

import { element, makePanel } from "./dom.js";
import { Part } from "./part.js";
import { formatNumber, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Corridor } from "./types.js" */

/** @typedef {{ id: string, button: HTMLElement, number: HTMLElement, name: HTMLElement, value: HTMLElement, bar: HTMLElement, meter: HTMLElement, item: HTMLElement }} Row */
/** @typedef {{ corridor: Corridor, incidents: number, number: number }} Ranked */

export class Ranking extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLElement} */
  panel;
  /** @type {HTMLDetailsElement} */
  details;
  /** @type {Row[]} */
  rows = [];
  /** Numbers of those that are listed, by which the map repeats them.  @type {Map<string, number>} */
  numbers = new Map();
  /** What the list shows. */
  key = "";
  /** Whether all are listed, not the first ones alone. */
  all = false;

  /** @param {{ rows: number, open_from: number }} options */
  constructor(options) {
    super();
    this.options = options;
    this.list = element("ol");
    this.total = element("small");
    this.more = element("button", { type: "button", class: "more", onclick: () => this._toggle() });
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const summary = element("summary", {}, say("Routes"), this.total, element("span", { class: "of" }, say("with incidents")));
    const body = element("div", { class: "body" }, element("div", { class: "scroll" }, this.list), this.more);
    this.details = element("details", { open: window.innerWidth >= this.options.open_from }, summary, body);
    this.panel = makePanel("ranking", { class: "panel", "aria-label": say("Routes in the window") }, this.details);
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
  }

  pictureChanged() {
    this._rank();
  }

  themeChanged() {
    this.key = "";
    this._rank();
  }

  selectionChanged() {
    this._rank();
  }

  layersChanged() {
    this._rank();
  }

  settled() {
    this._rank();
  }

  /** While the window is dragged the rows keep their places and show what they come to. */
  windowChanged() {
    const { picture } = this.monitor;
    if (this.panel.hidden || !picture?.steps) return;
    const { range } = this.monitor;
    const counts = this.rows.map(({ id }) => picture.corridor(id)?.total(...range) ?? 0);
    const most = Math.max(1, ...counts);
    this.rows.forEach((row, at) => this._count(row, counts[at], most));
    this.key = "";
  }

  /** The number under which a route is listed, null where it is not.  @param {string} id */
  numberOf(id) {
    return this.numbers.get(id) ?? null;
  }

  _rank() {
    const { picture, state } = this.monitor;
    const ranked = picture?.steps ? this._ranked() : [];
    this.panel.hidden = !picture?.seen(state).length;
    const rows = ranked.filter(({ corridor, number }) => this.all || number <= this.options.rows || corridor.id === state.selected);
    this._keepNumbers(rows);
    if (this.panel.hidden) return;
    this.total.textContent = formatNumber(ranked.length);
    this.more.hidden = ranked.length <= this.options.rows;
    this.more.textContent = this.all ? say("The first {count} only", { count: this.options.rows }) : say("All {count}", { count: ranked.length });
    const key = rows.map(({ corridor, incidents }) => `${corridor.id}${corridor.title}${incidents}`).join() + state.selected;
    if (key === this.key) return;
    this.key = key;
    for (const row of this.rows.splice(rows.length)) row.item.remove();
    while (this.rows.length < rows.length) this.list.append(this._added());
    rows.forEach((row, at) => this._fill(this.rows[at], row, ranked[0].incidents));
  }

  /** Routes with incidents in the window, the busiest first.  @returns {Ranked[]} */
  _ranked() {
    const { range, shown, state } = this.monitor;
    return shown
      .seen(state)
      .map((corridor) => ({ corridor, incidents: corridor.total(...range) }))
      .filter(({ incidents }) => incidents > 0)
      .sort((a, b) => b.incidents - a.incidents)
      .map((row, at) => ({ ...row, number: at + 1 }));
  }

  /** Show which row is that of the route under the pointer.  @param {string | null} id */
  point(id) {
    for (const row of this.rows) row.button.classList.toggle("pointed", row.id === id);
  }

  _toggle() {
    this.all = !this.all;
    this._rank();
  }

  /** The map repeats the numbers.  @param {Ranked[]} rows */
  _keepNumbers(rows) {
    const before = [...this.numbers].join();
    this.numbers = new Map(rows.map(({ corridor, number }) => [corridor.id, number]));
    if ([...this.numbers].join() !== before) this.monitor.labels.refresh();
  }

  /** A row, to be filled again and again while the window is dragged. */
  _added() {
    const [number, name, value, bar] = [element("span", { class: "number" }), element("span", { class: "name" }), element("span", { class: "value" }), element("i")];
    const meter = element("span", { class: "meter" }, bar);
    const { corridors } = this.monitor;
    const events = {
      onclick: () => this.monitor.select(row.id),
      onmouseenter: () => corridors.hover(row.id),
      onmouseleave: () => corridors.hover(null),
    };
    const button = element("button", { type: "button", ...events }, number, name, value, meter);
    /** @type {Row} */
    const row = { id: "", button, number, name, value, bar, meter, item: element("li", {}, button) };
    this.rows.push(row);
    return row.item;
  }

  /** @param {Row} row  @param {number} incidents  @param {number} most */
  _count(row, incidents, most) {
    const said = formatNumber(incidents);
    if (row.value.textContent !== said) row.value.textContent = said;
    row.bar.style.width = `${(incidents / most) * 100}%`;
  }

  /** @param {Row} row  @param {Ranked} ranked  @param {number} most */
  _fill(row, { corridor, incidents, number }, most) {
    row.id = corridor.id;
    row.number.textContent = formatNumber(number);
    [row.name.textContent, row.name.title] = [corridor.ends, corridor.title];
    this._count(row, incidents, most);
    row.meter.title = say(corridor.mode);
    row.bar.style.background = this.monitor.theme.mode[corridor.mode];
    if (corridor.id === this.monitor.state.selected) row.button.setAttribute("aria-current", "true");
    else row.button.removeAttribute("aria-current");
  }
}
