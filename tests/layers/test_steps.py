"""Steps of time: days, weeks from Monday, months and quarters, each incident in exactly one."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from layers.steps import MOST, UNITS, Steps, day_of_month

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
    some = pl.Series(days, dtype=pl.Int32).cast(pl.Date).cast(pl.Datetime("us", "UTC"))
    found = Steps.over(some, unit)
    step = found.of(some)
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


def test_without_a_time_there_is_no_step():
    found = Steps.over(times(), "week")
    assert (len(found), found.first, found.edges.tolist()) == (0, None, [])


def test_a_month_begins_on_its_first_day():
    assert day_of_month("1970-02") == 31
