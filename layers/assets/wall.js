/* For the wall of an operations room: the map alone, the saved views one after the other. */

import { element, iconButton, makePanel, within } from "./dom.js";
import { listed } from "./dialogs.js";
import { messageOf } from "./errors.js";
import { Part } from "./part.js";
import { counted, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { SavedView } from "./types.js" */

export class Wall extends Part {
  /** @type {Monitor} */
  monitor;
  /** What is shown in turn.  @type {SavedView[]} */
  views = [];
  at = -1;
  /** Whether the first view was asked for. */
  begun = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {{ least: number, most: number }} options seconds for which a view may stand */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    const { address } = monitor.state;
    const asked = Number(address.read().get("wall"));
    if (address.embedded || !(asked > 0)) return;
    this.seconds = Math.min(this.options.most, Math.max(this.options.least, asked));
    this.words = element("p", { role: "status" });
    const full = () => document.documentElement.requestFullscreen?.().catch(() => null);
    this.pauses = element("button", { type: "button", class: "solid", "aria-pressed": "false", onclick: () => this._pause() }, say("Pause"));
    const panel = makePanel(
      "wall",
      { class: "panel", "aria-label": say("Saved views in turn") },
      this.words,
      this.pauses,
      iconButton(say("Next view"), "M7.5 4.5L13 10l-5.5 5.5", () => this.turn(1)),
      iconButton(say("Full screen"), "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", full),
      element("a", { class: "solid", href: "/" }, say("End")),
    );
    monitor.map.getContainer().append(panel);
    monitor.map.getContainer().setAttribute("data-alone", "");
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !within(event, "dialog[open]")) window.location.assign("/");
    });
  }

  /** It begins once there is something to see. */
  pictureChanged() {
    this.windowChanged();
    if (!this.words || this.begun || !this.monitor.picture?.steps) return;
    this.begun = true;
    this._begin();
  }

  async _begin() {
    try {
      /** @type {{ views: SavedView[] }} */
      const { views } = await listed("/data/views");
      this.views = views;
    } catch (error) {
      this._tell(messageOf(error));
      return;
    }
    if (this.views.length) this.turn(1);
    else this._tell(say("No view is saved yet. Save some under “Saved views” on the map, and they are shown here in turn."));
  }

  /** The view, its place among all, and the period that it shows. */
  windowChanged() {
    const { picture, range } = this.monitor.picture?.steps ? this.monitor : { picture: null, range: null };
    const view = this.views[this.at];
    if (!view || !picture || !range) return;
    const name = say("{name} · {at} of {count}", { name: view.name, at: this.at + 1, count: this.views.length });
    const count = counted("{count} incident", "{count} incidents", picture.total(...range));
    this._tell([name, picture.calendar.span(...range), count].join(" · "));
  }

  /** @param {string} words */
  _tell(words) {
    if (this.words) this.words.textContent = words;
  }

  _pause() {
    const paused = this.pauses?.getAttribute("aria-pressed") !== "true";
    this.pauses?.setAttribute("aria-pressed", String(paused));
    clearTimeout(this.timer);
    if (!paused) this.turn(1);
  }

  /** Show the next view; the old one stays until it stands.  @param {number} by */
  turn(by) {
    clearTimeout(this.timer);
    if (!this.views.length) return;
    this.at = (this.at + by + this.views.length) % this.views.length;
    const view = this.views[this.at];
    this.monitor.turnTo(view.query);
    this.windowChanged();
    if (this.pauses?.getAttribute("aria-pressed") !== "true") this.timer = setTimeout(() => this.turn(1), (this.seconds ?? 0) * 1000);
  }
}
