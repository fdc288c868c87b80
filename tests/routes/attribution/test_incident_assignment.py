"""Incidents belong to the nearest line within whose reach they lie."""

import numpy as np
import pytest
from scipy.stats import norm

from routes.attribution.incident_assignment import NONE, assigned, band_km, placed_on
from routes.core.geodesy import unit_vectors
from routes.core.params import RIDGES
from routes.ridges.centrelines import Centreline

DEGREE_KM = 111.195


def at(*places: tuple[float, float]) -> np.ndarray:
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    return unit_vectors(lon, lat)


EQUATOR = Centreline(at((0, 0), (4, 0)), 50.0)
STRAIT = Centreline(at((0, 0.5), (4, 0.5)), 15.0)


@pytest.mark.parametrize(
    ("lat", "line"),
    [(0.0, 0), (-0.4, 0), (-0.5, NONE), (0.2, 0), (0.3, 0), (0.4, 1), (0.5, 1), (0.6, 1), (0.7, NONE)],
)
def test_a_line_out_of_its_own_reach_does_not_keep_an_incident_from_another(lat, line):
    found = assigned(at((2, lat)), [EQUATOR, STRAIT])
    assert found.line.tolist() == [line]
    assert np.isfinite(found.km[0]) == (line != NONE)


def test_the_distance_is_that_to_the_line():
    found = assigned(at((2.003, 20.0 / DEGREE_KM)), [EQUATOR])
    assert found.km[0] == pytest.approx(20.0, abs=0.1)


def test_the_band_holds_most_of_the_incidents():
    found = assigned(at(*((2, km / DEGREE_KM) for km in range(11))), [EQUATOR])
    assert band_km(found.km, np.zeros(11), np.ones(11), RIDGES.attribution.band_share) == pytest.approx(8.0, abs=0.1)
    assert found.of(0).tolist() == list(range(11))
    assert band_km(np.zeros(0), np.zeros(0), np.zeros(0), RIDGES.attribution.band_share) == 0.0


def test_incidents_counted_by_cell_are_as_far_from_the_line_as_they_spread_around_their_mean():
    aside = np.random.default_rng(4).normal(0, 8, 20_000)
    cell = np.round(aside / 9).astype(int)
    mean, spread, number = (
        np.array([function(aside[cell == one]) for one in np.unique(cell)]) for function in (np.mean, np.std, len)
    )
    assert band_km(np.abs(mean), spread, number, RIDGES.attribution.band_share) == pytest.approx(
        np.quantile(np.abs(aside), 0.8), rel=0.1
    )


def test_a_place_is_measured_from_the_first_point_of_the_line():
    km, along = placed_on(at((1, 0.1), (3, -0.2)), EQUATOR.points)
    assert km == pytest.approx([0.1 * DEGREE_KM, 0.2 * DEGREE_KM], abs=0.1)
    assert along == pytest.approx([DEGREE_KM, 3 * DEGREE_KM], abs=2)


def test_without_lines_or_incidents_nothing_is_assigned():
    assert assigned(at((2, 0)), []).line.tolist() == [NONE]
    assert assigned(np.empty((0, 3)), [EQUATOR]).line.size == 0


@pytest.mark.parametrize(("near", "width"), [(8.1, 24.6), (7.9, 100.0)])
def test_the_band_holds_eight_in_ten_incidents(near, width):
    """So many of ten lie on the line with a spread of 10 km, the others at 100 km; of 8.1, 8 lie within 2.5 spreads."""
    km, weights = np.array([0.0, 100.0]), np.array([near, 10 - near])
    assert band_km(km, np.array([10.0, 0.0]), weights, RIDGES.attribution.band_share) == pytest.approx(width, abs=0.6)


def test_the_band_of_one_place_is_that_of_its_spread():
    assert band_km(np.zeros(1), np.array([10.0]), np.ones(1), RIDGES.attribution.band_share) == pytest.approx(
        10 * norm.ppf(0.9), abs=0.02
    )
    assert band_km(np.full(1, 50.0), np.array([10.0]), np.ones(1), RIDGES.attribution.band_share) == pytest.approx(
        50 + 10 * norm.ppf(0.8), abs=0.02
    )
    assert band_km(np.empty(0), np.empty(0), np.empty(0), RIDGES.attribution.band_share) == 0.0


def test_places_on_a_line_are_told_by_how_far_off_and_how_far_along():
    line = unit_vectors(np.array([0.0, 1.0, 2.0]), np.zeros(3))
    km, along = placed_on(unit_vectors(np.array([0.5, 1.5]), np.array([0.1, -0.2])), line)
    assert km.tolist() == pytest.approx([11.12, 22.24], abs=0.3)
    assert along.tolist() == pytest.approx([55.6, 166.8], abs=3)


def test_of_two_lines_the_nearer_takes_an_incident_whatever_their_reaches():
    near = Centreline(unit_vectors(np.array([0.0, 2.0]), np.zeros(2)), 20.0)
    wide = Centreline(unit_vectors(np.array([0.0, 2.0]), np.full(2, 0.3)), 60.0)
    spots = unit_vectors(np.ones(4), np.array([0.1, 0.2, -0.17, -0.2]))
    found = assigned(spots, [wide, near])
    assert found.line.tolist() == [1, 0, 1, 0]  # the last lies 22 km off the near line, and 56 off the wide one
    assert found.km.tolist() == pytest.approx([11.1, 11.1, 18.9, 55.6], abs=0.3)
    assert found.of(0).tolist() == [1, 3]
