"""Incidents from a plain table, for stages that run without a ledger: CSV or Parquet with lon, lat, time and mode."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from geodata.errors import UnknownColumns, UnknownFormat, UnreadableFile, WrongValue
from geodata.incident import MODES, SCHEMA, TIME

REQUIRED = ("lon", "lat", "time", "mode")


def read_table(path: Path) -> pl.DataFrame:
    """Return the incidents of a table with the columns of ``incident.SCHEMA`` that it has, ``time`` as ``time_start``.

    Raises
    ------
    UnknownFormat
        For any ending but .csv and .parquet.
    UnreadableFile
        If the file cannot be read as what it claims to be.
    UnknownColumns
        If a required column is missing.
    WrongValue
        If a value breaks a rule; the first is named with its row.
    """
    table = _read(path)
    if "time" not in table.columns and "time_start" in table.columns:
        table = table.rename({"time_start": "time"})
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise UnknownColumns(
            f"column {missing[0]!r} is missing",
            rule=f"a table of incidents has the columns {', '.join(REQUIRED)}",
            done="nothing was reduced",
            where=path.name,
        )
    typed = table.with_columns(
        pl.col("lon", "lat").cast(pl.Float64, strict=False),
        _time(table.schema["time"]).alias("time_start"),
        pl.col("mode").cast(pl.String).str.strip_chars().str.to_lowercase(),
    )
    _refuse_first_fault(table, typed, path.name)
    return typed.select("lon", "lat", "time_start", "mode", *_optional(typed))


def _optional(table: pl.DataFrame) -> list[pl.Expr]:
    """Return the columns that a reduction uses where they are there; cells may be hexadecimal names."""
    readers = {
        "people": pl.col("people").cast(pl.Int64, strict=False),
        "source": pl.col("source").cast(pl.String),
        "departure": pl.col("departure").cast(pl.String),
        "destination": pl.col("destination").cast(pl.String),
        "cell": pl.col("cell"),
        "origins": pl.col("origins"),
    }
    if table.schema.get("cell") == pl.String:
        readers["cell"] = pl.col("cell").str.to_integer(base=16, strict=False).cast(pl.UInt64)
    if "origins" in table.columns and table.schema["origins"] != SCHEMA["origins"]:
        del readers["origins"]
    return [reader for name, reader in readers.items() if name in table.columns]


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema=False)
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else "it is empty"
        raise UnreadableFile(
            f"it cannot be read ({reason})",
            rule="the file must be there and be what its name says",
            done="nothing was reduced",
            where=path.name,
        ) from None
    raise UnknownFormat(
        f"files ending in {path.suffix or 'nothing'!r} are not read",
        rule="known are .csv and .parquet",
        done="nothing was reduced",
        where=path.name,
    )


def _time(kind: pl.DataType) -> pl.Expr:
    """Return the column ``time`` as UTC; a text without a zone is taken for UTC, a day for its start."""
    if isinstance(kind, pl.Datetime):
        naive = kind.time_zone is None
        return pl.col("time").dt.replace_time_zone("UTC") if naive else pl.col("time").cast(TIME)
    if kind == pl.Date:
        return pl.col("time").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    text = pl.col("time").cast(pl.String).str.strip_chars()
    zoned = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    forms = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
    moments = [text.str.to_datetime(form, time_unit="us", strict=False).dt.replace_time_zone("UTC") for form in forms]
    day = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return pl.coalesce(zoned, *moments, day)


def _refuse_first_fault(table: pl.DataFrame, typed: pl.DataFrame, name: str) -> None:
    on_earth = {name: pl.col(name).is_between(-limit, limit) for name, limit in (("lon", 180), ("lat", 90))}
    rules = (
        ("lon", ~on_earth["lon"].fill_null(value=False), "longitude must be a number within -180..180"),
        ("lat", ~on_earth["lat"].fill_null(value=False), "latitude must be a number within -90..90"),
        ("time", pl.col("time_start").is_null(), "a time must be in a form of ISO 8601"),
        ("mode", ~pl.col("mode").is_in(MODES).fill_null(value=False), f"a mode is one of {', '.join(MODES)}"),
    )
    for column, broken, rule in rules:
        rows = typed.select(broken.alias("broken"))["broken"].arg_true()
        if len(rows):
            row = int(rows[0])
            more = f" and {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
            raise WrongValue(
                f"row {row + 2}{more}, column {column!r}, value {table[column][row]!r}",
                rule=rule,
                done="nothing was reduced",
                where=name,
            )
