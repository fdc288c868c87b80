"""Watch areas: read as an address spells them, checked and never repaired, and counted by month and batch."""

from datetime import UTC, datetime

import polars as pl
import pytest

from geodata.core.errors import WrongValue
from layers.export.drawn_areas import LONGEST_NAME, MOST_AREAS, MOST_CORNERS, areas_of, spelt
from layers.payload.time_steps import Steps
from layers.payload.watch_areas import counted_in

SQUARE = [(12.0, 35.0), (13.0, 35.0), (13.0, 36.0), (12.0, 36.0)]


def test_an_area_comes_back_from_an_address_as_it_was_drawn():
    text = spelt("Lampedusa", [(-12.34, 35.1), (12.5, -5.25), (13.07, 36.01)])
    (area,) = areas_of([text])
    assert (area.name, area.text) == ("Lampedusa", text)
    assert area.corners.round(2).tolist() == [[-12.34, 35.1], [12.5, -5.25], [13.07, 36.01]]


def test_a_rectangle_takes_less_than_fifty_letters():
    assert len(spelt("Strait", SQUARE)) < 50


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no code", "3 to"),
        ("A~1.2.3.4", "3 to"),
        ("A~1.2.3.4.5", "3 to"),
        ("A~1.2.3.4.$.6", "base 36"),
        ("A~1.2.3.4. 5.6", "base 36"),
        ("A~1.2.3.4.٣.6", "base 36"),
        ("A~" + "9" * 5000, "3 to"),
        (spelt("", SQUARE), "name"),
        (spelt("  ", SQUARE), "name"),
        (spelt("A\u202eB\n", SQUARE), "name"),
        (spelt("A" * (LONGEST_NAME + 1), SQUARE), "name"),
        (spelt("East", [(179, 0), (182, 0), (182, 2)]), "180"),
        (spelt("North", [(0, 80), (1, 80), (1, 86)]), "85"),
        (spelt("Bow", [(0, 0), (2, 2), (2, 0), (0, 2)]), "cross itself"),
        (spelt("Line", [(0, 0), (1, 1), (2, 2)]), "encloses something"),
        (spelt("Many", [(corner / 100, corner**2 / 1000) for corner in range(MOST_CORNERS + 1)]), "3 to"),
    ],
)
def test_what_is_no_area_is_refused_in_one_sentence_and_not_repaired(text, rule):
    with pytest.raises(WrongValue) as told:
        areas_of([text])
    assert rule in str(told.value)
    assert "\n" not in str(told.value)


def test_no_more_than_so_many_areas_are_watched():
    texts = [spelt(f"Area {number}", SQUARE) for number in range(MOST_AREAS + 1)]
    assert len(areas_of(texts[:-1])) == MOST_AREAS
    with pytest.raises(WrongValue, match="at most 8"):
        areas_of(texts)


def by_month(*days: str) -> Steps:
    return Steps.over(pl.Series(days, dtype=pl.String).str.to_datetime(time_zone="UTC"), "month")


def test_incidents_are_counted_by_month_and_by_the_version_that_brought_them(incidents):
    found = incidents(
        ("2024-03-05", 12.5, 35.5, {"batch": "a"}),
        ("2024-03-09", 12.0, 35.0, {"batch": "b"}),
        ("2024-05-01", 12.1, 35.9, {"batch": "b"}),
        ("2024-05-01", 11.9, 35.9, {"batch": "b"}),
        ("2024-05-01", 12.5, 36.1, {"batch": "c"}),
    )
    (area,) = areas_of([spelt("Square", SQUARE)])
    told = counted_in(area, found, {"a": 0, "b": 3, "c": 4}, by_month("2024-02-01", "2024-05-01"))
    assert told == {"area": area.text, "counts": [0, 2, 0, 1], "lasting": [], "arrived": [[3, 2], [0, 1]]}


def test_a_triangle_holds_only_what_lies_within_its_sides(incidents):
    found = incidents(("2024-03-05", 12.2, 35.1, {"batch": "a"}), ("2024-03-05", 12.9, 35.9, {"batch": "a"}))
    (area,) = areas_of([spelt("Half", [(12, 35), (13, 35), (12, 36)])])
    assert counted_in(area, found, {"a": 0}, by_month("2024-03-01"))["counts"] == [1]


def test_what_lasts_is_under_way_in_an_area_at_the_beginning_of_each_month_that_it_reaches(incidents):
    lasting = {"batch": "a", "time_end": datetime(2024, 4, 2, tzinfo=UTC)}
    (area,) = areas_of([spelt("Square", SQUARE)])
    told = counted_in(area, incidents(("2024-02-05", 12.5, 35.5, lasting)), {}, by_month("2024-02-01", "2024-05-01"))
    assert (told["counts"], told["lasting"]) == ([1, 0, 0, 0], [[1, 2, 1]])


def test_an_area_of_an_empty_ledger_holds_nothing(incidents):
    (area,) = areas_of([spelt("Square", SQUARE)])
    nothing = incidents().with_columns(pl.lit("a").alias("batch"))
    assert counted_in(area, nothing, {}, by_month()) == {"area": area.text, "counts": [], "lasting": [], "arrived": []}
