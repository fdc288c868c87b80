/* A menu of one entry where the map is asked for its menu: the form for an incident by hand, at that position. */

import { pageUrl } from "./address.js";
import { element, makePanel, within } from "./dom.js";
import { Part } from "./part.js";
import { Position } from "./position.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Place } from "./position.js" */

const TILE = 256;

/** A position with no more digits than a pixel of the map tells.  @param {Place} place  @param {number} zoom  @returns {{ lat: string, lon: string }} */
export const written = ({ lat, lon }, zoom) => {
  const digits = Math.max(1, Math.floor(Math.log10((TILE * 2 ** zoom) / 360)));
  return { lat: lat.toFixed(digits), lon: lon.toFixed(digits) };
};

export class EnterHere extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLElement | null} */
  menu = null;

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const map = monitor.map.getContainer();
    map.addEventListener("contextmenu", (event) => this._asked(event));
    document.addEventListener("pointerdown", (event) => within(event, "#enter-here") || this.close(), true);
    monitor.map.on("movestart zoomstart", () => this.close());
  }

  /** The menu at a point, by right-click or long press; who may not take in gets the browser's own.  @param {MouseEvent} event */
  _asked(event) {
    if (!this.monitor.feed.may("take in") || within(event, ".panel, dialog")) return;
    event.preventDefault();
    this.open(this.monitor.map.mouseEventToContainerPoint(event));
  }

  /** The menu at a point of the map, by default in its middle.  @param {L.Point} [point] */
  open(point = this.monitor.map.getSize().divideBy(2)) {
    this.close();
    const { map, feed } = this.monitor;
    if (!feed.may("take in")) return;
    const { lat, lng } = map.containerPointToLatLng(point).wrap();
    const place = { lat, lon: lng };
    // In a tab of its own, as a frame may not leave the page.
    const href = pageUrl("/incidents", new URLSearchParams({ tab: "By hand", ...written(place, map.getZoom()) }));
    const entry = element("a", { href, target: "_blank", rel: "noopener", role: "menuitem", "data-needs": "take in" }, say("Enter an incident here"), element("small", {}, Position.name(place, 2)));
    const leave = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.close(true);
    this.menu = makePanel("enter-here", { class: "panel menu", role: "menu", "aria-label": say("Here"), onkeydown: leave, onclick: () => this.close() }, entry);
    map.getContainer().append(this.menu);
    const { x, y } = map.getSize();
    this.menu.style.left = `${Math.min(point.x, x - this.menu.offsetWidth)}px`;
    this.menu.style.top = `${Math.min(point.y, y - this.menu.offsetHeight)}px`;
    entry.focus({ preventScroll: true });
  }

  /** @param {boolean} [back] whether the map is focused again */
  close(back = false) {
    const { menu } = this;
    this.menu = null;
    menu?.remove();
    if (back) this.monitor.map.getContainer().focus({ preventScroll: true });
  }
}
