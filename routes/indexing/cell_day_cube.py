"""INDEX: incidents of one mode become a cube of cells, days and what was stated.

Everything after this costs by the rows of the cube or by cells, not by incidents; any window is cut from the same cube.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.spatial import h3_cells as hexes
from geodata.spatial.h3_cells import Cells
from routes.core.geodesy import EARTH_KM, Floats, Mask, Rows, Vectors, normalised, unit_vectors

_FIXED_POINT = 2.0**40
_EPOCH = date(1970, 1, 1)
_GIVEN = ("part", "statement", "people")


@dataclass(frozen=True, slots=True)
class Days:
    """A window [start, end) in days from 1970-01-01, UTC; None leaves a side open."""

    start: int | None = None
    end: int | None = None

    @classmethod
    def between(cls, start: date | None, end: date | None) -> Days:
        """Return the window between two days, ``end`` excluded."""
        return cls(*(None if day is None else (day - _EPOCH).days for day in (start, end)))

    def holds(self) -> pl.Expr:
        """Return the condition that an incident begins in it; with no window even where its time is not known."""
        day = pl.col("time_start").dt.date().cast(pl.Int64)
        inside = pl.lit(value=True)
        if self.start is not None:
            inside &= day >= self.start
        if self.end is not None:
            inside &= day < self.end
        return inside

    def inside(self, days: Rows) -> Mask:
        """Tell which days lie in it."""
        kept = np.ones(len(days), dtype=bool)
        if self.start is not None:
            kept &= days >= self.start
        if self.end is not None:
            kept &= days < self.end
        return kept


ALWAYS = Days()


@dataclass(frozen=True, slots=True)
class Counts:
    """Evidence per occupied cell, ordered by cell.

    Attributes
    ----------
    cells : Cells, (n,)
    weights : Floats, (n,)
        Distinct days with an incident, so that a pile of reports of one day at one place counts once.
    centroids : Vectors, (n, 3)
        Mean place of the incidents in each cell, finer than the cell itself.
    incidents : Floats, (n,)
    spread_km : Floats, (n,), km
        Standard deviation, in any one direction, of the incidents around their mean place.
    """

    cells: Cells
    weights: Floats
    centroids: Vectors
    incidents: Floats
    spread_km: Floats


@dataclass(frozen=True, eq=False)
class Cube:
    """Incidents by cell, day, part and statement, ordered by cell and day.

    Attributes
    ----------
    cells : Cells, (c,)
        Occupied, ordered.
    place : Rows, (n,)
        Row of each entry among ``cells``.
    day : Rows, (n,)
        Days from 1970-01-01, UTC.
    part, statement : Rows, (n,)
        Numbers that the caller gave: which part of the evidence, and what was stated.
    incidents, people : Rows, (n,)
    sums : array of int, (3, n)
        Sum of the places as unit vectors, in fixed point, so that the order of rows cannot change a bit.
    """

    cells: Cells
    place: Rows
    day: Rows
    part: Rows
    statement: Rows
    incidents: Rows
    people: Rows
    sums: NDArray[np.int64]

    def only(self, kept: Mask) -> Cube:
        """Return the cube of some of the entries."""
        if kept.all():
            return self
        rows = np.flatnonzero(kept)
        place = self.place[rows]
        first = _starts(place)
        return Cube(
            self.cells[place[first]],
            np.cumsum(first) - 1,
            self.day[rows],
            self.part[rows],
            self.statement[rows],
            self.incidents[rows],
            self.people[rows],
            self.sums[:, rows],
        )

    @cached_property
    def counts(self) -> Counts:
        """The evidence per cell."""
        if not len(self.cells):
            return Counts(self.cells, np.zeros(0), np.zeros((0, 3)), np.zeros(0), np.zeros(0))
        first = np.flatnonzero(_starts(self.place))
        of_day = _starts(self.place) | _starts(self.day)
        number = np.add.reduceat(self.incidents, first).astype(float)
        total = np.add.reduceat(self.sums, first, axis=1).T / _FIXED_POINT
        # The mean of unit vectors is shorter the more they spread: 1 - |mean|^2 is their variance on the sphere.
        short = 1 - (np.linalg.norm(total, axis=1) / number) ** 2
        return Counts(
            self.cells,
            np.add.reduceat(of_day.astype(float), first),
            normalised(total),
            number,
            EARTH_KM * np.sqrt(np.maximum(short, 0) / 2),
        )


def cube(incidents: pl.DataFrame, resolution: int) -> Cube:
    """Return the cube of incidents.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat in degrees, time_start UTC; none null. people, and the numbers ``part`` and ``statement``, where they
        are there.
    resolution : int
        H3.
    """
    lon, lat = incidents["lon"].to_numpy(), incidents["lat"].to_numpy()
    places = np.rint(unit_vectors(lon, lat) * _FIXED_POINT).astype(np.int64)
    given = [name for name in _GIVEN if name in incidents.columns]
    frame = pl.DataFrame(
        {
            "cell": hexes.cells_at(lon, lat, resolution),
            "day": incidents["time_start"].dt.date().cast(pl.Int64),
            **{name: places[:, axis] for axis, name in enumerate("abc")},
            **{name: incidents[name].cast(pl.Int64) for name in given},
        }
    ).with_columns(pl.lit(0, pl.Int64).alias(name) for name in _GIVEN if name not in given)
    rows = (
        frame.group_by("cell", "day", "part", "statement")
        .agg(pl.len().cast(pl.Int64).alias("incidents"), pl.col("people").sum(), pl.col("a", "b", "c").sum())
        .sort("cell", "day", "part", "statement")
    )
    cell = rows["cell"].to_numpy()
    first = _starts(cell)
    day, part, statement, number, people = (
        rows[name].to_numpy() for name in ("day", "part", "statement", "incidents", "people")
    )
    sums = np.ascontiguousarray(rows.select("a", "b", "c").to_numpy().T)
    return Cube(cell[first], np.cumsum(first) - 1, day, part, statement, number, people, sums)


def _starts(values: NDArray[np.generic]) -> Mask:
    """Tell at which rows a value differs from the one before."""
    return np.r_[True, values[1:] != values[:-1]] if len(values) else np.zeros(0, dtype=bool)
