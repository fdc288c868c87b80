"""What a file may hold before it is refused: every limit of the readers, and the one sentence that tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from geodata.core.errors import UnreadableFile

PART, PARTS = "_part", b"parts"
"""The column that names the sheet or layer of a batch, and the metadata that lists all of them."""
MB = 2**20
LARGEST_FILE = 512 * MB
"""Of workbooks, documents and map files, which have to be unpacked or opened as a whole."""
LARGEST_STREAM = 4096 * MB
"""Of formats that are read row by row: CSV, NDJSON, Parquet."""
LARGEST_UNPACKED = 2048 * MB
HIGHEST_RATIO = 200
"""Unpacked bytes of an archive for each packed byte."""
MOST_MEMBERS = 10_000
"""Files within one archive."""
MOST_COLUMNS = 2_000
MOST_MISFITS = 100_000
"""Rows of one file whose number of cells differs from the header's."""
LARGEST_RECORD = 4 * MB
"""One row of separated text, or one element of KML."""
LARGEST_OBJECT = 2 * MB
"""One record of JSON, with all vertices of its shape."""
LONGEST_CELL = 1_000_000
"""Bytes of UTF-8."""
LONGEST_NAME = 1_000
"""Characters in the name of a column."""
DEEPEST = 64
"""Levels of JSON within JSON, or XML within XML."""
CHUNK_ROWS = 100_000
CHUNK_CELLS = 2_500_000
CHUNK_BYTES = 64 * MB


def unreadable(file: str, what: str, rule: str) -> NoReturn:
    """Refuse a file in one sentence.

    Raises
    ------
    UnreadableFile
    """
    raise UnreadableFile(one_line(what), rule=rule, where=one_line(file)) from None


def one_line(text: str, longest: int = 300) -> str:
    """Return text fit for a sentence: no line breaks or control characters, cut where it is too long."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 2 * longest]).split())
    return words if len(words) <= longest else f"{words[:longest]}..."


def within_size(path: Path, largest: int) -> None:
    """Refuse a file that is larger than its format may be.

    Raises
    ------
    UnreadableFile
    """
    size = path.stat().st_size
    if size > largest:
        unreadable(path.name, f"{size / MB:.0f} MB", f"files of this kind may hold {largest / MB:.0f} MB")


def header(file: str, cells: list[str], taken: str) -> list[str]:
    """Return usable names of columns: blank ones get a number, those that mean something to us a longer name.

    Parameters
    ----------
    file : str
    cells : list of str
        As the file has them.
    taken : str
        The name that we use for the number of a row.

    Raises
    ------
    UnreadableFile
        If a name stands twice, because a value would be lost, or there are too many.
    """
    if len(cells) > MOST_COLUMNS:
        unreadable(file, f"it has {len(cells):,} columns", f"at most {MOST_COLUMNS:,} are read")
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1)]
    names = [f"{name} of the file" if name in (taken, PART) or _is_pattern(name) else name for name in names]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            unreadable(file, f"column {name[:80]!r} stands twice", "every column needs a name of its own")
        if len(name) > LONGEST_NAME or any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in name):
            unreadable(file, "the name of a column is no name", f"names may hold {LONGEST_NAME:,} whole characters")
        seen.add(name)
    return names


def _is_pattern(name: str) -> bool:
    """Tell whether polars would take a name for a pattern that stands for other columns."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))
