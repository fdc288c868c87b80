"""Segments: which way a line runs, where it is cut, and whose journeys it carries, by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from routes.core.geodesy import km_between, unit_vectors
from routes.core.params import DEFAULT, NetworkParams
from routes.network import segments
from routes.network.segments import (
    Drawing,
    Stretch,
    Under,
    _bridged,
    _cut_where_it_turns,
    _led_on,
    _mean_support,
    _runs,
    _split,
    _support,
    _traced_at_sea,
    _traced_over_land,
    _up_to,
    shares_of,
    summed,
)
from routes.network.traced_lines import Traced
from routes.ridges.centrelines import Centreline

KM = 111.195  # of a degree of latitude


def north(*km: float) -> np.ndarray:
    """Return points so far north of the equator, at 10 degrees east."""
    return unit_vectors(np.full(len(km), 10.0), np.array(km) / KM)


def plan(forward: float, backward: float) -> SimpleNamespace:
    """Return two ways, of which the first carries so much; journeys of Nigeria, and of Sudan on the second."""
    moved = SimpleNamespace(
        steps_on=lambda ways: np.flatnonzero(np.isin([0, 0, 1], ways)),
        trip=np.array([0, 1, 2]),
        start=np.array([0, 0, 1]),
        goal=np.array([0, 1, 1]),
        weight=np.array([6.0, 2.0, 9.0]),
    )
    piles = SimpleNamespace(countries=("NGA", "SDN"), goals=(SimpleNamespace(code="EU"), SimpleNamespace(code="ITA")))
    directed = np.array([[forward, 0.0], [backward, 0.0]])
    countries = ("LBY", "ITA")
    return SimpleNamespace(directed=directed, moved=moved, piles=piles, countries=lambda _: countries, params=DEFAULT)


def stretch(forward: float, backward: float) -> Stretch:
    return Drawing.stretch(plan(forward, backward), north(0, 50), "sea", Under.of([0], [0]), 1.0)


@pytest.mark.parametrize(
    ("forward", "backward", "direction"),
    [
        (6.6, 3.4, "one-way"),
        (6.5, 3.5, "two-way"),  # no more than 65 of 100 one way
        (3.0, 3.0, "two-way"),
        (3.0, 2.99, "unclear"),
        (0.5, 0.0, "one-way"),
        (0.49, 0.0, "unclear"),
        (0.0, 0.0, "unclear"),
    ],
)
def test_direction_is_told_by_what_moves_each_way(forward, backward, direction):
    assert stretch(forward, backward).direction == direction


def test_a_line_runs_in_the_direction_in_which_most_move():
    there, back = stretch(6.0, 2.0), stretch(2.0, 6.0)
    assert (there.start_country, there.end_country, back.start_country, back.end_country) == (
        "LBY",
        "ITA",
        "ITA",
        "LBY",
    )
    assert (there.forward, there.backward, there.flow) == (6.0, 2.0, 8.0)
    assert (back.forward, back.backward, back.under.back.tolist()) == (6.0, 2.0, [1])
    assert back.points.tolist() == there.points[::-1].tolist()
    assert there.journeys == {("NGA", "EU"): 0.75, ("NGA", "ITA"): 0.25}
    assert there.destinations == {"EU": 0.75, "ITA": 0.25}
    assert there.bridged.tolist() == [False]


def test_the_flow_of_a_line_is_the_mean_over_its_ways_by_length():
    directed = np.array([[10.0, 1.0], [2.0, 7.0]])
    under = Under.of([0, 1], [0, 1], np.array([3.0, 1.0]))  # the second runs against the line
    assert under.share.tolist() == [0.75, 0.25]
    assert under.flow(directed) == (0.75 * 10 + 0.25 * 7, 0.75 * 2 + 0.25 * 1)
    assert under.turned().flow(directed) == under.flow(directed)[::-1]
    assert Under.of([0, 1], [0, 0]).share.tolist() == [0.5, 0.5]


def test_shares_of_less_than_a_fiftieth_are_not_named():
    assert shares_of(["a", "b", "c"], np.array([2.0, 96.0, 2.001]), DEFAULT.segments.least_share) == {
        "b": 96 / 100.001,
        "c": 2.001 / 100.001,
    }
    assert list(shares_of(["b", "a"], np.array([5, 5]), DEFAULT.segments.least_share)) == ["a", "b"]
    assert summed({("NGA", "EU"): 0.5, ("SDN", "EU"): 0.2, ("SDN", "ITA"): 0.3}, 1) == {"EU": 0.7, "ITA": 0.3}
    assert list(summed({("NGA", "EU"): 0.4, ("SDN", "EU"): 0.6}, 0)) == ["SDN", "NGA"]


@pytest.mark.parametrize(("samples", "parts"), [(30, [(0, 41), (40, 71), (70, 110)]), (29, [(0, 109)])])
def test_a_line_is_cut_where_movement_turns_for_150_km(samples, parts):
    """Samples lie 5 km apart; parts share the sample at which they meet."""
    net = np.r_[np.full(40, 1.0), np.full(samples, -1.0), np.full(40, 1.0)]
    assert _cut_where_it_turns(net, DEFAULT.segments.turns_km) == parts


def test_where_nothing_moves_a_line_goes_on_as_before():
    assert _cut_where_it_turns(np.zeros(100), DEFAULT.segments.turns_km) == [(0, 100)]
    assert _cut_where_it_turns(np.r_[np.zeros(35), np.full(35, -1.0), np.zeros(35)], DEFAULT.segments.turns_km) == [
        (0, 105)
    ]
    assert _cut_where_it_turns(np.r_[np.full(35, 1.0), np.zeros(9), np.full(35, -1.0)], DEFAULT.segments.turns_km) == [
        (0, 45),
        (44, 79),
    ]
    assert _cut_where_it_turns(np.ones(1), DEFAULT.segments.turns_km) == [(0, 1)]


@pytest.mark.parametrize(("km", "support"), [(49, 1.0), (51, 0.0)])
def test_a_way_within_50_km_stands_for_the_same(km, support):
    along = unit_vectors(np.linspace(10, 11, 50), np.zeros(50))
    beside = unit_vectors(np.linspace(10, 11, 50), np.full(50, km / KM))
    assert _support([along], [beside], DEFAULT.segments.near_km) == [support]
    assert _support([along, beside], [beside, np.empty((0, 3))], DEFAULT.segments.near_km) == [support / 2, 0.5]
    assert _support([], [beside], DEFAULT.segments.near_km) == []


def test_runs_of_what_is_kept_end_before_what_is_not():
    assert _runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert _runs(np.zeros(3, bool)) == []


def test_a_dead_end_goes_up_to_the_first_node_that_is_held():
    assert list(_up_to([1, 2, 3, 4], {3, 4})) == [(1, 2), (2, 3)]
    assert list(_up_to([1, 2, 3], set())) == [(1, 2), (2, 3)]


def test_a_run_is_split_where_crossings_begin():
    assert list(_split([1, 2, 3, 4, 5], {3})) == [[1, 2, 3], [3, 4, 5]]
    assert list(_split([1, 2, 3], {1, 3})) == [[1, 2, 3]]


@pytest.mark.parametrize(("km", "size"), [(44, 3), (46, 2)])
def test_an_end_within_45_km_of_a_traced_line_is_led_onto_it(km, size):
    traced, way = north(0.0), north(km, km + 100)
    tree = cKDTree(traced)
    there, back = (
        _led_on(way, 0, 2, tree, traced, DEFAULT.segments.join_km),
        _led_on(way[::-1], 0, 2, tree, traced, DEFAULT.segments.join_km),
    )
    assert (len(there), len(back)) == (size, size)
    if size == 3:
        assert km_between(there[0], traced[0]) == 0
        assert km_between(back[-1], traced[0]) == 0
    assert len(_led_on(way, 0, 2, None, traced, DEFAULT.segments.join_km)) == 2


@pytest.mark.parametrize(("one_way", "direction"), [(0.65, "one-way"), (0.8, "two-way")])
def test_a_line_is_one_way_from_the_share_that_is_asked_for(one_way, direction):
    made = plan(14.0, 6.0)
    made.params = NetworkParams.changed({"segments.one_way": one_way})
    found = Drawing.stretch(made, north(0, 50), "sea", Under.of([0], [0]), 1.0)
    assert found.direction == direction


@pytest.mark.parametrize(("observed", "inferred"), [(0.49, True), (0.5, False)])
def test_a_line_of_which_less_than_half_is_observed_is_inferred(observed, inferred):
    assert Drawing.stretch(plan(14.0, 6.0), north(0, 50), "sea", Under.of([0], [0]), observed).inferred == inferred


def test_segments_whose_middle_lies_in_a_bridge_only_bridge_a_gap():
    """The line is inferred from 10 to 30 km; of the traced points the middles lie at 5, 15, 25 and 35 km."""
    line = Centreline(north(0, 10, 30, 40), 42.0, np.array([False, True, False]))
    assert _bridged(line, north(0, 10, 20, 30, 40)).tolist() == [False, True, True, False]
    assert _bridged(line, north(0, 19, 43)).tolist() == [False, False]  # middles at 9.5 and 31
    assert _bridged(line, north(0, 21, 37)).tolist() == [True, True]  # at 10.5 and 29
    assert _mean_support(replace(line, support=np.array([0.5, 1.0]))) == 0.75
    assert _mean_support(line) is None


def traced(turn: int) -> SimpleNamespace:
    """Return a plan with a line of 80 samples over two ways; from a sample on the second carries it back."""
    line = Centreline(north(*np.arange(80) * 5.0), 42.0)
    on_it = Traced(line.points, np.array([0, 1, 2]), np.array([0, turn, 80]), np.array([0, 1]), np.array([0, 0]))
    made = plan(6.0, 2.0)
    made.directed = np.array([[6.0, 1.0], [2.0, 7.0]])
    made.land = ((line, on_it),)
    made.stretch = lambda *args, **more: Drawing.stretch(made, *args, **more)
    return made


def test_a_traced_line_is_cut_where_movement_along_it_turns():
    first, second = _traced_over_land(traced(40))
    # The first holds 40 samples of the first way, and the one at which they meet, which is of the second.
    assert (first.forward, first.backward) == pytest.approx(((40 * 6 + 1) / 41, (40 * 2 + 7) / 41))
    assert (second.forward, second.backward) == (7.0, 1.0)
    assert (first.basis, first.observed, first.support) == ("traced", 1.0, None)
    assert km_between(first.points[-1], second.points[-1]) == pytest.approx(0, abs=1e-6)  # both run up to the turn
    (whole,) = _traced_over_land(traced(60))  # 100 km at the end are too short for a line of their own
    assert (whole.forward, whole.backward) == pytest.approx((0.75 * 6 + 0.25 * 1, 0.75 * 2 + 0.25 * 7))


@pytest.mark.parametrize(("along", "back"), [(2, 0), (1, 1)])
def test_a_line_traced_at_sea_carries_the_crossing_that_it_is_and_what_of_others_runs_along_it(
    along, back, monkeypatch
):
    """Of three lines the second is not drawn, and crossing 0 is the third.

    Of crossing 1 four of five samples run along the third, so many of them in its direction, and one along the first.
    """
    nowhere, one_way = np.full(5, -1), np.ones(5, bool)
    beside, same = np.array([1, 1, 1, 1, 0]), np.array([True] * along + [False] * (4 - along) + [True])
    monkeypatch.setattr(segments, "_beside_traced", lambda _: [(nowhere, one_way), (beside, same)])
    lines = tuple(Centreline(north(km, km + 90), 40.0) for km in (0, 100, 200))
    drawing = SimpleNamespace(
        sea_drawn=np.array([True, False, True]),
        sea=lines,
        crossings=np.array([0, 1]),
        sea_line_of=np.array([2, -1]),
        ways=SimpleNamespace(roads=10),
        stretch=lambda points, _, under, *__, **___: replace(stretch(6.0, 2.0), points=points, under=under),
    )
    first, third = _traced_at_sea(drawing)
    told = [(one.under.way.tolist(), one.under.back.tolist(), one.under.share.tolist()) for one in (first, third)]
    assert told == [([11], [0], [0.2]), ([10, 11], [0, back], [1.0, 0.8])]
    assert (first.basis, third.basis) == ("traced", "traced")
    assert third.points[0] == pytest.approx(north(200)[0])
