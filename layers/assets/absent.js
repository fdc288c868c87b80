/* In place of a part that a map is made without: the others may call it, and it has nothing. */

import { Part } from "./part.js";

export class Absent extends Part {
  drawing = false;

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
