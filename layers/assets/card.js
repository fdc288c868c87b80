/* What is under the pointer, and the card of what was clicked: a corridor or a hex. */
"use strict";

Monitor.Card = class {
  static ROUTES = { land: Monitor.mark("land route"), sea: Monitor.mark("sea route"), air: Monitor.mark("air route") };
  static CHARTS = {
    day: Monitor.mark("Incidents by day, at most {most}"),
    week: Monitor.mark("Incidents by week, at most {most}"),
    month: Monitor.mark("Incidents by month, at most {most}"),
    quarter: Monitor.mark("Incidents by quarter, at most {most}"),
  };

  constructor(options) {
    this.options = options;
  }

  attach(monitor) {
    this.monitor = monitor;
    this.card = Monitor.panel("card", { class: "panel", "aria-label": Monitor.say("Details") });
    this.card.hidden = true;
    this.tip = Monitor.element("div", { id: "tip", class: "panel", role: "tooltip" });
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

  repicture() {
    this.reselect();
  }

  rewindow() {
    this.reselect();
  }

  recolour() {
    if (this.card) this.reselect();
  }

  /** What lies at a point: an incident before a hub before a corridor before a hex. */
  _find(point) {
    const { changes, corridors, hexes, hotspots, hubs, incidents, labels, picture, watch } = this.monitor;
    if (!picture?.steps || watch.drawing || watch.at(point)) return {};
    const chip = changes.chipAt(point);
    if (chip) return { change: chip, hex: -1 };
    const incident = incidents?.at(point);
    if (incident) return { incident, hex: -1 };
    const mark = hubs.at(point);
    if (mark) return { mark, hex: -1 };
    const change = changes.at(point);
    if (change) return { change, hex: -1 };
    const corridor = picture.corridor(labels?.at(point)) ?? corridors.at(point);
    const spot = corridor ? null : hotspots.at(point);
    if (spot) return { spot, hex: -1 };
    return { corridor, hex: corridor ? -1 : hexes.at(point) };
  }

  _hover(point) {
    const { change, corridor, hex, incident, mark, spot } = point ? this._find(point) : {};
    this.monitor.corridors.hover(corridor?.id ?? null);
    this.monitor.changes.hover(change?.id ?? null);
    const found = change ?? spot ?? incident ?? mark ?? corridor ?? (hex >= 0 ? hex : null);
    this.monitor.map.getContainer().classList.toggle("pointing", found !== null);
    this.tip.hidden = found === null;
    if (found === null) return;
    const lines = change
      ? this.monitor.changes.words(change)
      : spot
      ? this.monitor.hotspots.words(spot)
      : incident
      ? this.monitor.incidents.words(incident)
      : mark
      ? Monitor.Card.hub(mark)
      : corridor
      ? this._words(corridor)
      : this._wordsOfHex(hex);
    this.tip.replaceChildren(...lines.map((line) => Monitor.element("div", {}, line)));
    const { x: width } = this.monitor.map.getSize();
    this.tip.style.transform = `translate(${point.x > width - 260 ? point.x - this.tip.offsetWidth - 14 : point.x + 16}px, ${point.y + 14}px)`;
  }

  _words(corridor) {
    const [from, to] = this.monitor.range;
    const count = corridor.total(from, to);
    return [corridor.title, Monitor.counted(count, "{count} incident in the window", "{count} incidents in the window")];
  }

  _wordsOfHex(hex) {
    const count = this.monitor.hexes.level.total(hex, ...this.monitor.range);
    return [Monitor.counted(count, "{count} incident", "{count} incidents"), this._size(hex)];
  }

  _size(hex) {
    const own = this.monitor.hexes.level.own(hex);
    const km = this.monitor.picture.manifest.edge_km[own];
    return Monitor.say("hexes of {km} km edge", { km: Monitor.digits(km >= 10 ? String(Math.round(km)) : km.toFixed(1)) });
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
  reselect() {
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
    const { element } = Monitor;
    const close = element(
      "button",
      { type: "button", class: "square close", title: Monitor.say("Close (Esc)"), "aria-label": Monitor.say("Close"), onclick: () => this.monitor.select(null) },
      Monitor.icon("M5 5l10 10M15 5L5 15"),
    );
    return element("header", {}, element("div", {}, element("h2", {}, title), kind), close, note);
  }

  _mode(corridor) {
    const dense = Monitor.say("dense area, {mode}", { mode: Monitor.say(corridor.mode) });
    const kind = corridor.layer === "routes" ? Monitor.say(Monitor.Card.ROUTES[corridor.mode]) : dense;
    const chip = Monitor.element("span", { class: "mode" }, kind);
    chip.style.color = this.monitor.theme.mode[corridor.mode];
    return chip;
  }

  _figures(pairs) {
    const { element } = Monitor;
    const cells = pairs.map(([name, value]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)));
    return element("dl", { class: "figures" }, ...cells);
  }

  _corridor(corridor) {
    const { element, number } = Monitor;
    const [from, to] = this.monitor.range;
    const months = Array.from({ length: this.monitor.picture.steps }, (_, at) => corridor.total(at, at + 1));
    const facts = [
      corridor.direction_words ? Monitor.say(corridor.direction_words) : null,
      Monitor.say("{km} km long", { km: Math.round(corridor.length_km) }),
      corridor.band_km ? Monitor.say("80 % within {km} km", { km: Math.round(corridor.band_km) }) : null,
    ].filter(Boolean);
    const versions = { method: corridor.method_version, version: String(this.monitor.picture.manifest.version) };
    this.card.replaceChildren(
      this._head(corridor.title, this._mode(corridor), corridor.synthetic ? element("p", { class: "made-up" }, Monitor.say("Synthetic")) : null),
      this._figures([
        [Monitor.say("in the corridor, in the window"), number(corridor.total(from, to))],
        [Monitor.say("in the corridor, of all time"), number(corridor.incidents)],
        [Monitor.say("people, of all time, where stated"), number(corridor.people)],
        ...(corridor.layer === "routes" && corridor.mode !== "air" ? [[Monitor.say("passing, of all time"), number(Math.round(corridor.passing))]] : []),
      ]),
      this._spark(months, this.monitor.theme.mode[corridor.mode]),
      this._countries(corridor.countries),
      this._people((shares) => Monitor.say("From {shares}", { shares }), corridor.origins),
      this._people((shares) => Monitor.say("To {shares}", { shares }), corridor.destinations),
      element("p", { class: "facts" }, facts.join(" · ")),
      this._sureness(corridor),
      corridor.layer === "routes" ? this._page(corridor) : element("span"),
      corridor.direction_basis
        ? element("details", { class: "facts" }, element("summary", {}, Monitor.say("What its direction rests on")), element("p", {}, Monitor.told(corridor.direction_basis)))
        : element("span"),
      element("footer", {}, Monitor.say("Method {method} · ledger version {version}", versions)),
    );
  }

  /** The page that tells all of a route, with the filters of this view; in a tab of its own, as a frame may not leave the page. */
  _page(corridor) {
    const { element } = Monitor;
    const params = new URLSearchParams(this.monitor.state.address.filters());
    params.set("route", corridor.id);
    return element("p", { class: "facts" }, element("a", { href: Monitor.page("/routes", params), target: "_blank", rel: "noopener" }, Monitor.say("All that is known of this route ↗")));
  }

  /** Whence or whither, the largest three shares in words. */
  _people(sentence, shares) {
    const name = (code) => this.monitor.picture.country(code);
    const some = Object.entries(shares ?? {}).slice(0, 3).map(([code, share]) => Monitor.Card.share(name(code), share));
    return some.length ? Monitor.element("p", { class: "facts" }, sentence(some.join(", "))) : Monitor.element("span");
  }

  /** How sure the line is, and how much of it only bridges a gap. */
  _sureness(corridor) {
    const { element } = Monitor;
    const [inferred, length] = [corridor.inferred_km, corridor.length_km].map((km) => Math.round(km));
    const told = Monitor.say("{inferred} km of {length} km inferred", { inferred, length });
    const bridged = corridor.inferred_km ? element("li", {}, told) : null;
    return element("ul", { class: "facts" }, element("li", {}, Monitor.sureness(corridor)), bridged);
  }

  _hex(level, hex) {
    const { element, number } = Monitor;
    const { picture } = this.monitor;
    const coarse = level.own(hex) < level.resolution ? Monitor.say("drawn as coarse as it was reported") : null;
    const versions = { resolution: level.own(hex), version: String(picture.manifest.version) };
    this.card.replaceChildren(
      this._head(Monitor.say("Hex"), element("span", { class: "mode" }, level.name(hex)), null),
      this._figures([
        [Monitor.say("incidents in the window"), number(level.total(hex, ...this.monitor.range))],
        [Monitor.say("incidents in all"), number(level.total(hex, 0, picture.steps))],
      ]),
      this._spark(level.counts(hex), this.monitor.theme.accent),
      element("p", { class: "facts" }, [this._size(hex), coarse].filter(Boolean).join(" · ")),
      element("footer", {}, Monitor.say("H3 resolution {resolution} · ledger version {version}", versions)),
    );
  }

  _countries(countries) {
    const { element } = Monitor;
    const { theme, picture } = this.monitor;
    const items = countries.map(({ iso3, role, ...shares }) => {
      const parts = Monitor.ROLES.filter((one) => shares[one] >= 0.01).map((one) => Monitor.Card.share(Monitor.say(one), shares[one]));
      const tag = element("b", { class: "tag", title: Monitor.say(role) }, Monitor.roleLetter(role));
      tag.style.background = theme.role[role];
      return element("li", { title: parts.join(", ") }, tag, picture.country(iso3));
    });
    return items.length ? element("ol", { class: "countries", "aria-label": Monitor.say("Countries with their roles") }, ...items) : element("span");
  }

  /** Incidents by step, those outside the window pale. */
  _spark(months, colour) {
    const [width, height, ratio] = [this.options.width, 44, window.devicePixelRatio || 1];
    const canvas = Monitor.element("canvas", { class: "spark", width: width * ratio, height: height * ratio, role: "img" });
    const most = Math.max(...months, 1);
    const chart = Monitor.Card.CHARTS[this.monitor.picture.calendar.unit];
    canvas.setAttribute("aria-label", Monitor.say(chart, { most: String(Math.max(...months, 0)) }));
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
};

/** A hub in words. */
Monitor.Card.hub = ({ hub, role }) => [
  Monitor.say("near {place}", { place: hub.name }),
  { departure: Monitor.say("boats put out here"), landing: Monitor.say("boats land here"), both: Monitor.say("boats put out and land here") }[role],
];

/** What has a share, and the share in whole percent. */
Monitor.Card.share = (name, share) => Monitor.say("{name} {share}\u00a0%", { name, share: Math.round(share * 100) });

/** How sure a corridor is, in words. */
Monitor.sureness = ({ mode, confidence, support }) => {
  if (mode === "air") return Monitor.say("confidence not computed: a flight is drawn as its incidents name it");
  if (support === null) return Monitor.say("confidence not computed");
  return Monitor.say(Monitor.CONFIDENCE[confidence], { redraws: Math.round(100 * support) });
};

Monitor.CONFIDENCE = {
  high: Monitor.mark("confidence high: comes back in {redraws} of 100 redraws"),
  medium: Monitor.mark("confidence medium: comes back in {redraws} of 100 redraws"),
  low: Monitor.mark("confidence low: comes back in {redraws} of 100 redraws"),
};
