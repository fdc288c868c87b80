/* What a viewer must know beside the picture: synthetic data, loading, nothing to show, a lost connection. */

import { element, makePanel } from "./dom.js";
import { ago, duration } from "./durations.js";
import { Loader } from "./loader.js";
import { Part } from "./part.js";
import { live } from "./server.js";
import { counted, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { FreshnessAnswer, Source } from "./types.js" */

export class Status extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {Loader<FreshnessAnswer>} */
  loader;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  saying;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  waiting;
  /** @type {HTMLDivElement} */
  badge;
  /** @type {HTMLDivElement} */
  notice;
  /** @type {HTMLDivElement} */
  said;
  /** @type {HTMLDivElement} */
  wait;
  /** @type {HTMLDivElement} */
  mark;
  /** @type {HTMLDivElement} */
  grading;
  /** @type {HTMLDetailsElement} */
  fresh;
  /** @type {HTMLElement} */
  sheet;
  /** @type {Date | null} */
  shownAt = null;
  /** What is said of how fresh the data are. */
  freshText = "";

  static SAID_MS = 6000;
  static PATIENCE_MS = 250;

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.badge = element("div", { class: "badge", role: "note" }, say("SYNTHETIC DEMONSTRATION DATA"));
    this.mark = element("div", { class: "handling", role: "note", title: say("The highest handling mark of what is shown") });
    this.notice = element("div", { class: "notice", role: "status" });
    this.said = element("div", { class: "said", role: "status" });
    this.wait = element("div", { class: "wait", role: "status" }, element("i"), say("Reading the ledger …"));
    this.grading = element("div", { class: "wait", role: "status" }, element("i"), element("span"));
    this.fresh = element("details", { class: "fresh" });
    this.loader = new Loader(monitor, "/data/freshness", { told: () => this._refresh(), early: true });
    const parts = [this.mark, this.badge, this.fresh, this.notice, this.said, this.wait, this.grading];
    for (const part of parts) part.hidden = true;
    const lane = element("div", { id: "lane" }, ...parts);
    this.sheet = makePanel("sheet", { class: "panel", role: "status" });
    this.sheet.hidden = true;
    const container = monitor.map.getContainer();
    container.append(lane, this.sheet);
    new ResizeObserver(() => container.style.setProperty("--lane", `${lane.offsetHeight}px`)).observe(lane);
  }

  pictureChanged() {
    const { picture } = this.monitor;
    this.badge.hidden = !picture?.manifest.synthetic;
    const handling = picture?.manifest.handling ?? "";
    this.mark.hidden = !live || !handling; // A map that has left the house says it in its banner.
    this.mark.textContent = handling;
    this.mark.dataset.mark = handling.replace("+STRICT", "");
    if (picture === null) this._empty();
    else if (!picture.steps) this._nothing();
    else this.sheet.hidden = true;
    this.shownAt = new Date();
    this.ticked();
  }

  ticked() {
    if (!live) return;
    this.loader.look();
    this._refresh();
  }

  /** How old the newest incident and the last batch are, and which source is late. */
  _refresh() {
    const { answer } = this.loader;
    this.fresh.hidden = true;
    if (!answer?.taken || !this.monitor.picture?.steps) return;
    this.fresh.hidden = false;
    const now = Date.now();
    /** @param {{ at: string }} given */
    const age = ({ at }) => (now - Date.parse(at)) / 1000;
    const late = answer.sources.filter((source) => source.usual !== null && age(source) > answer.late_after * source.usual);
    const newest = say("Newest incident {date}", { date: String(answer.latest) });
    const said = [newest, say("last import {ago}", { ago: ago(age({ at: answer.taken })) })];
    if (late.length) said.push(counted("{count} source late", "{count} sources late", late.length));
    const text = said.join(" · ");
    this.fresh.classList.toggle("late", late.length > 0);
    if (text === this.freshText) return;
    this.freshText = text;
    const rows = answer.sources.map((source) => {
      const told = this._told(source, age(source), late.includes(source));
      return element("li", late.includes(source) ? { class: "late" } : {}, element("b", {}, source.name), " ", told);
    });
    if (answer.more) rows.push(element("li", {}, counted("and {count} more source", "and {count} more sources", answer.more)));
    this.fresh.replaceChildren(element("summary", {}, element("i", { "aria-hidden": "true" }), text), element("ul", {}, ...rows));
  }

  /** How old the last batch of a source is, and how often one comes.  @param {Source} given  @param {number} age  @param {boolean} late */
  _told({ usual }, age, late) {
    const last = ago(age);
    if (usual === null) return say("last import {ago}, too few imports to tell when it is late", { ago: last });
    const span = duration(usual);
    if (late) return say("late: last import {ago}, usually every {span}", { ago: last, span });
    return say("last import {ago}, usually every {span}", { ago: last, span });
  }

  /** A sentence that goes by itself.  @param {string} sentence */
  announce(sentence) {
    this.said.textContent = sentence;
    this.said.hidden = false;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.said.hidden = true), Status.SAID_MS);
  }

  /** Loading shows only when it takes a moment.  @param {boolean} now */
  loading(now) {
    clearTimeout(this.waiting);
    if (now) this.waiting = setTimeout(() => (this.wait.hidden = false), Status.PATIENCE_MS);
    else this.wait.hidden = true;
  }

  /** @param {boolean} now */
  lost(now) {
    this.notice.hidden = !now;
    if (!now) return;
    const since = this.shownAt ? [say("What you see stands as of {time}.", { time: this.shownAt.toTimeString().slice(0, 5) })] : [];
    this.notice.textContent = [say("No connection to the server; trying again."), ...since].join(" ");
  }

  /** What the server is still at, while the picture can be used already.  @param {"routes" | "building" | null} stage */
  working(stage) {
    const old = this.monitor.picture?.manifest.routes_of;
    const kept = say("Routes are those of ledger version {version} until the new ones are worked out …", { version: String(old) });
    const words = {
      routes: old === undefined ? say("Working out the routes …") : kept,
      building: say("New incidents are on the routes as they stand; these are being worked out anew …"),
    };
    this.grading.hidden = !stage;
    this.grading.lastElementChild?.replaceChildren(stage ? words[stage] : "");
  }

  /** Facts that cannot be used: nothing is drawn by them, and the viewer is told why.  @param {string | undefined} sentence */
  troubled(sentence) {
    if (sentence) [this.notice.textContent, this.notice.hidden] = [sentence, false];
  }

  /** @param {string} reason */
  failed(reason) {
    if (this.monitor.picture) this.announce([say("The view could not be read; the last one stays."), reason].join(" "));
    else this._say(say("The view could not be read"), [reason, say("The map tries again by itself.")]);
  }

  /** @param {string} title  @param {string[]} sentences  @param {string[]} [commands] */
  _say(title, sentences, commands = []) {
    this.sheet.replaceChildren(
      element("h2", {}, title),
      ...sentences.map((sentence) => element("p", {}, sentence)),
      ...commands.map((command) => element("code", {}, command)),
    );
    this.sheet.hidden = false;
  }

  _empty() {
    this._say(
      say("No incidents yet"),
      [say("Take a file of incidents in, or fill the workspace with a demonstration. The map follows by itself.")],
      ["python -m geodata ingest FILE", "python -m geodata demo"],
    );
  }

  _nothing() {
    this._say(say("No incidents match these filters"), [say("Take a filter away to see more.")]);
  }
}
