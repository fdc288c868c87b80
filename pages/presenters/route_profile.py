"""What there is to say of one route, in words and figures. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from geodata.model.assumptions import Facts
from geodata.places.lookup import country_name, town_near
from pages.presenters.window_choice import in_words
from pages.ui.translate import country, mark, number, route, say
from routes.core.corridor import Corridor, CountryRole, Role
from routes.core.geodesy import km_between, resampled, unit_vectors
from routes.network.movement_model import Hub
from routes.pipelines.counting import Directed
from routes.ridges.bootstrap_support import REPLICATES
from routes.temporal.comparison import Comparison
from routes.temporal.rate_tests import WORDS, Change

HUB_KM = 60.0
"""A hub within this of a route is near it."""
MOST_EVIDENCE = 500
LEAST_SIDE = 0.1
"""Share of a hub's flow from which a side of it, departure or landing, is named."""
OTHERS = mark("others")
BESIDE_NOTHING = mark("No incident lies beside it: it is drawn as the way between others that have some.")
FLOW_IN_WORDS = mark(
    "Estimated importance is in square roots of incidents: it ranks movement and is no number of people, as a place "
    "that reports a hundred times as much counts ten times."
)
CONFIDENCE_IN_WORDS = mark(
    "How often a route comes back when its evidence is drawn again, how much of it is observed, and how many incidents "
    "lie in it: never high with fewer than {fewest} incidents, or where more than half of its length is inferred."
)

SURE: Final[Mapping[str, str]] = {"high": mark("high"), "medium": mark("medium"), "low": mark("low")}
"""Each confidence in the word by which a table shows and narrows it."""
WAYS: Final[Mapping[str, str]] = {"land": mark("over land"), "sea": mark("by sea"), "air": mark("by air")}
"""Each mode in words, for ``say``."""
DIRECTIONS: Final[Mapping[str | None, str]] = {
    "one-way": mark("one way"),
    "two-way": mark("both ways"),
    "unclear": mark("unclear"),
    None: mark("not told"),
}
UNTOLD = WORDS["not testable"]
_ROLE_WORDS: Final[Mapping[Role, str]] = {
    "source": mark("{share} % starts here"),
    "transit": mark("{share} % passes through"),
    "destination": mark("{share} % ends here"),
}
_DEPARTURE, _LANDING = mark("departure"), mark("landing")
_BOTH_SIDES = mark("departure and landing")
_HAPPENED: Final[Mapping[str, str]] = {
    "birth": mark("first seen"),
    "death": mark("no longer found"),
    "return": mark("found again"),
    "split": mark("split off from {other}"),
    "merge": mark("merged into {other}"),
}
_HAPPENED_WITH_IT: Final[Mapping[str, str]] = {
    "split": mark("{other} ({name}) split off from it"),
    "merge": mark("{other} ({name}) merged into it"),
}

ROUTES: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "corridor_id": pl.String,
    "name": pl.String,
    "known": pl.String,
    "way": pl.String,
    "confidence": pl.String,
    "change": pl.String,
    "direction": pl.String,
    "flow": pl.Float64,
    "incidents": pl.Int64,
    "recent": pl.Int64,
    "chain": pl.String,
    "length": pl.Float64,
    "inferred": pl.Float64,
    "countries": pl.List(pl.String),
}
"""Columns of the table of routes: ``known`` is the public name, ``recent`` incidents of the period,
``length`` km, ``inferred`` the share of it that only bridges gaps, ``countries`` the names of those it runs through.

``way``, ``change``, ``direction`` and ``countries`` are English, by which an address asks for them."""


