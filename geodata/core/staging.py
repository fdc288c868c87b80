"""The spool: where a body on its way in lies while it is taken in, and where nothing is left behind.

Every body has a room of its own, ``spool/<random>/`` in the workspace, so that it can keep its name. Whoever uses a
room holds a lock on it, which the operating system takes back when the process ends, however it ends: the next one who
asks for a room clears those that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geodata.core.errors import RoutesError
from geodata.core.file_lock import exclusive_lock

FOLDER = "spool"
DONE, REFUSED = "done", "refused"
"""Where a watched folder puts what was settled."""


class UnwritableWorkspace(RoutesError):
    """The workspace cannot be written: no room, no right, or no such place."""


@contextmanager
def room(home: Path) -> Iterator[Path]:
    """Give an empty folder in the workspace for the time of the block.

    Raises
    ------
    UnwritableWorkspace
        If the workspace does not take it.
    """
    try:
        path, lock = _opened(home / FOLDER)
    except OSError as error:
        raise unwritable(home, error) from None
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def unwritable(home: Path, error: OSError) -> UnwritableWorkspace:
    """Return what to say when the workspace does not take a file."""
    return UnwritableWorkspace(
        f"it cannot be written ({error.strerror or error})",
        rule="the workspace must be writable and have room",
        where=str(home),
    )


def _opened(spool: Path) -> tuple[Path, int]:
    """Return a new room and the descriptor that holds its lock. One process at a time clears and opens."""
    with exclusive_lock(spool):
        for left in spool.iterdir():
            _clear(left)
        path = Path(tempfile.mkdtemp(dir=spool))
        return path, _locked(path)


def _clear(left: Path) -> None:
    """Remove a room that nobody holds."""
    with suppress(OSError):
        os.close(_locked(left))
        shutil.rmtree(left, ignore_errors=True)


def _locked(path: Path) -> int:
    """Return a descriptor that holds the lock of a room; raise ``BlockingIOError`` if another holds it."""
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
