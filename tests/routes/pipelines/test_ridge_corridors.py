"""Incidents go in, corridors come out: one line for one route, none for noise, the same bytes in every order."""

import json
import math
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.core.errors import UnknownColumns, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.incident import CORRIDOR_MODES, MODES, SYNTHETIC_SOURCE, empty
from geodata.model.query import View
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land
from routes.attribution.summaries import id_of
from routes.core.corridor import Corridor, Reduction
from routes.core.geodesy import km_between, lonlat, resampled, unit_vectors
from routes.core.params import RidgeParams
from routes.indexing.cell_day_cube import Days
from routes.pipelines.ridge_corridors import RIDGES_VERSION, Evidence, reduce_incidents

pytestmark = pytest.mark.slow

AGADEZ, SABHA = (7.99, 16.97), (14.43, 27.04)
DESERT_ROUTE = [AGADEZ, (10.5, 21.5), SABHA]
PACIFIC_ROUTE = [(174.0, 6.0), (-173.0, 9.0)]
WITHIN_KM = 25.0
PROPERTIES = {
    "corridor_id",
    "system_id",
    "name",
    "mode",
    "length_km",
    "band_km",
    "incidents",
    "people",
    "passing",
    "countries",
    "months",
    "inferred",
    "inferred_km",
    "bridges",
    "direction",
    "flow",
    "basis",
    "route",
    "origins",
    "destinations",
    "direction_basis",
    "support",
    "confidence",
    "detail",
    "synthetic",
    "method_version",
    "formerly",
}


def path_of(corridor: Corridor) -> np.ndarray:
    points = np.concatenate(corridor.lines)
    return resampled(unit_vectors(points[:, 0], points[:, 1]), 2.0)


