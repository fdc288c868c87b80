"""JSON, NDJSON and GeoJSON, record by record: a document is never held as a whole.

Numbers stay the text that they were. A GeoJSON feature becomes a flat record of its properties; a point becomes ``lon``
and ``lat``, and any other geometry leaves them empty, so that its row is refused like every other without a place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import polars as pl

from geodata.readers.chunks import Chunk, Contents, Record, from_records
from geodata.readers.encoding import Text
from geodata.readers.limits import DEEPEST, LARGEST_OBJECT, MB, one_line, unreadable
from geodata.readers.point_geometry import DEGREES, in_degrees, system_named

_BLANK = " \t\r\n\x1e"
"""The last begins a record of a GeoJSON text sequence."""
_BLANKS = re.compile(f"[{_BLANK}]*")


def read_document(text: Text) -> Contents:
    """Read a list of objects, an object that holds one such list, or a GeoJSON FeatureCollection.

    Raises
    ------
    UnreadableFile
    """
    return _read(text, _is_lines(text))


def read_lines(text: Text) -> Contents:
    """Read one JSON object a line; GeoJSON features too.

    Raises
    ------
    UnreadableFile
    """
    return _read(text, lines=True)


def _read(text: Text, lines: bool) -> Contents:
    document = _Document(text)
    file = text.path.name
    contents = from_records(file, document.lines if lines else document.records, written)
    if not document.features:
        return contents
    if not {"lon", "lat"} <= set(contents.columns):
        unreadable(file, "its features are lines or areas (polygons), not points", "incidents are read from points")
    if document.system == DEGREES:
        return contents
    chunks = (Chunk(_moved(file, chunk.table, document.system)) for chunk in contents.chunks)
    return Contents(contents.columns, chunks, (f"Its points were moved from {document.system} to WGS 84.",))


def _moved(file: str, table: pl.DataFrame, system: str) -> pl.DataFrame:
    east, north = (table[name].cast(pl.Float64, strict=False).to_numpy() for name in ("lon", "lat"))
    places = zip(("lon", "lat"), in_degrees(file, system, east, north), strict=True)
    return table.with_columns(pl.Series(name, place, nan_to_null=True).cast(pl.String) for name, place in places)


class _Number(str):
    """A number as it is written, to tell it from text within lists and objects."""

    __slots__ = ()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one in which a name stands twice would lose a value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {one_line(twice, 60)!r} stands twice in one object")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_no_constant, object_pairs_hook=_once
)


def _is_lines(text: Text) -> bool:
    """Tell whether a file holds one object a line, whatever its name says."""
    pieces = text.characters()
    start = next(pieces, "").lstrip(_BLANK)
    first, _, rest = start.partition("\n")
    if not first.startswith("{") or not rest.lstrip(_BLANK).startswith("{"):
        return False
    try:
        return isinstance(_DECODER.decode(first.strip(_BLANK)), dict)
    except (ValueError, RecursionError):
        return False


class _Document:
    """The records of one file, and what its FeatureCollection says of all of them."""

    def __init__(self, text: Text) -> None:
        self.text, self.file = text, text.path.name
        self.features = False
        self.system = DEGREES

    def records(self) -> Iterator[Record]:
        """Yield the records of a document, one after another."""
        window = Window(self.text)
        opening = window.peek()
        if opening == "[":
            yield from self._list(window)
        elif opening == "{":
            yield from self._object(window)
        else:
            window.refuse("it is not JSON", "JSON must be a list of objects or a FeatureCollection")
        if window.peek():
            window.refuse("something follows its end", "JSON must follow RFC 8259")

    def lines(self) -> Iterator[Record]:
        """Yield the records of a file that holds one object a line."""
        number = 0
        for number, line in enumerate(_lines(self.text), start=1):
            record = line.strip(_BLANK)
            if not record:
                continue
            try:
                item, end = _DECODER.raw_decode(record)
                if end < len(record):
                    raise ValueError("something follows the object")  # noqa: TRY301 - one refusal for all faults
            except (ValueError, RecursionError) as error:
                reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
                unreadable(self.file, f"line {number} is not JSON ({reason})", "every line must be one JSON object")
            yield self._flat(item)

    def _object(self, window: Window) -> Iterator[Record]:
        found = False
        window.take("{")
        closing = window.peek() == "}"
        while not closing:
            name = window.value()
            window.take(":")
            if window.peek() == "[" and window.begins_list_of_objects():
                if found:
                    window.refuse("it holds two lists of records", "JSON must hold one list of objects")
                found = True
                yield from self._list(window)
            else:
                self._member(name, window.value())
            closing = window.peek() == "}"
            if not closing:
                window.take(",")
        window.take("}")
        if not found:
            unreadable(
                self.file, "it holds no list of records", "JSON must be a list of objects or a FeatureCollection"
            )

    def _member(self, name: Any, value: Any) -> None:
        if name == "crs" and value is not None:
            self.system = system_named(self.file, _crs_name(value))

    def _list(self, window: Window) -> Iterator[Record]:
        window.take("[")
        closing = window.peek() == "]"
        while not closing:
            yield self._flat(window.value())
            closing = window.peek() == "]"
            if not closing:
                window.take(",")
        window.take("]")

    def _flat(self, item: Any) -> Record:
        if not isinstance(item, dict):
            unreadable(
                self.file, "one of its records is not an object", "every record must be an object of named values"
            )
        if item.get("type") == "Feature" and "geometry" in item:
            self.features = True
            item = _flattened(item)
        record: Record = item
        return record


def _crs_name(value: Any) -> str:
    properties = value.get("properties") if isinstance(value, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return str(name or "a system without a name")


def _flattened(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature as one flat record; values that a place would hide get a longer name."""
    properties = feature.get("properties")
    record = dict(properties) if isinstance(properties, dict) else {}
    for name in ("lon", "lat"):
        if name in record:
            record[f"{name} of the properties"] = record.pop(name)
    if "id" in feature and "id" not in record:
        record["id"] = feature["id"]
    position = _position(feature["geometry"])
    shape = feature["geometry"].get("type") if isinstance(feature["geometry"], dict) else None
    if not position and isinstance(shape, str) and shape not in ("Point", "MultiPoint"):
        return record | {"lat": f"not a point but a {one_line(shape, 40)}"}
    return record | dict(zip(("lon", "lat"), position[:2], strict=False))


