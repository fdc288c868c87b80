"""What other programs than ours find in an export: in every format the same rows, values and places."""

import contextlib
from dataclasses import replace

import duckdb
import numpy as np
import openpyxl
import pytest
import shapely
from fastkml import KML, Placemark, Style
from fastkml.utils import find_all

from geodata.readers.dispatch import read_file
from layers.export.files import FORMATS, write
from routes.network.movement_model import Hub, Leg
from tests.layers.export.readers import expected, rows_of
from tests.layers.export.test_formats import export as export  # noqa: PLC0414 (a fixture)
from tests.layers.payload.test_changes import finding

KINDS = [kind for kind in FORMATS if kind != "zip"]
LOCATED = ["routes", "corridors", "hubs", "hexes", "dense_areas", "changes", "incidents"]
MAPS = ("fgb", "kml", "kmz", "shp.zip", "pmtiles")
TABLES = ["legs", "countries"]
NESTED = ("months", "bridges", "origins", "destinations", "countries", "finding_id")


@pytest.fixture
def made(export, corridor):
    """Return an export with something of everything: parts across 180 degrees, what nobody states, other scripts."""
    across = (np.array([[178.0, -17.0], [180.0, -16.0]]), np.array([[-180.0, -16.0], [-178.0, -15.0]]))
    other = corridor(corridor_id="sea-2", name="Şfax – ليبيا", lines=across, support=0.91, incidents=12)
    rows = [
        ("2024-03-05", 12.6, 35.5, {"handling": "TLP:AMBER", "place": "Lampedusa, ‘Porto’", "people": None}),
        ("2024-03-09", 12.6, 35.5, {"handling": None, "dead": 0}),
        ("2024-05-31", 11.1, 34.9, {"url": "https://example.org/?a=1&b=2", "place_precision_km": 2.5}),
    ]
    made = export(corridor(), other, rows=rows)
    movement = replace(
        made.routes.movement,
        legs=(Leg("TUN", "ITA", "sea", 4.25, 0.5), Leg("LBY", "TUN", "land", 1.0)),
        hubs=(Hub(10.76, 34.74, "TUN", 4.25, 0.0),),
    )
    changes = (finding(), finding(finding_id="country-ITA:fewer:2025-04", level="country", box=None, mode=None))
    routes = replace(made.routes, dense=(corridor(corridor_id="dense"),), movement=movement)
    return replace(made, changes=changes, routes=routes)


@pytest.mark.parametrize(
    ("kind", "layer"),
    [(kind, layer) for kind in KINDS for layer in (LOCATED if kind in MAPS else [*LOCATED, *TABLES])],
)
def test_another_program_reads_the_same_rows_values_and_places(made, tmp_path, kind, layer):
    path = tmp_path / f"out.{kind}"
    (table,) = write(path, made, [layer])
    wanted = [(as_held(values, kind), where) for values, where in expected(table)]
    if kind == "pmtiles":
        wanted = [row for row in wanted if row[1] is not None]  # a tile holds nothing that lies nowhere
    found = [(as_held(values, kind), where) for values, where in rows_of(path, kind, table)]
    assert len(found) == len(wanted)
    for (values, shape), (told, where) in zip(sorted(found, key=order), sorted(wanted, key=order), strict=True):
        assert values == told
        assert lies_where(shape, where, kind), (shape, where)


def test_kml_has_a_style_for_each_mode_and_the_days_between_which_a_row_holds(made, tmp_path):
    path = tmp_path / "out.kml"
    write(path, made, ["incidents", "routes"])
    document = KML.parse(path)
    styles = {f"#{style.id}" for style in find_all(document, of_type=Style)}
    marks = list(find_all(document, of_type=Placemark))
    assert {mark.style_url.url for mark in marks} == {"#mode-sea"} < styles
    spans = [(str(mark.times.begin.dt)[:10], str(mark.times.end.dt)[:10]) for mark in marks]
    assert spans[0] == ("2024-03-05", "2024-03-06")
    assert spans[-1] == ("2024-01-01", "2025-01-01")
    assert "Length (km)" in {data.display_name for data in marks[-1].extended_data.elements}
    assert sum(chunk.table.height for chunk in read_file(path).chunks) == len(marks) == 5


def test_the_workbook_has_a_cover_that_says_what_it_is_and_days_and_counts_as_such(made, tmp_path):
    path = tmp_path / "out.xlsx"
    write(path, made, ["routes", "incidents"])
    with contextlib.closing(openpyxl.load_workbook(path)) as book:
        assert book.sheetnames == ["About", "Routes", "Incidents"]
        cover = {row[0].value: row[1].value for row in book["About"].iter_rows()}
        assert (cover["marking"], cover["ledger_version"], cover["note"]) == ("TLP:AMBER", "3", "Air: none.")
        titles, first, *_ = book["Incidents"].iter_rows()
        cells = dict(zip((cell.value for cell in titles), first, strict=True))
        assert (cells["First day"].is_date, cells["First day"].value.day) == (True, 5)
        assert (cells["Longitude (degrees)"].data_type, cells["Longitude (degrees)"].value) == ("n", 12.6)


def test_geoparquet_has_types_of_its_own_for_days_counts_and_yes_or_no(made, tmp_path):
    path = tmp_path / "out.parquet"
    write(path, made, ["incidents"])
    with duckdb.connect() as engine:
        found = {row[0]: row[1] for row in engine.execute(f"DESCRIBE FROM '{path}'").fetchall()}
    assert (found["first_day"], found["period_start"], found["people"]) == ("DATE", "DATE", "BIGINT")
    assert (found["synthetic"], found["place"], found["place_precision_km"]) == ("BOOLEAN", "VARCHAR", "DOUBLE")


def as_held(values, kind):
    """Return values as far as a format tells them apart: CSV and KML hold text alone."""
    if kind == "geojson":
        values = {name: value for name, value in values.items() if name not in NESTED}
    if kind in ("csv", "kml", "kmz"):
        texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
        return {name: None if values[name] is None else text.removesuffix(".0") for name, text in texts.items()}
    return {name: value for name, value in values.items() if value is not None} if kind == "pmtiles" else values


def order(row):
    return str(sorted((name, str(value)) for name, value in row[0].items() if value is not None))


def lies_where(shape, where, kind):
    """Tell whether a shape is where the table says; in a workbook it is a point within, in tiles cut to their grid."""
    if shape is None or where is None or shape.is_empty:
        return where is None or kind == "xlsx"
    if kind == "xlsx":
        return shapely.distance(shape, where) < 1e-4
    near = {"gpkg": 0, "parquet": 0, "fgb": 0, "shp.zip": 0, "gdb.zip": 1e-7, "pmtiles": 2e-3}.get(kind, 1e-5)
    return shapely.hausdorff_distance(shape, where) <= near
