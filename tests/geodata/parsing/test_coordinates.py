"""Coordinates are read as they are written, with the precision of their writing; what has two readings is not read."""

from math import asin, cos, radians, sin, sqrt

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pyproj import Transformer

from geodata.core.errors import WrongValue
from geodata.parsing.coordinates import CoordinateForm, _from_pairs, guessed_form, with_coordinates
from geodata.spatial.coastline import EARTH_KM, is_land, km_to_coast

TEXT = {"coordinates": pl.String, "lat": pl.String, "lon": pl.String}


def cells(*texts: str | None) -> pl.DataFrame:
    return pl.DataFrame([(text, None, None) for text in texts], schema=TEXT, orient="row")


def columns(*pairs: tuple[str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame([(None, *pair) for pair in pairs], schema=TEXT, orient="row")


def place(rows: pl.DataFrame, form: str, o_means=None) -> tuple[float | None, float | None, float | None, str | None]:
    return with_coordinates(rows, form, o_means).select("_lat", "_lon", "_written_km", "_reading").row(0)


@pytest.mark.parametrize(
    ("lat", "lon", "expected", "km", "note"),
    [
        ("35.5", "12.654", (35.5, 12.654), 0.111, "as given"),
        ("35", "12", (35, 12), 111, "as given"),
        ("-35.50", "+12.6", (-35.5, 12.6), 1.11, "as given"),
        (" 35.5\n", "\ufeff12.6", (35.5, 12.6), 11.1, "as given"),
        ("−35.5", "–12.6", (-35.5, -12.6), 11.1, "as given"),
        ("35,5", "12,654", (35.5, 12.654), 0.111, "read with decimal commas"),
        ("35.5 N", "12.6 w", (35.5, -12.6), 11.1, "read from degrees and hemisphere"),
        ("S 35.5°", "East 12.6", (-35.5, 12.6), 11.1, "read from degrees and hemisphere"),
        ("-35.5 S", "12.6 E", (-35.5, 12.6), 11.1, "read from degrees and hemisphere"),
        ("46°30'36\"N", "31°15'E", (46.51, 31.25), 111 / 3600, "read from degrees, minutes and seconds"),
        ("46º30′36″ N", "31˚15´W", (46.51, -31.25), 111 / 3600, "read from degrees, minutes and seconds"),
        ("46°30’36’’N", "31 15 00 E", (46.51, 31.25), 111 / 3600, "read from degrees, minutes and seconds"),
        ("N46 30.6", "E31:15", (46.51, 31.25), 111 / 600, "read from degrees, minutes and seconds"),
        ("46 deg 30 min 36 sec S", "31d15m00s", (-46.51, 31.25), 111 / 3600, "read from degrees, minutes and seconds"),
        ("01-07N", "103-31E", (1 + 7 / 60, 103 + 31 / 60), 111 / 60, "read from degrees, minutes and seconds"),
    ],
)
def test_two_columns_are_read_in_any_writing(lat, lon, expected, km, note):
    found = place(columns((lat, lon)), "columns")
    assert found[:2] == pytest.approx(expected)
    assert found[2] == pytest.approx(km)
    assert found[3] == note


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("north", "12"),
        ("nan", "12"),
        ("inf", "12"),
        ("1e999", "12"),
        ("", "12"),
        (None, "12"),
        ("1.234,5", "12"),
        ("12.5°30'", "12"),
        ("12°61'N", "12"),
        ("01-07", "103-31"),  # a minus or a dash
        ("-12.5 N", "12"),
        ("N 12.5 S", "12"),
        ("12.5 N", "12.5 S"),
    ],
)
def test_what_is_no_place_or_has_two_readings_is_not_read(lat, lon):
    assert place(columns((lat, lon)), "columns")[:3] == (None, None, None)


