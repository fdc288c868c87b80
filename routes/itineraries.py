"""Corridors from movement: each stretch of the network that explains the incidents, in the direction of most of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from geodata.facts import Facts
from geodata.incident import Mode
from routes.assignment import assigned
from routes.centrelines import Centreline
from routes.corridors import ASSIGNMENTS, Corridor, CountryRole, Reduction, Role
from routes.evidence import corridor_of, members_of
from routes.movement import MOVEMENT_VERSION, CountryShares, Movement, movement
from routes.names import name_of, told_apart
from routes.reduce import reduce_incidents
from routes.roles import touched_at_sea, touched_over_land
from routes.sphere import line_km, unit_vectors
from routes.stretches import Stretch

REACH_KM = 100.0
"""Evidence within this explains a stretch; the network is laid out in cells of 45 km."""


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
        pl.concat([*members, flights.assignments]).sort("incident_id", "corridor_id"),
    )


def _of_mode(incidents: pl.DataFrame, mode: Mode, found: Movement) -> tuple[list[Corridor], pl.DataFrame]:
    """Return the stretches of one mode as corridors, and what belongs to them."""
    stretches = [one for one in found.stretches if one.mode == mode]
    lines = [Centreline(one.points, REACH_KM) for one in stretches]
    assignment = assigned(unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy()), lines)
    roles = {country.iso3: _role(country) for country in found.countries}
    corridors: list[Corridor] = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for number, stretch in enumerate(stretches):
        rows = assignment.of(number)
        own = incidents[rows]
        corridor = replace(
            corridor_of(mode, stretch.points, name_of(stretch.points), own),
            band_km=assignment.band_km(number),
            countries=_countries(stretch, roles),
            bridges=((0.0, line_km(stretch.points)),) if stretch.inferred else (),
            direction=stretch.direction if stretch.basis == "journey" else None,
            flow=stretch.flow,
            basis="journeys" if stretch.basis == "journey" else "evidence",
            method_version=MOVEMENT_VERSION,
        )
        corridors.append(corridor)
        members.append(members_of(corridor, own, assignment.km[rows], assignment.along[rows]))
    return corridors, pl.concat(members)


def _countries(stretch: Stretch, roles: dict[str, Role]) -> tuple[CountryRole, ...]:
    """Return the countries that a stretch runs through, in its direction, each in the role that it mostly has."""
    touched = touched_over_land(stretch.points) if stretch.mode == "land" else touched_at_sea(stretch.points)
    return tuple(CountryRole(code, roles.get(code, "transit")) for code in touched)


def _role(country: CountryShares) -> Role:
    shares: Sequence[tuple[float, Role]] = (
        (country.transit, "transit"),
        (country.source, "source"),
        (country.destination, "destination"),
    )
    return max(shares, key=lambda share: share[0])[1]
