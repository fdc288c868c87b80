"""Every byte of a workspace, to look for what may not be there: also what is packed, and what tables hold by column."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq


def contents(home: Path) -> Iterator[tuple[Path, bytes]]:
    """Give each file of a workspace with all that can be read out of it, its name too."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            parts = [path.name.encode(), raw]
            if raw[:2] == b"\x1f\x8b":
                parts.append(gzip.decompress(raw))
            if raw[:4] == b"PAR1":
                parts.append(_decoded(raw))
            yield path, b"\n".join(parts)


def _decoded(raw: bytes) -> bytes:
    """Return every value of a Parquet file as text, and what its footer says of them."""
    file = pq.ParquetFile(io.BytesIO(raw))
    said = [str(file.metadata.metadata), str(file.schema_arrow.metadata)]
    for group in range(file.num_row_groups):
        said += [repr(row) for row in file.read_row_group(group).to_pylist()]
        columns = (file.metadata.row_group(group).column(number) for number in range(file.metadata.num_columns))
        said += [f"{one.statistics.min!r} {one.statistics.max!r}" for one in columns if one.statistics]
    return "\n".join(said).encode()


def spellings(marker: str | float) -> list[bytes]:
    """Return how a marker may stand in a file: a text as it is, a number also as its eight bytes."""
    if isinstance(marker, str):
        return [marker.encode()]
    return [repr(marker).encode(), struct.pack("<q" if isinstance(marker, int) else "<d", marker)]


def held(home: Path, markers: Iterable[str | float]) -> dict[str | float, list[str]]:
    """Return which markers a workspace holds, and in which files."""
    wanted = {marker: spellings(marker) for marker in markers}
    found: dict[str | float, list[str]] = {}
    for path, content in contents(home):
        for marker, spelt in wanted.items():
            if any(one in content for one in spelt):
                found.setdefault(marker, []).append(str(path.relative_to(home)))
    return found
