"""Text that no spreadsheet takes for a formula."""

from __future__ import annotations

import polars as pl

_FORMULA = r"^([=+\-@\t\r])"


def inert(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table in whose text no spreadsheet finds a formula: an apostrophe stands before what would begin one."""
    return table.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))
