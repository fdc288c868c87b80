/* In place of a part that a map is made without: the others may call it, and it has nothing. */

import { Part } from "./part.js";

/** @import { Hit } from "./types.js" */

export class Absent extends Part {
  drawing = false;
  /** @type {string[]} */
  credits = [];

  /** @param {Hit | null} found */
  beside(found) {
    return found;
  }

  /** @returns {never[]} */
  pictures() {
    return [];
  }

  /** @returns {never[]} */
  sections() {
    return [];
  }

  at() {
    return null;
  }

  hitChip() {
    return null;
  }

  /** @returns {never[]} */
  chipsFor() {
    return [];
  }

  async since() {}

  listInView() {}

  show() {}

  open() {}
}
