"""Files that stand whole or not at all: written beside their place and moved into it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from geodata.core.errors import WrongValue

_UNSAID = "transport error"
_PROBE = 1 << 20
_OF_THE_SYSTEM = re.compile(r"\(os error (\d+)\)")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place to write a file, which then takes the name ``path``; what fails leaves nothing behind.

    Raises
    ------
    OSError
        If there is no room or right; also where polars says so in an error of its own.
    """
    part = path.parent / f".{os.urandom(8).hex()}.part"
    try:
        with system_errors():
            yield part
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextmanager
def handed_over(path: Path) -> Iterator[Path]:
    """Do the same for a file that a person asked for.

    Raises
    ------
    WrongValue
        If it cannot be written.
    """
    try:
        with whole(path) as part:
            yield part
    except OSError as error:
        raise WrongValue(
            f"it cannot be written ({error.strerror or error})",
            rule="the folder must exist and be writable",
            done="nothing was written",
            where=str(path),
        ) from None


@contextmanager
def system_errors(path: Path | None = None) -> Iterator[None]:
    """Raise what polars reports of the operating system as the ``OSError`` that it is, with its number.

    Parameters
    ----------
    path : Path, optional
        What is written. Where polars says only that it could not write, some bytes are written there to learn why.
    """
    try:
        yield
    except (pl.exceptions.ComputeError, OSError) as error:
        failed = _OF_THE_SYSTEM.search(str(error))
        if failed is None:
            if path is not None and _UNSAID in str(error):
                path.write_bytes(bytes(_PROBE))
            raise
        number = int(failed[1])
        raise OSError(number, os.strerror(number)) from None
