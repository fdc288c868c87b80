"""Parquet and GeoParquet, and every typed column of Arrow, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from geodata.readers.limits import CHUNK_CELLS, HIGHEST_RATIO, MB, MOST_COLUMNS, PART, unreadable
from geodata.readers.point_geometry import DEGREES, in_degrees, points, system_described

ROW = "_row"
_BATCH = 65_536
_MOST_METADATA = 16 * MB
_MOST_GROUPS = 100_000


def prepare() -> None:
    """Load what reading may need, before the process is sealed."""
    import pyproj

    pyproj.CRS.from_epsg(4326)


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file as text, with ``_row`` from 1; the points of its geometry as ``lon``, ``lat``.

    Raises
    ------
    UnreadableFile
    """
    try:
        file = pa.parquet.ParquetFile(
            path,
            pre_buffer=False,
            buffer_size=MB,
            thrift_string_size_limit=_MOST_METADATA,
            thrift_container_size_limit=1_000_000,
        )
    except (pa.ArrowInvalid, OSError) as error:
        unreadable(path.name, f"it is not Parquet ({error})", "a Parquet file must be whole")
    names = file.schema_arrow.names
    if len(names) > MOST_COLUMNS:
        unreadable(path.name, f"it has {len(names):,} columns", f"at most {MOST_COLUMNS:,} are read")
    _weigh(path, file.metadata)
    geometry, system = _geometry(path.name, file.schema_arrow)
    row = 1
    for batch in file.iter_batches(batch_size=max(1, min(_BATCH, CHUNK_CELLS // max(1, len(names))))):
        yield as_texts(path.name, batch, row, geometry, system)
        row += batch.num_rows


def _weigh(path: Path, stated: pa.parquet.FileMetaData) -> None:
    """Refuse a file that says of itself that it would swell beyond measure."""
    groups = range(min(stated.num_row_groups, _MOST_GROUPS))
    unpacked = sum(stated.row_group(number).total_byte_size for number in groups)
    if max(stated.num_rows, unpacked) > HIGHEST_RATIO * max(path.stat().st_size, MB // 16):
        unreadable(
            path.name,
            f"it unpacks to {unpacked / MB:.0f} MB in {stated.num_rows:,} rows",
            f"at most {HIGHEST_RATIO} times its size",
        )


def _geometry(file: str, schema: pa.Schema) -> tuple[str, str]:
    """Return the name of the column of geometry, empty without one, and the system of its coordinates."""
    stated = (schema.metadata or {}).get(b"geo")
    if stated is None:
        return "", DEGREES
    try:
        geo = json.loads(stated)
        name = geo["primary_column"]
        column = geo["columns"][name]
        coding, crs = str(column["encoding"]), column.get("crs", DEGREES)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        unreadable(file, "what it says of its geometry cannot be understood", "GeoParquet must follow its version 1")
    if coding.upper() not in ("WKB", "POINT") or name not in schema.names:
        unreadable(file, f"its geometry is written as {coding[:40]!r}", "geometry must be WKB or point")
    if crs is None:
        unreadable(file, "it does not say in which system its coordinates are", "a system must be stated")
    return name, DEGREES if crs == DEGREES else system_described(file, json.dumps(crs))


def as_texts(file: str, batch: pa.RecordBatch, row: int, geometry: str, system: str) -> pa.RecordBatch:
    """Return a batch with every column as text, its geometry as ``lon`` and ``lat``, and ``_row``.

    Parameters
    ----------
    file : str
    batch : RecordBatch
    row : int
        Number of its first row.
    geometry : str
        Name of the column of geometry; empty without one.
    system : str
        Of its coordinates, as ``positions.system_named`` returns it.

    Raises
    ------
    UnreadableFile
    """
    columns: dict[str, pa.Array] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name == geometry:
            continue
        shown = f"{name} of the file" if name in (ROW, PART) or (geometry and name in ("lon", "lat")) else name
        if shown.strip() in columns:
            unreadable(file, f"column {name[:80]!r} stands twice", "every column needs a name of its own")
        columns[shown.strip()] = as_text(column)
    if geometry:
        east, north = _places(batch.column(batch.schema.get_field_index(geometry)))
        for name, place in zip(("lon", "lat"), in_degrees(file, system, east, north), strict=True):
            columns[name] = pa.array(place, from_pandas=True).cast(pa.large_string())
    columns[ROW] = pa.array(range(row, row + batch.num_rows), pa.int64())
    return pa.RecordBatch.from_pydict(columns)


def _places(column: pa.Array) -> tuple[Any, Any]:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_struct(column.type):
        parts = (column.field(name).cast(pa.float64()) for name in ("x", "y"))
        east, north = (part.to_numpy(zero_copy_only=False) for part in parts)
        return east, north
    return points(column)


def as_text(column: pa.Array) -> pa.Array:
    """Return a column as text: numbers in their shortest form, times in ISO 8601, lists and structures as JSON."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_nested(kind):
        written = [None if value is None else json.dumps(value, default=str) for value in column.to_pylist()]
        return pa.array(written, pa.large_string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.large_string())
    try:
        return column.cast(pa.large_string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.large_string())


def _moments(column: pa.Array) -> pa.Array:
    zone = "Z" if column.type.tz else ""
    whole = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).cast(pa.timestamp("us"))
    text = whole.cast(pa.large_string())
    text = pa.compute.replace_substring_regex(text, r"\.0+$", "")
    return pa.compute.replace_substring_regex(text, r"^(\S+) (.*)$", rf"\1T\2{zone}")
