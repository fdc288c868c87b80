/* The search box: a country, a place of the gazetteer, a route of the picture or a position, and the way there. */
"use strict";

/** Words without case, accents and punctuation, as names are compared; as in geodata/places.py. */
Monitor.folded = (words) =>
  [...words.toLowerCase()]
    .map((letter) => Monitor.PLAIN_LETTERS[letter] ?? letter)
    .join("")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

Monitor.PLAIN_LETTERS = { ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", ı: "i", æ: "ae", œ: "oe", þ: "th", ə: "e" };

/** Positions as people type them: "35.5, 12.6", "35.5 N 12.6 E", "35°30'N 12°36'E". */
Monitor.Position = {
  FAULTS: { lat: Monitor.mark("Latitude {value} is outside −90 to 90."), lon: Monitor.mark("Longitude {value} is outside −180 to 180.") },
  PART: /^([NSEW])?\s*([-−+]?\d{1,3}(?:\.\d+)?)\s*°?\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:\.\d+)?)\s*["″”])?)?\s*([NSEW])?/i,

  /** @returns {{lat: number, lon: number}|{fault: string}|null} null where the words are no position */
  parse(words) {
    const first = Monitor.Position.PART.exec(words.trim());
    const rest = first && words.trim().slice(first[0].length).replace(/^[\s,;/]+/, "");
    const second = rest && Monitor.Position.PART.exec(rest);
    if (!second || rest.slice(second[0].length).trim()) return null;
    let [lat, lon] = [first, second].map((part) => Monitor.Position.degrees(part));
    if (lat.axis === "lon" || lon.axis === "lat") [lat, lon] = [lon, lat];
    if (lat.axis === "lon" || lon.axis === "lat") return null;
    if (Math.abs(lat.value) > 90) return { fault: Monitor.say(Monitor.Position.FAULTS.lat, { value: String(lat.value) }) };
    if (Math.abs(lon.value) > 180) return { fault: Monitor.say(Monitor.Position.FAULTS.lon, { value: String(lon.value) }) };
    return { lat: lat.value, lon: lon.value };
  },

  degrees([, before, degrees, minutes, seconds, behind]) {
    const letter = (before ?? behind ?? "").toUpperCase();
    const number = Number(degrees.replace("−", "-"));
    const size = Math.abs(number) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600;
    const south = number < 0 || Object.is(number, -0) || letter === "S" || letter === "W";
    return { value: south ? -size : size, axis: { N: "lat", S: "lat", E: "lon", W: "lon" }[letter] ?? null };
  },

  name: ({ lat, lon }, digits = 4) =>
    `${Math.abs(lat).toFixed(digits)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(digits)}° ${lon < 0 ? "W" : "E"}`,
};

