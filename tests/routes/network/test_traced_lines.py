"""Overlay: traced lines become roads and crossings; those that keep to one coast join nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import line_km, unit_vectors
from routes.core.params import DEFAULT
from routes.network.coastal_hubs import Hubs
from routes.network.sea_crossings import Crossings
from routes.network.traced_lines import (
    _longest,
    explained_by,
    keeps_to_one_coast,
    running_along,
    seen_at_ends,
    traced_over_land,
    with_traced_crossings,
)

DEGREE_KM = 111.195
NOBODY = np.empty((0, 3)), np.empty(0)


def points(*places: tuple[float, float]) -> np.ndarray:
    lon, lat = np.array(places, float).T
    return unit_vectors(lon, lat)


def sea(*ends: tuple[str, tuple[float, float]]) -> Crossings:
    """Return no crossing yet, and a hub at each of the places of a country."""
    ground = terrain()
    spots = points(*(place for _, place in ends)) if ends else np.empty((0, 3))
    hubs = Hubs(
        spots,
        np.ones(len(ends)),
        ground.land.nearest(spots)[1] if ends else np.empty(0, np.int64),
        np.array([ground.index[code] for code, _ in ends], np.int64),
    )
    none = np.empty(0)
    rows, mask = none.astype(np.int64), none.astype(bool)
    return Crossings(hubs, rows, rows, none, (), mask, mask, none, csr_array((0, 0)), none)


DESERT = points((7.99, 16.97), (12.4, 22.5), (14.43, 27.04))
TO_LAMPEDUSA = points((12.4, 33.0), (12.6, 35.4))
ALONG_LIBYA = points((14.0, 32.85), (15.3, 32.5))


# Over land


def test_a_line_over_land_runs_on_roads_from_each_of_its_cells_to_the_next():
    ground, (traced,) = traced_over_land([DESERT], terrain(), DEFAULT.traced)
    assert len(traced.way) == len(traced.nodes) - 1 > 20
    ends = np.column_stack([ground.roads.start[traced.way], ground.roads.end[traced.way]])
    ends[traced.back == 1] = ends[traced.back == 1][:, ::-1]
    assert ends.tolist() == np.column_stack([traced.nodes[:-1], traced.nodes[1:]]).tolist()
    assert (np.diff(traced.first) > 0).all()


def test_a_road_is_made_only_where_there_is_none_and_neither_one_twice():
    before = len(terrain().roads.start)
    once, _ = traced_over_land([DESERT], terrain(), DEFAULT.traced)
    twice, (there, back) = traced_over_land([DESERT, DESERT[::-1]], terrain(), DEFAULT.traced)
    assert len(once.roads.start) == len(twice.roads.start) >= before
    assert there.way.tolist() == back.way[::-1].tolist()
    assert (there.back != back.back[::-1]).all()
    assert len(terrain().roads.start) == before


def test_a_line_far_from_all_land_is_on_no_road():
    _, (traced,) = traced_over_land([points((-140.0, -20.0), (-138.0, -20.0))], terrain(), DEFAULT.traced)
    assert len(traced.nodes) == len(traced.way) == 0
    assert traced_over_land([], terrain(), DEFAULT.traced) == (terrain(), ())


@pytest.mark.parametrize(("km", "value"), [(0, 1.0), (8, 1.0), (53, np.exp(-0.5)), (98, np.exp(-2)), (111, 0.0)])
def test_a_line_explains_what_is_within_8_km_wholly_and_less_beyond(km, value):
    equator = points((0.0, 0.0), (4.0, 0.0))
    found = explained_by([equator], points((2.0, km / DEGREE_KM)), 8.0, 45.0, 110.0)
    assert found[0] == pytest.approx(value, abs=0.01)


def test_the_nearest_of_several_lines_explains_and_none_explains_nothing():
    near, far = points((0.0, 0.0), (4.0, 0.0)), points((0.0, 0.8), (4.0, 0.8))
    spot = points((2.0, 0.0))
    assert explained_by([far, near], spot, 8.0, 45.0, 110.0)[0] == 1.0
    assert explained_by([], spot, 8.0, 45.0, 110.0).tolist() == [0.0]
    assert explained_by([near], NOBODY[0], 8.0, 45.0, 110.0).size == 0


# At sea


def test_a_line_that_joins_two_coasts_becomes_a_crossing_between_the_hubs_there():
    hubs = ("LBY", (12.4, 32.9)), ("ITA", (12.6, 35.5))
    between = points((12.5, 34.2), (20.0, 34.2))
    found, line_of = with_traced_crossings(
        [TO_LAMPEDUSA], sea(*hubs), terrain(), between, np.array([3.0, 1.0]), DEFAULT
    )
    assert line_of.tolist() == [0]
    assert (found.start.tolist(), found.end.tolist()) == ([0], [1])
    assert found.km[0] == pytest.approx(line_km(TO_LAMPEDUSA))
    assert found.lines == (TO_LAMPEDUSA,)
    assert bool(found.outward[0] and found.homeward[0])
    assert found.middle[0] == pytest.approx(3.0, abs=0.01)  # the pile 700 km away is not along it
    assert len(found.hubs.points) == 2


def test_where_there_is_no_hub_a_line_lands_at_the_nearest_land_of_the_country():
    found, line_of = with_traced_crossings([TO_LAMPEDUSA], sea(), terrain(), *NOBODY, DEFAULT)
    assert line_of.tolist() == [0]
    codes = terrain().codes[found.hubs.country[[found.start[0], found.end[0]]]]
    assert codes.tolist() == ["LBY", "ITA"]


def test_a_line_along_one_coast_or_over_the_open_sea_joins_nothing():
    assert keeps_to_one_coast(ALONG_LIBYA, DEFAULT.traced)
    assert not keeps_to_one_coast(TO_LAMPEDUSA, DEFAULT.traced)
    open_sea = points((-30.0, 20.0), (-30.0, 10.0))
    before = sea(("LBY", (12.4, 32.9)))
    found, line_of = with_traced_crossings([ALONG_LIBYA, open_sea], before, terrain(), *NOBODY, DEFAULT)
    assert found is before
    assert line_of.tolist() == []


def test_a_crossing_is_seen_as_much_as_the_less_seen_of_its_ends():
    found, _ = with_traced_crossings(
        [TO_LAMPEDUSA], sea(("LBY", (12.4, 33.0)), ("ITA", (12.6, 35.4))), terrain(), *NOBODY, DEFAULT
    )
    at_both = points((12.4, 33.0), (12.6, 35.4), (12.6, 35.4 + 30 / DEGREE_KM))
    weights = np.array([2.0, 1.0, 1.0])
    assert seen_at_ends(found, at_both, weights, 30.0).tolist() == pytest.approx([1 + np.exp(-0.5)], abs=0.001)
    assert seen_at_ends(found, at_both[:1], weights[:1], 30.0).tolist() == [0.0]


def test_lines_run_along_each_other_where_they_are_near_and_point_the_same_way_or_back():
    line = points((0.0, 0.0), (4.0, 0.0))
    half, back = points((0.0, 0.2), (2.0, 0.2)), points((4.0, 0.1), (2.0, 0.1))
    across = points((2.0, -2.0), (2.0, 2.0))
    ((which, same),) = running_along([line], [half, back], 50.0, DEFAULT.traced.alike)
    assert which[2] == 0
    assert which[-2] == 1
    assert same[2]
    assert not same[-2]
    ((which, _),) = running_along([line], [across], 50.0, DEFAULT.traced.alike)
    assert set(which.tolist()) == {-1}
    ((which, _),) = running_along([line], [], 50.0, DEFAULT.traced.alike)
    assert set(which.tolist()) == {-1}
    assert running_along([], [line], 50.0, DEFAULT.traced.alike) == []


def places(*km: tuple[float, float]) -> np.ndarray:
    """Return points so many km east of 0 and north of the equator."""
    lon, lat = np.array(km, float).T / DEGREE_KM
    return unit_vectors(lon, lat)


def test_a_line_explains_points_wholly_at_first_then_less_then_not():
    line = [places((0, 0), (400, 0))]
    found = explained_by(line, places((100, 0), (100, 8), (100, 38), (100, 99), (100, 101)), 8, 30, 100)
    assert found.tolist() == pytest.approx([1, 1, np.exp(-0.5), np.exp(-0.5 * (91 / 30) ** 2), 0], rel=0.02, abs=1e-3)
    assert explained_by([], places((0, 0)), 8, 30, 100).tolist() == [0]


@pytest.mark.parametrize(("turn", "along"), [(44, True), (46, False)])
def test_lines_run_along_each_other_within_45_degrees(turn, along):
    reach = 20 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    other = places((0, 0), (200, 0))
    one = places(tuple(np.array([100, 0]) - reach), tuple(np.array([100, 0]) + reach))
    ((beside, same),) = running_along([one], [places((-300, 300), (-200, 300)), other], 50, DEFAULT.traced.alike)
    assert set(beside.tolist()) == ({1} if along else {-1})
    assert same.all()
    ((_, turned),) = running_along([one[::-1]], [other], 50, DEFAULT.traced.alike)
    assert not turned.any()


@pytest.mark.parametrize(("km", "near"), [(49, 0), (51, -1)])
def test_lines_run_along_each_other_within_a_distance(km, near):
    ((beside, _),) = running_along(
        [places((0, km), (200, km))], [places((-100, 0), (300, 0))], 50, DEFAULT.traced.alike
    )
    assert set(beside.tolist()) == {near}
    ((beside, same),) = running_along([places((0, 0), (15, 0))], [], 50, DEFAULT.traced.alike)
    assert (beside.tolist(), same.tolist()) == ([-1] * 3, [False] * 3)


def test_what_is_seen_at_a_crossing_is_what_is_seen_at_its_lesser_end():
    sea = SimpleNamespace(hubs=SimpleNamespace(points=places((0, 0), (300, 0))), start=np.array([0]), end=np.array([1]))
    found = seen_at_ends(sea, places((0, 0), (330, 0), (0, 91)), np.array([5.0, 2, 99]), 30)
    assert found.tolist() == pytest.approx([2 * np.exp(-0.5)], rel=1e-3)


def test_a_crossing_may_be_as_long_as_is_plausible_beside_the_shortest_that_touches_it():
    sea = SimpleNamespace(start=np.array([0, 2]), end=np.array([1, 3]), km=np.array([200.0, 100.0]))
    factor, more = DEFAULT.crossings.plausible
    assert _longest(sea, (1, 4), DEFAULT.crossings.plausible) == factor * 200 + more
    assert _longest(sea, (2, 1), DEFAULT.crossings.plausible) == factor * 100 + more
    assert _longest(sea, (4, 5), DEFAULT.crossings.plausible) == np.inf


def test_piles_along_the_middle_of_a_traced_crossing_are_those_from_a_fifth_to_four_fifths_of_it():
    hubs = ("LBY", (12.4, 32.9)), ("ITA", (12.6, 35.5))
    start, end = np.array([12.4, 33.0]), np.array([12.6, 35.4])
    along = [start + share * (end - start) for share in (0.1, 0.19, 0.21, 0.5, 0.79, 0.81, 0.9)]
    weights = np.array([100.0, 100, 1, 2, 4, 100, 100])
    found, which = with_traced_crossings(
        [TO_LAMPEDUSA], sea(*hubs), terrain(), points(*map(tuple, along)), weights, DEFAULT
    )
    assert which.tolist() == [0]
    assert found.middle.tolist() == pytest.approx([7.0], abs=0.01)
    assert found.cover.toarray()[0].tolist() == pytest.approx([1.0] * 7, abs=0.01)
