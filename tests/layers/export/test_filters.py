"""CQL2 filters on five features worked out by hand: which rows each leaves, and what is refused in one sentence."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.core.errors import WrongValue
from layers.export.features import Collection
from layers.export.filters import LONGEST, read_filter
from layers.export.tables import Column, Table

COLUMNS = (
    Column("incident_id", "text", ""),
    Column("mode", "text", ""),
    Column("people", "whole", ""),
    Column("place_km", "number", ""),
    Column("synthetic", "yes", ""),
    Column("first_day", "day", ""),
    Column("last_day", "day", ""),
)
ROWS = {
    "incident_id": ["a", "b", "c", "d", "e"],
    "mode": ["sea", "land", "sea", None, "Sea 50%"],
    "people": [10, 20, None, 5, 10],
    "place_km": [1.5, 0.5, np.nan, 2.0, 1.5],
    "synthetic": [True, False, True, False, False],
    "first_day": [date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 1), date(2024, 3, 1), None],
    "last_day": [date(2024, 1, 2), date(2024, 2, 15), date(2024, 2, 2), date(2024, 3, 2), None],
}
PLACES = [(12, 35), (0, 0), (15, 33), (179, 10), None]


@pytest.fixture
def five() -> Collection:
    frame = gpd.GeoDataFrame(ROWS, geometry=[place and shapely.Point(place) for place in PLACES], crs=4326)
    frame = frame.astype({"people": "Int64"})
    return Collection(Table("incidents", "Incidents", "", "Point", COLUMNS, frame))


def left(five: Collection, text: str, language="cql2-text", crs=4326, north_first=False) -> str:
    return "".join(five.ids.gather(five.rows(asked=read_filter(text, language, crs, north_first=north_first))))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("mode = 'sea'", "ac"),
        ("'sea' = mode", "ac"),
        ("mode <> 'sea'", "be"),  # d has no mode, so nothing is known of it
        ("NOT mode = 'sea'", "be"),
        ("mode IS NULL", "d"),
        ("mode IS NOT NULL AND people IS NOT NULL", "abe"),
        ("people > 5", "abe"),
        ("people >= 5.0", "abde"),
        ("people < 7.5", "d"),
        ("people BETWEEN 5 AND 10", "ade"),
        ("people NOT BETWEEN 5 AND 10", "b"),
        ("people IN (10, 20.0)", "abe"),
        ("people IN (10.5)", ""),
        ("place_km = 1.5", "ae"),
        ("place_km <= people", "abde"),
        ("mode IN ('sea', 'land')", "abc"),
        ("mode NOT IN ('sea')", "be"),
        ("synthetic = TRUE", "ac"),
        ("synthetic <> true AND people = 20", "b"),
        ("mode = 'sea' OR mode = 'land' AND people > 15", "abc"),
        ("(mode = 'sea' OR mode = 'land') AND people > 15", "b"),
        ("people > 15 OR mode IS NULL", "bd"),
        ("mode = 'x' AND people = 1 OR TRUE", "abcde"),
        ("FALSE", ""),
        ("mode LIKE 's%'", "ac"),
        ("mode LIKE 's_a'", "ac"),
        ("mode LIKE '%50\\%'", "e"),
        ("mode LIKE 's.a'", ""),
        ("mode NOT LIKE 's%'", "be"),
        ("CASEI(mode) LIKE CASEI('SEA%')", "ace"),
        ("CASEI(mode) = CASEI('SEA')", "ac"),
        ("CASEI(mode) IN (CASEI('SEA'), CASEI('LAND'))", "abc"),
        ("first_day > DATE('2024-01-15')", "cd"),
        ("first_day = DATE('2024-01-15')", "b"),
        ("first_day >= TIMESTAMP('2024-01-14T23:00:00-01:00')", "bcd"),
        ("first_day <= '2024-01-15'", "ab"),
        ("first_day BETWEEN DATE('2024-01-15') AND DATE('2024-02-01')", "bc"),
        ("first_day IN (DATE('2024-01-01'), DATE('2024-03-01'))", "ad"),
        ("T_AFTER(first_day, DATE('2024-01-15'))", "cd"),
        ("T_BEFORE(first_day, DATE('2024-01-15'))", "a"),
        ("T_DURING(first_day, INTERVAL('2024-01-01', '2024-03-01'))", "bc"),
        ("T_DURING(first_day, INTERVAL('2024-01-15', '..'))", "cd"),
        ("T_INTERSECTS(first_day, INTERVAL('2024-01-01', '2024-02-01'))", "abc"),
        ("T_INTERSECTS(INTERVAL(first_day, last_day), INTERVAL('2024-02-02', '2024-02-28'))", "bc"),
        ("T_EQUALS(INTERVAL(first_day, last_day), INTERVAL('2024-02-01', '2024-02-02'))", "c"),
        ("T_MEETS(INTERVAL(first_day, last_day), INTERVAL('2024-02-15', '..'))", "b"),
        ("T_CONTAINS(INTERVAL(first_day, last_day), INTERVAL('2024-02-01', '2024-02-02'))", "b"),
        ("S_INTERSECTS(geometry, BBOX(10, 30, 20, 40))", "ac"),
        ("S_INTERSECTS(geometry, BBOX(170, 0, -170, 20))", "d"),
        ("S_INTERSECTS(geometry, POLYGON((10 34, 20 34, 20 40, 10 40, 10 34)))", "a"),
        ("S_INTERSECTS(geometry, POINT(0 0))", "b"),
        ("S_EQUALS(geometry, POINT(0 0))", "b"),
        ("S_DISJOINT(geometry, BBOX(10, 30, 20, 40))", "bd"),
        ("S_WITHIN(geometry, BBOX(10, 30, 20, 40))", "ac"),
        ("S_CONTAINS(BBOX(10, 30, 20, 40), geometry)", "ac"),
        ("NOT S_INTERSECTS(geometry, BBOX(10, 30, 20, 40)) AND people = 5", "d"),
        ("geometry IS NULL", "e"),
        ("mode = 'o''brien'", ""),
    ],
)
def test_a_filter_leaves_the_rows_of_which_it_is_true(five, text, ids):
    assert left(five, text) == ids


def test_the_same_filter_can_be_written_in_json(five):
    asked = {
        "op": "and",
        "args": [
            {"op": "in", "args": [{"property": "mode"}, ["sea", "land"]]},
            {"op": ">", "args": [{"property": "first_day"}, {"date": "2024-01-01"}]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [15, 33]}]},
        ],
    }
    assert left(five, json.dumps(asked), "cql2-json") == "c"


def test_coordinates_of_a_filter_can_be_in_another_system(five):
    metres = "S_INTERSECTS(geometry, BBOX(1113195, 3503550, 2226390, 4865942))"
    assert left(five, metres, crs=3857) == "ac"
    assert left(five, "S_INTERSECTS(geometry, BBOX(30, 10, 40, 20))", crs=4326, north_first=True) == "ac"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mode = ", "filter, letter 8: ends too early"),
        ("mode = 'sea", "filter, letter 8: cannot be read at"),
        ("", "filter, letter 1"),
        ("mode =\n= 'sea'", "filter, line 2, letter 1"),
        ("nobody = 1", "there is no column 'nobody'"),
        ("mode > 5", "> of number and text"),
        ("people IN ('a')", "in of number and text"),
        ("people IN (people)", "IN with a column in its list"),
        ("synthetic = 'yes'", "= of text and yes or no"),
        ("first_day > DATE('2024-13-01')", "'2024-13-01' is no time"),
        ("first_day > 'soon'", "'soon' is no time"),
        ("people LIKE 'a%'", "LIKE of no text"),
        ("mode = NULL", "null"),
        ("mode", "is no condition"),
        ("people + 1 > 2", "no value that can be compared"),
        ("people = 1e999", "too large"),
        ("exec(mode) = 'a'", "no value that can be compared"),
        ("A_CONTAINS(mode, ('a'))", "'a_contains' is not understood here"),
        ("S_INTERSECTS(mode, POINT(1 1))", "without the column geometry"),
        ("S_INTERSECTS(geometry, geometry)", "without the column geometry"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "not sound"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "a shape cannot be read"),
        ("S_EQUALS(geometry, POINT(0-0))", "a shape cannot be read"),
        ("S_INTERSECTS(geometry, BBOX(1, 2))", "a shape cannot be read"),
        ("geometry = 1", "geometry is compared as a value"),
        ("(" * 11 + "mode = 'sea'" + ")" * 11, "11 brackets within each other"),
        ("(" * 5000, "5000 brackets within each other"),
        ("NOT " * 400 + "TRUE", "too many words"),
        ("people = " + "-" * 7000 + "1", "too many words"),
        ("mode = '" + "a" * LONGEST + "'", "8,009 letters"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_that_says_where(five, text, said):
    with pytest.raises(WrongValue) as refused:
        left(five, text)
    sentence = str(refused.value)
    assert sentence.startswith("filter")
    assert said in sentence
    assert sentence.count("\n") == 0


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 2000,
        '{"op": "and"}',
        '{"op": 5, "args": []}',
        "[1]",
        "null",
        '{"op": "isNull", "args": [{"property": {}}]}',
        '{"op": "=", "args": [NaN, 1]}',
    ],
)
def test_json_that_is_no_filter_is_refused(five, text):
    with pytest.raises(WrongValue, match=r"^filter"):
        left(five, text, "cql2-json")


def test_brackets_in_a_text_are_no_nesting(five):
    assert left(five, f"mode <> '{'(' * 50}'") == "abce"


def test_columns_are_asked_for_by_the_value_that_they_hold(five):
    def rows(**equal: str) -> str:
        return "".join(five.ids.gather(five.rows(equal=equal)))

    assert rows(mode="sea", synthetic="true") == "ac"
    assert rows(people="10") == "ae"
    assert rows(place_km="1.50") == "ae"
    assert rows(first_day="2024-01-15") == "b"
    for wrong in ({"people": "many"}, {"synthetic": "1"}, {"first_day": "2024"}, {"place_km": "nan"}):
        with pytest.raises(WrongValue, match="it is"):
            rows(**wrong)
