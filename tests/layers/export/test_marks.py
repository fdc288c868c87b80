"""The handling mark: where each format has a place for it, and in every row."""

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
from fastkml import KML
from lxml import etree
from pmtiles.reader import MmapSource, Reader

from layers.export.files import FORMATS, write
from tests.layers.export.hostile_texts import hostile_texts
from tests.layers.export.readers import rows_of
from tests.layers.export.test_formats import export as export  # noqa: PLC0414 (a fixture)

MARK = "TLP:AMBER"


def of_geopackage(path: Path) -> list[str]:
    joined = "gpkg_metadata JOIN gpkg_metadata_reference ON id = md_file_id"
    with contextlib.closing(sqlite3.connect(path)) as file:
        told = dict(file.execute(f"SELECT reference_scope, metadata FROM {joined}"))
    return [told["geopackage"], told["table"]]


def of_flatgeobuf(path: Path) -> list[str]:
    told = pyogrio.read_info(path)["layer_metadata"]
    return [told["TITLE"], told["DESCRIPTION"]]


def of_geodatabase(path: Path) -> list[str]:
    found = pyogrio.raw.read(f"/vsizip/{path}/corridors.gdb", sql="GetLayerMetadata incidents")
    return [etree.fromstring(found[3][0][0]).findtext(".//useLimit")]


def of_workbook(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    cover = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    headers = [sheet.oddHeader.center.text for sheet in book]
    return [cover["marking"], book.properties.title, book.properties.description, *headers]


def of_kml(path: Path) -> list[str]:
    document = KML.parse(path).features[0]
    return [document.name, document.description]


def of_tiles(path: Path) -> list[str]:
    with path.open("rb") as file:
        told = Reader(MmapSource(file)).metadata()
    return [told["name"], told["description"]]


def of_parquet(path: Path) -> list[str]:
    told = pq.read_schema(path).metadata
    return [json.loads(told[b"routes"])["marking"], told[b"title"].decode()]


def within(*names: str) -> Callable[[Path], list[str]]:
    def read(path: Path) -> list[str]:
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode() for name in names]

    return read


def within_kmz(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        archive.extract("doc.kml", path.parent)
    return of_kml(path.parent / "doc.kml")


PLACES: dict[str, Callable[[Path], list[str]]] = {
    "gpkg": of_geopackage,
    "geojson": lambda path: [json.loads(path.read_bytes())["marking"], json.loads(path.read_bytes())["title"]],
    "fgb": of_flatgeobuf,
    "parquet": of_parquet,
    "kml": of_kml,
    "kmz": within_kmz,
    "shp.zip": within("README.txt"),
    "gdb.zip": of_geodatabase,
    "pmtiles": of_tiles,
    "xlsx": of_workbook,
    "zip": within("README.txt", "dataset.jsonld", "dataset.xml"),
}
"""Where each format says what it is; a CSV has rows alone."""


@pytest.mark.parametrize("kind", PLACES)
def test_the_mark_stands_where_the_format_has_a_place_for_it(export, tmp_path, kind):
    path = tmp_path / f"out.{kind}"
    write(path, export(), ["incidents"])
    told = PLACES[kind](path)
    assert told
    assert [text for text in told if MARK not in text] == []


@pytest.mark.parametrize("layer", ["routes", "incidents"])
@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "zip"])
def test_the_mark_stands_in_every_row(export, tmp_path, kind, layer):
    path = tmp_path / f"out.{kind}"
    (table,) = write(path, export(), [layer])
    rows = [row for row, _ in rows_of(path, kind, table)]
    assert {row["marking"] for row in rows} == {MARK}
    if layer == "incidents":
        assert sorted(row["handling"] for row in rows) == [MARK, MARK, "TLP:GREEN"]


def test_every_format_has_a_test_of_its_place():
    assert set(FORMATS) - set(PLACES) == {"csv"}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_mark_that_is_made_to_do_harm_breaks_no_format_and_no_name(export, tmp_path, kind):
    for text in hostile_texts()[::25]:
        if text:
            made = export(rows=[("2024-03-05", 12.6, 35.5, {"handling": text})])
            assert set(made.name(kind)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
            (table,) = write(tmp_path / f"out.{kind}", made, ["incidents"])
            if kind != "zip":
                assert len(rows_of(tmp_path / f"out.{kind}", kind, table)) == 1
