/* Pictures to take away: the map as seen as a PNG, and a ZIP of PNGs, one for each place of the window. */

import { CanvasLayer } from "./canvas_layer.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { Part } from "./part.js";
import { Sheet } from "./sheet.js";
import { counted, say } from "./text.js";
import { Zip } from "./zip.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Pair } from "./types.js" */

/** @typedef {{ title: string, attribution: string, most_frames: number, sharpness: number, most_pixels: number }} CameraOptions */

export class Camera extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLProgressElement} */
  bar;
  /** @type {HTMLParagraphElement} */
  said;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {HTMLDivElement} */
  paper;
  /** Whether the making of pictures was left. */
  left = false;

  /** @param {CameraOptions} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.bar = element("progress", { "aria-labelledby": "frames-title" });
    this.said = element("p", { role: "status" });
    this.dialog = element(
      "dialog",
      { id: "frames", "aria-labelledby": "frames-title", oncancel: () => this.leave() },
      element("h2", { id: "frames-title" }, say("Making pictures")),
      this.bar,
      this.said,
      element("button", { type: "button", class: "plain", onclick: () => this.leave() }, say("Cancel")),
    );
    L.DomEvent.disableClickPropagation(this.dialog);
    this.paper = element("div", { id: "paper", "aria-hidden": "true" });
    monitor.map.getContainer().append(this.dialog);
    document.body.append(this.paper);
    window.addEventListener("beforeprint", () => this.lay());
    window.addEventListener("afterprint", () => this.paper.replaceChildren());
  }

  /** The whole of the map as seen, twice as sharp as the screen. */
  async picture() {
    if (!this._ready()) return;
    await this.monitor.during(
      this._posed(this._sharpness(), async (sheet) => {
        const blob = await this._png(sheet);
        save(blob, `map-${this._name(sheet)}.png`);
        this.monitor.status.announce(say("The picture is saved."));
      }),
    ).catch((error) => this.monitor.status.announce([say("The picture could not be made."), messageOf(error)].join(" ")));
  }

  /** One picture for each place of the window from the first to the last month, or for each month where it spans them all. */
  async frames() {
    if (!this._ready()) return;
    const places = this._places();
    if (places.length > this.options.most_frames) {
      const numbers = { count: String(places.length), most: this.options.most_frames };
      this.monitor.status.announce(say("{count} pictures are too many at once; at most {most} are made. Take a longer window.", numbers));
      return;
    }
    this.left = false;
    [this.bar.max, this.bar.value] = [places.length, 0];
    this.dialog.showModal();
    try {
      await this._posed(1, (sheet) => this._film(sheet, places));
    } catch (error) {
      this.monitor.status.announce([say("The pictures could not be made."), messageOf(error)].join(" "));
    } finally {
      this.dialog.close();
    }
  }

  leave() {
    this.left = true;
  }

  /** Twice as sharp as the screen, less where the canvas would grow past what browsers draw quickly. */
  _sharpness() {
    const { x: width, y: height } = this.monitor.map.getSize();
    return Math.max(1, Math.min(this.options.sharpness, Math.sqrt((this.options.most_pixels * 1e6) / (width * height))));
  }

  _ready() {
    if (this.monitor.picture?.steps) return true;
    this.monitor.status.announce(say("There is nothing to take a picture of yet."));
    return false;
  }

  /** Each place of the window, in steps.  @returns {Pair[]} */
  _places() {
    const { steps } = this.monitor.shown;
    const [from, to] = this.monitor.range;
    const span = to - from === steps ? 1 : to - from;
    return Array.from({ length: steps - span + 1 }, (_, start) => [start, start + span]);
  }

  /** @param {Sheet} sheet  @param {Pair[]} places */
  async _film(sheet, places) {
    const { state, shown: picture } = this.monitor;
    const [kept, zip, name] = [{ from: state.from, to: state.to }, new Zip(sheet.generated), this._name(sheet)];
    try {
      for (const [at, [from, to]] of places.entries()) {
        this._turn(from, to);
        const when = picture.calendar.span(from, to);
        this.said.textContent = say("{at} of {all}: {when}", { at: at + 1, all: places.length, when });
        this.bar.value = at;
        const content = new Uint8Array(await (await this._png(sheet)).arrayBuffer());
        if (this.left || this.monitor.picture !== picture) break;
        zip.add(`${String(at + 1).padStart(4, "0")}-${picture.calendar.key(from)}.png`, content);
      }
    } finally {
      Object.assign(state, kept);
      this.monitor.tell("windowChanged");
    }
    if (this.left) this.monitor.status.announce(say("No pictures were saved."));
    else if (zip.entries.length < places.length) this.monitor.status.announce(say("The data changed meanwhile; no pictures were saved. Try again."));
    else {
      zip.add("about.txt", new TextEncoder().encode(this._about(sheet)));
      save(zip.blob(), `frames-${name}.zip`);
      this.monitor.status.announce(counted("{count} picture is saved.", "{count} pictures are saved.", places.length));
    }
  }

  /** Move the window for a picture alone: neither the address nor a listener hears of it.  @param {number} from  @param {number} to */
  _turn(from, to) {
    Object.assign(this.monitor.state, this.monitor.days(from, to));
    this.monitor.tell("windowChanged");
  }

  /** @param {Sheet} sheet */
  _about(sheet) {
    const { title, asked } = sheet.words();
    return [title, ...asked, ...sheet.marks(), ...sheet.stamp(), ...sheet.credits(), ""].join("\n");
  }

  /**
   * Draw the map without its panels and as sharp as asked for, and as it was again afterwards.
   * @param {number} sharpness  @param {(sheet: Sheet) => Promise<void>} work
   */
  async _posed(sharpness, work) {
    try {
      this._pose(sharpness);
      return await work(new Sheet(this.monitor, this.options, sharpness));
    } finally {
      this._pose(null);
    }
  }

  /** @param {number | null} sharpness */
  _pose(sharpness) {
    const { labels, parts } = this.monitor;
    [this.monitor.sharpness, labels.alone] = [sharpness, sharpness !== null];
    for (const part of parts) if (part instanceof CanvasLayer) part._update();
  }

  print() {
    this.monitor.state.address.window.print();
  }

  /** On paper the page is one sheet, in light colours whatever the theme. */
  lay() {
    const { monitor, paper } = this;
    if (!monitor.picture?.steps) return;
    const sharpness = this._sharpness();
    try {
      monitor.state.printing = true;
      monitor.applyTheme();
      this._pose(sharpness);
      paper.replaceChildren(new Sheet(monitor, this.options, sharpness).paint());
    } finally {
      monitor.state.printing = false;
      this._pose(null);
      monitor.applyTheme();
    }
  }

  /** @param {Sheet} sheet  @returns {Promise<Blob>} */
  _png(sheet) {
    return new Promise((done, failed) => {
      const fail = () => failed(new Error(say("The picture is too large for this browser.")));
      sheet.paint().toBlob((blob) => (blob ? done(blob) : fail()), "image/png");
    });
  }

  /** "v3-202512-202611-synthetic"  @param {Sheet} sheet */
  _name(sheet) {
    const { shown: picture, range } = this.monitor;
    const steps = range.map((step, at) => picture.calendar.key(step - at).replaceAll("-", ""));
    return [`v${picture.manifest.version}`, ...steps, ...(picture.manifest.synthetic ? ["synthetic"] : []), ...(sheet.monitor.state.dark ? ["dark"] : [])].join("-");
  }
}

/** Hand a file to the browser as a download.  @param {Blob} blob  @param {string} name */
const save = (blob, name) => {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