def routes_table(found: Directed, comparison: Comparison | None, counts: Mapping[str, int]) -> pl.DataFrame:
    """Return the routes, what changed first and then most flow; columns of ``ROUTES``.

    Parameters
    ----------
    found : Directed
    comparison : Comparison, optional
        Of the same routes; None where nothing could be compared.
    counts : mapping
        Incidents of the period by ``corridor_id``.
    """
    changes = {one.corridor_id: change.verdict for one, change in _changes(comparison)}
    rows = [
        {
            "corridor_id": one.corridor_id,
            "name": one.name,
            "known": one.route,
            "way": WAYS[one.mode],
            "confidence": SURE[one.confidence] if one.confidence else None,
            "change": WORDS[changes.get(one.corridor_id, "not testable")],
            "direction": DIRECTIONS[one.direction],
            "flow": one.flow if one.direction else None,
            "incidents": one.incidents,
            "recent": counts.get(one.corridor_id, 0),
            "chain": chain_of(one),
            "length": one.length_km,
            "inferred": inferred_share(one),
            "countries": [country_name(role.iso3) for role in one.countries],
        }
        for one in found.corridors
    ]
    order = {words: number for number, words in enumerate(WORDS.values())}
    ranked = pl.col("change").replace_strict(order, return_dtype=pl.Int64)
    return pl.DataFrame(rows, schema=ROUTES).sort(
        ranked, "flow", "incidents", "corridor_id", descending=[False, True, True, False], nulls_last=True
    )


def narrowed(
    table: pl.DataFrame, known: Sequence[str], countries: Sequence[str], confidence: Sequence[str]
) -> pl.DataFrame:
    """Return the routes of some public names, countries and confidence; nothing chosen is everything."""
    keep = pl.lit(value=True)
    if confidence:
        keep &= pl.col("confidence").is_in(list(confidence))
    if known:
        keep &= pl.col("known").str.split(", ").list.set_intersection(list(known)).list.len() > 0
    if countries:
        keep &= pl.col("countries").list.set_intersection(list(countries)).list.len() > 0
    return table.filter(keep)


def chain_of(corridor: Corridor) -> str:
    """Return the countries of a route in its order, "Sudan > Libya > Italy"; a dash between them for no direction."""
    sign = " > " if corridor.direction == "one-way" else " - "
    return sign.join(country(role.iso3) for role in corridor.countries)


def inferred_share(corridor: Corridor) -> float:
    """Return the share of a route that only bridges gaps between reports."""
    return min(corridor.inferred_km / corridor.length_km, 1.0) if corridor.length_km else 0.0


def evidence(found: Directed, incidents: pl.DataFrame, corridor_id: str) -> pl.DataFrame:
    """Return the incidents of a route, newest first."""
    own = found.assignments.filter(pl.col("corridor_id") == corridor_id).select("incident_id")
    return incidents.join(own, on="incident_id", how="semi").sort("time_start", "incident_id", descending=[True, False])


def manners(incidents: pl.DataFrame) -> list[tuple[str, int]]:
    """Return how many incidents state each modus operandi, most first."""
    stated = incidents.select(pl.col("modus_operandi").explode(empty_as_null=True)).to_series().drop_nulls()
    counts = stated.value_counts(name="count").sort("count", "modus_operandi", descending=[True, False])
    return [(str(words), int(count)) for words, count in counts.iter_rows()]


@dataclass(frozen=True, slots=True)
class NearHub:
    """A hub near a route: its name, country, distance in km, and role, for ``say``: departure, landing or both."""

    name: str
    iso3: str
    km: float
    role: str
    leaving: float
    landing: float


def hubs_near(corridor: Corridor, hubs: Iterable[Hub]) -> list[NearHub]:
    """Return the hubs within ``HUB_KM`` of a route, nearest first."""
    parts = [resampled(unit_vectors(line[:, 0], line[:, 1]), 5.0) for line in corridor.lines if len(line) > 1]
    if not parts:
        return []
    path = np.concatenate(parts)
    found = []
    for hub in hubs:
        here = unit_vectors(np.array([hub.lon]), np.array([hub.lat]))
        km = float(km_between(path, here).min())
        if km <= HUB_KM:
            town = town_near(hub.lon, hub.lat)
            name = town.name if town else say("the coast of {country}", country=country(hub.iso3))
            found.append(NearHub(name, hub.iso3, km, _side(hub), hub.leaving, hub.landing))
    return sorted(found, key=lambda hub: (hub.km, hub.name))


def shares_in_words(shares: tuple[float, float, float]) -> str:
    """Return what a country is to those who pass it: "45 % starts here, 55 % passes through"."""
    named = zip(shares, _ROLE_WORDS.values(), strict=True)
    return ", ".join(say(words, share=number(100 * share)) for share, words in named if share >= 0.005)


