"""Nodes move onto the crest of the evidence, and lines stay on their side of the coast."""

import numpy as np
import pytest

from geodata.spatial.coastline import is_land, km_to_coast
from routes.core.geodesy import km_between, lonlat, normalised, unit_vectors
from routes.core.params import RIDGES
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.ridges.line_refinement import _padded, _step, held_to_side, on_crest, toward_evidence


def off_line_km(points: np.ndarray) -> np.ndarray:
    """Return the distance to the equator of points near it."""
    return np.abs(np.arcsin(points[:, 2])) * 6371.0088


def test_nodes_beside_a_line_of_incidents_move_onto_it(at, along):
    area = domain(cube(at(along([(16, 0), (24, 0)], 3000)), 5).counts, "land", 5)
    beside = np.flatnonzero((off_line_km(area.points) < 20) & (np.abs(lonlat(area.points)[:, 0] - 20) < 2))
    moved = on_crest(area, beside, 14.0, RIDGES.refinement)
    assert np.median(off_line_km(area.points[beside])) > 5
    assert np.median(off_line_km(moved)) < 2
    assert km_between(moved, area.points[beside]).max() <= RIDGES.refinement.farthest_spacings * area.spacing_km


def test_nodes_without_evidence_near_them_stay(at):
    area = domain(cube(at([(20.0, 0.0)]), 5).counts, "land", 5)
    far = np.array([int(km_between(area.points, unit_vectors(np.array([20.0]), np.array([0.0]))).argmax())])
    assert np.allclose(on_crest(area, far, 5.0, RIDGES.refinement), area.points[far])


@pytest.mark.parametrize("mode", ["land", "sea"])
def test_nodes_near_the_coast_move_just_across_it_and_others_stay(at, along, mode):
    shore = along([(-16.95, 21.6), (-16.1, 23.2)], 300, sigma_km=7.0)
    nodes = unit_vectors(shore[:, 0], shore[:, 1])
    ashore = is_land(shore[:, 0], shore[:, 1])
    assert 0.1 < ashore.mean() < 0.9
    held = held_to_side(domain(cube(at(shore), 5).counts, mode, 5), nodes, RIDGES.refinement)
    places = lonlat(held)
    assert (is_land(places[:, 0], places[:, 1]) == (mode == "land")).all()
    stayed = ashore if mode == "land" else ~ashore
    assert np.array_equal(held[stayed], nodes[stayed])
    moved = places[~stayed]
    assert np.median(km_to_coast(moved[:, 0], moved[:, 1])) < 4.0


def test_nodes_far_from_the_coast_are_left_where_they_are(at):
    inland = unit_vectors(np.array([8.0]), np.array([17.0]))
    held = held_to_side(domain(cube(at([(8.0, 17.0)]), 5).counts, "sea", 5), inland, RIDGES.refinement)
    assert np.array_equal(held, inland)


KM = 111.195  # of a degree of latitude


def test_evidence_of_each_node_is_padded_with_nothing():
    near, weight = _padded(np.array([0, 0, 2]), np.array([5, 3, 4]), np.arange(6.0), 3)
    assert near.tolist() == [[5, 3], [0, 0], [4, 0]]
    assert weight.tolist() == [[5.0, 3.0], [0.0, 0.0], [4.0, 0.0]]


def test_a_node_moves_across_a_line_of_evidence_and_not_along_it():
    """Evidence lies along the equator; a node 10 km north of it, and east of its middle, moves straight south."""
    along = np.linspace(-60, 60, 25)
    evidence = unit_vectors(along / KM, np.zeros(25))
    node = unit_vectors(np.array([20 / KM]), np.array([10 / KM]))
    step = _step(node, evidence[None], np.ones((1, 25)), 30.0)
    moved = lonlat(normalised(node + step))[0] * KM
    assert moved == pytest.approx([20, 0], abs=0.05)
    moved = lonlat(toward_evidence(node, evidence, np.ones(25), 30.0, 45.0, 3.0))[0] * KM
    assert moved == pytest.approx([20, 0], abs=0.1)


@pytest.mark.parametrize(("weight", "farthest", "moves"), [(0.12, 45, True), (0.119, 45, False), (1, 9.9, False)])
def test_a_node_stays_with_little_evidence_around_it_or_a_far_way_to_go(weight, farthest, moves):
    """25 piles of 0.12 are the 3 that are needed; the way is 10 km."""
    evidence = unit_vectors(np.linspace(-12, 12, 25) / KM, np.zeros(25))
    node = unit_vectors(np.zeros(1), np.array([10 / KM]))
    found = toward_evidence(node, evidence, np.full(25, weight + 1e-9), 30.0, farthest, 3.0)
    assert (lonlat(found)[0, 1] * KM < 1) == moves


def test_without_evidence_nothing_moves():
    node, none = unit_vectors(np.zeros(1), np.zeros(1)), np.empty((0, 3))
    assert toward_evidence(node, none, np.empty(0), 30.0, 45.0, 3.0) is node
    assert toward_evidence(none, node, np.ones(1), 30.0, 45.0, 3.0) is none
