"""The reduction: incidents in, route corridors out.

The same incidents give the same corridors to the byte, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from geodata import hexes
from geodata.errors import UnknownColumns
from geodata.incident import CORRIDOR_MODES, Mode
from geodata.places import straits
from routes.air import flights
from routes.assignment import assigned
from routes.centrelines import STRAIT_RESOLUTION, USUAL_RESOLUTION, Centreline, centrelines
from routes.corridors import ASSIGNMENTS, LEAST_DRAWN, Corridor, Reduction
from routes.evidence import corridor_of, id_of, members_of
from routes.graph import Scale
from routes.names import name_of, told_apart
from routes.roles import countries_of, touched_at_sea, touched_over_land
from routes.sphere import Floats, line_km, lonlat, unit_vectors
from routes.support import REPLICATES

SYSTEM_RESOLUTION = 4
"""For incidents placed to some 25 km only: whole route systems, not single lines."""
REQUIRED = ("lon", "lat", "time_start", "mode")


def reduce_incidents(incidents: pl.DataFrame, resolution: int | None = None, replicates: int = REPLICATES) -> Reduction:
    """Reduce incidents to land, sea and air corridors, most incidents first.

    Parameters
    ----------
    incidents : DataFrame
        ``REQUIRED`` columns as in ``geodata.incident.SCHEMA``; cell, people, origins, departure, destination and source
        are used where they are there.
    resolution : int, optional
        H3 resolution to look at; None takes 5, in the straits of ``geodata.places.straits`` 6, and 4 for a mode most of
        whose incidents are placed too inexactly for 5.
    replicates : int
        Of the bootstrap that tells how sure a land or sea corridor is; 0 leaves the support open.

    Raises
    ------
    UnknownColumns
        If a required column is missing.
    """
    missing = [name for name in REQUIRED if name not in incidents.columns]
    if missing:
        raise UnknownColumns(
            f"column {missing[0]!r} is missing",
            rule=f"a reduction needs {', '.join(REQUIRED)}",
            done="nothing was reduced",
        )
    finite = incidents.with_columns(pl.col("lon", "lat").cast(pl.Float64).fill_nan(None))
    placed = finite.drop_nulls(["lon", "lat", "time_start"])
    notes = _notes_on_left_out(incidents, placed)
    corridors: list[Corridor] = []
    assignments = [pl.DataFrame(schema=ASSIGNMENTS)]
    for mode in CORRIDOR_MODES:
        found = _reduce_mode(placed.filter(pl.col("mode") == mode), mode, resolution, replicates)
        corridors += found.corridors
        assignments.append(found.assignments)
        notes += found.notes
    corridors.sort(key=lambda corridor: (-corridor.incidents, corridor.corridor_id))
    names = told_apart([corridor.name for corridor in corridors])
    return Reduction(
        tuple(replace(corridor, name=name) for corridor, name in zip(corridors, names, strict=True)),
        tuple(notes),
        pl.concat(assignments).sort("incident_id", "corridor_id"),
    )


def _reduce_mode(incidents: pl.DataFrame, mode: Mode, resolution: int | None, replicates: int) -> Reduction:
    if incidents.is_empty():
        return Reduction(())
    if mode == "air":
        return _air(incidents)
    notes = []
    if resolution is None and _is_coarse(incidents):
        resolution = SYSTEM_RESOLUTION
        notes.append(f"{mode.title()}: most incidents are placed to some 25 km; looked at in hexes of that size.")
    fine = _fine_enough(incidents, resolution or USUAL_RESOLUTION)
    if fine.height < incidents.height:
        number = incidents.height - fine.height
        notes.append(
            f"{mode.title()}: {_incidents(number)} placed less exactly than the hexes of the reduction; "
            f"{'it adds' if number == 1 else 'they add'} nothing to a corridor."
        )
    lines = _lines(fine, mode, resolution, replicates)
    corridors, assignments = _with_attributes(fine, mode, lines)
    if not corridors and not fine.is_empty():
        notes.append(f"{mode.title()}: {_incidents(fine.height)} known, too few or too scattered to show a corridor.")
    return Reduction(tuple(corridors), tuple(notes), assignments)


def _lines(incidents: pl.DataFrame, mode: Mode, resolution: int | None, replicates: int) -> list[Centreline]:
    """Return the centrelines of land or sea; at sea, unless a resolution is asked for, straits at their own."""
    if mode == "land" or resolution is not None:
        return centrelines(incidents, mode, Scale.at(resolution or USUAL_RESOLUTION), replicates)
    groups: list[list[Centreline]] = []
    rest = np.ones(incidents.height, dtype=bool)
    for strait in straits():
        inside = strait.holds(incidents["lon"].to_numpy(), incidents["lat"].to_numpy())
        near = _fine_enough(incidents.filter(inside), STRAIT_RESOLUTION)
        crossings = centrelines(near, mode, Scale.at(STRAIT_RESOLUTION), replicates)
        if crossings:
            groups.append(crossings)
            rest &= ~inside
    groups.append(centrelines(incidents.filter(rest), mode, Scale.at(USUAL_RESOLUTION), replicates))
    return _as_one(groups)


def _as_one(groups: list[list[Centreline]]) -> list[Centreline]:
    """Return the lines of several calls, with the numbers of their systems apart."""
    lines: list[Centreline] = []
    for group in groups:
        first = 1 + max((line.system for line in lines), default=-1)
        lines += [replace(line, system=first + line.system) for line in group]
    return lines


def _with_attributes(
    incidents: pl.DataFrame, mode: Mode, lines: Sequence[Centreline]
) -> tuple[list[Corridor], pl.DataFrame]:
    """Return corridors and, with columns of ``ASSIGNMENTS``, what belongs to them."""
    assignment = assigned(unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy()), lines)
    systems = _systems(mode, lines)
    corridors: list[Corridor] = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for number, line in enumerate(lines):
        rows = assignment.of(number)
        own = incidents[rows]
        if own.is_empty():
            continue
        touched = touched_over_land(line.points) if mode == "land" else touched_at_sea(line.points)
        countries, turned = countries_of(touched, own)
        path = line.points[::-1] if turned else line.points
        corridor = replace(
            corridor_of(mode, path, name_of(path), own),
            system_id=systems[line.system],
            countries=countries,
            band_km=assignment.band_km(number),
            bridges=line.bridges(turned=turned),
        )
        support = _support(corridor, line)
        if support is not None and support < LEAST_DRAWN:
            continue
        corridors.append(replace(corridor, support=support))
        along = assignment.along[rows]
        members.append(members_of(corridors[-1], own, assignment.km[rows], line_km(path) - along if turned else along))
    return corridors, pl.concat(members)


def _systems(mode: Mode, lines: Sequence[Centreline]) -> dict[int, str]:
    """Return a name for each system, which depends on the mode and the cells of its lines alone."""
    parts: dict[int, list[Floats]] = {}
    for line in lines:
        parts.setdefault(line.system, []).append(lonlat(line.points))
    return {system: f"{id_of(mode, np.concatenate(points))}-system" for system, points in parts.items()}


def _support(corridor: Corridor, line: Centreline) -> float | None:
    """Return how often a line came back, times the share of it that is observed; None without replicates."""
    if not line.support.size:
        return None
    return float(line.support.mean() * (1 - corridor.inferred_km / max(corridor.length_km, 1e-9)))


def _air(incidents: pl.DataFrame) -> Reduction:
    pairs, without = flights(incidents)
    corridors = []
    members = [pl.DataFrame(schema=ASSIGNMENTS)]
    for flight in pairs:
        own = incidents[list(flight.rows)]
        # By country, as an airport's code can be the code of another country: CAN is Guangzhou's and Canada's.
        stated = own.with_columns(departure=pl.lit(flight.start.iso3), destination=pl.lit(flight.end.iso3))
        countries, _ = countries_of(list(dict.fromkeys([flight.start.iso3, flight.end.iso3])), stated)
        corridors.append(replace(corridor_of("air", flight.path, flight.name, own), countries=countries))
        members.append(members_of(corridors[-1], own, np.full(own.height, np.nan), np.zeros(own.height)))
    notes = []
    if without:
        notes.append(f"Air: {_incidents(without)} in no pair of airports named three times; none is drawn for them.")
    return Reduction(tuple(corridors), tuple(notes), pl.concat(members))


def _fine_enough(incidents: pl.DataFrame, resolution: int) -> pl.DataFrame:
    """Return the incidents whose own cell is no coarser than the hexes to look at; one without a cell is exact."""
    if "cell" not in incidents.columns:
        return incidents
    cells = incidents["cell"].cast(pl.UInt64)
    fine = hexes.resolutions(cells.fill_null(0).to_numpy()) >= resolution
    return incidents.filter(fine | cells.is_null().to_numpy())


def _is_coarse(incidents: pl.DataFrame) -> bool:
    """Tell whether most of the incidents that the hexes of ``SYSTEM_RESOLUTION`` can hold are too inexact for finer."""
    return 2 * _fine_enough(incidents, USUAL_RESOLUTION).height < _fine_enough(incidents, SYSTEM_RESOLUTION).height


def _notes_on_left_out(incidents: pl.DataFrame, placed: pl.DataFrame) -> list[str]:
    notes = []
    if placed.height < incidents.height:
        notes.append(f"{_incidents(incidents.height - placed.height)} without a place or a time left out.")
    unknown = placed.filter(~pl.col("mode").is_in(CORRIDOR_MODES) | pl.col("mode").is_null()).height
    if unknown:
        notes.append(f"{_incidents(unknown)} of unknown mode; no corridor is drawn from them.")
    return notes


def _incidents(number: int) -> str:
    return f"{number:,} incident{'' if number == 1 else 's'}"
