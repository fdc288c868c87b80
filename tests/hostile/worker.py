"""Reads one file again and again within one seal: ``python -m tests.hostile.worker``.

For every line of its input it answers with one line of JSON. It dies of what a reader dies of.
"""

import importlib
import json
import sys
from pathlib import Path

from geodata.core.errors import UnreadableFile
from geodata.readers.chunks import Piece
from geodata.readers.limits import MB
from geodata.readers.reader_process import hide_frames
from geodata.readers.sandbox import seal


def answer(module: object, path: Path, options: list[str]) -> tuple[str, str]:
    """Return what came of reading the file as it stands now."""
    try:
        rows = sum((one.batch if isinstance(one, Piece) else one).num_rows for one in module.batches(path, *options))
    except UnreadableFile as error:
        return "refused", str(error)
    except BaseException as error:  # noqa: BLE001 - the sealed process says of every error that the file cannot be read
        return "refused", f"{type(error).__name__}: {error}"[:200]
    return "read", f"{rows} rows"


def main(reader: str, path: Path, options: list[str]) -> None:
    """Answer until the input ends."""
    hide_frames()
    module = importlib.import_module(f"geodata.readers.{reader}")
    module.prepare(*options)
    seal(path, 256 * MB, 3600.0)
    for _ in sys.stdin:
        sys.stdout.write(f"{json.dumps(answer(module, path, options))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
