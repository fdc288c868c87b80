"""Refusals as a file: what the analyst gets who wants to mend the rows that were refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from geodata.core.atomic_write import handed_over, whole
from geodata.core.errors import UnknownFormat
from geodata.core.formulas import STARTS, inert, inert_text
from geodata.core.staging import unwritable
from geodata.io.workbook import xlsx_of
from geodata.ledger.batch import Batch
from geodata.readers.dispatch import ROW
from geodata.readers.limits import PART

WHY = "why refused"
"""The column of reasons in a file of refused rows; it is passed over when such a file is handed in."""
_NUMBER = r"^[+-]\d[\d.,]*$"
_MARKED = rf"^'({STARTS})"


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


def to_correct(rows: pl.DataFrame, refusals: pl.DataFrame) -> pl.DataFrame:
    """Return refused rows as they stand in the file, with the reasons beside each.

    Parameters
    ----------
    rows : DataFrame
        Columns of the file, without those of persons, ``_row`` and ``_part``, the sheet or layer.
    refusals : DataFrame
        Columns of ``REFUSAL_SCHEMA``, with the sheet or layer as ``file``.
    """
    if rows.is_empty():
        return rows
    said = pl.concat_str(pl.col("column"), pl.col("rule"), separator=": ")
    why = refusals.group_by("file", "row", maintain_order=True).agg(said.str.join("; ").alias(WHY))
    joined = rows.join(why, left_on=[PART, ROW], right_on=["file", "row"], how="left", maintain_order="left")
    return joined.drop(ROW, PART)


def correction_of(table: pl.DataFrame, batch: Batch, home: Path) -> Path | None:
    """Write rows to be corrected and handed in again into the workspace, as CSV; return the file, None without rows.

    Parameters
    ----------
    table : DataFrame
        As ``to_correct`` returns it.

    Raises
    ------
    UnwritableWorkspace
        If it could not be written.
    """
    if table.is_empty():
        return None
    path = home / "corrections" / correction_name(batch, ".csv")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, proven=True) as part:
            part.write_bytes(_correction_csv(table))
    except OSError as error:
        raise unwritable(home, error) from None
    return path


def correction_name(batch: Batch, ending: str) -> str:
    """Return the name of a file of rows to be corrected, by which its source is known when it is handed in."""
    return f"{Path(batch.file).stem}-{batch.sha256[:8]}{ending}"


def write_correction(table: pl.DataFrame, path: Path) -> None:
    """Write rows to be corrected where a person wants them, as CSV or as a workbook.

    Raises
    ------
    UnknownFormat
        For any other ending.
    WrongValue
        If it cannot be written.
    """
    content = correction_xlsx(table) if correction_ending(path) == ".xlsx" else _correction_csv(table)
    with handed_over(path) as part:
        part.write_bytes(content)


def correction_ending(path: Path) -> str:
    """Return the ending of a file of rows to be corrected.

    Raises
    ------
    UnknownFormat
        If rows to be corrected are not written so.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise UnknownFormat(
            f"files ending in {path.suffix or 'nothing'!r} are not written",
            rule="rows to be corrected are written as .csv or .xlsx",
            where=path.name,
        )
    return ending


def correction_xlsx(table: pl.DataFrame) -> bytes:
    """Return rows to be corrected as a workbook of text, the reasons in its first column."""
    first = [name for name in (WHY,) if name in table.columns]
    return xlsx_of(table.select(*first, pl.exclude(WHY)), "Rows to correct")


def _correction_csv(table: pl.DataFrame) -> bytes:
    """Return rows to be corrected as CSV; numbers stay as they are, as they are no formulas."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    number = (pl.col(name).str.contains(_NUMBER).fill_null(value=False) for name in texts)
    safe = inert(table)
    kept = [
        pl.when(plain).then(pl.col(name)).otherwise(safe[name]).alias(name)
        for name, plain in zip(texts, number, strict=True)
    ]
    return b"\xef\xbb\xbf" + table.with_columns(kept).write_csv().encode()


def as_before(table: pl.DataFrame) -> pl.DataFrame:
    """Return rows that come back from being corrected as they were: without reasons and marks against formulas."""
    if WHY not in table.columns:
        return table
    return table.drop(WHY).with_columns(pl.col(pl.String).str.replace(_MARKED, "$1"))


def csv_of(refusals: pl.DataFrame) -> bytes:
    """Return refusals as CSV in which no spreadsheet finds a formula: row, column, rule and value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["row", "column", "rule", "value"])
    for row in refusals.iter_rows(named=True):
        writer.writerow([row["row"], inert_text(row["column"]), row["rule"], inert_text(row["value"] or "")])
    return text.getvalue().encode("utf-8-sig")
