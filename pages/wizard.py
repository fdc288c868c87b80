"""Adding a file: look at its columns, check its rows, take it in. Nothing is stored before the last step."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from geodata.batches import Batch
from geodata.ingest import Rehearsal
from geodata.profiles import Profile
from geodata.readings import ENDINGS, ROW
from geodata.receipts import Receipt
from geodata.refusals import csv_of
from pages.batches import tell_undone, undo_button
from pages.columns import ask_columns, ask_name, ask_source
from pages.notices import aside, notice, sentences
from pages.uploads import SHOWN_ROWS, Preview, Upload
from pages.workspace import Workspace

STEPS = ("Columns", "Check", "Taken in")
MOST_COLUMNS = 300
"""Columns of a file that are shown and offered."""
MOST_REFUSALS = 1_000
"""Refused rows that are listed; the file to download holds all."""
_DRAFT = "draft"
_numbers = itertools.count()


@dataclass(slots=True)
class Draft:
    """A file on its way in, and what is known of it so far; changed in place, so that no step is done twice."""

    upload: Upload
    preview: Preview
    number: int = field(default_factory=lambda: next(_numbers))
    profile: Profile | None = None
    rehearsal: Rehearsal | None = None
    receipt: Receipt | None = None

    @property
    def step(self) -> int:
        """Return which of ``STEPS`` it is at."""
        return 2 if self.receipt else 1 if self.rehearsal else 0


def wizard(seen: Workspace) -> None:
    """Show the step that the file in hand is at, or ask for a file."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None:
        _ask(seen)
        return
    _steps(draft)
    if draft.receipt is not None:
        _tell(seen, draft.receipt)
    elif draft.rehearsal is not None and draft.profile is not None:
        _decide(seen, draft, draft.rehearsal, draft.profile)
    else:
        _look(seen, draft)


def _ask(seen: Workspace) -> None:
    """Ask for a file, and read its columns."""
    sent = st.file_uploader(
        "A file of incidents",
        type=[ending.removeprefix(".") for ending in ENDINGS],
        help="One row is one incident, with a date and a place. Columns of persons are never stored.",
    )
    aside("Nothing is stored before you have seen how the file is read and what would become of its rows.")
    if sent is not None:
        with sentences(), _progress("Reading"):
            upload = Upload(sent.name, sent.getvalue())
            st.session_state[_DRAFT] = Draft(upload, seen.preview(upload))
            st.rerun()


def _steps(draft: Draft) -> None:
    """Show how far the file is, and let it go."""
    now = draft.step
    items = "".join(
        f'<li class="{"done" if number < now else ""}"{" aria-current=step" if number == now else ""}>{name}</li>'
        for number, name in enumerate(STEPS)
    )
    steps, again = st.columns([4, 1], vertical_alignment="center")
    steps.html(f'<ol class="steps" aria-label="Steps">{items}</ol>')
    if again.button("Another file" if draft.receipt else "Start again", width="stretch"):
        del st.session_state[_DRAFT]
        st.rerun()


def _look(seen: Workspace, draft: Draft) -> None:
    """Show the first rows and how their columns are read; take what is said instead, and check."""
    preview = draft.preview
    _recognised(preview)
    names = list(preview.reading.columns[:MOST_COLUMNS])
    head = preview.reading.head.select(ROW, *names).head(SHOWN_ROWS)
    st.dataframe(
        head,
        hide_index=True,
        height=240,
        placeholder="",
        column_config={ROW: st.column_config.NumberColumn("Row", pinned=True)},
        alt="The first rows of the file",
    )
    for said in _notes(preview):
        aside(said)
    guess, changed = ask_columns(preview, draft.number, names)
    source = ask_source(preview, draft.number)
    changed = changed or source != preview.source
    if preview.profile is not None and not changed:
        _check(seen, draft, "Check", lambda: preview.profile)
        return
    for what in guess.open:
        notice(f"To be stated before this file can be read: {what}.", "warning")
    name = ask_name(seen, preview, draft.number)
    _check(
        seen,
        draft,
        "Save as a profile and check",
        lambda: seen.keep_profile(preview, guess, name, source),
        disabled=bool(guess.open),
    )


def _recognised(preview: Preview) -> None:
    file = preview.reading.file
    if preview.profile is not None:
        notice(f"{file} is read by the profile “{preview.profile.name}”: {preview.profile.title}.", "done")
    else:
        notice(
            f"No profile fits {file}. What its columns seem to be is a guess: look at each, and change what is wrong."
        )


def _notes(preview: Preview) -> list[str]:
    said = [f"The first {SHOWN_ROWS} rows.", *preview.reading.notes]
    count = len(preview.reading.columns)
    if count > MOST_COLUMNS:
        said.append(f"It has {count:,} columns; the first {MOST_COLUMNS} are shown and offered.")
    if preview.persons:
        said.append(f"Never stored, as they are of persons: {', '.join(preview.persons)}.")
    return [" ".join(said)]


