"""A place that contradicts its country and route is repaired only where one repair fits, and what was given is kept."""

import re
import tomllib
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.core.errors import WrongValue
from geodata.parsing.coordinate_repair import (
    REPAIR_SCHEMA,
    _in_country,
    _km_to_country,
    _with_digit,
    _without_point,
    with_repairs,
)
from geodata.parsing.coordinates import with_coordinates
from geodata.spatial.coastline import REFERENCE

SCHEMA = {
    "_lat": pl.Float64,
    "_lon": pl.Float64,
    "country_stated": pl.String,
    "route_label": pl.String,
}
US, IRAN = ("United States of America", "US-Mexico border crossing"), ("Iran", "Afghanistan to Iran")
SAHARA, ATLANTIC = "Sahara Desert crossing", "Western Africa / Atlantic route to the Canary Islands"


def rows(*places: tuple[Any, Any, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(list(places), schema=SCHEMA, orient="row")


def repair(
    lat: float, lon: float, country: str | None, route: str | None = None, policy: Any = "apply"
) -> dict[str, Any]:
    return with_repairs(rows((lat, lon, country, route)), policy).row(0, named=True)


@pytest.mark.parametrize(
    ("given", "stated", "repaired", "fault"),
    [
        ((31.7114, 106.2849), US, (31.7114, -106.2849), "longitude lost its sign"),
        ((32.9378, -12.0891), ("Libya", "Central Mediterranean"), (32.9378, 12.0891), "longitude gained its sign"),
        ((19.2683, -68.6354), ("Chile", None), (-19.2683, -68.6354), "latitude lost its sign"),
        ((22.9, 43.2), ("Brazil", None), (-22.9, -43.2), "latitude and longitude lost their signs"),
        ((43.3318, 17.3476), ("Yemen", None), (17.3476, 43.3318), "latitude and longitude are swapped"),
        ((31.7114, -1062849), US, (31.7114, -106.2849), "longitude lost its decimal point"),
        ((317114, -106.2849), US, (31.7114, -106.2849), "latitude lost its decimal point"),
        ((317114, -1062849), US, (31.7114, -106.2849), "latitude and longitude lost their decimal points"),
        ((11.7, 2.8), ("Djibouti", None), (11.7, 42.8), "longitude lost a digit"),
        ((2.6, 21.0), ("Kosovo", "Western Balkans"), (42.6, 21.0), "latitude lost a digit"),
    ],
)  # fmt: skip
def test_the_one_repair_that_fits_is_applied_with_its_reason(given, stated, repaired, fault):
    found = repair(*given, *stated)
    assert (found["_lat"], found["_lon"]) == repaired
    assert found["_repair"].startswith(
        f"{fault}: {float(given[0])}, {float(given[1])} as given, {repaired[0]}, {repaired[1]}"
    )
    assert "applied, which agrees with" in found["_repair"]
    assert (found["_repair_code"], found["_repair_lat"], found["_repair_lon"]) == ("repair_applied", *given)


def test_a_proposal_changes_nothing_and_says_what_it_would_do():
    found = repair(31.7114, 106.2849, *US, policy="propose")
    assert (found["_lat"], found["_lon"]) == (31.7114, 106.2849)
    assert (found["_repair_code"], found["_repair_lat"], found["_repair_lon"]) == (
        "repair_proposed",
        31.7114,
        -106.2849,
    )
    assert found["_repair"] == (
        "longitude lost its sign: 31.7114, 106.2849 as given, 31.7114, -106.2849 proposed, "
        "which agrees with United States and US-Mexico border crossing"
    )


def test_off_means_that_nothing_is_looked_at():
    found = repair(31.7114, 106.2849, *US, policy="off")
    assert (found["_lat"], found["_lon"], found["_repair"]) == (31.7114, 106.2849, None)


def test_a_policy_that_is_not_known_is_refused():
    with pytest.raises(WrongValue, match="'fix' is no policy for repairs"):
        with_repairs(rows(), "fix")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lat", "lon", "country", "route"),
    [
        (31.62, -106.50, "USA", "US-Mexico border crossing"),  # in Mexico, 20 km from the border
        (33.2, 60.4, "Afghanistan", "Afghanistan to Iran"),  # in Iran, 25 km from the border
        (36.1, 36.1, "Syria", None),  # in Türkiye, 20 km from the border, where a number twice would be told
        (34.0, 13.0, "Libya", "Central Mediterranean"),  # at sea, 130 km off
        (31.7, -106.3, "Atlantis", "a route of which nobody knows"),
        (31.7, 106.3, "Atlantis", None),
        (31.7, 106.3, None, None),
        (35.5, 12.6, None, "central mediterranean"),
        (None, None, "Libya", "Central Mediterranean"),
        (float("nan"), 12.0, "Libya", None),
        (35.5, 35.5, "Syria", None),  # latitude and longitude are the same, and right
    ],
)
def test_what_is_near_enough_or_says_nothing_is_no_error(lat, lon, country, route):
    assert repair(lat, lon, country, route)["_repair"] is None


def test_where_several_repairs_fit_none_is_applied_and_they_are_shown():
    found = repair(13.8006, 8.9843, "Niger", SAHARA)
    assert found["_repair"] is None
    found = repair(8.9843, 13.8006, "Niger", SAHARA)
    assert (found["_lat"], found["_lon"]) == (8.9843, 13.8006)
    assert found["_repair"].startswith("2 repairs fit, none is applied: 8.9843, 13.8006 as given, ")
    assert "13.8006, 8.9843 if latitude and longitude are swapped" in found["_repair"]
    assert (found["_repair_code"], found["_repair_lat"]) == ("contradiction", None)


def test_a_repair_must_agree_with_country_and_route():
    found = repair(31.7114, 106.2849, "United States", "Central Mediterranean")
    assert found["_repair_code"] == "contradiction"
    assert found["_repair"].startswith(
        "lies in China, not in United States, which the row states: 31.7114, 106.2849 as given"
    )
    assert repair(18.9, 47.5, "Bolivia", None)["_repair_code"] == "contradiction"


def test_a_repaired_place_far_offshore_is_not_believed():
    # Swapped, it would lie 350 km off Egypt, in the box of the route; in truth it lies 50 km beyond the border.
    found = repair(21.53537, 32.95897, "Egypt", SAHARA)
    assert (found["_repair_code"], found["_lat"]) == ("contradiction", 21.53537)


def test_one_number_twice_is_told_but_cannot_be_repaired():
    found = repair(56.286357, 56.286357, *IRAN)
    assert found["_lat"] == 56.286357
    assert found["_repair"] == "latitude and longitude are the same: 56.286357, 56.286357 as given, no repair known"


def test_where_only_a_route_is_stated_a_place_must_lie_far_off_to_be_repaired():
    far, near = repair(28.0, 12.9, None, ATLANTIC), repair(36.6, -3.5, None, "Central Mediterranean")
    assert (far["_lat"], far["_lon"]) == (28.0, -12.9)
    assert (near["_lat"], near["_lon"]) == (36.6, -3.5)
    assert "36.6, 3.5 proposed" in near["_repair"]


def test_one_place_for_different_countries_stands_in_for_unknown_places():
    found = with_repairs(
        rows(*((28.0, 12.9, name, ATLANTIC) for name in ("Morocco", "Western Sahara", "Spain"))), "apply"
    )
    assert found["_lon"].unique().to_list() == [12.9]
    assert found["_repair"].str.starts_with("one place is given for different countries or routes").all()


def test_order_and_other_columns_of_the_rows_are_kept():
    places = [(31.7, -106.3, *US), (31.7114, 106.2849, *US), (None, None, *US), (31.7114, 106.2849, None, None)]
    found = with_repairs(rows(*places).with_columns(text=pl.Series(["a", "b", "c", "d"])), "apply")
    assert found.columns == [*SCHEMA, "text", *REPAIR_SCHEMA]
    assert found["text"].to_list() == ["a", "b", "c", "d"]
    assert found["_lon"].to_list() == [-106.3, -106.2849, None, 106.2849]
    assert found["_repair"].is_not_null().to_list() == [False, True, False, False]


def test_no_rows_and_no_statements_are_no_trouble():
    assert with_repairs(rows(), "apply").columns == [*SCHEMA, *REPAIR_SCHEMA]
    assert with_repairs(rows((1.0, 2.0, None, None)), "apply")["_repair"].to_list() == [None]


def test_regions_of_routes_are_boxes_and_every_label_with_a_mode_has_one():
    regions = tomllib.loads((REFERENCE / "route_regions.toml").read_text(encoding="utf-8"))["region"]
    for region in regions:
        for west, south, east, north in region["boxes"]:
            assert -180 <= west < east <= 180
            assert -90 <= south < north <= 90
    names = [name for region in regions for name in region["names"]]
    assert len(names) == len(set(names))
    labels = tomllib.loads((REFERENCE / "modes.toml").read_text(encoding="utf-8"))["label"]
    assert {name for label in labels for name in label["names"]} - set(names) == set()


INSIDE = st.tuples(st.floats(22, 26), st.floats(4, 9))  # the middle of Algeria and Niger's north, far from every border
SPOILT = st.sampled_from(["sign of lat", "sign of lon", "order"])


def is_undone(place, fault):
    lat, lon = (round(number, 5) for number in place)
    given = {"sign of lat": (-lat, lon), "sign of lon": (lat, -lon), "order": (lon, lat)}[fault]
    found = repair(*given, "Algeria", SAHARA)
    if found["_repair"] is None:
        assert (found["_lat"], found["_lon"]) == given
        assert fault == "sign of lon"  # still in Algeria, or near
        return
    assert found["_repair"].split(" as given")[0].endswith(f"{given[0]}, {given[1]}")
    if "repairs fit" in found["_repair"]:
        assert f"{lat}, {lon}" in found["_repair"] or "more" in found["_repair"]
    else:
        assert (found["_lat"], found["_lon"]) == (lat, lon)


@pytest.mark.slow
@settings(max_examples=200)
@given(place=INSIDE, fault=SPOILT)
def test_a_spoilt_place_comes_back_or_its_repair_is_among_those_that_fit(place, fault):
    is_undone(place, fault)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(place=INSIDE, fault=SPOILT)
def test_ten_thousand_spoilt_places_come_back_or_their_repair_is_among_those_that_fit(place, fault):
    is_undone(place, fault)


@pytest.mark.parametrize(
    ("file", "form", "columns", "applied", "proposed"),
    [
        ("alldata_2022-05.xlsx", "wkt", (None, "Migration route"), range(3, 8), range(40, 140)),
        (
            "alldata_2024-11.xlsx",
            "lat, lon",
            ("Country of Incident", "Migration Route"),
            range(270, 310),
            range(500, 640),
        ),
    ],
)
def test_editions_of_a_real_source_are_repaired_in_few_places(real_files, file, form, columns, applied, proposed):
    table = pl.read_excel(real_files / "iom_missing_migrants" / file, infer_schema_length=0)
    named = {
        "coordinates": "Coordinates",
        "country_stated": columns[0],
        "route_label": columns[1],
        "lat": None,
        "lon": None,
    }
    texts = [(pl.col(name) if name else pl.lit(None, pl.String)).alias(field) for field, name in named.items()]
    before = with_coordinates(table.select(texts), form)
    after = with_repairs(before, "apply")
    changed = (after["_lat"] != before["_lat"]) | (after["_lon"] != before["_lon"])
    assert int(changed.sum()) in applied
    assert after["_repair"].count() in proposed


def placed(lat: float, lon: float, place: str, country: str | None = None, policy: Any = "apply") -> dict[str, Any]:
    frame = rows((lat, lon, country, None)).with_columns(place=pl.lit(place))
    return with_repairs(frame, policy).row(0, named=True)


def test_a_point_far_from_the_place_that_its_row_names_is_marked_with_how_far():
    found = placed(27.84, 13.27, "Lampedusa, Italy")
    assert found["_repair_code"] == "contradiction"
    assert re.match(r"lies 8\d\d km from Lampedusa, which the row names: 27.84, 13.27 as given", found["_repair"])
    assert placed(35.41, 12.58, "Lampedusa, Italy")["_repair"] is None
    assert placed(27.84, 13.27, "New River, Italy")["_repair"] is None, "rivers bear the names of towns"


def test_a_swapped_point_is_repaired_by_the_place_alone():
    found = placed(-8.0028, 12.6392, "Bamako, Mali")
    assert (found["_lat"], found["_lon"], found["_repair_code"]) == (12.6392, -8.0028, "repair_applied")
    assert "which agrees with" in found["_repair"]


def test_a_point_where_its_row_names_it_is_not_moved_though_the_country_is_another():
    found = placed(33.51, 36.29, "Damascus", "Türkiye")
    assert (found["_lat"], found["_lon"], found["_repair_code"]) == (33.51, 36.29, "contradiction")


def test_western_sahara_and_morocco_are_no_contradiction():
    assert repair(23.93, -15.79, "Western Sahara", None)["_repair"] is None


def finite(found: list[np.ndarray]) -> list[float]:
    """Return what a number can have been, each once, in order."""
    return sorted({float(value) for value in np.concatenate(found) if np.isfinite(value)})


def test_a_lost_decimal_point_stood_behind_any_digit_of_a_whole_number():
    assert finite(_without_point(np.array([-3551.0]))) == [-355.1, -35.51, -3.551]
    assert finite(_without_point(np.array([10.0]))) == [1.0]
    assert _without_point(np.array([9.0, 35.5])) == []


def test_a_lost_digit_stood_before_behind_or_between_the_others():
    """Of 3.5: 13.5 to 93.5 and 30.5 to 39.5; with 0 there is one digit more behind, and none before."""
    before = {digit * 10 + 3.5 for digit in range(1, 10)}
    behind = {30.5 + digit for digit in range(10)}
    assert set(finite(_with_digit(np.array([3.5])))) == before | behind
    assert set(finite(_with_digit(np.array([-3.5])))) == {-value for value in before | behind}
    assert set(finite(_with_digit(np.array([35.25])))) >= (
        {100 * digit + 35.25 for digit in range(1, 10)}
        | {305.25 + 10 * digit for digit in range(10)}
        | {350.25 + digit for digit in range(10)}
    )


def test_the_distance_to_a_country_is_that_to_its_outline_as_far_as_200_nautical_miles():
    """Off Malta, of which the southern coast lies near 35.8 north."""
    lat, lon = np.array([35.3, 32.8, 30.0]), np.full(3, 14.45)
    near, off, far = _km_to_country(lat, lon, "MLT")
    assert near == pytest.approx((35.80 - 35.3) * 111.2, abs=8)
    assert off == pytest.approx((35.80 - 32.8) * 111.2, abs=8)
    assert far >= 370
    assert _km_to_country(lat, lon, "???").tolist() == [np.inf] * 3


@pytest.mark.parametrize(
    ("lat", "lon", "country", "agrees"),
    [
        (35.9, 14.45, "MLT", True),
        (35.0, 14.45, "MLT", True),  # at sea, 90 km off
        (32.35, 15.5, "MLT", False),  # 390 km off, over land in Libya
        (32.9, 13.18, "TUN", False),  # Tripoli, 150 km from Tunisia: on land 30 km are near enough
        (33.0, 11.6, "TUN", True),  # in Libya, some 10 km from the border
        (95.0, 14.45, "MLT", False),
    ],
)
def test_a_place_agrees_with_a_country_in_it_near_its_border_or_off_its_coast(lat, lon, country, agrees):
    found = _in_country(np.array([lat]), np.array([lon]), pl.Series([country]), 370.0)
    assert found.tolist() == [agrees]
    assert _in_country(np.array([lat]), np.array([lon]), pl.Series([None], dtype=pl.String), 370.0).tolist() == [True]
