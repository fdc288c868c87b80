"""GeoPackage 1.3 with everything that QGIS needs to show it: styles, aliases, units, time, and what it came from.

Version 1.3 is what GDAL before 3.4 opens without a warning. Styles lie in ``layer_styles``, as QGIS keeps its own.

Sources: OGC 12-128r17 (GeoPackage 1.3); QGIS, table ``layer_styles``.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pyproj

from layers.export.batches import reader_of
from layers.export.styles import qml
from layers.export.tables import Table

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT,
  f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))
"""
_ONE_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
  useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, 1, ?, '')
"""


def write_geopackage(path: Path, tables: Sequence[Table], stamp: Mapping[str, Any], crs: int) -> None:
    """Write layers into one file.

    Parameters
    ----------
    path : Path
        Ending in .gpkg; must not be there yet.
    tables : sequence of Table
    stamp : mapping
        What the file says of itself.
    crs : int
        EPSG.
    """
    told = {name: "" if value is None else str(value) for name, value in stamp.items()}
    for at, table in enumerate(tables):
        pyogrio.write_arrow(
            reader_of(table, crs),
            path,
            layer=table.name,
            driver="GPKG",
            append=at > 0,
            geometry_name="geometry" if table.shape else None,
            geometry_type=table.shape,
            crs=pyproj.CRS.from_epsg(crs).to_wkt() if table.shape else None,
            layer_metadata=told | {"abstract": table.about},
            dataset_metadata=told if at == 0 else None,
            layer_options={"IDENTIFIER": table.title, "DESCRIPTION": table.about, "GEOMETRY_NAME": "geom"},
            dataset_options={"VERSION": "1.3"} if at == 0 else None,
        )
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute(_STYLES)
        for table in tables:
            geometry = "geom" if table.shape else ""
            file.execute(_ONE_STYLE, (table.name, geometry, table.name, qml(table), table.title))
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (json.dumps(told, ensure_ascii=False),),
        )
        for table in tables:
            _require_whole(file, table)


def _require_whole(file: sqlite3.Connection, table: Table) -> None:
    """Count what was written, as GDAL does not always tell that a disk ran full.

    Raises
    ------
    OSError
        If a layer lacks a row, or its index a shape.
    """
    wanted, counted = {table.name: len(table.frame)}, {}
    if isinstance(table.frame, gpd.GeoDataFrame):
        wanted[f"rtree_{table.name}_geom"] = int((~(table.frame.geometry.isna() | table.frame.geometry.is_empty)).sum())
    there = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in wanted:
        counted[name] = file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] if name in there else 0  # noqa: S608
    if counted != wanted or not there.issuperset(wanted):
        raise OSError(f"{counted[table.name]:,} of {len(table.frame):,} rows of {table.name} were written")
