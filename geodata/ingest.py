"""Ingest: one file through reader, profile, check and mode into one batch of the ledger."""

from __future__ import annotations

import csv
import getpass
import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from geodata.check import check
from geodata.errors import NothingKept
from geodata.incident import SCHEMA
from geodata.ledger import REFUSAL_SCHEMA, Batch, Ledger, now_rfc3339
from geodata.modes import with_modes
from geodata.places import folded
from geodata.profiles import Profile, mapped, profile_for
from geodata.readings import ROW, Reading, read_file

PERSON_COLUMNS = frozenset(
    [
        "name",
        "full name",
        "first name",
        "last name",
        "surname",
        "given name",
        "victim name",
        "name of victim",
        "names",
        "passport",
        "passport number",
        "phone",
        "phone number",
        "telephone",
        "email",
        "e mail",
        "date of birth",
        "birth date",
        "address",
        "home address",
        "plate",
        "licence plate",
    ]
)
"""Columns of persons, compared without case and punctuation: never stored. The product holds places and events only."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Ingested:
    """The answer to one ingest: the batch as counted, where refusals were written, and what else to know."""

    batch: Batch
    refusal_report: Path | None
    notes: tuple[str, ...]


def ingest_file(path: Path, ledger: Ledger, step: Callable[[str], None] = lambda _: None) -> Ingested:
    """Take one file in.

    Parameters
    ----------
    path : Path
    ledger : Ledger
    step : callable
        Told what is being done, for a progress line.

    Raises
    ------
    UnreadableFile, UnknownFormat, UnknownColumns
        If the file as a whole is unfit.
    NothingKept
        If every row was refused; the report of refusals is written all the same.
    """
    step("reading")
    reading = read_file(path)
    profile = profile_for(reading)
    columns = profile.mapping(list(reading.columns))
    persons = [name for name in reading.columns if folded(name) in PERSON_COLUMNS]
    chunks = list(reading.chunks)
    table = pl.concat([chunk.table for chunk in chunks]).drop(persons)
    misfits = [misfit for chunk in chunks for misfit in chunk.misfits]
    step("checking")
    rows = mapped(table, profile)
    incidents, refusals = check(rows, profile, columns, datetime.now(UTC))
    refusals = pl.concat([_misfit_refusals(misfits), refusals])
    step("finding modes")
    incidents = _identified(with_modes(incidents), profile, table, reading.file)
    refused = refusals["row"].n_unique()
    batch = _new_batch(reading, profile, incidents, refused)
    incidents = incidents.with_columns(pl.lit(batch.batch).alias("batch")).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )
    refusals = refusals.with_columns(pl.lit(batch.batch).alias("batch"), pl.lit(reading.file).alias("file"))
    report = _write_report(ledger.home, batch, refusals)
    if incidents.is_empty():
        first = refusals.row(0, named=True)
        raise NothingKept(
            f"all {refused} rows were refused, the first ({first['column']}: {first['value']!r}) in row {first['row']}",
            rule=first["rule"],
            done=f"nothing was stored; every refusal stands in {report}",
            where=reading.file,
        )
    step("storing")
    stored = ledger.commit(batch, incidents, refusals)
    notes = tuple(f"Column {name!r} was not stored: persons are never held." for name in persons)
    return Ingested(stored, report, notes)


def _misfit_refusals(misfits: list[tuple[int, str]]) -> pl.DataFrame:
    rule = "a row must have as many cells as the header"
    rows = [("", "", row, "", rule, text) for row, text in misfits]
    return pl.DataFrame(rows, schema=REFUSAL_SCHEMA, orient="row")


def _identified(incidents: pl.DataFrame, profile: Profile, table: pl.DataFrame, file: str) -> pl.DataFrame:
    """Add source, incident_id and fingerprint.

    The fingerprint is a hash of the row as it was read. Rows that share the id of their source but differ are all
    kept, as ``ID``, ``ID#2``, in the order of their fingerprints; the same row twice has one id and is counted as a
    duplicate.
    """
    source = pl.coalesce(pl.col("source"), pl.lit(profile.source or Path(file).stem))
    written = table.select(sorted(table.columns))
    texts = pl.concat_str(pl.all().exclude(ROW).fill_null(""), separator="\x1f")
    kept = incidents.select(ROW).join(written.select(ROW, texts.alias("_text")), on=ROW, how="left")
    prints = [hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in kept["_text"].to_list()]
    named = incidents.with_columns(source.alias("source"), pl.Series("fingerprint", prints, dtype=pl.String))
    record = pl.coalesce("source_record", "fingerprint")
    ordinal = pl.col("fingerprint").rank("dense").over("source", record)
    suffix = pl.when(ordinal > 1).then(pl.format("#{}", ordinal)).otherwise(pl.lit(""))
    return named.with_columns(pl.concat_str(pl.col("source"), pl.lit("/"), record, suffix).alias("incident_id"))


def _new_batch(reading: Reading, profile: Profile, incidents: pl.DataFrame, refused: int) -> Batch:
    sources = incidents["source"].unique().sort().to_list()
    at = now_rfc3339()
    seed = f"{reading.sha256}{at}{os.getpid()}"
    return Batch(
        batch=f"b-{hashlib.blake2b(seed.encode(), digest_size=6).hexdigest()}",
        file=reading.file,
        sha256=reading.sha256,
        source=sources[0] if len(sources) == 1 else reading.file,
        profile=profile.name,
        actor=getpass.getuser(),
        at=at,
        read=incidents.height + refused,
        refused=refused,
    )


def _write_report(home: Path, batch: Batch, refusals: pl.DataFrame) -> Path | None:
    """Write refusals as CSV in which no spreadsheet finds a formula; return its path, None without refusals."""
    if refusals.is_empty():
        return None
    path = home / "refusals" / f"{Path(batch.file).stem}-{batch.sha256[:8]}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "rule", "value"])
        for row in refusals.iter_rows(named=True):
            writer.writerow([row["row"], _inert(row["column"]), row["rule"], _inert(row["value"] or "")])
    return path


def _inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def totals(batches: list[Batch]) -> dict[str, int]:
    """Return the summed counts of several batches: read, kept, updated, withdrawn, duplicates, refused."""
    names = ("read", "kept", "updated", "withdrawn", "duplicates", "refused")
    return {name: sum(asdict(batch)[name] for batch in batches) for name in names}
