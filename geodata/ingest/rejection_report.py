"""Refusals as a file: what the analyst gets who wants to mend the rows that were refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from geodata.core.atomic_write import whole
from geodata.core.staging import unwritable
from geodata.io.writers import inert
from geodata.ledger.batch import Batch
from geodata.readers.dispatch import ROW

WHY = "why refused"
"""The column of reasons in a file of refused rows; it is passed over when such a file is handed in."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def report_of(refusals: pl.DataFrame, batch: Batch, home: Path) -> Path | None:
    """Write the refusals of a batch into the workspace; return the file, None without refusals.

    Raises
    ------
    UnwritableWorkspace
        If it could not be written.
    """
    if refusals.is_empty():
        return None
    path = home / "refusals" / f"{Path(batch.file).stem}-{batch.sha256[:8]}.csv"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, proven=True) as part:
            part.write_bytes(csv_of(refusals))
    except OSError as error:
        raise unwritable(home, error) from None
    return path


def correction_of(rows: pl.DataFrame, refusals: pl.DataFrame, batch: Batch, home: Path) -> Path | None:
    """Write the refused rows as they stand in the file, the reason beside each, to be corrected and handed in again.

    Parameters
    ----------
    rows : DataFrame
        Columns of the file, without those of persons, and ``_row``.
    refusals : DataFrame
        Columns of ``REFUSAL_SCHEMA``.

    Raises
    ------
    UnwritableWorkspace
        If it could not be written.
    """
    if rows.is_empty():
        return None
    said = pl.concat_str(pl.col("column"), pl.col("rule"), separator=": ")
    why = refusals.group_by("row", maintain_order=True).agg(said.str.join("; ").alias(WHY))
    table = rows.join(why, left_on=ROW, right_on="row", how="left", maintain_order="left").drop(ROW)
    path = home / "corrections" / f"{Path(batch.file).stem}-{batch.sha256[:8]}.csv"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, proven=True) as part:
            part.write_bytes(b"\xef\xbb\xbf" + inert(table).write_csv().encode())
    except OSError as error:
        raise unwritable(home, error) from None
    return path


def csv_of(refusals: pl.DataFrame) -> bytes:
    """Return refusals as CSV in which no spreadsheet finds a formula: row, column, rule and value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["row", "column", "rule", "value"])
    for row in refusals.iter_rows(named=True):
        writer.writerow([row["row"], _inert(row["column"]), row["rule"], _inert(row["value"] or "")])
    return text.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
