/* The pages of one briefing: their order, headings and notes; of a final one to read alone. */

import { post } from "./dialogs.js";
import { element, iconButton } from "./dom.js";
import { filterWords } from "./filter_words.js";
import { messageOf, refusal } from "./errors.js";
import { ask } from "./server.js";
import { say } from "./text.js";

/** @import { Briefings } from "./briefings.js" */
/** @import { Briefing, BriefingPage } from "./types.js" */

export class BriefingPages {
  /** @param {Briefings} home */
  constructor(home) {
    this.home = home;
  }

  /** Show the pages of a briefing in its row.  @param {string | null} id */
  async fill(id) {
    const place = this.home.list.querySelector(`[data-id="${CSS.escape(id ?? "")}"] .pages`);
    if (!id || !place) return;
    const answer = await ask(`/data/briefings/${id}`);
    if (!answer.ok) throw await refusal(answer);
    /** @type {Briefing & { pages: BriefingPage[] }} */
    const given = await answer.json();
    const draft = given.state === "draft";
    const rows = given.pages.map((page, at) => this._page(given, page, at, draft));
    const empty = rows.length ? [] : [element("p", { class: "note" }, say("There is no page yet: add this view above."))];
    place.replaceChildren(...empty, ...rows, ...(draft ? [this._ends(given)] : []));
  }

  /** What a page asks for, in words: its filters, its window, its route.  @param {string} query */
  _asked(query) {
    const { shown } = this.home.monitor;
    const params = new URLSearchParams(query);
    const [from, to] = [params.get("from"), params.get("to")];
    const window = from || to ? say("from {from} to before {to}", { from: from ?? "…", to: to ?? "…" }) : say("all time");
    const routes = params.getAll("route").map((id) => shown.corridor(id)?.title ?? id);
    return [...filterWords(query, (code) => shown.country(code)), window, ...routes].join(" · ");
  }

  /** @param {Briefing & { pages: BriefingPage[] }} given  @param {BriefingPage} page  @param {number} at  @param {boolean} draft */
  _page(given, page, at, draft) {
    const { heading: longest, note: most } = this.home.options;
    const drawn = page.annotations.map(({ label }) => label).join(", ");
    const about = [page.kind === "changes" ? say("what changed since") : this._asked(page.query), drawn && say("drawn: {labels}", { labels: drawn })].filter(Boolean).join(" · ");
    if (!draft) return element("div", { class: "page" }, element("strong", {}, `${at + 1}  ${page.heading}`), element("span", {}, page.note), element("span", {}, about));
    const heading = element("input", { type: "text", maxlength: longest, value: page.heading, required: true, "aria-label": say("Heading of page {number}", { number: at + 1 }) });
    const note = element("textarea", { rows: 2, maxlength: most, "aria-label": say("Note of page {number}", { number: at + 1 }) }, page.note);
    const save = () => this._act(given.id, "edit", { page: page.id, heading: heading.value, note: note.value }, false);
    heading.addEventListener("change", save);
    note.addEventListener("change", save);
    const up = iconButton(say("Page {number} further to the front", { number: at + 1 }), "M10 16V4M5 9l5-5 5 5", () => this._act(given.id, "move", { page: page.id, to: at - 1 }));
    const down = iconButton(say("Page {number} further to the back", { number: at + 1 }), "M10 4v12M5 11l5 5 5-5", () => this._act(given.id, "move", { page: page.id, to: at + 1 }));
    const gone = iconButton(say("Take page {number} out", { number: at + 1 }), "M5 5l10 10M15 5L5 15", () => this._act(given.id, "remove", { page: page.id }));
    [up.disabled, down.disabled] = [at === 0, at === given.pages.length - 1];
    const bare = drawn ? element("button", { type: "button", class: "small", onclick: () => this._act(given.id, "edit", { page: page.id, bare: true }) }, say("Take drawings off")) : null;
    return element("div", { class: "page" }, element("div", { class: "line" }, element("b", {}, String(at + 1)), heading, up, down, gone), note, element("span", {}, about), bare);
  }

  /** What else is done with a draft.  @param {Briefing & { pages: BriefingPage[] }} given */
  _ends(given) {
    const told = given.pages.some(({ kind }) => kind === "changes");
    /** @param {string} name  @param {() => unknown} act */
    const button = (name, act) => element("button", { type: "button", onclick: act }, name);
    const changes = given.before !== null && !told ? button(say("Add a page of what changed"), () => this._changes(given.id)) : null;
    const version = this.home.monitor.picture?.manifest.version;
    const pin = version !== undefined && version !== given.version ? button(say("Bring up to version {version}", { version }), () => this._act(given.id, "pin", {})) : null;
    return element("div", { class: "acts" }, changes, pin);
  }

  /** @param {string} id */
  async _changes(id) {
    await this._act(id, "add", { heading: say("What changed since the last briefing"), changes: true });
  }

  /** @param {string} id  @param {string} what  @param {object} body  @param {boolean} [anew] */
  async _act(id, what, body, anew = true) {
    try {
      await this.home.monitor.during(post(`/data/briefings/${id}/${what}`, body));
      this.home.tell(say("Saved."));
    } catch (error) {
      this.home.tell(messageOf(error), true);
    }
    if (!anew) return;
    const held = document.activeElement?.getAttribute("aria-label");
    await this.home.refresh();
    const again = [...this.home.list.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === held && !one.hasAttribute("disabled"));
    if (again instanceof HTMLElement) again.focus();
    else this.home.list.querySelector("input")?.focus();
  }
}
