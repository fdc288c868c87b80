"""Rows that wait to be placed by hand: refused for want of a place alone, each in a file with room for its point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from geodata.ingest.rejection_report import WHY
from geodata.ingest.validation import UNKNOWN_PLACE
from geodata.ledger.store import Ledger

_SHOWN = 100
"""Letters of a row that are shown."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that waits: the file to fill in, what the row says, and why it could not be placed."""

    file: Path
    row: str
    why: str


def with_room(table: pl.DataFrame, columns: Mapping[str, str], *, by_name: bool) -> pl.DataFrame:
    """Return rows to be corrected, with empty columns ``lat`` and ``lon`` where some want a place and have none.

    Parameters
    ----------
    table : DataFrame
        As ``rejection_report.to_correct`` returns it.
    columns : mapping
        Field -> column of the file.
    by_name : bool
        Whether the profile places rows without coordinates by name, and takes coordinates where there are some.
    """
    if not by_name or table.is_empty() or not {"lat", "lon", "coordinates"}.isdisjoint(columns):
        return table
    if not table[WHY].str.contains(UNKNOWN_PLACE, literal=True).any():
        return table
    empty = (pl.lit(None, pl.String).alias(name) for name in ("lat", "lon") if name not in table.columns)
    return table.with_columns(*empty)


def waiting(ledger: Ledger) -> list[Waiting]:
    """Return the rows that wait in a workspace; those of a file that was taken in again wait no longer."""
    again = {Path(batch.file).stem for _, batch in ledger.history()}
    found = []
    for file in sorted((ledger.home / "corrections").glob("*.csv")):
        if file.stem in again:
            continue
        rows = pl.read_csv(file, infer_schema=False)
        if WHY not in rows.columns:
            continue
        wanting = rows.filter(pl.col(WHY).str.contains(UNKNOWN_PLACE, literal=True))
        for row in wanting.iter_rows(named=True):
            told = " · ".join(value for name, value in row.items() if value and name != WHY)
            found.append(Waiting(file, told[:_SHOWN], row[WHY]))
    return found
