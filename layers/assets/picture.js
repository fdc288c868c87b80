/* A snapshot made ready to draw. */

import { Calendar } from "./calendar.js";
import { HexLevel } from "./hex_level.js";
import { toWorld } from "./mercator.js";
import { Tally } from "./tally.js";
import { countryName, routeName, say } from "./text.js";

/** @import { State } from "./state.js" */
/** @import { Corridor, CorridorFeature, CorridorProperties, Line, Manifest, Pair, Span } from "./types.js" */

/** A snapshot made ready to draw. */
export class Picture {
  /** @param {Manifest} manifest  @param {Picture | null} [before] the one that is shown until this one stands */
  constructor(manifest, before = null) {
    this.manifest = manifest;
    this.steps = manifest.totals.length;
    this.calendar = new Calendar(manifest.unit, manifest.edges);
    this.tally = new Tally(this.steps, manifest.totals.entries(), manifest.lasting);
    /** @type {HexLevel[]} */
    this.levels = manifest.levels.map((entry, at) => HexLevel.of(entry, this.steps, before?.levels[at]));
    this.corridors = manifest.corridors.map((feature) => this._corridor(feature));
    this.unsure = manifest.stage === "hexes";
    this.peak = Math.max(1e-9, ...this.corridors.filter(({ layer, mode }) => layer === "ridges" || mode === "air").map((dense) => this._peak(dense)));
    const routes = this.corridors.filter(({ layer }) => layer === "routes");
    this.most = Math.max(1, ...manifest.totals.map((_, step) => this.total(step, step + 1)));
    this.flow = Math.max(1e-9, ...routes.map(({ flow }) => flow));
  }

  /**
   * A manifest that still lacks its lines shows those of the version before meanwhile: a new batch makes nothing vanish.
   * @param {Manifest} manifest  @param {Manifest | undefined} before
   */
  static carried(manifest, before) {
    const alike = before?.routed && before.query === manifest.query && before.unit === manifest.unit;
    if (!alike || manifest.stage !== "hexes") return manifest;
    const { hubs, landings, corridors } = before;
    const countries = { ...before.countries, ...manifest.countries };
    return { ...manifest, corridors, hubs, landings, countries, routed: true, routes_of: before.routes_of ?? before.version };
  }

  /** @param {number} from  @param {number} to */
  total(from, to) {
    return this.tally.total(from, to);
  }

  /** Corridors of the layers that are shown, and of the detail that is.  @param {Pick<State, "hidden" | "detail" | "selected">} given */
  seen({ hidden, detail, selected }) {
    /** @param {Corridor} corridor */
    const shown = (corridor) => !hidden.has(corridor.layer) && (corridor.layer === "ridges" || corridor.detail <= detail);
    return this.corridors.filter((corridor) => shown(corridor) || corridor.id === selected);
  }

  /** @param {string | null | undefined} id */
  corridor(id) {
    return this.corridors.find((corridor) => corridor.id === id) ?? null;
  }

  /** @param {string} code */
  country(code) {
    return countryName(code, this.manifest.countries[code] ?? code);
  }

  /** The level to show at a zoom: res 3 below z4, 4 to z5.5, 5 to z7.5, 6 above; where that is not there, the next coarser, else the coarsest.  @param {number} zoom */
  level(zoom) {
    const wanted = zoom < 4 ? 3 : zoom < 5.5 ? 4 : zoom < 7.5 ? 5 : 6;
    return this.levels.findLast((level) => level.resolution <= wanted) ?? this.levels[0];
  }

  /** @param {CorridorFeature} feature */
  _corridor(feature) {
    const { geometry, properties, stretches, counts, lasting } = feature;
    const lines = partsOf(geometry);
    /** @param {Line[]} parts */
    const placed = (parts) => parts.map((line) => line.map(([lon, lat]) => toWorld(lon, lat)));
    const entries = counts
      .map(([day, count]) => pair(this.calendar.at.get(day) ?? this.calendar.before(day), count))
      .filter(([step]) => step >= 0 && step < this.steps);
    /** @type {Span[]} */
    const spans = lasting.map(([first, last, count]) => [this.calendar.before(first), this.calendar.before(last), count]);
    const tally = new Tally(this.steps, entries, spans);
    return {
      ...properties,
      id: properties.corridor_id,
      title: routeName(properties.name),
      earlier: properties.formerly ? say("formerly {names}", { names: properties.formerly.split("; ").map(routeName).join(", ") }) : "",
      ends: routeName(properties.name.split(": ").slice(-1)[0]),
      lines: placed(lines),
      observed: placed(stretches?.observed ?? lines),
      inferred: placed(stretches?.inferred ?? []),
      faint: properties.confidence !== null && properties.confidence !== "high",
      lat: lines[0][Math.floor(lines[0].length / 2)][1],
      direction: Picture.direction(properties),
      direction_words: properties.direction ? DIRECTIONS[properties.direction] : null,
      /** @param {number} from  @param {number} to */
      total: (from, to) => tally.total(from, to),
    };
  }

  /**
   * 1 if the line runs in the direction of movement, -1 if against it, 2 if movement runs both ways, 0 if unknown.
   * @param {CorridorProperties} given
   */
  static direction({ countries, direction }) {
    if (direction) return { "one-way": 1, "two-way": 2, unclear: 0 }[direction] ?? 0;
    const roles = countries.map((country) => country.role);
    const [source, target] = [roles.indexOf("source"), roles.lastIndexOf("destination")];
    return source < 0 || target < 0 ? 0 : Math.sign(target - source);
  }

  /** The busiest window of the usual length of a corridor, as incidents a step: against it widths are measured.  @param {Corridor} corridor */
  _peak(corridor) {
    const span = Math.min(this.calendar.traits.first, this.steps);
    let best = 0;
    for (let at = span; at <= this.steps; at++) best = Math.max(best, corridor.total(at - span, at));
    return best / Math.max(span, 1);
  }
}

const DIRECTIONS = { "one-way": "one way", "two-way": "both ways", unclear: "direction unclear" };

/** @param {CorridorFeature["geometry"]} geometry */
const partsOf = (geometry) => (geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates);

/** @param {number} one  @param {number} other  @returns {Pair} */
const pair = (one, other) => [one, other];
