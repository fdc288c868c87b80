"""Corridors are named by the places at their ends."""

import numpy as np
import pytest

from routes.attribution.naming import name_of, told_apart
from routes.core.geodesy import unit_vectors
from routes.core.params import RIDGES


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        ((7.99, 16.97), (14.43, 27.04), "Agadez - Sabha"),
        ((14.43, 27.04), (7.99, 16.97), "Sabha - Agadez"),
        ((14.43, 27.04), (14.45, 27.05), "Sabha - Al Jadid"),
        ((45.01, 10.44), (45.3, 10.06), "near Berbera"),
        ((-30.0, 20.0), (-20.0, -20.0), "the open sea"),
        ((24.6, 22.9), (14.43, 27.04), "near At Taj - Sabha"),
        ((14.2, 34.3), (14.43, 27.04), "off Tripoli - Sabha"),
        ((-38.0, 72.0), (14.43, 27.04), "inland Greenland - Sabha"),
    ],
)
def test_a_line_is_named_by_town_country_or_sea_and_never_by_compass_or_degrees(start, end, name):
    lon, lat = np.array([start, end], dtype=float).T
    assert name_of(unit_vectors(lon, lat), RIDGES.attribution) == name


def test_the_public_name_of_a_route_stands_first():
    lon, lat = np.array([[12.08, 32.93], [12.6, 35.5]]).T
    assert (
        name_of(unit_vectors(lon, lat), RIDGES.attribution, "Central Mediterranean")
        == "Central Mediterranean: Zuwarah - Lampedusa"
    )


def test_equal_names_are_told_apart_by_number():
    assert told_apart(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]
    assert told_apart([]) == []
