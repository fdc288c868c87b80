"""Air corridors: pairs of airports that incidents name often enough, as great circles in the order of travel."""

import numpy as np
import polars as pl
import pytest

from geodata.places.lookup import airports
from routes.attribution.flights import flights
from routes.core.geodesy import km_between, line_km, unit_vectors
from routes.core.params import RIDGES
from routes.pipelines.ridge_corridors import reduce_incidents


def air(at, start: str | None, end: str | None, times: int = 3) -> pl.DataFrame:
    texts = {"departure": pl.lit(start, pl.String), "destination": pl.lit(end, pl.String)}
    return at([(28.8, 41.3)] * times, mode="air").with_columns(**texts)


@pytest.mark.parametrize(("times", "drawn"), [(1, 0), (2, 0), (3, 1), (9, 1)])
def test_a_pair_of_airports_is_drawn_from_the_third_incident_that_names_it(at, times, drawn):
    reduction = reduce_incidents(air(at, "IST", "MSQ", times))
    assert len(reduction.corridors) == drawn
    assert bool(reduction.notes) != bool(drawn)


def test_the_line_is_the_great_circle_from_departure_to_destination(at):
    (corridor,) = reduce_incidents(air(at, "BOG", "MAD")).corridors
    bogota, madrid = airports()["BOG"], airports()["MAD"]
    (line,) = corridor.lines
    assert line[0] == pytest.approx((bogota.lon, bogota.lat))
    assert line[-1] == pytest.approx((madrid.lon, madrid.lat))
    points = unit_vectors(line[:, 0], line[:, 1])
    assert line_km(points) == pytest.approx(float(km_between(points[0], points[-1])))
    assert km_between(points[:-1], points[1:]).max() <= 50.0 + 1e-6
    assert corridor.length_km == pytest.approx(line_km(points), rel=0.005)
    assert corridor.band_km == 0
    assert corridor.name == "Bogota - Madrid"


def test_a_flight_over_the_pacific_is_cut_at_180_degrees(at):
    (corridor,) = reduce_incidents(air(at, "NRT", "LAX")).corridors
    west, east = corridor.lines
    assert (west[-1][0], east[0][0]) == (180.0, -180.0)
    assert corridor.length_km == pytest.approx(8760, rel=0.01)


def test_both_ways_between_two_airports_are_two_corridors_with_ids_of_their_own(at):
    there, back = reduce_incidents(pl.concat([air(at, "IST", "MSQ", 4), air(at, "MSQ", "IST")])).corridors
    assert there.corridor_id != back.corridor_id
    assert np.allclose(there.lines[0], back.lines[0][::-1])
    assert {there.name, back.name} == {"Arnavutköy, Istanbul - Minsk", "Minsk - Arnavutköy, Istanbul"}


def test_flights_between_the_same_cities_are_told_apart(at):
    corridors = reduce_incidents(pl.concat([air(at, "LHR", "MAD", 4), air(at, "LGW", "MAD")])).corridors
    assert [corridor.name for corridor in corridors] == ["London - Madrid", "London - Madrid (2)"]


def test_codes_of_both_kinds_and_full_names_stand_for_the_same_airport(at):
    named = [("BOG", "MAD"), ("SKBO", "LEMD"), ("El Dorado International Airport", "MAD")]
    (corridor,) = reduce_incidents(pl.concat([air(at, start, end, 1) for start, end in named])).corridors
    assert corridor.incidents == 3


@pytest.mark.parametrize(
    ("start", "end", "roles"),
    [
        ("IST", "MSQ", [("TUR", "transit"), ("BLR", "destination")]),
        ("CAN", "IST", [("CHN", "transit"), ("TUR", "destination")]),
        ("IST", "BEN", [("TUR", "transit"), ("LBY", "destination")]),
        ("TIP", "BEN", [("LBY", "destination")]),
    ],
)
def test_countries_are_those_of_the_airports_not_those_that_share_their_codes(at, start, end, roles):
    (corridor,) = reduce_incidents(air(at, start, end)).corridors
    assert [(country.iso3, country.role) for country in corridor.countries] == roles


def test_countries_flown_over_are_not_part_of_a_flight_but_origins_are(at):
    origins = pl.Series("origins", [[{"iso3": "SYR", "weight": 1.0}]] * 3)
    (corridor,) = reduce_incidents(air(at, "DXB", "MSQ").with_columns(origins)).corridors
    assert [(country.iso3, country.role) for country in corridor.countries] == [
        ("SYR", "source"),
        ("ARE", "transit"),
        ("BLR", "destination"),
    ]


@pytest.mark.parametrize(("start", "end"), [("IST", None), (None, "MSQ"), ("IST", "IST"), ("nowhere", "MSQ"), ("", "")])
def test_incidents_that_name_no_pair_are_counted_not_drawn(at, start, end):
    assert flights(air(at, start, end, 5), RIDGES.attribution) == ([], 5)


def test_without_the_columns_nothing_is_drawn(at):
    assert flights(at([(0, 0)] * 4, mode="air"), RIDGES.attribution) == ([], 4)


def test_each_flight_has_its_own_incidents(at):
    found = reduce_incidents(pl.concat([air(at, "IST", "MSQ", 4), air(at, "BOG", "MAD")]))
    number = dict(found.assignments.group_by("corridor_id").len().iter_rows())
    assert number == {one.corridor_id: one.incidents for one in found.corridors}
    assert sorted(number.values()) == [3, 4]