def test_what_is_unreadable_does_not_touch_its_neighbours():
    found = with_coordinates(columns(("1", "2"), ("x", "2"), ("3,5", "4"), (None, None), ("5", "6")), "columns")
    assert found["_lat"].to_list() == [1, None, 3.5, None, 5]
    assert found["_lon"].to_list() == [2, None, 4, None, 6]


def test_range_is_left_to_the_gate():
    assert place(columns(("95.2", "300")), "columns")[:2] == (95.2, 300)


def test_the_letter_o_is_never_guessed_but_read_where_the_source_states_it():
    rows = columns(("45 N", "12.5 O"))
    assert place(rows, "columns")[0] is None
    assert "O is east in German, west in French" in place(rows, "columns")[3]
    assert place(rows, "columns", "west")[:2] == (45, -12.5)
    assert place(rows, "columns", "east")[:2] == (45, 12.5)


def test_sixty_minutes_are_rounding_and_idle_seconds_do_not_make_a_place_precise():
    assert place(columns(("3°60'00\"N", "5°30'00\"E")), "columns")[:3] == pytest.approx((4, 5.5, 1.85))
    assert place(columns(("3°00'00\"N", "5°00'00\"E")), "columns")[2] == pytest.approx(111)


@pytest.mark.parametrize(
    "text",
    [
        "46.5, 31.2", "46.5 ,31.2", "(46.5, 31.2)", "[46.5;31.2]", "46.5 31.2", "46.5\n31.2", "46.5 / 31.2",
        "46,5; 31,2", "46,5, 31,2", "46,5,31,2", "46,5 31,2", "46°30', 31°12'", "46 30 00, 31 12 00",
        "46°30'00\"N\n31°12'00\"E", "46.5N 31.2E", "N46.5 E31.2", "46.5N, 31.2", "N 46° 30.0' E 31° 12.0'",
        "31.2E, 46.5N", "46°30'\n00\"N\r\n31°12'00\"E",
    ],
)  # fmt: skip
def test_a_cell_with_both_is_read_in_the_stated_order(text):
    assert place(cells(text), "lat, lon")[:2] == pytest.approx((46.5, 31.2))


def test_the_order_of_a_pair_is_that_of_the_form():
    assert place(cells("31.2, 46.5"), "lon, lat")[:2] == (46.5, 31.2)
    assert place(cells("31.2, 46.5"), "lat, lon")[:2] == (31.2, 46.5)
    assert place(cells("31,2; 46,5"), "lon, lat")[:2] == (46.5, 31.2)


def test_hemispheres_overrule_the_stated_order_and_the_note_says_so():
    found = with_coordinates(cells("31°12'E 46°30'N", "46°30'N 31°12'E"), "lat, lon")
    assert found.select("_lat", "_lon").rows() == [pytest.approx((46.5, 31.2))] * 2
    assert found["_order_told"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("46,12 30", "lat, lon", None),  # 46.12 and 30, or 46 and 12°30'
        ("46.5", "lat, lon", None),
        ("46.5, x", "lat, lon", None),
        ("46.5N, 31.2S", "lat, lon", "the hemispheres do not name one latitude and one longitude"),
        ("46°30', 31°12'", "dms", "nothing tells latitude from longitude"),
        ("POINT EMPTY", "wkt", None),
        ("SRID=32633;POINT (1 2)", "wkt", None),
        ("33 391545 5020123", "utm", "a UTM zone needs its letter"),
        ("18T 583000 8507000", "utm", "do not fit each other"),
        ("61T 583000 4507000", "utm", "do not fit each other"),
        ("33STV 830 31", "mgrs", "do not name a square"),
        ("33ITV 830 310", "mgrs", "do not name a square"),
        ("33STW 830 310", "mgrs", "do not name a square"),
    ],
)
def test_a_cell_that_is_no_place_is_not_read_and_the_reason_is_given_where_it_is_known(text, form, reason):
    found = place(cells(text), form)
    assert found[:3] == (None, None, None)
    assert found[3] is None if reason is None else reason in found[3]


