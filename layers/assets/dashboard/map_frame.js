/* The frame of the map: it tells the map what the bar asks for and which theme the pages have, and the server where the map's window went. */

/** @type {{ query: string, period: object } | null} */
let latest = null;
/** @type {Window | null} */
let reader = null;
/** @type {Element | null} */
let watched = null;
const observer = new MutationObserver(deliver);

/** The theme that is seen: that of the system, or the viewer's own choice in the menu; another one is another class. */
function theme() {
  const app = document.querySelector('[data-testid="stApp"]') ?? document.body;
  if (watched !== app) {
    observer.disconnect();
    observer.observe((watched = app), { attributes: true, attributeFilter: ["class"] });
  }
  const [red, green, blue] = (window.getComputedStyle(app).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return 0.3 * red + 0.59 * green + 0.11 * blue < 128 ? "dark" : "light";
}

function deliver() {
  if (latest && reader) reader.postMessage({ kind: "monitor-view", ...latest, theme: theme() }, window.location.origin);
}

/** Tells the server where the map's window was moved to, and which area is asked for.  @type {((name: "window" | "area", value: string) => void) | null} */
let tellServer = null;

window.addEventListener("message", (event) => {
  if (event.origin !== window.location.origin) return;
  if (event.data?.kind === "monitor-window") tellServer?.("window", String(event.data.window));
  if (event.data?.kind === "monitor-area") tellServer?.("area", String(event.data.area));
  if (event.data?.kind === "monitor-alone") document.documentElement.classList.toggle("map-alone", Boolean(event.data.alone));
  if (event.data?.kind === "monitor-ready") deliver();
});

/**
 * @typedef {{ address: string, name: string, asked: { query: string, period: object } }} Data
 * @param {{ data: Data, parentElement: HTMLElement, setStateValue: (name: "window" | "area", value: string) => void }} component
 */
export default function ({ data, parentElement, setStateValue }) {
  latest = data.asked;
  tellServer = setStateValue;
  let frame = parentElement.querySelector("iframe");
  if (!frame) {
    document.documentElement.classList.remove("map-alone");
    frame = document.createElement("iframe");
    frame.title = data.name;
    parentElement.append(frame);
  }
  if (frame.getAttribute("src") !== data.address) frame.setAttribute("src", data.address);
  reader = frame.contentWindow;
  deliver();
}
