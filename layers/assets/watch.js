/* Watch areas: drawn with clicks, named, kept in the address; each shows its incidents in the window and what came in since one looked. */

import { CanvasLayer, boxOn } from "./canvas_layer.js";
import { element, icon } from "./dom.js";
import { Loader } from "./loader.js";
import { fly } from "./map_moves.js";
import { toWorld } from "./mercator.js";
import { Tally } from "./tally.js";
import { formatNumber, say } from "./text.js";
import { Area } from "./watch_area.js";

export class Watch extends CanvasLayer {
  static RECTANGLE = "M3.5 5.5h13v9h-13z";
  static POLYGON = "M10 3l7 5-3 9H6L3 8z";
  static VIEW = "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M8 10h4M10 8v4";
  static UNDO_MOST = 20;
  static CLOSE = 10;

  constructor(options) {
    super("areas", { zIndex: 486, ...options });
    Object.assign(this, { drawing: null, held: null, before: [], plates: [] });
  }

  attach(monitor) {
    this.monitor = monitor;
    const { state } = monitor;
    const given = state.address.read().getAll("area");
    const read = given.map((text) => Area.read(text, this.options));
    state.areas = read.filter(Boolean).slice(0, this.options.most);
    if (state.areas.length < given.length) state.notes.push(Area.leftOut(given.length - state.areas.length));
    this.loader = new Loader(monitor, "/data/areas", () => this._told(), () => [["step", monitor.picture.calendar.unit], ...state.areas.map(({ text }) => ["area", text])], true);
    this.addTo(monitor.map);
    monitor.map.on("click", (event) => this._click(event));
    monitor.map.on("mousemove", (event) => this._follow(event.latlng));
    document.addEventListener("keydown", (event) => this._key(event), true);
  }

  pictureChanged() {
    this._ask();
    this.fill();
    this.refresh();
  }

  windowChanged() {
    if (!this.monitor.state.areas.length) return;
    this.fill();
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
    this.fill();
    this.refresh();
  }

  /** What the server says of an area, or nothing yet. */
  _known({ text }) {
    return (this.loader.state === "ready" && this.loader.answer.areas.find(({ area }) => area === text)) || null;
  }

  /** Its incidents in the window, null while that is not known. */
  count(area) {
    const { picture } = this.monitor;
    const { counts, lasting } = this._known(area) ?? {};
    return counts && picture?.steps === counts.length ? new Tally(counts.length, counts.entries(), lasting).total(...this.monitor.range) : null;
  }

