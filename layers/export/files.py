"""Files of an export: which formats there are, and how the layers of an export become one.

A file is written whole or not at all: into a folder of its own first, and only then to where it is wanted.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError

from geodata.core.errors import WrongValue
from geodata.core.formulas import inert_within
from geodata.core.settings import Settings
from layers.export.catalogue import records_of
from layers.export.contents import Export
from layers.export.dataset import Dataset, File
from layers.export.features import DEGREES, Collection
from layers.export.geopackage import write_geopackage
from layers.export.kml import write_kml
from layers.export.records import digest_of
from layers.export.sheets import write_workbook
from layers.export.tables import LAYERS, Table, tables_of
from layers.export.texts import for_xml

_LONGEST_OF_SHAPEFILE = 254
"""Bytes of UTF-8 in a text."""


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
        except (OSError, DataLayerError, DataSourceError) as error:
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
    features = Collection(table).page(len(table.frame), 0).features
    head: dict[str, Any] = {"type": "FeatureCollection", "name": table.name, "title": export.title, **stamp}
    collection = head | {"notes": list(export.notes), "features": features}
    if table.name == "routes":
        own = [corridor.feature() for corridor in export.corridors()]
        for feature, told in zip(own, features, strict=True):
            nested = {name: value for name, value in feature["properties"].items() if isinstance(value, dict | list)}
            feature["properties"] = told["properties"] | nested
        collection |= {"changes": [one.properties() for one in export.changes], "features": own}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False, default=str), encoding="utf-8")


def _flatgeobuf(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    (table,) = tables
    frame = _located(table, crs)
    options = {"TITLE": export.title, "DESCRIPTION": f"{table.about} {json.dumps(export.stamp, default=str)}"}
    if frame.geometry.isna().any():
        options["SPATIAL_INDEX"] = "NO"  # the format indexes no row without a shape
    pyogrio.write_dataframe(
        frame,
        path,
        layer=table.name,
        driver="FlatGeobuf",
        geometry_type=table.shape,
        layer_options=options,
    )


def _parquet(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    (table,) = tables
    frame = table.frame
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_crs(crs).to_parquet(path, schema_version="1.1.0", write_covering_bbox=True, index=False)
    else:
        frame.to_parquet(path, index=False)
    written = pq.read_table(path)
    told = {b"routes": json.dumps(export.stamp, default=str).encode(), b"title": export.title.encode()}
    pq.write_table(
        written.replace_schema_metadata({**(written.schema.metadata or {}), **told}), path, compression="zstd"
    )


def _csv(path: Path, _: Export, tables: list[Table], __: int) -> None:
    (table,) = tables
    rows = table.frame[[column.name for column in table.columns]].copy()
    if isinstance(table.frame, gpd.GeoDataFrame):
        if table.shape == "Point":
            rows["lon"], rows["lat"] = table.frame.geometry.x.round(5), table.frame.geometry.y.round(5)
        else:
            rows["WKT"] = table.frame.geometry.to_wkt(rounding_precision=5)
    inert_within(pl.from_pandas(rows)).write_csv(path)


def _workbook(path: Path, export: Export, tables: list[Table], _: int) -> None:
    write_workbook(path, tables, export.stamp, export.title, export.notes)


def _kml(path: Path, export: Export, tables: list[Table], _: int) -> None:
    write_kml(path, tables, export.stamp, export.title)


def _geopackage(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    write_geopackage(path, tables, export.stamp | {"title": export.title, "notes": " ".join(export.notes)}, crs)


def _shapefiles(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write a Shapefile for each layer that has a shape, names cut to ten letters on purpose, and a list of fields."""
    folder = path.parent / "shapefiles"
    folder.mkdir()
    fields = ["Field names of a Shapefile hold ten letters; texts hold 254 characters, and longer ones are cut.", ""]
    for table in tables:
        names = {column.name: column.ten for column in table.columns}
        fields += [f"{table.name}: {table.title}. {table.about}"]
        fields += [f"  {column.ten:<11} {column.name}: {column.alias}" for column in table.columns]
        if isinstance(table.frame, gpd.GeoDataFrame):
            frame = _cut(_located(table, crs), table).rename(columns=names)
            shape = {"MultiLineString": "LineString", "MultiPolygon": "Polygon"}.get(table.shape or "", table.shape)
            pyogrio.write_dataframe(
                frame, folder / f"{table.name}.shp", driver="ESRI Shapefile", encoding="UTF-8", geometry_type=shape
            )
    (folder / "fields.txt").write_text("\n".join(fields), encoding="utf-8")
    (folder / "README.txt").write_text(_readme(export, tables), encoding="utf-8")
    _zipped(path, folder)


