"""Every format as another program meets it: the same rows, the mark, real dates, names and units, nothing that runs."""

import io
import json
import sqlite3
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import fastexcel
import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geodata.model.query import View
from layers.export.contents import Export, within_ceiling
from layers.export.files import FORMATS, write
from layers.export.tables import LAYERS, tables_of
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = View(start=date(2024, 1, 1), end=date(2025, 1, 1))
ROWS = [("2024-03-05", 12.6, 35.5), ("2024-03-09", 12.6, 35.5), ("2024-05-31", 11.1, 34.9, {"handling": "TLP:GREEN"})]


@pytest.fixture
def export(incidents, corridor):
    def made(*corridors: Corridor, rows=ROWS, view=YEAR) -> Export:
        frame = incidents(*(row if len(row) > 3 else (*row, {"handling": "TLP:AMBER"}) for row in rows))
        return Export(view, frame, Directed(corridors or (corridor(),), ("Air: none.",)), 3, NOON)

    return made


def written(made, folder, kind, layers=(), crs=4326):
    path = folder / f"out.{kind}"
    write(path, made, layers, crs)
    return path


def all_text(path: Path) -> str:
    """Return everything that a file says, archives unpacked."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "".join(_text(archive.read(name)) for name in archive.namelist())
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.suffix == ".pmtiles":
        return str(pyogrio.read_info(path)) + str(gpd.read_file(path).to_dict())
    return _text(path.read_bytes())


def _text(content: bytes) -> str:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(_text(archive.read(name)) for name in archive.namelist())
    return content.decode("utf-8", "replace")


@pytest.mark.parametrize(("kind", "crs"), [("gpkg", 3035), ("fgb", 3035), ("parquet", 32633), ("gpkg", 4326)])
def test_a_layer_comes_in_the_system_that_is_asked_for_and_where_it_was(export, tmp_path, kind, crs):
    path = written(export(), tmp_path, kind, ["routes"], crs)
    frame = gpd.read_parquet(path) if kind == "parquet" else gpd.read_file(path, layer="routes")
    assert frame.crs.to_epsg() == crs
    there = frame.to_crs(4326).geometry[0]
    assert shapely.get_coordinates(there)[0] == pytest.approx((10.76, 34.74), abs=1e-6)


def test_the_geopackage_is_version_1_3_with_a_style_aliases_and_time_for_each_layer(export, tmp_path):
    path = written(export(), tmp_path, "gpkg")
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (10300,)
        styles = dict(file.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        titles = dict(file.execute("SELECT table_name, identifier FROM gpkg_contents"))
        told = " ".join(text for (text,) in file.execute("SELECT metadata FROM gpkg_metadata"))
    assert set(styles) == set(LAYERS) - {"incidents"}
    assert titles["hexes"] == "Hexes by month"
    assert "TLP:AMBER" in told
    routes, hexes = (ET.fromstring(styles[name].partition("\n")[2]) for name in ("routes", "hexes"))
    assert routes.find("aliases/alias[@field='length_km']").get("name") == "Length (km)"
    assert {one.get("value") for one in routes.iter("category")} == {"land", "sea", "air", ""}
    assert routes.find(".//layer[@class='MarkerLine']") is not None
    time = hexes.find("temporal")
    assert (time.get("enabled"), time.get("startField"), time.get("endField")) == ("1", "month_start", "month_end")


def test_geoparquet_is_1_1_with_a_box_for_each_row_and_its_stamp(export, tmp_path):
    table = pq.read_schema(written(export(), tmp_path, "parquet", ["hexes"]))
    told = json.loads(table.metadata[b"geo"])
    assert told["version"] == "1.1.0"
    assert "covering" in told["columns"]["geometry"]
    assert json.loads(table.metadata[b"routes"])["ledger_version"] == 3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_count_that_nobody_states_is_left_open_in_every_format(export, tmp_path, kind):
    unstated = [("2024-03-05", 12.6, 35.5, {"people": None, "dead": 2}), ("2024-03-06", 12.6, 35.5, {"dead": None})]
    path = written(export(rows=unstated), tmp_path, kind, ["incidents"])
    if kind == "xlsx":
        sheet = fastexcel.read_excel(path).load_sheet("Incidents").to_pandas()
        assert sheet["People"].isna().tolist() == [True, False]
        assert sheet["Dead"].isna().tolist() == [False, True]
    elif kind == "geojson":
        told = [feature["properties"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
        assert [(one["people"] is None, one["dead"]) for one in told] == [(True, 2), (False, None)]
    else:
        assert "<NA>" not in all_text(path)
        assert "NaN" not in all_text(path)


def test_field_names_of_shapefiles_are_at_most_ten_letters_and_differ_in_each_layer(export):
    for table in tables_of(export(), list(LAYERS)):
        short = [column.ten for column in table.columns]
        assert max(map(len, short)) <= 10
        assert len(set(short)) == len(short), (table.name, sorted(name for name in short if short.count(name) > 1))


def test_a_band_is_as_wide_as_it_says_on_both_sides(export, corridor):
    (table,) = tables_of(export(corridor(band_km=40.0)), ["corridors"])
    band = table.frame.geometry[0]
    line = corridor(band_km=40.0).lines[0]
    middle = np.mean(line[:2], axis=0)
    along = line[1] - line[0]
    across = np.array([-along[1] * 1, along[0]]) / np.hypot(*along)
    scale = np.array([1 / np.cos(np.radians(middle[1])), 1.0])
    for side in (-1, 1):
        inside, outside = (middle + side * km / 111.2 * across * scale for km in (36.0, 46.0))
        assert band.contains(shapely.Point(inside))
        assert not band.contains(shapely.Point(outside))


def test_marks_above_the_ceiling_stay_and_a_mark_of_another_scheme_counts_as_the_highest(incidents):
    marks = ["TLP:CLEAR", "TLP:AMBER+STRICT", "TLP:RED", "EU SECRET", None]
    frame = incidents(*(("2024-03-05", 12.6, 35.5, {"handling": mark}) for mark in marks))
    assert within_ceiling(frame)["handling"].to_list() == ["TLP:CLEAR", "TLP:AMBER+STRICT", None]
    assert within_ceiling(frame, "TLP:CLEAR")["handling"].to_list() == ["TLP:CLEAR", None]
