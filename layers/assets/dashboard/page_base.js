/* What Streamlit's page lacks: where its server is, as it looks below the path of the page first unless it is told; and the way into what a button opens. */

const behind = document.currentScript?.dataset.behind ?? "";
Object.assign(window, { __streamlit: { BACKEND_BASE_URL: `${window.location.origin}${behind}/`, MAIN_PAGE_BASE_URL: `${window.location.origin}${behind}/` } });

/** So many frames what was opened is waited for. */
const FRAMES = 60;

/** Go to the first thing of what a button has opened; Streamlit puts it at the end of the page.  @param {Element} button  @param {number} left */
const goIn = (button, left) => {
  const first = document.querySelector('[data-testid="stPopoverBody"] :is(button, input, select, textarea, a[href], [tabindex="0"])');
  if (first instanceof HTMLElement && button.getAttribute("aria-expanded") === "true") first.focus();
  else if (left) requestAnimationFrame(() => goIn(button, left - 1));
};

document.addEventListener("keyup", ({ key, target }) => {
  const button = target instanceof Element && target.closest('[data-testid="stPopoverButton"]');
  if (button && (key === "Enter" || key === " ")) goIn(button, FRAMES);
});
