"""Excel and OpenDocument workbooks, sheet by sheet. Dates come out in ISO 8601."""

from __future__ import annotations

import json
import re
import zipfile
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
    merged = _merged_cells(path)
    for number, name in enumerate(names):
        try:
            sheet = book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.FastExcelError as error:
            fault = fault or f" ({str(error).splitlines()[0]})"
            continue
        if sheet.width > MOST_COLUMNS:
            unreadable(path.name, f"it has {sheet.width:,} columns", f"at most {MOST_COLUMNS:,} are read")
        sheets.append(_Sheet.of(path.name, name, sheet, merged.get(number, []), hidden=sheet.visible != "visible"))
    chosen = _chosen(path.name, sheets, json.loads(wanted))
    if not chosen:
        unreadable(path.name, f"none of its sheets holds a table{fault}", "a sheet must hold a header and rows")
    columns = list(dict.fromkeys(column for sheet in chosen for column in sheet.names))
    counted = {"from_1904": _counts_from_1904(path)}
    parts = [
        {"name": one.name, "columns": one.names, "rows": one.rows, "hidden": one.hidden} | counted
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
    def of(cls, file: str, name: str, sheet: Any, merged: list[tuple[int, int, int]], *, hidden: bool) -> _Sheet:
        table = sheet.to_arrow() if sheet.width else None
        at = None if table is None else _header_row(table)
        if table is None or at is None:
            return cls(name, hidden, None, 0, [], [])
        table = _filled_down(table, merged, at)
        cells = [column[at].as_py() or "" for column in table.columns]
        lower = _second_header(table, at)
        if lower is not None:
            at += 1
            cells = [below or above for above, below in zip(cells, lower, strict=True)]
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


Merged = list[tuple[int, int, int]]
"""Column, first and last row of cells that are merged downwards, counted from 0."""


def _merged_cells(path: Path) -> dict[int, Merged]:
    """Return the cells of each sheet of an Excel workbook that are merged over rows, by the number of the sheet."""
    found: dict[int, Merged] = {}
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        listed = re.findall(rb"<(?:\w+:)?sheet\b[^>]*?r:id=\"([^\"]+)\"", book.read("xl/workbook.xml"))
        targets = {}
        for link in re.findall(rb"<Relationship\b[^>]*>", book.read("xl/_rels/workbook.xml.rels")):
            name, target = (re.search(key + rb"=\"([^\"]*)\"", link) for key in (rb"\bId", rb"\bTarget"))
            if name and target:
                targets[name[1]] = target[1].decode(errors="replace").lstrip("/").removeprefix("xl/")
        for number, link in enumerate(listed[:_SHEETS]):
            member = f"xl/{targets.get(link, '')}"
            if member in names:
                found[number] = _merged_in(book.read(member))
    return found


def _counts_from_1904(path: Path) -> bool:
    """Tell whether an Excel workbook counts days from 1904."""
    with zipfile.ZipFile(path) as book:
        if "xl/workbook.xml" not in book.namelist():
            return False
        found = re.search(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']", book.read("xl/workbook.xml"))
    return found is not None


def _merged_in(sheet: bytes) -> Merged:
    found: Merged = []
    for first, top, last, bottom in re.findall(rb"<(?:\w+:)?mergeCell ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"", sheet):
        if first == last and int(bottom) > int(top):
            column = 0
            for letter in first.decode():
                column = 26 * column + ord(letter) - 64
            found.append((column - 1, int(top) - 1, int(bottom) - 1))
    return found


def _filled_down(table: pa.RecordBatch, merged: Merged, at: int) -> pa.RecordBatch:
    """Return a table in which cells that are merged over rows stand in each of them."""
    columns = {column for column, top, _ in merged if top > at and column < table.num_columns}
    if not columns:
        return table
    arrays = list(table.columns)
    for column in columns:
        cells = arrays[column].to_pylist()
        for _, top, bottom in (one for one in merged if one[0] == column and at < one[1] < len(cells)):
            for row in range(top + 1, min(bottom, len(cells) - 1) + 1):
                cells[row] = cells[row] if cells[row] is not None else cells[top]
        arrays[column] = pa.array(cells, pa.string())
    return pa.RecordBatch.from_arrays(arrays, names=table.schema.names)


def _second_header(table: pa.RecordBatch, at: int) -> list[str] | None:
    """Return the cells of a row below the header that names what the header leaves open, None where there is none."""
    if at + 2 >= table.num_rows:
        return None
    upper, lower = ([column[row].as_py() or "" for column in table.columns] for row in (at, at + 1))
    words = [cell for cell in lower if cell.strip()]
    named = any(below.strip() and not above.strip() for above, below in zip(upper, lower, strict=True))
    plain = all(not re.search(r"\d", cell) for cell in words)
    return lower if named and plain and len(words) > 1 else None


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
