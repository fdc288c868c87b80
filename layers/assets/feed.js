/* From the server to a picture: asks for the newest version, fetches snapshots, keeps the old picture until the new one stands. */
"use strict";

/** How many are under way at the beginning of each step, from [first, last, count] of those that last; null where none does. */
Monitor.underWay = (steps, spans) => {
  if (!spans.length) return null;
  const held = new Uint32Array(steps + 1);
  for (const [first, last, count] of spans) for (let step = Math.max(first, 0); step <= last; step++) held[step] += count;
  return held;
};

/** Incidents by step: those that begin in it, and those that last into others. */
Monitor.Tally = class {
  /** @param {Iterable<[number, number]>} entries step, how many begin in it  @param {number[][]} spans as `underWay` takes them */
  constructor(steps, entries, spans) {
    // Before step i so many have begun: any window takes constant time.
    this.sums = new Uint32Array(steps + 1);
    for (const [step, count] of entries) this.sums[step + 1] += count;
    for (let i = 0; i < steps; i++) this.sums[i + 1] += this.sums[i];
    this.held = Monitor.underWay(steps, spans);
  }

  /** Incidents of steps [from, to): those that begin in them, and those under way when they begin. */
  total(from, to) {
    return this.sums[to] - this.sums[from] + (this.held?.[from] ?? 0);
  }
};

/** The hexes of one roll-up level. */
Monitor.Level = class {
  /** Coarser by more than this looks alike. */
  static COARSEST = 3;

  /** A level of a picture: the one before where nothing in it has changed. */
  static of(entry, steps, before) {
    const alike = ["corners", "cells", "counts", "lasting"].every((name) => before?.entry[name] === entry[name]);
    return alike && before.steps === steps ? before : new Monitor.Level(entry, steps, before);
  }

  /** @param {object} entry of the manifest  @param {number} steps  @param {Monitor.Level} [before] the same level of the picture before */
  constructor(entry, steps, before) {
    this.entry = entry;
    this.resolution = entry.resolution;
    this.count = entry.hexes;
    this.steps = steps;
    if (before?.sums && before.entry.cells === entry.cells) this._stand(before);
  }

  /** Fetch what is not here yet. */
  async load(signal) {
    if (this.sums) return this;
    const { entry } = this;
    const fetched = [entry.counts, entry.lasting, ...(this.cells ? [] : [entry.corners, entry.cells])].map(async (url) => {
      if (!url) return null;
      const answer = await fetch(url, { signal });
      if (!answer.ok) throw new Error(`${url.slice(0, 20)}: ${answer.status}`);
      return answer.arrayBuffer();
    });
    const [counts, lasting, corners, cells] = await Promise.all(fetched);
    if (cells) this._stand({ corners: new Int32Array(corners), cells: new BigUint64Array(cells) });
    if (lasting) this._hold(new Uint32Array(lasting));
    this.sums = this._sums(counts);
    return this;
  }

  /** Take the hexes themselves: another View often has the same, with other counts. */
  _stand({ corners, cells, coarser }) {
    [this.corners, this.cells] = [corners, cells];
    const pale = (_, hex) => Math.min(Math.max(0, this.resolution - this.own(hex)), Monitor.Level.COARSEST);
    this.coarser = coarser ?? Uint8Array.from({ length: this.count }, pale);
  }

  /** Running sums of every hex, one row of steps + 1 behind the other. */
  _sums(buffer) {
    const { count, steps, entry } = this;
    const offsets = new Uint32Array(buffer, 0, count + 1);
    const counts = new Uint32Array(buffer, 4 * (count + 1), entry.entries);
    const months = new Uint16Array(buffer, 4 * (count + 1 + entry.entries), entry.entries);
    const row = steps + 1;
    const sums = new Uint32Array(count * row);
    for (let hex = 0; hex < count; hex++) {
      const base = hex * row;
      for (let at = offsets[hex]; at < offsets[hex + 1]; at++) sums[base + months[at] + 1] = counts[at];
      for (let step = 1; step < row; step++) sums[base + step] += sums[base + step - 1];
    }
    return sums;
  }

  /** Give each hex of which something lasts the number of a row of what is under way; few have one. */
  _hold(lasting) {
    const spans = new Map();
    for (let at = 0; at < lasting.length; at += 4) {
      const [hex, count, first, last] = lasting.subarray(at, at + 4);
      if (!spans.has(hex)) spans.set(hex, []);
      spans.get(hex).push([first, last, count]);
    }
    this.row = new Uint32Array(this.count);
    this.rows = [null];
    for (const [hex, own] of spans) this.row[hex] = this.rows.push(Monitor.underWay(this.steps, own)) - 1;
  }

  /** How many are under way in a hex at the beginning of a step. */
  held(hex, step) {
    return this.rows[this.row[hex]]?.[step] ?? 0;
  }

  /** Incidents of a hex in steps [from, to): those that begin in them, and those under way when they begin. */
  total(hex, from, to) {
    const base = hex * (this.steps + 1);
    return this.sums[base + to] - this.sums[base + from] + (this.rows ? this.held(hex, from) : 0);
  }

  counts(hex) {
    return Array.from({ length: this.steps }, (_, step) => this.total(hex, step, step + 1));
  }

  /** One corner of every hex, in Mercator units. */
  *places() {
    for (let at = 0; at < this.corners.length; at += 12) yield [this.corners[at], this.corners[at + 1]];
  }

  name(hex) {
    return this.cells[hex].toString(16);
  }

  /** The resolution of one hex, which may be coarser than its level. */
  own(hex) {
    return Number((this.cells[hex] >> 52n) & 15n);
  }
};

