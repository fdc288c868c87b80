"""Counting: a window or a filter changes numbers only, by sums that can be done on paper, as the network is made."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from geodata.model.assumptions import reference_facts
from routes.core.corridor import confidence_of
from routes.core.params import DEFAULT
from routes.network.movement_model import CountryShares
from routes.pipelines.counting import Directed, _direction, _role, counted_on, placed
from routes.pipelines.flow_network import Network
from tests.networks import BEACH, CROSSING, FLIGHT, MALTA, ROAD, handmade, knowing, seen

FACTS = reference_facts()


def counted(network: Network, incidents: pl.DataFrame, **more: object) -> Directed:
    return counted_on(network, placed(network, incidents), FACTS, **more)


def route(found: Directed, corridor_id: str):
    return next(one for one in found.corridors if one.corridor_id == corridor_id)


@pytest.fixture(scope="module")
def every() -> pl.DataFrame:
    """Return 4 incidents in one cell of the desert, 16 in the strait and 9 off Lampedusa: weights 2, 4 and 3."""
    return seen(desert=3, oasis=1, strait=16, lampedusa=9)


@pytest.fixture(scope="module")
def network(every) -> Network:
    return knowing(every)


@pytest.fixture(scope="module")
def found(network, every) -> Directed:
    return counted(network, every)


# Sums by hand: trip 0 weighs 3 / sqrt(4) + 16 / sqrt(16) = 5.5, trip 1 weighs 1 / sqrt(4) + 3 / 2 = 2, trip 2 3 / 2.


def test_flow_along_a_route_is_the_weight_of_the_trips_over_their_share_of_its_length(found):
    assert route(found, CROSSING).flow == pytest.approx(5.5 + 2 + 1.5)
    assert route(found, ROAD).flow == pytest.approx(5.5 + 2 / 2)
    assert route(found, FLIGHT).flow == 0


def test_incidents_lie_in_one_corridor_and_pass_through_all_that_their_journeys_take(found):
    assert (route(found, CROSSING).incidents, route(found, ROAD).incidents) == (25, 4)
    # 3 + 16 on trip 0, 1 + 9 / 2 on trip 1, 9 / 2 on trip 2.
    assert route(found, CROSSING).passing == pytest.approx(19 + 5.5 + 4.5)
    assert route(found, ROAD).passing == pytest.approx(19 + 5.5 / 2)
    assert (route(found, CROSSING).people, route(found, ROAD).people) == (50, 8)


def test_origins_and_destinations_are_shares_of_what_moves_along_the_route_itself(found):
    assert route(found, CROSSING).origins == pytest.approx({"NGA": 5.5 / 9, "SDN": 2 / 9, "ITA": 1.5 / 9})
    assert route(found, CROSSING).destinations == pytest.approx({"EU": 7.5 / 9, "LBY": 1.5 / 9})
    assert route(found, ROAD).origins == pytest.approx({"NGA": 5.5 / 6.5, "SDN": 1 / 6.5})


def test_a_country_is_source_transit_and_destination_by_what_starts_passes_and_ends_there(found):
    shares = {one.iso3: one for one in found.movement.countries}
    # Of Libya: 5.5 and 2 come in and go on, 1.5 comes in and stays.
    assert (shares["LBY"].source, shares["LBY"].weight) == (0, 9.0)
    assert shares["LBY"].transit == pytest.approx(7.5 / 9)
    assert shares["LBY"].destination == pytest.approx(1.5 / 9)
    assert (shares["NGA"].source, shares["NER"].transit) == (1, 1)
    assert shares["ITA"].source == pytest.approx(1.5 / 9)
    assert [one.iso3 for one in found.movement.countries] == ["ITA", "LBY", "NER", "NGA", "SDN"]
    libya, italy = route(found, CROSSING).countries
    assert (libya.role, italy.role) == ("transit", "destination")
    assert libya.shares == pytest.approx((0, 7.5 / 9, 1.5 / 9))


def test_legs_run_each_way_by_themselves_and_bear_the_support_that_was_found(found):
    legs = {(leg.start, leg.end): (leg.flow, leg.support) for leg in found.movement.legs}
    assert legs == {("LBY", "ITA"): (7.5, 1.0), ("NER", "LBY"): (5.5, 0.8), ("ITA", "LBY"): (1.5, None)}


def test_hubs_landings_and_named_routes_have_what_leaves_and_lands(found):
    hubs = {hub.iso3: (hub.leaving, hub.landing) for hub in found.movement.hubs}
    assert hubs == {"LBY": (7.5, 1.5), "ITA": (1.5, 7.5)}
    ((name, flow),) = [(one.name, one.flow) for one in found.movement.landings]
    assert (name, flow) == ("Lampedusa, Malta and Sicily", 7.5)
    assert [(one.name, one.flow) for one in found.named] == [("Central Mediterranean", 7.5)]


def test_what_is_explained_is_a_share_of_the_weight_of_the_incidents(found):
    assert found.movement.explained == pytest.approx((1.5 + 0.5 + 4 * 0.5) / 9)


def test_where_nobody_is_counted_every_route_stands_empty(network, every):
    found = counted(network, every.clear())
    assert {one.corridor_id for one in found.corridors} == {CROSSING, ROAD, FLIGHT}
    assert {one.flow for one in found.corridors} == {one.incidents for one in found.corridors} == {0}
    assert {one.direction for one in found.corridors} == {None}
    assert {one.direction_basis for one in found.corridors} == {""}
    assert found.movement.legs == found.movement.countries == found.movement.hubs == found.named == ()


# The main direction from .65 on: a in the strait run forward, of b off Lampedusa half runs back.


@pytest.mark.parametrize(
    ("strait", "lampedusa", "direction"),
    [
        (25, 100, "one-way"),  # 5 + 5 of 15: .667
        (16, 100, "two-way"),  # 4 + 5 of 14: .643, and 5 run back
        (0, 36, "two-way"),  # 3 of 6, and 3 run back
        (0, 25, "unclear"),  # 2.5 of 5, and no more than 2.5 run back
        (16, 0, "one-way"),
        (0, 0, None),
    ],
)
def test_a_route_is_one_way_from_65_percent_and_two_way_where_enough_runs_back(strait, lampedusa, direction):
    incidents = seen(strait=strait, lampedusa=lampedusa)
    assert route(counted(knowing(incidents), incidents), CROSSING).direction == direction


def test_a_direction_says_how_many_of_the_incidents_state_an_origin(network, every):
    stated = [[{"iso3": "NGA", "weight": 1.0}], *[None] * 3, *[[]] * 25]
    known = every.with_columns(pl.Series("origins", stated, dtype=every.schema["origins"]))
    assert route(counted(network, known), ROAD).direction_basis.startswith("25% of its incidents state the origin;")
    assert route(counted(network, known), CROSSING).direction_basis.startswith("No incident states its origin;")


# Confidence


@pytest.mark.parametrize(
    ("support", "incidents", "inferred", "said"),
    [
        (0.85, 10, 0.5, "high"),
        (0.84, 10, 0.5, "medium"),
        (0.95, 9, 0.0, "medium"),
        (0.95, 10, 0.51, "medium"),
        (0.70, 1, 1.0, "medium"),
        (0.69, 1000, 0.0, "low"),
        (1.0, 0, 0.0, "low"),
    ],
)
def test_confidence_is_high_from_ten_incidents_up_to_half_inferred_and_well_supported(
    support, incidents, inferred, said
):
    assert confidence_of(support, incidents, inferred) == said


@pytest.mark.parametrize(("strait", "confidence"), [(10, "high"), (9, "medium"), (0, "low")])
def test_in_a_window_a_route_is_as_sure_as_the_incidents_of_the_window_make_it(strait, confidence):
    incidents = seen(strait=12)
    found = counted(knowing(incidents), incidents.head(strait))
    assert route(found, CROSSING).confidence == confidence


@pytest.mark.parametrize(("inferred_km", "confidence"), [(50.0, "high"), (50.1, "medium")])
def test_a_route_of_which_more_than_half_is_inferred_is_never_sure(inferred_km, confidence):
    incidents = seen(desert=20)
    known = knowing(incidents)
    crossing, road, flight = known.routes
    bridged = replace(road, bridges=((0.0, inferred_km),))  # of 100 km
    known = replace(known, routes=(crossing, bridged, flight))
    assert route(counted(known, incidents), ROAD).confidence == confidence


# Views


def identity(found: Directed) -> dict[str, object]:
    return {
        one.corridor_id: (one.name, [part.tolist() for part in one.lines], one.length_km, one.support, one.detail)
        for one in found.corridors
    }


def test_a_window_changes_counts_and_never_ids_names_or_lines(network, every, found):
    january = placed(network, every).filter(pl.col("time_start") < datetime(2024, 2, 1, tzinfo=UTC))
    then = counted_on(network, january, FACTS)
    assert identity(then) == identity(found)
    # In January: 1 of the desert, 1 of the oasis, 2 of the strait, 1 off Lampedusa.
    assert (route(then, ROAD).incidents, route(then, CROSSING).incidents) == (2, 3)
    assert route(then, ROAD).months == {"2024-01": 2}
    assert route(found, ROAD).months == {"2024-01": 2, "2024-02": 1, "2024-03": 1}
    assert route(then, CROSSING).flow == pytest.approx((2**0.5 / 2 + 2**0.5) + (2**0.5 / 2 + 0.5) + 0.5)


def test_a_mode_is_told_of_alone_and_its_routes_are_the_same(network, found, every):
    sea = placed(network, every).filter(pl.col("mode") == "sea")
    then = counted_on(network, sea, FACTS, modes=["sea"])
    assert identity(then) == {CROSSING: identity(found)[CROSSING]}
    assert route(then, CROSSING).incidents == route(found, CROSSING).incidents


def test_a_mode_left_out_of_the_incidents_takes_its_journeys_with_it(network, every):
    then = counted_on(network, placed(network, every).filter(pl.col("mode") == "land"), FACTS)
    assert route(then, CROSSING).incidents == 0
    assert route(then, CROSSING).flow == pytest.approx(2.0)  # people met in the desert go on by sea
    assert route(then, CROSSING).passing == pytest.approx(4.0)


@pytest.mark.parametrize(("detail", "shown"), [(0.0, [CROSSING, FLIGHT]), (0.49, [CROSSING, FLIGHT])])
def test_less_detail_leaves_routes_out(network, every, found, detail, shown):
    assert [one.corridor_id for one in counted(network, every, detail=detail).corridors] == shown
    assert [one.corridor_id for one in counted(network, every, detail=0.5).corridors] == [CROSSING, ROAD, FLIGHT]
    assert route(counted(network, every, detail=detail), CROSSING) == route(found, CROSSING)


def test_a_band_holds_four_fifths_of_the_incidents(every):
    known = knowing(every)
    spread = pl.when(pl.col("mode") == "sea").then(pl.col("incident_id").str.split(" ").list.last().cast(pl.Float64))
    network = handmade(members=known.members.with_columns(km=spread.otherwise(0.0)))
    # 0 to 15 km in the strait and 0 to 8 off Lampedusa: 20 of 25 lie within 10 km, 21 within 11.
    assert route(counted(network, every), CROSSING).band_km == 11.0


# Placing


def test_incidents_that_are_known_lie_where_they_lay(network, every):
    where = placed(network, every)
    assert where["corridor_id"].value_counts().sort("corridor_id").rows() == [(ROAD, 4), (CROSSING, 25)]
    assert where.filter(pl.col("mode") == "land")["km"].unique().to_list() == [5.0]
    assert where["incident_id"].to_list() == every["incident_id"].to_list()


def test_a_new_incident_is_put_on_the_standing_network_at_once(network, every):
    new = seen(strait=1).with_columns(incident_id=pl.lit("new"))
    more = pl.concat([every, new])
    (own,) = placed(network, more).filter(pl.col("incident_id") == "new").rows(named=True)
    assert (own["corridor_id"], own["pile"], own["dense"]) == (CROSSING, 2, -1)
    assert own["km"] < 20
    assert 100 < own["along"] < 140  # km from Zuwara
    before, after = counted(network, every), counted(network, more)
    assert route(after, CROSSING).incidents == route(before, CROSSING).incidents + 1
    assert route(after, CROSSING).flow == pytest.approx(route(before, CROSSING).flow + 17**0.5 - 4)
    assert identity(after) == identity(before)


def test_an_incident_that_moved_is_placed_anew_and_one_of_another_mode_too(network, every):
    moved = every.with_columns(
        lon=pl.when(pl.col("incident_id") == "desert 0").then(pl.col("lon") - 8).otherwise("lon"),
        mode=pl.when(pl.col("incident_id") == "desert 1").then(pl.lit("sea")).otherwise("mode"),
    )
    own = {row["incident_id"]: row for row in placed(network, moved).rows(named=True)}
    assert own["desert 0"]["corridor_id"] is own["desert 1"]["corridor_id"] is None
    assert own["desert 0"]["pile"] == own["desert 1"]["pile"] == -1
    assert own["desert 2"]["corridor_id"] == ROAD
    assert counted(network, moved).off == 2


def test_what_has_no_place_time_or_mode_lies_nowhere_and_counts_for_nothing(network, every):
    nowhere = every.head(3).with_columns(
        incident_id=pl.lit("x"),
        lon=pl.Series([None, 11.0, float("nan")]),
        mode=pl.Series(["land", None, "land"]),
        time_start=pl.col("time_start") - timedelta(days=1),
    )
    lost = placed(network, nowhere)
    assert lost["route"].null_count() == lost["pile"].null_count() == lost["corridor_id"].null_count() == 3
    found = counted(network, nowhere)
    assert found.off == sum(one.incidents for one in found.corridors) == 0


def test_two_incidents_of_one_name_in_one_place_are_two(network, every):
    twice = pl.concat([every.head(1), every.head(1)])
    known = handmade(members=pl.concat([network.members.head(1), network.members.head(1)]))
    assert placed(known, twice).height == 2
    assert route(counted(known, twice), ROAD).incidents == 2


def test_flights_are_known_by_the_airports_that_incidents_name():
    flown = seen(strait=3).with_columns(
        mode=pl.lit("air"), departure=pl.lit("BOG"), destination=pl.Series(["MAD", "LEMD", "IST"])
    )
    found = counted(handmade(), flown)
    assert (route(found, FLIGHT).incidents, found.off) == (2, 1)
    assert route(found, FLIGHT).band_km == 0
    json.dumps(found.collection(), allow_nan=False)


def test_incidents_on_a_beach_that_no_journey_takes_are_told_as_a_dense_area():
    ashore = seen(strait=5).with_columns(lon=pl.lit(MALTA[0]), lat=pl.lit(MALTA[1]))
    found = counted(handmade(), ashore)
    assert [(one.corridor_id, one.incidents, one.band_km) for one in found.dense] == [(BEACH, 5, 12.0)]
    assert found.off == 0
    assert found.in_dense_areas["corridor_id"].to_list() == [BEACH] * 5
    assert found.assignments.is_empty()
    json.dumps(found.collection(), allow_nan=False)
    assert counted(handmade(), ashore, modes=["land"]).dense == ()


def test_assignments_name_the_route_and_the_stretch_beside_which_each_lies(found):
    own = found.assignments
    assert own.height == 29
    assert own["incident_id"].is_sorted()
    assert own.row(0) == ("desert 0", ROAD, f"{ROAD}-system", 5.0, 2)  # 120 km along: the third piece of 50 km


def test_the_answer_as_geojson_says_what_lies_off_the_network_and_which_notes_it_has(network, every):
    far = seen(strait=1).with_columns(incident_id=pl.lit("far"), lon=pl.lit(-30.0))
    collection = json.loads(json.dumps(counted(network, pl.concat([every, far])).collection(), allow_nan=False))
    assert collection["off_the_network"] == 1
    assert [feature["properties"]["corridor_id"] for feature in collection["features"]] == [CROSSING, ROAD, FLIGHT]
    assert collection["named_routes"][0]["title"] == "Central Mediterranean: Zuwara - Lampedusa"
    assert collection["notes"][:2] == ["Movement: 25% is told of Libya.", "A plain note."]
    assert collection["notes"][-1] == f"Direction rests on origins and on the assumptions {FACTS.version}."


def test_a_network_without_journeys_tells_flights_and_dense_areas_alone():
    bare = handmade(passes=None, routes=handmade().routes[2:], landings=("",), named=(), legs=(), leg_support=())
    found = counted(bare, seen(strait=4))
    assert not found.directed
    assert found.movement.legs == found.movement.countries == found.named == ()
    assert [one.corridor_id for one in found.corridors] == [FLIGHT]
    assert not any("Direction rests" in note for note in found.notes)


@pytest.mark.parametrize(
    ("forward", "backward", "direction"),
    [(6.6, 3.4, "one-way"), (6.5, 3.5, "two-way"), (4.0, 2.9, "unclear"), (4.0, 3.0, "two-way"), (3.0, 0.0, "one-way")],
)
def test_a_route_is_one_way_by_more_than_65_in_100_and_two_way_from_a_flow_of_three_back(forward, backward, direction):
    assert _direction(forward, backward, DEFAULT.segments) == direction


@pytest.mark.parametrize(
    ("shares", "role"),
    [
        ((0.5, 0.5, 0.0), "transit"),  # what passes as often as it starts is transit
        ((0.0, 0.5, 0.5), "transit"),
        ((0.5, 0.0, 0.5), "source"),
        ((0.4, 0.3, 0.3), "source"),
        ((0.3, 0.3, 0.4), "destination"),
    ],
)
def test_a_country_has_the_role_that_it_mostly_has(shares, role):
    assert _role("LBY", CountryShares("LBY", *shares, 9.0)).role == role
    assert _role("LBY", None).role == "transit"


def test_flows_hubs_and_roles_of_the_handmade_network_by_hand():
    """Four incidents in the desert weigh 2 on trip 0; nine in the strait weigh 3 on it as well; one off Lampedusa 1.

    Trip 0 then weighs 2 + 3 = 5, and trips 1 and 2 half of 1 each.
    """
    incidents = seen(desert=4, strait=9, lampedusa=1)
    network = knowing(incidents)
    found = counted_on(network, placed(network, incidents), reference_facts())
    crossing, road, flight = found.corridors
    assert (crossing.flow, road.flow, flight.flow) == (pytest.approx(5 + 0.5 + 0.5), pytest.approx(5 + 0.25), 0.0)
    assert crossing.origins == {"NGA": pytest.approx(5 / 6), "ITA": pytest.approx(1 / 12), "SDN": pytest.approx(1 / 12)}
    assert (crossing.incidents, road.incidents) == (10, 4)
    countries = {one.iso3: one for one in found.movement.countries}
    # Into Libya 5 + 0.5 + 0.5 come, of which 0.5 stay; into Italy 5.5, which all stay, and 0.5 begin there.
    assert countries["LBY"].transit == pytest.approx(5.5 / 6)
    assert countries["LBY"].destination == pytest.approx(0.5 / 6)
    assert countries["ITA"].destination == pytest.approx(5.5 / 6)
    assert countries["ITA"].source == pytest.approx(0.5 / 6)
    assert countries["NER"].transit == 1.0
    assert countries["NGA"].source == 1.0
    hubs = {hub.iso3: (hub.leaving, hub.landing) for hub in found.movement.hubs}
    assert hubs == {"LBY": pytest.approx((5.5, 0.5)), "ITA": pytest.approx((0.5, 5.5))}
    legs = {(leg.start, leg.end): leg.flow for leg in found.movement.legs}
    assert legs == {("NER", "LBY"): pytest.approx(5), ("LBY", "ITA"): pytest.approx(5.5), ("ITA", "LBY"): 0.5}
    # Of the weights of 2 and 3 all is explained, of the last one nothing; half of what lies in the strait is.
    assert found.movement.explained == pytest.approx((2 * 1 + 3 * 0.5) / 6)
