"""The register of corridors: under which ids a workspace knows them, where each last ran, and what became of it.

Two tables beside the ledger: ``corridors``, a row for each corridor that ever was, put in the place of the one before,
and ``corridor_events``, which only grows. What the columns mean is told in ``routes.pipelines.corridor_tracking``.
"""

from __future__ import annotations

import polars as pl

from geodata.ledger.batch import now_rfc3339
from geodata.ledger.store import Ledger

CORRIDORS, EVENTS = "corridors", "corridor_events"
EVENT_SCHEMA = {
    **dict.fromkeys(("event", "corridor_id", "other_id", "mode", "name", "at"), pl.String),
    "version": pl.Int64,
}
"""``at`` is the moment, UTC, RFC 3339; ``version`` that of the ledger."""


def registered(ledger: Ledger, schema: pl.Schema) -> pl.DataFrame:
    """Return the corridors that a workspace knows; none, with the columns of ``schema``, where it knows none."""
    frame = ledger.rows(CORRIDORS)
    if frame is None:
        return pl.DataFrame(schema=schema)
    if "method" not in frame.columns:  # before there were two, all were ridges
        frame = frame.with_columns(pl.lit("ridges").alias("method"))
    later = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return (
        frame.with_columns(later)
        .select(pl.col(name).cast(kind) for name, kind in schema.items())
        .sort("corridor_id", "method")
    )


def register(ledger: Ledger, corridors: pl.DataFrame, events: pl.DataFrame) -> None:
    """Keep the corridors as they are now, and what happened to them, with the ledger's version and the moment.

    Nothing is written where nothing changed.

    Raises
    ------
    UnwritableLedger
        If the workspace does not take it, or what it would build upon is damaged.
    """
    ledger.require_sound("incidents", CORRIDORS)
    if corridors.sort("corridor_id", "method").equals(registered(ledger, corridors.schema)):
        return
    if events.height:
        told = events.with_columns(
            pl.lit(now_rfc3339()).alias("at"), pl.lit(ledger.version(), dtype=pl.Int64).alias("version")
        )
        ledger.append(EVENTS, told)
    ledger.append(CORRIDORS, corridors.with_columns(pl.col("cells").cast(pl.List(pl.Int64))), instead=True)


def corridor_events(ledger: Ledger) -> pl.DataFrame:
    """Return what happened to corridors, the latest last; columns of ``EVENT_SCHEMA``."""
    frame = ledger.rows(EVENTS)
    if frame is None:
        return pl.DataFrame(schema=EVENT_SCHEMA)
    return frame.sort("version", "at", "corridor_id")
