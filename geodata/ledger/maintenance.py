"""Upkeep of the ledger: fewer, larger files; giving room back; and proof that all of it can be read.

Every version stays readable until its files are given up by ``compact`` with a number of days; a pinned version (one
that a share or report stands on) never is.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError

from geodata.core.atomic_write import whole
from geodata.core.errors import RoutesError, WrongValue
from geodata.core.file_lock import exclusive_lock
from geodata.ledger.batch import Batch
from geodata.ledger.seals import commit_path
from geodata.ledger.store import LEFT_OUT, RESTORED, TABLES, Ledger, writing


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compaction did: files before and after, and files given up."""

    before: int
    after: int
    given_up: int


def pins(ledger: Ledger) -> dict[str, int]:
    """Return the pinned versions of ``incidents`` by the name of what stands on them.

    Raises
    ------
    WrongValue
        If the file of pins is damaged.
    """
    path = _pin_file(ledger)
    if not path.exists():
        return {}
    try:
        return {str(name): int(version) for name, version in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WrongValue(
            f"it cannot be read ({error})",
            rule="pins stand in it by name, each with a version",
            done="no pin is known, and nothing is given up",
            where=str(path),
        ) from None


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

    Raises
    ------
    DamagedLedger
        If a file that stands is damaged.
    """
    with writing(ledger.home), exclusive_lock(ledger.home):
        ledger.require_sound(*TABLES)
        return _compacted(ledger, keep_days)


def _compacted(ledger: Ledger, keep_days: int | None) -> Compacted:
    before = after = given_up = 0
    for name, table in _tables(ledger).items():
        before += len(table.file_uris())
        table.optimize.compact()
        ledger.seal(name)
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
            ledger.seal(name)
    return Compacted(before, after, given_up)


def verify(ledger: Ledger) -> list[str]:
    """Read every file of the ledger anew; return what is wrong, one sentence each, nothing for a sound ledger.

    A commit that is damaged is put back from its copy once it is found.
    """
    faults: list[str] = []
    for name in TABLES:
        found = ledger.sealed(name).faults()
        faults += [fault.sentence for fault in found]
        try:
            table = ledger.table(name=name)
            if table is None:
                continue
            lost = set(ledger.unsound(table, name)) - {fault.path for fault in found}
            faults += [ledger.sealed(name).cost(file) for file in sorted(lost)]
            if name == "incidents" and not ledger.unsound(table, name):
                faults += _faults_of(ledger, table.to_pyarrow_dataset().count_rows())
        except RoutesError as error:
            faults.append(str(error))
        except (OSError, ValueError, DeltaError) as error:
            faults.append(f"Table {name} cannot be read ({str(error).splitlines()[0][:160]}).")
    try:
        pinned = pins(ledger)
    except RoutesError as error:
        return [*faults, str(error)]
    for name, version in pinned.items():
        faults += _pin_faults(ledger, name, version)
    return faults


def unproven(ledger: Ledger) -> int:
    """Return of how many data files nothing says how they were written."""
    return sum(ledger.sealed(name).unproven() for name in TABLES)


def adopt(ledger: Ledger) -> None:
    """Vouch for what stands as it stands: versions without a seal, or with a damaged one, are sealed.

    Raises
    ------
    UnwritableLedger
        If the workspace does not take it.
    """
    with writing(ledger.home):
        for name in TABLES:
            ledger.sealed(name).seal(anew=True)


def restore(ledger: Ledger, *, keep_rest: bool = False) -> list[str]:
    """Take the last version again whose files are all sound, as a new version; damaged files are set aside.

    Where there is no such version, the newest is kept without what lies in its damaged files.

    Parameters
    ----------
    ledger : Ledger
    keep_rest : bool
        Keep the newest version without what lies in its damaged files, whether or not an earlier one is sound.

    Returns
    -------
    list of str
        What was done and what is lost, a sentence each.

    Raises
    ------
    WrongValue
        If nothing is damaged.
    UnwritableLedger
        If the workspace cannot be written.
    """
    said: list[str] = []
    with writing(ledger.home), exclusive_lock(ledger.home):
        for name in TABLES:
            said += _restored(ledger, name, keep_rest=keep_rest)
    if not said:
        raise WrongValue("the ledger is sound", rule="only a damaged one is restored", done="nothing was changed")
    return said


def _restored(ledger: Ledger, name: str, *, keep_rest: bool) -> list[str]:
    sealed = ledger.sealed(name)
    faults = sealed.faults()
    said: list[str] = []
    cut = sealed.mend()
    if cut is not None:
        said.append(sealed.cut(cut))
        for version in sealed.commits():
            if version >= cut:
                sealed.set_aside(commit_path(version))
    table = ledger.table(name=name)
    if table is None:
        return said
    damaged = ledger.unsound(table, name)
    said += [sealed.cost(file) for file in damaged]
    last = None if keep_rest or not damaged else _last_sound(ledger, name, table.version())
    before = ledger.history()
    if last is not None:
        table.restore(last, commit_properties=CommitProperties(custom_metadata={RESTORED: str(last)}))
        said.append(f"Version {last} of table {name} stands again, as version {ledger.require(name).version()}.")
    old = [fault for fault in faults if fault.path.endswith(".parquet") and "/" not in fault.path]
    for path in {*damaged, *(fault.path for fault in old)}:
        sealed.set_aside(path)
    if damaged and last is None:
        lost = sum(sealed.rows(file) for file in damaged)
        table.repair(commit_properties=CommitProperties(custom_metadata={LEFT_OUT: str(lost)}))
        said.append(f"The rest of table {name} stands as version {ledger.require(name).version()}.")
    said += [fault.sentence for fault in old if fault.path not in damaged]
    ledger.seal(name)
    if name == "incidents":
        stands = {batch.batch for _, batch in ledger.history()}
        said += [_taken_in_again(batch) for _, batch in before if batch.batch not in stands]
    return said


def _last_sound(ledger: Ledger, name: str, newest: int) -> int | None:
    """Return the last version before the newest whose files are all sound, None if there is none."""
    for version in range(newest - 1, -1, -1):
        with suppress(RoutesError):
            table = ledger.table(version, name)
            if table is not None and not ledger.unsound(table, name):
                return version
    return None


def _taken_in_again(batch: Batch) -> str:
    if batch.decision:
        return f"Decision {batch.batch} on {' and '.join(batch.pair)} is lost: give it again."
    if batch.undoes:
        return f"Batch {batch.batch}, which took {batch.undoes} back, is lost: take it back again."
    return f"Batch {batch.batch} of {batch.file} is lost: take the file in again."


def _faults_of(ledger: Ledger, rows: int) -> list[str]:
    faults = []
    incidents = ledger.reports(columns=["incident_id", "batch", "cell", "lat", "lon"])
    doubled = incidents.height - incidents["incident_id"].n_unique()
    if doubled:
        faults.append(f"Table incidents: {doubled:,} ids stand more than once.")
    history = [batch for _, batch in ledger.history()]
    counted = accounted_for(ledger)
    if counted is None:
        return faults
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


def accounted_for(ledger: Ledger) -> int | None:
    """Return how many incidents the batches say that there are, None where what some of them did cannot be read."""
    history = ledger.history()
    if any(_unreadable(ledger, version) for version, batch in history if batch.undoes):
        return None  # what they brought back can no longer be counted
    counted = sum(
        batch.kept - batch.withdrawn if not batch.undoes else -batch.withdrawn + _returned(ledger, batch.batch)
        for _, batch in history
    )
    return counted - ledger.left_out()


def _unreadable(ledger: Ledger, version: int) -> bool:
    """Tell whether a version, or the one before it, was given up or is damaged."""
    return any(ledger.damage_of("incidents", number) for number in (version - 1, version))


def _returned(ledger: Ledger, name: str) -> int:
    """Return how many incidents an undoing batch brought back that had been withdrawn."""
    version = next(version for version, batch in ledger.history() if batch.batch == name)
    before, after = (ledger.reports(number, columns=["incident_id"]) for number in (version - 1, version))
    return after.join(before, on="incident_id", how="anti").height


def _pin_faults(ledger: Ledger, name: str, version: int) -> list[str]:
    try:
        table = ledger.table(version)
        lost = [] if table is None else ledger.unsound(table)
        if lost:
            return [f"Version {version}, pinned as {name!r}: {ledger.sealed('incidents').cost(lost[0])}"]
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
    with whole(path, proven=True) as part:
        part.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True), encoding="utf-8")
