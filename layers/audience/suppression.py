"""Small counts: what is left out of a table, and rounded, so that no count below a bound can be worked out of it.

A table has a count for each group (a hex, a route) and step of time, and each incident is in one group and step only.
Counts below the bound are left out. If what was left out of a step, all of it together, is below the bound itself, it
would be the difference between the step's total and what is shown; so the smallest shown counts of that step go too,
until it is nothing or as much as the bound (complementary suppression: Hundepool et al., Statistical Disclosure
Control, 2012, chapter 4). Windows are whole steps; so what can be worked out by adding and subtracting what is shown
is nothing or at least the bound.

That holds for one table. What stays is rounded too, as two tables may count almost the same:
all routes and those by sea, hexes and routes, this month's file and last month's. The difference of two rounded counts
tells that of the true ones to no better than the bound less one, either way (conventional rounding: the same book).
"""

from __future__ import annotations

from typing import TypeVar

import polars as pl

Count = TypeVar("Count", int, float, pl.Expr)


def shown(counts: pl.DataFrame, least: int) -> pl.DataFrame:
    """Return the rows of a table whose counts may be shown.

    Parameters
    ----------
    counts : DataFrame
        ``group``, ``step`` and ``count``; ``group`` null for what is in no group but in the total of its step.
    least : int
        The smallest count that may be shown.

    Returns
    -------
    DataFrame
        ``group``, ``step`` and ``count``, ordered; no null group.

    Examples
    --------
    Three in the north would follow from 20 in all and 17 in the others; so the east goes too.

    >>> table = {"group": ["north", "east", "west"], "step": [0, 0, 0], "count": [3, 6, 11]}
    >>> shown(pl.DataFrame(table), 5)["group"].to_list()
    ['west']
    """
    allowed = pl.col("count").ge(least) & pl.col("group").is_not_null()
    ordered = counts.sort("step", "count", "group").with_columns(allowed.alias("_shown"))
    left = pl.col("count").filter(~pl.col("_shown")).sum().over("step")
    # Smallest first, each of what may be shown goes until enough is left out: so much is, before it.
    before = (pl.when("_shown").then("count").otherwise(0).cum_sum().over("step") - pl.col("count")) + left
    goes = pl.col("_shown") & left.gt(0) & before.lt(least)
    kept = ordered.filter(pl.col("_shown") & ~goes)
    return kept.select("group", "step", "count").sort("group", "step")


def rounded(count: Count, unit: int) -> Count:
    """Return a count rounded to a multiple of a unit, halves up; one of at least the unit never becomes less than it.

    Examples
    --------
    >>> [rounded(count, 5) for count in (5, 7, 8, 12, 13)]
    [5, 5, 10, 10, 15]
    """
    return (count + unit // 2) // unit * unit


def totals(counts: pl.DataFrame, least: int) -> dict[int, int]:
    """Return the total of each step that may be shown: all counts of the table, groups that are left out included."""
    summed = counts.group_by("step").agg(pl.col("count").sum()).filter(pl.col("count") >= least)
    return dict(summed.sort("step").iter_rows())
