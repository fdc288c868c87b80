/* The corridors of the window in order, for the keyboard and for whoever reads lists rather than maps. */

import { element, makePanel } from "./dom.js";
import { Part } from "./part.js";
import { formatNumber, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Corridor } from "./types.js" */

/** @typedef {{ id: string, name: HTMLElement, value: HTMLElement, bar: HTMLElement, meter: HTMLElement, item: HTMLElement }} Row */

export class Ranking extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLElement} */
  panel;
  /** @type {HTMLDetailsElement} */
  details;
  /** @type {Row[]} */
  rows = [];
  /** What the list shows. */
  key = "";
  dark = false;

  /** @param {{ rows: number, open_from: number }} options */
  constructor(options) {
    super();
    this.options = options;
    this.list = element("ol");
    this.total = element("small");
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const summary = element("summary", {}, say("Routes"), this.total);
    this.details = element("details", { open: window.innerWidth >= this.options.open_from }, summary, this.list);
    this.panel = makePanel("ranking", { class: "panel", "aria-label": say("Routes in the window") }, this.details);
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
  }

  pictureChanged() {
    this.windowChanged();
  }

  themeChanged() {
    this.windowChanged();
  }

  selectionChanged() {
    this.windowChanged();
  }

  layersChanged() {
    this.windowChanged();
  }

  windowChanged() {
    const { picture, state } = this.monitor;
    const seen = picture?.seen(state) ?? [];
    this.panel.hidden = !seen.length || this.monitor.shown.corridor(state.selected) !== null;
    if (this.panel.hidden) return;
    const [from, to] = this.monitor.range;
    const ranked = seen
      .map((corridor) => ({ corridor, incidents: corridor.total(from, to) }))
      .filter(({ incidents }) => incidents > 0)
      .sort((a, b) => b.incidents - a.incidents);
    this.total.textContent = String(ranked.length);
    const key = ranked.slice(0, this.options.rows).map(({ corridor, incidents }) => `${corridor.id}${corridor.title}${incidents}`).join();
    if (key === this.key && this.dark === state.dark) return;
    [this.key, this.dark] = [key, state.dark];
    const rows = ranked.slice(0, this.options.rows);
    for (const row of this.rows.splice(rows.length)) row.item.remove();
    while (this.rows.length < rows.length) this.list.append(this._added());
    rows.forEach((row, at) => this._fill(this.rows[at], row, ranked[0].incidents));
  }

  /** A row, to be filled again and again while the window is dragged. */
  _added() {
    const [name, value, bar] = [element("span", { class: "name" }), element("span", { class: "value" }), element("i")];
    const meter = element("span", { class: "meter" }, bar);
    /** @type {Row} */
    const row = { id: "", name, value, bar, meter, item: element("li") };
    const { corridors } = this.monitor;
    const events = {
      onclick: () => this.monitor.select(row.id),
      onmouseenter: () => corridors.hover(row.id),
      onmouseleave: () => corridors.hover(null),
    };
    row.item.append(element("button", { type: "button", ...events }, name, value, meter));
    this.rows.push(row);
    return row.item;
  }

  /** @param {Row} row  @param {{ corridor: Corridor, incidents: number }} second  @param {number} most */
  _fill(row, { corridor, incidents }, most) {
    row.id = corridor.id;
    [row.name.textContent, row.name.title] = [corridor.ends, corridor.title];
    row.value.textContent = formatNumber(incidents);
    row.meter.title = say(corridor.mode);
    row.bar.style.width = `${(incidents / most) * 100}%`;
    row.bar.style.background = this.monitor.theme.mode[corridor.mode];
  }
}
