"""Archives of any files: every member that a reader knows is looked at, and becomes a part like a sheet of a workbook.

Members are copied one at a time into a folder of their own, under a name that we give, and read by the reader of their
ending. Hidden members are passed over, archives within an archive are not opened.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

import polars as pl

from geodata.core.errors import UnreadableFile
from geodata.core.messages import sentence
from geodata.readers.chunks import ROW, Chunk, Contents, Part
from geodata.readers.limits import one_line, unreadable
from geodata.readers.zip_guard import members

Reader = Callable[[Path, Sequence[str]], Contents]

_MOST = 100
"""Members that are looked at."""
_NAMED = 5
"""Members that a sentence names."""
_PIECE = 1 << 20
_HIDDEN = re.compile(r"(?i)(?:^|/)(?:__MACOSX/|\.|~\$|thumbs\.db$|desktop\.ini$)")
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_SHAPE = ".shp"
_BESIDE_A_SHAPE = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".shp.xml", ".fix", ".qmd", ".qml")


@dataclass(frozen=True, slots=True)
class _Found:
    """What one part of a member holds: ``inner`` is the name of its sheet or layer, "" where it has none.

    ``member`` is None for the Shapefiles of the archive, which are read where they lie.
    """

    member: str | None
    inner: str
    part: Part
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """What an archive holds: parts that can be read, and sentences about members that cannot, by name of the member."""

    found: tuple[_Found, ...]
    unfit: dict[str, str]
    notes: tuple[str, ...]


def holds_shapefiles_alone(path: Path, endings: Sequence[str]) -> bool:
    """Tell whether an archive holds a Shapefile and no other file that a reader knows.

    Raises
    ------
    UnreadableFile
        If the archive is beyond bounds.
    """
    names = _names(path)
    return any(name.lower().endswith(_SHAPE) for name in names) and not any(_ending(name, endings) for name in names)


def read_archive(path: Path, wanted: Sequence[str], endings: Sequence[str], read: Reader, shapes: Reader) -> Contents:
    """Read members of an archive.

    Parameters
    ----------
    path : Path
    wanted : sequence of str
        Names of parts as ``Contents.parts`` has them, or of members for all of their sheets; by default the first.
    endings : sequence of str
        Of members that ``read`` knows.
    read, shapes : callable
        Read a file with the wanted sheets or layers of it; ``shapes`` the Shapefiles of the archive itself.

    Raises
    ------
    UnreadableFile
        If the archive is beyond bounds, or holds nothing that can be read.
    """
    state = path.stat()
    look = _looked_at(path, (state.st_size, state.st_mtime_ns), tuple(endings), read, shapes)
    chosen = _chosen(path.name, look, wanted)
    columns = tuple(dict.fromkeys(column for one in chosen for column in one.part.columns))
    notes = [*look.notes, *(note for one in chosen for note in one.notes)]
    if len(look.found) == 1:
        notes.insert(0, sentence("Read from the archive: {member!r}.", member=look.found[0].part.name))
    chunks = _chunks(path, chosen, columns, endings, read, shapes)
    return Contents(columns, chunks, tuple(dict.fromkeys(notes)), tuple(one.part for one in look.found))


def _names(path: Path) -> list[str]:
    """Return the names of the members that are files and not hidden."""
    return [
        one.filename for one in members(path, "a zip archive") if not one.is_dir() and not _HIDDEN.search(one.filename)
    ]


def _ending(name: str, endings: Sequence[str]) -> str:
    """Return the ending of a member that a reader knows, "" where none does."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in endings and suffix not in _ARCHIVES else ""


@lru_cache(maxsize=4)
def _looked_at(path: Path, _: tuple[int, int], endings: tuple[str, ...], read: Reader, shapes: Reader) -> _Look:
    """Look at every member of an archive; its size and time of change tell it from another one of its name."""
    names = _names(path)
    known = [name for name in names if _ending(name, endings)]
    shaped = [name for name in names if name.lower().endswith(_SHAPE)]
    if len(known) > _MOST:
        unreadable(path.name, f"it holds {len(known):,} files to be read", f"an archive may hold {_MOST} of them")
    twice = next((name for name in known if known.count(name) > 1), None)
    if twice is not None:
        unreadable(path.name, f"it holds {one_line(twice, 80)!r} twice", "every file of an archive needs its own name")
    found: list[_Found] = []
    unfit: dict[str, str] = {}
    for name in known:
        try:
            found += _parts(path, name, endings, read)
        except UnreadableFile as error:
            unfit[name] = f"{error.what}; {error.rule}"
    if shaped:
        try:
            found += _shaped(path, shapes)
        except UnreadableFile as error:
            unfit[shaped[0]] = f"{error.what}; {error.rule}"
    if not found:
        _nothing(path.name, names, unfit)
    return _Look(tuple(found), unfit, tuple(_left_out(names, [*known, *shaped], unfit)))


