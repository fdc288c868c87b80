"""``layers.explore``: a map of routes for a notebook that needs no network."""

import geopandas as gpd
import pytest
import shapely

import layers
from geodata.core.errors import UnknownColumns, WrongValue


@pytest.fixture
def found() -> gpd.GeoDataFrame:
    lines = [shapely.LineString([(12, 33), (13, 35)]), shapely.LineString([(8, 17), (13, 25)])]
    told = {"name": ["Zuwarah - Lampedusa", "<b>Agadez</b>"], "mode": ["sea", "land"], "flow": [4.0, 1.0]}
    return gpd.GeoDataFrame(told, geometry=lines, crs=4326)


def test_the_map_shows_routes_by_mode_and_loads_nothing(found, tmp_path):
    layers.explore(found).save(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "Zuwarah - Lampedusa" in page
    assert '"color": "#005f9e", "dashArray": "14 7"' in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_it_frames_the_routes_in_whatever_crs_they_come(found):
    degrees, metres = (layers.explore(one).get_bounds() for one in (found, found.to_crs(3857)))
    assert metres == [pytest.approx(corner) for corner in degrees]


def test_what_it_cannot_draw_is_said(found):
    with pytest.raises(UnknownColumns, match="no column 'mode'"):
        layers.explore(found.drop(columns="mode"))
    with pytest.raises(WrongValue, match="has no CRS"):
        layers.explore(found.set_crs(None, allow_override=True))
    with pytest.raises(WrongValue, match="light or dark"):
        layers.explore(found, theme="blue")


def test_no_routes_make_an_empty_map(found):
    assert "Zuwarah" not in layers.explore(found.head(0)).get_root().render()
