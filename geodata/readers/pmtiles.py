"""Tiles of pictures out of a PMTiles archive on the own disk, one at a time; nothing else of such a file is read.

Source: the PMTiles specification, version 3 (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md). The
parser is a few loops over bytes with bounds, and hands a tile on as it lies there: nothing in it is unpacked here.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geodata.readers.limits import MB, unreadable

_HEADER = 127
_LARGEST_DIRECTORY, _LARGEST_UNPACKED, _LARGEST_TILE = 4 * MB, 32 * MB, 4 * MB
_DEEPEST = 4
_MOST_ZOOM = 26
_PLAIN, _GZIP = 1, 2
_PICTURES = {2: "image/png", 3: "image/jpeg", 4: "image/webp"}
_RULE = "a layer of tiles is a PMTiles archive (version 3) of PNG, JPEG or WebP"


@dataclass(frozen=True, slots=True)
class Archive:
    """What the head of an archive says.

    Attributes
    ----------
    path : Path
    media : str
        Type of its tiles.
    least_zoom, most_zoom : int
    """

    path: Path
    media: str
    least_zoom: int
    most_zoom: int
    root: tuple[int, int]
    leaves: int
    tiles: int
    packed: bool

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, None where there is none.

        Raises
        ------
        UnreadableFile
            If the archive is damaged there.
        """
        if not (self.least_zoom <= zoom <= self.most_zoom and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return None
        wanted, place = tile_id(zoom, x, y), self.root
        for _ in range(_DEEPEST):
            ids, runs, lengths, offsets = _directory(self.path, _state(self.path), place, packed=self.packed)
            at = bisect_right(ids, wanted) - 1
            if at < 0 or (runs[at] and wanted >= ids[at] + runs[at]):
                return None
            if runs[at]:
                return _part(self.path, self.tiles + offsets[at], lengths[at], _LARGEST_TILE)
            place = (self.leaves + offsets[at], lengths[at])
        return None


def archive_of(path: Path) -> Archive:
    """Return an archive of pictures.

    Raises
    ------
    UnreadableFile
        If it is none.
    """
    try:
        head = _part(path, 0, _HEADER, _HEADER)
    except OSError as error:
        unreadable(path.name, f"it cannot be opened ({error.strerror})", "a file must exist and be readable")
    if head[:8] != b"PMTiles\x03":
        unreadable(path.name, "it does not begin as PMTiles do", _RULE)
    numbers = [int.from_bytes(head[at : at + 8], "little") for at in range(8, 72, 8)]
    inner, outer, kind, least, most = head[97], head[98], head[99], head[100], head[101]
    if kind not in _PICTURES:
        unreadable(path.name, "its tiles are no pictures", _RULE)
    if inner not in (_PLAIN, _GZIP) or outer not in (0, _PLAIN) or not least <= most <= _MOST_ZOOM:
        unreadable(path.name, "it is packed in an unusual way", _RULE)
    root, leaves, tiles = (numbers[0], numbers[1]), numbers[4], numbers[6]
    found = Archive(path, _PICTURES[kind], least, most, root, leaves, tiles, inner == _GZIP)
    _directory(path, _state(path), root, packed=found.packed)
    return found


def tile_id(zoom: int, x: int, y: int) -> int:
    """Return the number of a tile: those of lower zooms first, within one along a Hilbert curve.

    Examples
    --------
    >>> [tile_id(0, 0, 0), tile_id(1, 0, 0), tile_id(1, 0, 1), tile_id(1, 1, 1), tile_id(1, 1, 0), tile_id(2, 0, 0)]
    [0, 1, 2, 3, 4, 5]
    >>> tile_id(12, 3423, 1763)
    19078479
    """
    found = ((1 << 2 * zoom) - 1) // 3
    for level in range(zoom - 1, -1, -1):
        side = 1 << level
        right, down = int(bool(x & side)), int(bool(y & side))
        found += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
    return found


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _part(path: Path, start: int, length: int, most: int) -> bytes:
    """Return some bytes of a file; refuse what is too long or beyond its end."""
    if length > most or start + length > path.stat().st_size:
        unreadable(path.name, "it is cut off, or points beyond its end", "an archive must be whole")
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


@lru_cache(maxsize=64)
def _directory(
    path: Path, _: tuple[int, int], place: tuple[int, int], *, packed: bool
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the ids, run lengths, lengths and offsets of a directory's entries."""
    content = _part(path, *place, _LARGEST_DIRECTORY)
    try:
        if packed:
            content = zlib.decompressobj(31).decompress(content, _LARGEST_UNPACKED)
        numbers = _numbers(content)
        count = next(numbers)
        if count > len(content):
            unreadable(path.name, "its directory claims more than it holds", "an archive must be whole")
        ids, at = [], 0
        for _number in range(count):
            at += next(numbers)
            ids.append(at)
        runs, lengths = ([next(numbers) for _number in range(count)] for _column in range(2))
        offsets: list[int] = []
        for number in range(count):
            stated = next(numbers)
            offsets.append(stated - 1 if stated else offsets[-1] + lengths[number - 1])
    except (zlib.error, ValueError, IndexError, StopIteration):
        unreadable(path.name, "its directory cannot be read", "an archive must be whole")
    return ids, runs, lengths, offsets


def _numbers(content: bytes) -> Iterator[int]:
    """Yield numbers of seven bits a byte, the lowest first."""
    value = shift = 0
    for octet in content:
        value |= (octet & 127) << shift
        shift += 7
        if octet < 128:
            yield value
            value = shift = 0
