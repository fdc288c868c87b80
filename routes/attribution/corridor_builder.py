"""What the cells beside the centrelines of one mode make of them: corridors, and which incident belongs to which.

The incidents of a cell belong together to the line that is nearest to their mean place, so that this costs by cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from geodata.model.incident import Mode
from geodata.spatial import h3_cells as hexes
from routes.attribution.country_roles import countries_of, touched_at_sea, touched_over_land
from routes.attribution.incident_assignment import NONE, assigned, band_km, placed_on
from routes.attribution.naming import name_of
from routes.attribution.summaries import Told, corridor_of, id_of, members_of
from routes.core.corridor import ASSIGNMENTS, Corridor
from routes.core.geodesy import Floats, Rows, lonlat, unit_vectors
from routes.core.params import AttributionParams, RidgeParams
from routes.indexing.cell_day_cube import Cube, Days
from routes.indexing.cell_graph import rows_of
from routes.indexing.evidence_index import Index
from routes.ridges.centrelines import Centreline


@dataclass(frozen=True, eq=False)
class Share:
    """A part of the evidence at one resolution; no incident is in two of them."""

    resolution: int
    cube: Cube


class Beside:
    """Evidence assigned to lines by cell.

    Parameters
    ----------
    index : Index
    shares : sequence of Share
    lines : sequence of Centreline
    params : AttributionParams
    """

    def __init__(
        self, index: Index, shares: Sequence[Share], lines: Sequence[Centreline], params: AttributionParams
    ) -> None:
        self._params = params
        self._index = index
        self._shares = shares
        self._lines = lines
        counted = [share.cube.counts for share in shares]
        self._incidents = np.concatenate([one.incidents for one in counted])
        self._spread_km = np.concatenate([one.spread_km for one in counted])
        places = np.concatenate([one.centroids for one in counted])
        found = assigned(places, lines)
        self._line, self._km = found.line, found.km
        self._ends = np.cumsum([0, *(len(one.cells) for one in counted)])

    def line_of(self, share: int) -> Rows:
        """Return the line of each cell of a share, ``NONE`` where there is none."""
        line: Rows = self._line[self._ends[share] : self._ends[share + 1]]
        return line

    def band_km(self, number: int) -> float:
        """Return the half width that holds most of a line's incidents, km."""
        rows = np.flatnonzero(self._line == number)
        return band_km(self._km[rows], self._spread_km[rows], self._incidents[rows], self._params.band_share)

    def told(self, number: int) -> Told:
        """Return what the incidents of a line say together."""
        months = self._months.get(number, {})
        synthetic = bool(self.stated(number)["synthetic"].any())
        return Told(sum(months.values()), int(self._people[number]), months, synthetic)

    def stated(self, number: int) -> pl.DataFrame:
        """Return what the incidents of a line state, each statement once, with the number that make it."""
        own = self._statements.get(number)
        if own is None:
            return self._index.statements.clear().with_columns(incidents=pl.lit(0, pl.Int64))
        return self._index.statements[own["statement"].to_numpy()].with_columns(own["incidents"])

    @cached_property
    def _rows(self) -> pl.DataFrame:
        parts = []
        for number, share in enumerate(self._shares):
            line = self.line_of(number)[share.cube.place]
            kept = line != NONE
            one = share.cube
            parts.append(
                pl.DataFrame(
                    {
                        "line": line[kept],
                        "month": _months_of(one.day)[kept],
                        "statement": one.statement[kept],
                        "incidents": one.incidents[kept],
                        "people": one.people[kept],
                    }
                )
            )
        return pl.concat(parts)

    @cached_property
    def _people(self) -> Floats:
        rows = self._rows
        return np.bincount(rows["line"].to_numpy(), rows["people"].to_numpy(), len(self._lines)).astype(float)

    @cached_property
    def _months(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}
        summed = self._rows.group_by("line", "month").agg(pl.col("incidents").sum()).sort("line", "month")
        for line, month, number in summed.iter_rows():
            found.setdefault(line, {})[str(np.datetime64(month, "M"))] = number
        return found

    @cached_property
    def _statements(self) -> dict[int, pl.DataFrame]:
        summed = self._rows.group_by("line", "statement").agg(pl.col("incidents").sum()).sort("line", "statement")
        return {int(line): own for (line,), own in summed.partition_by("line", as_dict=True).items()}


def corridors_beside(
    beside: Beside, mode: Mode, lines: Sequence[Centreline], params: RidgeParams
) -> list[tuple[int, Corridor]]:
    """Return the lines that are corridors, each with its number; those without incidents or support are none."""
    systems = _systems(mode, lines)
    own = params.attribution
    found: list[tuple[int, Corridor]] = []
    for number, line in enumerate(lines):
        told = beside.told(number)
        if not told.incidents:
            continue
        touched = touched_over_land(line.points) if mode == "land" else touched_at_sea(line.points, own)
        countries, turned = countries_of(touched, beside.stated(number), own)
        path = line.points[::-1] if turned else line.points
        corridor = replace(
            corridor_of(mode, path, name_of(path, own), told),
            system_id=systems[line.system],
            countries=countries,
            band_km=beside.band_km(number),
            bridges=line.bridges(turned=turned),
        )
        support = _support(corridor, line)
        if support is None or support >= params.support.least_drawn:
            found.append((number, replace(corridor, support=support)))
    return found


def members_beside(
    index: Index, days: Days, beside: Beside, shares: Sequence[Share], corridors: Sequence[tuple[int, Corridor]]
) -> pl.DataFrame:
    """Return the incidents of a window that belong to corridors, with columns of ``ASSIGNMENTS``."""
    drawn = dict(corridors)
    parts = [pl.DataFrame(schema=ASSIGNMENTS)]
    for number, share in enumerate(shares):
        kept = np.flatnonzero(days.inside(index.days) & (index.own >= share.resolution))
        own = index.incidents[kept].filter(pl.col("part").is_in(np.unique(share.cube.part)))
        lon, lat = own["lon"].to_numpy(), own["lat"].to_numpy()
        row, there = rows_of(share.cube.cells, hexes.cells_at(lon, lat, share.resolution))
        line = np.where(there, beside.line_of(number)[row], NONE)
        for one in np.intersect1d(line, list(drawn)):
            some = np.flatnonzero(line == one)
            path = np.concatenate(drawn[one].lines)
            km, along = placed_on(unit_vectors(lon[some], lat[some]), unit_vectors(path[:, 0], path[:, 1]))
            parts.append(members_of(drawn[one], own[some], km, along))
    return pl.concat(parts)


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


def _months_of(days: Rows) -> Rows:
    """Return the months from 1970-01 of days from 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
