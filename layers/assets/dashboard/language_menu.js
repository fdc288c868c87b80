/* The choice of a language beside the menu of the page; it tells the browser in which one the page is, and which way it is read. */

/** @param {string} language */
function turn(language) {
  const address = new URL(window.location.href);
  address.searchParams.set("lang", language);
  window.location.assign(address);
}

/**
 * @typedef {{ own: string, direction: string, name: string, languages: Record<string, string> }} Choice
 * @param {{ data: Choice, parentElement: HTMLElement }} component
 */
export default function ({ data, parentElement }) {
  document.documentElement.lang = data.own;
  document.documentElement.dir = data.direction;
  const made = document.createElement("select");
  made.setAttribute("aria-label", data.name);
  made.title = data.name;
  made.append(...Object.entries(data.languages).map(([code, name]) => new Option(name, code, code === data.own, code === data.own)));
  for (const option of made.options) option.lang = option.value;
  made.addEventListener("change", () => turn(made.value));
  parentElement.querySelector("select")?.remove();
  parentElement.append(made);
}
