/* What became of the corridors from one window to another: a dash, a sign and a word for each state as well as a colour. */
"use strict";

/** How each state is drawn; `dash` for a line of width 4. Gone corridors are ghosts: hollow and dotted. */
Monitor.CHANGES = {
  born: { word: Monitor.mark("clear rise, from none"), meaning: Monitor.mark("next to none before"), dash: [] },
  growing: { word: Monitor.mark("clear rise"), meaning: Monitor.mark("more, beyond chance"), dash: [] },
  fading: { word: Monitor.mark("clear fall"), meaning: Monitor.mark("fewer, beyond chance"), dash: [11, 6] },
  gone: { word: Monitor.mark("clear fall, to none"), meaning: Monitor.mark("next to none any more"), dash: [1, 7] },
  shifted: { word: Monitor.mark("moved sideways"), meaning: Monitor.mark("same number, farther over"), dash: [13, 5, 2, 5] },
  steady: { word: Monitor.mark("no clear change"), meaning: Monitor.mark("no change beyond chance"), dash: [] },
  "not testable": { word: Monitor.mark("too few reports"), meaning: null, dash: [2, 4] },
  "not reported": { word: Monitor.mark("not yet reported"), meaning: null, dash: [2, 4] },
};

/** How far something lies to each side, the sides clockwise from the north. */
Monitor.WINDS = {
  north: Monitor.mark("{km} km north"),
  "north-east": Monitor.mark("{km} km north-east"),
  east: Monitor.mark("{km} km east"),
  "south-east": Monitor.mark("{km} km south-east"),
  south: Monitor.mark("{km} km south"),
  "south-west": Monitor.mark("{km} km south-west"),
  west: Monitor.mark("{km} km west"),
  "north-west": Monitor.mark("{km} km north-west"),
};

/** Paint the sign of a state into a disc: plus, arrow up, arrow down, cross, arrows to both sides. */
Monitor.changeSign = (context, x, y, size, state, colour, ground) => {
  const strokes = {
    born: [[-1, 0, 1, 0], [0, -1, 0, 1]],
    growing: [[0, 1, 0, -1], [-0.8, -0.2, 0, -1], [0.8, -0.2, 0, -1]],
    fading: [[0, -1, 0, 1], [-0.8, 0.2, 0, 1], [0.8, 0.2, 0, 1]],
    gone: [[-0.8, -0.8, 0.8, 0.8], [-0.8, 0.8, 0.8, -0.8]],
    shifted: [[-1, 0, 1, 0], [-0.4, -0.6, -1, 0], [-0.4, 0.6, -1, 0], [0.4, -0.6, 1, 0], [0.4, 0.6, 1, 0]],
  }[state];
  context.save();
  context.setLineDash([]);
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, size, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = ground;
  context.lineWidth = Math.max(1.6, size / 4.4);
  context.lineCap = "round";
  context.beginPath();
  const reach = size * 0.55;
  for (const [x0, y0, x1, y1] of strokes) {
    context.moveTo(x + x0 * reach, y + y0 * reach);
    context.lineTo(x + x1 * reach, y + y1 * reach);
  }
  context.stroke();
  context.restore();
};

/** Paint a line of a state along a path. */
Monitor.changeLine = (context, path, state, theme, width) => {
  const { dash } = Monitor.CHANGES[state];
  const colour = theme.change[state] ?? theme.muted;
  const quiet = !theme.change[state];
  const stroke = (style, wide, dashes, cap = "round") => {
    [context.strokeStyle, context.lineWidth, context.lineCap] = [style, wide, cap];
    context.setLineDash(dashes);
    context.stroke(path);
  };
  context.lineJoin = "round";
  if (!quiet) stroke(theme.casing, width + 3.5, []);
  stroke(colour, width, dash.map((part) => (quiet ? part : (part * width) / 4)), dash.length && state !== "gone" ? "butt" : "round");
  if (state === "born") stroke(theme.casing, width * 0.3, []);
  if (state === "gone") stroke(theme.casing, width * 0.45, dash.map((part) => (part * width) / 4));
  context.setLineDash([]);
};

