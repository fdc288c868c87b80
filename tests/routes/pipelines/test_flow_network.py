"""The network: piles on two coasts give a crossing, its direction follows the destination, and what is stated wins."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from geodata.core.errors import UnknownColumns
from geodata.model.assumptions import reference_facts
from geodata.spatial.coastline import is_land
from routes.core.corridor import CONFIDENCES, METHOD_VERSION
from routes.core.geodesy import lonlat, resampled, unit_vectors
from routes.core.params import DEFAULT, NetworkParams
from routes.pipelines import flow_network
from routes.pipelines.counting import Directed, counted_on, placed
from routes.pipelines.flow_network import Network, _holds, _legs, _line, _named_apart, _near_evidence, lines_of, network
from routes.pipelines.network_tables import stored
from tests.networks import line as line_of

FACTS = reference_facts()
SCATTERED = "too few or too scattered"


def counted(laid: Network, incidents: pl.DataFrame, **more: object) -> Directed:
    return counted_on(laid, placed(laid, incidents), FACTS, **more)


def drawn(incidents: pl.DataFrame, replicates: int = 0) -> Directed:
    return counted(network(incidents, FACTS, replicates), incidents)


def coasts(found: Directed) -> set[tuple[str, str]]:
    """Return the legs over sea."""
    return {(leg.start, leg.end) for leg in found.movement.legs if leg.mode == "sea"}


@pytest.fixture(scope="module")
def found(laid, crossing) -> Directed:
    return counted(laid, crossing)


# A crossing, and the road that leads to it


def test_a_crossing_runs_from_libya_to_italy_one_way(found):
    (boats,) = [one for one in found.corridors if one.mode == "sea"]
    assert [country.iso3 for country in boats.countries] == ["LBY", "ITA"]
    assert boats.lines[0][0, 1] < boats.lines[-1][-1, 1]
    assert boats.direction == "one-way"
    assert boats.route == "Central Mediterranean"
    assert boats.origins == {"NGA": 1.0}
    assert boats.destinations == {"EU": 1.0}
    assert found.movement.landings[0].name == "Lampedusa, Malta and Sicily"
    assert ("LBY", "ITA") in coasts(found)


def test_the_desert_road_is_where_incidents_trace_it_and_ways_of_journeys_lead_up_to_it(found):
    by_basis = {basis: [one for one in found.corridors if one.basis == basis] for basis in ("evidence", "journeys")}
    (road,) = by_basis["evidence"]
    assert road.route == "Sahara"
    assert {country.iso3 for country in road.countries} >= {"NER", "LBY"}
    assert road.incidents > 250
    assert road.inferred_km < 0.1 * road.length_km
    ways = [one for one in by_basis["journeys"] if one.mode == "land"]
    assert ways
    assert all(one.inferred_km > 0.9 * one.length_km for one in ways)
    assert {"high"} != {one.confidence for one in ways} <= set(CONFIDENCES)


def test_a_country_that_people_come_from_is_a_source_and_one_that_they_pass_is_transit(found):
    share = {country.iso3: country for country in found.movement.countries}
    assert share["NGA"].source > 0.9
    assert share["NER"].transit > 0.9
    assert share["ITA"].destination > 0.9
    assert all(one.source + one.transit + one.destination == pytest.approx(1) for one in found.movement.countries)
    assert {("NGA", "NER", "land"), ("NER", "LBY", "land")} <= {
        (leg.start, leg.end, leg.mode) for leg in found.movement.legs
    }
    assert not any(leg.start == "LBY" and leg.end == "NER" for leg in found.movement.legs)


def test_what_starts_ends_somewhere(found):
    countries = found.movement.countries
    ended, begun = (sum(getattr(one, part) * one.weight for one in countries) for part in ("destination", "source"))
    assert ended == pytest.approx(begun)


def test_every_incident_lies_in_one_corridor_at_most_and_most_lie_in_one(found, crossing):
    assert found.assignments["incident_id"].is_unique().all()
    assert found.assignments.height > 0.9 * crossing.height
    assert found.assignments.height + found.off == crossing.height
    assert sum(one.incidents for one in found.corridors) == found.assignments.height


def test_a_network_is_laid_out_with_the_method_the_facts_and_no_counts_of_its_own(laid):
    assert (laid.method_version, laid.facts_version) == (METHOD_VERSION, FACTS.version)
    assert {one.method_version for one in laid.routes} == {METHOD_VERSION}
    assert {one.incidents for one in laid.routes} == {0}
    assert laid.members.height == 620
    assert len(laid.landings) == len(laid.routes)


def test_names_and_ids_differ_and_detail_grows_from_the_main_routes_on(laid):
    assert len({one.name for one in laid.routes}) == len({one.corridor_id for one in laid.routes}) == len(laid.routes)
    detail = [one.detail for one in laid.routes]
    assert detail[0] == 0
    assert detail == sorted(detail)
    assert max(detail) <= 1


def test_routes_over_land_keep_to_the_land(laid):
    for route in (one for one in laid.routes if one.mode == "land"):
        for line in route.lines:
            lon, lat = lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), 1.0)).T
            assert is_land(lon, lat).mean() > 0.98, route.name


def test_the_answer_can_be_written_as_geojson(found):
    collection = json.loads(json.dumps(found.collection(), allow_nan=False))
    assert collection["method_version"] == METHOD_VERSION
    assert collection["named_routes"][0]["title"].startswith("Central Mediterranean: ")
    assert any("Direction rests on origins and on the assumptions" in note for note in collection["notes"])


def test_half_of_the_incidents_count_on_the_same_lines(laid, crossing, found):
    half = counted(laid, crossing.gather_every(2))
    assert [one.corridor_id for one in sorted(half.corridors, key=lambda one: one.corridor_id)] == sorted(
        one.corridor_id for one in found.corridors
    )
    assert 0.4 < sum(one.incidents for one in half.corridors) / sum(one.incidents for one in found.corridors) < 0.6


# What must not change the answer


@pytest.mark.slow
def test_rows_in_another_order_give_the_same_network(two_piles, told):
    mixed = pl.concat([two_piles, told(two_piles.head(60), None).with_columns(pl.col("incident_id") + "x")])
    shuffled = mixed.sample(fraction=1.0, shuffle=True, seed=4)
    (record, tables), (other, others) = (stored(network(one, FACTS, 5)) for one in (mixed, shuffled))
    assert json.dumps(record) == json.dumps(other)
    assert tables["passes"].equals(others["passes"])
    assert tables["piles"].equals(others["piles"])
    assert tables["members"].sort("incident_id").equals(others["members"].sort("incident_id"))


@pytest.mark.slow
def test_air_unknown_modes_and_missing_places_change_no_route(two_piles, at):
    more = [at([(0.0, 50.0)] * 50, "air"), at([(float("nan"), 50.0)] * 3, "sea"), at([(12.5, 34.0)] * 9, None)]
    every = pl.concat(
        [two_piles, *(one.with_row_index("incident_id").with_columns(pl.format("{}x", "incident_id")) for one in more)],
        how="diagonal_relaxed",
    )
    one, other = network(two_piles, FACTS, 0), network(every, FACTS, 0)
    assert [route.corridor_id for route in other.routes] == [route.corridor_id for route in one.routes]
    assert other.notes[-3:] == (
        "3 incidents without a place or a time left out.",
        "9 incidents of unknown mode; no corridor is drawn from them.",
        "Air: 50 incidents in no pair of airports named three times; none is drawn for them.",
    )


@pytest.mark.slow
def test_flights_that_incidents_name_are_routes_too_and_come_last(two_piles, at):
    flown = at([(28.8, 41.3)] * 4, "air", departure="IST", destination="MSQ").with_columns(
        incident_id=pl.Series([f"f{number}" for number in range(4)])
    )
    every = pl.concat([two_piles, flown], how="diagonal_relaxed")
    found = drawn(every)
    assert [one.mode for one in found.corridors][-1] == "air"
    assert found.corridors[-1].incidents == 4
    assert found.corridors[-1].direction is None


# Two coasts


@pytest.mark.slow
def test_piles_on_two_coasts_give_a_crossing_and_no_line_along_the_coast(two_piles):
    found = drawn(two_piles)
    sea = [one for one in found.corridors if one.mode == "sea"]
    assert coasts(found) == {("LBY", "ITA")}
    assert sea
    for one in sea:
        (lon, lat), (end_lon, end_lat) = one.lines[0][0], one.lines[-1][-1]
        assert abs(end_lat - lat) > abs(end_lon - lon), "the line runs along the coast"
    assert sea[0].flow > 0.9 * sum(one.flow for one in sea)


@pytest.mark.slow
def test_a_stated_destination_wins_over_the_facts(at, along, told):
    spots = along([(43.2, 11.9), (43.4, 12.6)], 300, 15)
    assert coasts(drawn(told(at(spots, "sea"), "ETH"))) == {("DJI", "YEM")}
    homeward = drawn(told(at(spots, "sea", destination="Ethiopia"), "YEM"))
    assert coasts(homeward) == {("YEM", "DJI")}
    assert {goal for one in homeward.corridors for goal in one.destinations} == {"ETH"}


@pytest.mark.slow
def test_of_a_landing_in_two_countries_boats_go_to_the_one_where_landings_are_seen(two_piles, at, along, told):
    past_malta = along([(12.9, 33.1), (14.3, 35.6)], 120, 15, seed=4)
    in_sicily = along([(14.7, 36.5), (14.9, 36.6)], 20, 8, seed=4)
    more = told(at(np.vstack([past_malta, in_sicily]), "sea"), "NGA")
    pairs = coasts(drawn(pl.concat([two_piles.drop("incident_id"), more])))
    assert ("LBY", "ITA") in pairs
    assert ("LBY", "MLT") not in pairs


@pytest.mark.slow
def test_more_evidence_elsewhere_leaves_the_routes_that_there_are(two_piles, at, along, told):
    faint = told(at(along([(9.0, 37.6), (8.6, 38.7)], 12, 10), "sea"), "DZA")
    every = pl.concat([two_piles.drop("incident_id"), faint])
    before, after = drawn(two_piles), drawn(every)
    assert coasts(before) <= coasts(after)
    main = next(one for one in before.corridors if one.mode == "sea")
    assert any(one.mode == "sea" and abs(one.flow - main.flow) < 1 for one in after.corridors)


@pytest.mark.slow
def test_a_way_a_line_or_a_leg_that_few_redraws_of_the_evidence_show_is_left_out(crossing, laid):
    assert {one.basis for one in laid.routes} == {"evidence", "journeys"}
    assert all(support >= 0.5 for support in laid.leg_support)
    no_link, no_line = {"routes.least_link": 1.01}, {"ridges.support.least_drawn": 1.01}
    linked = network(crossing, FACTS, 3, params=NetworkParams.changed(no_link))
    assert {one.basis for one in linked.routes} == {"evidence"}
    without = network(crossing, FACTS, 3, params=NetworkParams.changed(no_line))
    assert {one.basis for one in without.routes} == {"journeys"}
    assert without.legs == ()
    nothing = network(crossing, FACTS, 3, params=NetworkParams.changed(no_link | no_line))
    assert "Movement: no route explains enough incidents to be drawn; insufficient data." in nothing.notes


@pytest.mark.slow
def test_without_redraws_it_is_left_open_how_sure_routes_and_legs_are(two_piles):
    open_ = network(two_piles, FACTS, 0)
    assert set(open_.leg_support) == {one.support for one in open_.routes} == {None}
    assert {one.confidence for one in counted(open_, two_piles).corridors} == {None}


# Little, bad and unknown input


@pytest.mark.parametrize("number", [0, 1, 4])
def test_too_few_incidents_are_insufficient_data(at, number):
    found = drawn(at([(13.0, 33.0)] * number, "sea"), 2)
    assert found.corridors == found.dense == ()
    assert "are too few to draw a route; insufficient data." in found.notes[0]
    assert found.off == number
    assert not found.directed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("places", "mode", "origin", "said"),
    [
        ([(13.0, 33.0)] * 5, "sea", None, "no incident states an origin"),
        ([(13.0, 33.0)] * 5, "sea", None, "insufficient data"),
        ([(13.0, 33.0)] * 60, "sea", "NGA", SCATTERED),
        ([(-30.0 - 0.1 * number, -15.0) for number in range(30)], "sea", None, "lies on no way"),
        ([(-140.0 + 0.1 * number, -20.0) for number in range(30)], "sea", "SYR", "lies on no way"),
        ([(13.0, 25.0 + 0.1 * number) for number in range(20)], "land", "ATA", "no incident states an origin"),
        ([(-14.4, -7.95)] * 10, "land", "SYR", "insufficient data"),  # an island without a ferry
        ([(0.0, -89.0)] * 10, "land", "NGA", "insufficient data"),
    ],
)
def test_what_no_route_can_be_drawn_from_gives_a_note_and_no_exception(at, told, places, mode, origin, said):
    found = drawn(told(at(places, mode), origin), 2)
    assert any(said in note for note in found.notes)
    assert found.movement.legs == () or said == SCATTERED
    json.dumps(found.collection(), allow_nan=False)


@pytest.mark.slow
def test_no_origins_at_all_is_said_and_the_line_that_incidents_trace_is_drawn_all_the_same(two_piles):
    found = drawn(two_piles.drop("origins"))
    assert "no incident states an origin" in found.notes[0]
    (boats,) = [one for one in found.corridors if one.mode == "sea"]
    assert boats.basis == "evidence"
    assert boats.incidents > 250


@pytest.mark.slow
def test_some_origins_are_said_to_be_inferred_from_their_neighbours(two_piles, told):
    mixed = pl.concat([two_piles.head(100), told(two_piles.tail(-100), None)])
    assert f"Movement: {210 / 310:.0%} of incidents state no origin" in drawn(mixed).notes[0]


def test_a_column_that_is_missing_is_named(crossing):
    with pytest.raises(UnknownColumns, match="column 'mode' is missing"):
        network(crossing.drop("mode"), FACTS)


def test_each_stage_is_told_as_it_begins(at):
    stages: list[str] = []
    network(at([(13.0, 33.0)] * 3, "sea"), FACTS, say=stages.append)
    assert stages == ["tracing the lines along which incidents lie"]


def test_a_network_without_ids_of_incidents_numbers_them(at, laid, crossing):
    nameless = placed(replace(laid, members=laid.members.clear()), crossing.drop("incident_id"))
    assert nameless["incident_id"].to_list()[:3] == ["0", "1", "2"]


# What is drawn, by hand

KM = 111.195  # of a degree of latitude


@pytest.mark.parametrize(
    ("basis", "support", "holds"),
    [("traced", 0.5, True), ("traced", 0.49, False), ("journey", 0.7, True), ("journey", 0.69, False)],
)
def test_a_traced_line_holds_in_half_of_the_redraws_and_a_way_of_journeys_in_seven_of_ten(basis, support, holds):
    assert _holds(SimpleNamespace(basis=basis, support=support), DEFAULT) == holds
    assert _holds(SimpleNamespace(basis=basis, support=None), DEFAULT)


def test_a_third_of_what_is_left_after_the_main_routes_is_a_third_of_the_detail():
    """Of twenty routes three are the main ones; the last of the other seventeen is 16 of 17 on."""
    routes = [line_of(f"r{number}", "Same", "land", [(0, 0), (1, 1)]) for number in range(20)]
    flown = line_of("air", "Other", "air", [(0, 0), (1, 1)])
    found = _named_apart([*routes, flown], DEFAULT.routes.main_routes)
    assert [one.detail for one in found[:5]] == pytest.approx([0, 0, 0, 0, 1 / 17])
    assert found[19].detail == pytest.approx(16 / 17)
    assert found[20].detail == 0.0
    assert len({one.name for one in found}) == 21


def test_bridges_of_a_corridor_are_inferred_segments_and_do_not_lower_its_support_twice():
    """Of 100 km, 40 to 60 are inferred: what came back in 0.6 of the redraws did so in 0.75 where it is observed."""
    corridor = line_of("r", "r", "land", [(0, 0), (0, 40 / KM), (0, 60 / KM), (0, 100 / KM)], bridges=((39.0, 61.0),))
    found = _line(replace(corridor, support=0.6, bridges=((40.0, 60.0),)), DEFAULT.membership.traced_reach_km)
    assert found.inferred.tolist() == [False, True, False]
    assert found.support.tolist() == pytest.approx([0.75])
    assert _line(replace(corridor, support=0.9), DEFAULT.membership.traced_reach_km).support.tolist() == [1.0]
    assert _line(corridor, DEFAULT.membership.traced_reach_km).support.size == 0


def test_young_lines_are_the_last_of_their_mode():
    lines = [line_of(name, name, mode, [(0, 0), (1, 1)]) for name, mode in (("a", "land"), ("b", "sea"), ("c", "land"))]
    found = lines_of(SimpleNamespace(corridors=lines), DEFAULT.membership, lines[2:])
    assert (len(found.land), len(found.sea), found.young) == (2, 1, (1, 0))


# Other parameters


def test_a_network_by_other_parameters_says_so_and_is_counted_by_them(crossing, two_piles):
    usual = network(two_piles, FACTS, 0)
    params = NetworkParams.changed({"segments.one_way": 1.0, "segments.least_back": 0.0, "routes.main_routes": 0.5})
    made = network(two_piles, FACTS, 0, params=params)
    assert usual.method_version == METHOD_VERSION
    assert made.method_version == f"{METHOD_VERSION}{params.suffix}"
    assert {one.method_version for one in (*made.routes, *made.dense)} == {made.method_version}
    told, other = counted(usual, two_piles), counted(made, two_piles)
    assert (told.method_version, other.method_version) == (METHOD_VERSION, made.method_version)
    assert other.collection()["method_version"] == made.method_version
    assert "one-way" in {one.direction for one in told.corridors}
    assert "one-way" not in {one.direction for one in other.corridors}
    assert counted(made, two_piles, modes=["air"]).method_version == made.method_version


def test_too_few_incidents_are_as_few_as_is_asked_for(two_piles):
    params = NetworkParams.changed({"routes.fewest_incidents": two_piles.height + 1})
    made = network(two_piles, FACTS, 0, params=params)
    assert made.passes is None
    assert "insufficient data" in made.notes[0]
    assert made.method_version == f"{METHOD_VERSION}{params.suffix}"
    assert {one.method_version for one in made.dense} <= {made.method_version}


def test_an_incident_lies_in_a_corridor_that_reaches_as_far_as_is_asked_for(crossing, laid):
    narrow = replace(
        laid, params=NetworkParams.changed({"membership.traced_reach_km": 5.0, "membership.reach_km": 5.0})
    )
    anew = crossing.with_columns(pl.col("incident_id") + "-new")
    wide, near = (placed(one, anew)["corridor_id"].count() for one in (laid, narrow))
    assert near < 0.8 * wide


def legs_of(flows: dict[tuple[str, str, str], float], drawn: set[int], monkeypatch) -> list[str]:
    """Return the legs that are told of, of one trip over each with such a flow, of which some have a way drawn."""
    monkeypatch.setattr(flow_network, "_near_evidence", lambda _: np.zeros(len(flows), bool))
    every = list(range(len(flows)))
    over = pl.DataFrame({"leg": every, "way": every, "weight": [1.0] * len(every)})
    laid = SimpleNamespace(legs=lambda _: (tuple(flows), csr_array(np.eye(len(flows))), over))
    plan = SimpleNamespace(
        drawn=np.isin(every, list(drawn)),
        params=DEFAULT,
        moved=SimpleNamespace(weight=np.array(list(flows.values()))),
        taken=SimpleNamespace(again=()),
    )
    keys, support, table = _legs(laid, plan)
    assert (support, table.shape) == ((None,) * len(keys), (len(flows), len(keys)))
    return ["-".join(key[:2]) for key in keys]


def test_legs_are_told_of_that_are_drawn_or_carry_enough_of_what_leaves_and_enters_their_countries(monkeypatch):
    """Of 203 that enter Libya three in a hundred are 6.09; of 100 that leave Sudan they are 3, and 5 are needed."""
    flows = {
        ("NER", "LBY", "land"): 190.9,
        ("TCD", "LBY", "land"): 6.1,
        ("DZA", "LBY", "land"): 6.0,
        ("SDN", "EGY", "land"): 95.1,
        ("SDN", "TCD", "land"): 4.9,
        ("TUN", "ITA", "sea"): 0.5,
        ("EGY", "GRC", "sea"): 0.49,
    }
    assert legs_of(flows, set(), monkeypatch) == ["NER-LBY", "TCD-LBY", "SDN-EGY"]
    assert legs_of(flows, {2, 5, 6}, monkeypatch) == ["NER-LBY", "TCD-LBY", "DZA-LBY", "SDN-EGY", "TUN-ITA"]
    assert legs_of({("SDN", "EGY", "land"): 200.0, ("SDN", "LBY", "land"): 5.9}, set(), monkeypatch) == ["SDN-EGY"]


def test_roads_are_near_evidence_within_60_km_of_a_beach_a_traced_line_or_much_that_is_seen(monkeypatch):
    """Eight nodes stand 50 km apart, with a road to each next one; a boat that is drawn puts out from the last."""
    monkeypatch.setattr(flow_network, "scale_of", lambda *_: 1.0)
    points = unit_vectors(np.arange(8) * 50 / KM, np.zeros(8))

    class Land(SimpleNamespace):
        def __len__(self) -> int:
            return 8

    def shown(*, traced: list[int], seen: int | None, boat: bool) -> list[int]:
        ways = SimpleNamespace(
            ground=SimpleNamespace(land=Land(points=points)),
            kind=np.zeros(8),
            roads=7,
            start=np.r_[np.arange(7), 7],
            end=np.r_[np.arange(1, 8), 99],
            seen=np.where(np.arange(8) == seen, DEFAULT.legs.seen, 0.0),
        )
        drawn = np.array([False] * 7 + [boat])
        land = [(None, SimpleNamespace(nodes=np.array(traced, int)))]
        plan = SimpleNamespace(ways=ways, drawn=drawn, land=land, params=DEFAULT, piles=None)
        return np.flatnonzero(_near_evidence(plan)).tolist()

    assert shown(traced=[], seen=None, boat=False) == []
    assert shown(traced=[], seen=None, boat=True) == [6]
    assert shown(traced=[0], seen=None, boat=False) == [0]
    assert shown(traced=[], seen=4, boat=False) == [3, 4]
