"""Runs between junctions, and the strokes that they join into."""

from itertools import pairwise

import numpy as np
import pytest

from routes.core.geodesy import line_km, lonlat, unit_vectors
from routes.core.params import RIDGES
from routes.ridges.graph_chains import (
    chains,
    degrees,
    lengths,
    smoothed,
    strokes,
    without,
    without_short_parts,
    without_spurs,
    without_weak,
)

# Nodes of a small map: a road 0-1-2-3-4 to the east, a side road 2-5-6 to the north, and a ring 7-8-9 apart from both.
PLACES = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (2, 1), (2, 2), (20, 0), (21, 0), (20.5, 1)]
ROAD = [(0, 1), (1, 2), (2, 3), (3, 4)]
SIDE = [(2, 5), (5, 6)]
RING = [(7, 8), (7, 9), (8, 9)]
DEGREE_KM = 111.195


@pytest.fixture
def points() -> np.ndarray:
    lon, lat = np.array(PLACES, dtype=float).T
    return unit_vectors(lon, lat)


def graph(*roads: list[tuple[int, int]]) -> np.ndarray:
    return np.array(sorted(edge for road in roads for edge in road), dtype=np.int64)


def test_chains_run_between_junctions_ends_and_around_rings():
    assert chains(graph(ROAD, SIDE, RING)) == [[0, 1, 2], [2, 3, 4], [2, 5, 6], [7, 8, 9, 7]]


def test_every_edge_belongs_to_one_chain():
    edges = graph(ROAD, SIDE, RING, [(4, 6)])
    walked = [sorted(step) for run in chains(edges) for step in pairwise(run)]
    assert sorted(walked) == edges.tolist()


def test_a_stroke_goes_straight_on_through_a_junction_and_the_side_road_ends_there(points):
    assert strokes(graph(ROAD, SIDE), points, RIDGES.strokes) == [[0, 1, 2, 3, 4], [2, 5, 6]]


def test_a_sharp_turn_at_a_junction_ends_a_stroke(points):
    corner = graph(ROAD[:2], SIDE)
    assert strokes(corner, points, RIDGES.strokes) == [[0, 1, 2, 5, 6]]
    fork = graph(ROAD[:2], SIDE, [(2, 9)])
    assert strokes(fork, points, RIDGES.strokes) == [[0, 1, 2, 9], [2, 5, 6]]
    crossing = graph(ROAD, SIDE, [(2, 9)])
    assert strokes(crossing, points, RIDGES.strokes) == [[0, 1, 2, 3, 4], [2, 5, 6], [2, 9]]


def test_a_ring_is_one_closed_stroke(points):
    assert strokes(graph(RING), points, RIDGES.strokes) == [[7, 8, 9, 7]]


def test_spurs_are_dropped_but_a_line_of_its_own_is_not(points):
    shortest = 2.5 * DEGREE_KM
    assert without_spurs(graph([(1, 2)], SIDE), points, shortest).tolist() == graph([(1, 2)], SIDE).tolist()
    long_road = [*ROAD, (4, 7)]
    kept = without_spurs(graph(long_road, SIDE), points, 2.2 * DEGREE_KM)
    assert not {5, 6} & set(kept.ravel().tolist())


def test_short_parts_are_dropped_by_their_whole_length(points):
    kept = without_short_parts(graph(ROAD, SIDE, RING), points, 5 * DEGREE_KM)
    assert sorted(np.unique(kept).tolist()) == [0, 1, 2, 3, 4, 5, 6]
    assert without_short_parts(np.empty((0, 2), np.int64), points, 1.0).shape == (0, 2)


def test_without_takes_the_edges_of_a_chain_out():
    assert without(graph(ROAD), [[4, 3, 2]]).tolist() == [[0, 1], [1, 2]]
    assert without(graph(ROAD), [[0, 1, 2, 3, 4]]).shape == (0, 2)


def test_degrees_count_the_edges_at_each_node():
    assert degrees(graph(ROAD, SIDE))[2] == 3
    assert degrees(graph(RING)).tolist() == [0] * 7 + [2, 2, 2]


