/* What a search finds, and the way there. */

import { fly, moveTo } from "./map_moves.js";
import { fromWorld } from "./mercator.js";
import { folded } from "./names.js";
import { Position } from "./position.js";
import { ask } from "./server.js";
import { countryName, mark, placeName, say } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Place } from "./position.js" */
/** @import { Corridor, Country, Found, Pair, Ring } from "./types.js" */

/** @typedef {{ name: string, country: string, iso3: string, kind: string, lat: number, lon: number, reach_km: number }} GazetteerPlace */

/** What a search finds: {kind, name, detail, go}. Routes and countries here, places from the server. */
export class Finder {
  static KINDS = /** @type {Found["kind"][]} */ ([mark("Position"), mark("Routes"), mark("Countries"), mark("Places")]);
  static SHARE = { Position: 1, Routes: 3, Countries: 2, Places: 8 };
  static TOWN_KM = 12;

  /** @param {Monitor} monitor */
  constructor(monitor) {
    this.monitor = monitor;
  }

  /** @param {string} words  @returns {Promise<Found[]>} */
  async near(words) {
    const key = folded(words);
    if (!key) return [];
    return [...this._routes(words, key), ...(await this._countries(key))];
  }

  /** The position that words are, as the only thing found.  @param {string} words  @returns {Found[]} */
  position(words) {
    const found = Position.parse(words);
    if (!found || "fault" in found) return [];
    return [{ kind: "Position", name: Position.name(found), detail: say("position"), go: () => this._round(found, Finder.TOWN_KM, Position.name(found)) }];
  }

  /** @param {string} words  @param {string} key  @returns {Found[]} */
  _routes(words, key) {
    const { picture } = this.monitor;
    const asked = key.split(" ");
    /** @param {string} names */
    const fits = (names) => {
      const own = folded(names).split(" ");
      return asked.every((word) => own.some((part) => part.startsWith(word)));
    };
    /** @param {Corridor} corridor */
    const now = ({ title, name, route }) => fits(`${title} ${name} ${route ?? ""}`);
    /** @param {Corridor} corridor */
    const before = ({ earlier, formerly }) => fits(`${earlier} ${formerly ?? ""}`);
    return (picture?.corridors ?? [])
      .filter((corridor) => corridor.id === words.trim() || now(corridor) || before(corridor))
      .sort((a, b) => Number(a.layer === "ridges") - Number(b.layer === "ridges") || b.incidents - a.incidents)
      .map((corridor) => ({
        kind: "Routes",
        name: corridor.title,
        detail: [this._detail(corridor), corridor.earlier].filter(Boolean).join(", "),
        go: () => this.showRoute(corridor),
      }));
  }

  /** @param {Corridor} given */
  _detail({ layer, mode }) {
    const said = { mode: say(mode) };
    return layer === "ridges" ? say("dense area, {mode}", said) : say("route, {mode}", said);
  }

  /** Countries whose name begins so, then those with a word that does; by their shown name and their English one.  @param {string} key  @returns {Promise<Found[]>} */
  async _countries(key) {
    const atlas = await this.monitor.baseMap.atlas.load("50m").catch(() => []);
    /** @param {string} own */
    const fit = (own) => (own === key ? 0 : own.startsWith(key) ? 1 : own.includes(` ${key}`) ? 2 : 3);
    /** @param {Country} given */
    const rank = ({ iso3, name, shown }) => (iso3?.toLowerCase() === key ? 0 : Math.min(...[name, shown].map((one) => fit(folded(one)))));
    return atlas
      .map((country) => ({ country, rank: rank(country) }))
      .filter((found) => found.rank < 3)
      .sort((a, b) => a.rank - b.rank || b.country.extent - a.country.extent)
      .map(({ country }) => ({ kind: "Countries", name: country.shown, detail: say("country"), go: () => this._country(country) }));
  }

  /** @param {string} words  @param {AbortSignal} signal  @returns {Promise<Found[]>} */
  async places(words, signal) {
    const answer = await ask(`/data/places?${new URLSearchParams({ q: words })}`, { signal });
    if (!answer.ok) throw new Error(`places: ${answer.status}`);
    /** @type {{ places: GazetteerPlace[] }} */
    const { places } = await answer.json();
    return places.map(({ name: own, country, iso3, kind, lat, lon, reach_km: reach }) => {
      const name = placeName(own);
      return {
        kind: "Places",
        name,
        detail: [kind ? say(kind) : "", countryName(iso3, country), name === own ? "" : own].filter(Boolean).join(", "),
        go: () => this._round({ lat, lon }, Math.max(reach * 1.4, Finder.TOWN_KM), name),
      };
    });
  }

  /** A few of each kind and `most` in all; what one kind leaves, places fill.  @param {Found[]} found  @param {number} most */
  static shared(found, most) {
    /** @type {Found[]} */
    const taken = [];
    for (const kind of Finder.KINDS) {
      const room = most - taken.length;
      taken.push(...found.filter((one) => one.kind === kind).slice(0, Math.min(room, Finder.SHARE[kind])));
    }
    return taken;
  }

  /** @param {Corridor} corridor */
  showRoute(corridor) {
    this.monitor.select(corridor.id);
    this._show(corridor.lines.flat().map((place) => this._degrees(place)));
  }

  /** The mainland, and islands that are not small beside it.  @param {Country} given */
  _country({ rings }) {
    /** @param {Ring} given */
    const size = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
    const largest = Math.max(...rings.map(size));
    const main = rings.filter((ring) => size(ring) > largest / 8);
    this._show(main.flatMap(({ box }) => [this._degrees([box[0], box[1]]), this._degrees([box[2], box[3]])]));
  }

  /** @param {Place} given  @param {number} km  @param {string} name */
  _round({ lat, lon }, km, name) {
    const tall = km / 111.2;
    const wide = tall / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    this._show([[lat - tall, lon - wide], [lat + tall, lon + wide]]);
    this.monitor.search.pin([lat, lon], name);
  }

  /** @param {Pair} given  @returns {Pair} */
  _degrees([x, y]) {
    const { lat, lng } = fromWorld(this.monitor.map, x, y);
    return [lat, lng];
  }

  /** Fly there, or jump for whoever wants less motion.  @param {Pair[]} places */
  _show(places) {
    const { map } = this.monitor;
    const { x: width } = map.getSize();
    const narrow = width < 900;
    if (width <= 760) fly(map, L.latLngBounds(places));
    else moveTo(map, L.latLngBounds(places), { maxZoom: 9, paddingTopLeft: narrow ? [60, 60] : [340, 40], paddingBottomRight: [40, 170] });
  }
}
