/* The legend: what lines, widths, hexes and letters mean, and a switch for each layer. */

import { element, makePanel } from "./dom.js";
import { paintHub } from "./hubs.js";
import { HOLLOW, INFERRED } from "./line_style.js";
import { ROLES, roleHatch, roleLetter } from "./roles.js";
import { say } from "./text.js";
import { Part } from "./part.js";

export class Legend extends Part {
  constructor(options) {
    super();
    this.options = options;
  }

  attach(monitor) {
    this.monitor = monitor;
    this.body = element("div", { class: "body" });
    const narrow = window.innerWidth < this.options.open_from;
    this.details = element("details", { open: !narrow }, element("summary", {}, say("Legend")), this.body);
    monitor.map.getContainer().append(makePanel("legend", { class: "panel", "aria-label": say("Legend") }, this.details));
    this.themeChanged();
  }

  themeChanged() {
    if (!this.body) return;
    this.body.replaceChildren(
      this._switch("routes", say("Routes")),
      this._detail(),
      this._switch("ridges", say("Dense areas")),
      this._switch("hubs", say("Hubs")),
      this._hubs(),
      ...["land", "sea", "air"].map((mode) => this._mode(mode)),
      this._width(),
      this._row(this._line({ width: 4.5 }), say("full: confidence high")),
      this._row(this._line({ width: 4.5, faint: true }), say("hollow: confidence medium or low")),
      this._row(this._line({ width: INFERRED.width, dashes: INFERRED.dash }), say("thin dashes: inferred")),
      element(
        "p",
        { class: "note" },
        say(
          "Confidence: how often a route comes back when its evidence is drawn again, how much of it is observed, and how many incidents lie in it. Inferred: without reports. Pale: none in the window. Dense areas: where reports pile up along a coast.",
        ),
      ),
      this._switch("changes", say("What changed")),
      this._own("changes"),
      this._switch("hexes", say("Incidents per hex")),
      this._ramp(),
      this._switch("hotspots", say("Hot spots")),
      this._own("hotspots"),
      this._switch("incidents", say("Single incidents")),
      this._row(this._swatch((context) => this._incident(context)), say("place known to within the ring"), "incidents"),
      this._switch("countries", say("Countries")),
      this._roles(),
      this._switch("names", say("Names")),
      this._switch("graticule", say("Degrees")),
    );
    this.layersChanged();
  }

  layersChanged() {
    for (const box of this.body.querySelectorAll("input[type=checkbox]")) box.checked = !this.monitor.state.hidden.has(box.name);
    this.legendChanged();
  }

  /** Where a layer says for itself what it shows, while it is shown. */
  _own(layer) {
    const place = element("div", { class: "own" });
    place.dataset.layer = layer;
    return place;
  }

  legendChanged() {
    for (const place of this.body.querySelectorAll(".own")) {
      const { layer } = place.dataset;
      place.replaceChildren(...(this.monitor.state.hidden.has(layer) ? [] : this.monitor[layer].legend(this)));
    }
  }

