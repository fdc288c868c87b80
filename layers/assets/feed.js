/* From the server to a picture: asks for the newest version, fetches snapshots, keeps the old picture until the new one stands. */

import { Picture } from "./picture.js";
import { say } from "./text.js";

/** Polls the newest version and fetches snapshots. Tells the monitor what happens. */
export class Feed {
  static EVERY = 2500;

  constructor(monitor) {
    this.monitor = monitor;
    this.query = monitor.state.address.filters();
    this.asked = null;
    this.wanted = null;
    this.supporting = this.supported = null;
    this.failed = false;
  }

  async start() {
    for (;;) {
      await this.tick();
      await new Promise((done) => setTimeout(done, Feed.EVERY));
    }
  }

  /** Ask once for the newest version; fetch its snapshot if it is not the one shown. */
  async tick() {
    try {
      const answer = await fetch("/data/head", { cache: "no-cache" });
      if (!answer.ok) throw new Error(`head: ${answer.status}`);
      const before = this.head;
      this.head = await answer.json();
      this._arrived(before);
      this.monitor.status.lost(false);
      this.monitor.status.troubled(this.head.trouble);
      await this.follow();
      this.monitor.tell("ticked");
    } catch {
      this.monitor.status.lost(true);
    }
  }

  /** What a new batch brought is shown at once, before the picture that it makes. */
  _arrived(before) {
    if (before === undefined || before.version === null || before.version >= this.head.version) return;
    this.monitor.arrivals.since(before.version, this.head.version).catch(() => null);
  }

  /** Another View is asked for. */
  ask(query) {
    if (query === this.query) return;
    this.query = query;
    if (this.head) this.follow();
  }

  /** Fetch the snapshot afresh: the server keeps the resources of the latest ones only. */
  again() {
    this.asked = this.wanted = null;
  }

  async follow() {
    const wanted = `${this.head.version} ${this.head.facts} ${this.head.network} ${this.monitor.state.unit}?${this.query}`;
    if (wanted === this.asked) {
      this.support(wanted);
      return;
    }
    if (wanted === this.wanted && !this.failed) return;
    if (this.head.version === null) {
      this.asked = wanted;
      this.monitor.show(null);
      return;
    }
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.wanted = wanted;
    this.supported = null;
    this.failed = false;
    this.monitor.status.loading(true);
    try {
      const picture = await this.monitor.during(this._fetch("hexes", abort.signal));
      if (this.wanted !== wanted) return;
      this.asked = wanted;
      this.monitor.show(picture);
      this.support(wanted);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failed = true;
      this.monitor.status.failed(error.message);
    } finally {
      if (this.wanted === wanted) this.monitor.status.loading(false);
    }
  }

  /** Where no network stands yet, the server takes longer for the routes: the picture is shown without them, and again with them. */
  async support(wanted) {
    if (!this.monitor.picture?.unsure) return this.monitor.status.working(this.head.building ? "building" : null);
    if ([this.supporting, this.supported].includes(wanted)) return undefined;
    this.supporting = wanted;
    try {
      this.monitor.status.working("routes");
      const picture = await this._fetch("snapshot", this.abort.signal);
      if (this.wanted === wanted) this.monitor.show(picture);
      this.supported = wanted;
    } catch {
      // Left for another picture, or the connection is lost: the next tick asks again.
    } finally {
      if (this.supporting === wanted) {
        this.supporting = null;
        this.monitor.status.working(null);
      }
    }
    return undefined;
  }

  async _fetch(kind, signal) {
    const params = new URLSearchParams(this.query);
    params.set("version", this.head.version);
    if (this.monitor.state.unit !== "month") params.set("step", this.monitor.state.unit);
    const answer = await fetch(`/data/${kind}?${params}`, { signal });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? say("The server answered {status}.", { status: String(answer.status) }));
    const before = this.monitor.picture;
    const manifest = Picture.carried(await answer.json(), before?.manifest);
    const picture = new Picture(manifest, before);
    await picture.level(this.monitor.map.getZoom()).load(signal);
    return picture;
  }
}
