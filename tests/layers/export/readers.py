"""Other programs that read what we export: each returns the rows of a layer as plain values, and where they lie."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pyogrio
import shapely
from fastkml import KML, Placemark
from fastkml.utils import find_all
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from pmtiles.reader import MmapSource, Reader, all_tiles

from layers.export.tables import Table

Row = tuple[dict[str, Any], shapely.Geometry | None]
csv.field_size_limit(10**9)


def rows_of(path: Path, kind: str, table: Table) -> list[Row]:
    """Return the rows of a layer as another program reads them: values under the names of our columns, and a shape.

    Days are ISO 8601; what a format knows as text alone is text here.
    """
    return list(_READERS[kind](path, table))


def expected(table: Table) -> list[Row]:
    """Return the same of the table that was written."""
    shapes = list(table.frame.geometry) if table.shape else [None] * len(table.frame)
    names = [column.name for column in table.columns]
    values = [{name: plain(row[name]) for name in names} for row in table.frame.to_dict("records")]
    return list(zip(values, shapes, strict=True))


def plain(value: object) -> Any:
    """Return a value as JSON would have it, "" and what is missing as None."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, str):
        return value or None
    return None if str(value) in ("None", "<NA>", "NaT", "nan") else value


def _gdal(path: Path | str, table: Table, names: dict[str, str]) -> Iterator[Row]:
    info, _, shapes, columns = pyogrio.raw.read(path, layer=table.name)
    kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
    at = dict(zip(info["fields"], columns, strict=True))
    for row in range(len(columns[0])):
        values = {}
        for column in table.columns:
            found = at[names.get(column.name, column.name)][row]
            is_day = "datetime" in str(kinds[names.get(column.name, column.name)])
            day = None if str(found) == "NaT" else str(found)[:10]
            values[column.name] = day if is_day else plain(found)
        yield values, None if shapes is None or shapes[row] is None else shapely.from_wkb(shapes[row])


def _own(path: Path, table: Table) -> Iterator[Row]:
    return _gdal(path, table, {})


def _shapefile(path: Path, table: Table) -> Iterator[Row]:
    return _gdal(f"/vsizip/{path}/{table.name}.shp", table, {column.name: column.ten for column in table.columns})


def _geodatabase(path: Path, table: Table) -> Iterator[Row]:
    return _gdal(f"/vsizip/{path}/corridors.gdb", table, {})


def _geojson(path: Path, _: Table) -> Iterator[Row]:
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]
        yield (
            {name: plain(value) if not isinstance(value, dict | list) else value
             for name, value in feature["properties"].items()},
            None if shape is None else shapely.from_geojson(json.dumps(shape)),
        )  # fmt: skip


def _parquet(path: Path, table: Table) -> Iterator[Row]:
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as engine:
        found = engine.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        for row in found.fetchall():
            values = dict(zip(names, row, strict=True))
            shape = values.get("geometry")
            where = None if shape is None else shapely.from_wkb(bytes(shape))
            if where is not None:
                box = values["bbox"]
                assert (box["xmin"], box["ymin"], box["xmax"], box["ymax"]) == where.bounds
            yield {column.name: plain(values[column.name]) for column in table.columns}, where


def _kml(path: Path, table: Table) -> Iterator[Row]:
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = archive.read("doc.kml")
    for mark in find_all(KML.from_string(content.decode().partition("?>")[2]), of_type=Placemark):
        told = {data.name: plain(data.value) for data in mark.extended_data.elements}
        where = None if mark.geometry is None else shapely.geometry.shape(mark.geometry)
        yield {column.name: told.get(column.name) for column in table.columns}, where


def _csv(path: Path, table: Table) -> Iterator[Row]:
    for row in csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")):
        values = {column.name: plain(row[column.name]) for column in table.columns}
        if "lon" in row:
            yield values, shapely.Point(float(row["lon"]), float(row["lat"]))
        else:
            yield values, shapely.from_wkt(row["WKT"]) if row.get("WKT") else None


def _workbook(path: Path, table: Table) -> Iterator[Row]:
    with contextlib.closing(openpyxl.load_workbook(path, read_only=True)) as book:
        titles, *rows = book[table.title].iter_rows()
        aliases = [cell.value for cell in titles]
        for row in rows:
            assert not any(cell.data_type == "f" for cell in row)
            values = dict(zip(aliases, (cell.value for cell in row), strict=True))
            told = {column.name: plain(_as_meant(values[column.alias])) for column in table.columns}
            lon, lat = (values.get(f"{axis} (degrees)") for axis in ("Longitude", "Latitude"))
            yield told, None if lon is None else shapely.Point(lon, lat)


