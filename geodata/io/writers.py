"""Incidents out of the ledger as CSV, Parquet or GeoJSON, under the ledger's own names.

The CSV reads back in: its columns are those of the plain profile. Lists are joined (``SYR:0.6;IRQ:0.4``), times are
RFC 3339, and no cell can be taken for a formula by a spreadsheet.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl

from geodata.core.atomic_write import handed_over
from geodata.core.errors import UnknownFormat
from geodata.core.formulas import inert
from geodata.model.incident import is_synthetic
from geodata.model.place_notes import flat
from geodata.model.source_words import spelt

_TIME = "%Y-%m-%dT%H:%M:%S%.6f+00:00"


def write_incidents(incidents: pl.DataFrame, path: Path) -> int:
    """Write incidents to a .csv or .parquet file, whole or not at all; return how many.

    Raises
    ------
    UnknownFormat
        For any other ending.
    WrongValue
        If the file cannot be written.
    """
    return _written(incidents, path, _flat)


def csv_of(incidents: pl.DataFrame) -> bytes:
    """Return what ``write_incidents`` writes to a .csv file."""
    return _flat(incidents).write_csv().encode()


def geojson_of(incidents: pl.DataFrame) -> bytes:
    """Return incidents as GeoJSON (RFC 7946): points whose properties are the other columns of the ledger."""
    rows = incidents.with_columns(pl.col("time_start", "time_end").dt.strftime(_TIME), _cell_named(), *flat()[1:])
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row | {"extra": json.loads(row["extra"] or "{}")},
        }
        for row in rows.iter_rows(named=True)
    ]
    collection = {"type": "FeatureCollection", "synthetic": is_synthetic(incidents), "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def write_changes(changes: pl.DataFrame, path: Path) -> int:
    """Write what ``geodata.ledger.version_diff`` found to a .csv or .parquet file, as ``write_incidents`` does."""
    return _written(changes, path, lambda frame: inert(frame.with_columns(pl.col("fields").list.join(";"))))


def _written(frame: pl.DataFrame, path: Path, flat: Callable[[pl.DataFrame], pl.DataFrame]) -> int:
    if path.suffix not in (".csv", ".parquet"):
        raise UnknownFormat(
            f"files ending in {path.suffix or 'nothing'!r} are not written",
            rule="known are .csv and .parquet",
            done="nothing was written",
            where=path.name,
        )
    with handed_over(path) as part:
        if path.suffix == ".csv":
            flat(frame).write_csv(part)
        else:
            frame.write_parquet(part)
    return frame.height


def _flat(incidents: pl.DataFrame) -> pl.DataFrame:
    origin = pl.format("{}:{}", pl.element().struct.field("iso3"), pl.element().struct.field("weight").round(4))
    plain = incidents.with_columns(
        pl.col("origins").list.eval(origin).list.join(";"),
        pl.col("modus_operandi").list.join(";"),
        *flat(),
        spelt().alias("source_words"),
        pl.col("time_start", "time_end").dt.strftime(_TIME),
        _cell_named(),
    )
    return inert(plain.drop("place_notes"))


def _cell_named() -> pl.Expr:
    return pl.col("cell").map_elements(lambda cell: format(cell, "x"), return_dtype=pl.String)
