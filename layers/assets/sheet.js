/* A sheet: the map as seen with its title, window, legend and what it came from, on one canvas. */
"use strict";

/** The legend's own elements, painted on a canvas: what is switched off is left out. */
Monitor.LegendPainter = class {
  static LAYER_OF = { hubs: "hubs", ramp: "hexes", roles: "countries" };
  static UNTOLD = ["names", "graticule"];

  constructor(monitor, context, width) {
    this.monitor = monitor;
    this.context = context;
    this.width = width;
  }

  /** Paint from the top left corner on; @returns {number} the height that it takes */
  paint(body, x, top) {
    this.y = top;
    for (const child of body.children) if (this._told(child)) this._block(child, x);
    return this.y - top;
  }

  _told(child) {
    const { hidden } = this.monitor.state;
    if (child.matches(".switch")) {
      const { name } = child.querySelector("input");
      return !hidden.has(name) && !Monitor.LegendPainter.UNTOLD.includes(name);
    }
    if (child.matches(".detail")) return false;
    const layer = child.dataset.layer ?? Monitor.LegendPainter.LAYER_OF[child.className];
    return layer ? !hidden.has(layer) : !(hidden.has("routes") && hidden.has("ridges"));
  }

  _block(element, x) {
    if (element.matches(".switch")) this._heading(element.textContent, x);
    else if (element.matches(".row")) this._row(element, x, this.width);
    else if (element.matches(".hubs")) this._beside(element, x);
    else if (element.matches(".ramp")) this._ramp(element, x);
    else if (element.children.length && element.matches("div")) for (const child of element.children) this._block(child, x);
    else this._text(element.textContent, x, this.width, 11, this.monitor.theme.muted);
  }

  _heading(text, x) {
    this.y += 10;
    this._line(text, x, 650, 13, this.monitor.theme.text);
    this.y += 20;
  }

  _line(text, x, weight, size, colour, align = "left") {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`${weight} ${size}px ${FONT}`, colour, align, "middle"];
    context.fillText(text, x, this.y + 8);
  }

  /** A swatch, a letter, words, and at the right a number, as far as a row has them. */
  _row(row, x, width) {
    const { context } = this;
    const { theme } = this.monitor;
    let at = x;
    let tall = 17;
    for (const child of row.children) {
      if (child.matches("canvas")) {
        const [wide, high] = [parseFloat(child.style.width), parseFloat(child.style.height)];
        context.drawImage(child, at, this.y + 8 - high / 2, wide, high);
        at += wide + 8;
      } else if (child.matches(".tag")) {
        this._tag(child, at);
        at += 22;
      } else if (child.matches("b")) this._line(child.textContent, x + width, 650, 12, theme.text, "right");
      else tall = Math.max(tall, this._words(child.textContent, at, x + width - at - (row.querySelector("b:not(.tag)") ? 34 : 0), 12, theme.muted));
    }
    this.y += tall + 4;
  }

  _tag(tag, x) {
    const { context } = this;
    context.beginPath();
    context.roundRect(x, this.y, 15, 15, 3);
    context.fillStyle = tag.style.background;
    context.fill();
    this._line(tag.textContent, x + 7.5, 700, 11, this.monitor.theme.on_role, "center");
  }

  _beside(element, x) {
    const top = this.y;
    let at = x;
    for (const row of element.children) {
      this.y = top;
      this._row(row, at, this.width);
      this.context.font = `400 12px ${FONT}`;
      at += this.context.measureText(row.textContent).width + 34;
    }
  }

  _ramp(element, x) {
    const width = this.width / element.children.length;
    [...element.children].forEach((step, at) => {
      this.context.fillStyle = step.querySelector("i").style.background;
      this.context.fillRect(x + at * width, this.y, width, 10);
    });
    this.y += 10;
    [...element.children].forEach((step, at) => this._line(step.textContent, x + at * width, 400, 11, this.monitor.theme.muted));
    this.y += 19;
  }

  _text(text, x, width, size, colour) {
    if (!text) return;
    this.y += this._words(text, x, width, size, colour) + 4;
  }

  /** Words broken into lines; @returns {number} their height */
  _words(text, x, width, size, colour) {
    const { context } = this;
    [context.font, context.fillStyle, context.textAlign, context.textBaseline] = [`400 ${size}px ${FONT}`, colour, "left", "middle"];
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) && context.measureText(longer).width > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    lines.forEach((line, at) => context.fillText(line, x, this.y + 8 + at * (size + 3)));
    return lines.length * (size + 3);
  }
};