Monitor.Changes = Monitor.CorridorCanvas.extend({
  statics: { PREFIX: "change-" },

  initialize(options) {
    Monitor.CorridorCanvas.prototype.initialize.call(this, "changes", { zIndex: 484, ...options });
    [this.items, this.boxes, this.hovered] = [[], [], null];
  },

  attach(monitor) {
    monitor.changes = this;
    this.late = new Monitor.Late(monitor, "/data/changes", () => this._told());
    Monitor.CorridorCanvas.prototype.attach.call(this, monitor);
    this.relayer();
  },

  showing() {
    return !this.monitor.state.hidden.has("changes");
  },

  relayer() {
    this.monitor.map.getContainer().dataset.changes = this.showing() ? "on" : "off";
    this.late.look(this.showing());
    this.refresh();
  },

  repicture() {
    this.late.look(this.showing());
    this.rebuild();
  },

  ticked() {
    if (this.late.state === "failed") this.late.look(this.showing());
  },

  _told() {
    if (this.late.state === "ready") {
      this.items = (this.late.answer.corridors ?? []).map((item) => this._item(item));
      this.rebuild();
    }
    this.monitor.tell("relegend");
    this.monitor.labels?.refresh();
    if (this.items.some(({ id }) => id === this.monitor.state.selected)) this.monitor.later("reselect");
  },

  _item(item) {
    const lines = item.lines.map((line) => line.map(([lon, lat]) => Monitor.toWorld(lon, lat)));
    const middle = item.lines[0][Math.floor(item.lines[0].length / 2)];
    return {
      ...item,
      id: Monitor.Changes.PREFIX + item.id,
      title: item.name.replaceAll(" - ", " – "),
      lines,
      observed: lines,
      inferred: [],
      band_km: 0,
      lat: middle[1],
      news: Boolean(this.monitor.theme.change[item.state]),
      short: this._short(item),
    };
  },

  /** The state in two words: "×4.5", "born", "24 km east". */
  _short({ state, ratio, shift }) {
    if (state === "shifted") return this._far(shift);
    if ((state === "growing" || state === "fading") && ratio !== null) return `×${Monitor.digits(ratio >= 10 ? String(Math.round(ratio)) : ratio.toPrecision(2))}`;
    return Monitor.say(Monitor.CHANGES[state].word);
  },

  prepare() {
    this.shapes = this.items.flatMap((item) => this._shape(item));
  },

  empty() {
    return !this.showing();
  },

  draw() {
    const context = this.wipe();
    this.boxes = [];
    if (this.empty()) return;
    const { state, theme } = this.monitor;
    const most = Math.max(1, ...this.items.map(({ before, after }) => Math.max(before, after)));
    const order = [...this.shapes].sort((a, b) => a.corridor.news - b.corridor.news || (a.corridor.id === state.selected) - (b.corridor.id === state.selected));
    const chosen = this.items.some(({ id }) => id === state.selected);
    for (const { corridor, path, lines } of order) {
      const [held, own] = [corridor.id === state.selected || corridor.id === this.hovered, corridor.news ? 1 : 0.75];
      context.globalAlpha = chosen && !held ? 0.3 : own;
      const width = corridor.news ? 3.2 + 3 * Math.sqrt(Math.max(corridor.before, corridor.after) / most) : 1.5;
      if (held) this._halo(context, path, corridor, width);
      Monitor.changeLine(context, path, corridor.state, theme, width);
      if (corridor.shift) this._moved(context, corridor, lines);
    }
    this._chips(context, order.filter(({ corridor }) => corridor.news).reverse());
    context.globalAlpha = 1;
  },

  _halo(context, path, { state }, width) {
    const { theme } = this.monitor;
    const alpha = context.globalAlpha;
    [context.globalAlpha, context.strokeStyle, context.lineWidth, context.lineCap] = [0.35, theme.change[state] ?? theme.muted, width + 11, "round"];
    context.stroke(path);
    context.globalAlpha = alpha;
  },

  /** Arrows across the line, towards where it went; true to scale where that can be seen. */
  _moved(context, { shift, state, lat }, lines) {
    const { theme } = this.monitor;
    const [at, { scale }] = [Object.keys(Monitor.WINDS).indexOf(shift.towards), this.frame];
    const angle = (at * Math.PI) / 4 - Math.PI / 2;
    const km = (scale * Monitor.WORLD) / (EARTH_KM * Math.cos((lat * Math.PI) / 180));
    const length = Math.max(14, Math.min(70, Math.abs(shift.km) * km));
    const points = lines[0];
    context.fillStyle = context.strokeStyle = theme.change[state] ?? theme.change.shifted;
    for (const share of [0.25, 0.5, 0.75]) {
      const [x, y] = points[Math.min(points.length - 1, Math.floor(points.length * share))];
      const [endX, endY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(endX, endY);
      context.stroke();
      context.beginPath();
      for (const turn of [0, 2.5, -2.5]) context.lineTo(endX + Math.cos(angle + turn) * 6.5, endY + Math.sin(angle + turn) * 6.5);
      context.fill();
    }
  },

  /** A chip on each changed line: its sign, how much, and its name while there are few. */
  _chips(context, shapes) {
    const taken = Monitor.panelsOn(this);
    const named = shapes.length <= this.options.named;
    for (const { corridor, lines } of shapes) {
      const texts = [...(named ? [`${corridor.short}  ${corridor.title}`] : []), corridor.short];
      const placed = texts.map((text) => this._place(context, text, lines[0], taken)).find(Boolean);
      if (!placed) continue;
      taken.push(placed.box);
      this.boxes.push({ box: placed.box, id: corridor.id });
      this._chip(context, corridor, placed);
    }
  },

  _place(context, text, points, taken) {
    context.font = `650 12px ${CHANGE_FONT}`;
    const width = context.measureText(text).width + 34;
    const { width: w, height: h } = this.frame;
    const seen = points.filter(([x, y]) => x > 0 && y > 0 && x < w && y < h);
    if (!seen.length) return null;
    for (const share of [0.5, 0.3, 0.7, 0.1, 0.9]) {
      const [x, y] = seen[Math.min(seen.length - 1, Math.floor(seen.length * share))];
      for (const [dx, dy] of [[12, -18], [-12 - width, -18], [12, 18], [-12 - width, 18], [-width / 2, -30], [-width / 2, 30]]) {
        const box = [x + dx, y + dy - 12, x + dx + width, y + dy + 12];
        if (this.inSight(box) && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return { box, text };
      }
    }
    return null;
  },

  _chip(context, corridor, { box: [left, top, right, bottom], text }) {
    const { theme, state } = this.monitor;
    const colour = theme.change[corridor.state];
    const held = corridor.id === state.selected;
    context.globalAlpha = !held && this.items.some(({ id }) => id === state.selected) ? 0.4 : 1;
    context.beginPath();
    context.roundRect(left, top, right - left, bottom - top, 12);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, colour, held ? 2.4 : 1.4];
    context.setLineDash(corridor.state === "gone" ? [3, 3] : []);
    context.fill();
    context.stroke();
    context.setLineDash([]);
    Monitor.changeSign(context, left + 13, (top + bottom) / 2, 8, corridor.state, colour, theme.casing);
    [context.fillStyle, context.textAlign, context.textBaseline] = [theme.text, "left", "middle"];
    context.fillText(text, left + 26, (top + bottom) / 2 + 0.5);
    context.globalAlpha = 1;
  },

  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    if (this.showing()) this.refresh();
  },

  /** Where the chips lie, on another canvas. */
  chipsFor(layer) {
    return this.boxes.map(({ box }) => Monitor.boxOn(layer, this, box));
  },

  /** The changed corridor whose chip is under a point of the map's container, or null. */
  chipAt(point) {
    if (!this.showing()) return null;
    const [x, y] = this.inCanvas(point);
    const chip = this.boxes.find(({ box }) => x > box[0] && x < box[2] && y > box[1] && y < box[3]);
    return this.items.find(({ id }) => id === chip?.id) ?? null;
  },

  /** The compared corridor under a point of the map's container, or null. */
  at(point) {
    if (!this.showing() || !this.shapes) return null;
    const chip = this.chipAt(point);
    if (chip) return chip;
    const [x, y] = this.inCanvas(point);
    let [best, found] = [8, null];
    for (const { corridor, lines } of this.shapes) {
      const away = Math.min(...lines.map((points) => Monitor.distance(points, x, y))) + (corridor.news ? 0 : 3);
      if (away < best) [best, found] = [away, corridor];
    }
    return found;
  },

  words(item) {
    return [item.title, this._judged(item)];
  },

  /** The rate in short; the sentence below it says the rest. */
  _factor({ rate, before, ratio, low }) {
    if (!rate) return "–";
    const [sign, value] = before ? ["×", ratio] : ["≥ ×", low];
    return sign + Monitor.digits(String(Number(value.toPrecision(2))));
  },

  _judged({ state, rate, shift }) {
    if (state === "shifted") return Monitor.say("Shifted {across}", { across: this._across(shift) });
    const word = Monitor.capital(Monitor.say(Monitor.CHANGES[state].word));
    const judged = rate ? Monitor.say("{word}: {meaning}", { word, meaning: Monitor.told(rate).replace(/\bx(?=\d)/g, "×") }) : word;
    return shift ? [judged, Monitor.say("shifted {across}", { across: this._across(shift) })].join("; ") : judged;
  },

  _far({ km, towards }) {
    return Monitor.say(Monitor.WINDS[towards], { km: String(Math.round(Math.abs(km))) });
  },

  _across(shift) {
    const [least, most] = [Math.abs(shift.low), Math.abs(shift.high)].sort((a, b) => a - b).map((km) => String(Math.round(km)));
    return Monitor.say("{far} ({least} to {most})", { far: this._far(shift), least, most });
  },

  /** The two windows in words. */
  _windows({ before, after }) {
    return Monitor.say("{after} against {before}", { after: Monitor.Calendar.months(after), before: Monitor.Calendar.months(before) });
  },

  /** What the card says of what is selected, or null. */
  nodes(selected, head) {
    const item = this.items.find(({ id }) => id === selected);
    if (!item) return null;
    const { element, number } = Monitor;
    const [windows, [path, query]] = [this._windows(this.late.answer.windows), this.late.answer.link.split("?")];
    const kind = element("span", { class: "mode" }, [Monitor.CHANGES[item.state].word, item.mode].map((word) => Monitor.say(word)).join(", "));
    kind.style.color = this.monitor.theme.change[item.state] ?? this.monitor.theme.muted;
    const figures = [[number(item.before), Monitor.say("before")], [number(item.after), Monitor.say("after")], [this._factor(item), Monitor.say("rate")]];
    const facts = [
      item.shift ? Monitor.say("Shifted {across}.", { across: this._across(item.shift) }) : null,
      Monitor.told(item.reason).replace(/\bx(?=\d)/g, "×"),
      Monitor.say("Compared: {windows}.", { windows }),
      item.support === null ? null : Monitor.say("Found again in {share}\u00a0% of redraws.", { share: Math.round(item.support * 100) }),
    ];
    return [
      head(item.title, kind, item.synthetic ? element("p", { class: "made-up" }, Monitor.say("Synthetic")) : null),
      element("dl", { class: "figures" }, ...figures.map(([value, name]) => element("div", {}, element("dd", {}, value), element("dt", {}, name)))),
      ...facts.filter(Boolean).map((fact) => element("p", { class: "facts" }, fact)),
      element("p", { class: "facts" }, element("a", { href: Monitor.page(path, query), target: "_blank", rel: "noopener" }, Monitor.say("All changes as a table ↗"))),
      element("footer", {}, Monitor.say("A route of the map, by the incidents that lie in its corridor.")),
    ];
  },

  _note(windows) {
    return Monitor.say("{windows}. The routes of the map, by the incidents in their corridors.", { windows: this._windows(windows) });
  },

  /** Rows of the legend. */
  legend(legend) {
    const { element } = Monitor;
    const { theme } = this.monitor;
    const { answer, words } = this.late;
    const counts = new Map();
    for (const { state } of this.items) counts.set(state, (counts.get(state) ?? 0) + 1);
    const told = ({ word, meaning }) =>
      meaning ? Monitor.say("{word}: {meaning}", { word: Monitor.say(word), meaning: Monitor.say(meaning) }) : Monitor.say(word);
    const rows = Object.entries(Monitor.CHANGES).map(([state, kind]) => {
      const swatch = legend._swatch((context) => {
        const path = new Path2D("M3 7H41");
        Monitor.changeLine(context, path, state, theme, theme.change[state] ? 4 : 1.5);
        if (theme.change[state]) Monitor.changeSign(context, 22, 7, 6.5, state, theme.change[state], theme.casing);
      });
      const count = element("b", {}, String(counts.get(state) ?? 0));
      return element("div", { class: "row" }, swatch, element("span", {}, told(kind)), count);
    });
    const changed = this.items.some(({ news }) => news);
    const said = words ?? (changed ? null : Monitor.say("No corridor changed beyond what reporting and chance explain."));
    return [
      said ? element("p", { class: "note state", role: "status" }, said) : null,
      answer?.windows ? element("p", { class: "note" }, this._note(answer.windows)) : null,
      ...(this.items.length ? rows : []),
    ].filter(Boolean);
  },
});

const CHANGE_FONT = '"Inter", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