@pytest.mark.parametrize(
    "text",
    [
        "POINT (12.6 35.5)",
        "point(12.6 35.5)",
        "POINT Z (12.6 35.5 3)",
        "SRID=4326;POINT(12.6 35.5)",
        "POINT(12.6 +35.5)",
    ],
)
def test_well_known_text_states_longitude_first(text):
    assert place(cells(text), "wkt")[:3] == pytest.approx((35.5, 12.6, 11.1))


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("33S 283000 3931000", (35.4989, 12.6076), "S taken for its band of latitude"),
        ("33T 391545 5020123", (45.3262, 13.6161), "zone 33T"),
        ("UTM zone 33 N, 391545mE, 5820123mN", (52.5204, 13.4015), "33, northern half"),
        ("391545 5020123 33T", (45.3262, 13.6161), "zone 33T"),
        ("18S 583000 8507000", (-13.5040, -74.2331), "18, southern half"),
        ("18L 583000 8507000", (-13.5040, -74.2331), "zone 18L"),
    ],
)
def test_utm_is_read_with_its_letter_as_band_or_half_of_the_earth(text, expected, words):
    lat, lon, km, note = place(cells(text), "utm")
    assert (lat, lon) == pytest.approx(expected, abs=1e-4)
    assert km == pytest.approx(0.001)
    assert words in note


@pytest.mark.parametrize(
    ("text", "expected", "km"),
    [
        ("18TWL8560011322", (40.748403, -73.986030), 0.001),  # the middle of its square; corner by GEOTRANS
        ("18T WL 85600 11322", (40.748403, -73.986030), 0.001),
        ("4QFJ12345678", (21.309478, -157.916819), 0.01),
        ("33stv830310", (35.499333, 12.608114), 0.1),
    ],
)
def test_mgrs_is_the_middle_of_the_square_that_it_names(text, expected, km):
    lat, lon, written, note = place(cells(text), "mgrs")
    assert (lat, lon) == pytest.approx(expected, abs=1e-6)
    assert written == pytest.approx(km)
    assert "middle of an MGRS square" in note


def test_projected_columns_have_x_in_lon_and_y_in_lat():
    lat, lon, km, note = place(columns(("3931000", "283000.5")), "EPSG:32633")
    assert (lat, lon) == pytest.approx((35.49888, 12.60758), abs=1e-5)
    assert km == pytest.approx(0.0001)
    assert note == "projected from EPSG:32633"
    assert place(columns(("3 931 000", "283 000,5")), "epsg:32633")[:2] == pytest.approx((lat, lon))


def test_metres_of_another_projection_or_with_an_unclear_comma_are_not_read():
    assert "far outside the area" in place(columns(("391545", "5820123")), "EPSG:32633")[3]
    assert place(columns(("3931000", "283,000")), "EPSG:32633")[0] is None


@pytest.mark.parametrize("form", ["EPSG:999999", "EPSG:5773", "latlon", "lon, lat "])
def test_a_form_that_is_not_known_is_refused_in_words(form):
    with pytest.raises(WrongValue, match="nothing was stored"):
        with_coordinates(columns(("1", "2")), form)


def test_a_profile_can_hold_a_form_and_refuses_others():
    class Profile(BaseModel):
        form: CoordinateForm

    assert Profile(form="epsg:32633").form == "EPSG:32633"
    with pytest.raises(ValidationError, match="is none of columns"):
        Profile(form="x, y")


