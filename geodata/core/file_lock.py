"""Doors: a folder that one process of this machine holds at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Hold a folder, made where there is none, for the time of the block; who holds it and ends lets go of it.

    Raises
    ------
    OSError
        If the folder can neither be made nor opened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    door = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)
