"""KML and KMZ: placemarks as rows. Nothing that such a file refers to is followed, and it may define nothing."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from geodata.readers.chunks import Contents, Piece, Record, as_pieces, from_records
from geodata.readers.limits import DEEPEST, LARGEST_RECORD, MB, MOST_COLUMNS, unreadable
from geodata.readers.zip_guard import members

_PIECE = 64 * 1024
_PLAIN = frozenset(["name", "description", "address", "Snippet"])
_SPACE = " "
_NAMESPACES = ("http://www.opengis.net/kml/", "http://earth.google.com/kml/")


def prepare() -> None:
    """Load nothing more before the process is sealed."""


def batches(path: Path) -> Iterator[Piece]:
    """Yield the placemarks of a KML or KMZ file, for a process that reads one file."""
    return as_pieces((read_kmz if path.suffix.lower() == ".kmz" else read_kml)(path))


def read_kml(path: Path) -> Contents:
    """Read the placemarks of a KML file.

    Columns are ``lon``, ``lat``, ``folder``, ``name``, ``description``, ``time``, ``time_end`` and its extended data.

    Raises
    ------
    UnreadableFile
    """
    return from_records(path.name, lambda: _placemarks(path.name, _pieces(path)))


def read_kmz(path: Path) -> Contents:
    """Read the placemarks of the first KML file of an archive.

    Raises
    ------
    UnreadableFile
    """
    chosen = chosen_of(path)
    return from_records(path.name, lambda: _placemarks(path.name, _unpacked(path, chosen)))


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a KML file, or of the one that is read of a KMZ archive.

    Raises
    ------
    UnreadableFile
    """
    return _unpacked(path, chosen_of(path)) if path.suffix.lower() == ".kmz" else _pieces(path)


def chosen_of(path: Path) -> str:
    """Return the name of the KML file that is read of an archive.

    Raises
    ------
    UnreadableFile
        If it holds none.
    """
    names = [member.filename for member in members(path, "a KMZ archive")]
    inner = sorted((name for name in names if name.lower().endswith(".kml")), key=lambda name: name.count("/"))
    if not inner:
        unreadable(path.name, "it holds no .kml file", "a KMZ archive must hold one")
    return "doc.kml" if "doc.kml" in inner else inner[0]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _unpacked(path: Path, name: str) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            while piece := file.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        unreadable(path.name, f"{name[:80]!r} in it cannot be unpacked", "an archive must be whole")


def _placemarks(file: str, pieces: Iterator[bytes]) -> Iterator[Record]:
    reader = Placemarks(file)
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.feed(b"", final=True)


class Placemarks:
    """Collects placemarks while Expat goes through a file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._path: list[str] = []
        self._folders: dict[int, str] = {}
        self._done: list[Record] = []
        self.record: Record | None = None
        self._points: list[str] = []
        self._key = ""
        self._text: list[str] = []
        self._size = 0
        self._known = False
        self._parser = expat.ParserCreate(namespace_separator=_SPACE)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._forbidden
        self._parser.EntityDeclHandler = self._forbidden
        self._parser.ExternalEntityRefHandler = self._forbidden
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, part: bytes, *, final: bool = False) -> list[Record]:
        """Take some bytes and return the placemarks that they complete."""
        try:
            self._parser.Parse(part, final)
        except (expat.ExpatError, LookupError, ValueError) as error:
            unreadable(self.file, f"it is not KML ({error})", "KML must be well-formed XML")
        done, self._done = self._done, []
        return done

    def _forbidden(self, *_: object) -> int:
        unreadable(self.file, "it defines entities or a document type", "KML may define nothing and refer to nothing")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._local(tag)
        self._path.append(name)
        if len(self._path) > DEEPEST:
            unreadable(self.file, "it is nested too deep", f"KML may be nested {DEEPEST} times")
        self._text, self._size = [], 0
        if name == "Placemark":
            self.record, self._points = {"lon": None, "lat": None}, []
            folders = [self._folders[depth] for depth in sorted(self._folders)]
            if folders:
                self.record["folder"] = " / ".join(folders)
            if "id" in attributes:
                self.record["id"] = attributes["id"]
        elif name in ("Data", "SimpleData"):
            self._key = attributes.get("name", "").strip()

    def _local(self, tag: str) -> str:
        space, _, name = tag.rpartition(_SPACE)
        known = name == "kml" and (not space or space.startswith(_NAMESPACES))
        if not self._path and not known:
            unreadable(self.file, f"it begins with {name[:40]!r}", "KML must begin with a kml element")
        return name

    def _characters(self, text: str) -> None:
        self._size += len(text)
        if self._size > LARGEST_RECORD:
            unreadable(self.file, "one of its elements is too long", f"they may hold {LARGEST_RECORD / MB:.0f} MB")
        self._text.append(text)

    def _end(self, _: str) -> None:
        name, text = self._path.pop(), "".join(self._text).strip()
        self._text, self._size = [], 0
        parent = self._path[-1] if self._path else ""
        if self.record is not None:
            self.within_placemark(name, parent, text)
        elif (name, parent) == ("name", "Folder"):
            self._folders[len(self._path)] = text
        elif name == "Folder":
            self._folders.pop(len(self._path) + 1, None)

    def within_placemark(self, name: str, parent: str, text: str) -> None:
        """Take the end of an element of a placemark, with its text."""
        record = self.record
        if record is None:
            return
        if name == "Placemark":
            if len(self._points) == 1:
                record |= _position(self._points[0])
            self._done.append(record)
            self.record = None
        elif name == "coordinates" and parent == "Point":
            self._points.append(text)
        elif parent == "Placemark" and name in _PLAIN:
            record[name.lower()] = text
        elif name == "when" and parent == "TimeStamp":
            record["time"] = text
        elif name in ("begin", "end") and parent == "TimeSpan":
            record["time" if name == "begin" else "time_end"] = text
        elif (name == "value" and parent == "Data") or (name == "SimpleData" and parent == "SchemaData"):
            key = self._key or "value"
            record[f"{key} of the data" if key in record else key] = text
            if len(record) > MOST_COLUMNS:
                unreadable(self.file, "a placemark has too many values", f"at most {MOST_COLUMNS:,} are read")


def _position(text: str) -> dict[str, str]:
    """Return lon and lat of a point; one that holds several places is none."""
    places = [place for place in text.split() if re.match(r"-?[\d.]+,-?[\d.]+", place)]
    if len(places) > 1:
        return {"lat": f"not a point but {len(places)} places"}
    return dict(zip(("lon", "lat"), text.split(",")[:2], strict=False))
