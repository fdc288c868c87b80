/* The search box: a country, a place of the gazetteer, a route of the picture or a position, and the way there. */

import { WORLD } from "./mercator.js";
import { folded } from "./names.js";
import { Position } from "./position.js";
import { countryName, mark, say } from "./text.js";

/** What a search finds: {kind, name, detail, go}. Routes and countries here, places from the server. */
export class Finder {
  static KINDS = [mark("Position"), mark("Routes"), mark("Countries"), mark("Places")];
  static SHARE = { Position: 1, Routes: 3, Countries: 2, Places: 8 };
  static TOWN_KM = 12;

  constructor(monitor) {
    this.monitor = monitor;
  }

  async near(words) {
    const key = folded(words);
    if (!key) return [];
    return [...this._routes(words, key), ...(await this._countries(key))];
  }

  position(words) {
    const found = Position.parse(words);
    if (!found || found.fault) return [];
    return [{ kind: "Position", name: Position.name(found), detail: say("position"), go: () => this._round(found, Finder.TOWN_KM, Position.name(found)) }];
  }

  _routes(words, key) {
    const { picture } = this.monitor;
    const asked = key.split(" ");
    const fits = (corridor) => {
      const own = folded(`${corridor.title} ${corridor.route ?? ""}`).split(" ");
      return asked.every((word) => own.some((part) => part.startsWith(word)));
    };
    return (picture?.corridors ?? [])
      .filter((corridor) => corridor.id === words.trim() || fits(corridor))
      .sort((a, b) => (a.layer === "ridges") - (b.layer === "ridges") || b.incidents - a.incidents)
      .map((corridor) => ({
        kind: "Routes",
        name: corridor.title,
        detail: this._detail(corridor),
        go: () => this._route(corridor),
      }));
  }

  _detail({ layer, mode }) {
    const said = { mode: say(mode) };
    return layer === "ridges" ? say("dense area, {mode}", said) : say("route, {mode}", said);
  }

  /** Countries whose name begins so, then those with a word that does; by their shown name and their English one. */
  async _countries(key) {
    const atlas = await this.monitor.baseMap.atlas.load("50m").catch(() => []);
    const fit = (own) => (own === key ? 0 : own.startsWith(key) ? 1 : own.includes(` ${key}`) ? 2 : 3);
    const rank = ({ iso3, name, shown }) => (iso3?.toLowerCase() === key ? 0 : Math.min(...[name, shown].map((one) => fit(folded(one)))));
    return atlas
      .map((country) => ({ country, rank: rank(country) }))
      .filter((found) => found.rank < 3)
      .sort((a, b) => a.rank - b.rank || b.country.extent - a.country.extent)
      .map(({ country }) => ({ kind: "Countries", name: country.shown, detail: say("country"), go: () => this._country(country) }));
  }

  async places(words, signal) {
    const answer = await fetch(`/data/places?${new URLSearchParams({ q: words })}`, { signal });
    if (!answer.ok) throw new Error(`places: ${answer.status}`);
    const { places } = await answer.json();
    return places.map(({ name, country, iso3, kind, lat, lon, reach_km: reach }) => ({
      kind: "Places",
      name,
      detail: [kind ? say(kind) : "", countryName(iso3, country)].filter(Boolean).join(", "),
      go: () => this._round({ lat, lon }, Math.max(reach * 1.4, Finder.TOWN_KM), name),
    }));
  }

  /** A few of each kind and `most` in all; what one kind leaves, places fill. */
  static shared(found, most) {
    const taken = [];
    for (const kind of Finder.KINDS) {
      const room = most - taken.length;
      taken.push(...found.filter((one) => one.kind === kind).slice(0, Math.min(room, Finder.SHARE[kind])));
    }
    return taken;
  }

  _route(corridor) {
    this.monitor.select(corridor.id);
    this._show(corridor.lines.flat().map((place) => this._degrees(place)));
  }

  /** The mainland, and islands that are not small beside it. */
  _country({ rings }) {
    const size = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
    const largest = Math.max(...rings.map(size));
    const main = rings.filter((ring) => size(ring) > largest / 8);
    this._show(main.flatMap(({ box }) => [this._degrees([box[0], box[1]]), this._degrees([box[2], box[3]])]));
  }

  _round({ lat, lon }, km, name) {
    const tall = km / 111.2;
    const wide = tall / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    this._show([[lat - tall, lon - wide], [lat + tall, lon + wide]]);
    this.monitor.search.pin([lat, lon], name);
  }

  _degrees([x, y]) {
    const { lat, lng } = this.monitor.map.unproject([(x / WORLD + 0.5) * 256, (y / WORLD + 0.5) * 256], 0);
    return [lat, lng];
  }

  /** Fly there, or jump for whoever wants less motion. */
  _show(places) {
    const { map } = this.monitor;
    const options = { maxZoom: 9, paddingTopLeft: [340, 40], paddingBottomRight: [40, 170] };
    if (map.getSize().x < 900) options.paddingTopLeft = [60, 60];
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map.fitBounds(L.latLngBounds(places), { ...options, animate: false });
    else map.flyToBounds(L.latLngBounds(places), { ...options, duration: 0.9 });
  }
}
