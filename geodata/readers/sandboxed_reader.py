"""Readers of binary formats, each file in a process of its own that can do nothing but read it.

Libraries that unpack binary files can be made to take all memory, to crash, or to open what a file names. So they run
apart, sealed by ``geodata.readers.sandbox``, and hand over rows of text through a pipe.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from geodata.core.errors import UnreadableFile
from geodata.readers.limits import MB, one_line, unreadable
from geodata.readers.sandbox import seal

_ROOT = Path(__file__).parent.parent.parent
_LEAST_MEMORY, _MEMORY_RATIO, _MOST_MEMORY = 128 * MB, 24, 3072 * MB
_LEAST_SECONDS, _SECONDS_PER_MB, _MOST_SECONDS = 1.2, 0.25, 900.0
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PROJ_NETWORK": "OFF",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "16",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "CPL_LOG": os.devnull,
}
_BROKEN = "a file must be whole, and must not take more to read than its size allows"


def memory_for(size: int) -> int:
    """Return the memory in bytes that reading a file of so many bytes may take."""
    return min(_MOST_MEMORY, _LEAST_MEMORY + _MEMORY_RATIO * size)


def seconds_for(size: int) -> float:
    """Return the seconds of processor time that reading a file of so many bytes may take."""
    return min(_MOST_SECONDS, _LEAST_SECONDS + _SECONDS_PER_MB * size / MB)


def confined(reader: str, path: Path, *options: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a reader that runs in a sealed process.

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
    process = _started(reader, str(path.resolve()), *options)
    try:
        yield from _batches(process)
        said = process.stderr.read() if process.stderr else b""
        code = process.wait()
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    if said:
        answer = json.loads(said)
        unreadable(path.name, answer["what"], answer["rule"])
    if code in (-signal.SIGPROF, -signal.SIGXCPU):
        unreadable(path.name, f"it takes more than {seconds_for(path.stat().st_size):.1f} s to read", _BROKEN)
    if code != 0:
        unreadable(path.name, "reading it broke off", _BROKEN)


def _started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "geodata.readers.sandboxed_reader", *arguments],
        cwd=_ROOT,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _batches(process: subprocess.Popen[bytes]) -> Iterator[pa.RecordBatch]:
    """Yield what comes through the pipe; a process that breaks off ends it early, and its exit code tells."""
    with contextlib.suppress(pa.ArrowInvalid, OSError):
        yield from pa.ipc.open_stream(process.stdout)


def main(reader: str, path: str, *options: str) -> int:
    """Read one file and write its batches to the standard output; what is wrong goes to the standard error."""
    hide_frames()
    answer = os.fdopen(os.dup(2), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    module = importlib.import_module(f"geodata.readers.{reader}")
    size = Path(path).stat().st_size
    module.prepare(*options)
    seal(Path(path), memory_for(size), seconds_for(size))
    try:
        _write(module.batches(Path(path), *options))
    except UnreadableFile as error:
        refusal = {"what": error.what, "rule": error.rule}
    except MemoryError:
        refusal = {"what": f"it takes more than {memory_for(size) / MB:.0f} MB to read", "rule": _BROKEN}
    except BaseException as error:  # noqa: BLE001 - whatever a library raises, a panic too, refuses the file
        refusal = {"what": f"it cannot be read ({one_line(str(error), 120)})", "rule": _BROKEN}
    else:
        return 0
    json.dump(refusal, answer)
    answer.flush()
    return 1


def hide_frames() -> None:
    """Hide libraries that Arrow and GDAL's reader load if they find them: 0.3 s and 80 MB that no reader needs."""
    sys.meta_path.insert(0, _Hidden())


class _Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse to find some packages; others are left to the other finders."""
        if fullname in ("pandas", "geopandas"):
            raise ModuleNotFoundError(fullname, name=fullname)


def _write(batches: Iterator[pa.RecordBatch]) -> None:
    head = next(batches, None)
    if head is None:
        return
    with pa.ipc.new_stream(sys.stdout.buffer, head.schema) as stream:
        stream.write_batch(head)
        for batch in batches:
            stream.write_batch(batch)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
