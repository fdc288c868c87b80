"""Corridors from movement: runs of the network that explains the incidents, in the direction of most of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from geodata.facts import Facts
from geodata.incident import Mode
from geodata.sentences import Sentence, sentence
from routes.assignment import assigned, band_km
from routes.bases import basis_of
from routes.centrelines import Centreline
from routes.corridors import ASSIGNMENTS, Corridor, CountryRole, Direction, Reduction, Role
from routes.evidence import corridor_of, members_of, told_of
from routes.movement import MOVEMENT_VERSION, CountryShares, Journeys, Movement
from routes.named import NamedRoute, named_routes
from routes.names import name_of, told_apart
from routes.passages import passages
from routes.reduce import reduce_incidents
from routes.roles import touched_at_sea, touched_over_land
from routes.sphere import Floats, Rows, Vectors, km_between, line_km, unit_vectors
from routes.stretches import Stretch
from routes.support import REPLICATES

STRAIGHT_ON_DEGREES = 60.0
LAID_OUT = 4
"""H3 resolution of the cells in which the network over land is laid out."""
SHORTEST_KM = 10.0
_LOOK_BACK = 2
REACH_KM = 100.0
"""Evidence within this explains a stretch; the network is laid out in cells of 45 km."""


class Method(StrEnum):
    """How incidents become corridors: along what they trace, or along the journeys that explain them."""

    RIDGES = "ridges"
    MOVEMENT = "movement"


@dataclass(frozen=True)
class Directed(Reduction):
    """A reduction to movement, with what the network says of countries, legs, hubs, landings and named routes."""

    movement: Movement = field(default_factory=Movement, compare=False, repr=False)
    named: tuple[NamedRoute, ...] = ()

    def collection(self) -> dict[str, Any]:
        """Return it as a GeoJSON FeatureCollection; the named routes are a foreign member too."""
        return super().collection() | {"named_routes": [route.properties() for route in self.named]}


class Routes:
    """Incidents to be reduced to directed corridors from source through transit countries, in more or less detail.

    Parameters
    ----------
    incidents : DataFrame
        As for ``reduce.Evidence`` and ``movement.Journeys``.
    facts : Facts

    Raises
    ------
    UnknownColumns
        As ``movement.Journeys``.
    """

    def __init__(self, incidents: pl.DataFrame, facts: Facts) -> None:
        self._journeys = Journeys(incidents, facts)
        self._incidents = incidents
        self._facts = facts

    def reduce(self, detail: float = 0.5, replicates: int = REPLICATES) -> Directed:
        """Return the corridors, most flow first; flights as ``reduce.reduce_incidents``.

        Where no movement can be told, ridges are drawn instead and a note says why.

        Parameters
        ----------
        detail : float
            0 for the main routes alone, 1 for everything supported.
        replicates : int
            Of the evidence, which tell how sure a corridor is; 0 leaves that open.

        Raises
        ------
        WrongValue
            If ``detail`` is not within 0..1.
        """
        found = self._journeys.explained(detail, replicates)
        if not found.stretches:
            ridges = reduce_incidents(self._incidents, replicates=replicates)
            notes = (*found.notes, sentence("Movement: ridges are drawn instead."), *ridges.notes)
            return Directed(ridges.corridors, notes, ridges.assign, found)
        flights = reduce_incidents(self._incidents.filter(pl.col("mode") == "air"))
        placed = self._incidents.drop_nulls(["lon", "lat", "time_start"])
        modes: tuple[Mode, ...] = ("land", "sea")
        drawn = [_of_mode(placed.filter(pl.col("mode") == mode), mode, found, self._facts) for mode in modes]
        corridors = [corridor for own, _ in drawn for corridor in own]
        corridors.sort(key=lambda corridor: (-corridor.flow, corridor.corridor_id))
        names = told_apart([corridor.name for corridor in corridors])
        named = (replace(corridor, name=name) for corridor, name in zip(corridors, names, strict=True))
        return Directed(
            (*named, *flights.corridors),
            (*found.notes, *flights.notes, _rests_on(found.facts_version)),
            lambda: pl.concat([*(rows for _, rows in drawn), flights.assignments]).sort("incident_id", "corridor_id"),
            found,
            named_routes(found.stretches, self._facts),
        )


def reduce_movement(
    incidents: pl.DataFrame, facts: Facts, detail: float = 0.5, replicates: int = REPLICATES
) -> Directed:
    """Reduce incidents to directed corridors; parameters and errors as of ``Routes``."""
    return Routes(incidents, facts).reduce(detail, replicates)


@dataclass(frozen=True, eq=False)
class Run:
    """Stretches of one mode that follow each other, in the direction of movement."""

    parts: tuple[Stretch, ...]

    @property
    def points(self) -> Vectors:
        """Their course, (n, 3)."""
        return np.concatenate([self.parts[0].points, *(part.points[1:] for part in self.parts[1:])])

    @property
    def part(self) -> Rows:
        """Which of its parts each segment of ``points`` belongs to, (n - 1,)."""
        return np.repeat(np.arange(len(self.parts)), [len(part.points) - 1 for part in self.parts])


@dataclass(frozen=True, eq=False)
class Piece:
    """What of a run keeps to its side of the coast.

    Attributes
    ----------
    points : Vectors, (n, 3)
    parts : tuple of Stretch
        Those of the run.
    part : Rows, (n - 1,)
        Which of them each segment belongs to.
    """

    points: Vectors
    parts: tuple[Stretch, ...]
    part: Rows

    @property
    def line(self) -> Centreline:
        """Return it with what is inferred of it."""
        return Centreline(self.points, REACH_KM, np.array([part.inferred for part in self.parts])[self.part])

    @cached_property
    def km(self) -> Floats:
        """Length of each of its parts, km; 0 for those that are not in it."""
        km = km_between(self.points[:-1], self.points[1:])
        return np.bincount(self.part, km, len(self.parts)).astype(float)

    @property
    def flow(self) -> float:
        """Mean flow along it."""
        return float(self.km @ [part.flow for part in self.parts] / self.km.sum())

    @property
    def support(self) -> float | None:
        """Mean support along it, None without replicates."""
        support = [part.support for part in self.parts]
        return None if None in support else float(self.km @ np.array(support, float) / self.km.sum())

    @property
    def direction(self) -> Direction:
        """That of most of its length."""
        km: dict[Direction, float] = {}
        for part, own in zip(self.parts, self.km.tolist(), strict=True):
            km[part.direction] = km.get(part.direction, 0.0) + own
        return max(km, key=lambda direction: (km[direction], direction))

    @property
    def busiest(self) -> Stretch:
        """Return the part with most flow."""
        return max((part for part, km in zip(self.parts, self.km, strict=True) if km > 0), key=lambda part: part.flow)


def pieces_of(run: Run) -> list[Piece]:
    """Return what of a run keeps to its side of the coast, led round it where there is a way."""
    found = passages(run.points, run.parts[0].mode, LAID_OUT)
    return [
        Piece(one.points, run.parts, run.part[np.minimum(one.origin[:-1], len(run.part) - 1)])
        for one in found
        if line_km(one.points) >= SHORTEST_KM
    ]


def runs_of(stretches: Sequence[Stretch]) -> list[Run]:
    """Return stretches joined where, at a junction, most of the movement goes straight on from one into the next.

    Of the pairs at a junction that turn by no more than ``STRAIGHT_ON_DEGREES`` those that share most flow are joined
    first, each end once. Ridges, which have no flow, stay as they are.
    """
    arriving: dict[tuple[float, ...], list[int]] = defaultdict(list)
    leaving: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(stretches):
        if one.basis == "journey":
            leaving[_place(one.points[0])].append(number)
            arriving[_place(one.points[-1])].append(number)
    pairs = sorted(
        (-min(stretches[here].flow, stretches[there].flow), here, there)
        for place in arriving
        for here in arriving[place]
        for there in leaving.get(place, ())
        if here != there
        and stretches[here].mode == stretches[there].mode
        and _goes_on(stretches[here], stretches[there])
    )
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    for _, here, there in pairs:
        if here not in after and there not in before and not _closes(after, there, here):
            after[here], before[there] = there, here
    runs = []
    for number in range(len(stretches)):
        if number not in before:
            chain = [number]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            runs.append(Run(tuple(stretches[one] for one in chain)))
    return runs


def _place(point: Vectors) -> tuple[float, ...]:
    return tuple(np.round(point, 6).tolist())


def _goes_on(here: Stretch, there: Stretch) -> bool:
    """Tell whether one stretch goes straight on as the other, in the same mode."""
    if here.mode != there.mode:
        return False
    node = there.points[0]
    way_in = node - here.points[max(len(here.points) - 1 - _LOOK_BACK, 0)]
    way_out = there.points[min(_LOOK_BACK, len(there.points) - 1)] - node
    cosine = (way_in @ way_out) / max(float(np.linalg.norm(way_in) * np.linalg.norm(way_out)), 1e-12)
    return bool(cosine >= np.cos(np.radians(STRAIGHT_ON_DEGREES)))


def _closes(after: dict[int, int], start: int, end: int) -> bool:
    """Tell whether a chain from ``start`` leads to ``end``, so that joining them would close a ring."""
    while start in after:
        start = after[start]
        if start == end:
            return True
    return start == end


def _of_mode(incidents: pl.DataFrame, mode: Mode, found: Movement, facts: Facts) -> tuple[list[Corridor], pl.DataFrame]:
    """Return the stretches of one mode as corridors, and what belongs to them."""
    pieces = [
        piece for run in runs_of([one for one in found.stretches if one.mode == mode]) for piece in pieces_of(run)
    ]
    assignment = assigned(
        unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy()), [piece.line for piece in pieces]
    )
    shares = {country.iso3: country for country in found.countries}
    corridors: list[Corridor] = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for number, piece in enumerate(pieces):
        rows = assignment.of(number)
        own = incidents[rows]
        journeys = piece.parts[0].basis == "journey"
        touched = touched_over_land(piece.points) if mode == "land" else touched_at_sea(piece.points)
        corridor = replace(
            corridor_of(mode, piece.points, name_of(piece.points), told_of(own)),
            band_km=band_km(assignment.km[rows], np.zeros(len(rows)), np.ones(len(rows))),
            countries=tuple(_role(code, shares.get(code)) for code in touched),
            bridges=piece.line.bridges(),
            direction=piece.direction if journeys else None,
            flow=piece.flow,
            basis="journeys" if journeys else "evidence",
            route=_known(piece, touched, facts) if journeys else "",
            origins=piece.busiest.origins,
            destinations=piece.busiest.destinations if journeys else {},
            direction_basis=basis_of(piece.busiest, own, facts) if journeys else "",
            support=piece.support,
            method_version=MOVEMENT_VERSION,
        )
        corridors.append(corridor)
        members.append(members_of(corridor, own, assignment.km[rows], assignment.along[rows]))
    return corridors, pl.concat(members)


def _rests_on(version: str) -> Sentence:
    return sentence("Direction rests on origins and on the facts {facts}.", facts=version)


def _known(piece: Piece, touched: Sequence[str], facts: Facts) -> str:
    """Return the names under which legs of a piece are publicly known, in its order, "" for none."""
    stretch = piece.busiest
    pairs = [*pairwise(touched), (stretch.start_country, stretch.end_country)]
    named = (facts.route_of(stretch.mode, start, end, stretch.landing) for start, end in pairs)
    return ", ".join(dict.fromkeys(filter(None, named)))


def _role(code: str, country: CountryShares | None) -> CountryRole:
    """Return a country in the role that it mostly has."""
    if country is None:
        return CountryRole(code, "transit")
    shares = (country.source, country.transit, country.destination)
    roles: tuple[Role, ...] = ("source", "transit", "destination")
    order = (1, 0, 2)  # what passes through as often as it starts there is transit
    return CountryRole(code, roles[max(order, key=lambda number: shares[number])], shares)
