"""Reference data: what the sources file says of it is true, and known places lie where everybody knows they lie."""

import hashlib
import json
import tomllib

import geopandas as gpd
import numpy as np
import pytest

from geodata.coast import REFERENCE, is_land, km_to_coast
from geodata.places import countries, countries_at, country_code, country_name, straits, town_near

SOURCES = tomllib.loads((REFERENCE / "SOURCES.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SOURCES)
def test_each_reference_file_has_the_checksum_that_its_sources_state(name):
    assert hashlib.sha256((REFERENCE / name).read_bytes()).hexdigest() == SOURCES[name]["sha256"]
    assert SOURCES[name]["licence"]
    assert SOURCES[name]["source"]


@pytest.mark.parametrize("scale", ["110m", "50m"])
def test_countries_to_draw_are_strict_json_with_codes_names_and_a_place_for_the_label(scale):
    text = (REFERENCE / f"countries_{scale}.geojson").read_text(encoding="utf-8")
    features = json.loads(text, parse_constant=pytest.fail)["features"]
    assert len(features) > 170
    for feature in features:
        properties = feature["properties"]
        assert properties["iso3"] is None or properties["iso3"] in countries()
        assert properties["name"]
        lon, lat = properties["label"]
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


def test_every_polygon_for_look_up_is_valid_and_within_the_world():
    tiles = gpd.read_parquet(REFERENCE / "countries_10m.parquet")
    assert tiles.geometry.is_valid.all()
    west, south, east, north = tiles.total_bounds
    assert (west, east) == (-180, 180)
    assert south >= -90
    assert north <= 90
    too_small_to_be_drawn = {"BVT", "CCK", "CXR", "TKL", "VAT"}
    assert set(countries()) - set(tiles["iso3"].dropna()) == too_small_to_be_drawn


@pytest.mark.parametrize(
    ("lon", "lat", "iso3"),
    [
        (2.35, 48.86, "FRA"),
        (12.60, 35.50, "ITA"),  # Lampedusa
        (14.51, 35.90, "MLT"),
        (14.43, 27.04, "LBY"),  # Sabha
        (-15.60, 28.00, "ESP"),  # Gran Canaria
        (45.16, -12.80, "MYT"),
        (-52.3, 4.9, "GUF"),
        (15.6, 78.2, "SJM"),
        (21.17, 42.66, "XKX"),
        (35.20, 31.90, "PSE"),
        (-106.49, 31.76, "USA"),  # El Paso
        (-106.42, 31.66, "MEX"),
        (179.0, 66.0, "RUS"),
        (-179.0, 66.5, "RUS"),
        (18.0, 35.0, None),
    ],
)
def test_a_place_lies_in_its_country(lon, lat, iso3):
    assert countries_at(np.array([lon]), np.array([lat]))[0] == iso3


@pytest.mark.parametrize(
    ("words", "iso3"),
    [
        ("Türkiye", "TUR"),
        ("turkey", "TUR"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Syrian Arab Republic", "SYR"),
        ("DRC", "COD"),
        ("Côte d’Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("State of Palestine", "PSE"),
        ("Kosovo", "XKX"),
        ("Viet Nam", "VNM"),
        ("Cabo Verde", "CPV"),
        ("gbr", "GBR"),
        ("UK", "GBR"),
        ("Atlantis", None),
    ],
)
def test_a_country_is_known_by_its_names_in_use(words, iso3):
    assert country_code(words) == iso3


def test_every_country_is_known_by_the_name_that_screens_show():
    assert {code for code in countries() if country_code(country_name(code)) != code} == set()


def test_land_water_and_the_way_to_the_coast():
    lon, lat = np.array([2.35, 18.0, 14.43, 12.6]), np.array([48.86, 35.0, 27.04, 35.51])
    assert is_land(lon, lat).tolist() == [True, False, True, True]
    km = km_to_coast(lon, lat)
    assert km[0] == pytest.approx(150, abs=40)
    assert km[2] > 400
    assert km[3] < 3


def test_a_place_is_named_by_a_town_that_people_know():
    assert town_near(10.76, 34.74).name == "Sfax"
    assert town_near(-30.0, 0.0) is None


def test_each_strait_holds_water_and_two_shores():
    for strait in straits():
        lon, lat = np.meshgrid(np.linspace(strait.west, strait.east, 30), np.linspace(strait.south, strait.north, 30))
        land = is_land(lon.ravel(), lat.ravel())
        assert 0.02 < land.mean() < 0.98, strait.name
