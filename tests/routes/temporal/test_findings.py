"""Findings: a change is told with its box, its middle, its months and its geometry."""

from dataclasses import replace

import polars as pl
import pytest

from routes.temporal.findings import Finding, _a_month, _around, collection
from tests.networks import ROAD, handmade

FOUND = Finding(
    finding_id="land-road:more:2024-03",
    node_id=ROAD,
    level="route",
    name="Agadez - Sabha",
    mode="land",
    direction="more",
    since="2024-03",
    detected="2024-05",
    last="2024-07",
    rate=13.6,
    usual=3.04,
    incidents=41,
    confidence="high",
    sources=(("A", 30), ("B", 11)),
    rests_on=("A",),
    countries=("NER", "LBY"),
    box=(8.0, 17.0, 14.0, 27.0),
    at=(11.0, 22.0),
    corridor_ids=(ROAD,),
    evidence=9.87654,
    synthetic=False,
)


def places(*spots: tuple[float | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(spots, schema={"lon": pl.Float64, "lat": pl.Float64}, orient="row")


@pytest.mark.parametrize(("rate", "said"), [(0.34, 0.3), (3.04, 3), (9.94, 9.9), (9.96, 10), (10.4, 10), (13.6, 14)])
def test_a_rate_is_said_as_people_say_it(rate, said):
    assert str(_a_month(rate)) == str(said)


def test_a_box_holds_its_incidents_and_ends_east_of_180_degrees_where_it_crosses_them():
    assert _around(places((10, 0), (20, 0), (None, 5), (float("nan"), 5))) == ((10.0, 0.0, 20.0, 0.0), (15.0, 0.0))
    assert _around(places((179, 0), (-178, 0))) == ((179.0, 0.0, 182.0, 0.0), (-179.5, 0.0))
    assert _around(places((-90, 0), (90, 10)))[0] == (-90.0, 0.0, 90.0, 10.0)
    assert _around(places((None, 5))) == (None, (0.0, 0.0))


@pytest.mark.parametrize(
    ("direction", "confidence", "verdict"),
    [
        ("more", "high", "clear rise"),
        ("more", "medium", "clear rise"),
        ("more", "low", "possible rise"),
        ("fewer", "high", "clear fall"),
        ("fewer", "low", "possible fall"),
    ],
)
def test_a_verdict_is_clear_unless_confidence_is_low(direction, confidence, verdict):
    assert replace(FOUND, direction=direction, confidence=confidence).verdict == verdict


def test_a_finding_is_one_sentence():
    assert FOUND.sentence == "More reported than usual since 2024-03: 14 incidents a month, 3 before."
    fewer = replace(FOUND, direction="fewer", rate=0.5)
    assert fewer.sentence == "Fewer reported than usual since 2024-03: 0.5 incidents a month, 3 before."


@pytest.mark.parametrize(
    ("direction", "rate", "usual", "plain"),
    [
        ("more", 12.0, 11.0, True),
        ("more", 11.0, 11.0, False),
        ("more", 40.0, 41.0, False),
        ("fewer", 10.0, 11.0, True),
        ("fewer", 11.0, 11.0, False),
    ],
)
def test_a_change_that_the_bare_numbers_do_not_show_says_what_was_allowed_for(direction, rate, usual, plain):
    said = str(replace(FOUND, direction=direction, rate=rate, usual=usual).sentence)
    assert said.startswith("More" if direction == "more" else "Fewer")
    assert ("for the season and for what has arrived" in said) is not plain
    assert f"{rate:.0f} incidents a month, {usual:.0f} before." in said


def test_figures_of_a_file_are_rounded():
    told = replace(FOUND, rate=13.6049, usual=3.046).properties()
    assert (told["a_month"], told["usual_a_month"], told["log_e_value"]) == (13.6, 3.05, 9.877)
    assert told["box"] == [8.0, 17.0, 14.0, 27.0]
    assert replace(FOUND, box=None).properties()["box"] is None


def test_a_route_has_its_line_and_a_country_the_box_around_its_incidents():
    country = replace(FOUND, level="country", corridor_ids=())
    features = collection([FOUND, country, replace(country, box=None)], handmade().routes)["features"]
    line, box, nothing = (feature["geometry"] for feature in features)
    assert line == {"type": "MultiLineString", "coordinates": [[[7.99, 16.97], [14.43, 27.04]]]}
    assert box["coordinates"] == [[[8.0, 17.0], [14.0, 17.0], [14.0, 27.0], [8.0, 27.0], [8.0, 17.0]]]
    assert nothing is None
    whole = replace(FOUND, level="mode")  # all by land have a box, though their routes have lines
    assert collection([whole], handmade().routes)["features"][0]["geometry"]["type"] == "Polygon"
