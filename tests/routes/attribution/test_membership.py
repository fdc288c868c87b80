"""Members: which corridor an incident lies in, whose journeys it joins, and what a pile of incidents weighs."""

import numpy as np
import polars as pl
import pytest

from routes.attribution.membership import MEMBERS, Piles, joined, lying_in, members
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT
from tests.networks import line

DEGREE_KM = 111.195
EQUATOR = [(0.0, 0.0), (4.0, 0.0)]
TRACED, JOURNEYS = line("a", "A", "land", EQUATOR), line("b", "B", "land", EQUATOR, basis="journeys")
AT_SEA, FLOWN = line("c", "C", "sea", EQUATOR), line("d", "D", "air", EQUATOR, airports=("BOG", "MAD"))


def piles(*places: tuple[float, float, bool], place: list[int] | None = None) -> Piles:
    lon, lat, at_sea = zip(*places, strict=True)
    size = len(places)
    return Piles(
        unit_vectors(np.array(lon), np.array(lat)),
        np.array(at_sea),
        np.arange(size) if place is None else np.array(place),
        np.ones(size),
    )


def north(at, *km: float, mode: str = "land", **columns: object) -> pl.DataFrame:
    """Return incidents so far north of the middle of the line, in its longitude."""
    places = [(2.0, own / DEGREE_KM) for own in km]
    return at(places, mode, **columns).with_columns(incident_id=pl.Series([f"{own} km" for own in km]))


@pytest.mark.parametrize(("corridor", "reach_km"), [(TRACED, 42), (JOURNEYS, 100)])
def test_a_traced_line_reaches_42_km_and_one_of_journeys_100(at, corridor, reach_km):
    which, km, along = lying_in(north(at, 0, reach_km - 1, reach_km + 1), [corridor], DEFAULT.membership)
    assert which.tolist() == [0, 0, -1]
    assert km[:2] == pytest.approx([0, reach_km - 1], abs=1.0)  # lines are sampled each 2 km
    assert along[:2] == pytest.approx(2 * DEGREE_KM, abs=2.5)
    assert np.isnan(km[2])


def test_an_incident_lies_in_the_nearest_corridor_of_its_own_mode(at):
    beside = line("e", "E", "land", [(0.0, 0.3), (4.0, 0.3)])
    incidents = pl.concat([north(at, 5, 30), north(at, 5, mode="sea"), north(at, 5, mode="air")])
    which, _, _ = lying_in(incidents, [TRACED, AT_SEA, beside], DEFAULT.membership)
    assert which.tolist() == [0, 2, 1, -1]


def test_a_flight_is_known_by_its_airports_in_the_order_of_travel_wherever_it_was_reported(at):
    flown = at([(100.0, 50.0)] * 4, "air").with_columns(
        departure=pl.Series(["BOG", "SKBO", "MAD", None]), destination=pl.Series(["MAD", "LEMD", "BOG", "MAD"])
    )
    which, _, along = lying_in(flown, [TRACED, FLOWN], DEFAULT.membership)
    assert which.tolist() == [1, 1, -1, -1]
    assert along[:2].tolist() == [0, 0]


def test_without_corridors_or_incidents_nothing_lies_anywhere(at):
    assert lying_in(north(at, 5), [], DEFAULT.membership)[0].tolist() == [-1]
    assert lying_in(north(at, 5).clear(), [TRACED], DEFAULT.membership)[0].size == 0


def test_an_incident_joins_the_journeys_of_the_nearest_pile_of_its_mode_within_60_km(at):
    known = piles((2.0, 0.0, False), (2.0, 0.2, True), (3.0, 0.0, False))
    incidents = pl.concat([north(at, 0, 59, 61), north(at, 0, mode="sea"), north(at, 0, mode="air")])
    assert known.nearest(incidents, DEFAULT.membership.pile_km).tolist() == [0, 0, -1, 1, -1]
    assert piles((2.0, 0.0, True)).nearest(north(at, 0), DEFAULT.membership.pile_km).tolist() == [-1]


def test_piles_of_one_place_share_the_square_root_of_their_incidents():
    known = piles((0, 0, False), (0, 0, False), (5, 5, False), place=[0, 0, 1])
    # 9 and 7 of 16 in one cell: 9 / 4 and 7 / 4.
    assert known.weights(np.array([9.0, 7.0, 4.0])).tolist() == [2.25, 1.75, 2.0]
    assert known.weights(np.zeros(3)).tolist() == [0, 0, 0]
    assert piles((0, 0, False)).weights(np.array([100.0])).tolist() == [10.0]


def test_members_are_numbered_by_pile_route_and_dense_area(at):
    found = members(north(at, 10, 50), [JOURNEYS], [TRACED], np.array([3, -1]), DEFAULT.membership)
    assert dict(found.schema) == MEMBERS
    assert found["pile"].to_list() == [3, -1]
    assert found["route"].to_list() == [0, 0]
    assert found["dense"].to_list() == [0, -1]


def test_what_is_known_stays_and_what_is_new_or_has_moved_is_looked_for(at):
    known = members(north(at, 10, 20), [JOURNEYS], [], np.array([7, 7]), DEFAULT.membership).with_columns(
        km=pl.lit(99.0)
    )
    now = pl.concat([north(at, 10), north(at, 30).with_columns(incident_id=pl.lit("20 km")), north(at, 500)])
    found = joined(now, known, [JOURNEYS], [], piles((2.0, 0.0, False)), DEFAULT.membership)
    assert found["incident_id"].to_list() == ["10 km", "20 km", "500 km"]
    assert found["route"].to_list() == [0, 0, -1]
    assert found["pile"].to_list() == [7, 0, -1]  # the new ones by the piles as they are
    assert found["km"][:2].to_list() == pytest.approx([99.0, 30.0], abs=0.1)


def test_what_states_no_place_or_time_is_looked_for_nowhere(at):
    lost = pl.concat([north(at, 10), north(at, 10)]).with_columns(
        lon=pl.Series([None, 2.0]), time_start=pl.Series([None, None], dtype=pl.Datetime("us", "UTC"))
    )
    found = joined(
        lost, pl.DataFrame(schema=MEMBERS), [JOURNEYS], [TRACED], piles((2.0, 0.0, False)), DEFAULT.membership
    )
    assert found["route"].to_list() == found["pile"].to_list() == found["dense"].to_list() == [None, None]
