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
    const parts = [this.badge, this.notice, this.said, this.wait, this.grading];
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
    const words = { routed: "Working out the routes …", supported: "Grading the ridges …" };
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