/** A snapshot made ready to draw. */
Monitor.Picture = class {
  /** @param {object} manifest  @param {Monitor.Picture} [before] the one that is shown until this one stands */
  constructor(manifest, before) {
    this.manifest = manifest;
    this.steps = manifest.totals.length;
    this.calendar = new Monitor.Calendar(manifest.unit, manifest.edges);
    this.tally = new Monitor.Tally(this.steps, manifest.totals.entries(), manifest.lasting);
    this.levels = manifest.levels.map((entry, at) => Monitor.Level.of(entry, this.steps, before?.levels[at]));
    this.corridors = manifest.corridors.map((feature) => this._corridor(feature));
    this.unsure = manifest.stage === "hexes";
    this.peak = Math.max(1e-9, ...this.corridors.filter(({ layer, mode }) => layer === "ridges" || mode === "air").map((dense) => this._peak(dense)));
    const routes = this.corridors.filter(({ layer }) => layer === "routes");
    this.most = Math.max(1, ...manifest.totals.map((_, step) => this.total(step, step + 1)));
    this.flow = Math.max(1e-9, ...routes.map(({ flow }) => flow));
  }

  /** A manifest that still lacks its lines shows those of the version before meanwhile: a new batch makes nothing vanish. */
  static carried(manifest, before) {
    const alike = before?.routed && before.query === manifest.query && before.unit === manifest.unit;
    if (!alike || manifest.stage !== "hexes") return manifest;
    const { hubs, landings, corridors } = before;
    const countries = { ...before.countries, ...manifest.countries };
    return { ...manifest, corridors, hubs, landings, countries, routed: true, routes_of: before.routes_of ?? before.version };
  }

  total(from, to) {
    return this.tally.total(from, to);
  }

  /** Corridors of the layers that are shown, and of the detail that is. */
  seen({ hidden, detail, selected }) {
    const shown = (corridor) => !hidden.has(corridor.layer) && (corridor.layer === "ridges" || corridor.detail <= detail);
    return this.corridors.filter((corridor) => shown(corridor) || corridor.id === selected);
  }

  corridor(id) {
    return this.corridors.find((corridor) => corridor.id === id) ?? null;
  }

  country(code) {
    return Monitor.country(code, this.manifest.countries[code] ?? code);
  }

  /** The level to show at a zoom: res 3 below z4, 4 to z5.5, 5 to z7.5, 6 above. */
  level(zoom) {
    const wanted = zoom < 4 ? 3 : zoom < 5.5 ? 4 : zoom < 7.5 ? 5 : 6;
    return this.levels.find((level) => level.resolution === wanted);
  }

  _corridor(feature) {
    const { geometry, properties, stretches, counts, lasting } = feature;
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    const toWorld = (parts) => parts.map((line) => line.map(([lon, lat]) => Monitor.toWorld(lon, lat)));
    const entries = counts.map(([day, count]) => [this.calendar.at.get(day) ?? this.calendar.before(day), count]).filter(([step]) => step >= 0 && step < this.steps);
    const spans = lasting.map(([first, last, count]) => [this.calendar.before(first), this.calendar.before(last), count]);
    const tally = new Monitor.Tally(this.steps, entries, spans);
    return {
      ...properties,
      id: properties.corridor_id,
      title: properties.name.replaceAll(" - ", " – "),
      ends: properties.name.split(": ").at(-1).replaceAll(" - ", " – "),
      lines: toWorld(lines),
      observed: toWorld(stretches?.observed ?? lines),
      inferred: toWorld(stretches?.inferred ?? []),
      faint: properties.confidence !== null && properties.confidence !== "high",
      lat: lines[0][Math.floor(lines[0].length / 2)][1],
      direction: Monitor.Picture.direction(properties),
      direction_words: { "one-way": "one way", "two-way": "both ways", unclear: "direction unclear" }[properties.direction] ?? null,
      total: (from, to) => tally.total(from, to),
    };
  }

  /** 1 if the line runs in the direction of movement, -1 if against it, 2 if movement runs both ways, 0 if unknown. */
  static direction({ countries, direction }) {
    if (direction) return { "one-way": 1, "two-way": 2 }[direction] ?? 0;
    const roles = countries.map((country) => country.role);
    const [source, target] = [roles.indexOf("source"), roles.lastIndexOf("destination")];
    return source < 0 || target < 0 ? 0 : Math.sign(target - source);
  }

  /** The busiest window of the usual length of a corridor, as incidents a step: against it widths are measured. */
  _peak(corridor) {
    const span = Math.min(this.calendar.traits.first, this.steps);
    let best = 0;
    for (let at = span; at <= this.steps; at++) best = Math.max(best, corridor.total(at - span, at));
    return best / Math.max(span, 1);
  }
};

