/* What this viewer has seen, kept by the browser alone. */

/** What this viewer has seen, kept in the browser; nothing of it leaves it. Without storage it lasts as long as the page. */
export class Seen {
  /** Keys of alerts.  @type {Set<string>} */
  alerts = new Set();
  /** The version of the ledger at which each watch area was last looked at.  @type {Record<string, number>} */
  areas = {};

  static KEY = "monitor-seen";
  static MOST = 600;

  constructor() {
    try {
      const { alerts, areas } = JSON.parse(window.localStorage.getItem(Seen.KEY) ?? "{}");
      if (Array.isArray(alerts)) this.alerts = new Set(alerts.filter((key) => typeof key === "string"));
      for (const [code, version] of Object.entries(areas ?? {})) if (typeof version === "number" && Number.isInteger(version)) this.areas[code] = version;
    } catch {
      // No storage, or not ours: everything is new.
    }
  }

  keep() {
    try {
      const [alerts, areas] = [[...this.alerts].slice(-Seen.MOST), this.areas];
      window.localStorage.setItem(Seen.KEY, JSON.stringify({ alerts, areas }));
    } catch {
      // Kept for as long as the page stands.
    }
  }
}
