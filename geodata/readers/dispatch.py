"""Reading files into tables of text: which reader takes a file, by what its name and first bytes agree on.

A reader decides nothing about meaning. Every cell stays the text that it was, so that a refusal can show it, and
every row keeps the number under which a spreadsheet shows it (the header is row 1; records, placemarks and features
count from 1). Each file is read in a sealed process of its own (``geodata.readers.sandboxed_reader``).
"""

from __future__ import annotations

import itertools
import json
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from geodata.core.errors import UnknownFormat
from geodata.core.messages import sentence
from geodata.readers.archive import holds_shapefiles_alone, read_archive
from geodata.readers.chunks import ROW, Chunk, Contents, Part, from_batches, from_pieces, short
from geodata.readers.encoding import fingerprint
from geodata.readers.limits import LARGEST_FILE, LARGEST_STREAM, one_line, unreadable, within_size
from geodata.readers.sandboxed_reader import confined
from geodata.readers.vector import DRIVERS, shapefiles_in
from geodata.readers.zip_guard import members

__all__ = ["ENDINGS", "HEAD", "ROW", "Chunk", "Part", "Reading", "read_file", "require_kind"]

_TAG = re.compile(r"#[a-z]+(?: ?\+[a-z0-9_]+)*$")
HEAD = 1000
"""Rows of a file that are looked at to tell what its columns hold."""

_MARKS: dict[str, bytes | re.Pattern[bytes]] = {
    "a zip archive": b"PK",
    "Parquet": b"PAR1",
    "a GeoPackage": b"SQLite format 3\0",
    "FlatGeobuf": b"fgb",
    "an old Excel workbook": b"\xd0\xcf\x11\xe0",
    "a PDF": b"%PDF",
    "a picture": b"\x89PNG",
    "gzip": b"\x1f\x8b",
    "XML": re.compile(rb"\s*<[?!A-Za-z]"),
    "JSON": re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])"),
}
"""Kind -> how files of that kind begin."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read.

    Attributes
    ----------
    file : str
        Its name without the folder.
    sha256 : str
    columns : tuple of str
        As named in the file, in its order.
    head : DataFrame
        Its first rows, as in ``Chunk.table``.
    chunks : iterator of Chunk
        All of its rows in their order, the first ones too; to be gone through once. A fault that shows only later in
        the file raises ``UnreadableFile`` from here.
    notes : tuple of str
        Sentences about what the reader had to guess or do.
    parts : tuple of Part
        Sheets or layers, in a format that can hold several.
    wanted : tuple of str
        Names of those that were asked for; none means the first visible one.
    """

    file: str
    sha256: str
    columns: tuple[str, ...]
    head: pl.DataFrame
    chunks: Iterator[Chunk]
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Format:
    """How files of one ending are read: how they begin, how large they may be, and what gives their contents."""

    begins: str
    largest: int
    opened: Callable[[Path, Sequence[str]], Contents]


def read_file(path: Path, parts: Sequence[str] = ()) -> Reading:
    """Read one file by the format that its name and first bytes agree on.

    Parameters
    ----------
    path : Path
    parts : sequence of str
        Sheets or layers to read, in this order; by default the first visible one that holds a table. Their columns are
        put side by side, those of one name as one.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, is too large, or is not what it claims to be.
    UnknownFormat
        If no reader knows it.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(sorted(_FORMATS))
        raise UnknownFormat(
            f"files ending in {one_line(path.suffix, 40) or 'nothing'!r} are not read",
            rule=f"known are {known}",
            where=one_line(path.name),
        )
    try:
        _weigh(path, form)
        state = _state(path)
        sha256 = fingerprint(path)
        contents = form.opened(path, parts)
        first = next(checked := short(path.name, _unchanged(path, state, contents.chunks)), None)
    except OSError as error:
        unreadable(path.name, f"it cannot be opened ({error.strerror})", "a file must exist and be readable")
    if first is None:
        unreadable(path.name, "it has no rows", "a file must hold a header and rows")
    first, tagged = _without_tags(first)
    chunks = itertools.chain([first], checked)
    head = first.table.head(HEAD)
    return Reading(
        path.name, sha256, contents.columns, head, chunks, (*contents.notes, *tagged), contents.parts, tuple(parts)
    )


def require_kind(path: Path, largest: int) -> None:
    """Refuse a file that is larger than so many bytes, or begins otherwise than its ending says.

    Raises
    ------
    UnreadableFile
    """
    try:
        _weigh(path, replace(_FORMATS[path.suffix.lower()], largest=largest))
    except OSError as error:
        unreadable(path.name, f"it cannot be opened ({error.strerror})", "a file must exist and be readable")


def _without_tags(first: Chunk) -> tuple[Chunk, tuple[str, ...]]:
    """Return the first rows without one of HXL tags ("#geo+lat"), a second header, and a sentence that says so."""
    cells = (
        [cell for name, cell in first.table.head(1).rows(named=True)[0].items() if name != ROW and cell]
        if first.table.height
        else []
    )
    if not cells or 2 * sum(_TAG.match(cell) is not None for cell in cells) <= len(cells):
        return first, ()
    number = first.table[ROW][0]
    said = sentence("Row {row} holds tags of the columns (HXL) and was passed over.", row=number)
    return replace(first, table=first.table.slice(1)), (said,)


def _weigh(path: Path, form: _Format) -> None:
    """Refuse what need not be opened: no regular file, too large, empty, or beginning as something else."""
    if not stat.S_ISREG(path.stat().st_mode):
        unreadable(path.name, "it is no file", "a folder or device cannot be read")
    within_size(path, form.largest)
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        unreadable(path.name, "it is empty", "a file must hold a header and rows")
    start = start.removeprefix(b"\xef\xbb\xbf")
    kind = next((kind for kind, mark in _MARKS.items() if _begins(start, mark)), "text")
    if kind != form.begins and not (form.begins == "JSON" and kind == "text"):
        unreadable(
            path.name, f"it begins as {kind} does", f"files ending in {path.suffix.lower()} begin as {form.begins} does"
        )


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _unchanged(path: Path, before: tuple[int, int], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Pass chunks on, and refuse the file at their end if it is no longer the one that was begun with."""
    yield from chunks
    if _state(path) != before:
        unreadable(path.name, "it changed while it was read", "a file must stay as it is until it is read")