Monitor.Sheet = class {
  static ASKED = {
    mode: Monitor.mark("mode: {values}"),
    kind: Monitor.mark("kind: {values}"),
    origin: Monitor.mark("origin: {values}"),
    source: Monitor.mark("source: {values}"),
    region: Monitor.mark("region: {values}"),
  };
  static HEAD = 74;
  static FOOT = 32;
  static SIDE = 262;
  static PAD = 16;

  constructor(monitor, options, sharpness) {
    this.monitor = monitor;
    this.options = options;
    this.sharpness = sharpness;
    this.generated = new Date();
  }

  /** @returns {HTMLCanvasElement} */
  paint() {
    const { x: width, y: height } = this.monitor.map.getSize();
    const { HEAD, FOOT, SIDE } = Monitor.Sheet;
    const legend = this._legend();
    this.middle = Math.max(height, legend.tall);
    const canvas = document.createElement("canvas");
    canvas.width = (width + SIDE) * this.sharpness;
    canvas.height = (HEAD + this.middle + FOOT) * this.sharpness;
    this.context = canvas.getContext("2d");
    this.context.scale(this.sharpness, this.sharpness);
    this._ground(width + SIDE, HEAD + this.middle + FOOT);
    this._map(0, HEAD, width, height);
    this.context.drawImage(legend.canvas, width, HEAD, legend.canvas.width / this.sharpness, legend.canvas.height / this.sharpness);
    this._head(width + SIDE);
    this._foot(HEAD + this.middle, width + SIDE);
    return canvas;
  }

  _ground(width, height) {
    const { theme } = this.monitor;
    const { context } = this;
    // Panels are a little transparent on the page.
    for (const colour of [theme.land, theme.panel.slice(0, 7)]) {
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
    }
  }

  /** The legend on a canvas of its own, once for all frames. */
  _legend() {
    if (this.legend) return this.legend;
    const { SIDE, PAD } = Monitor.Sheet;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SIDE * this.sharpness, 2400 * this.sharpness];
    const context = canvas.getContext("2d");
    context.scale(this.sharpness, this.sharpness);
    const painter = new Monitor.LegendPainter(this.monitor, context, SIDE - 2 * PAD);
    const tall = painter.paint(this.monitor.legend.body, PAD, 4);
    this.legend = { canvas, tall: tall + PAD };
    const cut = context.getImageData(0, 0, canvas.width, Math.min(canvas.height, Math.ceil((tall + PAD) * this.sharpness)));
    canvas.height = cut.height;
    context.putImageData(cut, 0, 0);
    return this.legend;
  }

  /** Every canvas of the map where it lies now, lowest first. */
  _map(left, top, width, height) {
    const { context, monitor } = this;
    const home = monitor.map.getContainer().getBoundingClientRect();
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const layers = monitor.parts.filter((part) => part instanceof Monitor.CanvasLayer && part._container?.width && !part.blank);
    for (const layer of layers.sort((a, b) => a.options.zIndex - b.options.zIndex)) {
      const box = layer._container.getBoundingClientRect();
      context.drawImage(layer._container, left + box.left - home.left, top + box.top - home.top, box.width, box.height);
    }
    this._pin(left, top);
    monitor.scale.draw(context, left + 16, top + height - (monitor.state.hidden.has("graticule") ? 18 : 40));
    context.restore();
    context.strokeStyle = monitor.theme.line;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  }

  /** The mark of what was searched for. */
  _pin(left, top) {
    const { pinned, field } = this.monitor.search;
    if (!pinned) return;
    const { context } = this;
    const { theme, map } = this.monitor;
    const { x, y } = map.latLngToContainerPoint(pinned.getLatLng());
    context.beginPath();
    context.arc(left + x, top + y, 6, 0, 2 * Math.PI);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.panel, theme.accent, 3];
    context.fill();
    context.stroke();
    this._write(field.value, left + x + 13, top + y, 600, 12, theme.text, "left", theme.halo);
  }

  _write(text, x, y, weight, size, colour, align = "left", halo = null) {
    const { context } = this;
    [context.font, context.textAlign, context.textBaseline] = [`${weight} ${size}px ${FONT}`, align, "middle"];
    if (halo) {
      [context.strokeStyle, context.lineWidth, context.lineJoin] = [halo, 4, "round"];
      context.strokeText(text, x, y);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y);
    return context.measureText(text).width;
  }

  _head(width) {
    const { theme } = this.monitor;
    const { PAD } = Monitor.Sheet;
    const { title, when, count, asked } = this.words();
    this._write(title, PAD, 20, 600, 13, theme.muted);
    const long = this._write(when, PAD, 48, 650, 24, theme.text);
    this._write([count, ...asked].join("  ·  "), PAD + long + 18, 50, 400, 15, theme.muted);
    let right = width - PAD;
    for (const mark of this.marks()) right -= this._mark(mark, right, 24) + 8;
  }

  /** A mark that must not be missed, in the colours of a warning; @returns {number} its width */
  _mark(text, right, y) {
    const { context } = this;
    const { theme } = this.monitor;
    context.font = `700 12px ${FONT}`;
    const width = context.measureText(text).width + 26;
    context.beginPath();
    context.roundRect(right - width, y - 13, width, 26, 13);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [theme.alert_back, theme.alert, 1.2];
    context.fill();
    context.stroke();
    this._write(text, right - width / 2, y + 0.5, 700, 12, theme.alert, "center");
    return width;
  }

  _foot(top, width) {
    const { theme } = this.monitor;
    const { PAD, FOOT } = Monitor.Sheet;
    this._write(this.options.attribution, PAD, top + FOOT / 2, 400, 11, theme.muted);
    this._write(this.stamp().join("  ·  "), width - PAD, top + FOOT / 2, 400, 11, theme.muted, "right");
  }

  /** Title, window, count and what the filters ask for, in words. */
  words() {
    const { picture, range, state } = this.monitor;
    const [from, to] = range;
    const chosen = picture.corridor(state.selected);
    const total = picture.total(from, to);
    return {
      title: Monitor.say(this.options.title),
      when: picture.calendar.span(from, to),
      count: Monitor.counted(total, "{count} incident", "{count} incidents"),
      asked: [...this._filters(), ...(chosen ? [Monitor.say("chosen: {title}", chosen)] : [])],
    };
  }

  _filters() {
    const { picture } = this.monitor;
    const params = new URLSearchParams(picture.manifest.query);
    const as = { mode: (word) => Monitor.say(word), kind: (word) => Monitor.say(word), origin: (code) => picture.country(code) };
    const said = (name) => params.getAll(name).map(as[name] ?? String).join(", ");
    const asked = Object.entries(Monitor.Sheet.ASKED).filter(([name]) => params.has(name));
    return asked.map(([name, text]) => Monitor.say(text, { values: said(name) }));
  }

  /** What must stand on every copy: the handling mark, and that the data are made up. */
  marks() {
    const { manifest, unsure } = this.monitor.picture;
    const synthetic = manifest.synthetic ? Monitor.say("SYNTHETIC DEMONSTRATION DATA") : null;
    return [manifest.handling, synthetic, unsure ? Monitor.say("ROUTES NOT YET WORKED OUT") : null].filter(Boolean);
  }

  /** What it came from, and when it was made. */
  stamp() {
    const { manifest, corridors } = this.monitor.picture;
    const methods = [...new Set(corridors.map((corridor) => corridor.method_version))].sort();
    return [
      Monitor.say("method {methods}", { methods: (methods.length ? methods : [manifest.method_version]).join(", ") }),
      ...(manifest.facts ? [Monitor.say("facts {version}", { version: String(manifest.facts) })] : []),
      Monitor.say("ledger version {version}", { version: String(manifest.version) }),
      Monitor.say("made {time} UTC", { time: this.generated.toISOString().slice(0, 16).replace("T", " ") }),
    ];
  }
};
