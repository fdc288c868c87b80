/* Asks the server for its newest version and fetches the picture of it; the old one stays until the new one stands. */

import { messageOf, refusal, wasAborted } from "./errors.js";
import { element } from "./dom.js";
import { Picture } from "./picture.js";
import { ask, live } from "./server.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Head } from "./types.js" */

const NOT_SIGNED_IN = 401;

/** Polls the newest version and fetches snapshots. Tells the monitor what happens. */
export class Feed {
  /** @type {Head | undefined} */
  head;
  /** The picture that is shown, asked for, and whose routes are asked for or stand.  @type {string | null} */
  asked = null;
  /** @type {string | null} */
  wanted = null;
  /** @type {string | null} */
  supporting = null;
  /** @type {string | null} */
  supported = null;
  failed = false;
  /** Whether nobody is signed in any more. */
  over = false;
  /** @type {AbortController | null} */
  abort = null;
  static EVERY = 2500;

  /** @param {Monitor} monitor */
  constructor(monitor) {
    this.monitor = monitor;
    this.query = monitor.state.address.filters();
  }

  /** Whether who looks may do something.  @param {string} right */
  may(right) {
    return !live || Boolean(this.head?.may.includes(right));
  }

  async start() {
    for (;;) {
      await this.tick();
      if (!live || this.over) return;
      await new Promise((done) => setTimeout(done, Feed.EVERY));
    }
  }

  /** Ask once for the newest version; fetch its snapshot if it is not the one shown. */
  async tick() {
    try {
      const answer = await ask("/data/head", { cache: "no-cache" });
      if (answer.status === NOT_SIGNED_IN) return this._end();
      if (!answer.ok) throw new Error(`head: ${answer.status}`);
      const before = this.head;
      /** @type {Head} */
      const head = await answer.json();
      this.head = head;
      for (const one of document.querySelectorAll("[data-needs]")) one.toggleAttribute("hidden", !this.may(one.getAttribute("data-needs") ?? ""));
      this._arrived(before, head);
      this.monitor.status.lost(false);
      this.monitor.status.troubled(head.trouble);
      await this.follow();
      this.monitor.tell("ticked");
    } catch {
      this.monitor.status.lost(true);
    }
  }

  /** Nobody is signed in any more: the map goes from the screen. */
  _end() {
    this.over = true;
    this.abort?.abort();
    const again = element("a", { href: "/", target: "_top" }, say("Sign in"));
    document.body.replaceChildren(element("p", { class: "ended", role: "alert" }, say("You are not signed in, or no longer."), " ", again));
  }

  /** What a new batch brought is shown at once, before the picture that it makes.  @param {Head | undefined} before  @param {Head} head */
  _arrived(before, head) {
    if (before === undefined || before.version === null || head.version === null || before.version >= head.version) return;
    if (!this.may("read incidents")) return;
    this.monitor.arrivals.since(before.version, head.version).catch(() => null);
  }

  /** Another View is asked for.  @param {string} query */
  ask(query) {
    if (query === this.query) return;
    this.query = query;
    if (this.head) this.follow();
  }

  /** Fetch the snapshot afresh: the server keeps the resources of the latest ones only. */
  again() {
    this.asked = this.wanted = null;
  }

  /** See to it that the picture of the newest version and of what is asked for is shown. */
  async follow() {
    const { head, monitor } = this;
    if (!head) return;
    const wanted = `${head.version} ${head.facts} ${head.network} ${monitor.state.unit}?${this.query}`;
    if (wanted === this.asked) this.support(wanted);
    else if (head.version === null) {
      this.asked = wanted;
      monitor.show(null);
    } else if (wanted !== this.wanted || this.failed) await this._take(wanted);
  }

  /** @param {string} wanted */
  async _take(wanted) {
    const { monitor } = this;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.wanted = wanted;
    this.supported = null;
    this.failed = false;
    monitor.status.loading(true);
    try {
      const picture = await monitor.during(this._fetch("hexes", abort.signal));
      if (this.wanted !== wanted) return;
      this.asked = wanted;
      monitor.show(picture);
      this.support(wanted);
    } catch (error) {
      if (wasAborted(error)) return;
      this.failed = true;
      monitor.status.failed(messageOf(error));
    } finally {
      if (this.wanted === wanted) monitor.status.loading(false);
    }
  }

  /**
   * Where no network stands yet, the server takes longer for the routes: the picture is shown without them, and again with them.
   * @param {string} wanted
   */
  async support(wanted) {
    const { monitor } = this;
    if (!monitor.picture?.unsure) {
      monitor.status.working(this.head?.building ? "building" : null);
      return;
    }
    if (wanted === this.supporting || wanted === this.supported || !this.abort) return;
    this.supporting = wanted;
    try {
      monitor.status.working("routes");
      const picture = await this._fetch("snapshot", this.abort.signal);
      if (this.wanted === wanted) monitor.show(picture);
      this.supported = wanted;
    } catch {
      // Left for another picture, or the connection is lost: the next tick asks again.
    } finally {
      if (this.supporting === wanted) {
        this.supporting = null;
        monitor.status.working(null);
      }
    }
  }

  /** @param {"hexes" | "snapshot"} kind  @param {AbortSignal} signal */
  async _fetch(kind, signal) {
    const params = new URLSearchParams(this.query);
    params.set("version", String(this.head?.version));
    if (this.monitor.state.unit !== "month") params.set("step", this.monitor.state.unit);
    const answer = await ask(`/data/${kind}?${params}`, { signal });
    if (!answer.ok) throw await refusal(answer);
    const before = this.monitor.picture;
    const manifest = Picture.carried(await answer.json(), before?.manifest);
    const picture = new Picture(manifest, before);
    await picture.level(this.monitor.map.getZoom())?.load(signal);
    return picture;
  }
}
