"""Gaps are closed where lines run towards each other, are told as inferred, and never cut across what divides them."""

import numpy as np
import pytest

from geodata.coast import is_land
from routes.bridges import bridged
from routes.cube import cube
from routes.density import FEWEST_STEPS, kernel_density
from routes.domain import domain
from routes.reduce import reduce_incidents
from routes.ridges import Edges, unique_edges
from routes.sphere import km_between, lonlat, resampled, unit_vectors

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


def test_ends_that_face_each_other_are_joined_farther_than_lines_that_run_side_by_side(desert):
    density = kernel_density(desert, FEWEST_STEPS)
    facing = graph_of(desert, [(16, 20), (18.5, 20)], [(20.5, 20), (23, 20)])
    aside = graph_of(desert, [(16, 19.5), (23, 19.5)], [(16, 20.5), (23, 20.5)])
    joined, inferred = bridged(desert, density, facing)
    assert len(joined) == len(facing) + len(inferred)
    assert 8 <= len(inferred) <= 18
    same, nothing = bridged(desert, density, aside)
    assert len(nothing) == 0
    assert np.array_equal(same, aside)


def test_a_bridge_at_sea_goes_round_a_cape_or_is_not_built(at, along):
    west, east = along([(9.2, 38.0), (10.6, 37.6)], 900, 5.0), along([(11.4, 36.6), (11.4, 35.2)], 900, 5.0, seed=8)
    for corridor in reduce_incidents(at(np.concatenate([west, east]), "sea")).corridors:
        for line in corridor.lines:
            path = lonlat(resampled(unit_vectors(line[:, 0], line[:, 1]), 2.0))
            assert is_land(path[:, 0], path[:, 1]).mean() < 0.05
