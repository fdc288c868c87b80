"""Nodes move onto the crest of the evidence, and lines stay on their side of the coast."""

import numpy as np
import pytest

from geodata.spatial.coastline import is_land, km_to_coast
from routes.core.geodesy import km_between, lonlat, unit_vectors
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.ridges.line_refinement import FARTHEST_SPACINGS, held_to_side, on_crest


def off_line_km(points: np.ndarray) -> np.ndarray:
    """Return the distance to the equator of points near it."""
    return np.abs(np.arcsin(points[:, 2])) * 6371.0088


def test_nodes_beside_a_line_of_incidents_move_onto_it(at, along):
    area = domain(cube(at(along([(16, 0), (24, 0)], 3000)), 5).counts, "land", 5)
    beside = np.flatnonzero((off_line_km(area.points) < 20) & (np.abs(lonlat(area.points)[:, 0] - 20) < 2))
    moved = on_crest(area, beside, 14.0)
    assert np.median(off_line_km(area.points[beside])) > 5
    assert np.median(off_line_km(moved)) < 2
    assert km_between(moved, area.points[beside]).max() <= FARTHEST_SPACINGS * area.spacing_km


def test_nodes_without_evidence_near_them_stay(at):
    area = domain(cube(at([(20.0, 0.0)]), 5).counts, "land", 5)
    far = np.array([int(km_between(area.points, unit_vectors(np.array([20.0]), np.array([0.0]))).argmax())])
    assert np.allclose(on_crest(area, far, 5.0), area.points[far])


@pytest.mark.parametrize("mode", ["land", "sea"])
def test_nodes_near_the_coast_move_just_across_it_and_others_stay(at, along, mode):
    shore = along([(-16.95, 21.6), (-16.1, 23.2)], 300, sigma_km=7.0)
    nodes = unit_vectors(shore[:, 0], shore[:, 1])
    ashore = is_land(shore[:, 0], shore[:, 1])
    assert 0.1 < ashore.mean() < 0.9
    held = held_to_side(domain(cube(at(shore), 5).counts, mode, 5), nodes)
    places = lonlat(held)
    assert (is_land(places[:, 0], places[:, 1]) == (mode == "land")).all()
    stayed = ashore if mode == "land" else ~ashore
    assert np.array_equal(held[stayed], nodes[stayed])
    moved = places[~stayed]
    assert np.median(km_to_coast(moved[:, 0], moved[:, 1])) < 4.0


def test_nodes_far_from_the_coast_are_left_where_they_are(at):
    inland = unit_vectors(np.array([8.0]), np.array([17.0]))
    held = held_to_side(domain(cube(at([(8.0, 17.0)]), 5).counts, "sea", 5), inland)
    assert np.array_equal(held, inland)