def _as_meant(value: Any) -> Any:
    """Return a text of a workbook with its escapes undone, as Excel does (ECMA-376, ST_Xstring)."""
    return (
        re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value
    )


def _tiles(path: Path, _: Table) -> Iterator[Row]:
    """Read the tiles of the closest zoom; a feature that several hold is put together again."""
    found: dict[str, tuple[dict[str, Any], list[shapely.Geometry]]] = {}
    with path.open("rb") as file:
        source = MmapSource(file)
        closest = Reader(source).header()["max_zoom"]
        for (zoom, x, y), content in all_tiles(source):
            for layer in tile_class().FromString(gzip.decompress(content)).layers if zoom == closest else ():
                for feature in layer.features:
                    tags = zip(feature.tags[::2], feature.tags[1::2], strict=True)
                    told = {layer.keys[key]: _value(layer.values[at]) for key, at in tags}
                    shape = _tile_shape(feature, layer.extent, zoom, x, y)
                    found.setdefault(json.dumps(told, sort_keys=True), (told, []))[1].append(shape)
    for told, shapes in found.values():
        yield told, shapely.union_all(shapes)


def _value(value: Any) -> Any:
    ((_, found),) = value.ListFields()
    return plain(found)


def _tile_shape(feature: Any, extent: int, zoom: int, x: int, y: int) -> shapely.Geometry:
    """Return the shape of a feature of a tile, degrees (Mapbox Vector Tile 2.1, spherical Mercator)."""
    parts, at, where = [], 0, [0, 0]
    numbers = list(feature.geometry)
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 1 and feature.type != 1:
            parts.append([])
        for _ in range(count if command != 7 else 0):
            for axis in (0, 1):
                where[axis] += (numbers[at] >> 1) ^ -(numbers[at] & 1)
                at += 1
            if feature.type == 1:
                parts.append([])
            parts[-1].append(tuple(where))
    made = [
        shapely.Point(part[0]) if feature.type == 1 else shapely.LineString(part) if feature.type == 2
        else shapely.Polygon(part)
        for part in parts
    ]  # fmt: skip
    across = 2**zoom * extent

    def degrees(points: np.ndarray) -> np.ndarray:
        east, south = (points[:, 0] + x * extent) / across, (points[:, 1] + y * extent) / across
        return np.column_stack([360 * east - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * south))))])

    return shapely.transform(shapely.union_all(made), degrees)


@cache
def tile_class() -> Any:
    """Return the message of a vector tile (Mapbox Vector Tile specification 2.1)."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="vector_tile.proto", package="vector_tile")
    tile = file.message_type.add(name="Tile")
    fields = {
        "Value": [(1, "string", kinds.TYPE_STRING, 1), (2, "float", kinds.TYPE_FLOAT, 1),
                  (3, "double", kinds.TYPE_DOUBLE, 1), (4, "int", kinds.TYPE_INT64, 1),
                  (5, "uint", kinds.TYPE_UINT64, 1), (6, "sint", kinds.TYPE_SINT64, 1),
                  (7, "bool", kinds.TYPE_BOOL, 1)],
        "Feature": [(1, "id", kinds.TYPE_UINT64, 1), (2, "tags", kinds.TYPE_UINT32, 3),
                    (3, "type", kinds.TYPE_UINT32, 1), (4, "geometry", kinds.TYPE_UINT32, 3)],
        "Layer": [(1, "name", kinds.TYPE_STRING, 1), (2, "features", kinds.TYPE_MESSAGE, 3),
                  (3, "keys", kinds.TYPE_STRING, 3), (4, "values", kinds.TYPE_MESSAGE, 3),
                  (5, "extent", kinds.TYPE_UINT32, 1), (15, "version", kinds.TYPE_UINT32, 1)],
    }  # fmt: skip
    types = {"features": ".vector_tile.Tile.Feature", "values": ".vector_tile.Tile.Value"}
    for message, listed in fields.items():
        inner = tile.nested_type.add(name=message)
        for number, name, kind, label in listed:
            inner.field.add(name=name, number=number, type=kind, label=label, type_name=types.get(name))
    tile.field.add(name="layers", number=3, type=kinds.TYPE_MESSAGE, label=3, type_name=".vector_tile.Tile.Layer")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("vector_tile.Tile"))


_READERS = {
    "gpkg": _own,
    "fgb": _own,
    "geojson": _geojson,
    "parquet": _parquet,
    "kml": _kml,
    "kmz": _kml,
    "shp.zip": _shapefile,
    "gdb.zip": _geodatabase,
    "pmtiles": _tiles,
    "csv": _csv,
    "xlsx": _workbook,
}
