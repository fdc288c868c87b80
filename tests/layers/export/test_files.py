"""Exports: what an analyst takes away opens in other tools, shows what the map shows, and says where it came from."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geodata.core.errors import WrongValue
from geodata.model.incident import SYNTHETIC_SOURCE
from geodata.model.query import View
from geodata.spatial import h3_cells as hexes
from layers.export.contents import Export
from layers.export.files import encoded, format_of
from layers.export.tables import HEX_LEVEL, tables_of
from routes.core.corridor import METHOD_VERSION, Corridor, CountryRole
from routes.pipelines.counting import Directed
from tests.layers.payload.test_changes import finding

STAMP = ("method_version", "view", "ledger_version", "synthetic", "credits", "generated")
ROWS = (
    ("2024-03-05", 12.6, 35.5),
    ("2024-03-09", 12.6, 35.5, {"people": None}),
    ("2024-05-31", 11.1, 34.9),
    ("2024-05-31", 11.1, 34.9, {"cell": int(hexes.cells_at(np.array([11.1]), np.array([34.9]), 3)[0])}),
    ("2024-06-01", 10.9, 34.8, {"cell": None}),
)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def export(incidents, corridor):
    def made(*corridors: Corridor, view=View(), rows=ROWS, notes=(), generated=NOON, dense=()) -> Export:
        routes = Directed(corridors or (corridor(),), notes, dense=dense)
        return Export(view, view.select(incidents(*rows)), routes, 3, generated)

    return made


def read_back(export: Export, folder: Path, layer: str) -> gpd.GeoDataFrame:
    path = folder / "out.gpkg"
    path.write_bytes(encoded(export, "gpkg"))
    return gpd.read_file(path, layer=layer)


def collection(export: Export) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    return json.loads(encoded(export, "geojson"), parse_constant=refuse)


def is_position(value: list[float]) -> bool:
    lon, lat = value
    return -180 <= lon <= 180 and -90 <= lat <= 90


def test_geojson_is_valid_by_rfc_7946(export, corridor):
    across = (np.array([[178.0, -17.0], [180.0, -16.0]]), np.array([[-180.0, -16.0], [-178.0, -15.0]]))
    found = collection(export(corridor(), corridor(corridor_id="sea-2", lines=across)))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    for feature in found["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        lines = [coordinates] if kind == "LineString" else coordinates
        assert kind in ("LineString", "MultiLineString")
        assert all(len(line) >= 2 and all(map(is_position, line)) for line in lines)
    assert [feature["geometry"]["type"] for feature in found["features"]] == ["LineString", "MultiLineString"]


def test_geojson_opens_in_geopandas_as_wgs_84(export, tmp_path):
    path = tmp_path / "out.geojson"
    path.write_bytes(encoded(export(), "geojson"))
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    assert frame["name"].to_list() == ["Sfax - Lampedusa"]
    assert frame.geometry[0].coords[0] == pytest.approx((10.76, 34.74))


def test_geojson_says_what_it_was_made_from(export):
    found = collection(export(view=View(modes=("sea",)), notes=("Air: none.",)))
    assert {name: found[name] for name in STAMP} == {
        "method_version": METHOD_VERSION,
        "view": "mode=sea",
        "ledger_version": 3,
        "synthetic": False,
        "credits": "",
        "generated": "2026-11-24T12:00:00Z",
    }
    whole = "What follows is of all incidents and all time, from which the routes were worked out:"
    assert found["notes"] == [whole, "Air: none."]


def test_geopackage_holds_corridors_hexes_and_countries_each_with_the_stamp(export, tmp_path):
    made = export()
    path = tmp_path / "out.gpkg"
    path.write_bytes(encoded(made, "gpkg"))
    assert dict(pyogrio.list_layers(path)) == {
        "routes": "MultiLineString",
        "corridors": "MultiPolygon",
        "legs": None,
        "hubs": "Point",
        "hexes": "MultiPolygon",
        "dense_areas": "MultiLineString",
        "changes": "MultiPolygon",
        "countries": None,
        "layer_styles": None,
    }
    for layer in ("routes", "corridors", "hexes", "countries"):
        frame = gpd.read_file(path, layer=layer)
        assert len(frame) > 0
        assert [frame[name][0] for name in STAMP] == [made.stamp[name] for name in STAMP]
        if layer != "countries":
            assert frame.crs.to_epsg() == 4326
            assert frame.geometry.is_valid.all()


def test_a_corridor_in_the_geopackage_has_its_countries_by_role_and_its_months(export, tmp_path):
    (row,) = read_back(export(), tmp_path, "routes").to_dict("records")
    assert (row["source_countries"], row["transit_countries"], row["destination_countries"]) == ("TUN", "", "ITA")
    assert json.loads(row["months"]) == {"2024-03": 4, "2024-05": 3}
    assert (row["incidents"], row["people"], row["length_km"], row["mode"]) == (7, 240, 187.0, "sea")


def test_what_a_corridor_says_in_geojson_it_says_in_the_geopackage(export, corridor, tmp_path):
    said = corridor().feature()["properties"]
    assert set(said) - {"countries"} <= set(read_back(export(), tmp_path, "routes").columns)


def test_what_changed_stands_in_a_layer_with_the_same_id_name_and_counts_as_on_the_pages(export, tmp_path):
    one, nowhere = finding(), finding(finding_id="country-ITA:fewer:2025-04", level="country", box=None, mode=None)
    made = replace(export(), changes=(one, nowhere))
    rows = read_back(made, tmp_path, "changes")
    assert rows["finding_id"].to_list() == [one.finding_id, nowhere.finding_id]
    assert (rows["name"][0], rows["incidents"][0], rows["confidence"][0]) == (one.name, one.incidents, one.confidence)
    assert rows["sources"][0] == "A 2"
    assert rows.geometry[0].bounds == one.box
    assert rows.geometry[1] is None
    assert collection(made)["changes"] == [one.properties(), nowhere.properties()]


def test_who_is_to_be_credited_stands_in_every_layer(export, tmp_path):
    made = replace(export(), credits=("IOM's Missing Migrants Project (CC BY 4.0)", "Somebody"))
    said = "IOM's Missing Migrants Project (CC BY 4.0); Somebody"
    assert collection(made)["credits"] == said
    assert {read_back(made, tmp_path, layer)["credits"][0] for layer in ("routes", "hexes")} == {said}


def test_dense_areas_of_the_window_stand_in_a_layer_of_their_own_beside_the_routes(export, corridor, tmp_path):
    some, none = corridor(corridor_id="dense"), corridor(corridor_id="quiet", incidents=0, months={})
    made = export(dense=(some, none))
    assert read_back(made, tmp_path, "dense_areas")["corridor_id"].to_list() == ["dense"]
    assert read_back(made, tmp_path, "routes")["corridor_id"].to_list() == ["sea-0123456789"]
    assert [feature["properties"]["corridor_id"] for feature in collection(made)["features"]] == ["sea-0123456789"]


def test_how_sure_a_corridor_is_stands_in_columns_of_its_own(export, corridor, tmp_path):
    sure = corridor(support=0.91, incidents=12, detail=0.25, passing=31.5, bridges=((10.0, 30.0), (100.0, 125.5)))
    open_ = corridor(corridor_id="sea-open")
    frame = read_back(export(sure, open_), tmp_path, "routes").set_index("corridor_id")
    told, untold = frame.loc["sea-0123456789"], frame.loc["sea-open"]
    assert (told["inferred_km"], told["support"], told["confidence"]) == (45.5, 0.91, "high")
    assert (told["passing"], told["detail"]) == (31.5, 0.25)
    assert json.loads(told["bridges"]) == [[10.0, 30.0], [100.0, 125.5]]
    assert (untold["inferred_km"], json.loads(untold["bridges"])) == (0.0, [])
    assert untold[["support", "confidence"]].isna().all()


def test_a_support_that_was_not_computed_is_null_in_geojson_too(export):
    (feature,) = collection(export())["features"]
    assert (feature["properties"]["support"], feature["properties"]["confidence"]) == (None, None)


def test_countries_are_counted_by_role_over_the_corridors_of_the_window(export, corridor, tmp_path):
    onward = corridor(corridor_id="land-1", countries=(CountryRole("ITA", "transit"),), incidents=2)
    countries = read_back(export(corridor(), onward), tmp_path, "countries").set_index("iso3")
    assert countries.loc["ITA", ["source", "transit", "destination"]].to_list() == [0, 2, 7]
    assert countries.loc["TUN", ["name", "source"]].to_list() == ["Tunisia", 7]


def test_a_route_without_incidents_is_there_where_journeys_of_the_window_pass_it_and_not_otherwise(
    export, corridor, tmp_path
):
    quiet = {"incidents": 0, "people": 0, "months": {}}
    passed = corridor(corridor_id="sea-passed", flow=3.5, passing=12.4, **quiet)
    made = export(corridor(), passed, corridor(corridor_id="sea-silent", **quiet))
    there = ["sea-0123456789", "sea-passed"]
    assert [feature["properties"]["corridor_id"] for feature in collection(made)["features"]] == there
    frame = read_back(made, tmp_path, "routes")
    assert frame["corridor_id"].to_list() == there
    assert frame["incidents"].to_list() == [7, 0]
    assert frame["passing"].to_list() == [0.0, 12.4]


def test_hexes_are_those_of_the_window_by_month(export, tmp_path):
    made = export(view=View(start=date(2024, 5, 1), end=date(2024, 6, 1)))
    (row,) = read_back(made, tmp_path, "hexes").to_dict("records")
    assert (row["incidents"], str(row["month_start"])[:10], str(row["month_end"])[:10]) == (
        1,
        "2024-05-01",
        "2024-06-01",
    )
    assert (str(row["period_start"])[:10], str(row["period_end"])[:10]) == ("2024-05-01", "2024-06-01")


def test_hexes_are_of_one_resolution_and_the_layer_says_how_many_incidents_are_known_too_coarsely(export, tmp_path):
    made = export()
    frame = read_back(made, tmp_path, "hexes")
    assert set(frame["resolution"]) == {HEX_LEVEL}
    assert sorted(frame["incidents"]) == [1, 2]
    (table,) = tables_of(made, ["hexes"])
    assert "1 incidents are known too coarsely" in table.about
    for cell, outline in zip(frame["cell"], frame.geometry, strict=True):
        assert hexes.resolutions(np.array([int(cell, 16)], np.uint64)).tolist() == [HEX_LEVEL]
        assert outline.contains(shapely.Point(11.1, 34.9)) or outline.contains(shapely.Point(12.6, 35.5))


@pytest.mark.parametrize(("lat", "resolution"), [(0.0, 5), (-16.5, 5), (66.0, 5), (-80.0, 5)])
def test_a_hex_across_180_degrees_is_cut_in_two(export, tmp_path, lat, resolution):
    cell = int(hexes.cells_at(np.array([180.0]), np.array([lat]), resolution)[0])
    frame = read_back(export(rows=[("2024-03-05", 180.0, lat, {"cell": cell})]), tmp_path, "hexes")
    (outline,) = frame.geometry
    west, east = sorted(outline.geoms, key=lambda part: part.bounds[0])
    assert west.bounds[0] == -180
    assert east.bounds[2] == 180
    assert max(west.bounds[2] - west.bounds[0], east.bounds[2] - east.bounds[0]) < 20
    whole = shapely.Polygon([(lon % 360, corner) for lon, corner in hexes.outline(cell)])
    assert outline.area == pytest.approx(whole.area)


def test_one_synthetic_incident_marks_the_file_and_its_name(export):
    made = export(rows=(*ROWS, ("2024-03-05", 12.6, 35.5, {"source": SYNTHETIC_SOURCE})))
    assert collection(made)["synthetic"] is True
    assert made.name("gpkg") == "corridors-v3-20261124-synthetic.gpkg"


def test_a_route_that_synthetic_incidents_outside_the_window_shaped_marks_the_file(export, corridor):
    made = export(corridor(synthetic=True), view=View(start=date(2024, 3, 1), end=date(2024, 4, 1)))
    assert collection(made)["synthetic"] is True
    assert "synthetic" in made.name("geojson")


def test_a_window_without_anything_synthetic_is_not_marked(export):
    made_up = ("2024-07-05", 12.6, 35.5, {"source": SYNTHETIC_SOURCE})
    made = export(rows=(*ROWS, made_up), view=View(start=date(2024, 3, 1), end=date(2024, 4, 1)))
    assert collection(made)["synthetic"] is False
    assert "synthetic" not in made.name("geojson")


def test_each_corridor_says_for_itself_whether_it_is_synthetic(export, corridor, tmp_path):
    made = export(corridor(), corridor(corridor_id="sea-made-up", synthetic=True))
    corridors = read_back(made, tmp_path, "routes").set_index("corridor_id")
    assert corridors["synthetic"].to_dict() == {"sea-0123456789": False, "sea-made-up": True}
    assert read_back(made, tmp_path, "hexes")["synthetic"].all()


def test_an_export_of_nothing_has_the_same_layers_and_columns_as_one_of_something(export, corridor, tmp_path):
    full, bare = tmp_path / "full.gpkg", tmp_path / "bare.gpkg"
    full.write_bytes(encoded(export(dense=(corridor(corridor_id="dense"),)), "gpkg"))
    nothing = corridor(incidents=0, months={})
    bare.write_bytes(encoded(export(nothing, view=View(start=date(1999, 1, 1), end=date(2000, 1, 1))), "gpkg"))
    for layer in ("routes", "corridors", "legs", "hubs", "dense_areas", "changes", "hexes", "countries"):
        some, none = (pyogrio.read_info(path, layer=layer) for path in (full, bare))
        assert none["features"] == 0
        for fact in ("crs", "geometry_type"):
            assert some[fact] == none[fact]
        assert list(some["fields"]) == list(none["fields"])
        assert list(some["dtypes"]) == list(none["dtypes"])


def test_a_column_has_one_type_whether_or_not_support_was_computed(export, corridor, tmp_path):
    types = []
    for name, support in (("told", 0.91), ("open", None)):
        path = tmp_path / f"{name}.gpkg"
        path.write_bytes(encoded(export(corridor(support=support)), "gpkg"))
        found = pyogrio.read_info(path, layer="routes")
        types.append(dict(zip(found["fields"], found["dtypes"], strict=True)))
    assert types[0] == types[1]
    assert (types[0]["inferred_km"], types[0]["support"], types[0]["confidence"]) == ("float64", "float64", "object")


def test_names_from_outside_stay_the_text_that_they_were(export, corridor, tmp_path):
    name = "=1+1 'Šfax' \"–\" <b>\n`${x}`"
    made = export(corridor(name=name))
    assert collection(made)["features"][0]["properties"]["name"] == name
    assert read_back(made, tmp_path, "routes")["name"][0] == name


def test_the_moment_is_told_in_utc_wherever_it_was_made(export):
    early = datetime(2026, 11, 25, 1, tzinfo=timezone(timedelta(hours=3)))
    made = export(generated=early)
    assert made.stamp["generated"] == "2026-11-24T22:00:00Z"
    assert made.name("geojson") == "corridors-v3-20261124.geojson"


def test_the_view_in_the_stamp_asks_for_the_same_view_again(export):
    view = View(start=date(2024, 3, 1), end=date(2024, 6, 1), modes=("sea", "land"), origins=("SYR",))
    stamped = collection(export(view=view))["view"]
    pairs = [tuple(pair.split("=")) for pair in stamped.split("&")]
    assert View.from_query(pairs) == (view, ())


def test_the_format_is_that_of_the_file_name():
    assert (format_of("a.GPKG"), format_of("b.c.geojson"), format_of("a.shp.zip")) == ("gpkg", "geojson", "shp.zip")


@pytest.mark.parametrize("name", ["out.shp", "out", "gpkg", "out.json"])
def test_another_file_name_is_refused_in_one_sentence(name):
    with pytest.raises(WrongValue, match=r"must end in \.gpkg, \.geojson, .*; nothing was written\.$"):
        format_of(name)
