/* Watch-lists: what somebody is told of when it changes. A new one is made of what is shown; those that stand are below. */

import { actButton, check, dialogOn, field, listed, post, showOnce, sureButton, tellIn } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { areaWords, filterWords } from "./filter_words.js";
import { Part } from "./part.js";
import { counted, mark, routeName, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { WatchList, WatchListsAnswer } from "./types.js" */

/** @typedef {{ channels: [string, string, string][], when: [string, string][], kinds: [string, string][], days: string[], mute_days: number }} WatchListOptions of each channel its name, words, and what its address is called, "" for none */

const STATES = { waiting: mark("last message waits to be tried again"), sent: mark("last message sent"), "given up": mark("last message given up after a day"), withdrawn: mark("last message withdrawn") };

export class WatchLists extends Part {
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
  /** How often the list was asked for. */
  turn = 0;

  /** @param {WatchListOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.made = element("div", { class: "made", role: "status" });
    this.list = element("div", { class: "lists" });
    this.form = element("form", { oninput: () => this._fit(), onsubmit: (event) => this._submit(event) });
    this.dialog = dialogOn(monitor, "watches", say("Watch-lists"), this.form, this.made, element("h3", {}, say("What is watched")), this.list);
  }

  show() {
    if (!this.monitor.picture?.steps || this.dialog.open) return;
    this.form.replaceChildren(...this._fields());
    this.made.replaceChildren();
    this._fit();
    this.dialog.showModal();
    this._refresh();
  }

  // The form ----------------------------------------------------------------------------------------------------------

  _fields() {
    const { channels, kinds } = this.options;
    const name = element("input", { name: "name", type: "text", required: true, autofocus: true, maxlength: 60, value: this._usualName(), autocomplete: "off" });
    const channel = element("select", { name: "channel" }, ...channels.map(([value, words]) => element("option", { value }, say(words))));
    const address = element("input", { name: "address", type: "text", maxlength: 2000, autocomplete: "off", spellcheck: "false" });
    const least = element("input", { name: "least_incidents", type: "number", min: 0, max: 1_000_000, value: 0 });
    const sure = element("select", { name: "least_confidence" }, ...[mark("low"), mark("medium"), mark("high")].map((value) => element("option", { value }, say(value))));
    const told = kinds.map(([value, words]) => check("kind", value, say(words), true));
    return [
      field(say("Name"), name),
      field(say("Send by"), channel),
      element("label", { class: "field wide address" }, element("span"), address),
      this._places(),
      element("fieldset", { class: "wide" }, element("legend", {}, say("Which changes")), ...told),
      field(say("Smallest number of incidents"), least),
      field(say("Lowest confidence"), sure),
      this._timing(),
      element("p", { class: "end" }, element("button", { type: "submit", class: "solid take" }, say("Watch this"))),
    ];
  }

  /** What is shown: drawn areas, the route that is chosen, countries of the picture, and the filters. */
  _places() {
    const { state, feed, shown } = this.monitor;
    const areas = state.areas.map(({ text, name }) => check("area", text, say("Area: {name}", { name }), true));
    const chosen = shown.corridor(state.selected);
    const routes = chosen?.layer === "routes" ? [check("route", chosen.id, say("Route: {name}", { name: routeName(chosen.name) }), true)] : [];
    const codes = Object.keys(shown.manifest.countries).sort((a, b) => shown.country(a).localeCompare(shown.country(b)));
    const country = element("select", { name: "country" }, element("option", { value: "" }), ...codes.map((code) => element("option", { value: code }, shown.country(code))));
    const filters = filterWords(feed.query, (code) => shown.country(code)).join(", ");
    const note = filters ? say("Only incidents that the filters leave: {filters}.", { filters }) : say("Of all incidents, as no filter is set.");
    const hint = areas.length + routes.length || this._area() ? [] : [element("p", { class: "note" }, say("Draw a watch area or choose a route on the map first to watch it alone."))];
    return element("fieldset", { class: "wide" }, element("legend", {}, say("Where")), ...areas, ...routes, field(say("Country"), country), ...hint, element("p", { class: "note" }, note));
  }

  /** When messages leave, in the time zone of this browser. */
  _timing() {
    const { when, days } = this.options;
    const hours = Array.from({ length: 24 }, (_, hour) => element("option", { value: hour, selected: hour === 7 }, `${String(hour).padStart(2, "0")}:00`));
    const parts = [
      field(say("When"), element("select", { name: "when" }, ...when.map(([value, words]) => element("option", { value }, say(words))))),
      element("label", { class: "field hour" }, element("span", {}, say("At")), element("select", { name: "hour" }, ...hours)),
      element("label", { class: "field weekday" }, element("span", {}, say("On")), element("select", { name: "weekday" }, ...days.map((day, at) => element("option", { value: at }, say(day))))),
      field(say("Quiet from"), element("input", { name: "quiet_from", type: "time" })),
      field(say("Quiet until"), element("input", { name: "quiet_to", type: "time" })),
    ];
    const note = element("p", { class: "note wide" }, say("Times are those of {zone}. Nothing is sent in quiet hours.", { zone: ZONE }));
    return element("details", { class: "wide timing" }, element("summary", {}, say("When, and quiet hours")), element("div", { class: "grid" }, ...parts, note));
  }

  _usualName() {
    const { state, picture } = this.monitor;
    const chosen = picture?.corridor(state.selected);
    const placed = state.areas[0]?.name ?? (chosen?.layer === "routes" ? routeName(chosen.name) : this._area());
    return (placed || say("All changes")).slice(0, 60);
  }

  /** The area that the bar asks for, as it is called, "" for none; it is one of the filters. */
  _area() {
    const area = new URLSearchParams(this.monitor.feed.query).get("in");
    return area ? areaWords(area, (code) => this.monitor.shown.country(code)) : "";
  }

  /** Show the fields that go with what is chosen. */
  _fit() {
    const given = new FormData(this.form);
    const [, , called] = this.options.channels.find(([name]) => name === given.get("channel")) ?? ["", "", ""];
    const { address, when } = this._parts();
    address.hidden = !called;
    address.querySelector("span")?.replaceChildren(called && say(called));
    const input = address.querySelector("input");
    if (input) [input.required, input.type] = [Boolean(called), given.get("channel") === "email" ? "email" : "url"];
    const placed = given.getAll("area").length + given.getAll("route").length || this._area();
    this.form.querySelector("select[name=country] option")?.replaceChildren(placed ? say("none besides") : say("everywhere"));
    when.hour.hidden = given.get("when") === "at once";
    when.weekday.hidden = given.get("when") !== "weekly";
  }

  _parts() {
    /** @param {string} name  @returns {HTMLElement} */
    const part = (name) => /** @type {HTMLElement} */ (this.form.querySelector(`.${name}`));
    return { address: part("address"), when: { hour: part("hour"), weekday: part("weekday") } };
  }

  /** What the form says, as the server takes it: places and filters in the address, the rest in the body. */
  _said() {
    const given = new FormData(this.form);
    /** @param {string} name */
    const text = (name) => String(given.get(name) ?? "").trim();
    const params = new URLSearchParams(this.monitor.feed.query);
    params.set("lang", document.documentElement.lang);
    for (const name of ["area", "route", "country"]) for (const value of given.getAll(name)) if (value) params.append(name, String(value));
    const timing = { when: text("when"), hour: Number(text("hour")), weekday: Number(text("weekday")), zone: ZONE, quiet_from: text("quiet_from"), quiet_to: text("quiet_to") };
    const body = {
      name: text("name"),
      kinds: given.getAll("kind"),
      least_incidents: Number(text("least_incidents") || 0),
      least_confidence: text("least_confidence"),
      channel: text("channel"),
      address: text("channel") === "feed" ? "" : text("address"),
      timing,
    };
    return { params, body };
  }

  /** @param {Event} event */
  async _submit(event) {
    event.preventDefault();
    const { params, body } = this._said();
    if (!body.kinds.length) {
      tellIn(this.made, say("Choose at least one kind of change."), true);
      return;
    }
    try {
      const answer = await this.monitor.during(post(`/data/watches?${params}`, body));
      const { feed, secret } = await answer.json();
      if (feed) showOnce(this.monitor, this.made, say("The address of the feed is shown this once; whoever has it can read the feed:"), new URL(feed, new URL("./", window.location.href)).href);
      else if (secret) showOnce(this.monitor, this.made, say("The secret that messages are signed with is shown this once:"), secret);
      else tellIn(this.made, say("{name} is watched from now on.", body));
      this._refresh();
      this.monitor.alerts.notes.again();
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
  }

  // The list ----------------------------------------------------------------------------------------------------------

  /** List what is watched; of two lists on their way the one asked for last stays. */
  async _refresh() {
    const turn = ++this.turn;
    try {
      /** @type {WatchListsAnswer} */
      const { watches, mail } = await listed("/data/watches");
      if (turn !== this.turn) return;
      const option = this.form.querySelector("option[value=email]");
      if (option instanceof HTMLOptionElement && !mail) [option.disabled, option.textContent] = [true, say("E-mail (no server is set)")];
      this.list.replaceChildren(...(watches.length ? watches.map((one) => this._row(one)) : [element("p", {}, say("Nothing is watched yet."))]));
    } catch (error) {
      this.list.replaceChildren(element("p", { class: "fault" }, messageOf(error)));
    }
  }

  /** @param {WatchList} given */
  _row(given) {
    const [, words] = this.options.channels.find(([name]) => name === given.channel) ?? ["", given.channel];
    const muted = given.muted_until > new Date().toISOString();
    const state = given.state ? say(STATES[given.state]) : "";
    const facts = [
      [say(words), given.to].filter(Boolean).join(": "),
      this._where(given),
      counted("{count} alert", "{count} alerts", given.told),
      muted ? say("muted until {date}", { date: given.muted_until.slice(0, 10) }) : state,
    ];
    const fault = given.fault && given.state !== "sent" ? element("span", { class: "fault" }, given.fault) : null;
    /** @param {string} name  @param {() => unknown} act */
    const button = (name, act) => actButton(name, given.name, act);
    const mute = muted ? button(say("Send again"), () => this._act(given, "mute", { days: 0 })) : button(say("Mute for a week"), () => this._act(given, "mute", { days: this.options.mute_days }));
    const acts = [given.channel === "feed" ? null : button(say("Try"), () => this._act(given, "test", {})), mute, sureButton(say("Delete"), say("Really delete?"), given.name, () => this._act(given, "delete", {}))];
    return element("div", { class: "row" }, element("div", {}, element("strong", {}, given.name), element("span", {}, facts.filter(Boolean).join(" · ")), fault), ...acts);
  }

  /** @param {WatchList} given */
  _where({ areas, routes, countries, pairs, view }) {
    const { shown } = this.monitor;
    const names = [
      ...areas.map(({ name }) => name),
      ...routes.map((id) => routeName(shown.corridor(id)?.name ?? id)),
      ...countries.map((code) => shown.country(code)),
      ...pairs.map(([start, end]) => `${shown.country(start)} – ${shown.country(end)}`),
    ];
    const placed = names.slice(0, 3).join(", ") || (new URLSearchParams(view).has("in") ? "" : say("everywhere"));
    return [...(placed ? [placed] : []), ...filterWords(view, (code) => shown.country(code))].join(", ");
  }

  /** @param {WatchList} given  @param {"mute" | "test" | "delete"} what  @param {object} body */
  async _act(given, what, body) {
    try {
      await this.monitor.during(post(`/data/watches/${given.id}/${what}`, body));
      const told = { mute: say("{name}: changed.", given), test: say("{name}: a test message was sent.", given), delete: say("{name} is no longer watched.", given) };
      tellIn(this.made, told[what]);
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
    await this._refresh();
    this.monitor.alerts.notes.again();
  }
}

/** The time zone of this browser. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
