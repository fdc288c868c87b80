"""Rows of a layer as Arrow, some at a time, so that what writes them needs no more room for many rows than for few.

Source: GeoArrow 0.2 (how a column of shapes is told); GeoParquet 1.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from layers.export.tables import Kind, Table

ROWS = 50_000
"""Of one batch."""
DEGREES = 4326
_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "yes": pa.bool_(),
    "day": pa.date32(),
}
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_BOX = pa.struct([(side, pa.float64()) for side in _SIDES])


def slices_of(table: Table) -> Iterator[pd.DataFrame]:
    """Return the rows of a layer, some at a time; of a layer without rows one part that has its columns."""
    for start in range(0, max(len(table.frame), 1), ROWS):
        yield table.frame.iloc[start : start + ROWS]


def reader_of(table: Table, crs: int = DEGREES, *, boxes: bool = False) -> pa.RecordBatchReader:
    """Return the rows of a layer as a stream of batches.

    Parameters
    ----------
    table : Table
    crs : int
        EPSG of the column ``geometry``, well-known binary; layers without a shape have no such column.
    boxes : bool
        Add a column ``bbox`` with the box around each shape, and what GeoParquet says of both.
    """
    fields = [pa.field(column.name, _TYPES[column.kind]) for column in table.columns]
    told = {}
    if isinstance(table.frame, gpd.GeoDataFrame):
        kind = {} if boxes else {"ARROW:extension:name": "geoarrow.wkb"}
        fields.append(pa.field("geometry", pa.binary(), metadata=kind))
        if boxes:
            fields.append(pa.field("bbox", _BOX))
            told = {"geo": json.dumps(_geoparquet(table.frame.geometry, crs))}
    schema = pa.schema(fields, metadata=told)
    batches = (_batch(part, table, schema, crs) for part in slices_of(table))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _batch(part: pd.DataFrame, table: Table, schema: pa.Schema, crs: int) -> pa.RecordBatch:
    own = [pa.array(part[column.name], _TYPES[column.kind], from_pandas=True) for column in table.columns]
    if isinstance(part, gpd.GeoDataFrame):
        shapes = (part.geometry if crs == DEGREES else part.geometry.to_crs(crs)).to_numpy()
        own.append(pa.array(shapely.to_wkb(shapes), pa.binary()))
        if "bbox" in schema.names:
            sides = [pa.array(side) for side in shapely.bounds(shapes).T]
            absent = pa.array(shapely.is_missing(shapes) | shapely.is_empty(shapes))
            own.append(pa.StructArray.from_arrays(sides, fields=list(_BOX), mask=absent))
    return pa.RecordBatch.from_arrays(own, schema=schema)


def _geoparquet(shapes: gpd.GeoSeries, crs: int) -> dict[str, Any]:
    """Return what GeoParquet says of a file."""
    named = np.unique(shapes[shapes.notna()].geom_type).tolist()
    column: dict[str, Any] = {
        "encoding": "WKB",
        "crs": pyproj.CRS.from_epsg(crs).to_json_dict(),
        "geometry_types": named,
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
