/* The ground that every layer of the map stands on: units, canvases that follow the map, small DOM makers. */

/** Make an element; text is always text. */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};

/** Make an icon of one path on a grid of 20. */
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

/** A panel on the map that keeps clicks, drags and wheels to itself. */
export const makePanel = (id, attributes, ...children) => {
  const made = element("section", { id, ...attributes }, ...children);
  L.DomEvent.disableClickPropagation(made);
  L.DomEvent.disableScrollPropagation(made);
  return made;
};
