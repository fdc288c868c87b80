"""A network of eight nodes whose journeys, flows and shares are worked out on paper.

From Nigeria a way begins at node 0 (Niger); roads lead by node 1 to two beaches of Libya, 2 and 3; boats cross from
both to node 4 (Lampedusa), from where a ferry runs to node 5 (Italy), the goal "EU". "LBY" is at node 3.

    start 6 (NGA) -> 0 --100-- 1 --100-- 2 ~~300~~ 4 --50-- 5 = EU        start 7 (ITA) -> 4
                               1 --150-- 3 ~~260~~ 4         3 = LBY

====  ==========================================================  ======
pile  of                                                          weight
====  ==========================================================  ======
0     16 incidents at node 1                                      4
1     9 at sea, explained by the first crossing better            3
2     4 at sea, explained by the second crossing alone            2
3     1 at node 0, of people who state that they go to Libya      1
4     1 at sea by the second crossing, from Italy back to Libya   1
====  ==========================================================  ======
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array

from geodata.spatial.mobility_graph import Nodes
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT
from routes.network.coastal_hubs import Hubs
from routes.network.flow_assignment import flow
from routes.network.mdl_selection import (
    Draw,
    PileClusters,
    _Candidates,
    _candidates,
    _covers,
    _land_cover,
    _Table,
    _take,
    counting_of,
    scale_of,
)
from routes.network.network import BEGIN, FERRY, LAND, SEA, Steps, Ways, _Blocs, _roads
from routes.network.origin_destination import Goal, TripEnds, _by_distance, _Ground, _kernel, _with_inferred
from routes.network.passage_tables import Laid
from routes.network.sea_crossings import Crossings
from routes.network.segments import Under, journeys_on
from routes.network.shortest_paths import Demand, grown, walked

NER, LBY, ITA, NGA = range(4)
KM = 111.195  # of a degree of latitude
ROAD, TO_WEST, TO_EAST, WEST, EAST, FERRIED, FROM_NGA, FROM_ITA = range(8)
COST = np.array([100.0, 100, 150, 300, 260, 50, 0, 0])
LON = np.array([0.0, 1, 2, 3, 4, 5])


def east(*degrees: float) -> np.ndarray:
    return unit_vectors(np.array(degrees, float), np.zeros(len(degrees)))


def golden_ways() -> Ways:
    land = Nodes(np.arange(6, dtype=np.uint64), east(*LON), np.ones(6), np.array([NER, LBY, LBY, LBY, ITA, ITA]))
    roads = SimpleNamespace(start=np.array([0, 1, 1]), end=np.array([1, 2, 3]), km=COST[:3])
    ground = SimpleNamespace(land=land, roads=roads, index={"NER": NER, "LBY": LBY, "ITA": ITA, "NGA": NGA})
    hubs = Hubs(land.points[[2, 3, 4]], np.ones(3), np.array([2, 3, 4]), np.array([LBY, LBY, ITA]))
    both = np.ones(2, bool)
    cover = csr_array(np.array([[0.9, 0, 0], [0.4, 0.8, 0.8]]))
    lines = (land.points[[2, 4]], land.points[[3, 4]])
    sea = Crossings(hubs, np.array([0, 1]), np.array([2, 2]), COST[3:5], lines, both, both, np.zeros(2), cover, both)
    may = np.ones((2, 8), bool)
    may[1, [FROM_NGA, FROM_ITA]] = False
    return Ways(
        ground=ground,
        crossings=sea,
        kind=np.array([LAND, LAND, LAND, SEA, SEA, FERRY, BEGIN, BEGIN], np.int8),
        length=COST,
        start=np.array([0, 1, 1, 2, 3, 4, 6, 7]),
        end=np.array([1, 2, 3, 4, 4, 5, 0, 4]),
        country=np.array([NER, LBY, LBY, LBY, ITA, ITA, NGA, ITA]),
        may=may,
        cost=np.stack([COST, COST]),
        seen=np.zeros(6),
    )


def golden_piles() -> TripEnds:
    starts = np.array([[1.0, 0], [1, 0], [1, 0], [1, 0], [0, 1]])
    return TripEnds(
        points=east(1, 3, 3.5, 0, 3.5),
        incidents=np.array([16.0, 9, 4, 1, 1]),
        stated=np.zeros(5),
        pile_of=np.arange(5),
        place=np.arange(5),
        at_sea=np.array([False, True, True, False, True]),
        origins=starts,
        starts=starts,
        countries=("NGA", "ITA"),
        start_points=east(-1, 4),
        known=np.zeros(2),
        stated_goal=np.array([-1, -1, -1, 1, 1]),
        departure=np.full(5, -1),
        goals=(Goal("EU", east(5)), Goal("LBY", east(3))),
        allowed=np.array([[True, False], [True, False]]),
        offset_km=np.zeros((2, 2)),
        params=DEFAULT.trip_ends,
    )


WAYS, PILES = golden_ways(), golden_piles()
MOVED = flow(WAYS, PILES, np.ones(8, bool), DEFAULT.journeys)


def test_ways_from_starts_and_to_goals_are_the_cheapest():
    trees = grown(WAYS, WAYS.cost, PILES, np.ones(2, bool))
    assert trees.reach[0].tolist() == [0, 100, 200, 250, 500, 550, 0, np.inf]
    assert trees.reach[1].tolist() == [500, 400, 300, 260, 0, 50, np.inf, 0]
    assert trees.left[0].tolist() == [550, 450, 350, 310, 50, 0, 550, 50]
    assert trees.left[1].tolist() == [250, 150, 250, 0, 260, 310, 250, 260]
    whose, nearer, farther, step = walked(trees.after, np.array([0, 1]), np.array([1, 4]))
    assert sorted(zip(whose.tolist(), step.tolist(), farther.tolist(), nearer.tolist(), strict=True)) == [
        (0, 0, 1, 2),
        (0, 1, 2, 4),
        (0, 2, 4, 5),
        (1, 0, 4, 3),
    ]


def test_the_detour_over_a_place_is_by_the_way_there_and_the_way_still_to_go():
    """Over node 3: 250 there, 310 to go, 550 straight, and 15 in 100 of what is still to go."""
    trees = grown(WAYS, WAYS.cost, PILES, np.ones(2, bool))
    demand = Demand(np.array([3, 1, 3]), np.array([0, 0, 0]), np.array([-1, -1, 1]), np.ones(3))
    goal, detour = trees.onward(PILES, demand, demand.place, demand.place, DEFAULT.journeys.nearness)
    assert goal.tolist() == [0, 0, 1]
    assert detour.tolist() == pytest.approx([250 + 310 - 550 + 0.15 * 310, 0.15 * 450, 0])
    farther = replace(PILES, allowed=np.ones((2, 2), bool), offset_km=np.array([[0, 100.0], [0, 0]]))
    goal, detour = trees.onward(farther, demand, demand.place, demand.place, DEFAULT.journeys.nearness)
    # Libya counts as 100 km farther off for people from Nigeria, but where it is stated.
    assert goal.tolist() == [0, 0, 1]
    assert detour[2] == 0
    goal, detour = trees.onward(
        replace(farther, offset_km=np.zeros((2, 2))), demand, demand.place, demand.place, DEFAULT.journeys.nearness
    )
    assert (goal.tolist(), detour.tolist()) == ([1, 1, 1], pytest.approx([0, 0.15 * 150, 0]))


def test_every_pile_flows_from_its_start_over_its_place_to_its_goal():
    """The road from Niger carries piles 0 to 3; the western crossing 0 and 1; the eastern 2, and 4 the other way."""
    forward, backward = MOVED.directed(8)
    assert forward.tolist() == [10, 7, 3, 7, 2, 9, 10, 1]
    assert backward.tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert MOVED.lost == 0
    assert MOVED.share.sum(axis=1).tolist() == [1] * 5
    ends = {PILES.goals[goal].code: country for goal, country in zip(MOVED.goal, MOVED.ends_in, strict=True)}
    assert ends == {"EU": ITA, "LBY": LBY}


def test_journeys_on_a_way_are_shares_of_its_flow():
    assert journeys_on(Under.of([ROAD], [0]), MOVED, PILES, DEFAULT.segments.least_share) == {
        ("NGA", "EU"): 0.9,
        ("NGA", "LBY"): 0.1,
    }
    assert journeys_on(Under.of([EAST], [0]), MOVED, PILES, DEFAULT.segments.least_share) == {
        ("NGA", "EU"): 2 / 3,
        ("ITA", "LBY"): 1 / 3,
    }


@pytest.mark.parametrize(("boat", "east"), [(1180.0, True), (1190.0, False)])
def test_what_is_drawn_costs_three_tenths_and_draws_others_onto_it(boat, east):
    """The eastern way is drawn alone: 150 km by road and the boat, by 0.3, against 400 km of the western."""
    drawn, cost = np.zeros(8, bool), COST.copy()
    drawn[[TO_EAST, EAST]], cost[EAST] = True, boat
    forward, _ = flow(replace(WAYS, cost=np.stack([cost, cost])), PILES, drawn, DEFAULT.journeys).directed(8)
    assert forward[[TO_WEST, TO_EAST]].tolist() == ([0, 10] if east else [4, 6])


def test_a_pile_at_sea_takes_the_crossing_from_where_it_says_that_people_put_out():
    """Both crossings leave Libya, so that the better one is taken; none touches Niger."""
    index = {**WAYS.ground.index, "NGA": ITA}
    for departure, west in ((0, 7), (-1, 7)):
        piles = replace(PILES, departure=np.array([-1, departure, -1, -1, -1]))
        ground = SimpleNamespace(**{**vars(WAYS.ground), "index": index})
        assert (
            flow(replace(WAYS, ground=ground), piles, np.ones(8, bool), DEFAULT.journeys).directed(8)[0, WEST] == west
        )
    hubs = replace(WAYS.crossings.hubs, country=np.array([LBY, NER, ITA]))
    ground = SimpleNamespace(**{**vars(WAYS.ground), "index": {**WAYS.ground.index, "NGA": NER}})
    elsewhere = replace(WAYS, ground=ground, crossings=replace(WAYS.crossings, hubs=hubs))
    piles = replace(PILES, departure=np.array([-1, 0, -1, -1, -1]))
    assert flow(elsewhere, piles, np.ones(8, bool), DEFAULT.journeys).directed(8)[0, [WEST, EAST]].tolist() == [4, 5]


@pytest.mark.parametrize(("small", "kept"), [(0.02, 0), (0.021, 1)])
def test_a_start_of_a_fiftieth_or_less_is_left_out(small, kept):
    starts = PILES.starts.copy()
    starts[0] = [1 - small, small]
    moved = flow(WAYS, replace(PILES, starts=starts), np.ones(8, bool), DEFAULT.journeys)
    assert (moved.share[[0]].toarray() > 0).sum() == 1 + kept
    assert moved.share[[0]].sum() == pytest.approx(1)


def test_weight_without_a_way_is_lost():
    may = WAYS.may.copy()
    may[:, [WEST, EAST]] = False
    moved = flow(replace(WAYS, may=may), PILES, np.ones(8, bool), DEFAULT.journeys)
    assert moved.lost == 4 + 3 + 2 + 1  # all but the pile whose people go to Libya by land
    assert moved.directed(8)[0].tolist() == [1, 0, 1, 0, 0, 0, 1, 0]


def test_of_several_ways_between_two_nodes_the_cheapest_is_taken():
    steps = Steps(np.array([0, 0, 1, 0]), np.array([1, 1, 0, 2]), np.array([0, 1, 0, 2]), np.array([0, 0, 1, 0]), 3)
    cheap = steps.cheapest(np.array([[5.0, 4, 9], [7, 0, 0]]))
    assert cheap.row.tolist() == [1, 3, 2]
    assert cheap.cost.tolist() == [4, 9, 7]
    assert cheap.between(np.array([0, 1]), np.array([1, 0])).tolist() == [1, 2]
    assert steps.cheapest(np.array([[4.0, 4, 9], [7, 0, 0]])).row.tolist() == [0, 3, 2]
    behind = Steps(np.array([0, 1, 1]), np.array([1, 2, 2]), np.arange(3), np.zeros(3, int), 3)
    assert behind.cheapest(np.array([[5.0, 4, 3]])).row.tolist() == [0, 2]


BLOCS = _Blocs(
    of_country=np.array([0, 0, 1, -1]),
    open_borders=np.array([True, False, False]),
    land_exit=np.array([[False, False, False, True], [False] * 4, [False] * 4]),
    sea_exit=np.array([[False, True, False], [False] * 3, [False] * 3]),
    open_members=(),
)


def test_a_closed_bloc_is_left_by_its_exits_alone():
    """Countries 0 and 1 are one bloc with open borders, 2 another, 3 in none; the first is left to 3, by sea to 2."""
    tail, head = np.array([0, 0, 0, 2, 3, 2]), np.array([1, 2, 3, 0, 0, 2])
    leaves, may = BLOCS.over_land(tail, head)
    assert leaves.tolist() == [False, True, True, True, False, False]
    assert may.tolist() == [True, False, True, False, True, True]
    assert BLOCS.by_sea(tail, head).tolist() == [True, True, False, False, True, True]
    assert BLOCS.open_between(tail, head).tolist() == [True, False, False, False, False, False]


def test_a_road_costs_its_length_a_border_and_is_eased_by_evidence_but_near_a_bloc():
    """Nodes 0 and 1 lie in one country, 2 in another without a bloc; all is far from the bloc of node 3."""
    country = np.array([3, 3, 2, 0, 1])
    none = replace(BLOCS, of_country=np.array([0, 0, -1, -1]))
    land = SimpleNamespace(country=country, points=east(0, 1, 2, 12, 13))
    roads = SimpleNamespace(start=np.array([0, 1, 3]), end=np.array([1, 2, 4]), km=np.array([100.0, 100, 100]))
    ground = SimpleNamespace(land=land, roads=roads)
    cost, length = _roads(np.array([2.0, 6, 0, 0, 0]), none, ground, DEFAULT.ways)
    # Evidence of 2 is half sure, of 6 three quarters.
    assert cost.tolist() == pytest.approx([100 / (1 + 4 * 0.625), 160 / (1 + 4 * 0.375), 50])
    assert length.tolist() == pytest.approx([100 * (1.7 - 0.625), 100 * (1.7 - 0.375), 60 * 1.7])
    roads = SimpleNamespace(start=np.array([0, 1, 2]), end=np.array([1, 2, 3]), km=np.array([100.0, 100, 1100]))
    near = SimpleNamespace(land=SimpleNamespace(country=country, points=land.points), roads=roads)
    cost, _ = _roads(np.full(5, 2.0), none, near, DEFAULT.ways)
    # Node 2 is the border of a bloc, by which node 1 at 111 km is eased and node 2 is not.
    assert cost.tolist() == pytest.approx([100 / 3, 160 / (1 + 4 * 0.25), 1160])


@pytest.mark.parametrize(("of_other", "kept"), [(0.15, 2), (0.149, 1)])
def test_what_is_a_share_of_its_place_is_worth_a_way(of_other, kept):
    demand = Demand(np.zeros(2, int), np.arange(2), np.full(2, -1), np.array([1 - of_other, of_other]))
    assert len(demand.worth_a_way(0.15, 0.1).place) == kept
    assert len(demand.worth_a_way(0.15, 0.9).place) == 0


def test_demand_is_what_piles_weigh_at_a_place_by_start_and_stated_goal():
    shares = np.array([[0.75, 0.25], [1.0, 0.0]])
    demand, part = Demand.shared(np.array([7, 7]), np.array([0, 1]), shares, np.array([-1, -1]), np.array([4.0, 2.0]))
    assert (demand.place.tolist(), demand.start.tolist(), demand.weight.tolist()) == ([7, 7], [0, 1], [5.0, 1.0])
    assert part.toarray().tolist() == shares.tolist()


def test_a_pile_of_which_nothing_is_told_counts_a_tenth_of_what_two_weigh():
    piles = SimpleNamespace(weights=np.array([1.0, 2, 4, 4, 4]))
    told = np.array([0.0, 0, 0, 0.5, 1])
    assert counting_of(piles, told, DEFAULT.selection).tolist() == pytest.approx([0.1, 0.1, 0.05, 0.05 + 0.95 / 2, 1])


def test_the_scale_is_the_evidence_around_the_middle_pile():
    """Two piles of 20, 100 km apart: 20 and 20 exp(-1/2) around each, beside the usual 37.7."""
    piles = SimpleNamespace(points=unit_vectors(np.zeros(2), np.array([0, 100 / KM])), weights=np.array([20.0, 20]))
    assert scale_of(piles, DEFAULT.selection) == pytest.approx(20 * (1 + np.exp(-0.5)) / 37.7, rel=1e-4)
    far = SimpleNamespace(points=east(0, 50), weights=np.array([20.0, 10]))
    assert scale_of(far, DEFAULT.selection) == pytest.approx(20 / 37.7)
    assert scale_of(SimpleNamespace(points=east(0), weights=np.array([1500.0])), DEFAULT.selection) == pytest.approx(
        1.5
    )
    assert scale_of(SimpleNamespace(points=east(0), weights=np.array([999.0])), DEFAULT.selection) == 1.0
    assert scale_of(SimpleNamespace(points=east(0), weights=np.array([9000.0])), DEFAULT.selection) == 4.0
    assert scale_of(SimpleNamespace(points=east(0), weights=np.array([1.0])), DEFAULT.selection) == 0.1


def test_a_candidate_explains_each_pile_as_well_as_the_best_of_its_items():
    cover = csr_array(np.array([[0.5, 0.0, 0.2], [0.9, 0.3, 0.0], [0.0, 0.0, 1.0]]))
    found = SimpleNamespace(items=np.array([0, 1, 2, 0]), pointer=np.array([0, 2, 4]))
    assert _covers(found, cover).toarray().tolist() == [[0.9, 0.3, 0.2], [0.5, 0.0, 1.0]]


def table() -> _Table:
    """Return three candidates over three ways: one explains pile 0, one both, one pile 1 by a way already taken."""
    covers = csr_array(np.array([[1.0, 0.0], [0.8, 0.5], [0.0, 1.0]]))
    ways = csr_array(np.array([[1.0, 0, 0], [1, 1, 0], [0, 1, 0]]))
    return _Table(covers, csc_array(covers), ways, csc_array(ways))


@pytest.mark.parametrize(
    ("least", "explained", "drawn"),
    [
        (0.081, [0.0, 0.0], [False] * 3),
        (0.079, [1.0, 0.0], [True, False, False]),
        (0.031, [1.0, 0.0], [True, False, False]),
        (0.029, [1.0, 1.0], [True, True, False]),
    ],
)
def test_candidates_are_taken_by_what_they_explain_for_what_they_add(least, explained, drawn):
    """Pile 0 weighs 8: 8 for 70 + 30 km are 0.08. Both: 6.4 + 1.5 for 240 km 0.033. Pile 1 of 3 for 70 km more 0.03.

    Once the first way is drawn the second candidate explains half of 3 for 70 + 30 km: 0.015.
    """
    draw = Draw.of(np.array([8.0, 3.0]), np.zeros(3, bool), np.zeros(2), 2)
    _take(draw, table(), np.empty(0), np.array([70.0, 70.0, 500.0]), least, DEFAULT.selection.fixed_km)
    assert draw.explained.tolist() == explained
    assert draw.drawn.tolist() == drawn


@pytest.mark.parametrize(("km", "weight"), [(1499, 1e-9), (1501, 0.0)])
def test_neighbours_far_outside_the_kernel_count_next_to_nothing_up_to_1500_km(km, weight):
    asked, told = unit_vectors(np.zeros(1), np.zeros(1)), unit_vectors(np.zeros(2), np.array([200 / KM, km / KM]))
    near, far = _kernel(asked, told, DEFAULT.trip_ends).toarray()[0]
    assert near == pytest.approx(np.exp(-0.5), rel=1e-4)
    assert far == pytest.approx(np.exp(-0.5 * (km / 200) ** 2) + weight, rel=1e-2)


def test_without_neighbours_the_four_likeliest_countries_by_distance():
    """Five starts, 8 degrees (890 km) apart; the fifth is too far, and the second sends nobody."""
    allowed = np.array([[True], [False], [True], [True], [True], [True]])
    ground = _Ground(tuple("ABCDEF"), east(8, 12, 16, 24, 32, 40), (Goal("EU", east(0)),), allowed, np.zeros((6, 1)))
    found = _by_distance(east(0), ground, DEFAULT.trip_ends)[0]
    likely = np.exp(-np.array([8, 16, 24, 32]) * KM / 800)
    assert found[[0, 2, 3, 4]].tolist() == pytest.approx((likely / likely.sum()).tolist(), rel=1e-4)
    assert found[[1, 5]].tolist() == [0, 0]


def test_a_detour_of_1500_km_makes_an_origin_e_times_less_likely():
    """Two neighbours state A and B. A is on the way; from B, 750 km ahead, people would have to come back."""
    starts = east(0, 10 + 750 / KM)
    ground = _Ground(("A", "B"), starts, (Goal("EU", east(20)),), np.ones((2, 1), bool), np.zeros((2, 1)))
    stated = np.array([[0.0, 0], [1, 0], [0, 1]])
    found = _with_inferred(stated, east(10, 10, 10), np.zeros(3, bool), ground, DEFAULT.trip_ends)
    assert found[0].tolist() == pytest.approx([1 / (1 + np.exp(-1)), np.exp(-1) / (1 + np.exp(-1))], rel=1e-3)
    assert found[1:].tolist() == stated[1:].tolist()


def test_a_detour_is_over_the_nearest_goal_that_is_allowed():
    """Over a place 10 degrees east of the start, with goals at 20 and, not allowed for the second start, at 5."""
    goals = (Goal("far", east(20)), Goal("near", east(5)))
    allowed = np.array([[True, True], [True, False], [False, False]])
    ground = _Ground(("A", "B", "C"), east(0, 0, 0), goals, allowed, np.array([[0, 300.0], [200, 0], [0, 0]]))
    found = ground.detour_km(east(10))[0]
    # A: ten degrees on to the far goal, or five back and 300 km; straight five and 300. B: 200 km at either end.
    assert found[0] == pytest.approx(10 * KM + 5 * KM + 300 - (5 * KM + 300), rel=1e-4)
    assert found[1] == pytest.approx(0, abs=1e-6)
    assert found[2] == np.inf
    assert ground.detour_km(unit_vectors(np.array([10.0]), np.array([10.0])))[0, 1] > 600


@pytest.mark.parametrize(
    ("km", "value"), [(8, 1.0), (53, np.exp(-0.5)), (109, np.exp(-0.5 * (101 / 45) ** 2)), (111, 0)]
)
def test_a_land_node_explains_what_lies_within_8_km_wholly_and_less_up_to_110(km, value):
    land = replace(WAYS.ground.land, cells=np.arange(1, dtype=np.uint64), points=east(0))
    found = _land_cover(land, unit_vectors(np.zeros(1), np.array([km / KM])), np.array([2]), 4, DEFAULT.selection)
    assert found.toarray()[0].tolist() == pytest.approx([0, 0, value, 0], abs=2e-3)
    assert _land_cover(land, np.empty((0, 3)), np.empty(0, int), 4, DEFAULT.selection).shape == (1, 4)


def test_the_reward_of_a_way_is_twice_the_root_of_what_states_its_start_shared_by_its_goals():
    """Nine state Nigeria, of whose weight of 8 three quarters go to the first goal; nobody states Sudan."""
    demand = Demand(np.zeros(3, int), np.array([0, 0, 1]), np.full(3, -1), np.array([6.0, 2.0, 5.0]))
    none = np.empty(0, np.int64)
    found = _Candidates(none, none, none, none, demand, np.array([0, 1, 0]))
    piles = SimpleNamespace(countries=("NGA", "SDN"), goals=("EU", "ITA"), known=np.array([9.0, 0.0]))
    assert found.rewards(piles, DEFAULT.selection.origin_reward).tolist() == pytest.approx(
        [2 * np.sqrt(9 * 0.75), 2 * np.sqrt(9 * 0.25), 0, 0]
    )


def test_evidence_within_a_cell_is_explained_in_the_mean_of_its_piles():
    heaps = PileClusters(east(0, 1), np.zeros(2, bool), np.array([0, 0, 1]), np.array([1.0, 3.0, 2.0]))
    assert heaps.total(np.array([1.0, 2.0, 4.0])).tolist() == [3.0, 4.0]
    assert heaps.mean(np.array([1.0, 2.0, 4.0])).tolist() == [(1 + 6) / 4, 4.0]
    few = SimpleNamespace(points=east(0, 0.001), at_sea=np.zeros(2, bool))
    assert PileClusters.of(few, np.ones(2), DEFAULT.selection.most_piles).of_pile.tolist() == [0, 1]
    many = SimpleNamespace(points=np.repeat(east(0, 5), 5001, axis=0), at_sea=np.zeros(10_002, bool))
    together = PileClusters.of(many, np.ones(10_002), DEFAULT.selection.most_piles)
    assert np.bincount(together.of_pile).tolist() == [5001, 5001]


LAID = Laid(
    replace(WAYS, ground=SimpleNamespace(**vars(WAYS.ground), codes=np.array(["NER", "LBY", "ITA", "NGA"]))), MOVED
)


def test_legs_from_country_to_country_by_hand():
    """Ten go from Niger to Libya, nine on to Italy, one comes back; a ferry within Italy is no leg."""
    legs, table, over = LAID.legs(np.ones(8, bool))
    assert legs == (("NER", "LBY", "land"), ("LBY", "ITA", "sea"), ("ITA", "LBY", "sea"))
    assert (MOVED.weight @ table).tolist() == [10, 9, 1]
    weights = {(leg, way): weight for leg, way, weight in over.select("leg", "way", "weight").iter_rows()}
    assert weights == {(0, ROAD): 10.0, (1, WEST): 7.0, (1, EAST): 2.0, (2, EAST): 1.0}
    shown = np.ones(8, bool)
    shown[WEST] = False
    assert (MOVED.weight @ LAID.legs(shown)[1]).tolist() == [10, 2, 1]


def test_countries_are_entered_as_often_as_trips_come_in():
    """Libya by ten from Niger and by one from Italy; Italy by nine, and not by the one who starts there."""
    assert (MOVED.weight @ LAID.entered()).tolist() == [10, 11, 9, 0]


def test_what_leaves_a_hub_lands_at_the_other():
    """From the western beach seven leave, from the eastern two; one leaves Lampedusa, and nine land there."""
    leaving, landing = LAID.hubs(np.ones(8, bool))
    assert (MOVED.weight @ leaving).tolist() == [7, 2, 1]
    assert (MOVED.weight @ landing).tolist() == [0, 1, 9]
    west = np.arange(8) == WEST
    assert [(MOVED.weight @ table).tolist() for table in LAID.hubs(west)] == [[7, 0, 0], [0, 0, 7]]


def test_trips_run_along_a_line_by_their_share_of_its_length():
    lines = [Under.of([ROAD, TO_WEST], [0, 0]), Under.of([EAST], [1])]
    along, against = LAID.along(lines)
    assert (MOVED.weight @ along).tolist() == [0.5 * 10 + 0.5 * 7, 1]
    assert (MOVED.weight @ against).tolist() == [0, 2]


def test_a_journey_is_made_of_its_nodes_its_crossings_and_its_aim_but_of_no_ferry():
    """Both go from Nigeria by the west to Italy, 450 km against 460: by roads, a boat and a ferry.

    Items are six nodes, the first crossing behind eight nodes, and Nigeria to the EU, the first aim behind two boats.
    """
    trees = grown(WAYS, WAYS.cost, PILES, np.ones(2, bool))
    on_land = Demand(np.array([1]), np.array([0]), np.array([-1]), np.array([4.0]))
    at_sea = Demand(np.array([0]), np.array([0]), np.array([-1]), np.array([3.0]))
    observed = np.array([True, True, False, False, True, True, True, False])
    found = _candidates(WAYS, PILES, trees, on_land, at_sea, observed, DEFAULT.journeys)
    parts = [found.items[start:end].tolist() for start, end in zip(found.pointer, found.pointer[1:], strict=False)]
    ways = [
        found.ways[start:end].tolist() for start, end in zip(found.way_pointer, found.way_pointer[1:], strict=False)
    ]
    assert parts == [[0, 1, 2, 4, 5, 6, 8, 10]] * 2
    assert ways == [[ROAD, TO_WEST, WEST, FERRIED, FROM_NGA]] * 2