def km_apart(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return km_between(points[:, None, :], others[None, :, :]).min(axis=1)


def written(reduction: Reduction) -> bytes:
    return json.dumps(reduction.collection(), allow_nan=False).encode()


def total_km(reduction: Reduction) -> float:
    return sum(corridor.length_km for corridor in reduction.corridors)


@pytest.fixture
def route(at, along) -> pl.DataFrame:
    return at(along(DESERT_ROUTE, 1500))


@pytest.fixture
def desert(at, along, scattered) -> pl.DataFrame:
    return pl.concat([at(along(DESERT_ROUTE, 1500)), at(scattered(2, 14, 20, 30, 500))])


@pytest.mark.parametrize("cluttered", [False, True])
def test_a_line_of_incidents_becomes_one_corridor_along_its_whole_length(route, desert, cluttered):
    reduction = reduce_incidents(desert if cluttered else route)
    corridor, *others = reduction.corridors
    lon, lat = np.array(DESERT_ROUTE).T
    truth = resampled(unit_vectors(lon, lat), 5.0)
    found = path_of(corridor)
    # In clutter a tip may be taken for a chance heap: up to 60 km of an end are lost.
    apart = km_apart(truth, found)
    assert apart.max() <= (60 if cluttered else WITHIN_KM)
    assert (apart <= WITHIN_KM).mean() >= (0.97 if cluttered else 1.0)
    assert (km_apart(found, truth) <= WITHIN_KM).mean() >= (0.93 if cluttered else 0.99)
    assert np.median(km_apart(found, truth)) <= 5.0
    assert 1500 * 0.95 <= corridor.incidents <= 1500 * 1.1
    assert 10.0 <= corridor.band_km <= 20.0
    assert corridor.bridges == ()
    assert corridor.confidence == "high"
    assert reduction.notes == ()
    assert others == []


@pytest.mark.parametrize("number", [300, 2000, 8000])
def test_pure_noise_draws_nearly_nothing(at, scattered, number):
    reduction = reduce_incidents(at(scattered(2, 14, 20, 30, number)))
    assert total_km(reduction) <= 100.0
    assert reduction.corridors or "too few or too scattered" in reduction.notes[0]


def test_the_same_incidents_in_another_order_give_the_same_bytes(at, along, desert):
    origins = [
        [{"iso3": "ERI", "weight": 1 / 3}, {"iso3": "SDN", "weight": 1 / 3}, {"iso3": "ETH", "weight": 1 / 3}],
        [{"iso3": "SDN", "weight": 0.1}, {"iso3": "ERI", "weight": 0.1}, {"iso3": "ETH", "weight": 0.8}],
        [{"iso3": "ETH", "weight": 0.1}, {"iso3": "ERI", "weight": 0.7}, {"iso3": "SDN", "weight": 0.2}],
        None,
    ]
    sea = at(along([(14.0, 33.5), (15.5, 36.0)], 400), mode="sea")
    air = at([(28.8, 41.3)] * 6, mode="air", departure="IST", destination="MSQ")
    every = pl.concat([desert, sea, air], how="diagonal")
    every = every.with_columns(pl.Series("origins", [origins[row % 4] for row in range(every.height)]))
    first = written(reduce_incidents(every))
    assert {feature["properties"]["mode"] for feature in json.loads(first)["features"]} == set(CORRIDOR_MODES)
    for seed in (1, 2, 3):
        assert written(reduce_incidents(every.sample(fraction=1, shuffle=True, seed=seed))) == first


def test_every_incident_told_twice_leaves_the_lines_where_they_are(desert):
    once, twice = reduce_incidents(desert), reduce_incidents(pl.concat([desert, desert]))
    assert [corridor.corridor_id for corridor in twice.corridors] == [c.corridor_id for c in once.corridors]
    for one, two in zip(once.corridors, twice.corridors, strict=True):
        assert two.incidents == 2 * one.incidents
        assert all(np.array_equal(a, b) for a, b in zip(one.lines, two.lines, strict=True))


def test_a_route_across_the_antimeridian_is_cut_there_and_has_its_whole_length(at, along):
    reduction = reduce_incidents(at(along(PACIFIC_ROUTE, 1200), mode="sea"))
    (corridor,) = reduction.corridors
    geometry = corridor.feature()["geometry"]
    assert geometry["type"] == "MultiLineString"
    west, east = sorted(geometry["coordinates"], key=lambda part: -part[0][0])
    ends = {west[0][0], west[-1][0], east[0][0], east[-1][0]}
    assert {180.0, -180.0} <= ends
    assert all(abs(a[0] - b[0]) < 180 for part in geometry["coordinates"] for a, b in pairwise(part))
    lon, lat = np.array(PACIFIC_ROUTE).T
    straight = float(km_between(*unit_vectors(lon, lat)))
    assert corridor.length_km == pytest.approx(straight, rel=0.06)


def test_the_same_route_elsewhere_on_the_globe_is_found_as_well(at, along):
    shifted = [(lon - 30, lat) for lon, lat in [(174.0, 6.0), (187.0, 9.0)]]
    here = reduce_incidents(at(along(PACIFIC_ROUTE, 1200), mode="sea"))
    there = reduce_incidents(at(along(shifted, 1200), mode="sea"))
    assert len(there.corridors) == 1
    assert len(there.corridors[0].lines) == 1
    assert total_km(there) == pytest.approx(total_km(here), rel=0.06)


def test_a_sea_route_does_not_cross_an_isthmus(at, along):
    kra = along([(96.5, 10.2), (101.5, 10.2)], 1500, sigma_km=8.0)
    at_sea = kra[~is_land(kra[:, 0], kra[:, 1])]
    reduction = reduce_incidents(at(at_sea, mode="sea"))
    assert len(reduction.corridors) >= 2
    for corridor in reduction.corridors:
        lon = np.concatenate(corridor.lines)[:, 0]
        assert lon.max() < 98.9 or lon.min() > 98.9


def test_deaths_ashore_that_count_to_the_sea_draw_a_line_along_the_coast_at_sea(at, along):
    shore = along([(-17.1, 21.6), (-16.2, 23.2)], 400, sigma_km=6.0)
    shore = shore[is_land(shore[:, 0], shore[:, 1])]
    (corridor,) = reduce_incidents(at(shore, mode="sea")).corridors
    places = lonlat(path_of(corridor))
    assert is_land(places[:, 0], places[:, 1]).mean() < 0.5
    assert corridor.incidents == len(shore)


@pytest.mark.parametrize("east", [0.5, 0.7, 0.9])
def test_a_line_too_far_inland_to_be_held_to_the_sea_is_not_drawn(at, along, east):
    inland = along([(-16.9 + east, 21.6), (-16.0 + east, 23.2)], 400, sigma_km=6.0)
    assert reduce_incidents(at(inland, mode="sea")).corridors == ()


def test_sea_incidents_far_inland_draw_no_sea_line(at, along):
    reduction = reduce_incidents(at(along(DESERT_ROUTE, 1500), mode="sea"))
    assert reduction.corridors == ()
    assert reduction.notes == ("Sea: 1,500 incidents known, too few or too scattered to show a corridor.",)


def test_lines_side_by_side_within_one_cell_have_ids_of_their_own():
    north, south = (np.array([[9.0, lat], [9.05, lat]]) for lat in (20.04, 20.0))
    assert id_of("land", north) != id_of("land", south)
    assert id_of("land", north) == id_of("land", north[::-1])
    assert id_of("land", north) != id_of("sea", north)


def test_a_reduction_by_other_parameters_says_so(route):
    params = RidgeParams.changed({"support.near_km": 30.0})
    made = reduce_incidents(route, replicates=0, params=params)
    assert made.method_version == f"{RIDGES_VERSION}{params.suffix}"
    assert reduce_incidents(route, replicates=0).method_version == RIDGES_VERSION


def test_a_feature_has_exactly_the_properties_that_others_rely_on(route):
    (feature,) = reduce_incidents(route.with_columns(people=3)).collection()["features"]
    properties = feature["properties"]
    assert set(properties) == PROPERTIES
    assert properties["method_version"] == RIDGES_VERSION
    assert properties["mode"] == "land"
    assert properties["people"] == 3 * properties["incidents"]
    assert sum(properties["months"].values()) == properties["incidents"]
    assert all(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC) for month in properties["months"])
    assert [set(country) for country in properties["countries"]] == [{"iso3", "role"}] * len(properties["countries"])
    assert {"NER", "LBY"} <= {country["iso3"] for country in properties["countries"]}
    assert properties["synthetic"] is False


