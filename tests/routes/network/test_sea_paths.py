"""How far points lie from a line at sea, and how well it explains them, by hand."""

import numpy as np
import pytest

from routes.core.geodesy import line_km, unit_vectors
from routes.core.params import DEFAULT
from routes.network.sea_paths import km_and_part, land_on_lines, near_lines, pulled, seen

KM = 111.195  # of a degree of latitude


def at(*places: tuple[float, float]) -> np.ndarray:
    """Return points so many km east of 0 and north of the equator."""
    lon, lat = np.array(places, float).T / KM
    return unit_vectors(lon, lat)


LINE = at((0, 0), (100, 0), (400, 0))


def test_a_point_is_as_far_from_a_line_as_its_foot_or_the_nearer_end():
    km, part = km_and_part(LINE, at((50, 20), (250, -30), (-40, 30), (403, 4)))
    assert km.tolist() == pytest.approx([20, 30, 50, 5], rel=1e-3)
    assert part.tolist() == pytest.approx([50 / 400, 250 / 400, 0, 1], abs=1e-4)


@pytest.mark.parametrize(("km", "near"), [(99, True), (101, False)])
def test_a_line_explains_points_under_a_kernel_of_45_km_up_to_100(km, near):
    found, along = near_lines((LINE, LINE[::-1]), at((200, 45), (100, km)), DEFAULT.sea_paths)
    assert found.shape == (2, 2)
    assert found[[0]].toarray()[0, 0] == pytest.approx(np.exp(-0.5), rel=1e-3)
    assert (found[[0]].toarray()[0, 1] > 0) == near
    assert along.toarray()[:, 0].tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    if near:
        assert found.toarray()[0, 1] == pytest.approx(np.exp(-0.5 * (km / 45) ** 2), rel=1e-3)
        assert along.toarray()[:, 1].tolist() == pytest.approx([0.25, 0.75], abs=1e-3)
    assert near_lines((), at((0, 0)), DEFAULT.sea_paths)[0].shape == (0, 1)


def test_a_line_is_seen_where_a_pile_lies_within_75_km():
    """Samples of a line of 400 km from 125 km on lie within 75 km of the pile at 200, those up to 275 as well."""
    (share,) = seen((LINE,), at((200, 0)), DEFAULT.sea_paths.seen_km)
    assert share == pytest.approx(150 / 400, abs=0.05)
    assert seen((LINE,), at((200, 76)), DEFAULT.sea_paths.seen_km).tolist() == [0.0]
    assert seen((), at((200, 0)), DEFAULT.sea_paths.seen_km).tolist() == []


def test_land_on_a_line_is_counted_without_its_ends():
    """From Sfax to Lampedusa all is water; from Tunis to Gabes nearly all is land; a line of 30 km is all ends."""
    start = unit_vectors(np.array([10.8, 10.2, 10.0]), np.array([34.7, 36.7, 34.5]))
    end = unit_vectors(np.array([12.6, 10.0, 10.0]), np.array([35.5, 34.1, 34.77]))
    water, land, short = land_on_lines(start, end, DEFAULT.sea_paths.ashore_km)
    assert water == 0
    assert land > 0.95
    assert short == 0
    assert land_on_lines(start[2:], end[2:], 5.0)[0] == 1


def test_a_path_over_water_is_drawn_straight_where_it_can_be():
    round_about = unit_vectors(np.array([12.0, 13.0, 14.0, 16.0]), np.array([34.0, 33.5, 34.5, 34.0]))
    assert pulled(round_about, DEFAULT.sea_paths.on_land).tolist() == round_about[[0, 3]].tolist()
    round_a_cape = unit_vectors(np.array([9.8, 11.3, 11.5]), np.array([37.6, 37.4, 36.4]))  # past Cape Bon
    assert pulled(round_a_cape, DEFAULT.sea_paths.on_land).tolist() == round_a_cape.tolist()
    assert line_km(pulled(round_about[:2], DEFAULT.sea_paths.on_land)) == pytest.approx(line_km(round_about[:2]))
