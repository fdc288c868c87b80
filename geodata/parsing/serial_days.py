"""Days as plain numbers in workbooks that count from 1904, as those of older Macs do: told from 1900, as others count.

Cells that are formatted as dates come out right by themselves; a cell without a format is a number, and the calendar of
its workbook is not in it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

LATER: Final = 1462
"""Days from one first day to the other: four years and a leap day, and the day that 1900 did not have."""
_SERIAL = r"^[1-9]\d{4}(?:\.\d+)?$"


def has_serials(cells: pl.Series) -> bool:
    """Tell whether a column holds days as plain numbers."""
    return bool(cells.str.contains(_SERIAL).any())


def counted_from_1900(cells: pl.Series) -> pl.Series:
    """Return days that are counted from 1904 as they are counted elsewhere; other cells stay as they are.

    Examples
    --------
    >>> counted_from_1900(pl.Series(["43953", "43953.5", "3 May 2024", None])).to_list()
    ['45415', '45415.5', '3 May 2024', None]
    """
    number = pl.lit(cells)
    whole = number.str.extract(r"^(\d+)").cast(pl.Int64, strict=False) + LATER
    moved = pl.concat_str(whole.cast(pl.String), number.str.extract(r"^\d+(.*)$"))
    return pl.select(pl.when(number.str.contains(_SERIAL)).then(moved).otherwise(number)).to_series().alias(cells.name)
