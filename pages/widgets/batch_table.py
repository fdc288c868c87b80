"""The imports that made the ledger, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl
import streamlit as st

from geodata.ledger.batch import Batch
from geodata.ledger.version_diff import Undone
from pages.data.who import allowed
from pages.data.workspace_cache import Workspace
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, facts, hint, notice, sentences
from pages.ui.translate import mark, number, say

COUNTS: Final[Mapping[str, str]] = {
    "read": mark("Read"),
    "kept": mark("Kept"),
    "updated": mark("Updated"),
    "withdrawn": mark("Withdrawn"),
    "duplicates": mark("Duplicates"),
    "refused": mark("Refused"),
}
"""Columns of figures, and what stands above them."""
TITLES: Final[Mapping[str, str]] = {
    "at": mark("Time (UTC)"),
    "by": mark("By"),
    "file": mark("File"),
    "source": mark("Source"),
    "note": mark("Note"),
    "batch": mark("Import"),
    "version": mark("Version"),
    "profile": mark("Profile"),
}
"""The other columns, and what stands above them."""
_SAID = "said-of-batches"


def batches(seen: Workspace) -> None:
    """List the batches, newest first, and offer to take back the one that is chosen."""
    history = seen.history()
    tell_undone()
    if not history:
        notice(say("Nothing has been imported yet. Add a file of yours under “{tab}”.", tab=say("Import")))
        return
    undone = {batch.undoes: batch.batch for _, batch in history if batch.undoes}
    chosen = tabulate(
        table(history, undone),
        {name: st.column_config.NumberColumn(say(title), format="localized") for name, title in COUNTS.items()}
        | {name: say(title) for name, title in TITLES.items()},
        say("Imports, newest first"),
        height="content" if len(history) < 15 else 560,
        key=f"batches-{history[0][0]}",
        on_select="rerun",
        selection_mode="single-row",
    ).selection.rows
    if chosen and chosen[0] < len(history):
        _, batch = history[chosen[0]]
        if batch.batch in undone:
            aside(say("Import {batch} was undone by {other}.", batch=batch.batch, other=undone[batch.batch]))
        undo_button(seen, batch, disabled=bool(batch.purge) or batch.batch in undone)
    elif allowed("undo"):
        hint(say("Choose a row, by its box on the left, to undo an import."))


def table(history: list[tuple[int, Batch]], undone: dict[str, str]) -> pl.DataFrame:
    """Return the batches as a table; the note tells which were taken back, and which take others back."""
    rows = [
        {"at": batch.at[:16].replace("T", " "), "file": named(batch), "source": batch.source}
        | {name: getattr(batch, name) for name in COUNTS}
        | {"note": note(batch, undone), "profile": batch.profile, "by": batch.actor}
        | {"batch": batch.batch, "version": version}
        for version, batch in history
    ]
    return pl.DataFrame(rows)


def named(batch: Batch) -> str:
    """Return the file of a batch, what it decided on two reports, or what it purged."""
    if batch.purge:
        return say("purged for good: {what}, {count} of what stood", what=batch.purge, count=number(batch.purged))
    if not batch.decision:
        return batch.file
    one, other = batch.pair
    if batch.decision == "one event":
        return say("{one} and {other} are one event, counted once", one=one, other=other)
    return say("{one} and {other} are apart", one=one, other=other)


def note(batch: Batch, undone: dict[str, str]) -> str:
    """Return what is special about a batch."""
    said = [say("undoes {batch}", batch=batch.undoes)] if batch.undoes else []
    said += [say("undone by {batch}", batch=undone[batch.batch])] if batch.batch in undone else []
    return "; ".join(said)


def undo_button(seen: Workspace, batch: Batch, *, disabled: bool = False) -> None:
    """Offer to take a batch back, and ask again before it is done."""
    if not allowed("undo"):
        return
    if st.button(say("Undo this import"), key=f"undo-{batch.batch}", icon=":material/undo:", disabled=disabled):
        st.dialog(say("Undo this import?"))(_confirm)(seen, batch)


def tell_undone() -> None:
    """Say once what was taken back."""
    if said := st.session_state.pop(_SAID, ""):
        notice(said, "done")


def _confirm(seen: Workspace, batch: Batch) -> None:
    if batch.decision:
        aside(say("The two reports are counted as before. This makes a new version of the ledger."))
    else:
        _what_returns(batch)
    with st.container(horizontal=True):
        done = st.button(say("Take it back"), type="primary")
        kept = st.button(say("Keep it"))
    if kept:
        st.rerun()
    if done:
        with sentences():
            st.session_state[_SAID] = _said(seen.undo(batch.batch), batch)
            st.rerun()


def _what_returns(batch: Batch) -> None:
    aside(
        say(
            "What it added goes, and what it changed or withdrew returns as it stood before. This makes a new version "
            "of the ledger; every earlier one stays readable."
        )
    )
    did = say(
        "{kept} kept, {updated} updated, {withdrawn} withdrawn",
        kept=batch.kept,
        updated=batch.updated,
        withdrawn=batch.withdrawn,
    )
    about = [(say("Import"), batch.batch), (say("File"), batch.file), (say("Source"), batch.source)]
    facts([*about, (say("What it did"), did)], say("The import"))


def _said(undone: Undone, batch: Batch) -> str:
    if batch.decision:
        return say("Taken back: {decision}.", decision=named(undone.batch))
    said = say(
        "Import {batch} ({file}) was undone: {gone} gone, {restored} as they stood before.",
        batch=batch.batch,
        file=batch.file,
        gone=undone.batch.withdrawn,
        restored=undone.batch.updated,
    )
    if not undone.kept_as_revised:
        return said
    stay = say("{stay} were revised by later imports and stay.", stay=undone.kept_as_revised)
    return f"{said} {stay}"
