/* Briefings: the view is put into one as a page; below stand those that there are, to edit, make final, show, take away and share. */

import { BriefingPages } from "./briefing_pages.js";
import { actButton, check, daysSelect, dialogOn, field, listed, post, showOnce, sureButton, tellIn } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { Part } from "./part.js";
import { counted, mark, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Briefing, BriefingsAnswer } from "./types.js" */

/** @typedef {{ audiences: [string, string][], schedules: [string, string][], days: number[], usual: number, heading: number, note: number }} BriefingOptions */

const STATES = { draft: mark("draft"), final: mark("final") };

export class Briefings extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {HTMLFormElement} */
  form;
  /** @type {HTMLDivElement} */
  made;
  /** @type {HTMLDivElement} */
  list;
  /** @type {Briefing[]} */
  known = [];
  /** The briefing whose pages are open.  @type {string | null} */
  opened = null;
  /** How often the list was asked for. */
  turn = 0;
  /** Whether the briefing that the address names was opened. */
  looked = false;

  /** @param {BriefingOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.pages = new BriefingPages(this);
    this.made = element("div", { class: "made", role: "status" });
    this.list = element("div", { class: "lists" });
    this.form = element("form", { oninput: () => this._fit(), onsubmit: (event) => this._submit(event) });
    this.dialog = dialogOn(monitor, "briefings", say("Briefings"), this.form, this.made, element("h3", {}, say("What there is")), this.list);
  }

  /** A link that was mailed leads to a briefing. */
  pictureChanged() {
    const wanted = this.monitor.state.address.read().get("briefing");
    if (this.looked || !wanted || !this.monitor.feed.may("brief")) return;
    this.looked = true;
    this.opened = wanted;
    this.show();
  }

  show() {
    if (!this.monitor.picture?.steps || this.dialog.open) return;
    this.made.replaceChildren();
    this.form.replaceChildren(...this._fields());
    this._fit();
    this.dialog.showModal();
    this.refresh();
  }

  // The form ----------------------------------------------------------------------------------------------------------

  _fields() {
    const { heading, note, audiences, schedules } = this.options;
    /** @type {HTMLSelectElement} */
    const target = element("select", { name: "briefing", onchange: () => (target.dataset.touched = "yes") }, element("option", { value: "" }, say("A new briefing")));
    return [
      element("label", { class: "field wide" }, element("span", {}, say("Heading of the page")), element("input", { name: "heading", type: "text", required: true, autofocus: true, maxlength: heading, value: this._usual(), autocomplete: "off" })),
      element("label", { class: "field wide" }, element("span", {}, say("Note")), element("textarea", { name: "note", rows: 3, maxlength: note })),
      this._drawn(),
      field(say("Into"), target),
      field(say("Title"), element("input", { name: "title", type: "text", maxlength: 120, value: say("Briefing") }), "begin"),
      field(say("For"), element("select", { name: "audience" }, ...audiences.map(([value, words]) => element("option", { value }, say(words)))), "begin"),
      field(say("Next draft"), element("select", { name: "schedule" }, ...schedules.map(([value, words]) => element("option", { value }, say(words)))), "begin"),
      element("p", { class: "note wide widened", role: "status" }),
      element("p", { class: "end" }, element("button", { type: "submit", class: "solid take" }, say("Add this view"))),
    ];
  }

  /** What is drawn on the page: watch areas, and the place that was searched for; and whether it is of one route alone. */
  _drawn() {
    const { state, shown, search } = this.monitor;
    const areas = state.areas.map(({ name }, at) => check("drawn", String(at), say("Draw on it: {name}", { name }), true));
    const pinned = search.pinned ? [check("pinned", "yes", say("Mark on it: {name}", { name: search.field.value.slice(0, 40) }), true)] : [];
    const chosen = shown.corridor(state.selected);
    const route = chosen?.layer === "routes" ? [check("route", chosen.id, say("Only this route: {name}", { name: chosen.title }), false)] : [];
    const note = element("p", { class: "note" }, say("Shown are the filters, the window and the part of the map that you see. Watch areas that you draw on the map can be drawn on the page."));
    return element("fieldset", { class: "wide" }, element("legend", {}, say("What the page shows")), ...areas, ...pinned, ...route, note);
  }

  _usual() {
    const { shown, state } = this.monitor;
    const chosen = shown.corridor(state.selected);
    return (chosen?.layer === "routes" ? chosen.title : say("Smuggling routes")).slice(0, this.options.heading);
  }

  /** Others than the own organisation see whole years, so that a page may show more than the window. */
  _warn() {
    const given = new FormData(this.form);
    const audience = this.known.find(({ id }) => id === given.get("briefing"))?.audience ?? given.get("audience");
    const { from, to } = this.monitor.days(...this.monitor.range);
    const years = aroundYears(from, to);
    this.form.querySelector(".widened")?.replaceChildren(audience === "own" || !years ? "" : say("Others than the own organisation are shown whole years: all of {years}.", { years }));
  }

  /** Title, audience and schedule are asked of a new briefing alone. */
  _fit() {
    this._warn();
    const begins = !new FormData(this.form).get("briefing");
    for (const one of this.form.querySelectorAll(".begin")) one.toggleAttribute("hidden", !begins);
  }

  /** The view as an address: its filters, the window that is shown, and one route where only that is asked for. */
  _view() {
    const { feed, state } = this.monitor;
    const params = new URLSearchParams(feed.query);
    for (const [name, value] of state.entries(true)) if (name === "from" || name === "to") params.set(name, value);
    const route = new FormData(this.form).get("route");
    if (route) {
      params.delete("in"); // one place is asked for
      params.set("route", String(route));
    }
    return params;
  }

  /** What of the map is seen, in degrees: west, south, east, north. */
  _box() {
    const bounds = this.monitor.map.getBounds();
    const centre = this.monitor.map.getCenter();
    const turn = centre.lng - centre.wrap().lng;
    const [west, east] = [bounds.getWest() - turn, bounds.getEast() - turn].map((lon) => Math.round(lon * 1000) / 1000);
    const [south, north] = [Math.max(-85, bounds.getSouth()), Math.min(85, bounds.getNorth())].map((lat) => Math.round(lat * 1000) / 1000);
    return east - west > 360 || west < -360 || east > 360 ? null : [west, south, east, north];
  }

  /** What is drawn on the page, as GeoJSON. */
  _features() {
    const given = new FormData(this.form);
    const { state, search } = this.monitor;
    /** @param {string} label  @param {object} geometry */
    const feature = (label, geometry) => ({ type: "Feature", geometry, properties: { label } });
    const areas = given.getAll("drawn").map((at) => state.areas[Number(at)]);
    const drawn = areas.map(({ name, corners }) => feature(name, { type: "Polygon", coordinates: [[...corners, corners[0]]] }));
    const place = given.get("pinned") ? search.pinned?.getLatLng().wrap() : null;
    return place ? [...drawn, feature(search.field.value.slice(0, 40), { type: "Point", coordinates: [place.lng, place.lat] })] : drawn;
  }

  /** @param {Event} event */
  async _submit(event) {
    event.preventDefault();
    const given = new FormData(this.form);
    /** @param {string} name */
    const text = (name) => String(given.get(name) ?? "");
    const page = { heading: text("heading"), note: text("note").replaceAll("\r\n", "\n"), box: this._box(), annotations: this._features() };
    try {
      const id = text("briefing") || (await this._begin(text("title"), text("audience"), text("schedule")));
      await this.monitor.during(post(`/data/briefings/${id}/add?${this._view()}`, page));
      this.opened = id;
      this.tell(say("{heading}: added.", page));
      await this.refresh();
    } catch (error) {
      this.tell(messageOf(error), true);
    }
  }

  /** @param {string} title  @param {string} audience  @param {string} schedule  @returns {Promise<string>} */
  async _begin(title, audience, schedule) {
    const { picture } = this.monitor;
    const language = document.documentElement.lang;
    const answer = await post(`/data/briefings?version=${picture?.manifest.version ?? ""}`, { title, audience, schedule, language });
    return (await answer.json()).id;
  }

  /** @param {string} words  @param {boolean} [fault] */
  tell(words, fault = false) {
    tellIn(this.made, words, fault);
  }

  // The list ----------------------------------------------------------------------------------------------------------

  /** List the briefings; of two lists on their way the one asked for last stays. */
  async refresh() {
    const turn = ++this.turn;
    try {
      /** @type {BriefingsAnswer} */
      const { briefings } = await listed("/data/briefings");
      if (turn !== this.turn) return;
      this.known = briefings;
      this._offer();
      this.list.replaceChildren(...(briefings.length ? briefings.map((one) => this._row(one)) : [element("p", {}, say("There is no briefing yet: add this view to a new one."))]));
      await this.pages?.fill(this.opened);
    } catch (error) {
      this.list.replaceChildren(element("p", { class: "fault" }, messageOf(error)));
    }
  }

  /** Offer the drafts to put a page into; the one that is open first. */
  _offer() {
    const select = this.form.querySelector("select[name=briefing]");
    if (!(select instanceof HTMLSelectElement)) return;
    const drafts = this.known.filter(({ state }) => state === "draft");
    const untouched = !select.dataset.touched && !select.value;
    const kept = (untouched && !this.opened ? drafts[0]?.id : select.value || this.opened) ?? "";
    select.replaceChildren(...drafts.map(({ id, title }) => element("option", { value: id, selected: id === kept }, title)), element("option", { value: "", selected: !drafts.some(({ id }) => id === kept) }, say("A new briefing")));
    this._fit();
  }

  /** @param {Briefing} given */
  _row(given) {
    const words = this.options.audiences.find(([name]) => name === given.audience)?.[1] ?? given.audience;
    const due = given.due && !given.followed ? say("next draft from {date}", { date: given.due }) : "";
    const when = given.final_at ? say("final since {date}", { date: given.final_at.slice(0, 10) }) : say(STATES[given.state]);
    const facts = [say(words), when, counted("{count} page", "{count} pages", given.count), say("version {version}", { version: given.version }), given.marking, due];
    /** @param {string} name  @param {() => unknown} act */
    const button = (name, act) => actButton(name, given.title, act);
    const file = `/data/briefings/${given.id}/file`;
    /** @param {string} name  @param {string} query */
    const link = (name, query) => element("a", { href: `${file}?${query}`, "aria-label": say("{what}: {name}", { what: name, name: given.title }), ...(query === "present" ? { target: "_blank", rel: "noopener" } : { download: true, "data-needs": "export" }) }, name);
    const draft = given.state === "draft";
    const acts = [
      button(this.opened === given.id ? say("Close pages") : say("Pages"), () => this._open(given.id)),
      link(say("Present"), "present"),
      ...(draft
        ? [sureButton(say("Make final"), say("Really? It is never changed again"), given.title, () => this._act(given, "final")), sureButton(say("Delete"), say("Really delete?"), given.title, () => this._act(given, "delete"))]
        : [link("PDF", "format=pdf"), link("PPTX", "format=pptx"), link("HTML", "format=html"), ...(given.audience === "own" ? [] : [button(say("Share"), () => this._ask(given))]), button(say("Next one"), () => this._act(given, "next"))]),
    ];
    const head = element("div", { class: "facts" }, element("strong", {}, given.title), element("span", {}, facts.filter(Boolean).join(" · ")));
    return element("div", { class: `row ${given.state}`, "data-id": given.id }, head, element("div", { class: "acts" }, ...acts), element("div", { class: "share" }), element("div", { class: "pages" }));
  }

  /** @param {string} id */
  async _open(id) {
    this.opened = this.opened === id ? null : id;
    await this.refresh();
    this.list.querySelector(`[data-id="${id}"] button`)?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Briefing} given  @param {"final" | "delete" | "next"} what */
  async _act(given, what) {
    try {
      if (what === "final") this.tell(say("The documents are being written …"));
      const answer = await this.monitor.during(post(`/data/briefings/${given.id}/${what}`, {}));
      const told = { final: say("{title} is final.", given), delete: say("{title} was thrown away.", given), next: say("The next draft of {title} begins with what changed since.", given) };
      if (what === "next") this.opened = (await answer.json()).id;
      if (what === "delete" && this.opened === given.id) this.opened = null;
      this.tell(told[what]);
    } catch (error) {
      this.tell(messageOf(error), true);
    }
    await this.refresh();
  }

  /** Ask for how long a link stands, and for a pass-phrase.  @param {Briefing} given */
  _ask(given) {
    const home = this.list.querySelector(`[data-id="${given.id}"] .share`);
    const days = daysSelect(this.options.days, (count) => counted("{count} day", "{count} days", count), this.options.usual);
    const phrase = element("input", { name: "phrase", type: "text", minlength: 8, maxlength: 200, autocomplete: "off", placeholder: say("none") });
    const form = element("form", {}, field(say("Ends after"), days), field(say("Pass-phrase, sent by another way"), phrase), element("p", { class: "end" }, element("button", { type: "submit", class: "solid take" }, say("Make the link"))));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const answer = await this.monitor.during(post(`/data/briefings/${given.id}/share`, { days: days.value, phrase: phrase.value }));
        const { token } = await answer.json();
        const place = element("div");
        form.replaceWith(place);
        showOnce(this.monitor, place, say("The link is shown this once:"), new URL(`s/${token}`, new URL("./", window.location.href)).href, say("Link"));
      } catch (error) {
        this.tell(messageOf(error), true);
      }
    });
    home?.replaceChildren(form);
    days.focus();
  }
}

const DAY_MS = 86_400_000;

/** The years around a window of days, "2023 – 2024"; "" where it is whole years.  @param {number} from  @param {number} to */
const aroundYears = (from, to) => {
  const [first, end] = [new Date(from * DAY_MS), new Date(to * DAY_MS)];
  const last = new Date((to - 1) * DAY_MS).getUTCFullYear();
  if (first.getUTCMonth() + first.getUTCDate() === 1 && end.getUTCMonth() + end.getUTCDate() === 1) return "";
  return first.getUTCFullYear() === last ? String(last) : `${first.getUTCFullYear()} – ${last}`;
};