/** What a search finds: {kind, name, detail, go}. Routes and countries here, places from the server. */
Monitor.Finder = class {
  static KINDS = [Monitor.mark("Position"), Monitor.mark("Routes"), Monitor.mark("Countries"), Monitor.mark("Places")];
  static SHARE = { Position: 1, Routes: 3, Countries: 2, Places: 8 };
  static TOWN_KM = 12;

  constructor(monitor) {
    this.monitor = monitor;
  }

  async near(words) {
    const key = Monitor.folded(words);
    if (!key) return [];
    return [...this._routes(words, key), ...(await this._countries(key))];
  }

  position(words) {
    const found = Monitor.Position.parse(words);
    if (!found || found.fault) return [];
    return [{ kind: "Position", name: Monitor.Position.name(found), detail: Monitor.say("position"), go: () => this._round(found, Monitor.Finder.TOWN_KM, Monitor.Position.name(found)) }];
  }

  _routes(words, key) {
    const { picture } = this.monitor;
    const asked = key.split(" ");
    const fits = (corridor) => {
      const own = Monitor.folded(`${corridor.title} ${corridor.route ?? ""}`).split(" ");
      return asked.every((word) => own.some((part) => part.startsWith(word)));
    };
    return (picture?.corridors ?? [])
      .filter((corridor) => corridor.id === words.trim() || fits(corridor))
      .sort((a, b) => (a.layer === "ridges") - (b.layer === "ridges") || b.incidents - a.incidents)
      .map((corridor) => ({
        kind: "Routes",
        name: corridor.title,
        detail: this._detail(corridor),
        go: () => this._route(corridor),
      }));
  }

  _detail({ layer, mode }) {
    const said = { mode: Monitor.say(mode) };
    return layer === "ridges" ? Monitor.say("dense area, {mode}", said) : Monitor.say("route, {mode}", said);
  }

  /** Countries whose name begins so, then those with a word that does; by their shown name and their English one. */
  async _countries(key) {
    const atlas = await this.monitor.atlas.load("50m").catch(() => []);
    const fit = (own) => (own === key ? 0 : own.startsWith(key) ? 1 : own.includes(` ${key}`) ? 2 : 3);
    const rank = ({ iso3, name, shown }) => (iso3?.toLowerCase() === key ? 0 : Math.min(...[name, shown].map((one) => fit(Monitor.folded(one)))));
    return atlas
      .map((country) => ({ country, rank: rank(country) }))
      .filter((found) => found.rank < 3)
      .sort((a, b) => a.rank - b.rank || b.country.extent - a.country.extent)
      .map(({ country }) => ({ kind: "Countries", name: country.shown, detail: Monitor.say("country"), go: () => this._country(country) }));
  }

  async places(words, signal) {
    const answer = await fetch(`/data/places?${new URLSearchParams({ q: words })}`, { signal });
    if (!answer.ok) throw new Error(`places: ${answer.status}`);
    const { places } = await answer.json();
    return places.map(({ name, country, iso3, kind, lat, lon, reach_km: reach }) => ({
      kind: "Places",
      name,
      detail: [kind ? Monitor.say(kind) : "", Monitor.country(iso3, country)].filter(Boolean).join(", "),
      go: () => this._round({ lat, lon }, Math.max(reach * 1.4, Monitor.Finder.TOWN_KM), name),
    }));
  }

  /** A few of each kind and `most` in all; what one kind leaves, places fill. */
  static shared(found, most) {
    const taken = [];
    for (const kind of Monitor.Finder.KINDS) {
      const room = most - taken.length;
      taken.push(...found.filter((one) => one.kind === kind).slice(0, Math.min(room, Monitor.Finder.SHARE[kind])));
    }
    return taken;
  }

  _route(corridor) {
    this.monitor.select(corridor.id);
    this._show(corridor.lines.flat().map((place) => this._degrees(place)));
  }

  /** The mainland, and islands that are not small beside it. */
  _country({ rings }) {
    const size = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
    const largest = Math.max(...rings.map(size));
    const main = rings.filter((ring) => size(ring) > largest / 8);
    this._show(main.flatMap(({ box }) => [this._degrees([box[0], box[1]]), this._degrees([box[2], box[3]])]));
  }

  _round({ lat, lon }, km, name) {
    const tall = km / 111.2;
    const wide = tall / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    this._show([[lat - tall, lon - wide], [lat + tall, lon + wide]]);
    this.monitor.search.pin([lat, lon], name);
  }

  _degrees([x, y]) {
    const { lat, lng } = this.monitor.map.unproject([(x / Monitor.WORLD + 0.5) * 256, (y / Monitor.WORLD + 0.5) * 256], 0);
    return [lat, lng];
  }

  /** Fly there, or jump for whoever wants less motion. */
  _show(places) {
    const { map } = this.monitor;
    const options = { maxZoom: 9, paddingTopLeft: [340, 40], paddingBottomRight: [40, 170] };
    if (map.getSize().x < 900) options.paddingTopLeft = [60, 60];
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map.fitBounds(L.latLngBounds(places), { ...options, animate: false });
    else map.flyToBounds(L.latLngBounds(places), { ...options, duration: 0.9 });
  }
};

