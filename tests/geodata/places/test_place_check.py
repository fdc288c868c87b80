"""Points held against the place that their row names, and middles of countries."""

import polars as pl
import pytest

from geodata.places.place_check import km_from_named, stands_for_country


@pytest.mark.parametrize(
    ("place", "lat", "lon", "stands"),
    [
        ("Libya", 27.03, 18.01, "LBY"),
        ("somewhere", 27.03, 18.01, "LBY"),  # the middle itself, whatever is written
        ("Libya", 27.3, 18.2, "LBY"),  # some 35 km off, and named
        ("Sebha", 27.3, 18.2, None),
        ("Libya", 28.0, 18.0, None),  # 108 km off
        ("Libya", None, None, None),
    ],
)
def test_a_point_that_is_the_middle_of_a_country_stands_for_it(place, lat, lon, stands):
    given = pl.Series([lat], dtype=pl.Float64), pl.Series([lon], dtype=pl.Float64)
    assert stands_for_country(pl.Series([place]), *given).to_list() == [stands]


def test_of_places_of_one_name_the_nearest_in_the_stated_country_counts():
    places = pl.Series(["Lampedusa, Italy", "Damascus", "Nowhere at all", None])
    countries = pl.Series([None, "TUR", "ITA", "ITA"], dtype=pl.String)
    found = km_from_named(
        places, countries, pl.Series([35.41, 33.51, 40.0, 40.0]), pl.Series([12.58, 36.29, 12.0, 12.0])
    )
    assert found["name"].to_list() == ["Lampedusa", None, None, None]
    assert found["km"][0] < 15
    assert found["any_km"][1] < 5
