"""Files as tables of text, some rows at a time: what every reader gives, and what it may be relied on for."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa

from geodata.core.messages import Sentence, sentence
from geodata.readers.limits import (
    CHUNK_BYTES,
    CHUNK_CELLS,
    CHUNK_ROWS,
    DEEPEST,
    LONGEST_CELL,
    MOST_COLUMNS,
    PART,
    PARTS,
    header,
    unreadable,
)

ROW = "_row"
MISFITS = b"misfits"
_COLUMNS, _NOTES = b"columns", b"notes"
"""Metadata of a stream of batches."""
_PLAIN = re.compile(r"(?:[^{}]|\{[a-z_]+(?:![rs])?(?::,)?\})*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file.

    Attributes
    ----------
    table : DataFrame
        Text columns as named in the file, without blanks around a cell and with null where there is none, and
        ``_row``, Int64.
    misfits : tuple of (row, text)
        Rows whose number of cells differs from the header's; they are refused later with all others.
    """

    table: pl.DataFrame
    misfits: tuple[tuple[int, str], ...] = ()
    part: str = ""


class Piece(NamedTuple):
    """A batch as it comes from a reader's process, and the rows of other length that were met on the way."""

    batch: pa.RecordBatch
    misfits: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet of a workbook or a layer of a map file.

    Attributes
    ----------
    name : str
    columns : tuple of str
        None where it holds no table.
    rows : int
    hidden : bool
    from_1904 : bool
        Whether days that are plain numbers are counted from 1904.
    """

    name: str
    columns: tuple[str, ...]
    rows: int
    hidden: bool = False
    from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What a reader finds in a file.

    The names of its columns, its chunks, what else to say about it, and its sheets or layers where it can have several.
    """

    columns: tuple[str, ...]
    chunks: Iterator[Chunk]
    notes: tuple[str, ...] = field(default=())
    parts: tuple[Part, ...] = ()


Record = dict[str, Any]
"""Named values: text or None, or what ``from_records`` is told how to write."""


def from_records(file: str, records: Callable[[], Iterable[Record]], written: Callable[[Any], str] = str) -> Contents:
    """Return records of named values as chunks.

    They are gone through once to learn all of their names, and a second time if they fill more than one chunk.

    Parameters
    ----------
    file : str
    records : callable
        Starts the records anew. They are numbered from 1.
    written : callable
        Returns a value that is neither text nor None as text.

    Raises
    ------
    UnreadableFile
        For whatever breaks the file; nearly always before any chunk is given.
    """
    names: dict[str, None] = {}
    held: list[Record] | None = []
    for record in records():
        if not record.keys() <= names.keys():
            names.update(dict.fromkeys(record))
            if len(names) > MOST_COLUMNS:
                unreadable(file, f"it has more than {MOST_COLUMNS:,} names", f"at most {MOST_COLUMNS:,} are read")
        if held is not None:
            held.append(record)
            if len(held) > _rows_for(len(names)):
                held = None
    keys = list(names)
    columns = header(file, keys, ROW)
    if held is not None:
        return Contents(tuple(columns), iter([Chunk(_table(file, held, keys, columns, 1, written))] if held else []))
    return Contents(tuple(columns), _streamed(file, records(), keys, columns, written))


def _streamed(
    file: str, records: Iterable[Record], keys: list[str], columns: list[str], written: Callable[[Any], str]
) -> Iterator[Chunk]:
    held: list[Record] = []
    row = 1
    for record in records:
        held.append(record)
        if len(held) == _rows_for(len(keys)):
            yield Chunk(_table(file, held, keys, columns, row, written))
            row += len(held)
            held = []
    if held:
        yield Chunk(_table(file, held, keys, columns, row, written))


def _rows_for(columns: int) -> int:
    """Return how many rows of so many columns make a chunk."""
    return max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, columns)))


def _table(
    file: str, records: list[Record], keys: list[str], columns: list[str], row: int, written: Callable[[Any], str]
) -> pl.DataFrame:
    numbers = pl.int_range(row, row + len(records), dtype=pl.Int64, eager=True).alias(ROW)
    try:
        texts = [
            pl.Series(column, _texts([record.get(key) for record in records], written), dtype=pl.String)
            for key, column in zip(keys, columns, strict=True)
        ]
    except UnicodeEncodeError:
        unreadable(file, "it holds half a character", "text must be of whole characters")
    except RecursionError:
        unreadable(file, "it is nested too deep", f"values may be nested {DEEPEST} times")
    return cleaned(pl.DataFrame([*texts, numbers]))


def _texts(values: list[Any], written: Callable[[Any], str]) -> list[str | None]:
    return [value if value is None or isinstance(value, str) else written(value) for value in values]


def as_pieces(contents: Contents) -> Iterator[Piece]:
    """Yield chunks as they go through the pipe from a reader's process: whole, with what there is to say of them."""
    told = {_COLUMNS: json.dumps(contents.columns), _NOTES: json.dumps([_note_parts(note) for note in contents.notes])}
    fields = [*((name, pa.large_string()) for name in contents.columns), (ROW, pa.int64())]
    schema = pa.schema(fields, metadata=told)
    empty = pa.RecordBatch.from_pylist([], schema)
    yield Piece(empty)
    for chunk in contents.chunks:
        table = chunk.table.select(*contents.columns, ROW).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
        batches = table.combine_chunks().to_batches()
        yield Piece(batches[0] if batches else empty, chunk.misfits)


