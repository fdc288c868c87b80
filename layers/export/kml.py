"""KML 2.2 and KMZ: a folder for each layer, a style for each mode, time spans, and values under their aliases.

Google Earth shows the values of a place as a page in which scripts run. So its balloon shows the description alone, in
which values are escaped; as they are they stand in ``ExtendedData``, where other programs read them.

Source: OGC 12-007r2.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely

from layers.export.styles import colour_of
from layers.export.tables import Column, Table, day_text, missing
from layers.export.texts import for_xml

_SPACE = "http://www.opengis.net/kml/2.2"


def write_kml(path: Path, tables: Sequence[Table], stamp: Mapping[str, Any], title: str) -> None:
    """Write the layers that have a shape; a name that ends in .kmz is packed."""
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(_document(tables, stamp, title), "utf-8")
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", content)
    else:
        path.write_bytes(content)


def _document(tables: Sequence[Table], stamp: Mapping[str, Any], title: str) -> ET.Element:
    root = ET.Element("kml", xmlns=_SPACE)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = for_xml(title)
    about = "\n".join(f"{name}: {value}" for name, value in stamp.items() if value)
    ET.SubElement(document, "description").text = for_xml(escape(about, quote=False))
    for mode in ("land", "sea", "air", ""):
        red, green, blue = (colour_of(mode)[at : at + 2] for at in (1, 3, 5))
        style = ET.SubElement(document, "Style", id=f"mode-{mode or 'other'}")
        line = ET.SubElement(style, "LineStyle")
        ET.SubElement(line, "color").text = f"ff{blue}{green}{red}"
        ET.SubElement(line, "width").text = "3"
        ET.SubElement(ET.SubElement(style, "PolyStyle"), "color").text = f"66{blue}{green}{red}"
        ET.SubElement(ET.SubElement(style, "BalloonStyle"), "text").text = "$[description]"
    for table in tables:
        if isinstance(table.frame, gpd.GeoDataFrame):
            folder = ET.SubElement(document, "Folder")
            ET.SubElement(folder, "name").text = table.title
            ET.SubElement(folder, "description").text = table.about
            for row in table.frame.to_dict("records"):
                _placemark(folder, table, row)
    return root


def _placemark(folder: ET.Element, table: Table, row: dict[Any, Any]) -> None:
    mark = ET.SubElement(folder, "Placemark")
    told = {column: row[column.name] for column in table.columns if not missing(row[column.name])}
    ET.SubElement(mark, "name").text = for_xml(row.get("name") or row.get("cell") or row.get("kind") or table.title)
    ET.SubElement(mark, "Snippet", maxLines="0")
    ET.SubElement(mark, "description").text = _page(told)
    if table.period is not None:
        begin, end = (day_text(row[name]) for name in table.period)
        if begin or end:
            span = ET.SubElement(mark, "TimeSpan")
            for tag, day in (("begin", begin), ("end", end)):
                if day:
                    ET.SubElement(span, tag).text = day
    ET.SubElement(
        mark, "styleUrl"
    ).text = f"#mode-{row.get('mode') if row.get('mode') in ('land', 'sea', 'air') else 'other'}"
    data = ET.SubElement(mark, "ExtendedData")
    for column, value in told.items():
        one = ET.SubElement(data, "Data", name=column.name)
        ET.SubElement(one, "displayName").text = column.alias
        ET.SubElement(one, "value").text = _text(value)
    if row["geometry"] is not None:
        mark.append(_shape(row["geometry"]))


def _page(told: Mapping[Column, Any]) -> str:
    """Return what a balloon shows: a table of what is told, no value of which is taken for markup."""
    rows = (
        f"<tr><td>{column.alias}</td><td>{_escaped(value)}</td></tr>" for column, value in told.items() if value != ""
    )
    return f"<table>{''.join(rows)}</table>"


def _escaped(value: object) -> str:
    """Return a value as text of a page; "$[" would be replaced by a value as it is."""
    return escape(_text(value)).replace("$[", "$&#91;")


def _text(value: object) -> str:
    return for_xml(str(value).lower() if isinstance(value, bool) else value)


def _shape(shape: shapely.Geometry) -> ET.Element:
    parts = list(_parts(shape))
    if len(parts) == 1:
        return parts[0]
    several = ET.Element("MultiGeometry")
    several.extend(parts)
    return several


def _parts(shape: shapely.Geometry) -> Iterator[ET.Element]:
    for one in getattr(shape, "geoms", [shape]):
        if isinstance(one, shapely.Polygon):
            polygon = ET.Element("Polygon")
            for tag, ring in (
                ("outerBoundaryIs", one.exterior),
                *(("innerBoundaryIs", hole) for hole in one.interiors),
            ):
                inner = ET.SubElement(ET.SubElement(polygon, tag), "LinearRing")
                ET.SubElement(inner, "coordinates").text = _coordinates(ring)
            yield polygon
        else:
            element = ET.Element("Point" if isinstance(one, shapely.Point) else "LineString")
            if isinstance(one, shapely.LineString):
                ET.SubElement(element, "tessellate").text = "1"
            ET.SubElement(element, "coordinates").text = _coordinates(one)
            yield element


def _coordinates(shape: shapely.Geometry) -> str:
    return " ".join(f"{lon:.5f},{lat:.5f}" for lon, lat in shapely.get_coordinates(shape))
