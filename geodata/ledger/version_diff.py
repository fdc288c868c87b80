"""Changes: what differs between two versions of the ledger, and taking a batch back.

Taking back is itself a new version: what the batch added goes, what it revised or withdrew returns as it stood before.
Incidents that a later batch has revised since stay as they are, and are counted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import polars as pl
from deltalake import DeltaTable

from geodata.core.actor import actor
from geodata.core.errors import WrongValue
from geodata.ledger.batch import Batch, now_rfc3339, require_batch
from geodata.ledger.linked_reports import Decision
from geodata.ledger.store import Ledger
from geodata.model.incident import SCHEMA

_UNSPOKEN = ("batch", "fingerprint")
"""Columns that say nothing about the incident."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a batch back did: the new batch, and how many incidents later batches had revised since."""

    batch: Batch
    kept_as_revised: int


def changes(ledger: Ledger, since: int, until: int | None = None) -> pl.DataFrame:
    """Return what changed between two versions, one row for each incident that differs.

    Parameters
    ----------
    ledger : Ledger
    since, until : int
        Versions; ``until`` defaults to the newest.

    Returns
    -------
    DataFrame
        incident_id, source, change ("added", "updated", "withdrawn"), fields (list of the columns that differ).

    Raises
    ------
    UnknownVersion, DamagedLedger
        If one of them cannot be read.
    """
    for version in (since, until):
        ledger.require_sound("incidents", version=version, done="nothing was compared")
    before, after = ledger.reports(since), ledger.reports(until)
    return pl.concat(
        [
            _marked(after.join(before, on="incident_id", how="anti"), "added"),
            _updated(before, after),
            _marked(before.join(after, on="incident_id", how="anti"), "withdrawn"),
        ]
    ).sort("incident_id")


def undo(ledger: Ledger, name: str) -> Undone:
    """Take a batch back.

    Raises
    ------
    WrongValue
        If there is no such batch, or it was taken back already.
    DamagedLedger
        If what the batch changed cannot be read.
    """
    history = ledger.history()
    version, batch = require_batch(history, name)
    if any(later.undoes == name for _, later in history):
        raise WrongValue(f"batch {name!r} was taken back already", rule="once is enough", done="nothing was changed")
    if batch.purge:
        raise WrongValue(f"batch {name!r} is a purge", rule="what was purged is gone", done="nothing was changed")
    if batch.decision:
        return _decision_undone(ledger, batch)
    identity = ledger.identity()
    for number in (version - 1, version) if version else (version,):
        ledger.require_sound("incidents", version=number, done="nothing was changed")
    after = ledger.reports(version)
    before = ledger.reports(version - 1) if version else after.clear()
    touched = _differing(before, after)
    revised = 0

    def attempt(table: DeltaTable) -> Batch:
        nonlocal revised
        ledger.require_same(table, identity)
        now = ledger.reports(int(table.version()))
        meant = after.filter(pl.col("incident_id").is_in(touched.implode()))
        # What stands as the batch left it, or is as gone as the batch left it.
        stands = now.join(meant, on=["incident_id", "fingerprint"], how="semi")["incident_id"]
        left = before.filter(pl.col("incident_id").is_in(touched.implode())).join(after, on="incident_id", how="anti")
        gone = left.join(now, on="incident_id", how="anti")["incident_id"]
        ours = pl.concat([stands, gone])
        revised = len(touched) - len(ours)
        back = before.filter(pl.col("incident_id").is_in(ours.implode()))
        taken = ours.filter(~ours.is_in(back["incident_id"].implode()))
        counted = _undoing(batch, back.height, len(taken))
        if back.height or len(taken):
            ledger.merge(table, back, taken, counted)
        return counted

    return Undone(ledger.retried(attempt, name), revised)


def _decision_undone(ledger: Ledger, batch: Batch) -> Undone:
    """Decide the opposite of what a batch decided, unless it was decided anew since."""
    opposite: Decision = "apart" if batch.decision == "one event" else "one event"
    one, other = batch.pair
    done = ledger.decide(one, other, opposite, undoes=batch.batch)
    if done is None:
        raise WrongValue(
            f"what batch {batch.batch!r} decided was decided otherwise since",
            rule="the latest decision on two reports counts",
            done="nothing was changed",
        )
    return Undone(done, 0)


def _undoing(batch: Batch, back: int, taken: int) -> Batch:
    return Batch(
        batch=f"b-{os.urandom(6).hex()}",
        file=batch.file,
        sha256=batch.sha256,
        source=batch.source,
        profile=batch.profile,
        actor=actor(),
        at=now_rfc3339(),
        updated=back,
        withdrawn=taken,
        undoes=batch.batch,
    )


def _marked(incidents: pl.DataFrame, change: str) -> pl.DataFrame:
    nothing = pl.lit([], pl.List(pl.String))
    return incidents.select("incident_id", "source", pl.lit(change).alias("change"), nothing.alias("fields"))


def _updated(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = after.join(before, on="incident_id", suffix="_before").filter(
        pl.col("fingerprint") != pl.col("fingerprint_before")
    )
    spoken = [name for name in SCHEMA if name not in (*_UNSPOKEN, "incident_id")]
    differing = pl.concat_list(
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}_before"))).then(pl.lit(name)) for name in spoken
    )
    return both.select(
        "incident_id", "source", pl.lit("updated").alias("change"), differing.list.drop_nulls().alias("fields")
    )


def _differing(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """Return the ids of what a commit added, revised or withdrew."""
    same = after.join(before, on=["incident_id", "fingerprint"], how="semi")["incident_id"]
    every = pl.concat([before["incident_id"], after["incident_id"]]).unique()
    return every.filter(~every.is_in(same.implode())).sort()
