/* What the server computes only once the routes stand: asked for when it is wanted, kept until a newer answer is there. */

import { messageOf, refusal, wasAborted } from "./errors.js";
import { ask } from "./server.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */

/**
 * @template {import("./types.js").Answer} Answer
 */
export class Loader {
  /** @type {"idle" | "loading" | "ready" | "failed"} */
  state = "idle";
  /** @type {Answer | null} */
  answer = null;
  /** @type {string | null} */
  key = null;
  /** @type {string | null} */
  reason = null;
  /** @type {AbortController | null} */
  abort = null;

  /**
   * @param {Monitor} monitor
   * @param {string} path
   * @param {object} options
   * @param {() => void} options.told  called whenever `state` or `answer` changes
   * @param {() => string[][]} [options.more]  what is asked with besides the View
   * @param {boolean} [options.early]  whether it need not wait for the routes, as it takes the server no time
   */
  constructor(monitor, path, { told, more = () => [], early = false }) {
    this.monitor = monitor;
    this.path = path;
    this.told = told;
    this.more = more;
    this.early = early;
  }

  /** Ask, unless this was asked for already or the routes are still being worked out: the map comes first. */
  async look(wanted = true) {
    const key = wanted ? this._question() : null;
    if (key === null || (key === this.key && this.state !== "failed")) return;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    [this.key, this.state] = [key, "loading"];
    this.told();
    try {
      const answer = await this._fetch(key, abort.signal);
      if (this.key !== key) return;
      [this.answer, this.state, this.reason] = [answer, "ready", null];
    } catch (error) {
      if (wasAborted(error) || this.key !== key) return;
      [this.state, this.reason] = ["failed", messageOf(error)];
    }
    this.told();
  }

  /** What is to be asked now, null for nothing. */
  _question() {
    const { picture, feed } = this.monitor;
    if (!picture?.steps || (picture.unsure && !this.early)) return null;
    const params = new URLSearchParams(feed.query);
    params.set("version", String(picture.manifest.version));
    if (feed.head?.network) params.set("network", feed.head.network); // Of another one, or with other names, it is asked anew.
    for (const [name, value] of this.more()) params.append(name, value);
    return String(params);
  }

  /** @param {string} key  @param {AbortSignal} signal  @returns {Promise<Answer>} */
  async _fetch(key, signal) {
    const answer = await ask(`${this.path}?${key}`, { signal });
    if (answer.status !== 200) throw await refusal(answer);
    return answer.json();
  }

  /** A sentence on how far it is, or null where the answer speaks for itself. */
  get words() {
    const { picture } = this.monitor;
    if (this.state === "failed") return [say("Could not be read; trying again."), this.reason].join(" ");
    if (this.state === "loading") return say("Computing …");
    if (this.state === "idle" || !this.answer) return picture?.unsure ? say("Waits until the routes are worked out …") : say("Nothing to compute from.");
    return this.answer.insufficient ? say(this.answer.insufficient, this.answer.values) : null;
  }
}
