/* What is under the pointer, and the card of what was clicked. */

import { element, makePanel } from "./dom.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

export class Card extends Part {
  /** @type {Monitor} */
  monitor;

  /** @param {{ width: number }} options */
  constructor(options) {
    super();
    this.options = options;
    this.card = makePanel("card", { class: "panel", "aria-label": say("Details") });
    this.tip = element("div", { id: "tip", class: "panel", role: "tooltip" });
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.card.hidden = this.tip.hidden = true;
    monitor.map.getContainer().append(this.card, this.tip);
    monitor.map.on("mousemove", (event) => this._hover(event.containerPoint));
    monitor.map.on("mouseout movestart", () => this._hover(null));
    // A button that has gone with its click is no longer known to Leaflet as part of a panel.
    monitor.map.on("click", (event) => event.originalEvent.target instanceof Node && event.originalEvent.target.isConnected && this._click(event.containerPoint));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && monitor.state.selected) monitor.select(null);
    });
  }

  pictureChanged() {
    this.selectionChanged();
  }

  windowChanged() {
    this.selectionChanged();
  }

  themeChanged() {
    this.selectionChanged();
  }

  /** What is asked in turn for what lies under the pointer: what is small before what is large. */
  get _layers() {
    const { incidents, hubs, changes, labels, corridors, hotspots, hexes } = this.monitor;
    return [incidents, hubs, changes, labels, corridors, hotspots, hexes];
  }

  /** @param {L.Point} point */
  _find(point) {
    const { changes, ownLayers, picture, watch } = this.monitor;
    if (!picture?.steps || watch.drawing || watch.at(point)) return null;
    const chip = changes.hitChip(point);
    if (chip) return chip;
    for (const layer of this._layers) {
      const hit = layer.hit(point);
      if (hit) return ownLayers.beside(hit, point);
    }
    return ownLayers.beside(null, point);
  }

  /** @param {L.Point | null} point */
  _hover(point) {
    const hit = point ? this._find(point) : null;
    for (const layer of this._layers) layer.hover(hit?.part === layer ? hit.id : null);
    this.monitor.map.getContainer().classList.toggle("pointing", hit !== null);
    this.tip.hidden = hit === null;
    if (!hit || !point) return;
    this.tip.replaceChildren(...hit.words.map((line) => element("div", {}, line)));
    const { x: width } = this.monitor.map.getSize();
    this.tip.style.transform = `translate(${point.x > width - 260 ? point.x - this.tip.offsetWidth - 14 : point.x + 16}px, ${point.y + 14}px)`;
  }

  /** @param {L.Point} point */
  _click(point) {
    if (this.monitor.watch.drawing) return;
    const hit = this._find(point);
    if (hit) hit.open();
    else if (this.monitor.state.selected) this.monitor.select(null);
  }

  /** Whoever was in the card, or chose from the list, is in it: at its button to close. */
  selectionChanged() {
    const before = document.activeElement;
    const [held, lost] = [this.card.contains(before), before?.closest("#ranking")];
    this._show();
    /** @type {HTMLElement | null} */
    const close = this.card.querySelector(".close");
    if (!this.card.hidden && (held || lost)) close?.focus();
    else if (this.card.hidden && held) this.monitor.map.getContainer().focus({ preventScroll: true });
  }

  _show() {
    const { parts, picture, state } = this.monitor;
    const { selected } = state;
    const nodes = selected && picture?.steps ? parts.reduce((/** @type {Node[] | null} */ found, part) => found ?? part.cardFor(selected), null) : null;
    this.card.hidden = !nodes;
    if (nodes) this.card.replaceChildren(...nodes);
  }
}