def test_corridors_come_with_most_incidents_first_and_names_of_their_own(at, along):
    spots = [along([(lon, 20), (lon, 24)], number, seed=3) for lon, number in ((2, 300), (8, 900), (14, 600))]
    corridors = reduce_incidents(at(np.concatenate(spots))).corridors
    numbers = [corridor.incidents for corridor in corridors]
    assert numbers == sorted(numbers, reverse=True)
    assert len({corridor.name for corridor in corridors}) == len(corridors) >= 3


def test_what_holds_a_synthetic_incident_is_marked(route):
    reported = route.with_columns(source=pl.lit("IOM"))
    assert reduce_incidents(reported).collection()["synthetic"] is False
    one = pl.concat([reported[1:], reported[:1].with_columns(source=pl.lit(SYNTHETIC_SOURCE))])
    (corridor,) = reduce_incidents(one).corridors
    assert corridor.synthetic


def test_incidents_placed_less_exactly_than_the_hexes_add_nothing_and_that_is_said(desert):
    coarse = desert.with_columns(cell=pl.lit(0x823967FFFFFFFFF, pl.UInt64))
    reduction = reduce_incidents(coarse)
    assert reduction.corridors == ()
    assert reduction.notes == (
        "Land: 2,000 incidents placed less exactly than the hexes of the reduction; they add nothing to a corridor.",
    )


def test_incidents_without_a_cell_count_as_exact(route):
    unknown = route.with_columns(cell=pl.lit(None, pl.UInt64))
    assert written(reduce_incidents(unknown)) == written(reduce_incidents(route))


def test_corridors_compare_and_hash_as_values(route):
    first, second = reduce_incidents(route), reduce_incidents(route)
    assert first == second
    assert len({*first.corridors, *second.corridors}) == 1


def test_a_missing_column_is_named(desert):
    with pytest.raises(UnknownColumns, match="column 'mode' is missing; a reduction needs lon, lat, time_start, mode"):
        reduce_incidents(desert.drop("mode"))


def test_an_empty_frame_gives_an_empty_answer():
    assert reduce_incidents(empty()) == Reduction(())


