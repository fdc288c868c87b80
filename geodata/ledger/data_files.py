"""Data files of the ledger: rows written once, as the Parquet files that a commit then takes up.

A file is written where it is made, outside the table; taking it up moves no row: in a folder it is linked, to an object
store it is sent. A file that no commit names is no part of the table.

Source: Delta Lake protocol, "Add File", https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake.exceptions import DeltaError
from deltalake.fs import DeltaStorageHandler
from deltalake.transaction import AddAction

from geodata.core.atomic_write import system_errors
from geodata.core.errors import RoutesError
from geodata.model.incident import SCHEMA, empty

_TELLING = ("source", "lat", "lon")
"""Columns whose range stands in the log, so that files without a source are not opened."""
_FOLDER = "file://"
_SEND_BYTES = 8 << 20


def storable(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that Delta can hold: it has no unsigned integers, and an H3 index never uses the sign bit."""
    return incidents.select(pl.col(name).cast(pl.Int64 if name == "cell" else kind) for name, kind in SCHEMA.items())


def arrow_schema() -> pa.Schema:
    """Return the schema of the ``incidents`` table."""
    return storable(empty()).to_arrow().schema


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows, and what the log says of it: number of rows, range of telling columns, and its SHA-256."""

    path: Path
    statistics: dict[str, Any]
    sha256: str

    def rows(self) -> pl.DataFrame:
        """Read the rows back; columns of ``SCHEMA``."""
        return pl.read_parquet(self.path).cast({"cell": pl.UInt64})


def write(incidents: pl.DataFrame, path: Path) -> DataFile:
    """Write one or more rows, columns of ``SCHEMA``, as a data file; raise ``OSError`` if it does not go."""
    rows = storable(incidents)
    with system_errors(path):
        rows.write_parquet(path, compression="lz4", statistics=False, row_group_size=rows.height)
    with path.open("rb") as file:
        return DataFile(path, stated_ranges(incidents), hashlib.file_digest(file, "sha256").hexdigest())


def stated_ranges(incidents: pl.DataFrame) -> dict[str, Any]:
    """Return what the log says of a file of one or more incidents: how many, and the range of telling columns."""
    least, most = (incidents.select(way(*_TELLING)).row(0, named=True) for way in (pl.min, pl.max))
    nulls = dict.fromkeys(_TELLING, 0)
    return {"numRecords": incidents.height, "minValues": least, "maxValues": most, "nullCount": nulls}


@contextmanager
def taken_up(
    files: Iterable[DataFile], table: str, options: Mapping[str, str] | None, named: Callable[[], set[str]]
) -> Iterator[tuple[list[AddAction], dict[str, str]]]:
    """Bring data files to where a table stands, for a commit within the block, with the SHA-256 of each by its name.

    If that fails, those that the table does not name are taken away. An error is no proof that nothing was committed,
    and an interrupt proves nothing at all: a file that may be needed stays, and costs room until ``upkeep.compact``.

    Parameters
    ----------
    files : iterable of DataFile
    table : str
        Folder or address of the table.
    options : mapping or None
        For an object store.
    named : callable
        Returns the names of the files that the table names now.

    Raises
    ------
    OSError
        If there is no room or right.
    """
    brought: list[AddAction] = []
    digests: dict[str, str] = {}
    try:
        for file in files:
            name = f"part-{uuid.uuid4()}.lz4.parquet"
            brought.append(_added(file, name))
            _bring(file.path, table, name, options)
            digests[name] = file.sha256
        yield brought, digests
    except (OSError, DeltaError):
        with suppress(OSError, DeltaError, RoutesError):
            standing = named()
            for action in brought:
                if action.path not in standing:
                    _take_away(table, action.path, options)
        raise


def _added(file: DataFile, name: str) -> AddAction:
    facts = file.path.stat()
    return AddAction(name, facts.st_size, {}, int(facts.st_mtime * 1000), True, json.dumps(file.statistics))


def _bring(path: Path, table: str, name: str, options: Mapping[str, str] | None) -> None:
    if "://" in table:
        # Buffered, because the store takes bytes and Arrow hands over buffers.
        with (
            path.open("rb") as file,
            _store(table, options).open_output_stream(name) as sent,
            pa.BufferedOutputStream(sent, _SEND_BYTES) as buffered,
        ):
            shutil.copyfileobj(file, buffered, _SEND_BYTES // 2)
        return
    target = Path(table) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(path, target)


def _take_away(table: str, name: str, options: Mapping[str, str] | None) -> None:
    if "://" in table:
        _store(table, options).delete_file(name)
    else:
        (Path(table) / name).unlink(missing_ok=True)


def _store(table: str, options: Mapping[str, str] | None) -> DeltaStorageHandler:
    if table.startswith(_FOLDER):
        Path(table.removeprefix(_FOLDER)).mkdir(parents=True, exist_ok=True)
    return DeltaStorageHandler(table, dict(options or {}))
