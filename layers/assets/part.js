/* What the map calls its parts for: each hook does nothing until a part says otherwise. */

/** @import { Monitor } from "./monitor.js" */
/** @import { Hit, LegendItem } from "./types.js" */

/**
 * A class with the hooks of a part; parts are panels (`Part`) and layers (`CanvasLayer`).
 * @template {new (...given: any[]) => object} Base  TypeScript asks for `any` where a class is extended that is given
 * @param {Base} base
 */
export const withHooks = (base) =>
  class extends base {
    /** Once, when the map starts.  @param {Monitor} _monitor */
    attach(_monitor) {}

    /** Another theme: colours are those of `monitor.theme`. */
    themeChanged() {}

    /** Another picture, or null for an empty workspace. */
    pictureChanged() {}

    /** The window of time was moved. */
    windowChanged() {}

    /** The window stands for a moment: what must not flicker while it is dragged follows now. */
    settled() {}

    /** The window has come to rest, or is compared with something else. */
    rested() {}

    /** Something else is selected, or what is known of it has changed. */
    selectionChanged() {}

    /** A layer was switched on or off, or fewer or more routes are shown. */
    layersChanged() {}

    /** The countries of the base map are there, or in another detail. */
    countriesChanged() {}

    /** What a layer says in the legend has changed. */
    legendChanged() {}

    /** The server has been asked for its newest version. */
    ticked() {}

    /** What is drawn under a point of the map's container.  @param {L.Point} _point  @returns {Hit | null} */
    hit(_point) {
      return null;
    }

    /** What the pointer is over, null if it is nothing of this part.  @param {string | null} _id */
    hover(_id) {}

    /** What the card shows of what is selected, null if that is nothing of this part.  @param {string} _selected  @returns {Node[] | null} */
    cardFor(_selected) {
      return null;
    }

    /** What the legend says of this part.  @returns {LegendItem[]} */
    legendItems() {
      return [];
    }
  };

export class Part extends withHooks(Object) {}

/** @typedef {InstanceType<ReturnType<typeof withHooks<typeof Object>>>} Hooks */