  /** From the main routes to everything supported. */
  _detail() {
    const change = (event) => this.monitor.state.set("layers", { detail: Number(event.target.value) });
    const slider = element("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.monitor.state.detail, oninput: change });
    slider.setAttribute("aria-label", say("How many routes are shown"));
    return element("label", { class: "detail" }, element("span", {}, say("main routes")), slider, element("span", {}, say("all")));
  }

  _hubs() {
    const { theme } = this.monitor;
    const rows = Object.entries({ departure: say("departure"), landing: say("landing"), both: say("both") }).map(([role, name]) => {
      const paint = (context) => paintHub(context, 7, 7, 5, role, theme);
      return element("div", { class: "row" }, this._swatch(paint, 14, 14), element("span", {}, name));
    });
    return element("div", { class: "hubs" }, ...rows);
  }

  _switch(layer, name) {
    const change = (event) => {
      const hidden = new Set(this.monitor.state.hidden);
      if (event.target.checked) hidden.delete(layer);
      else hidden.add(layer);
      this.monitor.state.set("layers", { hidden });
    };
    const box = element("input", { type: "checkbox", name: layer, onchange: change });
    return element("label", { class: "switch" }, box, element("span", {}, name));
  }

  /** A small drawing, 44 by 14, in CSS pixels. */
  _swatch(paint, width = 44, height = 14) {
    const ratio = this.monitor.sharpness ?? (window.devicePixelRatio || 1);
    const canvas = element("canvas", { width: width * ratio, height: height * ratio, "aria-hidden": "true" });
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    paint(context);
    return canvas;
  }

  /** A swatch with words; `layer` is named where the row tells of one alone. */
  _row(swatch, text, layer = null) {
    return element("div", { class: "row", "data-layer": layer }, swatch, element("span", {}, text));
  }

  _mode(mode) {
    const { theme, dash } = this.monitor;
    const names = { land: say("Land, solid"), sea: say("Sea, dashed"), air: say("Air, dotted") };
    const paint = (context) => {
      context.lineCap = mode === "sea" ? "butt" : "round";
      context.strokeStyle = theme.mode[mode];
      context.lineWidth = 4;
      context.setLineDash(dash[mode].map((part) => part * (mode === "air" ? 1 : 0.8)));
      context.beginPath();
      context.moveTo(3, 7);
      context.lineTo(42, 7);
      context.stroke();
    };
    return this._row(this._swatch(paint), names[mode]);
  }

  /** A grey line, as what it says holds for every mode. */
  _line({ width, faint = false, dashes = [] }) {
    const { theme } = this.monitor;
    return this._swatch((context) => {
      context.beginPath();
      context.moveTo(3, 7);
      context.lineTo(42, 7);
      context.setLineDash(dashes);
      const shares = faint ? [[theme.muted, 1], [theme.panel, HOLLOW]] : [[theme.muted, 1]];
      for (const [colour, share] of shares) {
        [context.strokeStyle, context.lineWidth] = [colour, width * share];
        context.stroke();
      }
    });
  }

  _width() {
    const { theme } = this.monitor;
    const paint = (context) => {
      context.strokeStyle = theme.muted;
      [1.5, 3.5, 6].forEach((width, at) => {
        context.lineWidth = width;
        context.beginPath();
        context.moveTo(2 + at * 14, 7);
        context.lineTo(14 + at * 14, 7);
        context.stroke();
      });
    };
    return this._row(this._swatch(paint), say("wider: more important, as estimated; of dense areas, more incidents a step"));
  }

  _incident(context) {
    const { theme } = this.monitor;
    context.strokeStyle = context.fillStyle = theme.mode.sea;
    context.lineWidth = 1.3;
    context.beginPath();
    context.arc(23, 7, 6.2, 0, 2 * Math.PI);
    context.stroke();
    context.beginPath();
    context.arc(23, 7, 2.6, 0, 2 * Math.PI);
    context.fill();
  }

  _ramp() {
    const { theme, palette } = this.monitor;
    const last = palette.breaks.length - 1;
    const steps = palette.breaks.map((value, at) => {
      const block = element("i");
      block.style.background = theme.ramp[at];
      return element("span", {}, block, at === last ? `${value}+` : String(value));
    });
    return element("div", { class: "ramp" }, ...steps);
  }

  _roles() {
    const { theme } = this.monitor;
    const rows = ROLES.map((role) => {
      const paint = (context) => {
        context.fillStyle = theme.role[role];
        context.globalAlpha = 0.18;
        context.fillRect(0, 0, 26, 16);
        context.globalAlpha = 0.5;
        context.fillStyle = context.createPattern(roleHatch(role, theme.role[role]), "repeat");
        context.fillRect(0, 0, 26, 16);
        context.globalAlpha = 0.8;
        context.strokeStyle = theme.role[role];
        context.strokeRect(0.5, 0.5, 25, 15);
      };
      const letter = element("b", { class: "tag" }, roleLetter(role));
      letter.style.background = theme.role[role];
      return element("div", { class: "row" }, this._swatch(paint, 26, 16), letter, element("span", {}, say(role)));
    });
    return element("div", { class: "roles" }, ...rows);
  }
}
