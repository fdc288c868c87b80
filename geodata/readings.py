"""Reading files into tables of text: CSV and other separated text, XLSX, JSON, NDJSON and GeoJSON.

A reader decides nothing about meaning. Every cell stays the text that it was, so that a refusal can show it, and
every row keeps the number under which a spreadsheet shows it (the header is row 1; items of JSON count from 1).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import fastexcel
import polars as pl

from geodata.errors import UnknownFormat, UnreadableFile

LARGEST_FILE = 512 * 2**20
LARGEST_UNPACKED = 2 * 2**30
HIGHEST_RATIO = 200
ROW = "_row"
HEAD = 1000
"""Rows of a file that are looked at to tell what its columns hold."""

_SEPARATORS = ",;\t|"
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file.

    Attributes
    ----------
    table : DataFrame
        Text columns as named in the file, and ``_row``.
    misfits : tuple of (row, text)
        Rows whose number of cells differs from the header's; they are refused later with all others.
    """

    table: pl.DataFrame
    misfits: tuple[tuple[int, str], ...] = ()


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
    """

    file: str
    sha256: str
    columns: tuple[str, ...]
    head: pl.DataFrame
    chunks: Iterator[Chunk]


def read_file(path: Path) -> Reading:
    """Read one file by the format that its name and first bytes agree on.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, is too large, or is not what it claims to be.
    UnknownFormat
        If no reader knows it.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise UnknownFormat(
            f"files ending in {path.suffix or 'nothing'!r} are not read", rule=f"known are {known}", where=path.name
        )
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            _unreadable(path, f"{size / 2**20:.0f} MB", f"files may hold {LARGEST_FILE / 2**20:.0f} MB")
        content = path.read_bytes()
    except OSError as error:
        _unreadable(path, f"it cannot be opened ({error.strerror})", "a file must exist and be readable")
    if not content.strip():
        _unreadable(path, "it is empty", "a file must hold a header and rows")
    table, misfits = reader(path, content)
    if table.is_empty() and not misfits:
        _unreadable(path, "it has no rows", "a file must hold a header and rows")
    columns = tuple(name for name in table.columns if name != ROW)
    chunks = iter([Chunk(table, misfits)])
    return Reading(path.name, hashlib.sha256(content).hexdigest(), columns, table.head(HEAD), chunks)


Rows = tuple[pl.DataFrame, tuple[tuple[int, str], ...]]


def _unreadable(path: Path, what: str, rule: str) -> NoReturn:
    raise UnreadableFile(what, rule=rule, where=path.name) from None


def _read_separated(path: Path, content: bytes) -> Rows:
    text = _decoded(path, content)
    separator = _separator_of(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        _unreadable(path, f"it is not separated text ({error})", "cells with quotes must close them")
    header = _header(path, rows[0])
    whole: list[list[str]] = []
    numbers: list[int] = []
    misfits: list[tuple[int, str]] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) != len(header):
            misfits.append((number, separator.join(row)[:200]))
            continue
        whole.append(row)
        numbers.append(number)
    return _table(dict(zip(header, zip(*whole, strict=True), strict=True)) if whole else {}, header, numbers), (
        *misfits,
    )


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in content[:4096]:
        _unreadable(path, "it holds bytes that no text has", "CSV and JSON must be text")
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    _unreadable(path, "its characters cannot be decoded", "text must be UTF-8, UTF-16 or Windows-1252")


def _separator_of(text: str) -> str:
    header = text[: text.find("\n")] if "\n" in text else text
    return max(_SEPARATORS, key=header.count)


def _header(path: Path, cells: list[str]) -> list[str]:
    """Return usable column names: blanks get a number, repeats are refused because a value would be lost."""
    header = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        _unreadable(path, f"column {repeated[0]!r} stands twice", "every column needs a name of its own")
    return header


def _table(columns: dict[str, Any], header: list[str], numbers: list[int]) -> pl.DataFrame:
    texts = {name: pl.Series(name, columns.get(name, ()), dtype=pl.String) for name in header}
    frame = pl.DataFrame(list(texts.values())).select(
        pl.all().str.strip_chars().replace("", None),
    )
    return frame.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))


def _read_xlsx(path: Path, content: bytes) -> Rows:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        _unreadable(path, "it is not an Excel workbook", "an .xlsx file is a zip archive of sheets")
    if unpacked > min(LARGEST_UNPACKED, HIGHEST_RATIO * len(content)):
        _unreadable(
            path,
            f"it unpacks to {unpacked / 2**20:.0f} MB",
            f"at most {LARGEST_UNPACKED / 2**20:.0f} MB and {HIGHEST_RATIO} times its size",
        )
    try:
        sheet = fastexcel.read_excel(content).load_sheet(0, dtypes="string")
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0][:120]
        _unreadable(path, f"its first sheet cannot be read ({reason})", "an .xlsx file must hold a sheet of rows")
    frame = sheet.to_polars()
    names = [name.strip() for name in frame.columns]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    table = frame.select(pl.all().cast(pl.String).str.strip_chars().replace("", None))
    table = table.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(ROW))
    return table.filter(pl.any_horizontal(pl.all().exclude(ROW).is_not_null())), ()


def _read_json(path: Path, content: bytes) -> Rows:
    text = _decoded(path, content)
    try:
        document = json.loads(text, parse_constant=_no_constant, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].lstrip().startswith("{") and lines[0].rstrip().endswith("}"):
            return _read_ndjson(path, content)
        _unreadable(path, f"it is not JSON ({error})", "JSON must follow RFC 8259")
    return _items(path, _list_within(path, document)), ()


def _read_ndjson(path: Path, content: bytes) -> Rows:
    items: list[Any] = []
    for number, line in enumerate(_decoded(path, content).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            items.append(json.loads(line, parse_constant=_no_constant, parse_int=str, parse_float=str))
        except (ValueError, RecursionError) as error:
            _unreadable(path, f"line {number} is not JSON ({error})", "every line must be one JSON object")
    return _items(path, items), ()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _list_within(path: Path, document: Any) -> list[Any]:
    """Return the list of records in a document: itself, its features, or the only list that it holds."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
            return [_flattened(feature) for feature in document["features"]]
        lists = [value for value in document.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
    _unreadable(path, "it holds no list of records", "JSON must be a list of objects or a FeatureCollection")


def _flattened(feature: Any) -> Any:
    """Return a GeoJSON feature as one flat record; a point becomes ``lon`` and ``lat``."""
    if not isinstance(feature, dict):
        return feature
    record = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        position = geometry.get("coordinates")
        if isinstance(position, list) and len(position) >= 2:
            record |= {"lon": position[0], "lat": position[1]}
    return record


def _items(path: Path, items: list[Any]) -> pl.DataFrame:
    if not all(isinstance(item, dict) for item in items):
        _unreadable(path, "one of its records is not an object", "every record must be an object of named values")
    names = list(dict.fromkeys(str(name).strip() for item in items for name in item))
    columns = {name: [_text(item.get(name)) for item in items] for name in names}
    return _table(columns, names, list(range(1, len(items) + 1)))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else str(value)


_READERS: dict[str, Callable[[Path, bytes], Rows]] = {
    ".csv": _read_separated,
    ".tsv": _read_separated,
    ".txt": _read_separated,
    ".xlsx": _read_xlsx,
    ".json": _read_json,
    ".geojson": _read_json,
    ".ndjson": _read_ndjson,
    ".jsonl": _read_ndjson,
}
