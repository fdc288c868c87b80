/* The card of a corridor. */

import { pageUrl } from "./address.js";
import { cardHead, figures, howWeKnow, kindChip, madeUp, pageLink, spark } from "./card_parts.js";
import { post } from "./dialogs.js";
import { element } from "./dom.js";
import { messageOf } from "./errors.js";
import { ROLES, roleLetter } from "./roles.js";
import { live } from "./server.js";
import { formatNumber, mark, say, sayKept } from "./text.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Corridor } from "./types.js" */

const ROUTES = { land: mark("land route"), sea: mark("sea route"), air: mark("air route") };

const CONFIDENCE = {
  high: mark("confidence high: comes back in {redraws} of 100 times that its evidence is drawn again"),
  medium: mark("confidence medium: comes back in {redraws} of 100 times that its evidence is drawn again"),
  low: mark("confidence low: comes back in {redraws} of 100 times that its evidence is drawn again"),
};

/** What confidence is, on the card and in the legend. */
export const CONFIDENCE_NOTE = mark(
  "Confidence: how often a route comes back when its evidence is drawn again, how much of it is observed, and how many incidents lie in it. Inferred: without reports.",
);

/** What has a share, and the share in whole percent.  @param {string} name  @param {number} share */
const shareWords = (name, share) => say("{name} {share}\u00a0%", { name, share: Math.round(share * 100) });

/** How sure a corridor is, in words.  @param {Corridor} corridor */
const sureness = ({ mode, confidence, support }) => {
  if (mode === "air") return say("confidence not computed: a flight is drawn as its incidents name it");
  if (support === null || !confidence) return say("confidence not computed");
  return say(CONFIDENCE[confidence], { redraws: Math.round(100 * support) });
};

/** @param {Monitor} monitor  @param {Corridor} corridor */
const kindOf = (monitor, { layer, mode }) => {
  const dense = say("dense area, {mode}", { mode: say(mode) });
  return kindChip(layer === "routes" ? say(ROUTES[mode]) : dense, monitor.theme.mode[mode]);
};

/** The page that tells all of a route, with the filters of this view.  @param {Monitor} monitor  @param {Corridor} corridor */
const page = (monitor, corridor) => {
  const params = new URLSearchParams(monitor.state.address.filters());
  params.set("route", corridor.id);
  return pageLink(pageUrl("/routes", params), say("All that is known of this route ↗"));
};

/**
 * Whence or whither, the largest three shares in words.
 * @param {Monitor} monitor  @param {(shares: string) => string} sentence  @param {Record<string, number> | null} shares
 */
const people = (monitor, sentence, shares) => {
  const some = Object.entries(shares ?? {}).slice(0, 3).map(([code, share]) => shareWords(monitor.shown.country(code), share));
  return some.length ? element("p", { class: "facts" }, sentence(some.join(", "))) : element("span");
};

/** How sure the line is, and how much of it only bridges a gap.  @param {Corridor} corridor */
const surenessList = (corridor) => {
  const [inferred, length] = [corridor.inferred_km, corridor.length_km].map((km) => Math.round(km));
  const told = say("{inferred} km of {length} km inferred", { inferred, length });
  const bridged = corridor.inferred_km ? element("li", {}, told) : null;
  return element("ul", { class: "facts" }, element("li", {}, sureness(corridor)), bridged);
};

/** @param {Monitor} monitor  @param {Corridor} corridor */
const countryList = (monitor, { countries }) => {
  const items = countries.map((country) => {
    const parts = ROLES.filter((one) => (country[one] ?? 0) >= 0.01).map((one) => shareWords(say(one), country[one] ?? 0));
    const tag = element("b", { class: "tag", title: say(country.role) }, roleLetter(country.role));
    tag.style.background = monitor.theme.role[country.role];
    return element("li", { title: parts.join(", ") }, tag, monitor.shown.country(country.iso3));
  });
  return items.length ? element("ol", { class: "countries", "aria-label": say("Countries with their roles") }, ...items) : element("span");
};

/** What its confidence, its direction and the roles of its countries rest on.  @param {Corridor} corridor */
const basis = ({ direction_basis: direction, countries }) =>
  howWeKnow(
    say(CONFIDENCE_NOTE),
    direction ? say("Direction: {basis}", { basis: String(sayKept(direction)) }) : null,
    countries.length ? say("Source, transit and destination are shares of the movement that passes a country.") : null,
  );

/** Where an analyst gives a route the name that they use.  @param {Monitor} monitor  @param {Corridor} corridor */
const naming = (monitor, corridor) => {
  const name = element("input", { type: "text", required: true, maxlength: 80, value: corridor.name, "aria-label": say("Name of the route"), autocomplete: "off" });
  const fault = element("p", { class: "fault", role: "alert" });
  const note = element("p", { class: "note" }, say("Everybody sees this name, partners and the public too where it is shared."));
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    try {
      await monitor.during(post(`/data/routes/${corridor.id}/name`, { name: name.value }));
      monitor.status.announce(say("The route bears its new name from now on; what was shared before keeps the old one."));
      monitor.feed.tick();
    } catch (error) {
      fault.textContent = messageOf(error);
    }
  };
  const form = element("form", { onsubmit: submit }, name, element("button", { type: "submit" }, say("Rename")), note, fault);
  const made = element("details", { class: "facts naming", "data-needs": "assume" }, element("summary", {}, say("Rename this route")), form);
  made.hidden = !monitor.feed.may("assume");
  return made;
};

/** @param {Monitor} monitor  @param {Corridor} corridor  @returns {Node[]} */
export const corridorDetails = (monitor, corridor) => {
  const picture = monitor.shown;
  const months = Array.from({ length: picture.steps }, (_, at) => corridor.total(at, at + 1));
  const facts = [
    corridor.direction_words ? say(corridor.direction_words) : null,
    say("{km} km long", { km: Math.round(corridor.length_km) }),
    corridor.band_km ? say("80 % within {km} km", { km: Math.round(corridor.band_km) }) : null,
  ].filter(Boolean);
  const route = corridor.layer === "routes";
  /** @type {[string, string][]} */
  const passing = live && route && corridor.mode !== "air" ? [[say("passing, of all time"), formatNumber(Math.round(corridor.passing))]] : [];
  /** What is counted over all time; a frozen map knows its own period only.  @type {[string, string][]} */
  const ever = live ? [[say("in the corridor, of all time"), formatNumber(corridor.incidents)], [say("people, of all time, where stated"), formatNumber(corridor.people)]] : [];
  return [
    cardHead(monitor, corridor.title, kindOf(monitor, corridor), madeUp(corridor.synthetic)),
    corridor.earlier ? element("p", { class: "facts earlier" }, corridor.earlier) : element("span"),
    figures([
      [say("in the corridor, in the window"), formatNumber(corridor.total(...monitor.range))],
      ...ever,
      ...passing,
    ]),
    spark(monitor, months, monitor.theme.mode[corridor.mode]),
    countryList(monitor, corridor),
    people(monitor, (shares) => say("From {shares}", { shares }), corridor.origins),
    people(monitor, (shares) => say("To {shares}", { shares }), corridor.destinations),
    element("p", { class: "facts" }, facts.join(" · ")),
    surenessList(corridor),
    route && live ? page(monitor, corridor) : element("span"),
    basis(corridor),
    route && live ? naming(monitor, corridor) : element("span"),
    element("footer", {}, say("Method {method} · ledger version {version}", { method: corridor.method_version, version: String(picture.manifest.version) })),
  ];
};
