"""Incidents belong to the nearest line within whose reach they lie."""

import numpy as np
import pytest

from routes.attribution.incident_assignment import NONE, assigned, band_km, placed_on
from routes.core.geodesy import unit_vectors
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
    assert band_km(found.km, np.zeros(11), np.ones(11)) == pytest.approx(8.0, abs=0.1)
    assert found.of(0).tolist() == list(range(11))
    assert band_km(np.zeros(0), np.zeros(0), np.zeros(0)) == 0.0


def test_incidents_counted_by_cell_are_as_far_from_the_line_as_they_spread_around_their_mean():
    aside = np.random.default_rng(4).normal(0, 8, 20_000)
    cell = np.round(aside / 9).astype(int)
    mean, spread, number = (
        np.array([function(aside[cell == one]) for one in np.unique(cell)]) for function in (np.mean, np.std, len)
    )
    assert band_km(np.abs(mean), spread, number) == pytest.approx(np.quantile(np.abs(aside), 0.8), rel=0.1)


def test_a_place_is_measured_from_the_first_point_of_the_line():
    km, along = placed_on(at((1, 0.1), (3, -0.2)), EQUATOR.points)
    assert km == pytest.approx([0.1 * DEGREE_KM, 0.2 * DEGREE_KM], abs=0.1)
    assert along == pytest.approx([DEGREE_KM, 3 * DEGREE_KM], abs=2)


def test_without_lines_or_incidents_nothing_is_assigned():
    assert assigned(at((2, 0)), []).line.tolist() == [NONE]
    assert assigned(np.empty((0, 3)), [EQUATOR]).line.size == 0
