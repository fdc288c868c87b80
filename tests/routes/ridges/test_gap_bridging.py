"""Gaps are closed where lines run towards each other, are told as inferred, and never cut across what divides them."""

from types import SimpleNamespace

import numpy as np
import pytest

from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land
from routes.core.geodesy import km_between, lonlat, resampled, unit_vectors
from routes.core.params import RIDGES, RidgeParams
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges.gap_bridging import _back, _chances, _meetings, _of_end, _outward, _root, _stretch, bridged
from routes.ridges.kernel_density import Density
from routes.ridges.morse_ridges import Edges, unique_edges


@pytest.fixture
def two_pieces(at, along):
    """Return incidents of a straight line whose middle 150 km nobody reported."""
    return at(np.concatenate([along([(16, 20), (19, 20)], 900), along([(20.43, 20), (23.5, 20)], 900, seed=8)]))


def graph_of(area, *lines: list[tuple[float, float]]) -> Edges:
    """Return the cells along some lines as a graph."""
    parts = []
    for line in lines:
        lon, lat = np.array(line).T
        path = resampled(unit_vectors(lon, lat), 5.0)
        rows = [int(km_between(area.points, place).argmin()) for place in path]
        rows = list(dict.fromkeys(rows))
        parts.append(np.column_stack([rows[:-1], rows[1:]]))
    return unique_edges(*parts)


def test_a_gap_in_a_line_is_bridged_and_told(two_pieces):
    (corridor,) = reduce_incidents(two_pieces).corridors
    assert corridor.length_km == pytest.approx(784, abs=60)
    ((start, end),) = corridor.bridges
    assert 60 <= end - start <= 200
    assert corridor.inferred_km == end - start
    assert 260 <= start <= 350
    assert corridor.support <= 1 - 60 / 800


def test_a_gap_is_bridged_up_to_the_length_and_from_the_chance_that_are_asked_for(two_pieces):
    for changes in ({"bridging.farthest_km": 0}, {"bridging.least_chance": 1.0}):
        pieces = reduce_incidents(two_pieces, replicates=0, params=RidgeParams.changed(changes)).corridors
        assert len(pieces) == 2
        assert {one.bridges for one in pieces} == {()}


def test_a_line_without_a_gap_has_no_bridge(at, along):
    (corridor,) = reduce_incidents(at(along([(16, 20), (23.5, 20)], 1800))).corridors
    assert corridor.bridges == ()


@pytest.fixture
def desert(at, along):
    return domain(cube(at(along([(16, 20), (23.5, 20)], 900)), 5).counts, "land", 5)


def even(area, within: float, elsewhere: float = 1.0) -> Density:
    """Return a density that is the same everywhere, but for the cells between 18 and 21 degrees east at 20 north."""
    lon, lat = lonlat(area.points).T
    gap = (np.abs(lat - 20) < 0.4) & (lon > 18) & (lon < 21)
    return Density(np.where(gap, within, elsewhere), RIDGES.density.fewest_steps, 14.0)


LEVEL = 1.0


def joins(area, density: Density, *lines: list[tuple[float, float]]) -> bool:
    """Tell whether the gap between lines is closed."""
    apart = graph_of(area, *lines)
    joined, inferred = bridged(area, density, np.full(len(area.points), LEVEL), apart, RIDGES.bridging)
    assert len(joined) == len(apart) + len(inferred)
    return len(inferred) > 0


def test_ends_that_face_each_other_are_joined_farther_than_lines_that_run_side_by_side(desert):
    density = even(desert, 1.0)
    assert joins(desert, density, [(16, 20), (18.8, 20)], [(20.2, 20), (23, 20)])
    assert not joins(desert, density, [(16, 19.5), (23, 19.5)], [(16, 20.5), (23, 20.5)])


def test_a_gap_is_closed_the_farther_the_more_evidence_lies_in_it(desert):
    far = [(16, 20), (18, 20)], [(20.8, 20), (23, 20)]
    assert joins(desert, even(desert, 3.0), *far)
    assert not joins(desert, even(desert, 0.2), *far)


def test_of_two_gaps_the_likelier_is_closed_first_and_no_loop_is_made(desert):
    lines = [(16, 20), (18.8, 20)], [(20.2, 20), (23, 20)], [(19.5, 19.0), (23, 19.0), (23, 20)]
    apart = graph_of(desert, *lines)
    joined, inferred = bridged(desert, even(desert, 3.0), np.full(len(desert.points), LEVEL), apart, RIDGES.bridging)
    ends = lonlat(desert.points[np.unique(inferred)])
    assert len(joined) == len(apart) + len(inferred)
    assert np.abs(ends[:, 1] - 20).max() < 0.4


def test_a_bridge_at_sea_goes_round_a_cape_or_is_not_built(at, along):
    west, east = along([(9.2, 38.0), (10.6, 37.6)], 900, 5.0), along([(11.4, 36.6), (11.4, 35.2)], 900, 5.0, seed=8)
    for corridor in reduce_incidents(at(np.concatenate([west, east]), "sea")).corridors:
        for line in corridor.lines:
            path = lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), 2.0))
            assert is_land(path[:, 0], path[:, 1]).mean() < 0.05


KM = 111.195  # of a degree of latitude


def east(*km: float) -> np.ndarray:
    """Return points so far east on the equator."""
    return unit_vectors(np.array(km) / KM, np.zeros(len(km)))