def _parts(path: Path, name: str, endings: Sequence[str], read: Reader) -> Iterator[_Found]:
    """Yield the parts of one member, each with its rows; all of it is gone through, so that no fault shows later."""
    with _unpacked(path, name, endings) as file:
        contents = read(file, ())
        notes = tuple(sentence("{member!r}: {said}", member=name, said=note) for note in contents.notes)
        if not contents.parts:
            rows = sum(chunk.table.height + len(chunk.misfits) for chunk in contents.chunks)
            yield _Found(name, "", Part(name, contents.columns, rows), notes)
            return
        for part in contents.parts:
            full = name if len(contents.parts) == 1 else f"{name}: {part.name}"
            columns = contents.columns if len(contents.parts) == 1 else part.columns
            yield _Found(name, part.name, Part(full, columns, part.rows, part.hidden, part.from_1904), notes)


def _shaped(path: Path, shapes: Reader) -> Iterator[_Found]:
    contents = shapes(path, ())
    for part in contents.parts:
        columns = contents.columns if len(contents.parts) == 1 else part.columns
        yield _Found(None, part.name, Part(part.name, columns, part.rows, part.hidden), contents.notes)


def _nothing(file: str, names: list[str], unfit: dict[str, str]) -> None:
    """Refuse an archive of which nothing can be read."""
    if unfit:
        name, why = next(iter(unfit.items()))
        what, _, rule = why.partition("; ")
        unreadable(file, f"{one_line(name, 80)!r} in it cannot be read ({one_line(what, 200)})", rule)
    if names and all(name.lower().endswith(_ARCHIVES) for name in names):
        unreadable(file, "it holds archives alone", "an archive within an archive is not opened")
    unreadable(file, "it holds no file that is read", "a .zip must hold a Shapefile or other files that are read")


def _left_out(names: list[str], tried: list[str], unfit: dict[str, str]) -> Iterator[str]:
    """Yield sentences about members that cannot be read."""
    for name, why in unfit.items():
        yield sentence("{member!r} cannot be read and was left out: {why}.", member=one_line(name, 80), why=why)
    stems = [name[: -len(_SHAPE)].lower() for name in tried if name.lower().endswith(_SHAPE)]
    beside = {f"{stem}{ending}" for stem in stems for ending in _BESIDE_A_SHAPE}
    rest = [name for name in names if name not in tried and name.lower() not in beside]
    nested = [name for name in rest if name.lower().endswith(_ARCHIVES)]
    other = [name for name in rest if name not in nested]
    if nested:
        yield sentence("Archives within the archive are not opened: {members}.", members=_listed(nested))
    if other:
        yield sentence("Of no kind that is read, left out: {members}.", members=_listed(other))


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(one_line(name, 80)) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} +{len(names) - _NAMED:,}"


def _chosen(file: str, look: _Look, wanted: Sequence[str]) -> list[_Found]:
    if not wanted:
        return [next((one for one in look.found if not one.part.hidden), look.found[0])]
    chosen: list[_Found] = []
    for name in wanted:
        fitting = [one for one in look.found if name in (one.part.name, one.member)]
        if not fitting and name in look.unfit:
            what, _, rule = look.unfit[name].partition("; ")
            unreadable(file, f"{one_line(name, 80)!r} in it cannot be read ({what})", rule)
        if not fitting:
            there = ", ".join(repr(one.part.name) for one in look.found)
            unreadable(file, f"it has no file or layer {name[:80]!r}", f"it holds {there[:200]}")
        chosen += (one for one in fitting if one not in chosen)
    return chosen


def _chunks(
    path: Path, chosen: list[_Found], columns: tuple[str, ...], endings: Sequence[str], read: Reader, shapes: Reader
) -> Iterator[Chunk]:
    """Yield the rows of parts, a member at a time, under the same columns."""
    for member in dict.fromkeys(one.member for one in chosen):
        own = {one.inner: one.part.name for one in chosen if one.member == member}
        inner = [name for name in own if name]
        if member is None:
            yield from (_fitted(chunk, columns, own[chunk.part]) for chunk in shapes(path, inner).chunks)
            continue
        with _unpacked(path, member, endings) as file:
            for chunk in read(file, inner).chunks:
                yield _fitted(chunk, columns, own[chunk.part])


def _fitted(chunk: Chunk, columns: tuple[str, ...], part: str) -> Chunk:
    table = chunk.table
    cells = (pl.col(name) if name in table.columns else pl.lit(None, pl.String).alias(name) for name in columns)
    return Chunk(table.select(*cells, pl.col(ROW)), chunk.misfits, part)


@contextmanager
def _unpacked(path: Path, name: str, endings: Sequence[str]) -> Iterator[Path]:
    """Give a member as a file of its own, under our name, for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="routes-") as folder:
        file = Path(folder) / f"member{_ending(name, endings)}"
        try:
            with zipfile.ZipFile(path) as archive, archive.open(name) as packed, file.open("xb") as target:
                while piece := packed.read(_PIECE):
                    target.write(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
            unreadable(path.name, "it cannot be unpacked", "an archive must be whole")
        yield file
