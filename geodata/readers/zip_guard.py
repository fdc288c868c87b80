"""Archives: what a zip file states of itself, weighed before anything in it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from geodata.readers.limits import HIGHEST_RATIO, LARGEST_UNPACKED, MB, MOST_MEMBERS, unreadable


def members(path: Path, what: str) -> list[zipfile.ZipInfo]:
    """Return the members of an archive whose size, number and names are within bounds.

    Parameters
    ----------
    path : Path
    what : str
        What the file claims to be, for the sentence: ``an Excel workbook``.

    Raises
    ------
    UnreadableFile
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError):
        unreadable(path.name, f"it is not {what}", "such a file is a whole zip archive")
    if len(found) > MOST_MEMBERS:
        unreadable(path.name, f"it holds {len(found):,} files", f"an archive may hold {MOST_MEMBERS:,}")
    unpacked = sum(member.file_size for member in found)
    if unpacked > min(LARGEST_UNPACKED, HIGHEST_RATIO * path.stat().st_size):
        unreadable(
            path.name,
            f"it unpacks to {unpacked / MB:.0f} MB",
            f"at most {LARGEST_UNPACKED / MB:.0f} MB and {HIGHEST_RATIO} times its size",
        )
    for member in found:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            unreadable(path.name, f"it holds {member.filename[:80]!r}", "files of an archive must lie within it")
        if member.flag_bits & 1:
            unreadable(path.name, "it is encrypted", "files must be readable without a password")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            unreadable(path.name, "it is packed in an unusual way", "an archive must be stored or deflated")
    return found
