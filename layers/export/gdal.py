"""Formats that GDAL writes, beside the GeoPackage: FlatGeobuf, Shapefiles, the ESRI file geodatabase and PMTiles.

GDAL does not always tell that a disk ran full. So what was written is read again, to its last row.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio

from geodata.core.errors import WrongValue
from layers.export.contents import Export
from layers.export.features import DEGREES
from layers.export.tables import Table
from layers.export.texts import for_xml

_LONGEST_OF_SHAPEFILE = 254
"""Bytes of UTF-8 in a text."""


def write_flatgeobuf(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write one layer that has a shape, with an index by place."""
    (table,) = tables
    frame = located(table, crs)
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
    _require_whole(path, table)


def write_shapefiles(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write a Shapefile for each layer that has a shape, names cut to ten letters on purpose, and a list of fields."""
    folder = path.parent / "shapefiles"
    folder.mkdir()
    fields = ["Field names of a Shapefile hold ten letters; texts hold 254 characters, and longer ones are cut.", ""]
    for table in tables:
        names = {column.name: column.ten for column in table.columns}
        fields += [f"{table.name}: {table.title}. {table.about}"]
        fields += [f"  {column.ten:<11} {column.name}: {column.alias}" for column in table.columns]
        if isinstance(table.frame, gpd.GeoDataFrame):
            frame = _cut(located(table, crs), table).rename(columns=names)
            shape = {"MultiLineString": "LineString", "MultiPolygon": "Polygon"}.get(table.shape or "", table.shape)
            file = folder / f"{table.name}.shp"
            pyogrio.write_dataframe(frame, file, driver="ESRI Shapefile", encoding="UTF-8", geometry_type=shape)
            _require_whole(file, table)
    (folder / "fields.txt").write_text("\n".join(fields), encoding="utf-8")
    (folder / "README.txt").write_text(readme(export, tables), encoding="utf-8")
    zipped(path, folder)


def write_geodatabase(path: Path, export: Export, tables: list[Table], crs: int) -> None:
    """Write an ESRI file geodatabase, which is a folder, into a zip archive."""
    folder = path.parent / "geodatabase"
    inner = folder / "corridors.gdb"
    folder.mkdir()
    for at, table in enumerate(tables):
        frame = table.frame
        if isinstance(frame, gpd.GeoDataFrame):
            frame = located(table, crs)
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
    for table in tables:
        _require_whole(inner, table)
    zipped(path, folder)


def write_tiles(path: Path, export: Export, tables: list[Table], _: int) -> None:
    """Write the places of one layer as tiles of zoom 0 to 8.

    Raises
    ------
    WrongValue
        If none of its rows lies anywhere.
    """
    (table,) = tables
    frame = located(table, DEGREES)
    if frame.geometry.isna().all():
        raise WrongValue(
            f"no row of layer {table.name!r} lies anywhere",
            rule="tiles hold at least one place",
            done="nothing was written",
            where="--out",
        )
    pyogrio.write_dataframe(
        frame,
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


def located(table: Table, crs: int) -> gpd.GeoDataFrame:
    """Return the rows of a layer in a system of coordinates (EPSG).

    Raises
    ------
    WrongValue
        If the layer has no shape.
    """
    if not isinstance(table.frame, gpd.GeoDataFrame):
        raise WrongValue(
            f"layer {table.name!r} has no geometries",
            rule="formats of maps hold layers that have some; CSV and XLSX hold tables",
            done="nothing was written",
            where="--layer",
        )
    return table.frame.to_crs(crs)


def readme(export: Export, tables: Sequence[Table]) -> str:
    """Return what an archive says of itself."""
    about = [f"{name}: {value}" for name, value in export.stamp.items() if value not in (None, "")]
    layers = [f"{table.name}: {table.title}. {table.about}" for table in tables]
    return "\n".join([export.title, "", *about, "", *layers, "", *export.notes, ""])


def zipped(path: Path, folder: Path) -> None:
    """Write an archive of what lies in a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())


def _cut(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Return texts no longer than a Shapefile holds, cut between letters."""
    for column in table.columns:
        if column.kind == "text":
            whole = frame[column.name]
            short = whole.str.encode("utf-8").str[:_LONGEST_OF_SHAPEFILE].str.decode("utf-8", errors="ignore")
            frame[column.name] = short.astype(object).where(whole.notna(), None) if len(frame) else whole
    return frame


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


def _require_whole(path: Path, table: Table) -> None:
    """Read a layer again.

    Raises
    ------
    OSError
        If it lacks a row or a column.
    """
    with pyogrio.open_arrow(path, layer=table.name, use_pyarrow=True) as (told, batches):
        rows = sum(batch.num_rows for batch in batches)
    if rows != len(table.frame) or len(told["fields"]) != len(table.columns):
        raise OSError(f"{rows:,} of {len(table.frame):,} rows of {table.name} were written")
