"""Upkeep of the ledger: fewer, larger files; giving room back; and proof that all of it can be read.

Every version stays readable until its files are given up by ``compact`` with a number of days; a pinned version (one
that a share or report stands on) never is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from geodata.core.atomic_write import whole
from geodata.core.errors import RoutesError, WrongValue
from geodata.ledger.store import Ledger

TABLES = ("incidents", "refusals", "links", "corridors", "corridor_events")


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compaction did: files before and after, and files given up."""

    before: int
    after: int
    given_up: int


def pins(ledger: Ledger) -> dict[str, int]:
    """Return the pinned versions of ``incidents`` by the name of what stands on them."""
    path = _pin_file(ledger)
    if not path.exists():
        return {}
    found: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return found


def pin(ledger: Ledger, name: str, version: int | None = None) -> int:
    """Keep a version (default: the newest) readable for good, under the name of what stands on it.

    Raises
    ------
    WrongValue
        For an empty ledger, or a name that pins another version.
    UnknownVersion
        If the version cannot be read.
    """
    table = ledger.table(version)
    if table is None:
        raise WrongValue("the ledger is empty", rule="a pin needs a version", done="nothing was pinned")
    number = int(table.version())
    kept = pins(ledger)
    if kept.get(name, number) != number:
        raise WrongValue(
            f"{name!r} pins version {kept[name]}", rule="a name pins one version", done="nothing was pinned"
        )
    _write_pins(ledger, kept | {name: number})
    return number


def unpin(ledger: Ledger, name: str) -> None:
    """Let a pinned version go.

    Raises
    ------
    WrongValue
        If nothing of this name is pinned.
    """
    kept = pins(ledger)
    if name not in kept:
        raise WrongValue(f"nothing is pinned as {name!r}", rule="only a pin can be let go", done="nothing was changed")
    del kept[name]
    _write_pins(ledger, kept)


def compact(ledger: Ledger, keep_days: int | None = None) -> Compacted:
    """Join small files into larger ones and, if ``keep_days`` is given, give up what only older versions need.

    The contents of every version that stays readable do not change.
    """
    before = after = given_up = 0
    for table in _tables(ledger).values():
        before += len(table.file_uris())
        table.optimize.compact()
        table.update_incremental()
        after += len(table.file_uris())
    if keep_days is not None:
        for name, table in _tables(ledger).items():
            pinned = sorted(set(pins(ledger).values())) if name == "incidents" else []
            given_up += len(
                table.vacuum(
                    retention_hours=24 * keep_days,
                    dry_run=False,
                    enforce_retention_duration=False,
                    keep_versions=pinned or None,
                )
            )
    return Compacted(before, after, given_up)


def verify(ledger: Ledger) -> list[str]:
    """Read everything that stands; return what is wrong, one sentence each, nothing for a sound ledger."""
    faults: list[str] = []
    for name, table in _tables(ledger).items():
        try:
            rows = table.to_pyarrow_dataset().count_rows()
            table.to_pyarrow_table()
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0][:160]
            faults.append(f"Table {name}, version {table.version()}: a file cannot be read ({reason}).")
            continue
        if name == "incidents":
            faults += _faults_of(ledger, rows)
    for name, version in pins(ledger).items():
        faults += _pin_faults(ledger, name, version)
    return faults


def _faults_of(ledger: Ledger, rows: int) -> list[str]:
    faults = []
    incidents = ledger.reports(columns=["incident_id", "batch", "cell", "lat", "lon"])
    doubled = incidents.height - incidents["incident_id"].n_unique()
    if doubled:
        faults.append(f"Table incidents: {doubled:,} ids stand more than once.")
    history = [batch for _, batch in ledger.history()]
    counted = sum(
        batch.kept - batch.withdrawn if not batch.undoes else -batch.withdrawn + _returned(ledger, batch.batch)
        for batch in history
    )
    if counted != rows:
        faults.append(f"Table incidents: the batches account for {counted:,} incidents, {rows:,} stand.")
    unknown = incidents.filter(~pl.col("batch").is_in([batch.batch for batch in history])).height
    if unknown:
        faults.append(f"Table incidents: {unknown:,} incidents belong to no acknowledged batch.")
    misplaced = incidents.filter(
        pl.col("cell").is_null() | ~pl.col("lat").is_between(-90, 90) | ~pl.col("lon").is_between(-180, 180)
    ).height
    if misplaced:
        faults.append(f"Table incidents: {misplaced:,} incidents lie nowhere on Earth.")
    return faults


def _returned(ledger: Ledger, name: str) -> int:
    """Return how many incidents an undoing batch brought back that had been withdrawn."""
    version = next(version for version, batch in ledger.history() if batch.batch == name)
    before, after = (ledger.reports(number, columns=["incident_id"]) for number in (version - 1, version))
    return after.join(before, on="incident_id", how="anti").height


def _pin_faults(ledger: Ledger, name: str, version: int) -> list[str]:
    try:
        table = ledger.table(version)
        if table is not None:
            table.to_pyarrow_table(columns=["incident_id"])
    except (OSError, RoutesError) as error:
        return [f"Version {version}, pinned as {name!r}, cannot be read ({str(error).splitlines()[0][:120]})."]
    return []


def _tables(ledger: Ledger) -> dict[str, DeltaTable]:
    found = {name: ledger.table(name=name) for name in TABLES}
    return {name: table for name, table in found.items() if table is not None}


def _pin_file(ledger: Ledger) -> Path:
    return ledger.home / "pins.json"


def _write_pins(ledger: Ledger, kept: dict[str, int]) -> None:
    path = _pin_file(ledger)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part:
        part.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True), encoding="utf-8")