@pytest.mark.parametrize(
    ("places", "mode", "note"),
    [
        ([AGADEZ], "land", "Land: 1 incident known, too few or too scattered to show a corridor."),
        ([AGADEZ, SABHA], "sea", "Sea: 2 incidents known, too few or too scattered to show a corridor."),
        ([AGADEZ] * 500, "land", "Land: 500 incidents known, too few or too scattered to show a corridor."),
        ([(0.0, 90.0)] * 30, "sea", "Sea: 30 incidents known, too few or too scattered to show a corridor."),
        ([(0.0, -90.0), (120.0, -90.0)], "land", "Land: 2 incidents known, too few"),
        ([(180.0, 0.0), (-180.0, 0.0)] * 9, "sea", "Sea: 18 incidents known, too few"),
        ([AGADEZ] * 4, "unknown", "4 incidents of unknown mode; no corridor is drawn from them."),
        ([AGADEZ], None, "1 incident of unknown mode; no corridor is drawn from them."),
        ([AGADEZ] * 4, "air", "Air: 4 incidents in no pair of airports named three times; none is drawn for them."),
        ([(None, 12.0), (12.0, None)], "land", "2 incidents without a place or a time left out."),
        ([(math.nan, 12.0), (12.0, math.nan)], "land", "2 incidents without a place or a time left out."),
    ],
)
def test_too_little_to_draw_is_an_answer_with_a_note(at, places, mode, note):
    reduction = reduce_incidents(at(places, mode=mode))
    assert reduction.corridors == ()
    assert len(reduction.notes) == 1
    assert reduction.notes[0].startswith(note)


def test_columns_of_nothing_but_nulls_are_an_answer_with_a_note():
    nulls = pl.DataFrame({name: [None, None] for name in ("lon", "lat", "time_start", "mode", "people", "cell")})
    assert reduce_incidents(nulls).notes == ("2 incidents without a place or a time left out.",)


@pytest.fixture
def two_seas(at, along, scattered):
    """Return incidents on both sides of a strait and on land over 700 days, with what some of them state."""
    crossings = at(
        np.concatenate([along([(-1, 35.6), (-4, 36.2)], 900, 6.0), along([(8, 34), (12, 35.5)], 900)]), "sea"
    )
    roads = at(np.concatenate([along(DESERT_ROUTE, 900), scattered(2, 14, 12, 24, 300)]))
    both = pl.concat([crossings, roads]).with_columns(
        people=pl.int_range(pl.len()) % 5,
        incident_id=pl.int_range(pl.len()).cast(pl.String),
        destination=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("Spain")),
        origins=pl.when(pl.int_range(pl.len()) % 4 == 0).then(
            pl.concat_list(pl.struct(iso3=pl.lit("MLI"), weight=pl.lit(1.0)))
        ),
    )
    lon, lat = both["lon"].to_numpy(), both["lat"].to_numpy()
    return both.with_columns(cell=pl.Series(hexes.cells_at(lon, lat, 7), dtype=pl.UInt64))


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), (date(2024, 3, 1), date(2025, 6, 15)), (None, date(2025, 1, 1)), (date(2030, 1, 1), None)],
)
def test_a_window_of_evidence_indexed_once_is_the_reduction_of_its_incidents(two_seas, start, end):
    evidence = Evidence(two_seas)
    evidence.reduce(replicates=0)  # other windows leave no trace
    window = View(start=start, end=end).select(two_seas)
    found, anew = evidence.reduce(Days.between(start, end), 0), Evidence(window).reduce(replicates=0)
    assert written(found) == written(anew)
    assert found.assignments.equals(anew.assignments)
    assert bool(found.corridors) == (start != date(2030, 1, 1))


def test_the_incidents_assigned_to_a_corridor_are_those_that_it_counts(two_seas):
    reduction = reduce_incidents(two_seas, replicates=0)
    number = dict(reduction.assignments["corridor_id"].value_counts().iter_rows())
    assert {corridor.corridor_id: corridor.incidents for corridor in reduction.corridors} == number
    assert reduction.assignments["incident_id"].is_unique().all()
    assert reduction.assignments["distance_km"].max() < 80
    people = two_seas.join(reduction.assignments, on="incident_id").group_by("corridor_id").agg(pl.col("people").sum())
    assert {corridor.corridor_id: corridor.people for corridor in reduction.corridors} == dict(people.iter_rows())