  /** Raise an alert for each area into which incidents came since this viewer last looked; a first look raises none. */
  raise() {
    const { state, alerts } = this.monitor;
    const { seen } = alerts;
    if (this.loader.state !== "ready") return;
    const version = this.loader.answer.ledger;
    const raised = state.areas.flatMap((area) => {
      const known = this._known(area);
      if (!known) return [];
      const last = Math.min(seen.areas[area.text] ?? version, version);
      if (seen.areas[area.text] !== last) seen.areas[area.text] = last;
      area.late = known.arrived.filter(([made]) => made > last).reduce((sum, [, count]) => sum + count, 0);
      if (!area.late) return [];
      const why = { text: Area.came(area.late), values: {} };
      return [{ key: `area|${area.text}|${version}`, kind: "area", date: new Date().toISOString().slice(0, 10), place: area.name, mode: "", why, area: area.text, version }];
    });
    seen.keep();
    alerts.tellOfAreas(raised);
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  start(kind) {
    const { state, status, map } = this.monitor;
    if (state.areas.length >= this.options.most) return status.announce(say("At most {most} areas are watched; remove one first.", this.options));
    if (this.drawing) this.cancel();
    this.drawing = { kind, corners: [], near: null };
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("drawing");
    this.fill();
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
    this.fill();
    this.refresh();
  }

  _across([west, north], [east, south]) {
    return [[west, north], [east, north], [east, south], [west, south]];
  }

  _click({ containerPoint, latlng }) {
    const { drawing } = this;
    if (!drawing) {
      const held = this.at(containerPoint)?.text ?? null;
      if (held !== this.held) this.hold(held);
      return;
    }
    if (drawing.named) return;
    const { lng, lat } = latlng.wrap();
    const corner = [Math.round(lng * 100) / 100, Math.round(lat * 100) / 100];
    if (drawing.kind === "rectangle" && drawing.corners.length) {
      drawing.corners = this._across(drawing.corners[0], corner);
      this._name();
    } else if (drawing.corners.length > 2 && this._onFirst(containerPoint)) this._name();
    else this._corner(corner);
    this.refresh();
  }

  _corner(corner) {
    const { corners } = this.drawing;
    const full = say("An area has at most {most} corners; press Enter to close it.", { most: this.options.corners });
    if (corners.length >= this.options.corners) this.monitor.status.announce(full);
    else if (corners.at(-1)?.join() !== corner.join()) corners.push(corner);
  }

  _onFirst(point) {
    const [lon, lat] = this.drawing.corners[0];
    const first = this.monitor.map.latLngToContainerPoint([lat, lon]);
    return first.distanceTo(point) <= Watch.CLOSE;
  }

  _follow(latlng) {
    if (!this.drawing || this.drawing.named) return;
    const { lng, lat } = latlng.wrap();
    this.drawing.near = [lng, lat];
    this.refresh();
  }

  /** Closed: check it, and ask for its name. */
  _name() {
    const fault = Area.fault(this.drawing.corners, this.options.corners);
    if (fault) {
      if (this.drawing.kind === "rectangle") this.drawing.corners = [];
      return this.monitor.status.announce([fault, say("Nothing was kept.")].join(" "));
    }
    this.drawing.named = true;
    this.monitor.alerts.details.open = true;
    this.fill();
    return undefined;
  }

  _finish(name) {
    const said = (sentence) => this.monitor.status.announce(sentence);
    const { areas } = this.monitor.state;
    if (!name.trim()) return said(say("An area has a name."));
    if (/[~\p{C}]/u.test(name)) return said(say("A name may not hold the sign ~ or signs that cannot be seen."));
    const text = Area.spelt(name.trim(), this.drawing.corners);
    const area = Area.read(text, this.options);
    if (!area) return said(say("The area could not be kept, as its corners lie too near to each other."));
    if (areas.some((one) => one.text === text)) return said(say("This very area is watched already."));
    this.cancel();
    return this._change([...areas, area], text);
  }

  // Keeping --------------------------------------------------------------------------------------------------------

  _change(areas, held = null) {
    this.before = [...this.before, this.monitor.state.areas].slice(-Watch.UNDO_MOST);
    this._set(areas, held);
  }

  _set(areas, held) {
    this.monitor.state.set("areas", { areas });
    this.held = held;
    this._ask();
    this.raise();
    this.fill();
    this.refresh();
  }

  remove(text) {
    const { areas } = this.monitor.state;
    const gone = areas.find((area) => area.text === text);
    if (!gone) return;
    this._change(areas.filter((area) => area !== gone));
    this.monitor.status.announce(say("{name} is no longer watched. Ctrl+Z brings it back.", gone));
  }

  undo() {
    if (this.drawing) {
      if (!this.drawing.named) this.drawing.corners.pop();
      return this.refresh();
    }
    if (this.before.length) return this._set(this.before.pop(), null);
    return undefined;
  }

  hold(text) {
    this.held = text;
    this.fill();
    this.refresh();
  }

  go(text) {
    const area = this.monitor.state.areas.find((one) => one.text === text);
    if (!area) return;
    this.hold(text);
    fly(this.monitor.map, L.latLngBounds(area.corners.map(([lon, lat]) => [lat, lon])));
  }

  _key(event) {
    if (event.target.closest("input, select, textarea") && !(event.key === "Escape" && this.drawing)) return;
    const undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    const acts = {
      Escape: () => this.cancel(),
      Enter: () => !event.target.closest("button, summary, a") && !this.drawing.named && this._name(),
      Backspace: () => this.undo(),
    };
    if (this.drawing && acts[event.key]) {
      if (acts[event.key]() === false) return;
    } else if (undo && (this.drawing || this.before.length)) this.undo();
    else if (event.key === "Delete" && this.held) this.remove(this.held);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // The panel --------------------------------------------------------------------------------------------------------

  fill() {
    const place = this.monitor.alerts?.areas;
    if (!place) return;
    const typed = place.querySelector("input")?.value;
    const button = (name, path, act, held = false) =>
      element("button", { type: "button", class: "square", title: name, "aria-label": name, "aria-pressed": String(held), onclick: act }, icon(path));
    const kind = (name) => this.drawing?.kind === name && !this.drawing.named;
    const head = element(
      "div",
      { class: "head" },
      element("strong", {}, say("Watch areas")),
      button(say("Watch a rectangle"), Watch.RECTANGLE, () => (kind("rectangle") ? this.cancel() : this.start("rectangle")), kind("rectangle")),
      button(say("Watch a polygon"), Watch.POLYGON, () => (kind("polygon") ? this.cancel() : this.start("polygon")), kind("polygon")),
      button(say("Watch the middle of this view"), Watch.VIEW, () => this.startWithView()),
    );
    const { areas } = this.monitor.state;
    const usual = say("None yet. An area is kept in the link and raises an alert when incidents come in.");
    const none = areas.length || this.drawing ? null : element("p", { class: "note" }, usual);
    const failed = areas.length && this.loader.state === "failed" ? element("p", { class: "note state" }, this.loader.words) : null;
    const parts = [head, none, failed, this._form(typed), element("ul", { class: "chips" }, ...areas.map((area) => this._row(area)))];
    place.replaceChildren(...parts.filter(Boolean));
    if (this.drawing?.named) place.querySelector("input").focus();
  }

  _form(typed) {
    if (!this.drawing?.named) return null;
    const usual = typed ?? say("Area {number}", { number: this.monitor.state.areas.length + 1 });
    const name = element("input", { type: "text", maxlength: this.options.letters, value: usual, "aria-label": say("Name of the area") });
    const keep = element("button", { type: "submit", class: "keep" }, say("Keep"));
    const drop = element("button", { type: "button", onclick: () => this.cancel() }, say("Cancel"));
    const form = element("form", {}, name, keep, drop);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._finish(name.value);
    });
    return form;
  }

