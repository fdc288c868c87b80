"""Places of words, offline: "20 km north of Zuwara, Libya" becomes a point and how far from it the place may lie.

A text is read as names with the words that stand before them (``mentions``). Every name has candidates: GeoNames towns
and provinces, airports, ports, waters. Those that agree best with each other and with the stated country are taken;
where several remain, the precision covers them, or nothing is placed and all are returned with their weights. A text
without a known name is placed by its country. Precisions are data: ``reference/place_words.toml``, measured on the
incidents of IOM's Missing Migrants Project, of which nine in ten lie within the precision that is stated here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl

from geodata.places.lookup import airport_named, country_code, country_name
from geodata.places.toponym_parsing import (
    AIRPORT_KM,
    Candidate,
    Mention,
    candidate,
    country_places,
    mentions_of,
    toponyms,
    words,
)
from geodata.spatial.coastline import EARTH_KM, Floats, is_land, km_to_coast, unit_vectors

SCHEMA: Final = {
    "lon": pl.Float64,
    "lat": pl.Float64,
    "precision_km": pl.Float64,
    "note": pl.String,
    "candidates": pl.String,
}
SURE = 0.7
"""Weight of one place, and of what lies within its precision, from which it is taken for the place meant."""
WIDEST_KM = 300.0
"""A name whose possible places lie farther apart than this is not placed at one of them."""
MOST_NAMES = 6
SHOWN = 5
OFFSHORE_KM = 15.0

_KM = {"n": 1.852, "s": 1.852, "k": 1.0, "mi": 1.609, "y": 0.000914, "m": 0.001}
_FEW = {"one": 1.0, "two": 2.0, "three": 3.0, "five": 5.0, "ten": 10.0, "a few": 4.0, "few": 4.0, "several": 6.0}
_SECOND = r"\b(?:and|to)(?: (?!,)\w+){0,3}$"
"""Words before the second name of "between X and Y"."""
_BEARINGS = {"n": 0, "ne": 45, "e": 90, "se": 135, "s": 180, "sw": 225, "w": 270, "nw": 315}


@dataclass(frozen=True, slots=True)
class Place:
    """An answer: lon, lat in degrees; the place lies within ``precision_km``."""

    lon: float
    lat: float
    precision_km: float
    note: str


Answer = tuple[Place | None, list[tuple[Candidate, float]]]


def located(places: pl.Series, countries: pl.Series) -> pl.DataFrame:
    """Return where texts about places lie.

    Parameters
    ----------
    places : Series of str
        Texts, null where none.
    countries : Series of str
        The country that the source states for each, by any of its names or codes; null where none. Names outside it
        are asked only where the text itself names their country.

    Returns
    -------
    DataFrame
        One row for each input, with the columns of ``SCHEMA``: ``note`` says what was understood, ``candidates`` is
        JSON, a list of name, iso3, kind, lon, lat, weight. All null where nothing fits; where several places fit and
        none can be chosen, ``note`` and ``candidates`` alone are filled.
    """
    asked = pl.DataFrame({"place": places.cast(pl.String), "country": countries.cast(pl.String)})
    distinct = asked.unique(maintain_order=True)
    answers = pl.DataFrame(
        [_row(*answer) for answer in _answers(distinct["place"].to_list(), distinct["country"].to_list())],
        schema=SCHEMA,
        orient="row",
    )
    known = pl.concat([distinct, answers], how="horizontal")
    joined = asked.join(known, on=["place", "country"], how="left", nulls_equal=True, maintain_order="left")
    return joined.select(*SCHEMA)


def _answers(texts: list[str | None], countries: list[str | None]) -> list[Answer]:
    stated = [country_code(name) if name else None for name in countries]
    named = mentions_of(texts, stated)
    return [
        _answer(mentions, iso3, (text or "").strip()) for mentions, iso3, text in zip(named, stated, texts, strict=True)
    ]


def _row(place: Place | None, weighed: list[tuple[Candidate, float]]) -> dict[str, Any]:
    shown = [
        {
            "name": candidate.name,
            "iso3": candidate.iso3 or None,
            "kind": candidate.kind,
            "lon": round(candidate.lon, 4),
            "lat": round(candidate.lat, 4),
            "weight": round(weight, 3),
        }
        for candidate, weight in weighed[:SHOWN]
    ]
    candidates = json.dumps(shown, ensure_ascii=False) if shown else None
    if place is None:
        note = f"not placed: {len(weighed)} places of that name" if weighed else None
        return {"lon": None, "lat": None, "precision_km": None, "note": note, "candidates": candidates}
    return {
        "lon": round(place.lon, 4),
        "lat": round(place.lat, 4),
        "precision_km": float(np.ceil(place.precision_km)),
        "note": place.note,
        "candidates": candidates,
    }


# Choosing: the candidates that agree, and what the words before the name make of them.


def _answer(mentions: list[Mention], stated: str | None, text: str) -> Answer:
    code = _airport(text)
    if code and stated in (None, code.iso3):
        return _whole(code, "airport "), [(code, 1.0)]
    named = [mention for mention in mentions if mention.candidates and not _is_country(mention, mentions)]
    between = _between(mentions)
    if between:
        return between, []
    weighed = _weighed(named[:MOST_NAMES])
    placed = [
        option
        for mention, candidates in zip(named, weighed, strict=False)
        if candidates and (option := _placed(mention, candidates, stated, mentions))
    ]
    if placed:
        _, place, candidates = min(placed, key=lambda option: option[0])
        return place, candidates
    unsure = next((candidates for candidates in weighed if candidates), [])
    whole = _by_country(mentions, stated)
    if whole and unsure:
        whole = replace(whole, note=f"{whole.note}; {len(unsure)} places bear the name {unsure[0][0].name}")
    return whole, unsure


def _airport(text: str) -> Candidate | None:
    """Return the airport whose code is the whole of a text."""
    found = airport_named(text) if text.isupper() and len(text) in (3, 4) and not country_code(text) else None
    return Candidate(found.name, found.iso3, "airport", found.lon, found.lat, AIRPORT_KM) if found else None


def _is_country(mention: Mention, mentions: list[Mention]) -> bool:
    """Tell a country from a place of its name: in "Djibouti, Djibouti" the first is the town.

    A name that comes again later, or that a country named later has a province of, is the smaller place.
    """
    if mention.iso3 is None:
        return False
    later = {other.iso3 for other in mentions[mentions.index(mention) + 1 :]}
    provinces = {place.iso3 for place in mention.candidates if place.kind == "province"}
    smaller = mention.whole and (mention.iso3 in later or bool(provinces & later - {mention.iso3}))
    return not smaller and not mention.kinds - {"sea"}


def _weighed(mentions: list[Mention]) -> list[list[tuple[Candidate, float]]]:
    """Return the candidates of each name with weights that sum to one; empty where a name fits no other.

    Each candidate is worth its prior and the best agreement with a candidate of each other name. The name that is worth
    most is settled first; the candidates of all others must then agree with it, and so on.
    """
    worth = [_worth(mention, mentions) for mention in mentions]
    settled: list[Candidate] = []
    result: list[list[tuple[Candidate, float]]] = [[] for _ in mentions]
    for n in sorted(range(len(mentions)), key=lambda n: -max(worth[n])):
        candidates = mentions[n].candidates
        agrees = np.ones(len(candidates), bool)
        for place in settled:
            agrees &= _agreement(candidates, [place])[:, 0] > 0
        if agrees.any():
            scores = np.where(agrees, worth[n], -np.inf)
            weights = np.exp(scores - scores.max())
            pairs = zip(candidates, (weights / weights.sum()).tolist(), strict=True)
            result[n] = sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])
            settled.append(result[n][0][0])
    return result


def _worth(mention: Mention, mentions: list[Mention]) -> Floats:
    """Return the worth of each candidate of a name in the company of the others."""
    worth = np.array([candidate.prior for candidate in mention.candidates])
    for other in mentions:
        if other is not mention:
            priors = np.array([candidate.prior for candidate in other.candidates])
            together = _agreement(mention.candidates, other.candidates) + 0.3 * np.minimum(priors, 9.0) - 2.7
            worth += np.maximum(together.max(axis=1), -4.0)
    return worth


def _agreement(some: list[Candidate], others: list[Candidate]) -> Floats:
    """Return how well places go together in one text, shape (some, others): near for what they are, or not."""
    here, there = (unit_vectors([c.lon for c in group], [c.lat for c in group]) for group in (some, others))
    km = EARTH_KM * np.arccos(np.clip(here @ there.T, -1, 1))
    reach = np.maximum.outer([c.reach_km for c in some], [c.reach_km for c in others])
    agreement: Floats = np.clip(3.0 - (km - 1.2 * reach - 25.0) / 20.0, -4.0, 3.0)
    one, other = (np.array([place.province for place in group]) for group in (some, others))
    whole = np.logical_or.outer(*([place.kind == "province" for place in group] for group in (some, others)))
    known = np.logical_and.outer(one != "", other != "")
    agreement[whole & known & (one[:, None] != other[None, :])] = -1.0
    return agreement


def _placed(
    mention: Mention, weighed: list[tuple[Candidate, float]], stated: str | None, mentions: list[Mention]
) -> tuple[float, Place, list[tuple[Candidate, float]]] | None:
    """Return how roughly a name says where, km, and its place, with a precision that covers what else it may be.

    None where that is too much. How roughly counts without the distance that a text states: "30 km off Zuwara, Libya"
    says more than "Libya".
    """
    best = weighed[0][0]
    lon, lat, precision, relation = _related(mention, best)
    here = Candidate("", "", "", lon, lat, 0.0)
    apart = [(here.km_to(candidate), weight) for candidate, weight in weighed]
    sure = sum(weight for km, weight in apart if km <= max(precision, 25.0))
    note = f"{relation}{best.name} ({best.kind}{f', {country_name(best.iso3)}' if best.iso3 else ''})"
    if sure < SURE:
        covering = sorted((km, weight) for km, weight in apart)
        total = np.cumsum([weight for _, weight in covering])
        precision = max(precision, covering[int(np.searchsorted(total, 0.9))][0] + precision)
        bounded = stated or best.iso3 in {other.iso3 for other in mentions}
        if not bounded or precision > WIDEST_KM:
            return None
        note += f"; one of {len(weighed)} places of that name, the precision covers nine tenths of their weight"
    if mention.misspelt:
        note += f"; written {mention.key!r}"
    if stated and best.iso3 and best.iso3 != stated:
        note += f"; the text names {country_name(best.iso3)}, the source states {country_name(stated)}"
    rough = _least(mention, best) + 40.0 * mention.is_local()
    return rough + (precision if sure < SURE else 0.0), Place(lon, lat, precision, note), weighed


def _related(mention: Mention, place: Candidate) -> tuple[float, float, float, str]:
    """Return lon, lat, precision and the words for it of a place as the text relates to it."""
    rules = words()["precision"]
    precision = _least(mention, place)
    distance, bearing = _distance(mention.before), _bearing(mention.before)
    off = mention.says("off") and not mention.says("ashore")
    if distance is not None and bearing is not None:
        lon, lat = _moved(place.lon, place.lat, bearing, distance)
        precision += rules["share"]["distance"] * distance
        return lon, lat, precision, f"{distance:.0f} km at {bearing} degrees from "
    if off and place.kind in ("town", "port", "island"):
        reach = distance if distance is not None else OFFSHORE_KM
        lon, lat = _offshore(place, max(reach, 3.0))
        return lon, lat, precision + max(rules["added"]["off"], rules["share"]["distance"] * reach), "off "
    if distance is not None and not off:
        return place.lon, place.lat, precision + rules["share"]["undirected"] * distance, f"{distance:.0f} km from "
    added = [name for name in ("off", "near", "vague", "desert") if mention.says(name)]
    added += ["local"] * mention.is_local() + ["inner"] * (mention.inner and place.kind in ("town", "port"))
    added += ["misspelt"] * mention.misspelt + ["jurisdiction"] * ("jurisdiction" in mention.after)
    extra = max((rules["added"][name] for name in added), default=0.0)
    if bearing is not None and not distance:
        extra = max(extra, rules["added"]["bearing"])
    relation = "off " if off else "near " if "near" in added else ""
    return place.lon, place.lat, precision + extra, relation


def _least(mention: Mention, place: Candidate) -> float:
    """Return how far a place extends, km: of a town, no less than the district or province that the words call it."""
    least = words()["precision"]["least"]
    said = mention.kinds & {"district", "province", "desert"} if place.kind == "town" else ()
    return float(max(place.reach_km, *(least[kind] for kind in (place.kind, *said))))


def _distance(before: str) -> float | None:
    """Return the distance that words state, km: "20 km", "5 nautical miles"."""
    found = re.search(words()["distance"], before)
    if not found:
        return None
    number, unit = found.groups()
    size = _FEW.get(number) or float(number.replace(",", "."))
    return size * next(km for start, km in _KM.items() if unit.startswith(start))


def _bearing(before: str) -> int | None:
    """Return the direction that words state, degrees clockwise from north."""
    found = re.findall(words()["bearing"], before)
    if not found:
        return None
    parts = re.findall(r"north|south|east|west", found[-1]) or [found[-1]]
    return _BEARINGS.get("".join(part[0] for part in parts) if len(parts[0]) > 2 else parts[0])


def _moved(lon: float, lat: float, bearing: float, km: float) -> tuple[float, float]:
    """Return the place so many km off along a great circle that sets out at a bearing in degrees."""
    across, up, towards, arc = np.radians(lon), np.radians(lat), np.radians(bearing), km / EARTH_KM
    north = np.arcsin(np.sin(up) * np.cos(arc) + np.cos(up) * np.sin(arc) * np.cos(towards))
    east = np.arctan2(np.sin(towards) * np.sin(arc) * np.cos(up), np.cos(arc) - np.sin(up) * np.sin(north))
    return float((np.degrees(across + east) + 180) % 360 - 180), float(np.degrees(north))


def _offshore(place: Candidate, km: float) -> tuple[float, float]:
    """Return the place so many km out to sea: towards the middle of the water round it; itself where there is none."""
    ring = np.array([_moved(place.lon, place.lat, bearing, km) for bearing in range(0, 360, 10)])
    water = ring[~is_land(*ring.T)]
    if not len(water) or len(water) == len(ring) or km_to_coast(np.array([place.lon]), np.array([place.lat]))[0] > 30:
        return place.lon, place.lat
    middle = unit_vectors(*water.T).mean(axis=0)
    nearest = water[np.argmax(unit_vectors(*water.T) @ middle)]
    return float(nearest[0]), float(nearest[1])


# Countries: two of them, their border, or one alone.


def _between(mentions: list[Mention]) -> Place | None:
    """Return the middle of "between X and Y"; of countries, the middle of their coasts."""
    for n, one in enumerate(mentions):
        if not one.says("between"):
            continue
        other = next((later for later in mentions[n + 1 :] if re.search(_SECOND, later.before)), None)
        if other and not (one.says("border") or other.says("border")):
            ends = _end(one), _end(other)
            if ends[0] and ends[1]:
                return _middle(ends[0], ends[1])
    return None


def _end(mention: Mention) -> Candidate | None:
    if mention.iso3:
        return _land(mention.iso3, "coast") or _land(mention.iso3, "country")
    weighed = _weighed([mention])[0] if mention.candidates else []
    if not weighed:
        return None
    together = _agreement([candidate for candidate, _ in weighed], [weighed[0][0]])[:, 0] > 0
    sure = sum(weight for (_, weight), near in zip(weighed, together, strict=True) if near)
    return weighed[0][0] if sure >= SURE else None


def _middle(one: Candidate, other: Candidate) -> Place:
    vectors = unit_vectors([one.lon, other.lon], [one.lat, other.lat])
    middle = vectors.mean(axis=0)
    lon, lat = np.degrees(np.arctan2(middle[1], middle[0])), np.degrees(np.arctan2(middle[2], np.hypot(*middle[:2])))
    half = one.km_to(other) / 2
    least = words()["precision"]["least"]["town"]
    return Place(float(lon), float(lat), half + least, f"between {one.name} and {other.name}")


def _by_country(mentions: list[Mention], stated: str | None) -> Place | None:
    """Return the border, coast or whole of the country that is stated or that the text names last."""
    named = list(dict.fromkeys(mention.iso3 for mention in mentions if mention.iso3))
    codes = list(dict.fromkeys([*([stated] if stated else []), *named]))
    if len(codes) > 1 and any(mention.says("border") for mention in mentions):
        shared = next((line for code in codes[1:] if (line := _border(codes[0], code))), None)
        if shared:
            return _whole(shared, "the border of ")
    if not codes:
        return None
    off = any(mention.says("off") for mention in mentions if mention.iso3)
    code = named[0] if off and named else stated or named[-1]
    place = (_land(code, "coast") if off else None) or _land(code, "country")
    return _whole(place, "only the country is known: off " if off else "only the country is known: ") if place else None


def _whole(place: Candidate, relation: str) -> Place:
    precision = max(words()["precision"]["least"][place.kind], place.reach_km)
    return Place(place.lon, place.lat, precision, f"{relation}{place.name}")


@cache
def _land(iso3: str, kind: str) -> Candidate | None:
    every = country_places() if kind == "country" else toponyms()
    found = every.filter((pl.col("kind") == kind) & (pl.col("iso3") == iso3))
    return next((candidate(row) for row in found.iter_rows(named=True)), None)


@cache
def _border(one: str, other: str) -> Candidate | None:
    found = toponyms().filter((pl.col("kind") == "border") & (pl.col("name") == f"{one} {other}"))
    line = next((candidate(row) for row in found.iter_rows(named=True)), None)
    names = f"{country_name(one)} and {country_name(other)}"
    return line and Candidate(names, one, "border", line.lon, line.lat, line.reach_km)
