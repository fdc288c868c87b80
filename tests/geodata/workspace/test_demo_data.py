"""The demonstration: the same each time, of any length, with routes that begin, surge, ebb, end and move in the end."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from geodata.workspace.demo_data import FIRST_DAY, NEWS_DAYS, YEAR_DAYS, demo_incidents

LAST = date(2026, 11, 24)


@pytest.fixture(scope="module")
def made() -> pl.DataFrame:
    days = pl.col("date").str.to_date() - pl.lit(LAST)
    return demo_incidents(20_000, 1, LAST).with_columns(before=-days.dt.total_days())


def rates(made: pl.DataFrame, departure: str, destination: str, *, west: float, east: float) -> tuple[float, float]:
    """Return incidents a day in the last year and in the year before, of a crossing between two meridians."""
    own = made.filter(
        (pl.col("departure") == departure)
        & (pl.col("destination") == destination)
        & pl.col("lon").is_between(west, east)
    )
    counts = (own.filter(pl.col("before").is_between(start, start + YEAR_DAYS - 1)).height for start in (0, YEAR_DAYS))
    last, earlier = (count / YEAR_DAYS for count in counts)
    return last, earlier


def test_one_route_begins_in_the_last_months(made):
    own = made.filter((pl.col("departure") == "Algeria") & (pl.col("destination") == "Italy"))
    assert own.height > 100
    assert own["before"].max() < NEWS_DAYS


def test_one_route_surges_and_one_ebbs_and_one_ends(made):
    surged = rates(made, "Morocco", "Spain", west=-14, east=-10)
    assert surged[0] > 3 * surged[1] > 0
    ebbed = rates(made, "Lebanon", "Cyprus", west=33, east=37)
    assert 0 < ebbed[0] < ebbed[1] / 3
    ended = rates(made, "Türkiye", "Italy", west=16, east=28)
    assert ended[0] == 0 < ended[1]


def test_one_route_takes_another_course_and_keeps_its_strength(made):
    own = made.filter((pl.col("departure") == "Algeria") & pl.col("lon").is_between(-2, 1) & (pl.col("lat") > 35.5))
    late = own["before"].to_numpy() < YEAR_DAYS
    lon = own["lon"].to_numpy()
    east_km = (np.median(lon[late]) - np.median(lon[~late])) * 111 * np.cos(np.radians(36.7))
    assert 15 < east_km < 25
    last, earlier = rates(made, "Algeria", "Spain", west=-2, east=1)
    assert 0.6 < last / earlier < 1.6


def test_the_same_seed_count_and_day_give_the_same_incidents():
    assert demo_incidents(500, 4, LAST).equals(demo_incidents(500, 4, LAST))
    assert not demo_incidents(500, 4, LAST).equals(demo_incidents(500, 5, LAST))


@pytest.mark.parametrize("days", [0, 1, 30, 200, 400])
def test_a_short_demonstration_is_no_error_and_stays_within_its_days(days):
    last = FIRST_DAY + timedelta(days=days)
    made = demo_incidents(400, 1, last)
    assert 350 < made.height < 450
    assert made["date"].str.to_date().is_between(FIRST_DAY, last).all()
