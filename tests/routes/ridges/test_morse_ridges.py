"""The lines along which a density is highest: every crest is found, what does not persist is not."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geodata.spatial import h3_cells as hexes
from routes.core.params import RIDGES
from routes.indexing.cell_graph import PADDING_RINGS, ground
from routes.ridges.morse_ridges import ridge_edges, unique_edges


@pytest.fixture
def field() -> tuple[np.ndarray, csr_array]:
    """Return the cells around a place in the Atlantic, as east and north in spacings, and their graph."""
    centre = hexes.cells_at(np.array([-30.0]), np.array([10.0]), 5)
    around = ground(np.sort(hexes.disks(centre, 9 - PADDING_RINGS)[1]), 5)
    points = around.points
    here = points.mean(axis=0) / np.linalg.norm(points.mean(axis=0))
    east = np.cross([0, 0, 1], here) / np.linalg.norm(np.cross([0, 0, 1], here))
    plane = np.column_stack([points @ east, points @ np.cross(here, east)]) * 6371 / hexes.SPACING_KM[5]
    return plane, around.km.sign()


def nodes_of(edges: np.ndarray) -> np.ndarray:
    return np.unique(edges)


def parts(edges: np.ndarray, size: int) -> int:
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return len(np.unique(connected_components(graph, directed=False)[1][nodes_of(edges)]))


def cycles(edges: np.ndarray, size: int) -> int:
    return len(edges) - len(nodes_of(edges)) + parts(edges, size)


def test_two_peaks_are_joined_along_the_crest_between_them(field):
    plane, graph = field
    density = sum(60 * np.exp(-((plane - peak) ** 2).sum(axis=1) / 8) for peak in ([-4, 0], [4, 0])) + 1e-3
    edges = ridge_edges(density, graph, RIDGES.crests)
    assert parts(edges, len(plane)) == 1
    assert cycles(edges, len(plane)) == 0
    crest = plane[nodes_of(edges)]
    assert np.abs(crest[:, 1]).max() <= 1.0
    assert crest[:, 0].min() < -3
    assert crest[:, 0].max() > 3


def test_a_single_peak_has_no_ridge(field):
    plane, graph = field
    density = 60 * np.exp(-(plane**2).sum(axis=1) / 8)
    assert ridge_edges(density, graph, RIDGES.crests).shape == (0, 2)


@pytest.mark.parametrize(("height", "loops"), [(200.0, 1), (2.0, 0)])
def test_a_ring_is_a_loop_only_where_it_stands_out_of_its_middle(field, height, loops):
    plane, graph = field
    radius = np.linalg.norm(plane, axis=1)
    around = 1 + 0.3 * np.cos(3 * np.arctan2(plane[:, 1], plane[:, 0]))
    density = height * around * np.exp(-((radius - 5) ** 2) / 2) + 0.01
    assert cycles(ridge_edges(density, graph, RIDGES.crests), len(plane)) == loops


def test_the_numbering_of_cells_does_not_change_the_ridge(field):
    plane, graph = field
    random = np.random.default_rng(5)
    density = random.gamma(2.0, 5.0, len(plane))
    order = random.permutation(len(plane))
    shuffled = csr_array(graph[order][:, order])
    shuffled.sort_indices()
    found = order[ridge_edges(density[order], shuffled, RIDGES.crests)]
    assert np.array_equal(unique_edges(found), ridge_edges(density, graph, RIDGES.crests))


def test_a_graph_without_edges_has_no_ridge():
    assert ridge_edges(np.array([5.0, 2.0]), csr_array((2, 2)), RIDGES.crests).shape == (0, 2)


def test_edges_of_several_graphs_are_united_each_once():
    united = unique_edges(np.array([[2, 1], [1, 2]]), np.empty((0, 2), np.int64), np.array([[3, 1]]))
    assert united.tolist() == [[1, 2], [1, 3]]
