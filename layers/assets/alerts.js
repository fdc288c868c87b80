/* Alerts: what is new, newest first, each to fly to and to mark as seen; what was seen is kept by this viewer's browser alone. */
"use strict";

/** What this viewer has seen, kept in the browser; nothing of it leaves it. Without storage it lasts as long as the page. */
Monitor.Seen = class {
  static KEY = "monitor-seen";
  static MOST = 600;

  constructor() {
    this.alerts = new Set();
    this.areas = {};
    try {
      const { alerts, areas } = JSON.parse(window.localStorage.getItem(Monitor.Seen.KEY) ?? "{}");
      if (Array.isArray(alerts)) this.alerts = new Set(alerts.filter((key) => typeof key === "string"));
      for (const [code, version] of Object.entries(areas ?? {})) if (Number.isInteger(version)) this.areas[code] = version;
    } catch {
      // No storage, or not ours: everything is new.
    }
  }

  keep() {
    try {
      const [alerts, areas] = [[...this.alerts].slice(-Monitor.Seen.MOST), this.areas];
      window.localStorage.setItem(Monitor.Seen.KEY, JSON.stringify({ alerts, areas }));
    } catch {
      // Kept for as long as the page stands.
    }
  }
};

Monitor.ALERTS = {
  "alarm-more": { sign: "growing", words: Monitor.mark("clear rise") },
  "alarm-fewer": { sign: "fading", words: Monitor.mark("clear fall") },
  area: { sign: "born", words: Monitor.mark("watch area") },
};