@pytest.mark.parametrize(
    ("rows", "form", "reason"),
    [
        (cells("POINT (12.6 35.5)"), "wkt", "longitude first"),
        (cells("33STV8300031000"), "mgrs", "military grid"),
        (cells("33S 283000 3931000"), "utm", "UTM zone"),
        (cells("46°30'00\"N\n31°12'00\"E"), "dms", "hemispheres tell the order"),
        (cells("46.5N, 31.2E"), "lat, lon", "hemispheres tell the order"),
        (cells("31.2E, 46.5N"), "lon, lat", "hemispheres tell the order"),
        (cells("35.5, 12.6", "31.6, -110.3"), "lat, lon", "second number goes beyond 90 in 1 of 2 cells"),
        (cells("12.6, 35.5", "-110.3, 31.6"), "lon, lat", "first number goes beyond 90 in 1 of 2 cells"),
        (cells("35.5, 12.6", "31.6, 10.3"), None, "state whether latitude or longitude comes first"),
        (cells("110, 12.6", "31.6, 110"), None, "both numbers go beyond 90"),
        (cells("46.5N 12.5O"), None, "east in German"),
        (cells("Lampedusa"), None, "only 0 of 1 cells"),
        (columns(("35.5", "12.6")), "columns", "all 1 rows"),
        (columns(("12.6", "35.5"), ("110.3", "31")), None, "latitudes beyond 90: 1"),
        (columns(("3931000", "283000")), None, "state the EPSG number"),
        (columns(("45", "12 O")), None, "east in German"),
        (columns(("here", "there")), None, "only 0 of 1 rows"),
        (cells(None), None, "no row gives"),
    ],
)
def test_a_form_is_guessed_with_its_reason_and_never_the_order(rows, form, reason):
    found, words = guessed_form(rows)
    assert found == form
    assert reason in words


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    half = sin(radians(other_lat - lat) / 2) ** 2
    half += cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def angle(value: float, letters: str, parts: int, decimals: int, comma: bool) -> str:
    size, letter = abs(value), letters[0 if value >= 0 else 1]
    minutes, seconds = divmod(size * 3600, 60)
    text = {
        1: f"{size:.{decimals}f}°",
        2: f"{int(size * 60) // 60}°{size * 60 % 60:.{decimals}f}'",
        3: f"{int(minutes) // 60}°{int(minutes) % 60}'{seconds:.{decimals}f}\"",
    }[parts] + letter
    return text.replace(".", ",") if comma else text


def written(form: str, lat: float, lon: float, decimals: int, parts: int, comma: bool) -> pl.DataFrame:
    mark = ";" if comma else ","
    lat_text, lon_text = (f"{value:.{decimals}f}".replace(".", "," if comma else ".") for value in (lat, lon))
    texts = {
        "columns": columns((lat_text, lon_text)),
        "lat, lon": cells(f"{lat_text}{mark} {lon_text}"),
        "lon, lat": cells(f"{lon_text}{mark} {lat_text}"),
        "wkt": cells(f"POINT ({lon:.{decimals}f} {lat:.{decimals}f})"),
        "dms": cells(f"{angle(lat, 'NS', parts, decimals, comma)}\n{angle(lon, 'EW', parts, decimals, comma)}"),
    }
    return texts[form] if form in texts else projected(form, lat, lon, decimals)