def _check(
    seen: Workspace, draft: Draft, label: str, chosen: Callable[[], Profile | None], *, disabled: bool = False
) -> None:
    """Go through the rows by the profile that is chosen, once the button is pressed."""
    if not st.button(label, type="primary", disabled=disabled):
        return
    with sentences(), _progress("Checking") as step:
        profile = chosen()
        if profile is not None:
            draft.rehearsal = seen.rehearse(draft.upload, profile, step)
            draft.profile = profile
            st.rerun()


def _decide(seen: Workspace, draft: Draft, found: Rehearsal, profile: Profile) -> None:
    """Show what would become of the rows, and take them in or go back to the columns."""
    batch = found.batch
    new = batch.kept + batch.updated + batch.withdrawn
    notice(f"{batch.file}, {batch.read:,} rows, read by the profile “{profile.name}”. Nothing is stored yet.")
    _counts(batch, foreseen=True)
    for said in found.notes:
        aside(said)
    _refusals(found)
    may_withdraw = False
    if found.objection:
        notice(found.objection, "warning")
        may_withdraw = st.checkbox(f"Withdraw {batch.withdrawn:,} incidents all the same", key=f"all-{draft.number}")
    if not new:
        notice("Nothing in it is new, so that there is nothing to take in.", "warning")
    with st.container(horizontal=True):
        ready = new > 0 and (may_withdraw or not found.objection)
        take = st.button("Take in", type="primary", disabled=not ready)
        back = st.button("Back to the columns")
    if back:
        draft.rehearsal = None
        st.rerun()
    if take:
        with sentences(), _progress("Taking in") as step:
            draft.receipt = seen.take_in(draft.upload, profile, step, may_withdraw=may_withdraw)
            st.rerun()


def _counts(batch: Batch, *, foreseen: bool) -> None:
    """Show what becomes of the rows; withdrawn incidents are none of the file's rows."""
    would = "would be " if foreseen else ""
    counts = {
        "new": (batch.kept, f"Rows that {would or 'were '}added as incidents."),
        "updated": (batch.updated, f"Rows that {would or 'have '}revise{'' if foreseen else 'd'} an incident."),
        "known already": (batch.duplicates, "Rows that say nothing new."),
        "withdrawn": (batch.withdrawn, "Incidents that an earlier edition had and this one leaves out."),
        "refused": (batch.refused, "Rows that break a rule."),
    }
    for place, (name, (count, meaning)) in zip(st.columns(len(counts)), counts.items(), strict=True):
        place.metric(name.capitalize(), f"{count:,}", help=meaning)


def _refusals(found: Rehearsal) -> None:
    if found.refusals.is_empty():
        return
    rows = found.refusals.select("row", "column", "rule", "value")
    title, file = st.columns([4, 1], vertical_alignment="bottom")
    with title:
        more = f"; the first {MOST_REFUSALS:,} are listed" if rows.height > MOST_REFUSALS else ""
        aside(f"{found.batch.refused:,} rows are refused, for {rows.height:,} faults{more}.")
    file.download_button(
        "Refusals",
        csv_of(rows),
        f"refusals-{Path(found.batch.file).stem}.csv",
        "text/csv",
        icon=":material/download:",
        help="Download all refusals as CSV.",
        on_click="ignore",
        width="stretch",
    )
    st.dataframe(
        rows.head(MOST_REFUSALS),
        hide_index=True,
        height=min(320, 37 + 35 * rows.height),
        column_config={
            "row": st.column_config.NumberColumn("Row", width="small"),
            "column": "Column",
            "rule": "Rule",
            "value": "Value",
        },
        alt="Refused rows",
    )


def _tell(seen: Workspace, receipt: Receipt) -> None:
    """Say what became of the file."""
    tell_undone()
    batch = receipt.batch
    if batch is None:
        notice(receipt.error.partition("; every refusal stands in ")[0].rstrip(".") + ".", "error")
        return
    stored = batch.kept + batch.updated + batch.withdrawn > 0
    if not stored:
        notice(f"Nothing in {batch.file} was new; nothing was stored.")
        return
    if any(later.undoes == batch.batch for _, later in seen.history()):
        aside(f"{batch.file} is no longer in the ledger: batch {batch.batch} was taken back.")
        return
    notice(f"{batch.file} was taken in as batch {batch.batch}, source “{batch.source}”.", "done")
    _counts(batch, foreseen=False)
    for said in receipt.notes:
        aside(said)
    undo_button(seen, batch)


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done."""
    with st.spinner(f"{doing} ..."):
        line = st.empty()

        def step(said: str) -> None:
            line.caption(f"{doing}: {said} ...")

        yield step
        line.empty()
