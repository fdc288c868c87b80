"""Excel and OpenDocument workbooks: the first sheet that holds a table. Dates come out in ISO 8601."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.compute

from geodata.readers.limits import CHUNK_CELLS, MOST_COLUMNS, header, unreadable

ROW = "_row"
_SHEETS = 50
_BATCH = 65_536
_LOOKED_AT = 50
"""Rows in which a header is sought."""


def prepare() -> None:
    """Load nothing more before the process is sealed."""


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the first sheet that holds a table, under the numbers that the sheet shows.

    Raises
    ------
    UnreadableFile
    """
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names[:_SHEETS]
    except fastexcel.FastExcelError as error:
        unreadable(path.name, f"it cannot be opened ({str(error).splitlines()[0]})", "a workbook must hold sheets")
    fault = ""
    for number in range(len(names)):
        try:
            sheet = book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.FastExcelError as error:
            fault = fault or f" ({str(error).splitlines()[0]})"
            continue
        if sheet.width > MOST_COLUMNS:
            unreadable(path.name, f"it has {sheet.width:,} columns", f"at most {MOST_COLUMNS:,} are read")
        table = sheet.to_arrow() if sheet.width else None
        if table is not None and (at := _header_row(table)) is not None:
            yield from _rows(path.name, table, at)
            return
    unreadable(path.name, f"none of its sheets holds a table{fault}", "a sheet must hold a header and rows")


def _header_row(table: pa.RecordBatch) -> int | None:
    """Return the first row that fills at least half of the columns that are filled at all, if others follow it."""
    used = sum(column.null_count < len(column) for column in table.columns)
    if used == 0:
        return None
    filled = [sum(column[row].is_valid for column in table.columns) for row in range(min(_LOOKED_AT, table.num_rows))]
    likely = [row for row, count in enumerate(filled) if 2 * count >= used]
    return likely[0] if likely and likely[0] + 1 < table.num_rows else None


def _rows(file: str, table: pa.RecordBatch, at: int) -> Iterator[pa.RecordBatch]:
    cells = [column[at].as_py() or "" for column in table.columns]
    kept = [place for place, column in enumerate(table.columns) if cells[place].strip() or _holds(column, at + 1)]
    names = header(file, [cells[place] for place in kept], ROW)
    step = max(1, min(_BATCH, CHUNK_CELLS // max(1, len(kept))))
    for start in range(at + 1, table.num_rows, step):
        part = table.slice(start, step)
        texts = [part.column(place) for place in kept]
        rows = pa.array(range(start + 1, start + 1 + part.num_rows), pa.int64())
        batch = pa.RecordBatch.from_arrays([*texts, rows], names=[*names, ROW])
        some = pa.compute.invert(_none_valid(texts, part.num_rows))
        yield batch.filter(some)


def _holds(column: pa.Array, start: int) -> bool:
    rest = column.slice(start)
    return bool(rest.null_count < len(rest))


def _none_valid(columns: list[pa.Array], rows: int) -> pa.Array:
    none = pa.array([True] * rows)
    for column in columns:
        none = pa.compute.and_(none, pa.compute.is_null(column))
    return none