  _row(area) {
    const count = this.count(area);
    const words = count === null ? "…" : formatNumber(count);
    const go = element(
      "button",
      { type: "button", class: "go", "aria-pressed": String(area.text === this.held), onclick: () => this.go(area.text) },
      element("span", { class: "name" }, area.name),
      area.late ? element("span", { class: "late" }, `+${formatNumber(area.late)}`) : null,
      element("span", { class: "value", title: say("incidents in the window") }, words),
    );
    const [title, label] = [say("No longer watch it"), say("No longer watch {name}", area)];
    const drop = element(
      "button",
      { type: "button", class: "square", title, "aria-label": label, onclick: () => this.remove(area.text) },
      icon("M6 6l8 8M14 6l-8 8"),
    );
    return element("li", {}, go, drop);
  }

  // The picture --------------------------------------------------------------------------------------------------------

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

  _trace(context, points, closed) {
    context.beginPath();
    points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (closed) context.closePath();
  }

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

  /** Name and number at the upper left corner of the area. */
  _chip(context, area, points, theme) {
    const count = this.count(area);
    const text = `${area.name}  ${count === null ? "…" : formatNumber(count)}${area.late ? `  +${area.late}` : ""}`;
    context.font = '650 12px "Inter", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
    const width = context.measureText(text).width + 16;
    const [left, top] = [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
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

  _draft(context, dx, theme) {
    const { kind, corners, near, named } = this.drawing;
    if (!corners.length) return;
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

  /** The area whose chip is under a point of the map's container, or null. */
  at(point) {
    const [x, y] = this.inCanvas(point);
    return this.plates.find(({ box }) => x > box[0] && x < box[2] && y > box[1] && y < box[3])?.area ?? null;
  }

  chipsFor(layer) {
    return this.plates.map(({ box }) => boxOn(layer, this, box));
  }
}
