"""Identity: when two rows speak of the same record, and whether they say the same of it.

A record is what a source gave one id, or, where it gave none, a row of one content. A source may issue several rows
under one id (the parts of a split incident). ``fingerprint`` is a hash of what a row says; the hashes are XXH3 and
CityHash, whose values do not change between versions or machines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa
from numpy.typing import NDArray

KEYS = {
    "at": pl.UInt32,  # place among the rows of the file
    "source": pl.Categorical,
    "record": pl.UInt64,  # hash of the source and its id
    "print": pl.UInt64,  # hash of the fingerprint
    "year": pl.Int32,
    "time": pl.Int64,
    "place": pl.UInt64,
}
"""Columns by which the rows of a file are told apart and compared with what stands."""
_HEX_BYTES = 12
_SEPARATOR = "\x1f"


def fingerprints(rows: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Return for each row a hash of its fields as 24 hexadecimal digits; a null says the same as a field not there.

    Each text is hashed by itself and weighted by an odd number that stands for its field; the sums, modulo 2**64, make
    the fingerprint.
    """
    first, second = np.zeros(rows.height, np.uint64), np.zeros(rows.height, np.uint64)
    for field in fields:
        if field not in rows.columns or rows[field].null_count() == rows.height:
            continue
        text = plh.col(field).nchash
        hashed = rows.select(text.xxh3_64().alias("first"), text.cityhash64().alias("second")).fill_null(0)
        weight = np.uint64(int.from_bytes(hashlib.sha256(field.encode()).digest()[:8], "big") | 1)
        first += hashed["first"].to_numpy() * weight
        second += hashed["second"].to_numpy() * weight
    return _hexadecimal(first, second)


def place() -> pl.Expr:
    """Return lat and lon to 1e-7 degrees in one number that orders from south to north."""
    lat, lon = (((pl.col(name) + half) * 1e7).round().cast(pl.UInt64) for name, half in (("lat", 90), ("lon", 180)))
    return (lat * 2**32 + lon).alias("place")


def keys(incidents: pl.DataFrame) -> pl.DataFrame:
    """Return ``record`` and ``print`` of incidents that have source, source_record and fingerprint."""
    record = pl.concat_str("source", pl.coalesce("source_record", "fingerprint"), separator=_SEPARATOR)
    texts = incidents.select(record.alias("record"), pl.col("fingerprint").alias("print"))
    return texts.select(plh.col("record").nchash.xxh3_64(), plh.col("print").nchash.xxh3_64())


def records(source: str, ids: pl.Series) -> pl.Series:
    """Return ``record`` of ids of one source."""
    texts = pl.DataFrame({"record": ids.cast(pl.String)}).select(
        pl.concat_str(pl.lit(source), "record", separator=_SEPARATOR).alias("record")
    )
    return texts.select(plh.col("record").nchash.xxh3_64()).to_series()


def _hexadecimal(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> pl.Series:
    digits = np.empty((len(first), 16), dtype=np.uint8)
    digits[:, :8] = first.astype(">u8").view(np.uint8).reshape(-1, 8)
    digits[:, 8:] = second.astype(">u8").view(np.uint8).reshape(-1, 8)
    text = np.ascontiguousarray(digits[:, :_HEX_BYTES]).tobytes().hex().encode()
    offsets = np.arange(len(first) + 1, dtype=np.int64) * 2 * _HEX_BYTES
    array = pa.LargeStringArray.from_buffers(len(first), pa.py_buffer(offsets), pa.py_buffer(text))
    return pl.Series(pl.from_arrow(array), dtype=pl.String)
