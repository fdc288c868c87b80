/* What the server computes only once the routes stand: asked for when it is wanted, kept until a newer answer is there. */

import { say } from "./text.js";

export class Loader {
  /**
   * @param {Monitor} monitor  @param {string} path
   * @param {() => void} told  called whenever `state` or `answer` changes
   * @param {() => string[][]} more  what is asked with besides the View
   * @param {boolean} early  whether it need not wait for the routes, as it takes the server no time
   */
  constructor(monitor, path, told, more = () => [], early = false) {
    Object.assign(this, { monitor, path, told, more, early });
    /** idle, loading, ready or failed */
    this.state = "idle";
    this.answer = null;
    this.key = null;
  }

  /** Ask, unless this was asked for already or the routes are still being worked out: the map comes first. */
  async look(wanted = true) {
    const { picture, feed } = this.monitor;
    if (!wanted || !picture?.steps || (picture.unsure && !this.early)) return;
    const params = new URLSearchParams(feed.query);
    params.set("version", picture.manifest.version);
    for (const [name, value] of this.more()) params.append(name, value);
    const key = String(params);
    if (key === this.key && this.state !== "failed") return;
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    [this.key, this.state] = [key, "loading"];
    this.told();
    try {
      const answer = await fetch(`${this.path}?${key}`, { signal: abort.signal });
      const said = answer.status === 204 ? {} : await answer.json();
      if (answer.status !== 200) throw new Error(said.error ?? say("The server answered {status}.", { status: String(answer.status) }));
      if (this.key !== key) return;
      [this.answer, this.state, this.reason] = [said, "ready", null];
    } catch (error) {
      if (error.name === "AbortError" || this.key !== key) return;
      [this.state, this.reason] = ["failed", error.message];
    }
    this.told();
  }

  /** A sentence on how far it is, or null where the answer speaks for itself. */
  get words() {
    const { picture } = this.monitor;
    if (this.state === "failed") return [say("Could not be read; trying again."), this.reason].join(" ");
    if (this.state === "loading") return say("Computing …");
    if (this.state === "idle") return picture?.unsure ? say("Waits until the routes are worked out …") : say("Nothing to compute from.");
    return this.answer.insufficient ? say(this.answer.insufficient, this.answer.values) : null;
  }
}
