"""Files of an export: which formats there are, and how the layers of an export become one.

A file is written whole or not at all: into a folder of its own first, and only then to where it is wanted.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pyarrow.parquet as pq
import pyproj
from pyarrow.lib import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError
from xlsxwriter.exceptions import XlsxWriterException

from geodata.core.errors import WrongValue
from geodata.core.formulas import inert_within
from geodata.core.settings import Settings
from layers.export.batches import reader_of, slices_of
from layers.export.catalogue import records_of
from layers.export.contents import Export
from layers.export.dataset import Dataset, File
from layers.export.features import DEGREES, Collection
from layers.export.gdal import (
    readme,
    write_flatgeobuf,
    write_geodatabase,
    write_shapefiles,
    write_tiles,
    zipped,
)
from layers.export.geopackage import write_geopackage
from layers.export.kml import write_kml
from layers.export.records import digest_of
from layers.export.sheets import write_workbook
from layers.export.tables import LAYERS, Table, tables_of

_FAILURES = (OSError, DataLayerError, DataSourceError, sqlite3.Error, XlsxWriterException, ArrowException)
"""What libraries raise where a file cannot be written."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name and media type, whether files hold several layers, can be in other systems; its writer."""

    title: str
    media: str
    several: bool
    systems: bool
    write: Callable[[Path, Export, list[Table], int], None]


def format_of(name: str) -> str:
    """Return the ending, without its first dot, of the format that a file name asks for.

    Raises
    ------
    WrongValue
        If it asks for none of ours.
    """
    for ending in sorted(FORMATS, key=len, reverse=True):
        if name.lower().endswith(f".{ending}"):
            return ending
    raise WrongValue(
        f"{Path(name).suffix or name!r}",
        rule=f"the name must end in {', '.join(f'.{ending}' for ending in FORMATS)}",
        done="nothing was written",
        where="--out",
    )


def require_crs(code: int) -> int:
    """Return an EPSG code, or refuse one that is none."""
    try:
        pyproj.CRS.from_epsg(code)
    except CRSError:
        raise WrongValue(
            f"EPSG:{code} is not known",
            rule="it is the number of a system of coordinates, as 4326 or 3035",
            done="nothing was written",
            where="--crs",
        ) from None
    return code


def write(path: Path, export: Export, layers: Sequence[str] = (), crs: int = DEGREES, ending: str = "") -> list[Table]:
    """Write an export to a file, and return the layers that it holds.

    Parameters
    ----------
    path : Path
    export : Export
    layers : sequence of str
        Of ``LAYERS``; by default those that the format can hold together, or the routes.
    crs : int
        EPSG; KML, GeoJSON and tables are in degrees always.
    ending : str
        Of ``FORMATS``, where the name of the file does not say it.

    Raises
    ------
    WrongValue
        If a format, layer or system is not known, or the file cannot be made.
    """
    kind = ending or format_of(path.name)
    form = FORMATS[kind]
    if crs != DEGREES and not form.systems:
        raise WrongValue(
            f".{kind} in EPSG:{crs}",
            rule="GeoJSON, KML and tables are in degrees (EPSG:4326)",
            done="nothing was written",
            where="--crs",
        )
    if not form.several and len(layers) > 1:
        raise WrongValue(
            f"{len(layers)} layers in one .{kind}",
            rule="a file of this format holds one layer",
            done="nothing was written",
            where="--layer",
        )
    tables = tables_of(export, layers or (() if form.several else ("routes",)))
    with tempfile.TemporaryDirectory(prefix="routes-export-") as folder:
        made = Path(folder) / f"corridors.{kind}"
        try:
            form.write(made, export, tables, require_crs(crs))
        except _FAILURES as error:
            raise WrongValue(
                f"the file cannot be made ({str(error).partition(chr(10))[0][:120]})",
                rule="the folder for temporary files must have room and be writable",
                done="nothing was written",
            ) from None
        shutil.copyfile(made, path)
    return tables


def as_file(path: Path) -> File:
    """Return what records in catalogues say of a file."""
    form = FORMATS[format_of(path.name)]
    return File(path.name, form.title, form.media, path.stat().st_size, digest_of(path))


def encoded(export: Export, kind: str, layers: Sequence[str] = (), crs: int = DEGREES) -> bytes:
    """Return the content of a file; see ``write``."""
    with tempfile.TemporaryDirectory(prefix="routes-export-") as folder:
        path = Path(folder) / f"out.{kind}"
        write(path, export, layers, crs)
        return path.read_bytes()


