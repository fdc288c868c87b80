"""Texts that somebody put into a report to do harm: in every format they stay text, and nothing breaks."""

import contextlib
import csv
import io
import re
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from fastkml import KML, Placemark
from fastkml.styles import BalloonStyle
from fastkml.utils import find_all
from fastkml.validator import validate

from layers.export.files import FORMATS, write
from tests.layers.export.hostile_texts import hostile_texts
from tests.layers.export.readers import rows_of
from tests.layers.export.test_formats import export as export  # noqa: PLC0414 (a fixture)

TEXTS = hostile_texts()
COLUMNS = ("place", "source", "url", "source_grade")
INNER = {"gpkg": "corridors.gpkg", "xlsx": "corridors.xlsx", "kmz": "corridors.kmz", "shp.zip": "corridors.shp.zip"}
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")


@pytest.fixture(scope="module")
def texts():
    assert len(TEXTS) == 500
    return [text.replace("\0", "") for text in TEXTS]  # left out everywhere


@pytest.fixture
def made(export, corridor):
    """Return an export with the texts in its incidents, and as names of its routes."""
    rows = [("2024-03-05", 12 + at / 100, 35.5, dict.fromkeys(COLUMNS, text)) for at, text in enumerate(TEXTS)]
    routes = (corridor(corridor_id=f"i{at}", name=text, band_km=0.0) for at, text in enumerate(TEXTS))
    return export(*routes, rows=rows)


def held(text, kind):
    """Return what is left of a text in a format that cannot hold all of it."""
    if kind == "shp.zip":
        return text.encode()[:254].decode(errors="ignore").strip(" ") or None
    if kind == "xlsx":
        text = text.encode("utf-16-le")[: 2 * 32_767].decode("utf-16-le", errors="ignore")
    if kind in ("kml", "kmz"):
        text = (
            re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .strip()
        )
    return text or None


@pytest.mark.parametrize("layer", ["incidents", "routes"])
@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "zip"])
def test_the_texts_are_read_back_as_they_were_stored_as_far_as_the_format_can_hold_them(
    made, texts, tmp_path, kind, layer
):
    path = tmp_path / f"out.{kind}"
    (table,) = write(path, made, [layer])
    columns = COLUMNS if layer == "incidents" else ("name",)
    names = {
        row["incident_id" if layer == "incidents" else "corridor_id"]: row for row, _ in rows_of(path, kind, table)
    }
    assert len(names) == 500
    for at, text in enumerate(texts):
        for column in columns:
            found = names[f"i{at}"].get(column)
            if kind == "csv":
                assert found is None or not FORMULA.match(found)
                assert (found or "").replace("'", "") == text.replace("'", "")
            else:
                strip = str.strip if kind in ("kml", "kmz") else str
                assert (strip(found or "") or None) == held(text, kind)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_csv_is_a_formula_whatever_a_program_parts_its_rows_at(made, tmp_path, separator):
    path = tmp_path / "out.csv"
    write(path, made, ["incidents"])
    text = path.read_bytes().decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    assert len(cells) > 500
    assert [cell[:40] for cell in cells if FORMULA.match(cell) and not number(cell)] == []


def number(cell):
    with contextlib.suppress(ValueError):
        return float(cell) is not None
    return False


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(made, tmp_path):
    path = tmp_path / "out.xlsx"
    write(path, made, ["incidents", "routes"])
    with contextlib.closing(openpyxl.load_workbook(path)) as book:
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 500
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]


class Page(HTMLParser):
    """Notes which elements a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append((tag, attrs))


def test_the_balloons_of_google_earth_show_the_texts_and_run_none_of_them(made, texts, tmp_path):
    path = tmp_path / "out.kml"
    write(path, made, ["incidents", "routes"])
    document = KML.parse(path)
    assert {style.text for style in find_all(document, of_type=BalloonStyle)} == {"$[description]"}
    marks = list(find_all(document, of_type=Placemark))
    assert len(marks) == 1000
    for mark in marks:
        page = Page()
        page.feed(mark.description)
        assert {tag for tag, _ in page.elements} == {"table", "tr", "td"}
        assert not any(attributes for _, attributes in page.elements)
        assert "$[" not in mark.description
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in marks[texts.index("<script>alert(1)</script>")].description
    assert validate(file_to_validate=path)


def test_the_archive_of_all_holds_what_its_formats_hold(made, texts, tmp_path):
    path = tmp_path / "all.zip"
    tables = {table.name: table for table in write(path, made, ["routes", "incidents"])}
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    for kind, name in {**INNER, "geojson": "incidents.geojson"}.items():
        rows = rows_of(tmp_path / name, kind, tables["incidents"])
        places = [row["place"] for row, _ in rows if "place" in row][-500:]
        if kind == "kmz":
            places = [row["place"] for row, _ in rows][500:]
        strip = str.strip if kind == "kmz" else str
        assert [strip(place or "") or None for place in places] == [held(text, kind) for text in texts]


def test_a_text_that_is_no_unicode_can_not_come_in(incidents):
    with pytest.raises(UnicodeEncodeError):
        incidents(("2024-03-05", 12.6, 35.5, {"place": "a\udc80b"}))
