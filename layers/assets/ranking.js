/* The corridors of the window in order, for the keyboard and for whoever reads lists rather than maps. */
"use strict";

Monitor.Ranking = class {
  constructor(options) {
    this.options = options;
  }

  attach(monitor) {
    this.monitor = monitor;
    const { element } = Monitor;
    this.list = element("ol");
    this.total = element("small");
    const summary = element("summary", {}, "Corridors in the window", this.total);
    this.details = element("details", { open: window.innerWidth >= this.options.open_from }, summary, this.list);
    this.panel = Monitor.panel("ranking", { class: "panel", "aria-label": "Corridors in the window" }, this.details);
    this.panel.hidden = true;
    monitor.map.getContainer().append(this.panel);
  }

  repicture() {
    this.rewindow();
  }

  recolour() {
    if (this.panel) this.rewindow();
  }

  reselect() {
    this.rewindow();
  }

  relayer() {
    this.rewindow();
  }

  rewindow() {
    const { picture, state } = this.monitor;
    const seen = picture?.seen(state) ?? [];
    this.panel.hidden = !seen.length || picture.corridor(state.selected) !== null;
    if (this.panel.hidden) return;
    const [from, to] = this.monitor.range;
    const ranked = seen
      .map((corridor) => ({ corridor, incidents: corridor.sums[to] - corridor.sums[from] }))
      .filter(({ incidents }) => incidents > 0)
      .sort((a, b) => b.incidents - a.incidents);
    this.total.textContent = String(ranked.length);
    const key = ranked.slice(0, this.options.rows).map(({ corridor, incidents }) => `${corridor.id}${incidents}`).join();
    if (key === this.key && this.dark === state.dark) return;
    [this.key, this.dark] = [key, state.dark];
    const held = [...this.list.querySelectorAll("button")].indexOf(document.activeElement);
    this.list.replaceChildren(...ranked.slice(0, this.options.rows).map((row) => this._row(row, ranked[0].incidents)));
    if (held >= 0) this.list.querySelectorAll("button")[held]?.focus();
  }

  _row({ corridor, incidents }, most) {
    const { element } = Monitor;
    const bar = element("i");
    bar.style.width = `${(incidents / most) * 100}%`;
    bar.style.background = this.monitor.theme.mode[corridor.mode];
    const open = () => this.monitor.select(corridor.id);
    const button = element(
      "button",
      { type: "button", onclick: open, onmouseenter: () => this.monitor.corridors.hover(corridor.id) },
      element("span", { class: "name" }, corridor.title),
      element("span", { class: "value" }, Monitor.number(incidents)),
      element("span", { class: "meter", title: corridor.mode }, bar),
    );
    button.addEventListener("mouseleave", () => this.monitor.corridors.hover(null));
    return element("li", {}, button);
  }
};
