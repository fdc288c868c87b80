/* The address bar of the top window, of which the map writes its own part. */

/** The address of a page of the dashboard, in the language that was asked for.  @param {string} path  @param {string | URLSearchParams} params */
export const pageUrl = (path, params) => {
  const [query, language] = [new URLSearchParams(params), new Address().read().get("lang")];
  if (language) query.set("lang", language);
  return query.size ? `${path}?${query}` : path;
};

/** The address bar of the top window: filters belong to the dashboard, the rest to the map. */
export class Address {
  static MINE = ["from", "to", "lat", "lon", "z", "sel", "theme", "hide", "show", "own", "detail", "area", "step"];
  static FILTERS = ["mode", "kind", "origin", "source", "modus", "in", "region", "resolution"];
  static PAUSE = 250;

  constructor() {
    this.window = window;
    try {
      if (window.parent.location.origin === window.location.origin) this.window = window.parent;
    } catch {
      // A foreign page frames us: our own address is all there is.
    }
    this.path = this.window.location.pathname;
  }

  get embedded() {
    return this.window !== window;
  }

  read() {
    return new URLSearchParams(this.window.location.search);
  }

  /** What the address asks of the map; where it asks for nothing, what the map showed when this window last left it. */
  given() {
    const asked = this.read();
    const kept = /** @type {{ mapShowed?: string }} */ (/** @type {unknown} */ (this.window)).mapShowed;
    return this.embedded && kept && !Address.MINE.some((name) => asked.has(name)) ? new URLSearchParams(kept) : asked;
  }

  /** What the filters ask for; the same for the same, in whatever order it was chosen. */
  filters() {
    const kept = [...this.read()].filter(([name, value]) => Address.FILTERS.includes(name) && value);
    return new URLSearchParams(kept.sort()).toString();
  }

  /** Whether we hear of it when the bar changes: the dashboard puts a filter there at once, and tells of it much later. */
  get heard() {
    return "navigation" in this.window;
  }

  /** @param {() => void} listener */
  listen(listener) {
    const tell = () => this.window.location.pathname === this.path && listener();
    this.window.navigation?.addEventListener("currententrychange", tell);
  }

  /** Put the map's part into the bar, soon; what others wrote stays.  @param {string[][]} entries */
  write(entries) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeNow(entries), Address.PAUSE);
  }

  /** @param {string[][]} entries */
  writeNow(entries) {
    clearTimeout(this.timer);
    if (this.window.location.pathname !== this.path) return;
    if (this.embedded) Object.assign(this.window, { mapShowed: new URLSearchParams(entries).toString() });
    const url = this.merged(entries);
    if (url === this.window.location.href) return;
    this.window.history.replaceState(this.window.history.state, "", url);
  }

  /** @param {string[][]} entries */
  merged(entries) {
    const params = this.read();
    for (const name of Address.MINE) params.delete(name);
    for (const [name, value] of entries) params.append(name, value);
    const search = params.toString();
    return this.window.location.origin + this.path + (search ? `?${search}` : "") + this.window.location.hash;
  }
}
