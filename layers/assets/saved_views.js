/* Saved views: what is shown, kept under a name for oneself or for everybody, and opened again. */

import { actButton, dialogOn, field, listed, post, tellIn } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { Part } from "./part.js";
import { say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { SavedView } from "./types.js" */

export class SavedViews extends Part {
  /** @type {Monitor} */
  monitor;
  /** @type {HTMLDialogElement} */
  dialog;
  /** @type {HTMLFormElement} */
  form;
  /** @type {HTMLDivElement} */
  made;
  /** @type {HTMLDivElement} */
  list;
  /** How often the list was asked for. */
  turn = 0;

  /** @param {{ letters: number }} options */
  constructor(options) {
    super();
    this.options = options;
  }

  /** @param {Monitor} monitor */
  attach(monitor) {
    this.monitor = monitor;
    this.made = element("div", { class: "made", role: "status" });
    this.list = element("div", { class: "lists" });
    this.form = element("form", { onsubmit: (event) => this._submit(event) });
    this.dialog = dialogOn(monitor, "views", say("Saved views"), this.form, this.made, this.list);
  }

  show() {
    if (this.dialog.open) return;
    const name = element("input", { name: "name", type: "text", required: true, autofocus: true, maxlength: this.options.letters, autocomplete: "off", placeholder: say("Name of what is shown now") });
    const everybody = element("label", { class: "switch" }, element("input", { type: "checkbox", name: "shared" }), element("span", {}, say("For everybody")));
    everybody.hidden = !this.monitor.feed.may("watch");
    this.form.replaceChildren(
      field(say("Save this view as"), name),
      element("p", { class: "end" }, everybody, element("button", { type: "submit", class: "solid take" }, say("Save"))),
    );
    const { address } = this.monitor.state;
    const lang = address.read().get("lang");
    const wall = element("a", { class: "solid", href: `/map?${lang ? `lang=${lang}&` : ""}wall=30`, target: "_blank", rel: "noopener" }, say("Show them in turn on a wall"));
    this.form.append(element("p", { class: "end" }, wall));
    this.made.replaceChildren();
    this.dialog.showModal();
    this._refresh();
  }

  /** @param {Event} event */
  async _submit(event) {
    event.preventDefault();
    const given = new FormData(this.form);
    const body = { name: String(given.get("name") ?? ""), shared: given.has("shared"), query: new URL(this.monitor.actions.link()).search };
    try {
      await this.monitor.during(post("/data/views", body));
      tellIn(this.made, say("{name} is saved.", body));
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
    this._refresh();
  }

  /** List what is saved; of two lists on their way the one asked for last stays. */
  async _refresh() {
    const turn = ++this.turn;
    try {
      /** @type {{ views: SavedView[] }} */
      const { views } = await listed("/data/views");
      if (turn !== this.turn) return;
      this.list.replaceChildren(...(views.length ? views.map((one) => this._row(one)) : [element("p", {}, say("No view is saved yet."))]));
    } catch (error) {
      this.list.replaceChildren(element("p", { class: "fault" }, messageOf(error)));
    }
  }

  /** @param {SavedView} given */
  _row(given) {
    const told = [given.shared ? say("for everybody") : say("your own"), given.own ? "" : given.owner, given.made_at.slice(0, 10)];
    const acts = [actButton(say("Open"), given.name, () => this._open(given)), given.deletable ? actButton(say("Delete"), given.name, () => this._delete(given)) : null];
    return element("div", { class: "row" }, element("div", {}, element("strong", {}, given.name), element("span", {}, told.filter(Boolean).join(" · "))), ...acts);
  }

  /** @param {SavedView} given */
  _open({ query }) {
    const { address } = this.monitor.state;
    address.window.location.assign(`${address.path}?${query}`);
  }

  /** @param {SavedView} given */
  async _delete(given) {
    try {
      await this.monitor.during(post(`/data/views/${given.view_id}/delete`, {}));
      const undo = element("button", { type: "button", class: "solid", onclick: () => this._again(given) }, say("Undo"));
      this.made.replaceChildren(element("p", {}, say("{name} was deleted.", { name: given.name }), " ", undo));
      undo.focus();
    } catch (error) {
      tellIn(this.made, messageOf(error), true);
    }
    this._refresh();
  }

  /** Save again what was deleted.  @param {SavedView} given */
  async _again({ name, shared, query }) {
    await post("/data/views", { name, shared, query }).catch(() => null);
    this.made.replaceChildren();
    this._refresh();
  }
}
