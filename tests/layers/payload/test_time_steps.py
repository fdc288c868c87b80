"""Steps of time: days, weeks from Monday, months and quarters, each incident in exactly one."""

from datetime import date, timedelta
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from layers.payload.time_steps import MOST, UNITS, Steps, day_of_month, going_on

EPOCH = date(1970, 1, 1)


def times(*texts: str) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).str.to_datetime(time_zone="UTC")


def edges(found: Steps) -> list[str]:
    return [str(EPOCH + timedelta(days=day)) for day in found.edges.tolist()]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("day", ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]),
        ("week", ["2024-02-26", "2024-03-04"]),
        ("month", ["2024-02-01", "2024-03-01", "2024-04-01"]),
        ("quarter", ["2024-01-01", "2024-04-01"]),
    ],
)
def test_steps_begin_where_a_reader_expects_and_none_is_left_out(unit, expected):
    assert edges(Steps.over(times("2024-03-01T23:59:59", "2024-02-28T00:00:00"), unit)) == expected


@pytest.mark.parametrize("unit", UNITS)
def test_every_time_lies_within_its_step(unit):
    random = np.random.default_rng(5)
    days = np.sort(random.integers(18_000, 20_000, 300))
    moments = pl.Series(days, dtype=pl.Int32).cast(pl.Date).cast(pl.Datetime("us", "UTC"))
    found = Steps.over(moments, unit)
    step = found.of(moments)
    known = step >= 0
    assert (found.edges[step[known]] <= days[known]).all()
    assert (days[known] < found.edges[step[known] + 1]).all()
    assert (days[~known] < found.edges[0]).all()
    assert known.all() == (unit not in MOST)


def test_of_days_and_weeks_the_latest_are_shown():
    found = Steps.over(times("2015-01-01", "2026-11-24"), "day")
    assert len(found) == MOST["day"]
    assert edges(found)[-2:] == ["2026-11-24", "2026-11-25"]
    assert found.of(times("2015-01-01")).tolist() == [-1]
    assert found.first == "2025-11-24"


def lasting(*rows: tuple[str, str, str]) -> pl.DataFrame:
    starts, ends, precisions = zip(*rows, strict=True)
    return pl.DataFrame({"time_start": times(*starts), "time_end": times(*ends), "time_precision": precisions})


def test_what_lasts_reaches_from_its_first_step_to_its_last_and_a_vague_date_does_not_last():
    rows = lasting(
        ("2024-01-10", "2024-03-01", "day"),  # until the end of February
        ("2024-01-01", "2024-02-01", "month"),
        ("2024-01-01", "2024-01-02", "day"),
        ("2024-02-20", "2030-01-01", "day"),
    )
    counted = Steps.over(rows["time_start"], "month").counted(rows)
    assert list(zip(counted["step"], counted["last"], strict=True)) == [(0, 1), (0, 0), (0, 0), (1, 1)]


def test_what_began_before_the_first_step_and_lasts_is_taken_to_begin_with_it():
    rows = lasting(
        ("2020-01-01", "2026-11-03", "day"), ("2020-01-01", "2020-03-01", "day"), ("2026-11-24", "2026-11-25", "day")
    )
    counted = Steps.over(rows["time_start"], "day").counted(rows)
    assert counted["step"].to_list() == [0, MOST["day"] - 1]
    assert counted["last"].to_list() == [MOST["day"] - 1 - 22, MOST["day"] - 1]


@given(some.lists(some.tuples(some.integers(0, 9), some.integers(0, 9)), max_size=30))
def test_a_window_holds_what_begins_in_it_and_what_is_under_way_at_its_beginning(spans):
    spans = [(min(span), max(span)) for span in spans]
    counted = pl.DataFrame(spans, {"step": pl.Int64, "last": pl.Int64}, orient="row")
    under_way = going_on(counted).rows()
    for start, end in combinations(range(11), 2):
        begun = sum(start <= step < end for step, _ in spans)
        held = sum(count for first, last, count in under_way if first <= start <= last)
        assert begun + held == sum(step < end and last >= start for step, last in spans)


def test_without_a_time_there_is_no_step():
    found = Steps.over(times(), "week")
    assert (len(found), found.first, found.edges.tolist()) == (0, None, [])


def test_a_month_begins_on_its_first_day():
    assert day_of_month("1970-02") == 31
