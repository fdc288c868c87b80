"""INDEX: incidents of one mode become counts per cell. Everything after this costs by cells, not by incidents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from geodata import hexes
from geodata.hexes import Cells
from routes.sphere import Floats, Vectors, normalised, unit_vectors

_FIXED_POINT = 2.0**40


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
    """

    cells: Cells
    weights: Floats
    centroids: Vectors


def counts(incidents: pl.DataFrame, resolution: int) -> Counts:
    """Count incidents by cell.

    Sums are of fixed-point integers, so that the order of rows cannot change a bit.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start; none null.
    resolution : int
        H3.
    """
    lon, lat = incidents["lon"].to_numpy(), incidents["lat"].to_numpy()
    places = np.rint(unit_vectors(lon, lat) * _FIXED_POINT).astype(np.int64)
    frame = pl.DataFrame(
        {
            "cell": hexes.cells_at(lon, lat, resolution),
            "day": incidents["time_start"].dt.date(),
            **{name: places[:, axis] for axis, name in enumerate("abc")},
        },
    )
    by_cell = frame.group_by("cell").agg(pl.col("day").n_unique(), pl.col("a", "b", "c").sum()).sort("cell")
    return Counts(
        by_cell["cell"].to_numpy(),
        by_cell["day"].cast(pl.Float64).to_numpy(),
        normalised(by_cell.select("a", "b", "c").cast(pl.Float64).to_numpy()),
    )