def _note_parts(note: str) -> tuple[str, dict[str, Any]]:
    """Return a sentence as its text and its values, so that it can still be translated behind the pipe."""
    return (note.text, dict(note.values)) if isinstance(note, Sentence) else ("{note}", {"note": note})


def _note(text: str, values: dict[str, str]) -> Sentence:
    """Return a sentence that came through the pipe; only plain names may stand for values in it."""
    return sentence(text, **values) if _PLAIN.fullmatch(text) else sentence("{note}", note=text)


def from_pieces(file: str, pieces: Iterator[Piece]) -> Contents:
    """Return what ``as_pieces`` yielded."""
    head = next(pieces, None)
    if head is None:
        return Contents((), iter(()))
    told = head.batch.schema.metadata
    columns = tuple(map(str, json.loads(told[_COLUMNS])))
    notes = tuple(_note(str(text), values) for text, values in json.loads(told[_NOTES]))
    chunks = (
        Chunk(_checked(file, [piece.batch], columns), piece.misfits)
        for piece in pieces
        if piece.batch.num_rows or piece.misfits
    )
    return Contents(columns, chunks, notes)


def from_batches(file: str, pieces: Iterator[Piece]) -> Contents:
    """Return batches of text columns and ``_row`` as chunks of about the usual size.

    A schema with metadata ``parts`` lists sheets or layers; its batches have a column ``_part``, one name each.
    """
    batches = (piece.batch for piece in pieces)
    head = next(batches, None)
    if head is None:
        return Contents((), iter(()))
    columns = header(file, [name for name in head.schema.names if name not in (ROW, PART)], ROW)
    listed = json.loads((head.schema.metadata or {}).get(PARTS, b"[]"))
    parts = tuple(
        Part(one["name"], tuple(one["columns"]), one["rows"], one["hidden"], one.get("from_1904", False))
        for one in listed
    )
    every = itertools.chain([head], batches)
    if not parts:
        return Contents(tuple(columns), (Chunk(_from_arrow(file, held, columns)) for held in gathered(every)))
    return Contents(tuple(columns), _of_parts(file, every, columns), parts=parts)


def _of_parts(file: str, batches: Iterator[pa.RecordBatch], columns: list[str]) -> Iterator[Chunk]:
    for name, own in itertools.groupby(batches, key=lambda batch: str(batch.column(PART)[0].as_py())):
        for held in gathered(batch.drop_columns([PART]) for batch in own):
            yield Chunk(_from_arrow(file, held, columns), part=name)


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Yield batches in groups of the rows of a chunk, or fewer where these hold much text; they are cut to fit."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        most = _rows_for(batch.num_columns)
        start = 0
        while start < batch.num_rows:
            part = batch.slice(start, most - rows)
            held.append(part)
            start, rows, size = start + part.num_rows, rows + part.num_rows, size + part.nbytes
            if rows == most or size >= CHUNK_BYTES:
                yield held
                held, rows, size = [], 0, 0
    if held:
        yield held


def _from_arrow(file: str, held: list[pa.RecordBatch], columns: list[str]) -> pl.DataFrame:
    return cleaned(_checked(file, held, columns))


def _checked(file: str, held: list[pa.RecordBatch], columns: Sequence[str]) -> pl.DataFrame:
    """Return batches as a table, once it is sure that their text is text."""
    try:
        for batch in held:
            batch.validate(full=True)
    except pa.ArrowInvalid:
        unreadable(file, "it holds text that cannot be decoded", "text must be UTF-8")
    frame = pl.from_arrow(pa.Table.from_batches(held).rename_columns([*columns, ROW]))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - tells mypy what a table becomes
    return frame


def cleaned(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of text without blanks around cells, and with null in place of empty ones."""
    table = table.with_columns(pl.col(pl.String).str.strip_chars())
    names = [name for name, kind in table.schema.items() if kind == pl.String]
    blank = table.select((pl.col(name) == "").any() for name in names)
    some = [name for name in names if blank[name][0]]
    return table.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in some)


def short(file: str, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Pass chunks on, unless a cell is longer than any may be, or holds a NUL, at which other programs end a text.

    Raises
    ------
    UnreadableFile
    """
    for chunk in chunks:
        lengths = chunk.table.select(pl.col(pl.String).str.len_bytes().max())
        for name in lengths.columns:
            if (lengths[name][0] or 0) > LONGEST_CELL:
                at = chunk.table.row(int(chunk.table[name].str.len_bytes().arg_max() or 0), named=True)[ROW]
                unreadable(
                    file, f"a cell of column {name!r} in row {at} is too long", f"cells may hold {LONGEST_CELL:,} bytes"
                )
        nul = chunk.table.select(pl.col(pl.String).str.contains("\0", literal=True).any())
        for name in nul.columns:
            if nul[name][0]:
                at = chunk.table.filter(pl.col(name).str.contains("\0", literal=True))[ROW][0]
                unreadable(
                    file,
                    f"a cell of column {name!r} in row {at} holds a NUL",
                    "text must be of characters that are shown",
                )
        yield chunk
