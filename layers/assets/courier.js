/* The courier: tells the map in its frame what the dashboard's filters ask for, whenever they change and when the map asks. */
let latest = null;
let reader = null;

function deliver() {
  if (latest && reader) reader.postMessage({ kind: "monitor-view", ...latest }, window.location.origin);
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
