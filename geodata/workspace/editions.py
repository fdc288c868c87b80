"""EDITIONS: what each version of the ledger already knew of each month, from which delays of reporting are learnt.

The versions of a ledger are a reporting triangle (Lawless 1994): month of the incident by state of the knowledge. An
edition of a source is as new as the latest incident in it, whenever it was taken in.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from geodata.ledger.store import Ledger
from geodata.mapping.profiles import profiles
from geodata.model.reporting import TRIANGLE, Editions, Reporting, month_of, strata

MOST_EDITIONS = 16
"""Editions that are compared, the latest of them."""


@cache
def reporting() -> dict[str, Reporting]:
    """Return by source what the profiles know of how it reports."""
    return {one.source: one.reporting for one in profiles() if one.reporting is not None}


def editions_of(ledger: Ledger, incidents: pl.DataFrame, version: int) -> Editions:
    """Return what is known of how late reports arrive, as a version of the ledger tells it.

    Parameters
    ----------
    ledger : Ledger
    incidents : DataFrame
        Those of the version.
    version : int
    """
    return Editions(triangle(ledger, incidents, version), reporting())


def triangle(ledger: Ledger, incidents: pl.DataFrame, version: int) -> pl.DataFrame:
    """Return what each edition held of what a version knows, columns of ``TRIANGLE``; none where there is one edition.

    Parameters
    ----------
    ledger : Ledger
    incidents : DataFrame
        Those of the version.
    version : int
    """
    now = incidents.select(
        "incident_id", "source", month_of().alias("month"), strata(incidents, reporting()).alias("stratum")
    )
    now = now.drop_nulls("month")
    newest = dict(now.group_by("source").agg(pl.col("month").max()).iter_rows())
    rows = []
    for before, source in _editions(ledger, version):
        own = now.filter(pl.col("source") == source)
        if ledger.damage_of("incidents", before):  # what lies in damaged files would count as not known then
            continue
        held = ledger.reports(before).filter(pl.col("source") == source).select("incident_id", "time_start")
        as_of = held.select(month_of().max()).item()
        if as_of is None or own.is_empty() or as_of >= newest[source]:
            continue
        known = own.with_columns(pl.col("incident_id").is_in(held["incident_id"].implode()).alias("was"))
        rows.append(
            known.filter(pl.col("month") <= as_of)
            .group_by("source", "stratum", "month")
            .agg(
                pl.lit(as_of, pl.Int32).alias("as_of"),
                pl.col("was").sum().cast(pl.Int64).alias("held"),
                pl.len().cast(pl.Int64).alias("now"),
            )
        )
    if not rows:
        return pl.DataFrame(schema=TRIANGLE)
    every = pl.concat(rows).select(*TRIANGLE)
    # Of editions that are equally new the last one speaks.
    return every.unique(["source", "stratum", "month", "as_of"], keep="last", maintain_order=True)


def _editions(ledger: Ledger, version: int) -> list[tuple[int, str]]:
    """Return the versions before one that editions of a source made, the oldest first, with the source."""
    history = [(made, batch) for made, batch in ledger.history() if made < version]
    undone = {batch.undoes for _, batch in history if batch.undoes}
    made = [
        (number, batch.source)
        for number, batch in history
        if batch.source and not batch.undoes and batch.batch not in undone
    ]
    return made[:MOST_EDITIONS][::-1]
