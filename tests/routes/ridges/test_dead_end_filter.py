"""A way from a line into a heap beside it is dropped; a branch along evidence stays."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from routes.core.geodesy import km_between, unit_vectors
from routes.core.params import RIDGES
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.ridges import dead_end_filter
from routes.ridges.dead_end_filter import _dip, _heap_at_end, _of_heaped_parts, _spread, without_heaps
from routes.ridges.kernel_density import clutter, dense, kernel_density
from routes.ridges.morse_ridges import unique_edges


def area_of(*incidents: pl.DataFrame):
    return domain(cube(pl.concat(incidents), 5).counts, "land", 5)


def row(area, lon: float, lat: float) -> int:
    return int(km_between(area.points, unit_vectors(np.array([lon]), np.array([lat]))).argmin())


def path(area, corners):
    places = [
        row(area, *(np.array(start) + share * (np.array(end) - np.array(start))))
        for start, end in pairwise(corners)
        for share in np.linspace(0, 1, 60)
    ]
    steps = np.array([(a, b) for a, b in pairwise(places) if a != b])
    return unique_edges(steps)


def drawn(area):
    density = kernel_density(area, RIDGES.density).counts
    mask = dense(area, density, clutter(area, density, RIDGES.density), RIDGES.density)
    edges = unique_edges(path(area, [(16.2, 20), (23.8, 20)]), path(area, [(20, 20), (20, 21.3)]))
    return edges, without_heaps(area, density, mask, edges, RIDGES.heaps)


def north_of_line(area, edges) -> int:
    return int((area.points[np.unique(edges), 2] > np.sin(np.radians(20.6))).sum()) if len(edges) else 0


def test_a_dead_end_into_a_heap_is_dropped_and_the_line_stays(at, along):
    area = area_of(at(along([(16, 20), (24, 20)], 2500)), at(along([(20, 21), (20.01, 21)], 600, sigma_km=15.0)))
    before, after = drawn(area)
    assert north_of_line(area, before) > 0
    assert north_of_line(area, after) == 0
    assert len(after) > 20


def test_a_dead_end_along_evidence_stays(at, along):
    area = area_of(at(along([(16, 20), (24, 20)], 2500)), at(along([(20, 20), (20, 21.5)], 600)))
    before, after = drawn(area)
    assert np.array_equal(before, after)


def test_without_lines_there_are_no_heaps(at, along):
    area = area_of(at(along([(16, 20), (24, 20)], 2500)))
    nothing = np.empty((0, 2), np.int64)
    assert without_heaps(area, area.weights, area.weights > 0, nothing, RIDGES.heaps).shape == (0, 2)


def test_a_dip_is_the_lowest_place_of_the_first_stretch_below_half_of_both_sides():
    assert _dip(np.array([10.0, 4.9, 4.0, 4.5, 10.0, 1.0, 10.0]), RIDGES.heaps.dip) == 2
    assert _dip(np.array([10.0, 5.0, 10.0]), RIDGES.heaps.dip) is None  # twice is no more than twice
    assert _dip(np.array([1.0, 5.0, 1.0]), RIDGES.heaps.dip) is None
    assert _dip(np.array([9.0, 4.0, 4.0, 9.0]), RIDGES.heaps.dip) == 1


def sums(*rows: tuple[float, float, float]) -> np.ndarray:
    """Return for each node the sums of a heap of evidence that lies so far to both sides, north and south, and up."""
    found = []
    for wide, high, weight in rows:
        places = np.array([[0, wide, 0], [0, -wide, 0], [0, 0, high], [0, 0, -high]])
        products = (places[:, :, None] * places[:, None, :]).reshape(-1, 9)
        found.append((np.column_stack([np.ones(4), places, products]) * weight).sum(axis=0))
    return np.array(found)


def moved(own: np.ndarray, far: float) -> np.ndarray:
    """Return the sums of the same evidence so far to the north."""
    weight, mean, products = own[0], own[1:4], own[4:].reshape(3, 3)
    way = np.array([0.0, far, 0.0])
    shifted = products + np.outer(mean, way) + np.outer(way, mean) + weight * np.outer(way, way)
    return np.r_[weight, mean + weight * way, shifted.ravel()]


def test_how_many_times_longer_than_wide_evidence_is():
    assert _spread(sums((3.0, 1.0, 2.0))[0]) == pytest.approx(3)
    assert _spread(sums((1.0, 1.0, 2.0))[0]) == pytest.approx(1)
    assert _spread(np.zeros(13)) == 1.0
    # Two heaps with a variance of a half each way, 4 apart: 4 and a half along, a half across, wherever they lie.
    both = sums((1.0, 1.0, 1.0))[0], sums((1.0, 1.0, 1.0))[0]
    assert _spread(sum(moved(one, way) for one, way in zip(both, (1.0, 5.0), strict=True))) == pytest.approx(3)


@pytest.mark.parametrize(("wide", "heap"), [(1.29, True), (1.31, False)])
def test_evidence_at_an_end_that_is_not_1_3_times_longer_than_wide_is_a_heap(wide, heap):
    level, own = np.ones(5), sums(*[(wide, 1.0, 1.0)] * 5)
    assert _heap_at_end(level, [0, 1, 2, 3, 4], own, RIDGES.heaps, closed=True) == ([[0, 1, 2, 3, 4]] if heap else [])
    assert _heap_at_end(level, [0, 1, 2, 3, 4], own, RIDGES.heaps, closed=False) == []
    dip = np.array([9.0, 9, 1, 9, 9])
    assert _heap_at_end(dip, [0, 1, 2, 3, 4], own, RIDGES.heaps, closed=False) == ([[0, 1, 2]] if heap else [])
    assert _heap_at_end(level, [0, 1], own, RIDGES.heaps, closed=True) == []  # both nodes are rather the line's


@pytest.mark.parametrize(("wide", "heap"), [(1.39, True), (1.41, False)])
def test_a_part_that_is_not_1_4_times_longer_than_wide_is_a_heap(wide, heap):
    edges = np.array([[0, 1], [1, 2], [3, 4]])
    own = sums(*[(wide, 1.0, 1.0)] * 3, *[(3.0, 1.0, 1.0)] * 2)
    assert _of_heaped_parts(edges, [[0, 1, 2], [3, 4]], own, RIDGES.heaps.part_spread) == ([[0, 1, 2]] if heap else [])


def heaps_of(monkeypatch, edges: list[list[int]], wide: float, density: np.ndarray | None = None) -> list[list[int]]:
    """Return the nodes of what is taken for heaps where evidence at every node is so many times longer than wide."""
    edges = np.array(edges)
    size = int(edges.max()) + 1
    monkeypatch.setattr(dead_end_filter, "_sums_of_nodes", lambda *_: sums(*[(wide, 1.0, 1.0)] * size))
    monkeypatch.setattr(dead_end_filter, "runs_of_round_parts", lambda *_: [])
    level = np.ones(size) if density is None else density
    return sorted(sorted(run) for run in dead_end_filter._heaps(None, level, np.ones(size, bool), edges, RIDGES.heaps))


def test_a_line_that_hangs_on_nothing_is_no_dead_end(monkeypatch):
    """Of three arms of three edges each is a dead end; a line by itself, or a ring, has none."""
    arms = [[0, 1], [1, 2], [2, 3], [0, 4], [4, 5], [5, 6], [0, 7], [7, 8], [8, 9]]
    assert heaps_of(monkeypatch, arms, 1.0) == [[0, 1, 2, 3], [0, 4, 5, 6], [0, 7, 8, 9]]
    assert heaps_of(monkeypatch, arms, 1.4) == []
    assert heaps_of(monkeypatch, [[0, 1], [1, 2], [2, 3], [3, 4]], 1.0) == []
    assert heaps_of(monkeypatch, [[0, 1], [1, 2], [2, 0]], 1.0) == []


def test_of_a_line_by_itself_a_heap_is_what_lies_before_a_dip_at_either_end(monkeypatch):
    line = [[number, number + 1] for number in range(7)]
    at_one = np.array([9.0, 9, 1, 9, 9, 9, 9, 9])
    assert heaps_of(monkeypatch, line, 1.0, at_one) == [[0, 1, 2], [2, 3, 4, 5, 6, 7]]
    assert heaps_of(monkeypatch, line, 1.4, at_one) == []