def role_in_words(own: CountryRole) -> str:
    """Return the role of a country on a route with its shares, where those are told."""
    if own.shares:
        return shares_in_words(own.shares)
    return say("{role}; its shares are not told", role=say(own.role))


def sureness(corridor: Corridor) -> list[str]:
    """Return how sure a route is, in sentences."""
    said = [_support_in_words(corridor)]
    if corridor.inferred_km >= 1:
        inferred = say(
            "{inferred} of its {length} km are inferred: no incident is reported near them.",
            inferred=number(min(corridor.inferred_km, corridor.length_km)),
            length=number(corridor.length_km),
        )
        said.append(inferred)
    else:
        said.append(say("No part of it is inferred: incidents are reported along all of it."))
    if not corridor.incidents:
        said.append(say(BESIDE_NOTHING))
    return said


def history(corridor_id: str, events: pl.DataFrame) -> list[tuple[str, str]]:
    """Return what the register says became of a route: the day and the event in words, the latest first.

    Parameters
    ----------
    corridor_id : str
    events : DataFrame
        Columns of ``geodata.ledger.corridor_registry.EVENT_SCHEMA``.
    """
    own = events.filter((pl.col("corridor_id") == corridor_id) | (pl.col("other_id") == corridor_id)).reverse()
    said = []
    for row in own.iter_rows(named=True):
        if row["corridor_id"] == corridor_id:
            words = say(_HAPPENED.get(row["event"], row["event"]), other=row["other_id"])
        else:
            text = _HAPPENED_WITH_IT.get(row["event"], row["event"])
            words = say(text, other=row["corridor_id"], name=route(row["name"]))
        said.append((str(row["at"])[:10], words))
    return said


def heirs(events: pl.DataFrame) -> dict[str, str]:
    """Return the route into which each one that is no more was merged, by their ids; the last of a chain.

    Parameters
    ----------
    events : DataFrame
        As for ``history``.
    """
    merged = events.filter((pl.col("event") == "merge") & pl.col("other_id").is_not_null())
    into = dict(merged.select("corridor_id", "other_id").iter_rows())
    found = {}
    for old in into:
        last, passed = old, {old}
        while (following := into.get(last)) and following not in passed:
            passed.add(following)
            last = following
        found[old] = last
    return found


def goal_name(code: str, facts: Facts) -> str:
    """Return the name of a country or of a destination of the facts."""
    return next((bloc.name for bloc in facts.blocs if bloc.code == code), country(code))


def with_others(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return shares by code, largest first, with what is missing to one as ``OTHERS``."""
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    rest = 1 - sum(shares.values())
    return [*ordered, (OTHERS, rest)] if shares and rest >= 0.005 else ordered


def compared_in_words(comparison: Comparison | None) -> str:
    """Return what is compared with what."""
    if comparison is None:
        return say("No incident is dated, so that no change can be told.")
    after, before = in_words(comparison.after), in_words(comparison.before)
    return say("Change is that of {after} against {before}.", after=after, before=before)


def change_of(corridor: Corridor, comparison: Comparison | None) -> tuple[str, str]:
    """Return what became of a route in a word, and the sentence that says why."""
    change = next((change for one, change in _changes(comparison) if one.corridor_id == corridor.corridor_id), None)
    if change is None:
        return say(UNTOLD), compared_in_words(comparison)
    close = say("Counted are incidents close to the line, of sources that report in both periods.")
    return say(WORDS[change.verdict]), f"{say(change.reason)} {close}"


def _changes(comparison: Comparison | None) -> Iterable[tuple[Corridor, Change]]:
    return zip(comparison.corridors, comparison.changes, strict=True) if comparison else ()


def _side(hub: Hub) -> str:
    least = LEAST_SIDE * (hub.leaving + hub.landing)
    if min(hub.leaving, hub.landing) >= least:
        return _BOTH_SIDES
    return _DEPARTURE if hub.leaving >= least else _LANDING


def _support_in_words(corridor: Corridor) -> str:
    if corridor.support is None:
        return say("How often it comes back when the evidence is drawn again was not asked.")
    return say(
        "Confidence {confidence}: it comes back in {share} % of {redraws} times that its evidence is drawn again, over "
        "its length.",
        confidence=say(SURE[corridor.confidence or "low"]),
        share=number(100 * corridor.support),
        redraws=REPLICATES,
    )
