"""Where bridges of a line begin and end."""

import numpy as np
import pytest

from routes.core.geodesy import unit_vectors
from routes.ridges.centrelines import Centreline

KM = 111.195  # of a degree of latitude


def test_bridges_are_told_in_km_from_either_end():
    points = unit_vectors(np.zeros(6), np.array([0.0, 10, 30, 60, 100, 150]) / KM)
    line = Centreline(points, 42.0, np.array([False, True, True, False, True]))
    assert np.array(line.bridges()) == pytest.approx(np.array([[10, 60], [100, 150]]), rel=1e-4)
    assert np.array(line.bridges(turned=True)) == pytest.approx(np.array([[0, 50], [90, 140]]), rel=1e-4, abs=1e-6)
    assert Centreline(points, 42.0).bridges() == ()
