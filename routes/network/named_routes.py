"""Named routes: the chains of stretches from source to destination by which publicly known routes are known here.

Of each known route the leg with most flow is followed back to where most of its movement comes from, and on to where
most of it goes, until it has arrived in a destination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geodata.model.assumptions import Facts
from geodata.places.lookup import country_name, town_near
from routes.core.geodesy import Vectors, chord, lonlat
from routes.core.params import NamedParams
from routes.network.segments import Stretch, Under

LONGEST = 40


@dataclass(frozen=True, slots=True)
class NamedRoute:
    """A chain of stretches.

    Attributes
    ----------
    name : str
        Under which its busiest leg is publicly known.
    places : tuple of str
        In the order of movement, at most ``most_places``, such as Agadez, Sabha, Zuwara, Lampedusa.
    countries : tuple of ISO 3166-1 alpha-3 codes
    modes : tuple of str
        Of its legs, in order, each once in a row.
    flow : float
        Of the known leg, in square roots of incidents: no number of people.
    under : Under
        The ways of the known leg.
    """

    name: str
    places: tuple[str, ...]
    countries: tuple[str, ...]
    modes: tuple[str, ...]
    flow: float
    under: Under = field(default_factory=lambda: Under.of([], []), compare=False, repr=False)

    @property
    def title(self) -> str:
        """Return "Central Mediterranean: Agadez - Sabha - Zuwara - Lampedusa"."""
        return f"{self.name}: {' - '.join(self.places)}"

    def properties(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "places": list(self.places),
            "countries": list(self.countries),
            "modes": list(self.modes),
            "flow": round(self.flow, 1),
        }


def named_routes(stretches: Sequence[Stretch], facts: Facts, params: NamedParams) -> tuple[NamedRoute, ...]:
    """Return the chains of the known routes that are drawn, most flow first.

    Parameters
    ----------
    stretches : sequence of Stretch
        Of a network.
    facts : Facts
        With the names of known routes and the destinations.
    params : NamedParams
    """
    lines = [one for one in stretches if one.flow > 0]
    known: dict[str, int] = {}
    for number, line in enumerate(lines):
        name = facts.route_of(line.mode, line.start_country, line.end_country, line.landing)
        if name and (name not in known or line.forward > lines[known[name]].forward):
            known[name] = number
    if not known:
        return ()
    starts, ends = (np.array([line.points[side] for line in lines]) for side in (0, -1))
    before, after = _near(starts, ends, params.joined_km), _near(ends, starts, params.joined_km)
    found = []
    for name, number in known.items():
        least = params.least_share * lines[number].forward
        back = _followed(lines, number, before, least)
        on = [] if _arrives(lines[number], facts) else _followed(lines, number, after, least, facts)
        chain = [lines[row] for row in (*back[::-1], number, *on)]
        found.append(_named(name, chain, lines[number], params))
    return tuple(sorted(found, key=lambda route: (-route.flow, route.name)))


def _near(here: Vectors, there: Vectors, joined_km: float) -> list[list[int]]:
    """Return for each place the rows of the other places that are one with it."""
    tree = cKDTree(there)
    return [sorted(tree.query_ball_point(place, chord(joined_km))) for place in here]


def _followed(
    lines: Sequence[Stretch], number: int, near: list[list[int]], least: float, facts: Facts | None = None
) -> list[int]:
    """Return the stretches that follow one, of those that meet it the busiest; with facts, until one arrives."""
    chain: list[int] = []
    here = number
    while len(chain) < LONGEST:
        ahead = [row for row in near[here] if row not in (number, *chain) and lines[row].forward >= least]
        if not ahead:
            break
        here = max(ahead, key=lambda row: (lines[row].forward, -row))
        chain.append(here)
        if facts is not None and _arrives(lines[here], facts):
            break
    return chain


def _arrives(line: Stretch, facts: Facts) -> bool:
    """Tell whether a stretch ends in a destination of most who move along it."""
    bloc = facts.bloc_of.get(line.end_country)
    return bloc is not None and next(iter(line.destinations), "") in (bloc.code, line.end_country)


def _named(name: str, chain: Sequence[Stretch], known: Stretch, params: NamedParams) -> NamedRoute:
    countries = _once([chain[0].start_country, *(line.end_country for line in chain)])
    modes = _once([line.mode for line in chain])
    stops = [chain[0].points[0], *(line.points[-1] for line in chain)]
    told = [0, len(chain)]
    for row, (line, then) in enumerate(pairwise(chain), 1):
        if line.mode != then.mode or line.start_country != line.end_country:
            told.append(row)
    rows = sorted(set(told))
    if len(rows) > params.most_places:
        rows = [rows[number] for number in np.linspace(0, len(rows) - 1, params.most_places).round().astype(int)]
    places = [_landing(chain, row) or _place(stops[row], params.town_km) for row in rows]
    for end, country in ((0, countries[0]), (-1, countries[-1])):
        places[end] = places[end] or country_name(country)
    places = _once([place for place in places if place])
    return NamedRoute(name, tuple(places), tuple(countries), tuple(modes), known.forward, known.under)


def _landing(chain: Sequence[Stretch], row: int) -> str:
    """Return the landing at which a stop lies, "" for none."""
    return chain[row - 1].landing if row else ""


def _place(point: Vectors, within_km: float) -> str:
    ((lon, lat),) = lonlat(point[None, :])
    town = town_near(lon, lat, within_km)
    return town.name if town else ""


def _once(words: Sequence[str]) -> list[str]:
    """Return words without those that equal the one before."""
    return [word for number, word in enumerate(words) if number == 0 or word != words[number - 1]]
