/* What is under the pointer, and the card of what was clicked: a corridor or a hex. */

import { pageUrl } from "./address.js";
import { hubWords, shareWords, sureness } from "./corridor_card.js";
import { element, icon, makePanel } from "./dom.js";
import { ROLES, roleLetter } from "./roles.js";
import { counted, formatDigits, formatNumber, mark, say, sayKept } from "./text.js";
import { Part } from "./part.js";

export class Card extends Part {
  static ROUTES = { land: mark("land route"), sea: mark("sea route"), air: mark("air route") };
  static CHARTS = {
    day: mark("Incidents by day, at most {most}"),
    week: mark("Incidents by week, at most {most}"),
    month: mark("Incidents by month, at most {most}"),
    quarter: mark("Incidents by quarter, at most {most}"),
  };

  constructor(options) {
    super();
    this.options = options;
  }

  attach(monitor) {
    this.monitor = monitor;
    this.card = makePanel("card", { class: "panel", "aria-label": say("Details") });
    this.card.hidden = true;
    this.tip = element("div", { id: "tip", class: "panel", role: "tooltip" });
    this.tip.hidden = true;
    monitor.map.getContainer().append(this.card, this.tip);
    monitor.map.on("mousemove", (event) => this._hover(event.containerPoint));
    monitor.map.on("mouseout movestart", () => this._hover(null));
    // A button that has gone with its click is no longer known to Leaflet as part of a panel.
    monitor.map.on("click", (event) => event.originalEvent.target.isConnected && this._click(event.containerPoint));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && monitor.state.selected) monitor.select(null);
    });
  }

  pictureChanged() {
    this.selectionChanged();
  }

  windowChanged() {
    this.selectionChanged();
  }

  themeChanged() {
    if (this.card) this.selectionChanged();
  }

  /** What lies at a point: an incident before a hub before a corridor before a hex. */
  _find(point) {
    const { changes, corridors, hexes, hotspots, hubs, incidents, labels, picture, watch } = this.monitor;
    if (!picture?.steps || watch.drawing || watch.at(point)) return {};
    const chip = changes.chipAt(point);
    if (chip) return { change: chip, hex: -1 };
    const incident = incidents?.at(point);
    if (incident) return { incident, hex: -1 };
    const hub = hubs.at(point);
    if (hub) return { hub, hex: -1 };
    const change = changes.at(point);
    if (change) return { change, hex: -1 };
    const corridor = picture.corridor(labels?.at(point)) ?? corridors.at(point);
    const spot = corridor ? null : hotspots.at(point);
    if (spot) return { spot, hex: -1 };
    return { corridor, hex: corridor ? -1 : hexes.at(point) };
  }

  _hover(point) {
    const { change, corridor, hex, hub, incident, spot } = point ? this._find(point) : {};
    this.monitor.corridors.hover(corridor?.id ?? null);
    this.monitor.changes.hover(change?.id ?? null);
    const found = change ?? spot ?? incident ?? hub ?? corridor ?? (hex >= 0 ? hex : null);
    this.monitor.map.getContainer().classList.toggle("pointing", found !== null);
    this.tip.hidden = found === null;
    if (found === null) return;
    const lines = change
      ? this.monitor.changes.words(change)
      : spot
      ? this.monitor.hotspots.words(spot)
      : incident
      ? this.monitor.incidents.words(incident)
      : hub
      ? hubWords(hub)
      : corridor
      ? this._words(corridor)
      : this._wordsOfHex(hex);
    this.tip.replaceChildren(...lines.map((line) => element("div", {}, line)));
    const { x: width } = this.monitor.map.getSize();
    this.tip.style.transform = `translate(${point.x > width - 260 ? point.x - this.tip.offsetWidth - 14 : point.x + 16}px, ${point.y + 14}px)`;
  }

  _words(corridor) {
    const [from, to] = this.monitor.range;
    const count = corridor.total(from, to);
    return [corridor.title, counted("{count} incident in the window", "{count} incidents in the window", count)];
  }

  _wordsOfHex(hex) {
    const count = this.monitor.hexes.level.total(hex, ...this.monitor.range);
    return [counted("{count} incident", "{count} incidents", count), this._size(hex)];
  }

  _size(hex) {
    const own = this.monitor.hexes.level.own(hex);
    const km = this.monitor.picture.manifest.edge_km[own];
    return say("hexes of {km} km edge", { km: formatDigits(km >= 10 ? String(Math.round(km)) : km.toFixed(1)) });
  }

  _click(point) {
    if (this.monitor.watch.drawing) return;
    const { change, corridor, hex, incident, spot } = this._find(point);
    if (change ?? spot) this.monitor.select((change ?? spot).id);
    else if (incident) this.monitor.incidents.open(incident);
    else if (corridor) this.monitor.select(corridor.id);
    else if (hex >= 0) this.monitor.select(this.monitor.hexes.level.name(hex));
    else if (this.monitor.state.selected) this.monitor.select(null);
  }

  /** Whoever was in the card, or chose from a list that it covers, is in it again: at its button to close. */
  selectionChanged() {
    const before = document.activeElement;
    const [held, lost] = [this.card.contains(before), before?.closest("#ranking")];
    this._show();
    if (!this.card.hidden && (held || lost)) this.card.querySelector(".close")?.focus();
    else if (this.card.hidden && held) this.monitor.map.getContainer().focus({ preventScroll: true });
  }

  _show() {
    const { picture, state } = this.monitor;
    const corridor = picture?.steps ? picture.corridor(state.selected) : null;
    const level = this.monitor.hexes.level;
    const hex = !corridor && level && state.selected ? [...level.cells].findIndex((_, at) => level.name(at) === state.selected) : -1;
    const head = (...parts) => this._head(...parts);
    const tellers = [this.monitor.incidents?.cards, this.monitor.changes, this.monitor.hotspots];
    const own = !corridor && picture?.steps ? tellers.reduce((said, teller) => said ?? teller?.nodes(state.selected, head) ?? null, null) : null;
    this.card.hidden = !corridor && hex < 0 && !own;
    if (own) this.card.replaceChildren(...own);
    if (corridor) this._corridor(corridor);
    else if (hex >= 0) this._hex(level, hex);
  }

  _head(title, kind, note) {
    const close = element(
      "button",
      { type: "button", class: "square close", title: say("Close (Esc)"), "aria-label": say("Close"), onclick: () => this.monitor.select(null) },
      icon("M5 5l10 10M15 5L5 15"),
    );
    return element("header", {}, element("div", {}, element("h2", {}, title), kind), close, note);
  }

  _mode(corridor) {
    const dense = say("dense area, {mode}", { mode: say(corridor.mode) });
    const kind = corridor.layer === "routes" ? say(Card.ROUTES[corridor.mode]) : dense;
    const chip = element("span", { class: "mode" }, kind);
    chip.style.color = this.monitor.theme.mode[corridor.mode];
    return chip;
  }

  _figures(pairs) {
    const cells = pairs.map(([name, value]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)));
    return element("dl", { class: "figures" }, ...cells);
  }

  _corridor(corridor) {
    const [from, to] = this.monitor.range;
    const months = Array.from({ length: this.monitor.picture.steps }, (_, at) => corridor.total(at, at + 1));
    const facts = [
      corridor.direction_words ? say(corridor.direction_words) : null,
      say("{km} km long", { km: Math.round(corridor.length_km) }),
      corridor.band_km ? say("80 % within {km} km", { km: Math.round(corridor.band_km) }) : null,
    ].filter(Boolean);
    const versions = { method: corridor.method_version, version: String(this.monitor.picture.manifest.version) };
    this.card.replaceChildren(
      this._head(corridor.title, this._mode(corridor), corridor.synthetic ? element("p", { class: "made-up" }, say("Synthetic")) : null),
      this._figures([
        [say("in the corridor, in the window"), formatNumber(corridor.total(from, to))],
        [say("in the corridor, of all time"), formatNumber(corridor.incidents)],
        [say("people, of all time, where stated"), formatNumber(corridor.people)],
        ...(corridor.layer === "routes" && corridor.mode !== "air" ? [[say("passing, of all time"), formatNumber(Math.round(corridor.passing))]] : []),
      ]),
      this._spark(months, this.monitor.theme.mode[corridor.mode]),
      this._countries(corridor.countries),
      this._people((shares) => say("From {shares}", { shares }), corridor.origins),
      this._people((shares) => say("To {shares}", { shares }), corridor.destinations),
      element("p", { class: "facts" }, facts.join(" · ")),
      this._sureness(corridor),
      corridor.layer === "routes" ? this._page(corridor) : element("span"),
      corridor.direction_basis
        ? element("details", { class: "facts" }, element("summary", {}, say("What its direction rests on")), element("p", {}, sayKept(corridor.direction_basis)))
        : element("span"),
      element("footer", {}, say("Method {method} · ledger version {version}", versions)),
    );
  }

  /** The page that tells all of a route, with the filters of this view; in a tab of its own, as a frame may not leave the page. */
  _page(corridor) {
    const params = new URLSearchParams(this.monitor.state.address.filters());
    params.set("route", corridor.id);
    return element("p", { class: "facts" }, element("a", { href: pageUrl("/routes", params), target: "_blank", rel: "noopener" }, say("All that is known of this route ↗")));
  }

  /** Whence or whither, the largest three shares in words. */
  _people(sentence, shares) {
    const name = (code) => this.monitor.picture.country(code);
    const some = Object.entries(shares ?? {}).slice(0, 3).map(([code, share]) => shareWords(name(code), share));
    return some.length ? element("p", { class: "facts" }, sentence(some.join(", "))) : element("span");
  }

  /** How sure the line is, and how much of it only bridges a gap. */
  _sureness(corridor) {
    const [inferred, length] = [corridor.inferred_km, corridor.length_km].map((km) => Math.round(km));
    const told = say("{inferred} km of {length} km inferred", { inferred, length });
    const bridged = corridor.inferred_km ? element("li", {}, told) : null;
    return element("ul", { class: "facts" }, element("li", {}, sureness(corridor)), bridged);
  }

  _hex(level, hex) {
    const { picture } = this.monitor;
    const coarse = level.own(hex) < level.resolution ? say("drawn as coarse as it was reported") : null;
    const versions = { resolution: level.own(hex), version: String(picture.manifest.version) };
    this.card.replaceChildren(
      this._head(say("Hex"), element("span", { class: "mode" }, level.name(hex)), null),
      this._figures([
        [say("incidents in the window"), formatNumber(level.total(hex, ...this.monitor.range))],
        [say("incidents in all"), formatNumber(level.total(hex, 0, picture.steps))],
      ]),
      this._spark(level.counts(hex), this.monitor.theme.accent),
      element("p", { class: "facts" }, [this._size(hex), coarse].filter(Boolean).join(" · ")),
      element("footer", {}, say("H3 resolution {resolution} · ledger version {version}", versions)),
    );
  }

  _countries(countries) {
    const { theme, picture } = this.monitor;
    const items = countries.map(({ iso3, role, ...shares }) => {
      const parts = ROLES.filter((one) => shares[one] >= 0.01).map((one) => shareWords(say(one), shares[one]));
      const tag = element("b", { class: "tag", title: say(role) }, roleLetter(role));
      tag.style.background = theme.role[role];
      return element("li", { title: parts.join(", ") }, tag, picture.country(iso3));
    });
    return items.length ? element("ol", { class: "countries", "aria-label": say("Countries with their roles") }, ...items) : element("span");
  }

  /** Incidents by step, those outside the window pale. */
  _spark(months, colour) {
    const [width, height, ratio] = [this.options.width, 44, window.devicePixelRatio || 1];
    const canvas = element("canvas", { class: "spark", width: width * ratio, height: height * ratio, role: "img" });
    const most = Math.max(...months, 1);
    const chart = Card.CHARTS[this.monitor.picture.calendar.unit];
    canvas.setAttribute("aria-label", say(chart, { most: String(Math.max(...months, 0)) }));
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const [from, to] = this.monitor.range;
    const slot = width / months.length;
    months.forEach((count, at) => {
      const tall = count ? Math.max(1.5, (count / most) * (height - 1)) : 0;
      context.fillStyle = at >= from && at < to ? colour : this.monitor.theme.bar;
      context.fillRect(at * slot, height - tall, Math.max(1, slot - Math.min(1, slot * 0.2)), tall);
    });
    return canvas;
  }
}