longitudes = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 180.0, 0.0, math.nan]), st.none())
latitudes = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, math.nan]), st.none())
rows = st.fixed_dictionaries(
    {
        "lon": longitudes,
        "lat": latitudes,
        "time_start": st.one_of(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.none()),  # noqa: DTZ001
        "mode": st.sampled_from([*MODES, None, "train"]),
        "people": st.one_of(st.integers(0, 1000), st.none()),
        "departure": st.sampled_from(["IST", "CAN", "", "nowhere", None]),
        "destination": st.sampled_from(["MSQ", "ISTANBUL", "IST", None]),
        "origins": st.sampled_from([None, [], [{"iso3": None, "weight": None}], [{"iso3": "SYR", "weight": 1.0}]]),
        "cell": st.sampled_from([None, 0x823967FFFFFFFFF, 0x8A3967000007FFF]),
        "times": st.sampled_from([1, 1, 1, 40]),
    }
)
SHAPE = {
    "lon": pl.Float64,
    "lat": pl.Float64,
    "time_start": pl.Datetime("us"),
    "mode": pl.String,
    "people": pl.Int64,
    "departure": pl.String,
    "destination": pl.String,
    "origins": pl.List(pl.Struct({"iso3": pl.String, "weight": pl.Float64})),
    "cell": pl.UInt64,
}


@settings(max_examples=30)
@given(st.lists(rows, max_size=12))
def test_whatever_incidents_there_are_the_answer_is_valid_geojson_and_plain_notes(drawn):
    repeated = [{name: row[name] for name in SHAPE} for row in drawn for _ in range(row["times"])]
    incidents = pl.DataFrame(repeated, schema=SHAPE).with_columns(pl.col("time_start").dt.replace_time_zone("UTC"))
    before = incidents.clone()
    reduction = reduce_incidents(incidents)
    assert incidents.equals(before)
    assert json.loads(written(reduction))["type"] == "FeatureCollection"
    assert all(note.endswith(".") and note[0].isupper() | note[0].isdigit() for note in reduction.notes)
    assert sum(corridor.incidents for corridor in reduction.corridors) <= incidents.height
    assert reduction.corridors or reduction.notes or incidents.is_empty()


def test_the_2022_edition_reduces_to_corridors_that_keep_to_their_side_of_the_coast(real_files, home):
    ingest_file(real_files / "iom_missing_migrants" / "alldata_2022-05.xlsx", Ledger(home))
    reduction = reduce_incidents(Ledger(home).incidents())
    by_mode = {mode: [c for c in reduction.corridors if c.mode == mode] for mode in CORRIDOR_MODES}
    assert len(by_mode["land"]) >= 20
    assert len(by_mode["sea"]) >= 15
    ids = [corridor.corridor_id for corridor in reduction.corridors]
    assert len(set(ids)) == len(ids)
    names = [corridor.name for corridor in reduction.corridors]
    assert len(set(names)) == len(names)
    assert all(corridor.confidence for corridor in reduction.corridors if corridor.mode != "air")
    for corridor in (*by_mode["sea"], *by_mode["land"]):
        for line in corridor.lines:
            places = lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), 1.0))
            assert (is_land(places[:, 0], places[:, 1]) == (corridor.mode == "land")).all(), corridor.name
    touched = {country.iso3 for corridor in reduction.corridors for country in corridor.countries}
    assert {"LBY", "MEX", "USA", "NER", "ESP"} <= touched


def test_incidents_placed_to_25_km_are_looked_at_in_coarser_hexes_and_a_note_says_so(route):
    lon, lat = route["lon"].to_numpy(), route["lat"].to_numpy()
    coarse = route.with_columns(cell=pl.Series(hexes.cells_at(lon, lat, 4), dtype=pl.UInt64))
    reduction = reduce_incidents(coarse)
    assert reduction.corridors
    assert reduction.notes == ("Land: most incidents are placed to some 25 km; looked at in hexes of that size.",)


@pytest.mark.parametrize(("resolution", "right"), [(2, False), (3, True), (7, True), (8, False)])
def test_a_resolution_out_of_range_is_one_sentence(at, resolution, right):
    few = at([(10.0, 30.0)] * 3)
    if right:
        assert reduce_incidents(few, resolution, replicates=0).corridors == ()
        return
    with pytest.raises(WrongValue, match="an H3 resolution from 3 to 7"):
        reduce_incidents(few, resolution)