def test_smoothing_straightens_a_zigzag_and_leaves_the_ends_in_place():
    zigzag = unit_vectors(np.arange(9) / 5, np.arange(9) % 2 / 5)
    smooth = smoothed(zigzag, [list(range(9))], 6)
    assert line_km(smooth) < 0.8 * line_km(zigzag)
    assert np.array_equal(smooth[[0, -1]], zigzag[[0, -1]])
    assert np.allclose(np.linalg.norm(smooth, axis=1), 1)


def test_smoothing_keeps_a_side_road_on_the_road(points):
    lines = strokes(graph(ROAD, SIDE), points, RIDGES.strokes)
    (side,) = [line for line in lines if 6 in line]
    assert 2 in (side[0], side[-1])
    smooth = smoothed(points, lines, 6)
    assert np.isfinite(smooth).all()


@pytest.mark.parametrize(("turn", "joined"), [(44, True), (46, False)])
def test_a_stroke_goes_on_through_a_junction_by_a_turn_of_up_to_45_degrees(turn, joined):
    """Three roads of a degree meet; the third leads north, and goes straight on into none of the others."""
    angle = np.radians([180, turn, 110])
    lon, lat = np.r_[0, np.cos(angle)], np.r_[0, np.sin(angle)]
    found = strokes(np.array([[0, 1], [0, 2], [0, 3]]), unit_vectors(lon, lat), RIDGES.strokes)
    assert sorted(map(len, found)) == ([2, 3] if joined else [2, 2, 2])


def test_runs_and_tips_without_strength_are_cut_and_weak_places_within_stay():
    edges = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    assert without_weak(edges, np.array([0.1, 0.9, 0.1, 0.9, 0.2]), 0.5).size == 0  # 0.44 in the mean
    assert without_weak(edges, np.array([0.1, 0.9, 0.2, 0.9, 0.6]), 0.5).tolist() == [[1, 2], [2, 3], [3, 4]]
    assert without_weak(edges, np.array([0.9, 0.9, 0.9, 0.5, 0.1]), 0.5).tolist() == [[0, 1], [1, 2], [2, 3]]
    assert without_weak(edges, np.full(5, 0.5), 0.5).tolist() == edges.tolist()
    ring = np.array([[0, 1], [1, 2], [0, 2]])
    assert without_weak(ring, np.array([0.1, 0.9, 0.9]), 0.5).tolist() == ring.tolist()


def test_short_parts_are_told_by_all_their_length(points):
    edges = graph(ROAD[:1], RING)
    road, ring = DEGREE_KM, 3 * DEGREE_KM
    assert without_short_parts(edges, points, road * 0.99).tolist() == edges.tolist()
    assert without_short_parts(edges, points, road * 1.01).tolist() == graph(RING).tolist()
    assert without_short_parts(edges, points, ring * 1.2).size == 0


def test_the_length_of_a_chain_is_that_of_its_steps(points):
    found = lengths([[0, 1, 2], [3, 4], [2, 5, 6]], points)
    assert found.tolist() == pytest.approx([2 * DEGREE_KM, DEGREE_KM, 2 * DEGREE_KM], rel=1e-3)
    assert lengths([], points).tolist() == []


def test_smoothing_draws_a_corner_to_the_middle_of_its_neighbours_once_for_all_strokes(points):
    bent = points.copy()
    bent[1] = unit_vectors(np.array([1.0]), np.array([1.0]))[0]
    smooth = smoothed(bent, [[0, 1, 2], [5, 1, 6]], 1)
    assert lonlat(smooth[[1]])[0] == pytest.approx([1.0, 0.5], abs=1e-3)
    assert smooth[[0, 2, 5, 6]].tolist() == bent[[0, 2, 5, 6]].tolist()
    assert lonlat(smoothed(bent, [[0, 1, 2]], 2)[[1]])[0] == pytest.approx([1.0, 0.25], abs=1e-3)
