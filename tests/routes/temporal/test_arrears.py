"""What has not arrived yet: by what delivers, by month, and by place, from the same series as everything else."""

from datetime import UTC, datetime

import polars as pl
import pytest

from geodata.model.reporting import Editions, Reporting
from routes.pipelines.flow_network import Network
from routes.temporal.arrears import arrears
from routes.temporal.series import Series, series_of


@pytest.fixture
def series() -> Series:
    """Return four years of ten incidents a month in Niger, of a source that knows half of its latest month but one."""
    rows = [
        (9.0, 18.0, "land", datetime(2020 + month // 12, month % 12 + 1, 1 + day, tzinfo=UTC), "S", "NER")
        for month in range(48)
        for day in range(10 if month < 46 else 5)
    ]
    columns = ["lon", "lat", "mode", "time_start", "source", "country"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(route=pl.lit(-1))
    known = Editions(reporting={"S": Reporting(held=(0.2, 0.5, 0.9), source="a test")})
    return series_of(Network(), frame, known)


def test_the_latest_months_are_told_with_what_may_come(series):
    told = arrears(series)
    assert told["known_up_to"] == "2023-10"
    newest, before = told["months"][-1], told["months"][-2]
    assert (before["month"], before["reported"]) == ("2023-11", 5)
    assert before["low"] <= before["expected"] <= before["high"]
    assert 8 <= before["expected"] <= 12
    assert newest["known"] == pytest.approx(5 / newest["expected"], abs=0.01)
    assert told["months"][0]["expected"] == told["months"][0]["reported"] == 10


def test_places_are_told_by_themselves_and_routes_are_not(series):
    told = {one["node_id"]: one for one in arrears(series)["places"]}
    assert set(told) == {"land", "country-NER"}
    assert told["country-NER"]["name"] == "in Niger"
    assert told["country-NER"]["known_up_to"] == "2023-10"
    assert [month["reported"] for month in told["land"]["months"][-3:]] == [10, 5, 5]


def test_what_delivers_late_is_named_with_the_last_month_that_is_known_well(series):
    ((name, known, silent),) = [
        (one["name"], one["known_up_to"], one["silent_since"]) for one in arrears(series)["strata"]
    ]
    assert (name, known, silent) == ("NER (S)", "2023-10", "")


def test_nothing_reported_is_an_empty_answer(series):
    nothing = series_of(Network(), series.incidents.clear())
    told = arrears(nothing)
    assert told["months"] == told["strata"] == told["places"] == []
