"""Pages of a layer as OGC API - Features has them: filtered by box and columns, cut into pages, as GeoJSON.

Source: OGC 17-069r4 (OGC API - Features, Part 1: Core) and 18-058r1 (Part 2: other systems of coordinates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.export.tables import Table, missing

DEGREES = 4326
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_IDS = {
    "routes": ("corridor_id",),
    "corridors": ("corridor_id",),
    "dense_areas": ("corridor_id",),
    "legs": ("from_iso3", "to_iso3", "mode"),
    "hubs": ("hub_id",),
    "hexes": ("cell", "month_start", "mode"),
    "incidents": ("incident_id",),
    "countries": ("iso3",),
    "changes": ("finding_id",),
}
"""Layer -> columns that tell one row from any other, in every version of the ledger."""


@dataclass(frozen=True)
class Page:
    """Some features, and how many there are in all."""

    features: list[dict[str, Any]]
    matched: int


@dataclass(frozen=True)
class Collection:
    """A layer to be asked for pages."""

    table: Table

    @cached_property
    def ids(self) -> pd.Series:
        """Return the id of each row."""
        columns = (self.table.frame[name].astype(str) for name in _IDS[self.table.name])
        return pd.Series(["_".join(parts) for parts in zip(*columns, strict=True)], dtype=object)

    @property
    def located(self) -> bool:
        """Tell whether its rows lie anywhere."""
        return isinstance(self.table.frame, gpd.GeoDataFrame)

    @property
    def bounds(self) -> list[float] | None:
        """Return west, south, east, north, degrees; None where it has no rows or no geometries."""
        frame = self.table.frame
        if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
            return None
        return [round(float(value), 5) for value in frame.total_bounds]

    def page(
        self,
        limit: int,
        offset: int,
        box: tuple[float, float, float, float] | None = None,
        equal: Mapping[str, str] | None = None,
        crs: int = DEGREES,
    ) -> Page:
        """Return features.

        Parameters
        ----------
        limit, offset : int
        box : (west, south, east, north), degrees, optional
            West may exceed east: the box then crosses 180 degrees.
        equal : mapping, optional
            Column -> text that its value must have.
        crs : int
            EPSG of what is returned.
        """
        frame = self.table.frame
        kept = np.ones(len(frame), bool)
        for name, text in (equal or {}).items():
            kept &= (frame[name].astype(str) == text).to_numpy()
        if box is not None and isinstance(frame, gpd.GeoDataFrame):
            kept &= self._within(frame, box)
        rows = np.flatnonzero(kept)
        return Page(self._features(rows[offset : offset + limit], crs), len(rows))

    def one(self, wanted: str, crs: int = DEGREES) -> dict[str, Any] | None:
        """Return the feature of an id, None where there is none."""
        rows = np.flatnonzero((self.ids == wanted).to_numpy())
        return self._features(rows[:1], crs)[0] if rows.size else None

    @staticmethod
    def _within(frame: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> np.ndarray:
        west, south, east, north = box
        parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        found = np.zeros(len(frame), bool)
        for start, end in parts:
            found[frame.sindex.query(shapely.box(start, south, end, north), predicate="intersects")] = True
        return found

    def _features(self, rows: np.ndarray, crs: int) -> list[dict[str, Any]]:
        frame = self.table.frame.iloc[rows]
        ids = self.ids.iloc[rows].tolist()
        own = [column.name for column in self.table.columns]
        values = [_plain(row) for row in frame[own].to_dict("records")]
        shapes = _shapes(frame, crs)
        return [
            {"type": "Feature", "id": name, "geometry": shape, "properties": value}
            for name, shape, value in zip(ids, shapes, values, strict=True)
        ]


def _shapes(frame: pd.DataFrame, crs: int) -> list[dict[str, Any] | None]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return [None] * len(frame)
    moved = frame.geometry if crs == DEGREES else frame.geometry.to_crs(crs)
    step = 1e-6 if pyproj.CRS.from_epsg(crs).is_geographic else 0.01
    return [
        None if shape is None else shapely.set_precision(shape, step, mode="pointwise").__geo_interface__
        for shape in moved
    ]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return values that JSON has: nothing in place of what is missing, days as text."""
    return {
        str(name): None if missing(value) else value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
    }
