"""Readers of files, each file in a process of its own that can do nothing but read it.

Libraries that unpack binary files can be made to take all memory, to crash, or to open what a file names, and text can
be written so that a parser takes hours. So they run apart, sealed by ``geodata.readers.sandbox``, and hand over rows of
text through a pipe.
"""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from geodata.readers.chunks import MISFITS, Piece
from geodata.readers.limits import unreadable
from geodata.readers.reader_process import BROKEN, seconds_for
from geodata.readers.reader_server import Job, ReaderServer

_SERVER = ReaderServer()


def confined(reader: str, path: Path, *options: str) -> Iterator[Piece]:
    """Yield what a reader finds that runs in a sealed process.

    Parameters
    ----------
    reader : str
        A module of this package with a function ``batches(path, *options)``.
    path : Path
    options : str

    Raises
    ------
    UnreadableFile
        In the words of the reader, or that it broke off.
    """
    job = _started(reader, str(path.resolve()), *options)
    try:
        yield from _pieces(job)
        said = job.stderr.read()
        code = job.wait()
    finally:
        job.close()
    if said:
        answer = json.loads(said)
        unreadable(path.name, answer["what"], answer["rule"])
    if code in (-signal.SIGPROF, -signal.SIGXCPU):
        unreadable(path.name, f"it takes more than {seconds_for(path.stat().st_size):.1f} s to read", BROKEN)
    if code != 0:
        unreadable(path.name, "reading it broke off", BROKEN)


def _started(*arguments: str) -> Job:
    return _SERVER.job(*arguments)


def _pieces(job: Job) -> Iterator[Piece]:
    """Yield what comes through the pipe; a process that breaks off ends it early, and its exit code tells."""
    with contextlib.suppress(pa.ArrowInvalid, OSError, StopIteration):
        stream = pa.ipc.open_stream(job.stdout)
        while True:
            batch, told = stream.read_next_batch_with_custom_metadata()
            misfits = json.loads(told[MISFITS]) if told and MISFITS in told else ()
            yield Piece(batch, tuple((int(row), str(text)) for row, text in misfits))