def _begins(start: bytes, mark: bytes | re.Pattern[bytes]) -> bool:
    return start.startswith(mark) if isinstance(mark, bytes) else mark.match(start) is not None


def _whole(reader: str, *options: str) -> Callable[[Path, Sequence[str]], Contents]:
    """Return what reads a format that has no sheets or layers."""

    def opened(path: Path, parts: Sequence[str]) -> Contents:
        _refuse_parts(path, parts)
        return from_pieces(path.name, confined(reader, path, *options))

    return opened


def _refuse_parts(path: Path, parts: Sequence[str]) -> None:
    if parts:
        unreadable(path.name, f"it has no sheet or layer {parts[0][:80]!r}", "workbooks and map files have them")


def _read_workbook(path: Path, parts: Sequence[str]) -> Contents:
    members(path, "a workbook")
    return from_batches(path.name, confined("spreadsheet", path, json.dumps(list(parts))))


def _read_columnar(path: Path, parts: Sequence[str]) -> Contents:
    _refuse_parts(path, parts)
    return from_batches(path.name, confined("parquet", path))


def _read_vectors(path: Path, parts: Sequence[str]) -> Contents:
    return from_batches(path.name, confined("vector", path, DRIVERS[path.suffix.lower()], json.dumps(list(parts))))


def _read_shapefiles(path: Path, parts: Sequence[str]) -> Contents:
    shapefiles_in(path)
    return _read_vectors(path, parts)


def _read_zip(path: Path, parts: Sequence[str]) -> Contents:
    """Read a zipped Shapefile, or the members of any other archive."""
    if holds_shapefiles_alone(path, ENDINGS):
        return _read_shapefiles(path, parts)
    return read_archive(path, parts, ENDINGS, _read_member, _read_shapefiles)


def _read_member(path: Path, parts: Sequence[str]) -> Contents:
    reading = read_file(path, parts)
    return Contents(reading.columns, reading.chunks, reading.notes, reading.parts)


_SEPARATED = _Format("text", LARGEST_STREAM, _whole("delimited"))
_LINES = _Format("JSON", LARGEST_STREAM, _whole("json_documents", "lines"))
_DOCUMENT = _Format("JSON", LARGEST_FILE, _whole("json_documents", "document"))
_WORKBOOK = _Format("a zip archive", LARGEST_FILE, _read_workbook)
_COLUMNAR = _Format("Parquet", LARGEST_STREAM, _read_columnar)
_FORMATS = {
    ".csv": _SEPARATED,
    ".tsv": _SEPARATED,
    ".tab": _SEPARATED,
    ".txt": _SEPARATED,
    ".json": _DOCUMENT,
    ".geojson": _DOCUMENT,
    ".ndjson": _LINES,
    ".jsonl": _LINES,
    ".geojsonl": _LINES,
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".xlsb": _WORKBOOK,
    ".ods": _WORKBOOK,
    ".parquet": _COLUMNAR,
    ".geoparquet": _COLUMNAR,
    ".kml": _Format("XML", LARGEST_FILE, _whole("kml")),
    ".kmz": _Format("a zip archive", LARGEST_FILE, _whole("kml")),
    ".gpkg": _Format("a GeoPackage", LARGEST_FILE, _read_vectors),
    ".fgb": _Format("FlatGeobuf", LARGEST_FILE, _read_vectors),
    ".zip": _Format("a zip archive", LARGEST_FILE, _read_zip),
}
ENDINGS = tuple(_FORMATS)
"""Of the files that are read, each with its dot."""
