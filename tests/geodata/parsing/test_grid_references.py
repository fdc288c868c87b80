"""Squares and zones of the grids, against PROJ and against the lettering of MGRS."""

import polars as pl
import pytest
from pyproj import Transformer

from geodata.core.errors import WrongValue
from geodata.parsing.grid_references import crs_numbered, from_mgrs, from_projected, from_utm


def degrees(x: float, y: float, epsg: int) -> tuple[float, float]:
    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(x, y)
    return lat, lon


def first(found: pl.DataFrame) -> tuple[float, float, float, str]:
    return found.select("_lat", "_lon", "_written_km", "_reading").row(0)


@pytest.mark.parametrize(
    ("text", "x", "y", "epsg", "side"),
    [
        ("31N AA 00000 00000", 100_000.5, 0.5, 32631, 0.001),
        ("31N BA", 250_000, 50_000, 32631, 100.0),
        ("31N EA 12 34", 512_500, 34_500, 32631, 1.0),
        ("32N NF 5 5", 555_000, 55_000, 32632, 10.0),
        ("33N UA 1234 5678", 312_345, 56_785, 32633, 0.01),
        ("31M BV", 250_000, 9_950_000, 32731, 100.0),
    ],
)
def test_a_square_is_read_at_its_middle(text, x, y, epsg, side):
    """Zones take turns of three sets of columns; rows begin with A in odd zones and with F in even ones."""
    lat, lon, written, note = first(from_mgrs(pl.Series([text])))
    assert (lat, lon) == pytest.approx(degrees(x, y, epsg), abs=1e-7)
    assert written == pytest.approx(side)
    assert note == f"middle of an MGRS square of {side * 1000:.0f} m"


@pytest.mark.parametrize("text", ["31N AA 123 12", "31N AA 123", "61N AA", "0N AA", "31I AA", "31N SA", "31N AW"])
def test_what_names_no_square_is_not_read(text):
    lat, *_, note = first(from_mgrs(pl.Series([text])))
    assert lat is None
    assert note == "not read: zone, letters and digits do not name a square of MGRS"


@pytest.mark.parametrize(
    ("text", "epsg", "x", "y", "written"),
    [
        ("33S 283000 3931000", 32633, 283_000, 3_931_000, 0.001),
        ("33 N 283000.5 3931000", 32633, 283_000.5, 3_931_000, 0.0001),
        ("60G 500000 5000000", 32760, 500_000, 5_000_000, 0.001),
        ("1N 100000 0", 32601, 100_000, 0, 0.001),
        ("33S 283000 5000000", 32733, 283_000, 5_000_000, 0.001),  # 45 south: S is a half of the Earth here
    ],
)
def test_a_zone_is_read_with_its_letter(text, epsg, x, y, written):
    lat, lon, found, _ = first(from_utm(pl.Series([text])))
    assert (lat, lon) == pytest.approx(degrees(x, y, epsg), abs=1e-7)
    assert found == pytest.approx(written)


@pytest.mark.parametrize(
    "text",
    [
        *("61S 283000 3931000", "0S 283000 3931000", "33S 099999 3931000", "33S 900001 3931000"),
        *("33S 283000 10000001", "33T 283000 3931000", "33O 283000 3931000"),
    ],
)
def test_zone_letter_and_metres_have_to_fit_each_other(text):
    lat, *_, note = first(from_utm(pl.Series([text])))
    assert lat is None
    assert note == "not read: zone, easting and northing do not fit each other"


def test_metres_of_a_projection_are_read_within_ten_degrees_of_its_area():
    """UTM zone 33 north covers 12 to 18 degrees east: 3 degrees east lie within ten of it, 1 degree does not."""
    to_metres = Transformer.from_crs(4326, 32633, always_xy=True)
    near, far = to_metres.transform(3.0, 45.0), to_metres.transform(1.0, 45.0)
    texts = [pl.Series([f"{value:.3f}" for value in values]) for values in zip(near, far, strict=True)]
    found = from_projected(*texts, 32633)
    assert found["_lat"].to_list() == [pytest.approx(45, abs=1e-6), None]
    assert found["_lon"][0] == pytest.approx(3, abs=1e-6)
    assert found["_written_km"][0] == pytest.approx(1e-6)
    assert found["_reading"].to_list() == [
        "projected from EPSG:32633",
        "not read: lies far outside the area of EPSG:32633",
    ]


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        *(("283000", 283_000), ("283 000,5", 283_000.5), ("4,649,776", 4_649_776), ("283000,1234", 283_000.1234)),
        *(("283,000", None), ("283'000", 283_000), ("x", None)),
    ],
)
def test_metres_are_read_as_people_write_them(text, metres):
    found = from_projected(pl.Series([text]), pl.Series(["5000000"]), 3857)
    if metres is None:
        assert found["_lon"][0] is None
    else:
        assert found["_lon"][0] == pytest.approx(degrees(metres, 5_000_000, 3857)[1], abs=1e-9)


@pytest.mark.parametrize("number", [1, 4978, 4979, 5773])  # 4979 has heights beside degrees
def test_a_number_of_no_plane_system_is_refused(number):
    with pytest.raises(WrongValue, match=str(number)):
        crs_numbered(number)


@pytest.mark.parametrize(
    ("lat", "lon", "read"),
    [
        *((70.9, -2.0, True), (71.1, -2.0, False)),  # the British grid ends in the north at 61.01,
        *((39.8, -2.0, True), (39.7, -2.0, False)),  # in the south at 49.75,
        *((52.0, 12.0, True), (52.0, 12.1, False)),  # in the east at 2.01
        *((52.0, -19.0, True), (52.0, -19.1, False)),  # and in the west at 9.01
    ],
)
def test_a_place_is_read_up_to_ten_degrees_beyond_the_area_of_its_grid(lat, lon, read):
    metres = Transformer.from_crs(4326, 27700, always_xy=True).transform(lon, lat)
    found = from_projected(*(pl.Series([f"{one:.3f}"]) for one in metres), 27700)
    assert (found["_lat"][0] is not None) == read
