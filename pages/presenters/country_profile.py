"""What a country is to those who pass it, and the neighbours to work with. Values in, values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from geodata.places.lookup import country_name
from pages.ui.translate import country
from routes.network.movement_model import CountryShares, Leg
from routes.pipelines.counting import Directed


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A country next on the way, with the flow from it and to it."""

    iso3: str
    coming: float
    going: float

    @property
    def flow(self) -> float:
        """Return what is shared with it, both ways."""
        return self.coming + self.going


@dataclass(frozen=True, slots=True)
class CountryPortrait:
    """A country in the movement of one reduction.

    Attributes
    ----------
    iso3 : str
    shares : CountryShares or None
        None where no movement that is told touches it.
    arriving, leaving : tuple of Leg
        Most flow first.
    origins : dict
        Share by country of start of those who move along the routes through it, weighted by flow; largest first.
    corridor_ids : tuple of str
        Of the routes through it.
    """

    iso3: str
    shares: CountryShares | None
    arriving: tuple[Leg, ...]
    leaving: tuple[Leg, ...]
    origins: dict[str, float]
    corridor_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return its name for a reader."""
        return country(self.iso3)

    @property
    def begun(self) -> float:
        """Return the flow that starts in it."""
        return self.shares.source * self.shares.weight if self.shares else 0.0

    @property
    def ended(self) -> float:
        """Return the flow that ends in it."""
        return self.shares.destination * self.shares.weight if self.shares else 0.0

    @property
    def neighbours(self) -> list[Neighbour]:
        """Return the countries next to it on the way, those with most flow first."""
        coming: dict[str, float] = defaultdict(float)
        going: dict[str, float] = defaultdict(float)
        for leg in self.arriving:
            coming[leg.start] += leg.flow
        for leg in self.leaving:
            going[leg.end] += leg.flow
        shared = [Neighbour(code, coming[code], going[code]) for code in {*coming, *going}]
        return sorted(shared, key=lambda one: (-one.flow, one.iso3))


def country_portrait(found: Directed, iso3: str) -> CountryPortrait:
    """Return what a reduction says of a country; nothing for one that it does not touch."""
    through = [one for one in found.corridors if any(role.iso3 == iso3 for role in one.countries)]
    weights: dict[str, float] = defaultdict(float)
    total = sum(one.flow for one in through if one.origins)
    for one in through:
        for code, share in one.origins.items():
            weights[code] += one.flow * share / total if total else 0.0
    legs = found.movement.legs
    return CountryPortrait(
        iso3,
        next((shares for shares in found.movement.countries if shares.iso3 == iso3), None),
        tuple(leg for leg in legs if leg.end == iso3),
        tuple(leg for leg in legs if leg.start == iso3),
        dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))),
        tuple(one.corridor_id for one in through),
    )


COUNTRIES: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "iso3": pl.String,
    "name": pl.String,
    "source": pl.Float64,
    "transit": pl.Float64,
    "destination": pl.Float64,
    "flow": pl.Float64,
    "routes": pl.Int64,
    "incidents": pl.Int64,
}
"""Columns of the table of countries: three shares of their ``flow``, routes through them, incidents in them.

``name`` is English."""


def countries_table(found: Directed, incidents: pl.DataFrame) -> pl.DataFrame:
    """Return every country that movement, a route or an incident touches, most flow first; columns of ``COUNTRIES``."""
    shares = {own.iso3: own for own in found.movement.countries}
    counts = dict(incidents["country"].drop_nulls().value_counts().iter_rows())
    routes: dict[str, int] = defaultdict(int)
    for one in found.corridors:
        for code in {role.iso3 for role in one.countries}:
            routes[code] += 1
    legs = {code for leg in found.movement.legs for code in (leg.start, leg.end)}
    rows = []
    for code in {*shares, *counts, *routes, *legs}:
        own = shares.get(code)
        parts = (own.source, own.transit, own.destination, own.weight) if own else (None, None, None, 0.0)
        rows.append((code, country_name(code), *parts, routes[code], counts.get(code, 0)))
    return pl.DataFrame(rows, schema=COUNTRIES, orient="row").sort(
        "flow", "incidents", "name", descending=[True, True, False]
    )
