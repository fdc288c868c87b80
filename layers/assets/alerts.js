/* Alerts: what is new, newest first, each to fly to and to mark as seen; what was seen is kept by this viewer's browser alone. */

import { paintChangeSign } from "./change_signs.js";
import { howWeKnow } from "./card_parts.js";
import { context2d, element, icon, makePanel } from "./dom.js";
import { Loader } from "./loader.js";
import { fly } from "./map_moves.js";
import { Notes } from "./notes.js";
import { Part } from "./part.js";
import { Seen } from "./seen.js";
import { counted, mark, routeName, say, sayKept } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Alert, AlertKind, AlertsAnswer, ChangeState } from "./types.js" */

/** @type {Record<AlertKind, { sign: ChangeState, words: string }>} */
const ALERTS = {
  "alarm-more": { sign: "growing", words: mark("clear rise") },
  "alarm-fewer": { sign: "fading", words: mark("clear fall") },
  area: { sign: "born", words: mark("watch area") },
};

/** Where it is, in words; a route with its ends as they are called.  @param {Alert} alert */
const placeOf = ({ place }) => (typeof place === "string" ? routeName(place) : String(sayKept(place)));

export class Alerts extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {Loader<AlertsAnswer>} */
  loader;
  /** @type {HTMLDetailsElement} */
  details;
  /** @type {HTMLElement} */
  panel;
  /** @type {HTMLElement} */
  total;
  /** @type {HTMLParagraphElement} */
  state;
  /** @type {HTMLUListElement} */
  list;
  /** @type {HTMLButtonElement} */
  more;
  /** @type {HTMLDivElement} */
  spoken;
  seen = new Seen();
  notes = new Notes(() => this.fill());
  /** Alerts of watch areas.  @type {Alert[]} */
  areaAlerts = [];
  /** Keys of all that there were, null before the first answer.  @type {Set<string> | null} */
  known = null;
  /** Whether those are listed too that were seen. */
  all = false;

  /** @param {{ open_from: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.loader = new Loader(monitor, "/data/alerts", { told: () => this._told() });
    this.total = element("small");
    this.state = element("p", { class: "note state" });
    this.list = element("ul", { class: "alerts" });
    this.more = element("button", { type: "button", class: "more", onclick: () => this._turn() });
    this.spoken = element("div", { class: "unseen", "aria-live": "polite" });
    const scroll = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Alerts, the latest first") }, this.state, this.list, this.more);
    const how = howWeKnow(
      say(
        "Every route, pair of countries, known route, mode and country is watched month by month. A change is told where the reports since are far likelier at another rate than at the usual one; reporting, season and bursts are allowed for.",
      ),
    );
    const body = element("div", { class: "body" }, scroll, how, monitor.watch.panel.element);
    const open = window.innerHeight >= this.options.open_from && window.innerWidth > 760;
    this.details = element("details", { open }, element("summary", {}, say("Alerts"), this.total), body);
    this.panel = makePanel("alerts", { class: "panel", "aria-label": say("Alerts and watch areas") }, this.details, this.spoken);
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
    this.fill();
  }

  pictureChanged() {
    this.panel.hidden = !this.monitor.picture?.steps;
    this.loader.look();
    this.fill();
  }

  _told() {
    const { answer, state } = this.loader;
    if (state === "ready" && answer) {
      this.monitor.timeBar.arrived(answer);
      this.notes.look(this.loader.key);
    }
    this.fill();
  }

  ticked() {
    if (this.loader.state === "failed") this.loader.look();
    this.notes.ticked();
  }

  themeChanged() {
    this.fill();
  }

  /** Alerts of watch areas come from the areas themselves.  @param {Alert[]} alerts */
  tellOfAreas(alerts) {
    this.areaAlerts = alerts;
    this.fill();
  }

  get every() {
    return [...this.areaAlerts, ...(this.loader.answer?.alerts ?? [])];
  }

  fill() {
    const { every } = this;
    const fresh = every.filter(({ key }) => !this.seen.alerts.has(key) && !this.notes.of(key));
    const old = every.length - fresh.length;
    const none = this.loader.state === "ready" ? say("none new") : "";
    this.total.textContent = fresh.length ? counted("{count} new", "{count} new", fresh.length) : none;
    const words = this.loader.words ?? (fresh.length ? null : this._nothing(every));
    this.state.textContent = words ?? "";
    this.state.hidden = !words;
    this.notes.keeping(() => this.list.replaceChildren(...(this.all ? every : fresh).map((alert) => this._row(alert))));
    this.more.hidden = !old;
    this.more.textContent = this.all ? say("Hide what was seen") : counted("Show {count} seen", "Show {count} seen", old);
    this._speak(fresh);
  }

  /** @param {Alert[]} every */
  _nothing(every) {
    if (every.length) return say("All alerts are marked as seen.");
    return say("Nothing new: no clear rise or fall could be told in the last year.");
  }

  /** Say what was not there before; not what stood when the map was opened.  @param {Alert[]} fresh */
  _speak(fresh) {
    if (this.loader.state !== "ready" && !this.areaAlerts.length) return;
    const added = fresh.filter(({ key }) => this.known && !this.known.has(key));
    if (this.loader.state === "ready") this.known = new Set([...(this.known ?? []), ...this.every.map(({ key }) => key)]);
    const alerts = added.slice(0, 3).map((alert) => [placeOf(alert), say(ALERTS[alert.kind].words)].join(", ")).join("; ");
    if (added.length) this.spoken.textContent = counted("{count} new alert: {alerts}.", "{count} new alerts: {alerts}.", added.length, { alerts });
  }

  /** @param {Alert} alert */
  _row(alert) {
    const [seen, note] = [this.seen.alerts.has(alert.key), this.notes.of(alert.key)];
    const name = placeOf(alert);
    const go = element(
      "button",
      { type: "button", class: "go", onclick: () => this.open(alert) },
      this._sign(alert.kind),
      element("span", { class: "name" }, name),
      element("span", { class: "when" }, this._when(alert)),
      element("span", { class: "why" }, String(sayKept(alert.why)).replace(/\bx(?=\d)/g, "×")),
      ...this._known(alert),
      ...this.notes.lines(alert),
    );
    const label = seen ? say("Mark {name} as new", { name }) : say("Mark {name} as seen", { name });
    const title = seen ? say("Mark as new") : say("Mark as seen");
    const seenButton = element(
      "button",
      { type: "button", class: "square mark", title, "aria-label": label, "aria-pressed": String(seen), onclick: () => this.mark(alert) },
      icon("M4 10.5l4 4 8-9"),
    );
    const buttons = element("div", { class: "acts" }, seenButton, alert.area ? null : this._noteButton(alert, name));
    return element("li", seen || note ? { class: "old" } : {}, go, buttons, this.notes.form(alert));
  }

  /** A button with which somebody takes note of a change, for everybody.  @param {Alert} alert  @param {string} name */
  _noteButton(alert, name) {
    const held = this.notes.open === alert.key || this.notes.of(alert.key) !== null;
    const label = say("Acknowledge {name}", { name });
    const attributes = { type: "button", class: "square mark", title: say("Acknowledge, for everybody"), "aria-label": label, "aria-pressed": String(held) };
    const button = element("button", { ...attributes, "data-needs": "watch", onclick: () => this.notes.turn(alert.key) }, icon("M5 17V4h9l-2 3 2 3H5"));
    button.hidden = !this.monitor.feed.may("watch");
    return button;
  }

  /** Its time, what it is, and the mode.  @param {Alert} alert */
  _when({ since, date, verdict, kind, mode }) {
    const span = since ? say("{from} to {to}", { from: since, to: date }) : date;
    return [span, say(verdict ?? ALERTS[kind].words), mode ? say(mode) : ""].filter(Boolean).join(" · ");
  }

  /** How sure it is, how many reports it rests on, and on whose alone.  @param {Alert} given */
  _known({ confidence, incidents, rests_on: alone }) {
    if (!confidence) return [];
    const sure = { high: mark("high confidence"), medium: mark("medium confidence"), low: mark("low confidence") }[confidence];
    const parts = [say(sure), counted("{count} incident", "{count} incidents", incidents ?? 0)];
    if (alone?.length) parts.push(say("rests on {name}", { name: alone.slice(0, 2).join(", ") }));
    return [element("span", { class: "when known" }, parts.join(" · "))];
  }

  /** @param {AlertKind} kind */
  _sign(kind) {
    const { theme } = this.monitor;
    const ratio = window.devicePixelRatio || 1;
    const canvas = element("canvas", { width: 18 * ratio, height: 18 * ratio, "aria-hidden": "true", class: "sign" });
    const context = context2d(canvas);
    context.scale(ratio, ratio);
    const { sign } = ALERTS[kind];
    const colour = kind.startsWith("alarm") ? theme.alert : kind === "area" ? theme.accent : theme.change[sign];
    paintChangeSign(context, 9, 9, 8.5, sign, colour, theme.casing);
    return canvas;
  }

  /** @param {Alert} given */
  mark({ key, area, version }) {
    const { alerts, areas } = this.seen;
    if (area && version !== undefined) areas[area] = version;
    else if (alerts.has(key)) alerts.delete(key);
    else alerts.add(key);
    this.seen.keep();
    if (area) this.monitor.watch.raise();
    this.fill();
    /** @type {HTMLElement | null} */
    const next = this.list.querySelector(".mark") ?? this.details.querySelector("summary");
    next?.focus();
  }

  _turn() {
    this.all = !this.all;
    this.fill();
  }

  /** Fly to where its incidents lie, and open the card of its route where it is one; a watch area as it is.  @param {Alert} alert */
  open(alert) {
    const { monitor } = this;
    if (alert.area) monitor.watch.go(alert.area);
    if (alert.area || !alert.at) return;
    const [lon, lat] = alert.at;
    const route = alert.level === "route" ? alert.corridors?.[0] : undefined;
    if (route && monitor.shown.corridor(route)) monitor.select(route);
    else if (route) monitor.status.announce(say("This route is left out by the filters; this is where it runs."));
    else monitor.select(null);
    const [west, south, east, north] = alert.box ?? [lon, lat, lon, lat];
    fly(monitor.map, L.latLngBounds([[Math.min(south, lat - 1.6), Math.min(west, lon - 2.2)], [Math.max(north, lat + 1.6), Math.max(east, lon + 2.2)]]));
  }
}
