"""What incidents make of a line: a corridor with their number, people and months, and a record of each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyproj

from geodata.model.incident import Mode, is_synthetic
from geodata.spatial import h3_cells as hexes
from routes.core.corridor import STRETCH_KM, Corridor
from routes.core.geodesy import Floats, Vectors, cut_at_antimeridian, lonlat

_ID_RESOLUTION = 7
"""The finest that a View asks for, so that lines which run side by side in one coarser cell have ids of their own."""
_WGS84 = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Told:
    """What the incidents of a corridor say together; as the attributes of ``Corridor``."""

    incidents: int
    people: int
    months: Mapping[str, int]
    synthetic: bool


def told_of(own: pl.DataFrame) -> Told:
    """Return what some incidents say together: time_start, and people and source where they are there."""
    months = own["time_start"].dt.strftime("%Y-%m").value_counts().sort("time_start")
    people = int(own["people"].sum() or 0) if "people" in own.columns else 0
    return Told(own.height, people, dict(months.iter_rows()), is_synthetic(own))


def corridor_of(mode: Mode, path: Vectors, name: str, told: Told) -> Corridor:
    """Return the corridor along a path, (n, 3), to which some incidents belong; without countries, band and support."""
    points = lonlat(path)
    return Corridor(
        corridor_id=id_of(mode, points),
        system_id=f"{id_of(mode, points)}-system",
        name=name,
        mode=mode,
        lines=cut_at_antimeridian(points),
        length_km=float(_WGS84.line_length(points[:, 0], points[:, 1])) / 1000,
        band_km=0.0,
        incidents=told.incidents,
        people=told.people,
        countries=(),
        months=dict(told.months),
        synthetic=told.synthetic,
    )


def id_of(mode: Mode, points: Floats) -> str:
    """Return a name that depends on the mode and the cells of the line alone; for flights also on their direction."""
    cells = hexes.cells_at(points[:, 0], points[:, 1], _ID_RESOLUTION)
    if mode != "air":
        cells = np.unique(cells)
    return f"{mode}-{hashlib.blake2b(cells.astype('<u8').tobytes(), digest_size=5).hexdigest()}"


def members_of(corridor: Corridor, own: pl.DataFrame, km: Floats, along: Floats) -> pl.DataFrame:
    """Return the incidents of a corridor with columns of ``ASSIGNMENTS``."""
    ids = own["incident_id"] if "incident_id" in own.columns else pl.Series([None] * own.height, dtype=pl.String)
    return pl.DataFrame(
        {
            "incident_id": ids,
            "corridor_id": pl.Series([corridor.corridor_id] * own.height, dtype=pl.String),
            "system_id": pl.Series([corridor.system_id] * own.height, dtype=pl.String),
            "distance_km": km,
            "stretch": (along // STRETCH_KM).astype(np.int64),
        }
    )
