"""Corridors from movement: runs of the network that explains the incidents, in the direction of most of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl

from geodata.facts import Facts
from geodata.incident import Mode
from routes.assignment import assigned, band_km
from routes.centrelines import Centreline
from routes.corridors import ASSIGNMENTS, Corridor, CountryRole, Direction, Reduction, Role
from routes.evidence import corridor_of, members_of, told_of
from routes.movement import MOVEMENT_VERSION, CountryShares, Movement, movement
from routes.names import name_of, told_apart
from routes.reduce import reduce_incidents
from routes.roles import touched_at_sea, touched_over_land
from routes.sphere import Vectors, line_km, unit_vectors
from routes.stretches import Stretch

STRAIGHT_ON_DEGREES = 60.0
_LOOK_BACK = 2
_TOUCHING_KM = 0.1
REACH_KM = 100.0
"""Evidence within this explains a stretch; the network is laid out in cells of 45 km."""


class Method(StrEnum):
    """How incidents become corridors: along what they trace, or along the journeys that explain them."""

    RIDGES = "ridges"
    MOVEMENT = "movement"


def reduce_movement(incidents: pl.DataFrame, facts: Facts, detail: float = 0.5) -> Reduction:
    """Reduce incidents to directed corridors from source through transit countries; flights as ``reduce_incidents``.

    Where no movement can be told, ridges are drawn instead and a note says why.

    Parameters
    ----------
    incidents : DataFrame
        As for ``reduce_incidents`` and ``movement.movement``.
    facts : Facts
    detail : float
        0 for the main routes alone, 1 for everything supported.

    Raises
    ------
    UnknownColumns, WrongValue
        As ``movement.movement``.
    """
    found = movement(incidents, facts, detail)
    if not found.stretches:
        ridges = reduce_incidents(incidents)
        return replace(ridges, notes=(*found.notes, "Movement: ridges are drawn instead.", *ridges.notes))
    flights = reduce_incidents(incidents.filter(pl.col("mode") == "air"))
    placed = incidents.drop_nulls(["lon", "lat", "time_start"])
    corridors: list[Corridor] = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    modes: tuple[Mode, ...] = ("land", "sea")
    for mode in modes:
        own, rows = _of_mode(placed.filter(pl.col("mode") == mode), mode, found)
        corridors += own
        members.append(rows)
    corridors.sort(key=lambda corridor: (-corridor.flow, corridor.corridor_id))
    names = told_apart([corridor.name for corridor in corridors])
    named = (replace(corridor, name=name) for corridor, name in zip(corridors, names, strict=True))
    return Reduction(
        (*named, *flights.corridors),
        (*found.notes, *flights.notes, f"Direction rests on origins and on the facts {found.facts_version}."),
        lambda: pl.concat([*members, flights.assignments]).sort("incident_id", "corridor_id"),
    )


@dataclass(frozen=True, eq=False)
class Run:
    """Stretches of one mode that follow each other, in the direction of movement."""

    parts: tuple[Stretch, ...]

    @property
    def points(self) -> Vectors:
        """Their course, (n, 3)."""
        return np.concatenate([self.parts[0].points, *(part.points[1:] for part in self.parts[1:])])

    @property
    def bridges(self) -> tuple[tuple[float, float], ...]:
        """Start and end of what is inferred, km from the first point."""
        ends = np.cumsum([line_km(part.points) for part in self.parts])
        spans = [
            (float(end - line_km(part.points)), float(end))
            for part, end in zip(self.parts, ends, strict=True)
            if part.inferred
        ]
        joined: list[tuple[float, float]] = []
        for start, end in spans:
            if joined and start - joined[-1][1] < _TOUCHING_KM:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return tuple(joined)

    @property
    def flow(self) -> float:
        """Mean flow along it."""
        km = [line_km(part.points) for part in self.parts]
        return float(np.average([part.flow for part in self.parts], weights=km))

    @property
    def direction(self) -> Direction:
        """That of most of its length."""
        km: dict[Direction, float] = {}
        for part in self.parts:
            km[part.direction] = km.get(part.direction, 0.0) + line_km(part.points)
        return max(km, key=lambda direction: (km[direction], direction))


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


def _of_mode(incidents: pl.DataFrame, mode: Mode, found: Movement) -> tuple[list[Corridor], pl.DataFrame]:
    """Return the stretches of one mode as corridors, and what belongs to them."""
    runs = runs_of([one for one in found.stretches if one.mode == mode])
    lines = [Centreline(run.points, REACH_KM) for run in runs]
    assignment = assigned(unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy()), lines)
    roles = {country.iso3: _role(country) for country in found.countries}
    corridors: list[Corridor] = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for number, run in enumerate(runs):
        journeys = run.parts[0].basis == "journey"
        rows = assignment.of(number)
        own = incidents[rows]
        corridor = replace(
            corridor_of(mode, run.points, name_of(run.points), told_of(own)),
            band_km=band_km(assignment.km[rows], np.zeros(len(rows)), np.ones(len(rows))),
            countries=_countries(run.points, mode, roles),
            bridges=run.bridges,
            direction=run.direction if journeys else None,
            flow=run.flow,
            basis="journeys" if journeys else "evidence",
            method_version=MOVEMENT_VERSION,
        )
        corridors.append(corridor)
        members.append(members_of(corridor, own, assignment.km[rows], assignment.along[rows]))
    return corridors, pl.concat(members)


def _countries(path: Vectors, mode: Mode, roles: dict[str, Role]) -> tuple[CountryRole, ...]:
    """Return the countries that a path runs through, in its direction, each in the role that it mostly has."""
    touched = touched_over_land(path) if mode == "land" else touched_at_sea(path)
    return tuple(CountryRole(code, roles.get(code, "transit")) for code in touched)


def _role(country: CountryShares) -> Role:
    shares: Sequence[tuple[float, Role]] = (
        (country.transit, "transit"),
        (country.source, "source"),
        (country.destination, "destination"),
    )
    return max(shares, key=lambda share: share[0])[1]