def projected(form: str, lat: float, lon: float, decimals: int) -> pl.DataFrame:
    zone = min(int((lon + 180) // 6) + 1, 60)
    epsg = (32600 if lat >= 0 else 32700) + zone
    x, y = Transformer.from_crs(4326, 3857 if form == "EPSG:3857" else epsg, always_xy=True).transform(lon, lat)
    if form == "utm":
        return cells(f"{zone}{'N' if lat >= 0 else 'S'} {x:.{decimals}f} {y:.{decimals}f}")
    return columns((f"{y:.{decimals}f}", f"{x:.{decimals}f}"))


FORMS = ("columns", "lat, lon", "lon, lat", "wkt", "dms", "utm", "EPSG:3857")
SAMPLE = {
    "form": st.sampled_from(FORMS),
    "lat": st.floats(-79, 83),
    "lon": st.floats(-179.9, 179.9),
    "decimals": st.integers(0, 6),
    "parts": st.integers(1, 3),
    "comma": st.booleans(),
}


def comes_back(form, lat, lon, decimals, parts, comma):
    found = place(written(form, lat, lon, decimals, parts, comma), form)
    if form == "utm" and found[3] and "band" in found[3]:
        assert -58.5 < lat < -49.5 or 31.5 < lat < 40.5  # the one case that both readings of S fit
        return
    assert found[0] is not None, found[3]
    assert distance_km(lat, lon, *found[:2]) <= 0.72 * found[2] * (1 if form != "EPSG:3857" else 1.01) + 1e-5


@pytest.mark.slow
@settings(max_examples=200)
@given(**SAMPLE)
def test_a_place_comes_back_within_the_precision_of_its_writing(form, lat, lon, decimals, parts, comma):
    comes_back(form, lat, lon, decimals, parts, comma)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(**SAMPLE)
def test_ten_thousand_places_come_back_within_the_precision_of_their_writing(form, lat, lon, decimals, parts, comma):
    comes_back(form, lat, lon, decimals, parts, comma)


def test_positions_of_anti_shipping_messages_are_all_read_and_lie_at_sea_or_in_ports(real_files):
    file = real_files / "piracy_asam" / "asam_2022-06.csv"
    rows = pl.read_csv(file, infer_schema=False).select(
        pl.col("position").alias("coordinates"), *(pl.lit(None, pl.String).alias(name) for name in ("lat", "lon"))
    )
    assert guessed_form(rows)[0] == "dms"
    found = with_coordinates(rows, "dms")
    assert found["_lat"].count() == rows.height
    lon, lat = found["_lon"].to_numpy(), found["_lat"].to_numpy()
    km = km_to_coast(lon, lat)
    # The rest are ports on rivers and lakes, and errors of the source; its own text repeats those positions.
    assert (~(is_land(lon, lat) & (km > 3))).mean() > 0.95
    assert (~(is_land(lon, lat) & (km > 10))).mean() > 0.98


@pytest.mark.parametrize(
    ("wide", "of", "form"),
    [(0, 100, "columns"), (1, 100, "columns"), (2, 100, None)],
)
def test_columns_are_degrees_with_no_more_than_one_latitude_in_a_hundred_beyond_90(wide, of, form):
    rows = columns(*[("91.5", "12.5")] * wide, *[("35.5", "12.5")] * (of - wide))
    found, reason = guessed_form(rows)
    assert found == form
    if form is None:
        assert reason == "latitudes beyond 90: 2; state which column is which"


@pytest.mark.parametrize(
    ("lat", "lon", "metres"),
    [("3931000", "283000", True), ("90.5", "180.5", True), ("90.5", "179.5", False), ("89.5", "180.5", False)],
)
def test_columns_beyond_90_and_180_are_metres_of_some_projection(lat, lon, metres):
    """Half of the rows may be; one more, and the number of the projection has to be stated."""
    more, half = (
        columns(*[(lat, lon)] * 6, *[("35.5", "12.5")] * 5),
        columns(*[(lat, lon)] * 5, *[("35.5", "12.5")] * 5),
    )
    assert ("too large for degrees" in guessed_form(more)[1]) == metres
    assert "too large for degrees" not in guessed_form(half)[1]


@pytest.mark.parametrize(
    ("form", "cell", "place"),
    [
        ("dms", "35\u00b030'N 12\u00b036'E", (35.5, 12.6)),
        ("dms", "35.5, 12.6", (None, None)),  # nothing tells which is which, and the form does not say so
        ("lat, lon", "35.5, 12.6", (35.5, 12.6)),
        ("lon, lat", "35.5, 12.6", (12.6, 35.5)),
    ],
)
def test_plain_numbers_are_read_in_the_order_of_the_form_alone(form, cell, place):
    found = _from_pairs(pl.Series([cell]), form, None)
    assert found.select("_lat", "_lon").row(0) == place
