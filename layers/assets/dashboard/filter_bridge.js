/* Tells the map in its frame what the dashboard's filters ask for and which theme it has, whenever they change. */

/** @type {{ query: string } | null} */
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

window.addEventListener("message", (event) => {
  if (event.origin !== window.location.origin || event.data?.kind !== "monitor-ready") return;
  reader = /** @type {Window} */ (event.source);
  deliver();
});

/** @param {{ data: { query: string } }} component */
export default function ({ data }) {
  latest = data;
  /** @type {HTMLIFrameElement | null} */
  const frame = document.querySelector('iframe[src^="/map"]');
  reader ??= frame?.contentWindow ?? null;
  deliver();
}
