/* Share: a link to a frozen map for partners or the public; what is withheld is told before, and what was shared stands below. */

import { actButton, daysSelect, dialogOn, field, listed, post, showOnce, tellIn } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf, refusal, wasAborted } from "./errors.js";
import { Part } from "./part.js";
import { ask } from "./server.js";
import { counted, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Shared } from "./types.js" */

/** @typedef {{ audiences: [string, string][], days: number[], usual: number, pause_ms: number }} ShareOptions */

const STATES = { stands: () => say("stands"), expired: () => say("expired"), withdrawn: () => say("withdrawn") };

export class ShareDialog extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {HTMLFormElement} */
  form;
  /** @type {HTMLDivElement} */
  told;
  /** @type {HTMLDivElement} */
  made;
  /** @type {HTMLDivElement} */
  list;
  /** @type {AbortController | null} */
  abort = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  pause;
  /** How often the list was asked for. */
  turn = 0;

  /** @param {ShareOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.told = element("div", { class: "told", role: "status" });
    this.made = element("div", { class: "made", role: "status" });
    this.list = element("div", { class: "shares" });
    this.form = element("form", { oninput: () => this._changed(), onsubmit: (event) => this._submit(event) });
    this.dialog = dialogOn(monitor, "share", say("Share this view"), this.form, this.made, element("h3", {}, say("Shared links")), this.list);
  }

  show() {
    if (!this.monitor.picture?.steps || this.dialog.open) return;
    const title = element("input", { name: "title", type: "text", required: true, autofocus: true, maxlength: 120, value: say("Smuggling routes") });
    const phrase = element("input", { name: "phrase", type: "text", minlength: 8, maxlength: 200, autocomplete: "off", placeholder: say("none") });
const days = daysSelect(this.options.days, (count) => counted("{count} day", "{count} days", count), this.options.usual);
    const audiences = element("select", { name: "audience" }, ...this.options.audiences.map(([name, words]) => element("option", { value: name }, say(words))));
    this.form.replaceChildren(
      field(say("Title"), title),
      field(say("For"), audiences),
      field(say("Ends after"), days),
      field(say("Pass-phrase, sent by another way"), phrase),
      this._live(),
      this.told,
      element("p", { class: "end" }, element("button", { type: "submit", class: "solid take" }, say("Make the link"))),
    );
    this.made.replaceChildren();
    this.dialog.showModal();
    this._changed();
    this._refresh();
  }

  /** A live link is made anew as incidents come in; nobody is there then to give a pass-phrase. */
  _live() {
    const box = element("input", { type: "checkbox", name: "live" });
    box.addEventListener("change", () => {
      const phrase = this.form.querySelector("input[name=phrase]");
      if (phrase instanceof HTMLInputElement) [phrase.disabled, phrase.value] = [box.checked, box.checked ? "" : phrase.value];
    });
    return element("label", { class: "switch wide" }, box, element("span", {}, say("Live: made anew as incidents come in, once an hour at most")));
  }

  /** The view that is shared: its filters, and the window that is shown. */
  _view() {
    const { feed, picture, state } = this.monitor;
    const params = new URLSearchParams(feed.query);
    for (const [name, value] of state.entries(true)) if (name === "from" || name === "to") params.set(name, value);
    if (picture) params.set("version", String(picture.manifest.version));
    return params;
  }

  /** Whether the window reaches the end of what is known, so that a live link goes on with it. */
  _atTheEnd() {
    return this.monitor.range[1] >= this.monitor.shown.steps;
  }

  _changed() {
    clearTimeout(this.pause);
    this.abort?.abort();
    this.told.textContent = say("Counting …");
    this.pause = setTimeout(() => this._preview(), this.options.pause_ms);
  }

  async _preview() {
    const abort = (this.abort = new AbortController());
    const params = this._view();
    params.set("audience", String(new FormData(this.form).get("audience")));
    try {
      const answer = await ask(`/data/shares/preview?${params}`, { signal: abort.signal });
      if (!answer.ok) throw await refusal(answer);
      const { incidents, withheld, period, marking } = await answer.json();
      const said = [counted("{count} incident", "{count} incidents", incidents), period, marking].filter(Boolean).join(" · ");
      const held = say("{share} % of them are in no hex that is shown, as they are too few in one place and year, or known too coarsely.", { share: Math.round(withheld * 100) });
      const what = say("Filters and window are shared; the map opens where the routes are.");
      this.told.replaceChildren(element("p", {}, element("strong", {}, said)), element("p", {}, held), element("p", {}, what));
    } catch (error) {
      if (!wasAborted(error)) this.told.textContent = messageOf(error);
    }
  }

  /** @param {Event} event */
  async _submit(event) {
    event.preventDefault();
    const given = new FormData(this.form);
    const body = Object.fromEntries(["title", "audience", "days", "phrase"].map((name) => [name, String(given.get(name) ?? "")]));
    const params = this._view();
    if (given.has("live")) {
      params.delete("version");
      if (this._atTheEnd()) params.delete("to");
    }
    params.set("lang", document.documentElement.lang);
    try {
      const answer = await this.monitor.during(post(`/data/shares?${params}`, { ...body, live: given.has("live") }));
      const { token } = await answer.json();
      showOnce(this.monitor, this.made, say("The link is shown this once:"), new URL(`s/${token}`, new URL("./", window.location.href)).href, say("Link"));
      this._refresh();
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
  }

  /** List what is shared; of two lists on their way the one asked for last stays. */
  async _refresh() {
    const turn = ++this.turn;
    try {
      /** @type {{ shares: Shared[] }} */
      const { shares } = await listed("/data/shares");
      if (turn !== this.turn) return;
      this.list.replaceChildren(...(shares.length ? shares.map((one) => this._row(one)) : [element("p", {}, say("Nothing is shared."))]));
    } catch (error) {
      tellIn(this.list, messageOf(error), true);
    }
  }

  /** @param {Shared} share */
  _row(share) {
    const words = this.options.audiences.find(([name]) => name === share.audience)?.[1] ?? share.audience;
    const facts = [say(words), share.live ? say("live") : "", share.state === "stands" ? say("until {date}", { date: share.expires_at.slice(0, 10) }) : STATES[share.state](), counted("opened {count} time", "opened {count} times", share.opened)];
    /** @param {string} name  @param {"extend" | "revoke"} what */
    const button = (name, what) => actButton(name, share.title, () => this._act(share, what, acts));
    /** @type {HTMLButtonElement[]} */
    const acts = share.state === "stands" ? [button(say("Extend by a week"), "extend"), button(say("Withdraw"), "revoke")] : [];
    return element("div", { class: `row ${share.state}` }, element("div", {}, element("strong", {}, share.title), element("span", {}, facts.filter(Boolean).join(" · "))), ...acts);
  }

  /** Change a share; its buttons rest until the list is anew.  @param {Shared} share  @param {"extend" | "revoke"} what  @param {HTMLButtonElement[]} buttons */
  async _act(share, what, buttons) {
    for (const one of buttons) one.disabled = true;
    try {
      await post(`/data/shares/${share.share_id}/${what}`, {});
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
    this._refresh();
  }
}
