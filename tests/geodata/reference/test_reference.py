"""Reference data: what the sources file says of it is true, and known places lie where everybody knows they lie."""

import hashlib
import json
import tomllib

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely

from geodata.places.lookup import (
    CELLS_PER_DEGREE,
    countries,
    countries_at,
    countries_by_polygons,
    country_code,
    country_name,
    folded,
    straits,
    town_near,
)
from geodata.reference.grids import touched
from geodata.spatial.coastline import EXACT_KM, REFERENCE, is_land, km_to_coast, nearest_coast_point

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


REGIONS = {"around the Mediterranean": (-18, 40, 5, 50), "over the world": (-180, 180, -90, 90)}


def random_places(region, count, seed):
    west, east, south, north = REGIONS[region]
    random = np.random.default_rng(seed)
    return random.uniform(west, east, count), random.uniform(south, north, count)


@pytest.mark.parametrize("region", REGIONS)
def test_the_grid_of_countries_answers_as_the_polygons_do(region):
    lon, lat = random_places(region, 100_000, seed=11)
    assert (countries_at(lon, lat) == countries_by_polygons(lon, lat)).all()


def test_the_grid_of_countries_answers_as_the_polygons_do_on_the_edges_of_its_cells():
    lon, lat = random_places("around the Mediterranean", 60_000, seed=12)
    nudge = np.random.default_rng(1).choice([0, 1e-15, -1e-15, 1e-9, -1e-9], len(lon))
    lon = np.round(lon * CELLS_PER_DEGREE) / CELLS_PER_DEGREE + nudge
    assert (countries_at(lon, lat) == countries_by_polygons(lon, lat)).all()


def test_places_at_the_edge_of_the_world_or_beyond_it_are_answered_as_by_the_polygons():
    lon, lat = np.array([180.0, -180.0, 200.0, np.nan, 0.0, 0.0]), np.array([66.0, 66.0, 0.0, 10.0, 90.0, np.inf])
    assert countries_at(lon, lat).tolist() == countries_by_polygons(lon, lat).tolist()


def test_every_cell_that_a_line_touches_is_marked_and_no_other():
    triangle = shapely.Polygon([(0.5, 0.5), (3.5, 1.5), (0.5, 1.5)])
    marked = np.argwhere(touched(np.array([triangle]), 1)) - [90, 180]
    cells = [(row, column) for row in range(-2, 4) for column in range(-2, 6)]
    crossed = [
        cell for cell in cells if triangle.boundary.intersects(shapely.box(cell[1], cell[0], cell[1] + 1, cell[0] + 1))
    ]
    assert [tuple(cell) for cell in marked.tolist()] == crossed


@pytest.mark.slow
@pytest.mark.parametrize("region", REGIONS)
def test_the_distance_to_the_coast_is_exact_near_it_and_good_to_a_kilometre_everywhere(region):
    lon, lat = random_places(region, 100_000, seed=13)
    exact, _ = nearest_coast_point(lon, lat)
    longer = km_to_coast(lon, lat) - exact
    assert np.abs(longer[exact <= EXACT_KM]).max() < 1e-6
    assert longer.min() > -0.001
    assert longer.max() < 1.0
    assert (longer > 0.1).mean() < 0.001


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
        ("Allemagne", "DEU"),
        ("Deutschland", "DEU"),
        ("Alemania", "DEU"),
        ("Germania", "DEU"),
        ("Elfenbeinküste", "CIV"),
        ("Costa d’Avorio", "CIV"),
        ("Upper Volta", "BFA"),
        ("Swaziland", "SWZ"),
        ("Burma", "MMR"),
        ("Atlantis", None),
        ("Unknown", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names_in_use(words, iso3):
    assert country_code(words) == iso3


@pytest.mark.parametrize(
    ("words", "iso3"),
    [
        ("the Republic of Mali", "MLI"),
        ("Mali, Republic of", "MLI"),
        ("People's Democratic Republic of Algeria", "DZA"),
        ("Federal Democratic Republic of Ethiopia", "ETH"),
        ("Hashemite Kingdom of Jordan", "JOR"),
        ("République islamique de Mauritanie", "MRT"),
        ("Reino de España", "ESP"),
        ("Königreich Belgien", "BEL"),
        ("Gambia (the)", "GMB"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("Republic of the Niger", "NER"),
        ("Federal Republic of Nigeria", "NGA"),
    ],
)
def test_a_country_is_known_by_its_formal_name(words, iso3):
    assert country_code(words) == iso3


@pytest.mark.parametrize(
    ("words", "iso3"),
    [
        ("Congo", "COG"),
        ("Republic of the Congo", "COG"),
        ("Democratic Republic of the Congo", "COD"),
        ("Congolese", None),
        ("Korea", "KOR"),
        ("Republic of Korea", "KOR"),
        ("Democratic People's Republic of Korea", "PRK"),
        ("Democratic Republic of Korea", None),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Nigerien", "NER"),
        ("Nigerian", "NGA"),
        ("Macedonia", "MKD"),
        ("Ireland", "IRL"),
        ("Northern Ireland", "GBR"),
        ("Virgin Islands", None),
        ("US Virgin Islands", "VIR"),
        ("Dominica", "DMA"),
        ("Dominican", None),
        ("Republic of China", "TWN"),
        ("People's Republic of China", "CHN"),
        ("Yugoslavia", None),
        ("Sudan", "SDN"),
        ("South Sudanese", "SSD"),
    ],
)
def test_a_name_that_several_countries_may_be_meant_by_is_read_as_written_down_or_not_at_all(words, iso3):
    assert country_code(words) == iso3


@pytest.mark.parametrize(
    ("words", "iso3"), [("Syrian", "SYR"), ("Malian", "MLI"), ("Bangladeshis", "BGD"), ("I-Kiribati", "KIR")]
)
def test_a_country_is_known_by_the_word_for_its_people_unless_only_its_names_are_asked_for(words, iso3):
    assert country_code(words) == iso3
    assert country_code(words, people=False) is None


def test_every_name_alias_and_demonym_stands_for_its_own_country():
    written = {(code, word) for code, entry in countries().items() for word in (*entry.aliases, *entry.demonyms)}
    assert {(code, word) for code, word in written if country_code(word) != code} == set()


def test_every_name_of_the_cldr_stands_for_its_country_unless_it_is_ambiguous():
    names = pl.read_csv(REFERENCE / "country_names.csv")
    assert set(names["language"]) == {"en", "fr", "es", "it", "de"}
    assert names["iso3"].n_unique() > 245
    wrong = [row for row in names.iter_rows() if country_code(row[2]) not in (row[0], None)]
    unread = [row[2] for row in names.iter_rows() if country_code(row[2]) is None]
    assert (wrong, unread) == ([], [])


def test_words_are_compared_without_case_accents_and_punctuation():
    assert folded("  Côte d’Ivoire (the)") == folded("COTE D'IVOIRE - the") == "cote d ivoire the"
    assert folded("Łódź–Şırnak_Straße") == "lodz sirnak strasse"


def test_every_country_of_the_real_files_is_understood(real_files):
    rows = pl.read_excel(real_files / "iom_missing_migrants" / "alldata_2024-11.xlsx")
    names = set(rows["Country of Incident"].drop_nulls())
    names |= set(rows["Country of Origin"].drop_nulls().str.split(",").explode().str.strip_chars())
    assert {name for name in names if country_code(name) is None} == {"Unknown", "Mixed", "Mixed/Unknown"}


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