def _cut(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Return texts no longer than a Shapefile holds, cut between letters."""
    for column in table.columns:
        if column.kind == "text":
            whole = frame[column.name]
            short = whole.str.encode("utf-8").str[:_LONGEST_OF_SHAPEFILE].str.decode("utf-8", errors="ignore")
            frame[column.name] = short.astype(object).where(whole.notna(), None) if len(frame) else whole
    return frame


def _geodatabase(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write an ESRI file geodatabase, which is a folder, into a zip archive."""
    folder = path.parent / "geodatabase"
    inner = folder / "corridors.gdb"
    folder.mkdir()
    for at, table in enumerate(tables):
        frame = table.frame
        if isinstance(frame, gpd.GeoDataFrame):
            frame = _located(table, crs)
        whole = {column.name: "Int32" for column in table.columns if column.kind == "whole"}
        pyogrio.write_dataframe(
            frame.astype(whole),  # as ArcGIS before Pro 3.2 knows no longer numbers
            inner,
            layer=table.name,
            driver="OpenFileGDB",
            append=at > 0,
            geometry_type=table.shape,
            layer_options={"LAYER_ALIAS": table.title, "DOCUMENTATION": _documentation(export, table)},
        )
    _zipped(path, folder)


def _documentation(export: Export, table: Table) -> str:
    """Return what ArcGIS shows as the metadata of a layer: title, summary, use limitation and credits."""
    root = ET.Element("metadata")
    about = ET.SubElement(root, "dataIdInfo")
    ET.SubElement(ET.SubElement(about, "idCitation"), "resTitle").text = for_xml(f"{table.title}. {export.title}")
    ET.SubElement(about, "idAbs").text = for_xml(f"{table.about} {json.dumps(export.stamp, default=str)}")
    ET.SubElement(about, "idCredit").text = for_xml("; ".join(export.credits))
    if export.marking:
        constraints = ET.SubElement(ET.SubElement(about, "resConst"), "Consts")
        ET.SubElement(constraints, "useLimit").text = for_xml(f"Handling mark: {export.marking}")
    return str(ET.tostring(root, "unicode"))


def _tiles(path: Path, export: Export, tables: list[Table], _: int) -> None:
    (table,) = tables
    pyogrio.write_dataframe(
        _located(table, DEGREES),
        path,
        layer=table.name,
        driver="PMTiles",
        geometry_type=table.shape,
        dataset_options={
            "NAME": export.title,
            "DESCRIPTION": json.dumps(export.stamp, default=str),
            "MINZOOM": "0",
            "MAXZOOM": "8",
        },
    )


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
    (folder / "README.txt").write_text(_readme(export, tables), encoding="utf-8")
    _zipped(path, folder)


def _located(table: Table, crs: int) -> gpd.GeoDataFrame:
    if not isinstance(table.frame, gpd.GeoDataFrame):
        raise WrongValue(
            f"layer {table.name!r} has no geometries",
            rule="formats of maps hold layers that have some; CSV and XLSX hold tables",
            done="nothing was written",
            where="--layer",
        )
    return table.frame.to_crs(crs)


def _readme(export: Export, tables: Sequence[Table]) -> str:
    about = [f"{name}: {value}" for name, value in export.stamp.items() if value not in (None, "")]
    layers = [f"{table.name}: {table.title}. {table.about}" for table in tables]
    return "\n".join([export.title, "", *about, "", *layers, "", *export.notes, ""])


def _zipped(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())


FORMATS: dict[str, Format] = {
    "gpkg": Format("GeoPackage 1.3", "application/geopackage+sqlite3", True, True, _geopackage),
    "geojson": Format("GeoJSON", "application/geo+json", False, False, _geojson),
    "fgb": Format("FlatGeobuf", "application/octet-stream", False, True, _flatgeobuf),
    "parquet": Format("GeoParquet 1.1", "application/vnd.apache.parquet", False, True, _parquet),
    "kml": Format("KML 2.2", "application/vnd.google-earth.kml+xml", True, False, _kml),
    "kmz": Format("KMZ", "application/vnd.google-earth.kmz", True, False, _kml),
    "shp.zip": Format("Shapefiles", "application/zip", True, True, _shapefiles),
    "gdb.zip": Format("ESRI file geodatabase", "application/zip", True, True, _geodatabase),
    "pmtiles": Format("PMTiles 3", "application/vnd.pmtiles", False, False, _tiles),
    "csv": Format("CSV", "text/csv", False, False, _csv),
    "xlsx": Format(
        "Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True, False, _workbook
    ),
    "zip": Format("Archive of files", "application/zip", True, True, _everything),
}
"""Ending -> format."""

__all__ = ["DEGREES", "FORMATS", "LAYERS", "Format", "as_file", "encoded", "format_of", "require_crs", "write"]
