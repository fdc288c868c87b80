"""What happens in the process that reads one file: it seals itself, reads, writes its rows to a pipe, and ends."""

from __future__ import annotations

import importlib
import importlib.abc
import itertools
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from geodata.core.errors import UnreadableFile
from geodata.readers.chunks import MISFITS, Piece
from geodata.readers.limits import MB, one_line
from geodata.readers.sandbox import seal

_LEAST_MEMORY, _MEMORY_RATIO, _MOST_MEMORY = 128 * MB, 24, 3072 * MB
_LEAST_SECONDS, _SECONDS_PER_MB, _MOST_SECONDS = 1.2, 0.25, 900.0
BROKEN = "a file must be whole, and must not take more to read than its size allows"


def memory_for(size: int) -> int:
    """Return the memory in bytes that reading a file of so many bytes may take."""
    return min(_MOST_MEMORY, _LEAST_MEMORY + _MEMORY_RATIO * size)


def seconds_for(size: int) -> float:
    """Return the seconds of processor time that reading a file of so many bytes may take."""
    return min(_MOST_SECONDS, _LEAST_SECONDS + _SECONDS_PER_MB * size / MB)


def main(reader: str, path: str, *options: str) -> int:
    """Read one file and write its batches to the standard output; what is wrong goes to the standard error."""
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
        refusal = {"what": f"it takes more than {memory_for(size) / MB:.0f} MB to read", "rule": BROKEN}
    except BaseException as error:  # noqa: BLE001 - whatever a library raises, a panic too, refuses the file
        refusal = {"what": f"it cannot be read ({one_line(str(error), 120)})", "rule": BROKEN}
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


def _write(found: Iterator[Piece | pa.RecordBatch]) -> None:
    """Write batches; the rows of other length that belong to one go with it as its metadata."""
    pieces = (one if isinstance(one, Piece) else Piece(one) for one in found)
    head = next(pieces, None)
    if head is None:
        return
    with pa.ipc.new_stream(sys.stdout.buffer, head.batch.schema) as stream:
        for batch, misfits in itertools.chain([head], pieces):
            stream.write_batch(batch, custom_metadata={MISFITS: json.dumps(misfits)} if misfits else None)
    sys.stdout.buffer.flush()
