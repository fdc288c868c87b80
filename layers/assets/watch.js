/* Watch areas: drawn with clicks, named, kept in the address; each shows its incidents in the window and what came in since one looked. */

import { holds } from "./boxes.js";
import { CanvasLayer, boxOn } from "./canvas_layer.js";
import { within } from "./dom.js";
import { Loader } from "./loader.js";
import { fly } from "./map_moves.js";
import { toWorld } from "./mercator.js";
import { Tally } from "./tally.js";
import { formatNumber, say } from "./text.js";
import { Area } from "./watch_area.js";
import { WatchPanel } from "./watch_panel.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Alert, AreasAnswer, Box, Line, Pair, Theme, WatchArea } from "./types.js" */

/** @typedef {{ most: number, corners: number, letters: number }} WatchOptions */
/** @typedef {{ kind: "rectangle" | "polygon", corners: Pair[], near: Pair | null, named: boolean }} Drawing corners are lon, lat; `named` once it is closed */

export class Watch extends CanvasLayer {
  /** @type {Loader<AreasAnswer>} */
  loader;
  /** What is being drawn.  @type {Drawing | null} */
  drawing = null;
  /** The area that is held, as the address spells it.  @type {string | null} */
  held = null;
  /** What was watched before each change.  @type {WatchArea[][]} */
  before = [];
  /** Where the names of areas lie.  @type {{ box: Box, area: WatchArea }[]} */
  plates = [];

  static UNDO_MOST = 20;
  static CLOSE = 10;

  /** @param {WatchOptions} options */
  constructor(options) {
    super("areas", { zIndex: 486 });
    this.settings = options;
    this.panel = new WatchPanel(this);
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    const { state } = monitor;
    const given = state.address.given().getAll("area");
    const read = given.map((text) => Area.read(text, this.settings));
    state.areas = read.flatMap((area) => area ?? []).slice(0, this.settings.most);
    if (state.areas.length < given.length) state.notes.push(Area.leftOut(given.length - state.areas.length));
    this.loader = new Loader(monitor, "/data/areas", {
      told: () => this._told(),
      more: () => [["step", monitor.shown.calendar.unit], ...state.areas.map(({ text }) => ["area", text])],
      early: true,
    });
    super.attach(monitor);
    this.panel.fill();
    monitor.map.on("click", (event) => this._click(event));
    monitor.map.on("mousemove", (event) => this._follow(event.latlng));
    document.addEventListener("keydown", (event) => this._key(event), true);
  }

  pictureChanged() {
    this._ask();
    this.panel.fill();
    this.refresh();
  }

  windowChanged() {
    if (!this.monitor.state.areas.length) return;
    this.panel.fill();
    this.refresh();
  }

  ticked() {
    if (this.loader.state === "failed") this._ask();
  }

  _ask() {
    this.loader.look(this.monitor.state.areas.length > 0);
  }

  _told() {
    this.raise();
    this.panel.fill();
    this.refresh();
  }

  /** What the server says of an area, or nothing yet.  @param {WatchArea} given */
  _known({ text }) {
    return (this.loader.state === "ready" && this.loader.answer?.areas.find(({ area }) => area === text)) || null;
  }

  /** Its incidents in the window, null while that is not known.  @param {WatchArea} area */
  count(area) {
    const { picture } = this.monitor;
    const known = this._known(area);
    if (!known || picture?.steps !== known.counts.length) return null;
    return new Tally(picture.steps, known.counts.entries(), known.lasting).total(...this.monitor.range);
  }

