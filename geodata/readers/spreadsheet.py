"""Excel and OpenDocument workbooks, sheet by sheet. Dates come out in ISO 8601."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute

from geodata.readers.limits import CHUNK_CELLS, MOST_COLUMNS, PART, PARTS, header, unreadable

ROW = "_row"
_SHEETS = 50
_BATCH = 65_536
_LOOKED_AT = 50
"""Rows in which a header is sought."""


def prepare(_: str = "") -> None:
    """Load nothing more before the process is sealed."""


def batches(path: Path, wanted: str = "[]") -> Iterator[pa.RecordBatch]:
    """Yield the rows of sheets, under the numbers that each sheet shows.

    Parameters
    ----------
    path : Path
    wanted : str
        Names of sheets as a JSON list; without any, the first visible sheet that holds a table.

    Raises
    ------
    UnreadableFile
    """
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names[:_SHEETS]
    except fastexcel.FastExcelError as error:
        unreadable(path.name, f"it cannot be opened ({str(error).splitlines()[0]})", "a workbook must hold sheets")
    sheets, fault = [], ""
    for number, name in enumerate(names):
        try:
            sheet = book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.FastExcelError as error:
            fault = fault or f" ({str(error).splitlines()[0]})"
            continue
        if sheet.width > MOST_COLUMNS:
            unreadable(path.name, f"it has {sheet.width:,} columns", f"at most {MOST_COLUMNS:,} are read")
        sheets.append(_Sheet.of(path.name, name, sheet, hidden=sheet.visible != "visible"))
    chosen = _chosen(path.name, sheets, json.loads(wanted))
    if not chosen:
        unreadable(path.name, f"none of its sheets holds a table{fault}", "a sheet must hold a header and rows")
    columns = list(dict.fromkeys(column for sheet in chosen for column in sheet.names))
    parts = [
        {"name": one.name, "columns": one.names, "rows": one.rows, "hidden": one.hidden}
        for one in sheets
        if one.rows or one.name in {sheet.name for sheet in chosen}
    ]
    fields = [*((column, pa.string()) for column in columns), (ROW, pa.int64()), (PART, pa.string())]
    schema = pa.schema(fields, metadata={PARTS: json.dumps(parts)})
    for one in chosen:
        yield from one.batches(schema)


def _chosen(file: str, sheets: list[_Sheet], wanted: list[str]) -> list[_Sheet]:
    tables = {sheet.name: sheet for sheet in sheets if sheet.rows}
    for name in wanted:
        if name not in tables:
            there = ", ".join(repr(one) for one in tables) or "none"
            unreadable(file, f"it has no sheet {name[:80]!r} with a table", f"its sheets are {there[:200]}")
    if wanted:
        return [tables[name] for name in wanted]
    visible = [sheet for sheet in tables.values() if not sheet.hidden]
    return visible[:1] or [*tables.values()][:1]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet: its table, the row of its header, and the columns that hold something; no rows where it has no table."""

    name: str
    hidden: bool
    table: Any
    at: int
    kept: list[int]
    names: list[str]

    @classmethod
    def of(cls, file: str, name: str, sheet: Any, *, hidden: bool) -> _Sheet:
        table = sheet.to_arrow() if sheet.width else None
        at = None if table is None else _header_row(table)
        if table is None or at is None:
            return cls(name, hidden, None, 0, [], [])
        cells = [column[at].as_py() or "" for column in table.columns]
        kept = [place for place, column in enumerate(table.columns) if cells[place].strip() or _holds(column, at + 1)]
        return cls(name, hidden, table, at, kept, header(file, [cells[place] for place in kept], ROW))

    @property
    def rows(self) -> int:
        return 0 if self.table is None else int(self.table.num_rows) - self.at - 1

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        place = dict(zip(self.names, self.kept, strict=True))
        step = max(1, min(_BATCH, CHUNK_CELLS // max(1, len(self.kept))))
        for start in range(self.at + 1, self.table.num_rows, step):
            part = self.table.slice(start, step)
            texts = [
                part.column(place[name]) if name in place else pa.nulls(part.num_rows, pa.string())
                for name in schema.names[:-2]
            ]
            rows = pa.array(range(start + 1, start + 1 + part.num_rows), pa.int64())
            sheet = pa.array([self.name] * part.num_rows, pa.string())
            batch = pa.RecordBatch.from_arrays([*texts, rows, sheet], schema=schema)
            some = pa.compute.invert(_none_valid(texts, part.num_rows))
            if (kept := batch.filter(some)).num_rows:
                yield kept


def _header_row(table: pa.RecordBatch) -> int | None:
    """Return the first row that fills at least half of the columns that are filled at all, if others follow it."""
    used = sum(column.null_count < len(column) for column in table.columns)
    if used == 0:
        return None
    filled = [sum(column[row].is_valid for column in table.columns) for row in range(min(_LOOKED_AT, table.num_rows))]
    likely = [row for row, count in enumerate(filled) if 2 * count >= used]
    return likely[0] if likely and likely[0] + 1 < table.num_rows else None


def _holds(column: pa.Array, start: int) -> bool:
    rest = column.slice(start)
    return bool(rest.null_count < len(rest))


def _none_valid(columns: list[pa.Array], rows: int) -> pa.Array:
    none = pa.array([True] * rows)
    for column in columns:
        none = pa.compute.and_(none, pa.compute.is_null(column))
    return none
