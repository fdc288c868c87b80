"""Gaps are closed where lines run towards each other, are told as inferred, and never cut across what divides them."""

import numpy as np
import pytest

from geodata.spatial.coastline import is_land
from routes.core.geodesy import km_between, lonlat, resampled, unit_vectors
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges.gap_bridging import bridged
from routes.ridges.kernel_density import FEWEST_STEPS, Density
from routes.ridges.morse_ridges import Edges, unique_edges

pytestmark = pytest.mark.slow


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
    return Density(np.where(gap, within, elsewhere), FEWEST_STEPS, 14.0)


LEVEL = 1.0


def joins(area, density: Density, *lines: list[tuple[float, float]]) -> bool:
    """Tell whether the gap between lines is closed."""
    apart = graph_of(area, *lines)
    joined, inferred = bridged(area, density, np.full(len(area.points), LEVEL), apart)
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
    joined, inferred = bridged(desert, even(desert, 3.0), np.full(len(desert.points), LEVEL), apart)
    ends = lonlat(desert.points[np.unique(inferred)])
    assert len(joined) == len(apart) + len(inferred)
    assert np.abs(ends[:, 1] - 20).max() < 0.4


def test_a_bridge_at_sea_goes_round_a_cape_or_is_not_built(at, along):
    west, east = along([(9.2, 38.0), (10.6, 37.6)], 900, 5.0), along([(11.4, 36.6), (11.4, 35.2)], 900, 5.0, seed=8)
    for corridor in reduce_incidents(at(np.concatenate([west, east]), "sea")).corridors:
        for line in corridor.lines:
            path = lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), 2.0))
            assert is_land(path[:, 0], path[:, 1]).mean() < 0.05
