"""Pages of a layer as OGC API - Features has them: filtered by box, columns and CQL2, cut into pages, as GeoJSON.

Source: OGC 17-069r4 (OGC API - Features, Part 1: Core), 18-058r1 (Part 2: other systems of coordinates) and 19-079r2
(Part 3: filters).
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
import polars as pl
import pyarrow as pa
import pyproj
import shapely

from layers.export.filters import Filter, matching, value_of
from layers.export.tables import Kind, Table, missing

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
_ARROW: dict[Kind, Any] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "yes": pa.bool_(),
    "day": pa.date32(),
}
_SEEN_FROM_THE_SHAPE = {"within": "contains", "contains": "within"}
"""The index asks how the shape lies to a row; a filter, how a row lies to the shape."""


@dataclass(frozen=True)
class Page:
    """Some features, and how many there are in all."""

    features: list[dict[str, Any]]
    matched: int


@dataclass(frozen=True, eq=False)
class Collection:
    """A layer to be asked for pages."""

    table: Table

    @cached_property
    def ids(self) -> pl.Series:
        """Return the id of each row."""
        columns = [pl.Series(name, self.table.frame[name].astype(str)) for name in _IDS[self.table.name]]
        return pl.select(pl.concat_str(columns, separator="_").alias("id")).to_series()

    @cached_property
    def _located(self) -> pl.Series:
        return pl.Series(self.table.frame.geometry.notna().to_numpy())

    @cached_property
    def _columns(self) -> dict[str, pl.Series]:
        return {}

    def column(self, name: str) -> pl.Series:
        """Return a column as filters compare it: days as moments, what is missing as null."""
        if name not in self._columns:
            (kind,) = (column.kind for column in self.table.columns if column.name == name)
            read = pl.Series(name, pa.array(self.table.frame[name], _ARROW[kind], from_pandas=True))
            self._columns[name] = read.cast(pl.Datetime("us")) if kind == "day" else read
        return self._columns[name]

    @cached_property
    def bounds(self) -> list[float] | None:
        """Return west, south, east, north, degrees; None where it has no rows or no geometries."""
        frame = self.table.frame
        if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
            return None
        return [round(float(value), 5) for value in frame.total_bounds]

    def rows(
        self,
        box: tuple[float, float, float, float] | None = None,
        equal: Mapping[str, str] | None = None,
        asked: Filter | None = None,
    ) -> np.ndarray:
        """Return the numbers of the rows that are asked for, in their order.

        Parameters
        ----------
        box : (west, south, east, north), degrees, optional
            West may exceed east: the box then crosses 180 degrees.
        equal : mapping, optional
            Column -> text of the value that it must have.
        asked : Filter, optional
            What else must be true of a row.

        Raises
        ------
        WrongValue
            If a value or filter does not fit the columns.
        """
        frame = self.table.frame
        kinds = {column.name: column.kind for column in self.table.columns}
        conditions = [pl.col(name) == value_of(text, kinds[name], name) for name, text in (equal or {}).items()]
        if asked is not None:
            located = isinstance(frame, gpd.GeoDataFrame)
            conditions.append(matching(asked, kinds, self._touching if located else None))
        kept = np.ones(len(frame), bool)
        if conditions:
            names = sorted({name for condition in conditions for name in condition.meta.root_names()})
            whole = pl.DataFrame([pl.Series("_every", kept), *map(self.column, names)])
            kept = (
                whole.select(pl.col("_every") & pl.all_horizontal(conditions).fill_null(value=False))
                .to_series()
                .to_numpy()
            )
        if box is not None and isinstance(frame, gpd.GeoDataFrame):
            kept = kept & self._within(frame, box)
        return np.flatnonzero(kept)

    def page(self, rows: np.ndarray, limit: int, offset: int, crs: int = DEGREES, *, north_first: bool = False) -> Page:
        """Return features.

        Parameters
        ----------
        rows : int array
            From ``rows``.
        limit, offset : int
        crs : int
            EPSG of what is returned.
        north_first : bool
            Whether coordinates are returned y before x.
        """
        return Page(self._features(rows[offset : offset + limit], crs, north_first), len(rows))

    def one(self, wanted: str, crs: int = DEGREES, *, north_first: bool = False) -> dict[str, Any] | None:
        """Return the feature of an id, None where there is none."""
        rows = (self.ids == wanted).arg_true().to_numpy()
        return self._features(rows[:1], crs, north_first)[0] if rows.size else None

    def _touching(self, relation: str, shape: Any) -> pl.Series:
        """Return for each row how it lies to a shape in degrees, as ``filters.Touching`` says."""
        frame = self.table.frame
        if relation == "missing":
            return ~self._located
        found = np.zeros(len(frame), bool)
        wanted = {"disjoint": "intersects", "equals": "intersects"} | _SEEN_FROM_THE_SHAPE
        near = frame.sindex.query(shape, predicate=wanted.get(relation, relation))
        if relation == "equals":
            near = near[shapely.equals(frame.geometry.to_numpy()[near], shape)]
        found[near] = True
        if relation == "disjoint":
            found = ~found
        return pl.select(pl.when(self._located).then(pl.Series(found))).to_series()

    @staticmethod
    def _within(frame: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> np.ndarray:
        west, south, east, north = box
        parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        found = np.zeros(len(frame), bool)
        for start, end in parts:
            found[frame.sindex.query(shapely.box(start, south, end, north), predicate="intersects")] = True
        return found

    def _features(self, rows: np.ndarray, crs: int, north_first: bool) -> list[dict[str, Any]]:
        frame = self.table.frame.iloc[rows]
        ids = self.ids.gather(rows).to_list()
        own = [column.name for column in self.table.columns]
        values = [_plain(row) for row in frame[own].to_dict("records")]
        shapes = _shapes(frame, crs, north_first)
        return [
            {"type": "Feature", "id": name, "geometry": shape, "properties": value}
            for name, shape, value in zip(ids, shapes, values, strict=True)
        ]


def _shapes(frame: pd.DataFrame, crs: int, north_first: bool) -> list[dict[str, Any] | None]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return [None] * len(frame)
    moved = frame.geometry if crs == DEGREES else frame.geometry.to_crs(crs)
    if north_first:
        moved = gpd.GeoSeries(shapely.transform(moved.to_numpy(), lambda corners: corners[:, ::-1]))
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
