/* Tells the map in its frame what the dashboard's filters ask for and which theme it has, whenever they change. */
let latest = null;
let reader = null;
let watched = null;
const observer = new MutationObserver(deliver);

/** The theme that is seen: that of the system, or the viewer's own choice in the menu; another one is another class. */
function theme() {
  const app = document.querySelector('[data-testid="stApp"]');
  if (watched !== app) {
    observer.disconnect();
    observer.observe((watched = app), { attributes: true, attributeFilter: ["class"] });
  }
  const [red, green, blue] = window.getComputedStyle(app).backgroundColor.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.59 * green + 0.11 * blue < 128 ? "dark" : "light";
}

function deliver() {
  if (latest && reader) reader.postMessage({ kind: "monitor-view", ...latest, theme: theme() }, window.location.origin);
}

window.addEventListener("message", (event) => {
  if (event.origin !== window.location.origin || event.data?.kind !== "monitor-ready") return;
  reader = event.source;
  deliver();
});

export default function ({ data }) {
  latest = data;
  reader ??= document.querySelector('iframe[src^="/map"]')?.contentWindow ?? null;
  deliver();
}
