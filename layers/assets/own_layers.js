/* Own layers: reference data of the operator, over hexes and under routes; each with a switch in the legend and its credit. */

import { cardHead, kindChip } from "./card_parts.js";
import { CanvasLayer } from "./canvas_layer.js";
import { element, swatchCanvas } from "./dom.js";
import { messageOf, refusal } from "./errors.js";
import { OwnShapes } from "./own_shapes.js";
import { OwnTiles } from "./own_tiles.js";
import { ask } from "./server.js";
import { say } from "./text.js";

/** @import { Hit, LegendItem, LegendRow, LegendSection, OwnLayer } from "./types.js" */

/** Before the id of what is selected, so that it is no hex and no route. */
const SELECTED = "own:";

export class OwnLayers extends CanvasLayer {
  /** What the server lists, the lowest first.  @type {OwnLayer[]} */
  layers = [];
  /** Of layers that were read from a file, once they are here.  @type {Map<string, OwnShapes>} */
  shapes = new Map();
  /** @type {Map<string, OwnTiles>} */
  tiles = new Map();
  /** What the server called the state of its list that is shown.  @type {string | undefined} */
  stamp;
  /** Credits in the corner of the map, as they stand there.  @type {string[]} */
  credited = [];

  constructor() {
    super("own", { zIndex: 400 });
  }

  /** The server says with each answer whether its list is another one. */
  ticked() {
    const { stamp } = this;
    const now = this.monitor.feed.head?.own ?? "";
    if (now === (stamp ?? "")) return;
    this.stamp = now;
    this._fetch().catch((error) => {
      this.stamp = stamp;
      this.monitor.status.announce([say("The own layers could not be read."), messageOf(error)].join(" "));
    });
  }

  async _fetch() {
    const answer = await ask("/data/own", { cache: "no-cache" });
    if (!answer.ok) throw await refusal(answer);
    /** @type {{ layers: OwnLayer[] }} */
    const { layers } = await answer.json();
    this.layers = layers;
    this.shapes.clear();
    for (const tiles of this.tiles.values()) tiles.remove();
    this.tiles.clear();
    this.layersChanged();
  }

  /** Whether a layer is switched on.  @param {OwnLayer} layer */
  isOn(layer) {
    const { own } = this.monitor.state;
    return own ? own.has(layer.id) : layer.shown;
  }

  /** Those that are switched on, the lowest first. */
  get shown() {
    return this.layers.filter((layer) => this.isOn(layer));
  }

  /** Whom to name for what is shown. */
  get credits() {
    return [...new Set(this.shown.map(({ credit }) => credit))];
  }

  /** @param {OwnLayer} layer  @param {boolean} on */
  _switch(layer, on) {
    const own = new Set(this.shown.map(({ id }) => id));
    if (on) own.add(layer.id);
    else own.delete(layer.id);
    const usual = this.layers.every(({ id, shown }) => own.has(id) === shown);
    this.monitor.state.set("layers", { own: usual ? null : own });
  }

  layersChanged() {
    for (const layer of this.layers) {
      if (layer.kind === "vector") {
        if (this.isOn(layer) && !this.shapes.has(layer.id)) this._load(layer);
      } else this._lay(layer);
    }
    this._credit();
    this._list();
    this.rebuild();
  }

  /** @param {OwnLayer} layer */
  async _load(layer) {
    const shapes = new OwnShapes(layer);
    this.shapes.set(layer.id, shapes);
    try {
      const answer = await this.monitor.during(ask(`/data/own/${layer.id}`, { cache: "no-cache" }));
      if (!answer.ok) throw await refusal(answer);
      shapes.take(await answer.json());
      this.rebuild();
    } catch (error) {
      this.shapes.delete(layer.id);
      this.monitor.status.announce([say("The layer “{name}” could not be read.", { name: layer.name }), messageOf(error)].join(" "));
    }
  }

  /** Lay the tiles of a layer, or take them up.  @param {OwnLayer} layer */
  _lay(layer) {
    const laid = this.tiles.get(layer.id);
    if (!this.isOn(layer)) {
      laid?.remove();
      this.tiles.delete(layer.id);
    } else if (!laid) {
      const failed = () => this.monitor.status.announce(say("Tiles of “{name}” do not come; its server does not answer, or this page was opened before the layer was added.", { name: layer.name }));
      this.tiles.set(layer.id, new OwnTiles(this.monitor.map, layer, this.layers.indexOf(layer), failed));
    }
  }

