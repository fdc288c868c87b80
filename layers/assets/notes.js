/* What the desk knows of the changes that are listed: which watch-lists they are on, and who took note of them and why. */

import { post } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { ask, live } from "./server.js";
import { say } from "./text.js";

/** @import { Alert, ChangeNotes, Note } from "./types.js" */

const LONGEST = 300;

export class Notes {
  /** What is known of each change, by its key.  @type {Record<string, ChangeNotes>} */
  states = {};
  /** The question that was asked last.  @type {string | null} */
  key = null;
  /** The change of which somebody is taking note.  @type {string | null} */
  open = null;
  /** What was typed so far, and why the last note could not be kept. */
  typed = "";
  fault = "";
  /** Whether the field is to be gone into. */
  wanted = false;
  /** @type {HTMLInputElement | null} */
  field = null;
  ticks = 0;

  static EVERY = 8;

  /** @param {() => void} told  called whenever something else is known */
  constructor(told) {
    this.told = told;
  }

  /** @param {string | null} key  a View of a version, as a query */
  look(key) {
    this.key = key;
    this.again();
  }

  /** Others take note of changes too: what is known is asked for anew from time to time. */
  ticked() {
    this.ticks += 1;
    if (this.ticks % Notes.EVERY === 0) this.again();
  }

  async again() {
    const { key } = this;
    if (key === null || !live) return;
    const answer = await ask(`/data/watches/alerts?${key}`).catch(() => null);
    if (!answer?.ok || key !== this.key) return;
    const { states } = await answer.json();
    const changed = JSON.stringify(states) !== JSON.stringify(this.states);
    this.states = states ?? {};
    if (changed) this.told();
  }

  /** @param {string} key  @returns {Note | null} */
  of(key) {
    return this.states[key]?.note ?? null;
  }

  /** Lines for the row of a change: its watch-lists, and who took note of it.  @param {Alert} given */
  lines({ key }) {
    const { watches = [], note = null } = this.states[key] ?? {};
    const said = [];
    if (watches.length) said.push(say("On the watch-list {names}", { names: watches.join(", ") }));
    if (note) said.push(say("Acknowledged by {by} on {date}: {why}", { ...note, date: note.at.slice(0, 10) }));
    return said.map((line) => element("span", { class: "when known" }, line));
  }

  /** The form in which somebody says why no more is to be done, null where it is not open.  @param {Alert} given */
  form({ key }) {
    if (this.open !== key) return null;
    const why = element("input", { type: "text", required: true, maxlength: LONGEST, value: this.typed, "aria-label": say("Reason"), placeholder: say("Reason") });
    why.addEventListener("input", () => (this.typed = why.value));
    this.field = why;
    const keep = element("button", { type: "submit", class: "keep" }, say("Acknowledge"));
    const cancel = element("button", { type: "button", onclick: () => this.turn(key) }, say("Cancel"));
    const fault = this.fault ? element("p", { class: "fault", role: "alert" }, this.fault) : null;
    const made = element("form", { class: "note-form" }, why, keep, cancel, fault);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      this._keep(key, why.value);
    });
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.turn(key);
    });
    return made;
  }

  /** Open the form of a change, or close it.  @param {string} key */
  turn(key) {
    [this.open, this.fault, this.typed] = [this.open === key ? null : key, "", ""];
    this.wanted = this.open !== null;
    this.told();
  }

  /** Do what makes the rows anew, and leave whoever types where they were.  @param {() => unknown} act */
  keeping(act) {
    const held = this.wanted || (this.field !== null && document.activeElement === this.field);
    const [from, to] = [this.field?.selectionStart ?? null, this.field?.selectionEnd ?? null];
    [this.wanted, this.field] = [false, null];
    act();
    if (!held) return;
    this._focus(from, to);
  }

  /** @param {number | null} [from]  @param {number | null} [to] */
  _focus(from = null, to = null) {
    this.field?.focus();
    if (from !== null) this.field?.setSelectionRange(from, to);
  }

  /** @param {string} key  @param {string} why */
  async _keep(key, why) {
    try {
      const answer = await post(`/data/watches/acknowledge?${this.key}`, { key, why });
      const { watches = [] } = this.states[key] ?? {};
      this.states = { ...this.states, [key]: { watches, note: await answer.json() } };
      [this.open, this.fault] = [null, ""];
    } catch (error) {
      this.fault = messageOf(error);
    }
    this.told();
  }
}
