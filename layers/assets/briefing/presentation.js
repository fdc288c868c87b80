/* A briefing on the screen, a page at a time: arrow keys, Page Up and Down, Space, Home, End; F for full screen, Esc to leave it. */

{
  const pages = [...document.querySelectorAll("main > section")];
  const place = /** @type {HTMLElement} */ (document.querySelector("#place"));
  const live = document.documentElement.dataset.live === "yes";
  const EVERY = 4000;
  let at = 0;

  /** @param {number} wanted */
  const show = (wanted) => {
    at = Math.max(0, Math.min(pages.length - 1, wanted));
    pages.forEach((page, number) => page.toggleAttribute("hidden", number !== at));
    place.textContent = `${at + 1} / ${pages.length}`;
    if (window.location.protocol !== "about:") window.history.replaceState(null, "", `#${at + 1}`);
    const heading = pages[at].querySelector("h1, h2");
    if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
  };

  const full = () => {
    const turned = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    turned.catch(() => null);
  };

  /** @type {Record<string, () => void>} */
  const KEYS = {
    ArrowRight: () => show(at + 1),
    ArrowDown: () => show(at + 1),
    PageDown: () => show(at + 1),
    " ": () => show(at + 1),
    ArrowLeft: () => show(at - 1),
    ArrowUp: () => show(at - 1),
    PageUp: () => show(at - 1),
    Home: () => show(0),
    End: () => show(pages.length - 1),
    f: full,
    F: full,
    Escape: () => document.fullscreenElement && full(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.querySelector("#back")?.addEventListener("click", () => show(at - 1));
  document.querySelector("#on")?.addEventListener("click", () => show(at + 1));
  document.querySelector("#full")?.addEventListener("click", full);

  document.documentElement.classList.add("shown");
  show((parseInt(window.location.hash.slice(1), 10) || 1) - 1);

  /** What was shared asks from time to time whether its link still stands, and goes from the screen where it does not. */
  const look = async () => {
    const answer = await fetch(`${window.location.pathname}/stands`, { cache: "no-store" }).catch(() => null);
    if (!answer || ![404, 410].includes(answer.status)) return;
    const { error } = await answer.json();
    const said = document.createElement("p");
    said.className = "ended";
    said.setAttribute("role", "alert");
    said.textContent = error;
    document.body.replaceChildren(said);
  };
  if (live) setInterval(look, EVERY);
}
