"""The incidents of one mode, indexed once: a cube for each resolution that is looked at, and the ground around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from geodata.model.incident import Mode
from geodata.places.lookup import straits
from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Mask, Rows
from routes.indexing.cell_day_cube import Cube, Days, cube
from routes.indexing.cell_graph import REFERENCE_RESOLUTION, Domain, Ground, ground
from routes.indexing.statements import statements

USUAL_RESOLUTION = REFERENCE_RESOLUTION
STRAIT_RESOLUTION = 6
SYSTEM_RESOLUTION = 4
"""For incidents placed to some 25 km only: whole route systems, not single lines."""
EXACT = 15
"""Resolution of an incident without a cell of its own."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Incidents at one resolution.

    Attributes
    ----------
    resolution : int
        H3.
    rows : Rows, (n,)
        Which incidents of the index they are.
    cube : Cube
        Their ``part`` is 0 outside of straits; in strait number k 2k + 1 if placed exactly enough for its finer
        hexes, else 2k + 2.
    ground : Ground
    """

    resolution: int
    rows: Rows
    cube: Cube
    ground: Ground

    def area(self, evidence: Cube, mode: Mode) -> Domain:
        """Return the domain of a part of its cube."""
        return self.ground.domain(evidence.counts, mode)


class Index:
    """The incidents of one mode.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start, none null; cell, people, origins, departure, destination and source where they are there.
    mode : str
        land or sea.
    """

    def __init__(self, incidents: pl.DataFrame, mode: Mode) -> None:
        self.mode = mode
        self.statements, statement = statements(incidents)
        part = _parts(incidents) if mode == "sea" else np.zeros(incidents.height, np.int64)
        self.incidents = incidents.with_columns(part=pl.Series(part), statement=pl.Series(statement))
        self._layers: dict[tuple[int, int | None], Layer] = {}

    @cached_property
    def days(self) -> Rows:
        """The day of each incident, from 1970-01-01."""
        return self.incidents["time_start"].dt.date().cast(pl.Int64).to_numpy()

    @cached_property
    def own(self) -> Rows:
        """The resolution of the cell to which each incident is placed; ``EXACT`` where it has none."""
        return _own(self.incidents)

    def layer(self, resolution: int, strait: int | None = None) -> Layer:
        """Return the incidents that are placed exactly enough for a resolution, of one strait only if it is named."""
        key = (resolution, strait)
        if key not in self._layers:
            fine = self.own >= resolution
            if strait is not None:
                fine &= in_strait(self.incidents["part"].to_numpy(), strait, exact=True)
            rows = np.flatnonzero(fine)
            counted = cube(self.incidents if fine.all() else self.incidents[rows], resolution)
            self._layers[key] = Layer(resolution, rows, counted, ground(counted.cells, resolution))
        return self._layers[key]

    def exact_enough(self, days: Days, resolution: int) -> int:
        """Return the number of incidents of a window that are placed exactly enough for a resolution."""
        return int((days.inside(self.days) & (self.own >= resolution)).sum())


def straits_of(part: Rows) -> list[int]:
    """Return the numbers of the straits in which some parts lie."""
    return sorted(set(((part[part > 0] - 1) // 2).tolist()))


def in_strait(part: Rows, number: int, *, exact: bool = False) -> Mask:
    """Tell which parts lie in a strait; with ``exact`` only those that its finer hexes hold."""
    exactly = part == 2 * number + 1
    return np.asarray(exactly if exact else exactly | (part == 2 * number + 2))


def _own(incidents: pl.DataFrame) -> Rows:
    if "cell" not in incidents.columns:
        return np.full(incidents.height, EXACT)
    cells = incidents["cell"].cast(pl.UInt64)
    return np.where(cells.is_null().to_numpy(), EXACT, hexes.resolutions(cells.fill_null(0).to_numpy()))


def _parts(incidents: pl.DataFrame) -> Rows:
    part = np.zeros(incidents.height, np.int64)
    lon, lat, own = incidents["lon"].to_numpy(), incidents["lat"].to_numpy(), _own(incidents)
    for number, strait in enumerate(straits()):
        inside = strait.holds(lon, lat) & (part == 0)
        part[inside] = 2 * number + np.where(own[inside] >= STRAIT_RESOLUTION, 1, 2)
    return part