/** A combobox as the ARIA practices have it: focus stays in the field, the active option is named by it. */
Monitor.Search = class {
  static NOTHING = Monitor.mark("No place of this name in the gazetteer");

  constructor(options) {
    this.options = options;
    this.found = [];
    this.active = -1;
  }

  attach(monitor) {
    this.monitor = monitor;
    monitor.search = this;
    this.finder = new Monitor.Finder(monitor);
    const { element } = Monitor;
    this.field = element("input", {
      id: "search-field", type: "text", role: "combobox", maxlength: this.options.longest, autocomplete: "off", spellcheck: "false",
      placeholder: Monitor.say("Search place, route, lat, lon"), "aria-label": Monitor.say("Search a country, place, route or position"),
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "search-list",
      oninput: () => this.ask(), onkeydown: (event) => this._key(event), onblur: () => this.close(),
    });
    this.list = element("div", { id: "search-list", role: "listbox", "aria-label": Monitor.say("Found"), onpointerdown: (event) => event.preventDefault() });
    this.list.hidden = true;
    this.nothing = element("p", { class: "nothing" });
    this.nothing.hidden = true;
    this.said = element("p", { class: "unseen", role: "status" });
    this.clear = element("button", { type: "button", class: "clear", title: Monitor.say("Clear"), "aria-label": Monitor.say("Clear the search"), onclick: () => this.empty() }, Monitor.icon("M6 6l8 8M14 6l-8 8"));
    this.clear.hidden = true;
    const hint = element("kbd", { "aria-hidden": "true" }, "/");
    const box = element("div", { class: "box" }, Monitor.icon("M8.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12.2 12.2L17 17"), this.field, this.clear, hint);
    monitor.map.getContainer().append(Monitor.panel("search", { class: "panel", role: "search", "aria-label": Monitor.say("Search") }, box, this.list, this.nothing, this.said));
    document.addEventListener("keydown", (event) => this._shortcut(event));
  }

  _shortcut(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    event.preventDefault();
    this.field.focus();
    this.field.select();
  }

  /** What is here at once; what the server knows as soon as it answers. */
  async ask() {
    const words = this.field.value;
    this.clear.hidden = !words;
    this.eager = false;
    this.abort?.abort();
    clearTimeout(this.pause);
    if (!words.trim()) return this.close();
    const abort = (this.abort = new AbortController());
    const here = [...this.finder.position(words), ...(await this.finder.near(words))];
    if (abort.signal.aborted) return;
    if (here.length) this._offer(here, words);
    this.pause = setTimeout(() => this._places(here, words, abort.signal), this.options.pause_ms);
  }

  async _places(here, words, signal) {
    try {
      const places = Monitor.Position.parse(words) ? [] : await this.finder.places(words, signal);
      if (signal.aborted) return;
      this._offer([...here, ...places], words, Monitor.say(Monitor.Search.NOTHING));
      if (this.eager) this.choose(0);
    } catch (error) {
      if (error.name !== "AbortError") this._offer(here, words, Monitor.say("The gazetteer does not answer; try again."));
    }
  }

  _offer(found, words, nothing = "") {
    this.found = Monitor.Finder.shared(found, this.options.most);
    this.active = -1;
    const groups = Monitor.Finder.KINDS.filter((kind) => this.found.some((one) => one.kind === kind)).map((kind) => this._group(kind));
    this.list.replaceChildren(...groups);
    this.list.hidden = !groups.length;
    this.nothing.textContent = groups.length ? "" : Monitor.Position.parse(words)?.fault ?? nothing;
    this.nothing.hidden = !this.nothing.textContent;
    const results = Monitor.counted(this.found.length, "{count} result", "{count} results");
    this.said.textContent = groups.length ? results : this.nothing.textContent;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this._mark();
  }

  _group(kind) {
    const { element } = Monitor;
    const head = `search-${kind.toLowerCase()}`;
    const options = this.found.flatMap((one, at) => (one.kind === kind ? [this._option(one, at)] : []));
    return element("div", { role: "group", "aria-labelledby": head }, element("div", { id: head, class: "kind" }, Monitor.say(kind)), ...options);
  }

  _option(one, at) {
    const { element } = Monitor;
    return element(
      "div",
      { id: `search-${at}`, role: "option", "aria-selected": "false", onclick: () => this.choose(at) },
      element("span", { class: "name" }, one.name),
      element("span", { class: "detail" }, one.detail),
    );
  }

  _mark() {
    for (const option of this.list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(option.id === `search-${this.active}`));
    if (this.active < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `search-${this.active}`);
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  _key(event) {
    const { length } = this.found;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !length && this.field.value) this.ask();
    else if (step && length) this.active = (this.active + step + length + (this.active < 0 && step < 0 ? 1 : 0)) % length;
    else if (event.key === "Enter") this._enter();
    else if (event.key === "Escape") this._leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this._mark();
  }

  /** Whoever presses Enter before the answer is here gets the first one as soon as it is. */
  _enter() {
    if (this.found.length) this.choose(Math.max(0, this.active));
    else this.eager = true;
  }

  /** First the list goes, then the words, then the focus. */
  _leave() {
    if (!this.list.hidden || !this.nothing.hidden) this.close();
    else if (this.field.value) this.empty();
    else this.monitor.map.getContainer().focus();
  }

  choose(at) {
    const chosen = this.found[at];
    if (!chosen) return;
    this.field.value = chosen.name;
    this.unpin();
    this.close();
    chosen.go();
    this.monitor.map.getContainer().focus();
  }

  close() {
    this.abort?.abort();
    clearTimeout(this.pause);
    this.found = [];
    this.active = -1;
    this.list.replaceChildren();
    this.list.hidden = this.nothing.hidden = true;
    this.said.textContent = "";
    this.field.setAttribute("aria-expanded", "false");
    this._mark();
  }

  empty() {
    this.field.value = "";
    this.clear.hidden = true;
    this.unpin();
    this.close();
    this.field.focus();
  }

  /** A mark with a name where a place or position was found; it stays until the next search. */
  pin(place, name) {
    this.unpin();
    const mark = Monitor.element("div", { class: "pin" }, Monitor.element("i"), Monitor.element("span", {}, name));
    this.pinned = L.marker(place, { icon: L.divIcon({ className: "pinned", iconSize: [0, 0], html: mark }), interactive: false, keyboard: false, alt: name }).addTo(this.monitor.map);
  }

  unpin() {
    this.pinned?.remove();
    this.pinned = null;
  }
};
