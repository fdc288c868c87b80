"""CSV, TSV and every other text whose cells are separated by one character, row by row whatever its size."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

from geodata.readers.chunks import ROW, Chunk, Contents, Piece, as_pieces, cleaned, gathered
from geodata.readers.encoding import Text, text_of
from geodata.readers.limits import LARGEST_RECORD, MB, MOST_MISFITS, header, unreadable

_SEPARATORS = ",;\t|^~:\x1f\x1e"
_HEAD = MB
_LOOKED_AT = 50
"""Records that are looked at to tell the separator."""
_END = "\x03the end of the file\x03"
"""A last record of our own: if it is not read back as such, a quote was not closed before."""


def prepare() -> None:
    """Load nothing more before the process is sealed."""


def batches(path: Path) -> Iterator[Piece]:
    """Yield the rows of separated text, for a process that reads one file."""
    text = text_of(path)
    contents = read_separated(text)
    return as_pieces(replace(contents, notes=(*text.notes, *contents.notes)))


def read_separated(text: Text) -> Contents:
    """Read separated text. Rows are numbered as a spreadsheet shows them; rows without any cell are passed over.

    Raises
    ------
    UnreadableFile
        Here if the header is unfit; from the chunks if a quote is not closed or too many rows are misfits.
    """
    file = text.path.name
    head = _head_of(text)
    separator, hint = _separator_of(head)
    cells, number, consumed = _header_of(file, head, separator, hint)
    if len(cells) > 1 and not cells[-1].strip() and _all_shorter(head, consumed, separator, len(cells)):
        cells = cells[:-1]
    names = header(file, cells, ROW)
    return Contents(tuple(names), _Records(text, separator, names, number, consumed).chunks())


def _all_shorter(head: str, consumed: int, separator: str, cells: int) -> bool:
    """Tell whether the first records all lack the last cell of a header that ends in a separator."""
    rest = io.StringIO(head.encode()[consumed:].decode(errors="ignore"), newline="")
    try:
        rows = [
            len(row)
            for row in itertools.islice((row for row in csv.reader(rest, delimiter=separator) if any(row)), _LOOKED_AT)
        ]
    except csv.Error:
        return False
    return bool(rows) and all(count == cells - 1 for count in rows)


def _head_of(text: Text) -> str:
    """Return the first megabyte or so, up to the end of a line."""
    head = ""
    pieces = text.characters()
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    rest = next(pieces, "")
    end = max(head.rfind("\n"), head.rfind("\r"))
    return head if not rest or end < 0 else head[: end + 1]


def _separator_of(head: str) -> tuple[str, bool]:
    """Return the separator and whether the first line is Excel's ``sep=;``.

    It is the one that splits most of the first records into as many cells as the header, and into the most cells.
    """
    first = head[:8].lstrip().splitlines()[:1]
    if first and len(first[0]) == 5 and first[0].lower().startswith("sep=") and first[0][4] in _SEPARATORS:
        return first[0][4], True
    tried = [separator for separator in _SEPARATORS if separator in head]
    start = head[: 64 * 1024]
    return max(tried, key=lambda separator: _agreement(start, separator), default=","), False


def _agreement(start: str, separator: str) -> tuple[float, int]:
    rows: list[int] = []
    try:
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
        rows = [len(row) for row in itertools.islice((row for row in reader if any(row)), _LOOKED_AT)]
    except csv.Error:
        return 0.0, 0
    if not rows or rows[0] < 2:
        return 0.0, 0
    return round(sum(count == rows[0] for count in rows) / len(rows), 1), rows[0]


def _header_of(file: str, head: str, separator: str, hint: bool) -> tuple[list[str], int, int]:
    """Return the cells of the header, the row in which it stands, and how many bytes of UTF-8 it ends after."""
    if len(head) >= _HEAD and "\n" not in head and "\r" not in head:
        unreadable(file, "its first line has no end", f"a header may hold {_HEAD / MB:.0f} MB")
    consumed = 0

    def lines() -> Iterator[str]:
        nonlocal consumed
        for line in io.StringIO(head, newline=""):
            consumed += len(line.encode())
            yield line

    source = lines()
    if hint:
        next(source)
    rows = enumerate(csv.reader(source, delimiter=separator), start=1)
    try:
        number, cells = next((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    except csv.Error as error:
        unreadable(file, f"it is not separated text ({error})", "cells with quotes must close them")
    except StopIteration:
        unreadable(file, "it is empty", "a file must hold a header and rows")
    if consumed >= len(head.encode()) and head.count('"') % 2 == 1:
        unreadable(file, "a quote in its header is not closed", "cells with quotes must close them")
    return cells, number, consumed


class _Records:
    """The records after the header. Arrow splits them; what it passes over comes back through ``_misfit``."""

    def __init__(self, text: Text, separator: str, names: list[str], number: int, consumed: int) -> None:
        self.text, self.file, self.separator = text, text.path.name, separator
        self.names, self.number, self.consumed = names, number, consumed
        self.passed: list[int] = []
        self.misfits: list[tuple[int, str]] = []
        self.overflowed = self.ended = False

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows; see ``read_separated`` for the errors."""
        given = 0
        stream = _Stream(self.text, self.consumed, self._end_record())
        with io.BufferedReader(stream, MB) as source:
            for held in gathered(self._batches(source)):
                chunk = self._chunk(held, given, quoted=stream.quoted)
                given += sum(part.num_rows for part in held)
                if not chunk.table.is_empty() or chunk.misfits:
                    yield chunk
        if not self.ended:
            unreadable(self.file, "a quote that opens a cell is not closed", "cells with quotes must close them")

    def _end_record(self) -> bytes:
        return (_END + self.separator * (len(self.names) - 1) + "\n").encode()

    def _batches(self, source: io.BufferedIOBase) -> Iterator[pa.RecordBatch]:
        keys = [str(number) for number in range(len(self.names))]
        try:
            yield from pyarrow.csv.open_csv(
                source,
                read_options=pyarrow.csv.ReadOptions(column_names=keys, block_size=LARGEST_RECORD, use_threads=False),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._misfit,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
        except pa.ArrowInvalid as error:
            if self.overflowed:
                unreadable(
                    self.file,
                    f"more than {MOST_MISFITS:,} rows have another number of cells than the header",
                    "a row must have as many cells as the header",
                )
            if "straddl" in str(error):
                unreadable(
                    self.file,
                    f"one row is longer than {LARGEST_RECORD / MB:.0f} MB",
                    "cells with quotes must close them",
                )
            unreadable(self.file, f"it is not separated text ({error})", "cells with quotes must close them")

    def _misfit(self, row: pa.csv.InvalidRow) -> str:
        if len(self.passed) >= MOST_MISFITS:
            self.overflowed = True
            return "error"
        self.passed.append(row.number)
        if row.text.strip().strip(self.separator).strip():
            self.misfits.append((self.number + row.number, row.text[:200]))
        return "skip"

    def _chunk(self, held: list[pa.RecordBatch], given: int, *, quoted: bool) -> Chunk:
        table = pl.from_arrow(pa.Table.from_batches(held).rename_columns(self.names))
        assert isinstance(table, pl.DataFrame)  # noqa: S101 - tells mypy what a table becomes
        # The n-th good row stands behind as many passed-over rows as had fewer than n good ones before them.
        order = np.arange(given, given + table.height)
        passed = np.asarray(self.passed, dtype=np.int64)
        before = np.searchsorted(passed - np.arange(1, passed.size + 1), order, side="right")
        numbers = self.number + order + 1 + before
        table = table.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))
        if table[self.names[0]][-1] == _END:
            self.ended = True
            table = table.head(table.height - 1)
        if quoted:
            self._refuse_swallowed(table)
        table = cleaned(table)
        table = table.filter(pl.any_horizontal(pl.all().exclude(ROW).is_not_null()))
        return Chunk(table, self._misfits_until(int(numbers[-1])))

    def _misfits_until(self, row: int) -> tuple[tuple[int, str], ...]:
        ready = [misfit for misfit in self.misfits if misfit[0] <= row]
        self.misfits = self.misfits[len(ready) :]
        return tuple(ready)

    def _refuse_swallowed(self, table: pl.DataFrame) -> None:
        """Refuse a cell that holds whole rows: its quote was closed by the quote of a later row."""
        if len(self.names) < 3:
            return
        between = rf"\x{ord(self.separator):02x}"
        cell = rf"[^{between}\n]*"
        row_like = rf"(?m)^(?:{cell}{between}){{{len(self.names) - 1}}}{cell}$"
        long = table.select(pl.col(self.names).str.contains("\n", literal=True).any()).row(0)
        for name in itertools.compress(self.names, long):
            cells = pl.col(name)
            broken = table.filter(cells.str.contains("\n", literal=True) & cells.str.contains('"', literal=True))
            broken = broken.filter(cells.str.contains(row_like))
            if not broken.is_empty():
                unreadable(
                    self.file,
                    f"the cell of column {name!r} in row {broken[ROW][0]} holds whole rows",
                    "cells with quotes must close them",
                )


class _Stream(io.RawIOBase):
    """Text as UTF-8 from behind the header on, with one record of our own at its end."""

    def __init__(self, text: Text, consumed: int, end: bytes) -> None:
        self._blocks = itertools.chain(text.utf8(), [None])
        self._skip, self._end = consumed, end
        self._left = b""
        self._last = b"\n"
        self.quoted = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next; 0 at the end."""
        while not self._left:
            block = next(self._blocks, b"")
            if block == b"":
                return 0
            self._left = self._taken(block)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _taken(self, block: bytes | None) -> bytes:
        if block is None:
            return self._end if self._last in b"\r\n" else b"\n" + self._end
        skipped = block[self._skip :]
        self._skip -= len(block) - len(skipped)
        self._last = block[-1:] or self._last
        self.quoted = self.quoted or b'"' in skipped
        return skipped