  /** Whom to name stands in the corner of the map; what an operator wrote is text there. */
  _credit() {
    const { attributionControl } = this.monitor.map;
    for (const text of this.credited) attributionControl.removeAttribution(text);
    this.credited = this.credits.map((credit) => element("span", {}, credit).innerHTML);
    for (const text of this.credited) attributionControl.addAttribution(text);
  }

  /** The switches, the topmost layer first. */
  _list() {
    const switches = this.layers.toReversed().map((layer) => {
      /** @param {Event & { target: HTMLInputElement }} event */
      const change = (event) => this._switch(layer, event.target.checked);
      const box = element("input", { type: "checkbox", name: layer.id, checked: this.isOn(layer), onchange: change });
      const { swatch } = this._row(layer);
      return element("label", { class: "switch", title: layer.credit }, box, swatchCanvas(swatch, window.devicePixelRatio || 1), element("span", {}, layer.name));
    });
    const { own } = this.monitor.legend;
    const focused = own.contains(document.activeElement) ? document.activeElement?.getAttribute("name") : null;
    own.replaceChildren(...(switches.length ? [element("h3", {}, say("Own layers")), ...switches] : []));
    own.hidden = !switches.length;
    /** @type {HTMLElement | null} */
    const again = focused ? own.querySelector(`input[name="${focused}"]`) : null;
    again?.focus();
  }

  themeChanged() {
    super.themeChanged();
    this._list();
  }

  /** @param {OwnLayer} layer  @returns {LegendRow} */
  _row(layer) {
    return { kind: "row", swatch: { width: 22, height: 14, paint: (context) => OwnShapes.sample(context, layer) }, text: layer.name };
  }

  /** What a picture tells of them: names, and whose they are.  @returns {LegendSection[]} */
  sections() {
    const items = this.shown.toReversed().flatMap((layer) => {
      /** @type {LegendItem[]} */
      const told = [this._row(layer), { kind: "note", text: layer.credit }];
      if (this.tiles.get(layer.id)?.closed) told.push({ kind: "note", text: say("Not in this picture: its server gives tiles to screens alone.") });
      return told;
    });
    return items.length ? [{ layer: null, told: true, heading: say("Own layers"), items }] : [];
  }

  /** What lies in panes of its own, for a picture. */
  pictures() {
    return [...this.tiles.values()];
  }

  empty() {
    return !this.shown.some(({ kind }) => kind === "vector");
  }

  draw() {
    const context = this.wipe();
    for (const layer of this.shown) this.shapes.get(layer.id)?.draw(context, this.frame);
  }

  /** @param {L.Point} point  @returns {Hit | null} */
  hit(point) {
    if (!this.frame || this.blank) return null;
    const [x, y] = this.inCanvas(point);
    for (const layer of this.shown.toReversed()) {
      const at = this.shapes.get(layer.id)?.under(this.context, x, y, this.frame.ratio) ?? -1;
      if (at < 0) continue;
      const label = this.shapes.get(layer.id)?.labels[at];
      const words = [...(label ? [label] : []), layer.name, say("Source: {credit}", { credit: layer.credit })];
      return { part: this, id: null, words, open: () => this.monitor.select(`${SELECTED}${layer.id}:${at}`) };
    }
    return null;
  }

  /** What lies under a point, with what an own layer says of the place.  @param {Hit | null} found  @param {L.Point} point */
  beside(found, point) {
    const own = this.hit(point);
    return found && own ? { ...found, words: [...found.words, ...own.words] } : found ?? own;
  }

  /** @param {string} selected  @returns {Node[] | null} */
  cardFor(selected) {
    if (!selected.startsWith(SELECTED)) return null;
    const [, id, at] = selected.split(":");
    const layer = this.shown.find((one) => one.id === id);
    if (!layer) return null;
    const label = this.shapes.get(id)?.labels[Number(at)];
    return [
      cardHead(this.monitor, label ?? layer.name, kindChip(label ? layer.name : say("Own layer"))),
      element("p", { class: "facts" }, say("Source: {credit}", { credit: layer.credit })),
      element("footer", {}, say("Reference data of this workspace; nothing is counted from it.")),
    ];
  }
}
