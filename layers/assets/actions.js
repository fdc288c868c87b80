/* What one can do with the view: zoom, copy its link, take it away as a file, change the light. */

import { element, icon, iconButton, makePanel, within } from "./dom.js";
import { Part } from "./part.js";
import { live } from "./server.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

export class Actions extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLButtonElement} */
  theme;
  /** @type {HTMLDetailsElement} */
  files;
  static EYE = "M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z";

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.theme = iconButton(say("Dark or light"), "M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7z", () => this._turn());
    this.files = element("details", { class: "files" }, this._summary(), this._menu());
    const bar = makePanel(
      "actions",
      { class: "panel", "aria-label": say("Actions") },
      iconButton(say("Zoom in"), "M10 4v12M4 10h12", () => monitor.map.zoomIn()),
      iconButton(say("Zoom out"), "M4 10h12", () => monitor.map.zoomOut()),
      iconButton(say("Show all"), "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", () => monitor.picture && monitor.fit()),
      element("hr"),
      ...(live ? [this._copyButton(), this._viewsButton(), this._shareButton(), this._briefButton(), this._watchButton()] : []),
      this.files,
      this.theme,
      iconButton(say("The map alone (H)"), Actions.EYE, () => this.alone()),
      iconButton(say("Keys (?)"), "M2.5 5.5h15v9h-15zM5.5 8.2h.1M8.5 8.2h.1M11.5 8.2h.1M14.5 8.2h.1M6.5 11.8h7", () => monitor.keys.help()),
    );
    const back = iconButton(say("Show the panels again (H)"), Actions.EYE, () => this.alone());
    monitor.map.getContainer().append(bar, makePanel("alone", { class: "panel", "aria-label": say("Panels") }, back));
    document.addEventListener("click", (event) => {
      if (!(event.target instanceof Node && this.files.contains(event.target))) this.files.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.files.open = false;
      if (within(event, "select, input, textarea")) return;
      if (event.key === "+" || event.key === "=") monitor.map.zoomIn();
      if (event.key === "-") monitor.map.zoomOut();
    });
  }

  /** Leave the map alone on the screen, with its mark and age, or bring everything back. */
  alone() {
    const map = this.monitor.map.getContainer();
    const alone = map.toggleAttribute("data-alone");
    if (this.monitor.state.address.embedded) window.parent.postMessage({ kind: "monitor-alone", alone }, window.location.origin);
    const button = document.querySelector(alone ? "#alone button" : "#actions button");
    if (button instanceof HTMLElement) button.focus({ preventScroll: true });
  }

  _copyButton() {
    return iconButton(say("Copy link to this view"), "M8 12l4-4M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7", () => this.copy());
  }

  _viewsButton() {
    return iconButton(say("Saved views"), "M5.5 3h9v14L10 13.5 5.5 17z", () => this.monitor.savedViews.show());
  }

  _shareButton() {
    const button = iconButton(say("Share this view"), "M14 7a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM14 18a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM5 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7.3 8.9l4.5-2.9M7.3 11.1l4.5 2.9", () => this.monitor.shareDialog.show());
    button.dataset.needs = "share";
    return button;
  }

  _briefButton() {
    const button = iconButton(say("Briefings"), "M2.5 3.5h15M4 3.5v9h12v-9M10 12.5v2.5M6 18l4-3 4 3M7 9.5V8M10 9.5V6M13 9.5V7", () => this.monitor.briefings.show());
    button.dataset.needs = "brief";
    return button;
  }

  _watchButton() {
    const button = iconButton(say("Watch-lists"), "M5.5 14V9a4.5 4.5 0 0 1 9 0v5l1.5 1.5H4zM8.5 17.5h3", () => this.monitor.watchLists.show());
    button.dataset.needs = "watch";
    return button;
  }

  _summary() {
    const name = say("Download this view");
    const arrow = icon("M10 3v9M6.5 8.5L10 12l3.5-3.5M4 16h12");
    return element("summary", { class: "square", title: name, "aria-label": name }, arrow);
  }

  /** What the server writes: links whose addresses are made when they are needed. */
  _served() {
    /** @param {string} format  @param {string} name */
    const link = (format, name) => {
      const made = element("a", { href: "#", download: true, class: `to-${format.replace(".", "-")}` }, name);
      const aim = () => (made.href = this.exportUrl(format));
      for (const moment of ["pointerdown", "focus", "click"]) made.addEventListener(moment, aim);
      return made;
    };
    const links = [
      element("p", {}, say("Layers")),
      link("geojson", "GeoJSON"),
      link("gpkg", "GeoPackage"),
      link("xlsx", "Excel (XLSX)"),
      link("kmz", "Google Earth (KMZ)"),
      link("shp.zip", "Shapefile (ZIP)"),
      link("html", say("Map for a browser (HTML)")),
      link("zip", say("All layers (ZIP)")),
      element("button", { type: "button", onclick: () => this._choose() }, say("Choose what to export …")),
      element("hr"),
      element("p", {}, say("Report")),
      link("pdf", "PDF"),
      link("pptx", say("Slides (PPTX)")),
      link("docx", "Word (DOCX)"),
      element("hr"),
    ];
    return [element("div", { "data-needs": "export" }, ...links)];
  }

  /** The dialog with every format, and with what goes into it. */
  _choose() {
    this.files.open = false;
    this.monitor.exportDialog.show();
  }

  _menu() {
    /** @param {string} name  @param {"picture" | "frames" | "print"} act */
    const make = (name, act) => {
      const go = () => {
        this.files.open = false;
        this.files.querySelector("summary")?.focus();
        this.monitor.camera[act]();
      };
      return element("button", { type: "button", onclick: go }, name);
    };
    return element(
      "div",
      { class: "menu panel" },
      ...(live ? this._served() : []),
      element("p", {}, say("The map as you see it")),
      make(say("Picture (PNG)"), "picture"),
      make(say("Frames (ZIP of PNG)"), "frames"),
      make(say("Print"), "print"),
    );
  }

  /** Where the server gives what is shown, as a file.  @param {string} format */
  exportUrl(format) {
    const { state, feed } = this.monitor;
    const params = new URLSearchParams(feed.query);
    for (const [name, value] of state.entries(true)) if (name === "from" || name === "to") params.set(name, value);
    if (this.monitor.picture) params.set("version", String(this.monitor.picture.manifest.version));
    params.set("format", format);
    return `/data/export?${params}`;
  }

  /** The address of exactly what is shown, its window spelt out. */
  link() {
    const { state } = this.monitor;
    return state.address.merged(state.entries(true));
  }

  async copy() {
    const link = this.link();
    try {
      await this.monitor.state.address.window.navigator.clipboard.writeText(link);
      this.monitor.status.announce(say("The link to this view is copied."));
    } catch {
      this.monitor.status.announce(link);
    }
  }

  _turn() {
    this.monitor.state.set("theme", { theme: this.monitor.state.dark ? "light" : "dark" });
  }
}
