"""A way from a line into a heap beside it is dropped; a branch along evidence stays."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from routes.core.geodesy import km_between, unit_vectors
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.ridges.dead_end_filter import without_heaps
from routes.ridges.kernel_density import clutter, dense, kernel_density
from routes.ridges.morse_ridges import unique_edges

pytestmark = pytest.mark.slow


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
    density = kernel_density(area).counts
    mask = dense(area, density, clutter(area, density))
    edges = unique_edges(path(area, [(16.2, 20), (23.8, 20)]), path(area, [(20, 20), (20, 21.3)]))
    return edges, without_heaps(area, density, mask, edges)


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
    assert without_heaps(area, area.weights, area.weights > 0, nothing).shape == (0, 2)
