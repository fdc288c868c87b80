"""The batches that made the ledger, and taking one back."""

from __future__ import annotations

import polars as pl
import streamlit as st

from geodata.batches import Batch
from geodata.changes import Undone
from pages.notices import aside, facts, notice, sentences
from pages.workspace import Workspace

COUNTS = ("read", "kept", "updated", "withdrawn", "duplicates", "refused")
_SAID = "said-of-batches"


def batches(seen: Workspace) -> None:
    """List the batches, newest first, and offer to take back the one that is chosen."""
    history = seen.history()
    tell_undone()
    if not history:
        notice("Nothing has been taken in yet. Add a file of yours under “Add incidents”.")
        return
    undone = {batch.undoes: batch.batch for _, batch in history if batch.undoes}
    chosen = st.dataframe(
        table(history, undone),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(name.capitalize(), format="localized") for name in COUNTS}
        | {"at": "Time (UTC)", "by": "By", "file": "File", "source": "Source", "note": "Note", "batch": "Batch"}
        | {"version": "Version", "profile": "Profile"},
        height="content" if len(history) < 15 else 560,
        key=f"batches-{history[0][0]}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Batches, newest first",
    ).selection.rows
    if chosen and chosen[0] < len(history):
        _, batch = history[chosen[0]]
        if batch.batch in undone:
            aside(f"Batch {batch.batch} was taken back by {undone[batch.batch]}.")
        undo_button(seen, batch, disabled=batch.batch in undone)
    else:
        aside("Choose a row, by its box on the left, to take a batch back.")


def table(history: list[tuple[int, Batch]], undone: dict[str, str]) -> pl.DataFrame:
    """Return the batches as a table; the note tells which were taken back, and which take others back."""
    rows = [
        {"at": batch.at[:16].replace("T", " "), "file": batch.file, "source": batch.source}
        | {name: getattr(batch, name) for name in COUNTS}
        | {"note": note(batch, undone), "profile": batch.profile, "by": batch.actor}
        | {"batch": batch.batch, "version": version}
        for version, batch in history
    ]
    return pl.DataFrame(rows)


def note(batch: Batch, undone: dict[str, str]) -> str:
    """Return what is special about a batch."""
    said = [f"takes back {batch.undoes}"] if batch.undoes else []
    said += [f"taken back by {undone[batch.batch]}"] if batch.batch in undone else []
    return "; ".join(said)


def undo_button(seen: Workspace, batch: Batch, *, disabled: bool = False) -> None:
    """Offer to take a batch back, and ask again before it is done."""
    if st.button("Undo this batch", key=f"undo-{batch.batch}", icon=":material/undo:", disabled=disabled):
        _confirm(seen, batch)


def tell_undone() -> None:
    """Say once what was taken back."""
    if said := st.session_state.pop(_SAID, ""):
        notice(said, "done")


@st.dialog("Take this batch back?")
def _confirm(seen: Workspace, batch: Batch) -> None:
    aside(
        "What it added goes, and what it changed or withdrew returns as it stood before. This makes a new version of "
        "the ledger; every earlier one stays readable."
    )
    did = ", ".join(f"{getattr(batch, name):,} {name}" for name in ("kept", "updated", "withdrawn"))
    facts([("Batch", batch.batch), ("File", batch.file), ("Source", batch.source), ("What it did", did)], "The batch")
    with st.container(horizontal=True):
        done = st.button("Take it back", type="primary")
        kept = st.button("Keep it")
    if kept:
        st.rerun()
    if done:
        with sentences():
            st.session_state[_SAID] = _said(seen.undo(batch.batch), batch)
            st.rerun()


def _said(undone: Undone, batch: Batch) -> str:
    said = (
        f"Batch {batch.batch} ({batch.file}) was taken back: {undone.batch.withdrawn:,} gone, "
        f"{undone.batch.updated:,} as they stood before."
    )
    stay = undone.kept_as_revised
    return f"{said} {stay:,} were revised by later batches and stay." if stay else said
