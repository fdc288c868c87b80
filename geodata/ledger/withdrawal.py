"""Withdrawing one incident: gone from the version that this makes, it stays in those before."""

from __future__ import annotations

import os
from dataclasses import replace

import polars as pl
from deltalake import DeltaTable

from geodata.core.actor import actor
from geodata.core.errors import WrongValue
from geodata.ledger.batch import Batch, now_rfc3339
from geodata.ledger.store import Ledger


def withdraw(ledger: Ledger, incident_id: str, file: str, profile: str = "") -> Batch:
    """Withdraw an incident.

    Parameters
    ----------
    ledger : Ledger
    incident_id : str
    file, profile : str
        What the history says it came from.

    Raises
    ------
    WrongValue
        If no incident of this id stands.
    UnknownVersion
        For an empty ledger.
    BusyLedger, UnwritableLedger
        If it could not be stored.
    """
    batch = Batch(
        batch=f"b-{os.urandom(6).hex()}",
        file=file,
        sha256="",
        source="",
        profile=profile,
        actor=actor(),
        at=now_rfc3339(),
        withdrawn=1,
    )

    def attempt(table: DeltaTable) -> Batch:
        standing = ledger.reports(int(table.version())).filter(pl.col("incident_id") == incident_id)
        if standing.is_empty():
            raise WrongValue(
                f"no incident {incident_id!r} stands", rule="what is gone cannot go again", done="nothing was changed"
            )
        counted = replace(batch, source=standing["source"][0])
        ledger.merge(table, standing.clear(), standing["incident_id"], counted)
        return counted

    return ledger.retried(attempt, file)