  /** Raise an alert for each area into which incidents came since this viewer last looked; a first look raises none. */
  raise() {
    const { state, alerts } = this.monitor;
    const { seen } = alerts;
    const { answer, state: stage } = this.loader;
    if (stage !== "ready" || !answer) return;
    const version = answer.ledger;
    const raised = state.areas.flatMap((area) => {
      const known = this._known(area);
      if (!known) return [];
      const last = Math.min(seen.areas[area.text] ?? version, version);
      if (seen.areas[area.text] !== last) seen.areas[area.text] = last;
      area.late = known.arrived.filter(([made]) => made > last).reduce((sum, [, count]) => sum + count, 0);
      if (!area.late) return [];
      const why = { text: Area.came(area.late), values: {} };
      /** @type {Alert} */
      const alert = { key: `area|${area.text}|${version}`, kind: "area", date: new Date().toISOString().slice(0, 10), place: area.name, mode: "", why, area: area.text, version };
      return [alert];
    });
    seen.keep();
    alerts.tellOfAreas(raised);
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  /** @param {Drawing["kind"]} kind */
  start(kind) {
    const { state, status, map } = this.monitor;
    if (state.areas.length >= this.settings.most) return status.announce(say("At most {most} areas are watched; remove one first.", this.settings));
    if (this.drawing) this.cancel();
    this.drawing = { kind, corners: [], near: null, named: false };
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("drawing");
    this.panel.fill();
    if (kind === "rectangle") return status.announce(say("Click one corner, then the one across. Escape cancels."));
    return status.announce(say("Click the corners; click the first again or press Enter to close. Backspace takes one back, Escape cancels."));
  }

  /** The present view as an area: for whoever draws with the keyboard. */
  startWithView() {
    this.start("rectangle");
    if (!this.drawing) return;
    const bounds = this.monitor.map.getBounds().pad(-0.25);
    const centre = this.monitor.map.getCenter();
    const turn = centre.lng - centre.wrap().lng;
    this.drawing.corners = this._across([bounds.getWest() - turn, bounds.getNorth()], [bounds.getEast() - turn, bounds.getSouth()]);
    this._name();
  }

  cancel() {
    this.drawing = null;
    const { map } = this.monitor;
    map.doubleClickZoom.enable();
    map.getContainer().classList.remove("drawing");
    this.panel.fill();
    this.refresh();
  }

  /** @param {Pair} given  @param {Pair} second  @returns {Pair[]} */
  _across([west, north], [east, south]) {
    return [[west, north], [east, north], [east, south], [west, south]];
  }

  /** @param {L.LeafletMouseEvent} given */
  _click({ containerPoint, latlng }) {
    const { drawing } = this;
    if (!drawing) {
      const held = this.at(containerPoint)?.text ?? null;
      if (held !== this.held) this.hold(held);
      return;
    }
    if (drawing.named) return;
    const { lng, lat } = latlng.wrap();
    /** @type {Pair} */
    const corner = [Math.round(lng * 100) / 100, Math.round(lat * 100) / 100];
    if (drawing.kind === "rectangle" && drawing.corners.length) {
      drawing.corners = this._across(drawing.corners[0], corner);
      this._name();
    } else if (drawing.corners.length > 2 && this._onFirst(containerPoint)) this._name();
    else this._corner(corner);
    this.refresh();
  }

  /** @param {Pair} corner */
  _corner(corner) {
    const corners = this.drawing?.corners ?? [];
    const full = say("An area has at most {most} corners; press Enter to close it.", { most: this.settings.corners });
    if (corners.length >= this.settings.corners) this.monitor.status.announce(full);
    else if (corners.at(-1)?.join() !== corner.join()) corners.push(corner);
  }

  /** @param {L.Point} point */
  _onFirst(point) {
    const [lon, lat] = this.drawing?.corners[0] ?? [0, 0];
    const first = this.monitor.map.latLngToContainerPoint([lat, lon]);
    return first.distanceTo(point) <= Watch.CLOSE;
  }

  /** @param {L.LatLng} latlng */
  _follow(latlng) {
    if (!this.drawing || this.drawing.named) return;
    const { lng, lat } = latlng.wrap();
    this.drawing.near = [lng, lat];
    this.refresh();
  }

  /** Closed: check it, and ask for its name. */
  _name() {
    const { drawing } = this;
    if (!drawing) return;
    const fault = Area.fault(drawing.corners, this.settings.corners);
    if (fault) {
      if (drawing.kind === "rectangle") drawing.corners = [];
      this.monitor.status.announce([fault, say("Nothing was kept.")].join(" "));
      return;
    }
    drawing.named = true;
    this.panel.open();
    this.panel.fill();
  }

  /** @param {string} name */
  finish(name) {
    const { areas } = this.monitor.state;
    const text = Area.spelt(name.trim(), this.drawing?.corners ?? []);
    const fault = this._fault(name, text);
    const area = fault ? null : Area.read(text, this.settings);
    if (!area) {
      this.monitor.status.announce(fault ?? say("The area could not be kept, as its corners lie too near to each other."));
      return;
    }
    this.cancel();
    this._change([...areas, area], text);
  }

  /** Why an area cannot be kept under a name, null if it can.  @param {string} name  @param {string} text */
  _fault(name, text) {
    if (!name.trim()) return say("An area has a name.");
    if (/[~\p{C}]/u.test(name)) return say("A name may not hold the sign ~ or signs that cannot be seen.");
    if (this.monitor.state.areas.some((one) => one.text === text)) return say("This very area is watched already.");
    return null;
  }

  // Keeping --------------------------------------------------------------------------------------------------------

  /** @param {WatchArea[]} areas  @param {string | null} [held] */
  _change(areas, held = null) {
    this.before = [...this.before, this.monitor.state.areas].slice(-Watch.UNDO_MOST);
    this._set(areas, held);
  }

  /** @param {WatchArea[]} areas  @param {string | null} held */
  _set(areas, held) {
    this.monitor.state.set("areas", { areas });
    this.held = held;
    this._ask();
    this.raise();
    this.panel.fill();
    this.refresh();
  }

  /** @param {string} text */
  unwatch(text) {
    const { areas } = this.monitor.state;
    const gone = areas.find((area) => area.text === text);
    if (!gone) return;
    this._change(areas.filter((area) => area !== gone));
    this.monitor.status.announce(say("{name} is no longer watched. Ctrl+Z brings it back.", gone));
  }

  undo() {
    if (this.drawing) {
      if (!this.drawing.named) this.drawing.corners.pop();
      this.refresh();
      return;
    }
    const last = this.before.pop();
    if (last) this._set(last, null);
  }

  /** @param {string | null} text */
  hold(text) {
    this.held = text;
    this.panel.fill();
    this.refresh();
  }

  /** @param {string} text */
  go(text) {
    const area = this.monitor.state.areas.find((one) => one.text === text);
    if (!area) return;
    this.hold(text);
    fly(this.monitor.map, L.latLngBounds(area.corners.map(([lon, lat]) => [lat, lon])));
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (within(event, "input, select, textarea") && !(event.key === "Escape" && this.drawing)) return;
    if (!(this.drawing && this._drawingKey(event)) && !this._keepingKey(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Whether a key did something to what is being drawn.  @param {KeyboardEvent} event */
  _drawingKey(event) {
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Backspace") this.undo();
    else if (event.key !== "Enter" || within(event, "button, summary, a") || this.drawing?.named) return false;
    else this._name();
    return true;
  }

  /** Whether a key did something to what is kept.  @param {KeyboardEvent} event */
  _keepingKey(event) {
    const undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    if (undo && (this.drawing || this.before.length)) this.undo();
    else if (event.key === "Delete" && this.held) this.unwatch(this.held);
    else return false;
    return true;
  }

  // The picture --------------------------------------------------------------------------------------------------------

  /** @param {Pair[]} corners  @param {number} dx  @returns {Line} */
  _points(corners, dx) {
    const { scale, dy } = this.frame;
    return corners.map(([lon, lat]) => toWorld(lon, lat)).map(([x, y]) => [x * scale + dx, y * scale + dy]);
  }

  empty() {
    return !this.monitor.state.areas.length && !this.drawing;
  }

  draw() {
    const context = this.wipe();
    this.plates = [];
    const { theme, state } = this.monitor;
    for (const area of state.areas) {
      for (const dx of this.frame.copies) this._area(context, area, this._points(area.corners, dx), theme);
    }
    if (this.drawing) for (const dx of this.frame.copies) this._draft(context, dx, theme);
  }

  /** @param {CanvasRenderingContext2D} context  @param {Line} points  @param {boolean} closed */
  _trace(context, points, closed) {
    context.beginPath();
    points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (closed) context.closePath();
  }

  /** @param {CanvasRenderingContext2D} context  @param {WatchArea} area  @param {Line} points  @param {Theme} theme */
  _area(context, area, points, theme) {
    const held = area.text === this.held;
    this._trace(context, points, true);
    [context.strokeStyle, context.lineWidth, context.lineJoin] = [theme.casing, held ? 6 : 4.5, "round"];
    context.stroke();
    [context.strokeStyle, context.lineWidth] = [theme.accent, held ? 3 : 2];
    context.setLineDash([8, 4]);
    context.stroke();
    context.setLineDash([]);
    [context.globalAlpha, context.fillStyle] = [held ? 0.14 : 0.07, theme.accent];
    context.fill();
    context.globalAlpha = 1;
    this._chip(context, area, points, theme);
  }

  /**
   * Name and number at the upper left corner of the area.
   * @param {CanvasRenderingContext2D} context  @param {WatchArea} area  @param {Line} points  @param {Theme} theme
   */
  _chip(context, area, points, theme) {
    const count = this.count(area);
    const text = `${area.name}  ${count === null ? "…" : formatNumber(count)}${area.late ? `  +${area.late}` : ""}`;
    context.font = '650 12px "Inter", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
    const width = context.measureText(text).width + 16;
    const [left, top] = [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
    /** @type {Box} */
    const box = [left, top - 26, left + width, top - 3];
    this.plates.push({ box, area });
    context.beginPath();
    context.roundRect(box[0], box[1], width, 23, 5);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [area.text === this.held ? theme.accent : theme.panel, theme.accent, 1.4];
    context.fill();
    context.stroke();
    [context.fillStyle, context.textAlign, context.textBaseline] = [area.text === this.held ? theme.on_accent : theme.text, "left", "middle"];
    context.fillText(text, box[0] + 8, top - 14);
  }

  /** @param {CanvasRenderingContext2D} context  @param {number} dx  @param {Theme} theme */
  _draft(context, dx, theme) {
    if (!this.drawing?.corners.length) return;
    const { kind, corners, near, named } = this.drawing;
    const open = named || !near ? corners : kind === "rectangle" ? this._across(corners[0], near) : [...corners, near];
    const points = this._points(open, dx);
    this._trace(context, points, named || kind === "rectangle");
    [context.strokeStyle, context.lineWidth] = [theme.accent, 2];
    context.setLineDash([4, 4]);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = theme.accent;
    for (const [x, y] of this._points(corners, dx)) {
      context.beginPath();
      context.arc(x, y, 4.5, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** The area whose chip is under a point of the map's container, or null.  @param {L.Point} point */
  at(point) {
    const [x, y] = this.inCanvas(point);
    return this.plates.find(({ box }) => holds(box, x, y))?.area ?? null;
  }

  /** @param {CanvasLayer} layer */
  chipsFor(layer) {
    return this.plates.map(({ box }) => boxOn(layer, this, box));
  }
}
