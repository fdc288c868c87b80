"""Incidents from a plain table, for stages that run without a ledger: CSV or Parquet with lon, lat, time and mode."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polars as pl

from geodata.core.errors import UnknownColumns, UnknownFormat, UnreadableFile, WrongValue
from geodata.model.incident import MODES, SCHEMA, TIME
from geodata.parsing.origins import origins_of

REQUIRED = ("lon", "lat", "time", "mode")
OPTIONAL = ("incident_id", "people", "source", "departure", "destination", "cell", "origins")
"""Used where they are there; ``origins`` as the ledger types it or as text. A row without ``incident_id`` is called by
its number in the file, "row 2" for the first behind the headings, so that an answer can name it."""
_H3_CELLS = (2**59, 2**60 - 1)


def read_table(path: Path) -> pl.DataFrame:
    """Return the incidents of a table with the columns of ``incident.SCHEMA`` that it has, ``time`` as ``time_start``.

    Raises
    ------
    UnknownFormat
        For any ending but .csv and .parquet.
    UnreadableFile
        If the file cannot be read as what it claims to be.
    UnknownColumns
        If a required column is missing, or a column holds lists or bytes where single values are due.
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
    table = table.select(name for name in (*REQUIRED, *OPTIONAL) if name in table.columns)
    if table.schema.get("origins") == pl.String:
        table = table.with_columns(origins_of(table["origins"]).alias("origins"))
    if table.schema.get("origins", SCHEMA["origins"]) != SCHEMA["origins"]:
        table = table.drop("origins")
    _refuse_nested(table, path.name)
    plain = table.with_columns(pl.col(pl.String).str.strip_chars(), pl.col(pl.Float32, pl.Float64).fill_nan(None))
    typed = plain.select(
        pl.col("lon", "lat").cast(pl.Float64, strict=False),
        _time(table.schema["time"]).cast(TIME).alias("time_start"),
        pl.col("mode").cast(pl.String).str.to_lowercase(),
        *_optional(plain.schema),
    )
    _refuse_first_fault(plain, typed, path.name)
    named = pl.format("row {}", pl.int_range(2, pl.len() + 2))
    return typed.with_columns(
        pl.coalesce("incident_id", named) if "incident_id" in typed.columns else named.alias("incident_id")
    )


def _optional(schema: pl.Schema) -> list[pl.Expr]:
    """Return the optional columns with the ledger's types; a text in ``cell`` is a hexadecimal name, "3.0" is a 3."""
    readers = {name: pl.col(name).cast(SCHEMA[name], strict=False) for name in OPTIONAL}
    readers["people"] = pl.col("people").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    if schema.get("cell") == pl.String:
        readers["cell"] = pl.col("cell").str.to_integer(base=16, dtype=pl.UInt64, strict=False)
    return [reader for name, reader in readers.items() if name in schema]


def _read(path: Path) -> pl.DataFrame:
    ending = path.suffix.lower()
    if ending not in {".csv", ".parquet"}:
        raise UnknownFormat(
            f"files ending in {path.suffix or 'nothing'!r} are not read",
            rule="known are .csv and .parquet",
            done="nothing was reduced",
            where=path.name,
        )
    try:
        content = BytesIO(path.read_bytes())  # a path would be taken for a pattern or a folder of files
        return pl.read_csv(content, infer_schema=False) if ending == ".csv" else pl.read_parquet(content)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0][:120] or "it is empty"
        raise UnreadableFile(
            f"it cannot be read ({reason})",
            rule="the file must be there and be what its name says",
            done="nothing was reduced",
            where=path.name,
        ) from None


def _refuse_nested(table: pl.DataFrame, name: str) -> None:
    nested = [
        column
        for column, kind in table.schema.items()
        if column != "origins" and (kind.is_nested() or kind in {pl.Binary, pl.Object})
    ]
    if nested:
        raise UnknownColumns(
            f"column {nested[0]!r} holds {table.schema[nested[0]]}",
            rule="a column of incidents holds one number, text or time a row",
            done="nothing was reduced",
            where=name,
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
        ("people", pl.col("people") < 0, "a count must be a whole number, 0 or more"),
        ("cell", ~pl.col("cell").is_between(*_H3_CELLS), "a cell must be an H3 index"),
    )
    for column, broken, rule in rules:
        if column not in table.columns:
            continue
        faults = typed.select(broken.alias("broken"))["broken"].fill_null(value=False)
        if column in OPTIONAL:  # they may be left empty, but what is written must be readable
            faults |= _lost(table, typed, column)
        rows = faults.arg_true()
        if len(rows):
            row = int(rows[0])
            more = f" and {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
            raise WrongValue(
                f"row {row + 2}{more}, column {column!r}, value {table[column][row]!r}",
                rule=rule,
                done="nothing was reduced",
                where=name,
            )


def _lost(table: pl.DataFrame, typed: pl.DataFrame, column: str) -> pl.Series:
    """Tell in which rows something was written that is no value of the column: 'many' or 1.5 for a count."""
    written = table[column].is_not_null() & (table[column].cast(pl.String) != "")
    lost = typed[column].is_null()
    if column == "people":
        lost |= table[column].cast(pl.Float64, strict=False) != typed[column]
    return written & lost
