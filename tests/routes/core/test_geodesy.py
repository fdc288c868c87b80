"""Distances and lines on the sphere, where the antimeridian and the poles are places like any other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.core.geodesy import (
    chord,
    cut_at_antimeridian,
    km_between,
    line_km,
    lonlat,
    resampled,
    samples,
    unit_vectors,
)

DEGREE_KM = 111.195


def line(*places: tuple[float, float]) -> np.ndarray:
    lon, lat = np.array(places, dtype=float).T
    return unit_vectors(lon, lat)


@given(st.floats(-179.9, 180), st.floats(-89.9, 89.9))
def test_a_place_comes_back_from_its_vector(lon, lat):
    assert lonlat(line((lon, lat)))[0] == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [
        ((0, 0), (1, 0), DEGREE_KM),
        ((179.5, 0), (-179.5, 0), DEGREE_KM),
        ((0, 89.5), (180, 89.5), DEGREE_KM),
        ((10, 90), (-120, 90), 0.0),
        ((0, 0), (180, 0), np.pi * 6371.0088),
    ],
)
def test_distances_do_not_know_of_the_antimeridian_or_the_poles(start, end, km):
    assert line_km(line(start, end)) == pytest.approx(km, abs=0.01)


@pytest.mark.parametrize("km", [0.0, 1.0, 500.0, 20_000.0])
def test_a_chord_is_the_straight_way_between_points_so_far_apart(km):
    apart = line((0, 0), (np.degrees(km / 6371.0088), 0))
    assert np.linalg.norm(apart[0] - apart[1]) == pytest.approx(chord(km), abs=1e-12)


def test_a_resampled_line_keeps_its_corners_and_length_and_has_no_long_steps():
    corners = line((170, 10), (-170, 12), (-170, 12), (-160, -40))
    dense = resampled(corners, 50.0)
    assert km_between(dense[:-1], dense[1:]).max() <= 50.0 + 1e-6
    assert line_km(dense) == pytest.approx(line_km(corners))
    for corner in corners:
        assert km_between(dense, corner).min() < 1e-6


def test_a_line_that_does_not_cross_stays_in_one_piece():
    places = np.array([[10.0, 1.0], [-10.0, 2.0]])
    (part,) = cut_at_antimeridian(places)
    assert np.array_equal(part, places)


@pytest.mark.parametrize(
    ("places", "parts"),
    [
        ([(179, 0), (-179, 2)], [[(179, 0), (180, 1)], [(-180, 1), (-179, 2)]]),
        ([(-179, 2), (179, 0)], [[(-179, 2), (-180, 1)], [(180, 1), (179, 0)]]),
        (
            [(179, 0), (-179, 2), (179, 4)],
            [[(179, 0), (180, 1)], [(-180, 1), (-179, 2), (-180, 3)], [(180, 3), (179, 4)]],
        ),
        ([(178, 0), (180, 1), (-179, 2)], [[(178, 0), (180, 1)], [(-180, 1), (-179, 2)]]),
        ([(180, 1), (-179, 2)], [[(-180, 1), (-179, 2)]]),
        ([(179, 0), (180, 1)], [[(179, 0), (180, 1)]]),
        ([(179, 0), (-180, 1)], [[(179, 0), (180, 1)]]),
    ],
)
def test_a_line_is_cut_where_it_crosses_180_degrees_and_has_no_empty_parts(places, parts):
    cut = cut_at_antimeridian(np.array(places, dtype=float))
    assert [[tuple(point) for point in part] for part in cut] == [
        [(float(lon), float(lat)) for lon, lat in part] for part in parts
    ]


@pytest.mark.parametrize(("lon", "parts"), [(89, 1), (91, 2)])
def test_a_line_is_cut_where_it_jumps_by_more_than_half_the_way_round(lon, parts):
    assert len(cut_at_antimeridian(np.array([[lon, 0.0], [-lon, 10.0]]))) == parts


def test_a_line_is_cut_on_the_antimeridian_itself():
    west, east = cut_at_antimeridian(np.array([[170.0, 0.0], [178.0, 4.0], [-176.0, 10.0], [-170.0, 10.0]]))
    assert west.tolist() == [[170.0, 0.0], [178.0, 4.0], [180.0, 6.0]]  # a third of the way from 4 to 10
    assert east.tolist() == [[-180.0, 6.0], [-176.0, 10.0], [-170.0, 10.0]]
    back = cut_at_antimeridian(np.array([[-176.0, 10.0], [178.0, 4.0]]))
    assert [part.tolist() for part in back] == [[[-176.0, 10.0], [-180.0, 6.0]], [[180.0, 6.0], [178.0, 4.0]]]


def test_samples_are_even_steps_between_corners_and_know_the_corner_before():
    """Of two degrees, 222.4 km, steps of 100 km make three; of half a degree, one."""
    points, corner = samples(line((10, 0), (12, 0), (12.5, 0)), 100)
    assert lonlat(points)[:, 0].tolist() == pytest.approx([10, 10 + 2 / 3, 10 + 4 / 3, 12, 12.5])
    assert corner.tolist() == [0, 0, 0, 1, 2]
    assert np.linalg.norm(points, axis=1).tolist() == pytest.approx([1] * 5)
    same, _ = samples(line((10, 0), (10, 0)), 100)
    assert lonlat(same)[:, 0].tolist() == pytest.approx([10, 10])
