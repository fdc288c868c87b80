/* Small makers of elements. */

/** @import { Swatch } from "./types.js" */

/**
 * Make an element; text is always text. An attribute that is false or null is left out, "on…" is a listener.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | ((event: any) => unknown)>} [attributes]  `any`: which event, its name says
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = String(value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};

/** Make an icon of one path on a grid of 20.  @param {string} path */
export const icon = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
};

/** A square button with an icon.  @param {string} name  @param {string} path  @param {() => unknown} act  @param {string} [kind] */
export const iconButton = (name, path, act, kind = "square") =>
  element("button", { type: "button", class: kind, title: name, "aria-label": name, onclick: act }, icon(path));

/**
 * A panel on the map that keeps clicks, drags and wheels to itself.
 * @param {string} id  @param {Parameters<typeof element>[1]} attributes  @param {(Node | string | null)[]} children
 */
export const makePanel = (id, attributes, ...children) => {
  const made = element("section", { id, ...attributes }, ...children);
  L.DomEvent.disableClickPropagation(made);
  L.DomEvent.disableScrollPropagation(made);
  return made;
};

/** Whether an event happened within an element of some kind.  @param {Event} event  @param {string} selector */
export const within = (event, selector) => event.target instanceof Element && event.target.closest(selector) !== null;

/** @param {HTMLCanvasElement} canvas */
export const context2d = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** A tile as a pattern.  @param {CanvasRenderingContext2D} context  @param {HTMLCanvasElement} tile */
export const repeated = (context, tile) => /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));

/** A small drawing, in CSS pixels.  @param {Swatch} swatch  @param {number} ratio */
export const swatchCanvas = ({ width, height, paint }, ratio) => {
  const canvas = element("canvas", { width: width * ratio, height: height * ratio, "aria-hidden": "true" });
  [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  const context = context2d(canvas);
  context.scale(ratio, ratio);
  paint(context);
  return canvas;
};
