/* What the dialogs of the map have in common: their frame, fields, buttons that ask once more, and how they ask the server for a change. */

import { element, icon } from "./dom.js";
import { refusal } from "./errors.js";
import { ask } from "./server.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

/**
 * Add a dialog to the map: its title, a button that closes it, and its parts.
 * @param {Monitor} monitor  @param {string} id  @param {string} title  @param {Node[]} parts  @returns {HTMLDialogElement}
 */
export const dialogOn = (monitor, id, title, ...parts) => {
  const close = element("button", { type: "button", class: "square close", title: say("Close (Esc)"), "aria-label": say("Close"), onclick: () => made.close() }, icon("M5 5l10 10M15 5L5 15"));
  const head = element("div", { class: "head" }, element("h2", { id: `${id}-title` }, title), close);
  /** @type {HTMLDialogElement} */
  const made = element("dialog", { id, "aria-labelledby": `${id}-title` }, head, ...parts);
  L.DomEvent.disableClickPropagation(made);
  L.DomEvent.disableScrollPropagation(made);
  monitor.map.getContainer().append(made);
  return made;
};

/** @param {string} name  @param {Node} control  @param {string} [kind] */
export const field = (name, control, kind = "") => element("label", { class: `field ${kind}`.trim() }, element("span", {}, name), control);

/** @param {string} name  @param {string} value  @param {string} words  @param {boolean} checked */
export const check = (name, value, words, checked) => element("label", { class: "switch" }, element("input", { type: "checkbox", name, value, checked }), element("span", {}, words));

/** Choices of days, as words.  @param {number[]} days  @param {(count: number) => string} words  @param {number} usual */
export const daysSelect = (days, words, usual) => element("select", { name: "days" }, ...days.map((count) => element("option", { value: count, selected: count === usual }, words(count))));

/** Say what came of something, or what was wrong.  @param {HTMLElement} place  @param {string} words  @param {boolean} [fault] */
export const tellIn = (place, words, fault = false) => {
  place.replaceChildren(element("p", fault ? { class: "fault" } : {}, words));
  place.scrollIntoView({ block: "nearest" });
};

/**
 * Show what is seen this once, to be copied.
 * @param {Monitor} monitor  @param {HTMLElement} place  @param {string} words  @param {string} value  @param {string} [label]
 */
export const showOnce = (monitor, place, words, value, label = words) => {
  const shown = element("input", { type: "text", readonly: true, value, "aria-label": label });
  const copy = async () => {
    await monitor.state.address.window.navigator.clipboard.writeText(value).catch(() => null);
    place.append(element("p", {}, say("Copied.")));
  };
  place.replaceChildren(element("p", {}, words), element("p", { class: "link" }, shown, element("button", { type: "button", class: "solid", onclick: copy }, say("Copy"))));
  shown.select();
  place.scrollIntoView({ block: "nearest" });
};

/** A button of a row; whoever hears it hears of what it is.  @param {string} what  @param {string} name  @param {() => unknown} act */
export const actButton = (what, name, act) => element("button", { type: "button", "aria-label": say("{what}: {name}", { what, name }), onclick: act }, what);

/**
 * A button that asks once more before it does what cannot be taken back.
 * @param {string} what  @param {string} question  @param {string} name  @param {() => unknown} act
 */
export const sureButton = (what, question, name, act) => {
  /** @param {string} words */
  const label = (words) => {
    made.textContent = words;
    made.setAttribute("aria-label", say("{what}: {name}", { what: words, name }));
  };
  const made = actButton(what, name, () => {
    if (made.classList.contains("sure")) act();
    made.classList.add("sure");
    label(question);
  });
  made.addEventListener("blur", () => {
    made.classList.remove("sure");
    label(what);
  });
  return made;
};

/** Ask the server for a change; what it refuses becomes an error in its words.  @param {string} address  @param {object} body */
export const post = async (address, body) => {
  const answer = await ask(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw await refusal(answer);
  return answer;
};

/** Ask the server for a list; what it refuses becomes an error in its words.  @param {string} address */
export const listed = async (address) => {
  const answer = await ask(address);
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
};
