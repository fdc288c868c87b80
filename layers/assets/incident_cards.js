/* The facts of single incidents: the card of one, the list of several. */

import { cardHead, kindChip } from "./card_parts.js";
import { element } from "./dom.js";
import { ask } from "./server.js";
import { counted, countryName, formatNumber, say } from "./text.js";

/** @import { Incidents } from "./incidents.js" */
/** @import { Monitor } from "./monitor.js" */
/** @import { Facts } from "./types.js" */

/** A precision in words, as on the Incidents page.  @param {number} km */
export const precisionWords = (km) =>
  km < 1
    ? say("about {m} m", { m: String(Math.round(km * 100) * 10) })
    : say("about {km} km", { km: km < 10 ? Number(km.toFixed(1)) : Math.round(km) });

/** The card of one incident, and the list of several: "i:<key>" and "i:list" are what is selected. */
export class IncidentCards {
  /** What is known of those that were asked for, null where there is none of the key.  @type {Map<string, Facts | null>} */
  facts = new Map();
  /** @type {Set<string>} */
  asked = new Set();
  /** What is listed: the latest of all.  @type {{ keys: string[], all: number } | null} */
  among = null;

  static LIST = "i:list";

  /** @param {Monitor} monitor  @param {Incidents} layer */
  constructor(monitor, layer) {
    this.monitor = monitor;
    this.layer = layer;
  }

  /** The key of one incident, or null if something else is selected.  @param {string | null} selected */
  static key(selected) {
    return /^i:([0-9a-f]{16})$/.exec(selected ?? "")?.[1] ?? null;
  }

  /** A word of the data, null where it is not stated.  @param {string | null} word */
  static said(word) {
    return word ? say(word) : word;
  }

  forget() {
    this.facts = new Map();
    this.asked = new Set();
  }

  /** List incidents of the layer, the latest first, as many as are told of at once.  @param {number[]} members */
  list(members) {
    const { points, settings } = this.layer;
    if (!points) return;
    const latest = [...members].sort((a, b) => points.day[b] - points.day[a]);
    this.among = { keys: latest.slice(0, settings.listed).map((at) => points.name(at)), all: members.length };
    this.monitor.select(IncidentCards.LIST);
  }

  /** What the card shows, null if no incident is selected.  @param {string} selected  @returns {Node[] | null} */
  nodes(selected) {
    const key = IncidentCards.key(selected);
    if (key) return this._one(key);
    return selected === IncidentCards.LIST && this.among ? this._several(this.among) : null;
  }

  /** Facts of some incidents; null while the server is asked, after which the card is made again.  @param {string[]} keys */
  _known(keys) {
    const missing = keys.filter((key) => !this.asked.has(key));
    if (missing.length) this._fetch(missing);
    return keys.some((key) => !this.facts.has(key)) ? null : keys.flatMap((key) => this.facts.get(key) ?? []);
  }

  /** @param {string[]} keys */
  async _fetch(keys) {
    for (const key of keys) this.asked.add(key);
    const params = new URLSearchParams(keys.map((key) => ["key", key]));
    params.set("version", String(this.monitor.shown.manifest.version));
    try {
      const answer = await this.monitor.during(ask(`/data/incidents?${params}`));
      if (!answer.ok) throw new Error(String(answer.status));
      /** @type {{ incidents: Facts[] }} */
      const { incidents } = await answer.json();
      for (const key of keys) this.facts.set(key, null);
      for (const facts of incidents) this.facts.set(facts.key, facts);
    } catch {
      for (const key of keys) this.asked.delete(key);
      this.monitor.status.announce(say("The incidents could not be read; try again."));
      return;
    }
    this.monitor.later("selectionChanged");
  }

  /** @param {string} key */
  _one(key) {
    const known = this._known([key]);
    const title = say("Incident");
    if (!known) return [cardHead(this.monitor, title, kindChip(say("Reading …")))];
    if (!known.length) return [cardHead(this.monitor, title, kindChip(say("not in this version of the ledger")))];
    const [facts] = known;
    const missing = say("not stated");
    const country = countryName(facts.iso3, facts.country);
    const rows = [
      [say("Date (UTC)"), facts.time],
      ...(facts.until ? [[say("Until"), facts.until]] : []),
      [say("Mode"), IncidentCards.said(facts.mode)],
      [say("Kind"), IncidentCards.said(facts.kind)],
      [say("Country"), country ?? say("none: at sea")],
      [say("People"), facts.people === null ? missing : formatNumber(facts.people)],
      [say("Place known to"), precisionWords(facts.precision_km)],
      [say("Source"), facts.source],
      [title, facts.id],
    ];
    const pairs = rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value ?? missing)));
    const back = this.among?.keys.includes(key)
      ? element("button", { type: "button", class: "back", onclick: () => this.monitor.select(IncidentCards.LIST) }, say("‹ All of them"))
      : element("span");
    return [
      cardHead(this.monitor, title, this._mode(facts)),
      element("dl", { class: "pairs" }, ...pairs),
      back,
      element("footer", {}, say("Ledger version {version}", { version: String(this.monitor.shown.manifest.version) })),
    ];
  }

  /** @param {Facts} facts */
  _mode(facts) {
    return kindChip([facts.kind, facts.mode].flatMap((word) => (word ? [say(word)] : [])).join(", "), this.monitor.theme.mode[facts.mode] ?? "");
  }

  /** @param {{ keys: string[], all: number }} among */
  _several({ keys, all }) {
    const known = this._known(keys)?.sort((a, b) => (a.time < b.time ? 1 : -1));
    const note = all > keys.length ? say("the latest {listed} are listed", { listed: keys.length }) : say("near each other, or in one view");
    const title = cardHead(this.monitor, counted("{count} incident", "{count} incidents", all), kindChip(known ? note : say("Reading …")));
    const rows = (known ?? []).map(({ key, time, kind, mode }) => {
      const name = [time, IncidentCards.said(kind) ?? say("incident")].join(" · ");
      const parts = [element("span", { class: "name" }, name), element("span", { class: "value" }, IncidentCards.said(mode))];
      return element("li", {}, element("button", { type: "button", onclick: () => this.monitor.select(`i:${key}`) }, ...parts));
    });
    return [title, element("ol", { class: "listed" }, ...rows)];
  }
}
