"""Months, seasons and years of incidents. Frames in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from routes.temporal.time_windows import DATED, Window, first_of, month_of

FEWEST_YEARS = 2
"""Whole years of data below which no season is told."""
_YEAR = 12


def by_month(incidents: pl.DataFrame, known: pl.DataFrame) -> dict[str, int]:
    """Return how many of some incidents fell into each month in which any were known, "2021-03" -> 4.

    Parameters
    ----------
    incidents, known : DataFrame
        Those to count, and all of them; what is dated to no month is left out.
    """
    span = known.filter(DATED)["time_start"]
    first, last = span.min(), span.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return {}
    months = Window(first_of(month_of(first)), first_of(month_of(last) + 1))
    counted = incidents.filter(DATED)["time_start"].dt.strftime("%Y-%m").value_counts()
    counts = dict(counted.iter_rows())
    return {month: counts.get(month, 0) for month in months.months}


def by_season(months: Mapping[str, int], until: date) -> list[float] | None:
    """Return the mean incidents of January to December over whole years; None where fewer than ``FEWEST_YEARS``.

    Parameters
    ----------
    months : mapping
        As of ``by_month``.
    until : date
        The first of the month from which on months are not complete.
    """
    whole = [month for month in months if month < f"{until:%Y-%m}"]
    years = len(whole) // _YEAR
    if years < FEWEST_YEARS:
        return None
    sums = [0] * _YEAR
    for month in whole[-years * _YEAR :]:
        sums[int(month[5:]) - 1] += months[month]
    return [total / years for total in sums]
