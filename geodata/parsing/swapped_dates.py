"""Dates that a spreadsheet half swapped: it read 03/12/2024 as the 12th of March and left 25/12/2024 as text.

Opened in a locale that puts the month first, a column of days and months becomes two kinds of cells: real dates, whose
day and month are both 12 at most and stand exchanged, and texts whose first number is beyond 12. It shows only in the
whole column.
"""

from __future__ import annotations

import polars as pl

FORMS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
_DATE = r"^(\d{4})-(\d{2})-(\d{2})((?:[T ]00:00(?::00(?:\.0+)?)?)?)$"
_TEXT = r"^(\d{1,2})[/.-]\d{1,2}[/.-]\d{2,4}$"
_FEWEST = 1
_MOST_DAY = 12


def half_swapped(texts: pl.Series) -> bool:
    """Tell whether a column of texts as a workbook gives them is half swapped.

    Examples
    --------
    >>> half_swapped(pl.Series(["2024-12-03", "25/12/2024", "2024-01-04", "30/11/2024"]))
    True
    >>> half_swapped(pl.Series(["2024-12-25", "2024-01-04"]))
    False
    """
    given = texts.drop_nulls().str.strip_chars()
    parts = given.to_frame("text").select(
        pl.col("text").str.extract(_DATE, 3).cast(pl.Int32).alias("day"),
        pl.col("text").str.extract(_TEXT, 1).cast(pl.Int32).alias("first"),
    )
    days, firsts = parts["day"].drop_nulls(), parts["first"].drop_nulls()
    if min(len(days), len(firsts)) < _FEWEST or len(days) + len(firsts) < len(given):
        return False
    return bool((days <= _MOST_DAY).all() and (firsts > _MOST_DAY).all())


def mended(texts: pl.Series) -> pl.Series:
    """Return a half swapped column with day and month of its dates put back; its texts stay as they are."""
    return texts.str.replace(_DATE, "${1}-${3}-${2}${4}")