Monitor.Alerts = class {
  constructor(options) {
    this.options = options;
    this.areaAlerts = [];
    this.known = null;
    this.all = false;
  }

  attach(monitor) {
    this.monitor = monitor;
    monitor.alerts = this;
    this.seen = monitor.seen = new Monitor.Seen();
    this.late = new Monitor.Late(monitor, "/data/alerts", () => this._told());
    const { element } = Monitor;
    this.total = element("small");
    this.state = element("p", { class: "note state" });
    this.list = element("ul", { class: "alerts" });
    this.more = element("button", { type: "button", class: "more", onclick: () => this._turn() });
    this.spoken = element("div", { class: "unseen", "aria-live": "polite" });
    this.areas = element("div", { class: "areas" });
    const scroll = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": Monitor.say("Alerts, the latest first") }, this.state, this.list, this.more);
    this.details = element(
      "details",
      { open: window.innerHeight >= this.options.open_from && window.innerWidth > 760 },
      element("summary", {}, Monitor.say("Alerts"), this.total),
      scroll,
      this.areas,
    );
    this.panel = Monitor.panel("alerts", { class: "panel", "aria-label": Monitor.say("Alerts and watch areas") }, this.details, this.spoken);
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
    monitor.watch?.fill();
    this.fill();
  }

  repicture() {
    this.panel.hidden = !this.monitor.picture?.steps;
    this.late.look();
    this.fill();
  }

  _told() {
    if (this.late.state === "ready") this.monitor.timebar?.arrived(this.late.answer);
    this.fill();
  }

  ticked() {
    if (this.late.state === "failed") this.late.look();
  }

  recolour() {
    if (this.panel) this.fill();
  }

  /** Alerts of watch areas come from the areas themselves. */
  tellOfAreas(alerts) {
    this.areaAlerts = alerts;
    this.fill();
  }

  get every() {
    return [...this.areaAlerts, ...(this.late.answer?.alerts ?? [])];
  }

  fill() {
    const { every } = this;
    const fresh = every.filter(({ key }) => !this.seen.alerts.has(key));
    const old = every.length - fresh.length;
    const none = this.late.state === "ready" ? Monitor.say("none new") : "";
    this.total.textContent = fresh.length ? Monitor.counted(fresh.length, "{count} new", "{count} new") : none;
    const words = this.late.words ?? (fresh.length ? null : this._nothing(every));
    this.state.textContent = words ?? "";
    this.state.hidden = !words;
    this.list.replaceChildren(...(this.all ? every : fresh).map((alert) => this._row(alert)));
    this.more.hidden = !old;
    this.more.textContent = this.all ? Monitor.say("Hide what was seen") : Monitor.counted(old, "Show {count} seen", "Show {count} seen");
    this._speak(fresh);
  }

  _nothing(every) {
    if (every.length) return Monitor.say("All alerts are marked as seen.");
    return Monitor.say("Nothing new: no clear rise or fall could be told in the last year.");
  }

  /** Say what was not there before; not what stood when the map was opened. */
  _speak(fresh) {
    if (this.late.state !== "ready" && !this.areaAlerts.length) return;
    const added = fresh.filter(({ key }) => this.known && !this.known.has(key));
    if (this.late.state === "ready") this.known = new Set([...(this.known ?? []), ...this.every.map(({ key }) => key)]);
    const alerts = added.slice(0, 3).map(({ place, kind }) => [place, Monitor.say(Monitor.ALERTS[kind].words)].join(", ")).join("; ");
    if (added.length) this.spoken.textContent = Monitor.counted(added.length, "{count} new alert: {alerts}.", "{count} new alerts: {alerts}.", { alerts });
  }

  _row(alert) {
    const { element } = Monitor;
    const span = alert.since ? Monitor.say("{from} to {to}", { from: alert.since, to: alert.date }) : alert.date;
    const when = [span, Monitor.say(alert.verdict ?? Monitor.ALERTS[alert.kind].words), alert.mode ? Monitor.say(alert.mode) : ""].filter(Boolean).join(" · ");
    const seen = this.seen.alerts.has(alert.key);
    const name = Monitor.told(alert.place).replaceAll(" - ", " – ");
    const go = element(
      "button",
      { type: "button", class: "go", onclick: () => this.open(alert) },
      this._sign(alert.kind),
      element("span", { class: "name" }, name),
      element("span", { class: "when" }, when),
      element("span", { class: "why" }, Monitor.told(alert.why).replace(/\bx(?=\d)/g, "×")),
      ...this._known(alert),
    );
    const label = seen ? Monitor.say("Mark {name} as new", { name }) : Monitor.say("Mark {name} as seen", { name });
    const title = seen ? Monitor.say("Mark as new") : Monitor.say("Mark as seen");
    const mark = element(
      "button",
      { type: "button", class: "square mark", title, "aria-label": label, "aria-pressed": String(seen), onclick: () => this.mark(alert) },
      Monitor.icon("M4 10.5l4 4 8-9"),
    );
    return element("li", seen ? { class: "old" } : {}, go, mark);
  }

  /** How sure it is, how many reports it rests on, and on whose alone. */
  _known({ confidence, incidents, rests_on: alone }) {
    if (!confidence) return [];
    const sure = { high: Monitor.mark("high confidence"), medium: Monitor.mark("medium confidence"), low: Monitor.mark("low confidence") }[confidence];
    const parts = [Monitor.say(sure), Monitor.counted(incidents, "{count} incident", "{count} incidents")];
    if (alone?.length) parts.push(Monitor.say("rests on {name}", { name: alone.slice(0, 2).join(", ") }));
    return [Monitor.element("span", { class: "when known" }, parts.join(" · "))];
  }

  _sign(kind) {
    const { theme } = this.monitor;
    const ratio = window.devicePixelRatio || 1;
    const canvas = Monitor.element("canvas", { width: 18 * ratio, height: 18 * ratio, "aria-hidden": "true", class: "sign" });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const { sign } = Monitor.ALERTS[kind];
    const colour = kind.startsWith("alarm") ? theme.alert : kind === "area" ? theme.accent : theme.change[sign];
    Monitor.changeSign(context, 9, 9, 8.5, sign, colour, theme.casing);
    return canvas;
  }

  mark({ key, area, version }) {
    const { alerts, areas } = this.seen;
    if (area) areas[area] = version;
    else if (alerts.has(key)) alerts.delete(key);
    else alerts.add(key);
    this.seen.keep();
    if (area) this.monitor.watch.raise();
    this.fill();
    (this.list.querySelector(".mark") ?? this.details.querySelector("summary")).focus();
  }

  _turn() {
    this.all = !this.all;
    this.fill();
  }

  /** Fly to where its incidents lie, and open the card of its route where it is one; a watch area as it is. */
  open(alert) {
    const { monitor } = this;
    if (alert.area) return monitor.watch.go(alert.area);
    const [lon, lat] = alert.at;
    const [route] = alert.level === "route" ? alert.corridors : [];
    if (route && monitor.picture.corridor(route)) monitor.select(route);
    else if (route) monitor.status.say(Monitor.say("This route is left out by the filters; this is where it runs."));
    else monitor.select(null);
    const [west, south, east, north] = alert.box ?? [lon, lat, lon, lat];
    Monitor.fly(monitor.map, L.latLngBounds([[Math.min(south, lat - 1.6), Math.min(west, lon - 2.2)], [Math.max(north, lat + 1.6), Math.max(east, lon + 2.2)]]));
    return undefined;
  }
};

/** Move the map to what is asked for; at once where less motion is wanted. */
Monitor.fly = (map, bounds) => {
  const options = { paddingTopLeft: [380, 40], paddingBottomRight: [40, 170], maxZoom: 8 };
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.9 });
};
