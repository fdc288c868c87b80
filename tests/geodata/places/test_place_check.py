"""Points held against the place that their row names, and middles of countries."""

import numpy as np
import polars as pl
import pyproj
import pytest

from geodata.places.place_check import km_from_named, stands_for_country
from geodata.spatial.coastline import EARTH_KM, REFERENCE


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


@pytest.mark.parametrize(("km", "stands"), [(59.9, True), (60.1, False)])
def test_a_middle_is_found_from_every_side_up_to_its_reach_and_no_farther(km, stands):
    table = pl.read_csv(REFERENCE / "country_centres.csv").unique("iso3", keep="first", maintain_order=True)
    lone = table.filter(pl.col("iso3").is_in(["LBY", "DZA", "NER", "SDN", "RUS", "CAN", "FJI"]))
    bearings = np.arange(0.0, 360.0, 30.0)
    lon, lat, azimuth = (
        np.repeat(lone["lon"], len(bearings)),
        np.repeat(lone["lat"], len(bearings)),
        np.tile(bearings, lone.height),
    )
    sphere = pyproj.Geod(a=EARTH_KM * 1000, b=EARTH_KM * 1000)
    east, north, _ = sphere.fwd(lon, lat, azimuth, np.full(len(lon), km * 1000))
    codes = np.repeat(lone["iso3"], len(bearings)).tolist()
    found = stands_for_country(pl.Series(codes), pl.Series(north), pl.Series(east)).to_list()
    others = [one for one, code in zip(found, codes, strict=True) if one not in (None, code)]
    assert others == []
    if stands:
        assert found == codes
    else:
        assert found.count(None) > 0.6 * len(found)  # the rest lie nearer to another middle of the same country


def test_of_places_of_one_name_the_nearest_in_the_stated_country_counts():
    places = pl.Series(["Lampedusa, Italy", "Damascus", "Nowhere at all", None])
    countries = pl.Series([None, "TUR", "ITA", "ITA"], dtype=pl.String)
    found = km_from_named(
        places, countries, pl.Series([35.41, 33.51, 40.0, 40.0]), pl.Series([12.58, 36.29, 12.0, 12.0])
    )
    assert found["name"].to_list() == ["Lampedusa", None, None, None]
    assert found["km"][0] < 15
    assert found["any_km"][1] < 5
