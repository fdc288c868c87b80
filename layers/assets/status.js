/* What a viewer must know beside the picture: synthetic data, loading, nothing to show, a lost connection. */
"use strict";

Monitor.Status = class {
  static SAID_MS = 6000;
  static PATIENCE_MS = 250;

  attach(monitor) {
    this.monitor = monitor;
    monitor.status = this;
    const { element } = Monitor;
    this.badge = element("div", { class: "badge", role: "note" }, "SYNTHETIC DEMONSTRATION DATA");
    this.notice = element("div", { class: "notice", role: "status" });
    this.said = element("div", { class: "said", role: "status" });
    this.wait = element("div", { class: "wait", role: "status" }, element("i"), "Reading the ledger …");
    this.grading = element("div", { class: "wait", role: "status" }, element("i"), element("span"));
    this.fresh = element("details", { class: "fresh" });
    this.late = new Monitor.Late(monitor, "/data/freshness", () => this._refresh(), () => [], true);
    const parts = [this.badge, this.fresh, this.notice, this.said, this.wait, this.grading];
    for (const part of parts) part.hidden = true;
    const lane = element("div", { id: "lane" }, ...parts);
    this.sheet = Monitor.panel("sheet", { class: "panel", role: "status" });
    this.sheet.hidden = true;
    monitor.map.getContainer().append(lane, this.sheet);
  }

  repicture() {
    const { picture } = this.monitor;
    this.badge.hidden = !picture?.manifest.synthetic;
    if (picture === null) this._empty();
    else if (!picture.steps) this._nothing();
    else this.sheet.hidden = true;
    this.shownAt = new Date();
    this.late.look();
    this._refresh();
  }

  ticked() {
    this.late.look();
    this._refresh();
  }

  /** How old the newest incident and the last batch are, and which source is late. */
  _refresh() {
    const { answer } = this.late;
    this.fresh.hidden = !answer?.taken || !this.monitor.picture?.steps;
    if (this.fresh.hidden) return;
    const { element } = Monitor;
    const now = Date.now();
    const age = ({ at }) => (now - Date.parse(at)) / 1000;
    const late = answer.sources.filter((source) => source.usual !== null && age(source) > answer.late_after * source.usual);
    const said = [`Newest incident ${answer.latest}`, `last batch ${Monitor.ago(age({ at: answer.taken }))}`];
    if (late.length) said.push(`${Monitor.counted(late.length, "source")} late`);
    const text = said.join(" · ");
    this.fresh.classList.toggle("late", late.length > 0);
    if (text === this.freshText) return;
    this.freshText = text;
    const rows = answer.sources.map((source) => {
      const usual = source.usual === null ? "too few batches to tell when it is late" : `usually every ${Monitor.span(source.usual)}`;
      const state = late.includes(source) ? "late: " : "";
      return element("li", late.includes(source) ? { class: "late" } : {}, element("b", {}, source.name), ` ${state}last batch ${Monitor.ago(age(source))}, ${usual}`);
    });
    if (answer.more) rows.push(element("li", {}, `and ${Monitor.counted(answer.more, "more source")}`));
    this.fresh.replaceChildren(element("summary", {}, element("i", { "aria-hidden": "true" }), text), element("ul", {}, ...rows));
  }

  /** A sentence that goes by itself. */
  say(sentence) {
    this.said.textContent = sentence;
    this.said.hidden = false;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.said.hidden = true), Monitor.Status.SAID_MS);
  }

  /** Loading shows only when it takes a moment. */
  loading(now) {
    clearTimeout(this.waiting);
    if (now) this.waiting = setTimeout(() => (this.wait.hidden = false), Monitor.Status.PATIENCE_MS);
    else this.wait.hidden = true;
  }

  lost(now) {
    this.notice.hidden = !now;
    if (!now) return;
    const since = this.shownAt ? ` What you see stands as of ${this.shownAt.toTimeString().slice(0, 5)}.` : "";
    this.notice.textContent = `No connection to the server; trying again.${since}`;
  }

  /** What the server is still at, while the picture can be used already. */
  working(stage) {
    const old = this.monitor.picture?.manifest.routes_of;
    const routes = old === undefined ? "Working out the routes …" : `Routes are those of ledger version ${old} until the new ones are worked out …`;
    const words = { routed: routes, supported: "Grading the ridges …" };
    this.grading.hidden = !stage;
    this.grading.lastChild.textContent = words[stage] ?? "";
  }

  /** Facts that cannot be used: nothing is drawn by them, and the viewer is told why. */
  troubled(sentence) {
    if (sentence) [this.notice.textContent, this.notice.hidden] = [sentence, false];
  }

  failed(reason) {
    if (this.monitor.picture) this.say(`The view could not be read; the last one stays. ${reason}`);
    else this._say("The view could not be read", [reason, "The map tries again by itself."]);
  }

  _say(title, sentences, commands = []) {
    const { element } = Monitor;
    this.sheet.replaceChildren(
      element("h2", {}, title),
      ...sentences.map((sentence) => element("p", {}, sentence)),
      ...commands.map((command) => element("code", {}, command)),
    );
    this.sheet.hidden = false;
  }

  _empty() {
    this._say(
      "No incidents yet",
      ["Take a file of incidents in, or fill the workspace with a demonstration. The map follows by itself."],
      ["python -m geodata ingest FILE", "python -m geodata demo"],
    );
  }

  _nothing() {
    this._say("No incidents match these filters", ["Take a filter away to see more."]);
  }
};

/** "40 seconds", "5 minutes", "3 hours", "12 days" */
Monitor.span = (seconds) => {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([least]) => seconds >= least) ?? [1, "second"];
  return Monitor.counted(Math.max(1, Math.floor(seconds / size)), unit);
};

Monitor.ago = (seconds) => (seconds < 60 ? "just now" : `${Monitor.span(seconds)} ago`);
