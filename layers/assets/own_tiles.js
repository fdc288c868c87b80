/* The tiles of one own layer, from the host that the operator named: as pictures in a pane of their own. */

/** @import { OwnLayer } from "./types.js" */

/** Below all that is drawn but our own base map, and between hexes and what was read from files. */
const BASE = 205;
const OVERLAY = 380;
/** Names of a WMTS template, and Leaflet's. */
const WMTS = { "{TileMatrix}": "{z}", "{TileRow}": "{y}", "{TileCol}": "{x}" };
const FAILURES = 3;

export class OwnTiles {
  /** Whether the server gives tiles only to be looked at, not to be put into a picture. */
  closed = false;
  failures = 0;
  /** @type {L.TileLayer} */
  tiles;

  /** @param {L.Map} map  @param {OwnLayer} layer  @param {number} rank  @param {() => void} failed */
  constructor(map, layer, rank, failed) {
    this.map = map;
    this.layer = layer;
    this.failed = failed;
    this.name = `own-${layer.id}`;
    this.zIndex = (layer.place === "base" ? BASE : OVERLAY) + Math.min(rank, 19);
    const pane = map.getPane(this.name) ?? map.createPane(this.name);
    pane.style.zIndex = String(this.zIndex);
    pane.style.pointerEvents = "none";
    this.tiles = this._laid();
  }

  /** Asked for so that a picture may hold them; where the server does not allow that, so that they can be seen. */
  _laid() {
    const { layer } = this;
    /** @type {L.TileLayerOptions} */
    const options = { pane: this.name, opacity: layer.fill, maxZoom: 19, maxNativeZoom: layer.most_zoom, crossOrigin: this.closed ? false : "anonymous" };
    let address = layer.address;
    for (const [theirs, ours] of Object.entries(WMTS)) address = address.replace(theirs, ours);
    const tiles = layer.kind === "wms"
      ? L.tileLayer.wms(address, { ...options, layers: layer.layers, format: "image/png", transparent: layer.place !== "base", version: "1.3.0" })
      : L.tileLayer(address, options);
    tiles.on("tileerror", () => this._fail());
    tiles.on("tileload", () => (this.failures = -Infinity));
    return tiles.addTo(this.map);
  }

  _fail() {
    this.failures += 1;
    if (this.failures !== FAILURES) return;
    if (this.closed) return this.failed();
    this.tiles.remove();
    [this.closed, this.failures] = [true, 0];
    this.tiles = this._laid();
  }

  remove() {
    this.tiles.remove();
  }

  /** Draw what is seen on a picture.  @param {CanvasRenderingContext2D} context  @param {number} left  @param {number} top */
  paint(context, left, top) {
    if (this.closed) return;
    const home = this.map.getContainer().getBoundingClientRect();
    context.save();
    context.globalAlpha = this.layer.fill;
    for (const picture of this.map.getPane(this.name)?.querySelectorAll("img.leaflet-tile-loaded") ?? []) {
      if (!(picture instanceof HTMLImageElement) || !picture.naturalWidth) continue;
      const box = picture.getBoundingClientRect();
      context.drawImage(picture, left + box.left - home.left, top + box.top - home.top, box.width, box.height);
    }
    context.restore();
  }
}
