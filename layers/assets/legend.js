/* The legend: what lines, widths, hexes and letters mean, and a switch for each layer. */

import { Absent } from "./absent.js";
import { element, makePanel, swatchCanvas } from "./dom.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { LayerName } from "./state.js" */
/** @import { LegendItem, LegendRow, LegendSection } from "./types.js" */

export class Legend extends Part {
  /** @type {Monitor} */
  monitor;

  /** @param {{ open_from: number }} options */
  constructor(options) {
    super();
    this.body = element("div", { class: "body" });
    this.own = element("div", { class: "own-layers", role: "group", hidden: true, "aria-label": say("Own layers") });
    this.details = element("details", { open: window.innerWidth >= options.open_from }, element("summary", {}, say("Legend")), this.body);
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    monitor.map.getContainer().append(makePanel("legend", { class: "panel", "aria-label": say("Legend") }, this.details));
    this.themeChanged();
  }

  /** What the legend shows, in its order. @returns {LegendSection[]} */
  sections() {
    const { changes, corridors, countries, hexes, hotspots, hubs, incidents } = this.monitor;
    /** @type {Partial<Record<LayerName, unknown>>} */
    const parts = { changes, hotspots, incidents };
    /** @type {LegendSection[]} */
    const every = [
      { layer: "routes", heading: say("Routes"), items: [] },
      { layer: "ridges", heading: say("Dense areas"), items: [] },
      { layer: "hubs", heading: say("Hubs"), items: hubs.legendItems() },
      { layer: null, items: corridors.legendItems() },
      { layer: "changes", heading: say("What changed"), own: true, items: changes.legendItems() },
      { layer: "hexes", heading: say("Incidents per hex"), items: hexes.legendItems() },
      { layer: "hotspots", heading: say("Hot spots"), own: true, items: hotspots.legendItems() },
      { layer: "incidents", heading: say("Single incidents"), items: incidents.legendItems() },
      { layer: "countries", heading: say("Countries"), items: countries.legendItems() },
      { layer: "names", heading: say("Names"), items: [] },
      { layer: "graticule", heading: say("Degrees"), items: [] },
    ];
    return every.filter(({ layer }) => !(layer && parts[layer] instanceof Absent));
  }

  themeChanged() {
    const nodes = this.sections().flatMap(({ layer, heading, own, items }) => [
      ...(layer && heading ? [this._switch(layer, heading)] : []),
      ...(layer === "routes" ? [this._detail()] : []),
      ...(own && layer ? [this._own(layer)] : items.map((item) => this._item(item))),
    ].map((node) => (layer === "incidents" ? this._forReaders(node) : node)));
    this.body.replaceChildren(...nodes, this.own); // which that part fills
    this.layersChanged();
  }

  /** Shown to whoever may read single incidents.  @param {HTMLElement} node */
  _forReaders(node) {
    node.dataset.needs = "read incidents";
    node.hidden = Boolean(this.monitor.feed.head) && !this.monitor.feed.may("read incidents");
    return node;
  }

  layersChanged() {
    for (const box of this.body.querySelectorAll("input:not(.own-layers input)")) {
      if (box instanceof HTMLInputElement && box.type === "checkbox") box.checked = !this.monitor.state.hidden.has(box.name);
    }
    this.legendChanged();
  }

  /** Where a layer says for itself what it shows, while it is shown.  @param {LayerName} layer */
  _own(layer) {
    const place = element("div", { class: "own" });
    place.dataset.layer = layer;
    return place;
  }

  legendChanged() {
    const { changes, hotspots, state } = this.monitor;
    for (const [layer, part] of Object.entries({ changes, hotspots })) {
      const items = state.hidden.has(layer) ? [] : part.legendItems();
      this.body.querySelector(`.own[data-layer="${layer}"]`)?.replaceChildren(...items.map((item) => this._item(item)));
    }
  }

  /** From the main routes to everything supported. */
  _detail() {
    /** @param {Event & { target: HTMLInputElement }} event */
    const change = (event) => this.monitor.state.set("layers", { detail: Number(event.target.value) });
    const slider = element("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.monitor.state.detail, oninput: change });
    slider.setAttribute("aria-label", say("How many routes are shown"));
    return element("label", { class: "detail" }, element("span", {}, say("main routes")), slider, element("span", {}, say("all")));
  }

  /** @param {LayerName} layer  @param {string} name */
  _switch(layer, name) {
    /** @param {Event & { target: HTMLInputElement }} event */
    const change = (event) => this.monitor.state.show(layer, event.target.checked);
    const box = element("input", { type: "checkbox", name: layer, onchange: change });
    return element("label", { class: "switch" }, box, element("span", {}, name));
  }

  /** @param {LegendItem} item */
  _item(item) {
    if (item.kind === "row") return this._row(item);
    if (item.kind === "group") return element("div", { class: item.name }, ...item.rows.map((row) => this._row(row)));
    if (item.kind === "note") return item.state ? element("p", { class: "note state", role: "status" }, item.text) : element("p", { class: "note" }, item.text);
    const steps = item.steps.map(({ colour, text }) => {
      const block = element("i");
      block.style.background = colour;
      return element("span", {}, block, text);
    });
    return element("div", { class: "ramp" }, ...steps);
  }

  /** @param {LegendRow} row */
  _row({ swatch, text, strong, tag, count }) {
    const words = strong ? element("span", {}, element("strong", {}, strong), " ", text) : element("span", {}, text);
    const letter = tag ? element("b", { class: "tag" }, tag.letter) : null;
    if (letter && tag) letter.style.background = tag.colour;
    const small = swatchCanvas(swatch, window.devicePixelRatio || 1);
    return element("div", { class: "row" }, small, letter, words, count === undefined ? null : element("b", {}, count));
  }
}
