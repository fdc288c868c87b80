"""Lines are led round the coast that they cross, and cut where there is no way round."""

import numpy as np
import pytest

from routes.core.geodesy import line_km, resampled, unit_vectors
from routes.core.params import RIDGES
from routes.ridges.coast_routing import passages
from routes.ridges.line_refinement import on_side

TUNIS_BAY, HAMMAMET = (10.7, 37.0), (11.0, 36.4)
"""On either side of Cape Bon."""


def line(*places: tuple[float, float]) -> np.ndarray:
    lon, lat = np.array(places).T
    return unit_vectors(lon, lat)


def require_on_side(pieces, mode):
    for piece in pieces:
        assert on_side(resampled(piece.points, 1.0), mode).all()


def test_a_line_that_keeps_to_its_side_stays_as_it_is():
    whole = line((12.0, 34.0), (12.5, 34.5), (13.0, 35.0))
    (piece,) = passages(whole, "sea", 5, RIDGES.coast)
    assert np.array_equal(piece.points, whole)
    assert piece.origin.tolist() == [0, 1, 2]


def test_a_sea_line_over_a_cape_is_led_round_it():
    straight = line((10.6, 37.3), TUNIS_BAY, HAMMAMET, (11.2, 36.2))
    (piece,) = passages(straight, "sea", 5, RIDGES.coast)
    require_on_side([piece], "sea")
    assert np.array_equal(piece.points[[0, -1]], straight[[0, -1]])
    assert line_km(straight) + 30 < line_km(piece.points) < line_km(straight) + 200
    assert (np.diff(piece.origin) >= 0).all()


def test_a_sea_line_over_an_isthmus_is_cut_in_two():
    pieces = passages(line((97.6, 10.2), (98.1, 10.2), (99.7, 10.4), (100.2, 10.4)), "sea", 5, RIDGES.coast)
    assert [piece.origin.tolist()[0] for piece in pieces] == [0, 2]
    require_on_side(pieces, "sea")


def test_a_land_line_over_a_bay_is_led_along_the_shore_and_ends_at_sea_are_cut():
    pieces = passages(line((10.0, 37.6), (10.0, 36.9), (10.6, 36.8), (10.3, 36.4)), "land", 5, RIDGES.coast)
    require_on_side(pieces, "land")
    assert pieces


@pytest.mark.parametrize("mode", ["land", "sea"])
def test_a_line_wholly_on_the_other_side_leaves_nothing(mode):
    elsewhere = line((8.0, 17.0), (9.0, 18.0)) if mode == "sea" else line((12.0, 34.0), (12.5, 34.2))
    assert passages(elsewhere, mode, 5, RIDGES.coast) == []
