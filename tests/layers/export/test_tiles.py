"""Vector tiles as GDAL reads them back: what lies where, counts that are whole at every zoom; styles in our colours."""

import json
from datetime import UTC, datetime

import geopandas as gpd
import pytest
import shapely

from geodata.core.errors import UnknownVersion
from geodata.model.query import View
from layers.export.contents import Export
from layers.export.features import Collection
from layers.export.filters import read_filter
from layers.export.map_style import STYLES, map_style
from layers.export.tables import tables_of
from layers.export.tiles import DEEPEST, Tileset, tile_bounds
from layers.palette import palette
from routes.pipelines.counting import Directed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROWS = [
    ("2024-03-05", 12.6, 35.5),
    ("2024-03-09", 12.6, 35.5),
    ("2024-05-31", 12.6, 35.5, {"mode": "land", "people": 3}),
    ("2024-05-31", -60.0, -20.0),
]
LAMPEDUSA = (6, 25, 34)
"""Zoom, row and column of the tile from 11.25 to 16.875 degrees east and about 31.95 to 36.6 north."""


@pytest.fixture
def tiles(incidents, corridor):
    def made(layer: str, text: str = "TRUE") -> Tileset:
        (table,) = tables_of(Export(View(), incidents(*ROWS), Directed((corridor(),), ()), 3, NOON), [layer])
        whole = Collection(table)
        return Tileset(whole, whole.rows(asked=read_filter(text, "cql2-text")))

    return made


@pytest.fixture
def read(tmp_path):
    def features(content: bytes, zoom: int, row: int, column: int) -> gpd.GeoDataFrame:
        folder = tmp_path / str(zoom) / str(column)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row}.mvt").write_bytes(content)
        return gpd.read_file(folder / f"{row}.mvt", CLIP="NO").to_crs(4326)

    return features


def test_a_tile_is_where_the_tiles_of_the_web_are():
    assert tile_bounds(0, 0, 0) == pytest.approx((-180, -85.0511, 180, 85.0511), abs=1e-3)
    assert tile_bounds(1, 0, 1) == pytest.approx((0, 0, 180, 85.0511), abs=1e-3)
    assert tile_bounds(*LAMPEDUSA) == pytest.approx((11.25, 31.9522, 16.875, 36.5979), abs=1e-3)


def test_a_line_lies_in_its_tile_with_what_is_known_of_it(tiles, read):
    (row,) = read(tiles("routes").tile(*LAMPEDUSA), *LAMPEDUSA).to_dict("records")
    assert (row["name"], row["incidents"], row["mode"]) == ("Sfax - Lampedusa", 7, "sea")
    west, _, east, north = row["geometry"].bounds
    assert (east, north) == pytest.approx((12.6, 35.5), abs=0.01)
    assert 11.0 < west < 11.25  # a little beyond the tile, so that no seam shows
    assert "months" not in row


@pytest.mark.parametrize("zoom", [0, 2, 4, 6, 9])
def test_each_hex_is_in_a_tile_once_and_no_incident_is_lost_at_any_zoom(tiles, read, zoom):
    found = tiles("hexes")
    column, row = (int((12.6 + 180) / 360 * 2**zoom), int(25.15 / 64 * 2**zoom))
    frame = read(found.tile(zoom, row, column), zoom, row, column)
    (hexagon,) = frame[frame.intersects(shapely.Point(12.6, 35.5))].to_dict("records")
    assert (hexagon["incidents"], hexagon["sea"], hexagon["land"], hexagon["people"]) == (3, 2, 1, 23)
    assert hexagon["resolution"] == {0: 2, 2: 3, 4: 4}.get(zoom, 5)


def test_the_tile_of_the_whole_world_holds_every_incident_once(tiles, read):
    assert read(tiles("hexes").tile(0, 0, 0), 0, 0, 0)["incidents"].sum() == len(ROWS)


def test_a_filter_is_counted_in_the_tiles(tiles, read):
    (hexagon,) = read(tiles("hexes", "mode = 'land'").tile(*LAMPEDUSA), *LAMPEDUSA).to_dict("records")
    assert (hexagon["incidents"], hexagon["sea"], hexagon["land"]) == (1, 0, 1)


def test_where_nothing_lies_a_tile_is_empty(tiles):
    assert tiles("routes").tile(6, 0, 0) == b""
    assert tiles("hexes", "FALSE").tile(0, 0, 0) == b""


@pytest.mark.parametrize("at", [(-1, 0, 0), (DEEPEST + 1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_a_tile_that_there_is_not_is_refused(tiles, at):
    with pytest.raises(UnknownVersion, match="nothing was drawn"):
        tiles("routes").tile(*at)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_has_the_colours_of_the_map_and_loads_nothing_from_elsewhere(name):
    style = map_style(name, "Title", {one: f"http://own/{one}" for one in STYLES[name]}, {"routes": 9.0})
    assert {source["url"] for source in style["sources"].values()} == {f"http://own/{one}" for one in STYLES[name]}
    assert "glyphs" not in style
    assert "sprite" not in style
    light = palette()["light"]
    colours = set(light["ramp"]) if name == "hexes" else {light["mode"]["sea"]}
    assert all(colour in json.dumps(style) for colour in colours)
    ids = [layer["id"] for layer in style["layers"]]
    assert len(set(ids)) == len(ids)


def test_modes_are_told_by_dashes_too():
    layers = {one["id"]: one for one in map_style("routes", "", dict.fromkeys(STYLES["routes"], ""), {})["layers"]}
    dashes = {mode: layers[f"routes-{mode}"]["paint"].get("line-dasharray") for mode in ("land", "sea", "air")}
    assert dashes == {"land": None, "sea": [4.0, 2.0], "air": [0.67, 2.33]}