def test_how_likely_a_gap_is_a_route_by_hand():
    """100 km straight between ends that face each other, through evidence of twice the clutter: the fitted sum."""
    points = east(0, 100, 50)
    facing = np.array([[0.0, 1, 0], [0, -1, 0], [np.nan] * 3])  # east, and west as seen from the other end
    facing[1] = np.array([np.sin(100 / 6371.0088), -np.cos(100 / 6371.0088), 0])
    ways = SimpleNamespace(stretch=1.0, contrast=np.array([9.0, 9.0, 2.0]))
    (chance,) = _chances(points, ways, [[0, 2, 1]], facing, RIDGES.bridging)
    odds = 8.14 - 2.37 * np.log(100) + 2 * (-2.9 + 5.32) + 1.2 * np.log(2)
    assert chance == pytest.approx(1 / (1 + np.exp(-odds)), rel=1e-3)
    (wider,) = _chances(
        points, SimpleNamespace(stretch=2.0, contrast=ways.contrast), [[0, 2, 1]], facing, RIDGES.bridging
    )
    assert wider == pytest.approx(1 / (1 + np.exp(-odds - 2.37 * np.log(2))), rel=1e-3)
    (inner,) = _chances(
        points, ways, [[0, 1]], np.full((3, 3), np.nan), RIDGES.bridging
    )  # lines that go on, next to each other
    assert inner == pytest.approx(1 / (1 + np.exp(-(8.14 - 2.37 * np.log(100) + 1.2 * np.log(9)))), rel=1e-3)
    assert _chances(points, ways, [], facing, RIDGES.bridging).tolist() == []


def test_a_detour_counts_up_to_three_times():
    away = unit_vectors(np.array([0, 100 / KM, 50 / KM]), np.array([0, 0, 800 / KM]))
    ways = SimpleNamespace(stretch=1.0, contrast=np.ones(3))
    (chance,) = _chances(away, ways, [[0, 2, 1]], np.full((3, 3), np.nan), RIDGES.bridging)
    odds = 8.14 - 2.37 * np.log(100) - 8.57 * np.log(3)
    assert chance == pytest.approx(1 / (1 + np.exp(-odds)), rel=1e-3)


def test_an_end_counts_by_how_well_it_points_across():
    points = east(0, 100)
    north, back = np.array([[0.0, 0, 1], [0, 0, 1]]), np.array([[0.0, -1, 0], [0, 1, 0]])
    here, there = np.array([0]), np.array([1])
    assert _of_end(points, north, here, there, RIDGES.bridging)[0] == pytest.approx(-2.9)
    assert _of_end(points, back, here, there, RIDGES.bridging)[0] == pytest.approx(-2.9 - 5.32)
    assert _of_end(points, np.full((2, 3), np.nan), here, there, RIDGES.bridging)[0] == 0.0


def test_a_free_end_points_out_of_the_last_seven_steps_of_its_line():
    """The line turns north eight steps from its western end: that end looks back along the east alone."""
    lon, lat = np.r_[np.arange(9.0), 8.0], np.r_[np.zeros(9), 1.0]
    outward = _outward(
        unit_vectors(lon, lat), np.column_stack([np.arange(9), np.arange(1, 10)]), RIDGES.bridging.look_back
    )
    assert outward[0] == pytest.approx([0, -1, 0], abs=1e-9)
    assert np.isnan(outward[1:9]).all()
    out = outward[9]
    assert (out @ np.array([0, 0, 1]), np.linalg.norm(out)) == (pytest.approx(0.18, abs=0.03), pytest.approx(1))


def test_a_way_is_followed_back_to_where_it_began():
    assert _back(np.array([-1, 0, 1, -9]), 2) == [2, 1, 0]
    assert _root({3: 2, 2: 0}, 3) == 0


def test_parts_meet_where_the_way_between_them_is_cheapest():
    """Parts 0 and 1 meet by two edges of 5 and 4 in all; that within part 0, and that to nowhere, are none."""
    start, end = np.array([0, 1, 2, 4]), np.array([2, 3, 4, 5])
    ways = SimpleNamespace(start=start, end=end, cost=np.array([3.0, 1.0, 1.0, 1.0]))
    cost, source = np.array([1.0, 2, 1, 1, 1, np.inf]), np.array([0, 0, 1, 1, 1, -9])
    assert _meetings(ways, cost, source, np.array([0, 1, 0, 0, 0, 0])).tolist() == [[1, 3]]
    assert _meetings(ways, cost, source, np.zeros(6, int)).tolist() == []


def test_a_wider_kernel_leaves_longer_gaps():
    size = float(hexes.SPACING_KM[5])
    for width, growth in ((14.0, 1.0), (28.0, 2**0.75)):
        found = _stretch(
            SimpleNamespace(spacing_km=size), Density(np.ones(1), RIDGES.density.fewest_steps, width), RIDGES.bridging
        )
        assert found == pytest.approx(growth)
    found = _stretch(
        SimpleNamespace(spacing_km=2 * size), Density(np.ones(1), RIDGES.density.fewest_steps, 28.0), RIDGES.bridging
    )
    assert found == pytest.approx(2)


def test_of_three_arms_at_a_junction_each_points_out_of_its_tip_and_the_junction_nowhere():
    """Arms of one degree to the west, to the east and to the north of node 0."""
    points = unit_vectors(np.array([0.0, -1, 1, 0]), np.array([0.0, 0, 0, 1]))
    outward = _outward(points, np.array([[0, 1], [0, 2], [0, 3]]), RIDGES.bridging.look_back)
    assert np.isnan(outward[0]).all()
    assert [np.argmax(np.abs(way)).item() for way in outward[1:]] == [1, 1, 2]
    assert [float(np.sign(way[np.argmax(np.abs(way))])) for way in outward[1:]] == [-1, 1, 1]
