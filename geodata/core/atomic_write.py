"""Files that stand whole or not at all: written beside their place and moved into it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE

import polars as pl

from geodata.core.errors import WrongValue

_PROOF = re.compile(rb"(?:[0-9a-f]{64}\n){1,2}")
_UNSAID = "transport error"
_PROBE = 1 << 20
_OF_THE_SYSTEM = re.compile(r"\(os error (\d+)\)")


@contextmanager
def whole(path: Path, *, proven: bool = False) -> Iterator[Path]:
    """Give a place to write a file, which then takes the name ``path``; what fails leaves nothing behind.

    Parameters
    ----------
    path : Path
    proven : bool
        Write the SHA-256 beside it, so that ``as_written`` can tell.

    Raises
    ------
    OSError
        If there is no room or right; also where polars says so in an error of its own.
    """
    part = path.parent / f".{os.urandom(8).hex()}.part"
    try:
        with system_errors():
            yield part
        if proven:
            _prove(path, path, part)
        part.replace(path)
        if proven:
            _prove(path, path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def as_written(path: Path) -> bool | None:
    """Tell whether a file is as it was written, None where nothing says how that was."""
    try:
        proof = proof_of(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return False
    return _PROOF.fullmatch(proof) is not None and _sha256(path).encode() in proof.split()


def vouch(path: Path) -> None:
    """Take a file for as it should be, whoever wrote it.

    Raises
    ------
    OSError
        If there is no room or right.
    """
    _prove(path, path)


def proof_of(path: Path) -> Path:
    """Return where the SHA-256 of a file stands."""
    return path.parent / f".{path.name}.sha256"


def _prove(path: Path, *files: Path) -> None:
    """Write down the SHA-256 of what may stand at a path: while it is replaced, of the file before and of the new."""
    digests = [f"{_sha256(file)}\n" for file in files if file.exists()]
    with whole(proof_of(path)) as part:
        part.touch(mode=S_IMODE(files[-1].stat().st_mode))
        part.write_text("".join(digests), encoding="utf-8")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


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