/** Polls the newest version and fetches snapshots. Tells the monitor what happens. */
Monitor.Feed = class {
  static EVERY = 2500;

  constructor(monitor) {
    this.monitor = monitor;
    this.query = monitor.state.address.filters();
    this.asked = null;
    this.wanted = null;
    this.supporting = this.supported = null;
    this.failed = false;
  }

  async start() {
    for (;;) {
      await this.tick();
      await new Promise((done) => setTimeout(done, Monitor.Feed.EVERY));
    }
  }

  /** Ask once for the newest version; fetch its snapshot if it is not the one shown. */
  async tick() {
    try {
      const answer = await fetch("/data/head", { cache: "no-cache" });
      if (!answer.ok) throw new Error(`head: ${answer.status}`);
      const before = this.head;
      this.head = await answer.json();
      this._arrived(before);
      this.monitor.status.lost(false);
      this.monitor.status.troubled(this.head.trouble);
      await this.follow();
      this.monitor.tell("ticked");
    } catch {
      this.monitor.status.lost(true);
    }
  }

  /** What a new batch brought is shown at once, before the picture that it makes. */
  _arrived(before) {
    if (before === undefined || before.version === null || before.version >= this.head.version) return;
    this.monitor.arrivals.since(before.version, this.head.version).catch(() => null);
  }

  /** Another View is asked for. */
  ask(query) {
    if (query === this.query) return;
    this.query = query;
    if (this.head) this.follow();
  }

  /** Fetch the snapshot afresh: the server keeps the resources of the latest ones only. */
  again() {
    this.asked = this.wanted = null;
  }

  async follow() {
    const wanted = `${this.head.version} ${this.head.facts} ${this.head.network} ${this.monitor.state.unit}?${this.query}`;
    if (wanted === this.asked) {
      this.support(wanted);
      return;
    }
    if (wanted === this.wanted && !this.failed) return;
    if (this.head.version === null) {
      this.asked = wanted;
      this.monitor.show(null);
      return;
    }
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.wanted = wanted;
    this.supported = null;
    this.failed = false;
    this.monitor.status.loading(true);
    try {
      const picture = await this.monitor.during(this._fetch("hexes", abort.signal));
      if (this.wanted !== wanted) return;
      this.asked = wanted;
      this.monitor.show(picture);
      this.support(wanted);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failed = true;
      this.monitor.status.failed(error.message);
    } finally {
      if (this.wanted === wanted) this.monitor.status.loading(false);
    }
  }

  /** Where no network stands yet, the server takes longer for the routes: the picture is shown without them, and again with them. */
  async support(wanted) {
    if (!this.monitor.picture?.unsure) return this.monitor.status.working(this.head.building ? "building" : null);
    if ([this.supporting, this.supported].includes(wanted)) return undefined;
    this.supporting = wanted;
    try {
      this.monitor.status.working("routes");
      const picture = await this._fetch("snapshot", this.abort.signal);
      if (this.wanted === wanted) this.monitor.show(picture);
      this.supported = wanted;
    } catch {
      // Left for another picture, or the connection is lost: the next tick asks again.
    } finally {
      if (this.supporting === wanted) {
        this.supporting = null;
        this.monitor.status.working(null);
      }
    }
    return undefined;
  }

  async _fetch(kind, signal) {
    const params = new URLSearchParams(this.query);
    params.set("version", this.head.version);
    if (this.monitor.state.unit !== "month") params.set("step", this.monitor.state.unit);
    const answer = await fetch(`/data/${kind}?${params}`, { signal });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? Monitor.say("The server answered {status}.", { status: String(answer.status) }));
    const before = this.monitor.picture;
    const manifest = Monitor.Picture.carried(await answer.json(), before?.manifest);
    const picture = new Monitor.Picture(manifest, before);
    await picture.level(this.monitor.map.getZoom()).load(signal);
    return picture;
  }
};