def _geojson(path: Path, export: Export, tables: list[Table], _: int) -> None:
    (table,) = tables
    stamp = json.loads(json.dumps(export.stamp, default=str))
    layer = Collection(table)
    features = layer.page(layer.rows(), len(table.frame), 0).features
    head: dict[str, Any] = {"type": "FeatureCollection", "name": table.name, "title": export.title, **stamp}
    collection = head | {"notes": list(export.notes), "features": features}
    if table.name == "routes":
        own = [corridor.feature() for corridor in export.corridors()]
        for feature, told in zip(own, features, strict=True):
            nested = {name: value for name, value in feature["properties"].items() if isinstance(value, dict | list)}
            feature["properties"] = told["properties"] | nested
        collection |= {"changes": [one.properties() for one in export.changes], "features": own}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False, default=str), encoding="utf-8")


def _parquet(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    (table,) = tables
    with reader_of(table, crs, boxes=True) as rows:
        told = {"routes": json.dumps(export.stamp, default=str), "title": export.title}
        schema = rows.schema.with_metadata({**(rows.schema.metadata or {}), **told})
        with pq.ParquetWriter(path, schema, compression="zstd") as file:
            for batch in rows:
                file.write_batch(batch.cast(schema))


def _csv(path: Path, _: Export, tables: list[Table], __: int) -> None:
    (table,) = tables
    names = [column.name for column in table.columns]
    with path.open("wb") as file:
        for part in slices_of(table):
            rows = part[names].copy()
            if isinstance(part, gpd.GeoDataFrame):
                if table.shape == "Point":
                    rows["lon"], rows["lat"] = part.geometry.x.round(5), part.geometry.y.round(5)
                else:
                    rows["WKT"] = part.geometry.to_wkt(rounding_precision=5)
            inert_within(pl.from_pandas(rows)).write_csv(file, include_header=file.tell() == 0)


def _workbook(path: Path, export: Export, tables: list[Table], _: int) -> None:
    write_workbook(path, tables, export.stamp, export.title, export.notes)


def _kml(path: Path, export: Export, tables: list[Table], _: int) -> None:
    write_kml(path, tables, export.stamp, export.title)


def _geopackage(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    write_geopackage(path, tables, export.stamp | {"title": export.title, "notes": " ".join(export.notes)}, crs)


def _everything(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write the formats that planners ask for most into one archive, with a README."""
    folder = path.parent / "all"
    folder.mkdir()
    for kind in ("gpkg", "xlsx", "kmz", "shp.zip"):
        FORMATS[kind].write(folder / f"corridors.{kind}", export, tables, crs if FORMATS[kind].systems else DEGREES)
    for table in tables:
        if table.shape is not None:
            FORMATS["geojson"].write(folder / f"{table.name}.geojson", export, [table], DEGREES)
    shutil.rmtree(folder / "shapefiles")  # what the archive of Shapefiles was made from
    told = Dataset(export, tuple(tables), tuple(map(as_file, sorted(folder.iterdir()))), crs, Settings().contact)
    for name, content in records_of(told).items():
        (folder / name).write_bytes(content)
    (folder / "README.txt").write_text(readme(export, tables), encoding="utf-8")
    zipped(path, folder)


FORMATS: dict[str, Format] = {
    "gpkg": Format("GeoPackage 1.3", "application/geopackage+sqlite3", True, True, _geopackage),
    "geojson": Format("GeoJSON", "application/geo+json", False, False, _geojson),
    "fgb": Format("FlatGeobuf", "application/octet-stream", False, True, write_flatgeobuf),
    "parquet": Format("GeoParquet 1.1", "application/vnd.apache.parquet", False, True, _parquet),
    "kml": Format("KML 2.2", "application/vnd.google-earth.kml+xml", True, False, _kml),
    "kmz": Format("KMZ", "application/vnd.google-earth.kmz", True, False, _kml),
    "shp.zip": Format("Shapefiles", "application/zip", True, True, write_shapefiles),
    "gdb.zip": Format("ESRI file geodatabase", "application/zip", True, True, write_geodatabase),
    "pmtiles": Format("PMTiles 3", "application/vnd.pmtiles", False, False, write_tiles),
    "csv": Format("CSV", "text/csv", False, False, _csv),
    "xlsx": Format(
        "Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True, False, _workbook
    ),
    "zip": Format("Archive of files", "application/zip", True, True, _everything),
}
"""Ending -> format."""

__all__ = ["DEGREES", "FORMATS", "LAYERS", "Format", "as_file", "encoded", "format_of", "require_crs", "write"]