def _position(geometry: Any) -> list[Any]:
    """Return the position of a point, also where it is the only one of a MultiPoint; otherwise an empty list."""
    if not isinstance(geometry, dict):
        return []
    position = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(position, list) and len(position) == 1:
        position = position[0]
    elif geometry.get("type") != "Point":
        return []
    return position if isinstance(position, list) and len(position) >= 2 else []


def written(value: Any, depth: int = 0) -> str:
    """Return a value as JSON, its numbers as they were written."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        inner = (f"{json.dumps(key, ensure_ascii=False)}: {written(part, depth + 1)}" for key, part in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{', '.join(written(part, depth + 1) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _lines(text: Text) -> Iterator[str]:
    """Yield the lines of a text, without ever holding more than one that is too long."""
    left = ""
    for piece in text.characters():
        *whole, left = (left + piece).split("\n")
        yield from whole
        if len(left) > LARGEST_OBJECT:
            unreadable(text.path.name, "one line has no end", f"records may hold {LARGEST_OBJECT / MB:.0f} MB")
    yield left


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


class Window:
    """A part of a document, moved on as it is read: value by value, or into objects and lists that may be large."""

    def __init__(self, text: Text) -> None:
        self.file = text.path.name
        self._pieces = text.characters()
        self._text, self._at = "", 0

    def peek(self) -> str:
        """Return the next character that is not blank; empty at the end."""
        while True:
            self._at = _after_blanks(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def take(self, letter: str) -> None:
        """Pass over one expected character."""
        if self.peek() != letter:
            self.refuse(f"it is not JSON ({letter!r} was expected)", "JSON must follow RFC 8259")
        self._at += 1

    def begins_list_of_objects(self) -> bool:
        """Tell whether the list that comes next begins with an object."""
        while True:
            inner = _after_blanks(self._text, self._at + 1)
            if inner < len(self._text) or not self._fill():
                return self._text[inner : inner + 1] == "{"

    def value(self) -> Any:
        """Return the value that comes next."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                self.refuse("it is nested too deep", f"JSON may be nested {DEEPEST} times")
            except ValueError as error:
                if len(self._text) - self._at > LARGEST_OBJECT:
                    self.refuse(
                        "one of its records is broken or too large", f"records may hold {LARGEST_OBJECT / MB:.0f} MB"
                    )
                if not self._fill():
                    self.refuse(f"it is not JSON ({error})", "JSON must follow RFC 8259")
                while len(self._text) - self._at <= LARGEST_OBJECT and self._fill():
                    pass  # as much as any record may need, so that none is tried many times
                continue
            if end - self._at > LARGEST_OBJECT:
                self.refuse("one of its records is too large", f"records may hold {LARGEST_OBJECT / MB:.0f} MB")
            if end == len(self._text) and self._fill():
                continue  # a number may go on
            self._at = end
            return value

    def members(self) -> Iterator[str]:
        """Yield the names of the object that comes next; whoever asks takes the value of each before the next name."""
        names: set[str] = set()
        self.take("{")
        closing = self.peek() == "}"
        while not closing:
            name = self.value()
            if not isinstance(name, str):
                self.refuse("a name in it is no text", "JSON must follow RFC 8259")
            if name in names:
                self.refuse(f"the name {one_line(name, 60)!r} stands twice in one object", "a value must not be lost")
            names.add(name)
            self.take(":")
            yield name
            closing = self.peek() == "}"
            if not closing:
                self.take(",")
        self.take("}")

    def items(self) -> Iterator[None]:
        """Go through the list that comes next; whoever asks takes each item before the next."""
        self.take("[")
        closing = self.peek() == "]"
        while not closing:
            yield
            closing = self.peek() == "]"
            if not closing:
                self.take(",")
        self.take("]")

    def skip(self, levels: int = 3) -> None:
        """Pass over the value that comes next; down to some levels, its parts may be of any number."""
        opening = self.peek()
        if levels and opening == "[":
            for _ in self.items():
                self.skip(levels - 1)
        elif levels and opening == "{":
            for _ in self.members():
                self.skip(levels - 1)
        else:
            self.value()

    def refuse(self, what: str, rule: str) -> NoReturn:
        """Refuse the file."""
        unreadable(self.file, what, rule)

    def _fill(self) -> bool:
        piece = next(self._pieces, "")
        if piece:
            self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
