"""What became of a file that was imported: counts, the way to it on the map, and undo."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from geodata.ingest.pipeline import Rehearsal
from geodata.ingest.receipt import Receipt
from geodata.ledger.batch import Batch
from pages.data.workspace_cache import Workspace
from pages.ui.notices import aside, notice, way
from pages.ui.translate import number, say
from pages.widgets.batch_table import tell_undone, undo_button
from pages.widgets.charts import link
from pages.widgets.left_open import left_open


def counts(batch: Batch, *, foreseen: bool) -> None:
    """Show what becomes of the rows; withdrawn incidents are none of the file's rows."""
    added = say("Rows that would be added as incidents.") if foreseen else say("Rows that were added as incidents.")
    revised = say("Rows that would revise an incident.") if foreseen else say("Rows that have revised an incident.")
    every = (
        (say("New"), batch.kept, added),
        (say("Updated"), batch.updated, revised),
        (say("Known already"), batch.duplicates, say("Rows that say nothing new.")),
        (say("Withdrawn"), batch.withdrawn, say("Incidents that an earlier edition had and this one leaves out.")),
        (say("Refused"), batch.refused, say("Rows that break a rule.")),
    )
    told = [one for one in every if one[1] or one in (every[0], every[-1])]
    with st.container(horizontal=True):
        for name, count, meaning in told:
            st.metric(name, number(count), help=meaning, width="content")


def tell(seen: Workspace, receipt: Receipt, found: Rehearsal | None) -> None:
    """Say what became of the file, lead to it on the map, and offer to undo it."""
    tell_undone()
    batch = receipt.batch
    if batch is None:
        notice(receipt.error, "error")
        return
    stored = batch.kept + batch.updated + batch.withdrawn > 0
    if not stored:
        notice(say("Nothing in {file} was new; nothing was stored.", file=batch.file))
        return
    if any(later.undoes == batch.batch for _, later in seen.history()):
        aside(say("{file} is no longer in the ledger: import {batch} was undone.", file=batch.file, batch=batch.batch))
        return
    notice(
        say(
            "{file} was imported as {batch}, source “{source}”.",
            file=batch.file,
            batch=batch.batch,
            source=batch.source,
        ),
        "done",
    )
    counts(batch, foreseen=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found is not None and found.days is not None:
            first, last = found.days
            period = {"from": first.isoformat(), "to": (last + timedelta(days=1)).isoformat()}
            way(link("./", period, say("Show this period on the map")))
        undo_button(seen, batch)
    for said in receipt.notes:
        aside(say(said))
    left_open(seen)
