"""Adding a file: look at its columns, check its rows, take it in. Nothing is stored before the last step."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

import streamlit as st

from geodata.ingest.pipeline import Rehearsal
from geodata.ingest.receipt import Receipt
from geodata.ingest.rejection_report import correction_name, correction_xlsx, csv_of
from geodata.ledger.batch import Batch
from geodata.mapping.profiles import Profile
from geodata.readers.dispatch import ENDINGS, ROW
from pages.data.uploads import SHOWN_ROWS, Preview, Upload
from pages.data.workspace_cache import Workspace
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, notice, sentences
from pages.ui.translate import counted, mark, number, say
from pages.widgets.batch_table import tell_undone, undo_button
from pages.widgets.column_mapping_form import ask_columns, ask_name, ask_source

STEPS = (mark("Columns"), mark("Check"), mark("Imported"))
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
        say("A file of incidents"),
        type=[ending.removeprefix(".") for ending in ENDINGS],
        help=say("One row is one incident, with a date and a place. Columns of persons are never stored."),
    )
    aside(say("Nothing is stored before you have seen how the file is read and what would become of its rows."))
    if sent is not None:
        with sentences(), _progress(say("Reading")):
            upload = Upload(sent.name, sent.getvalue())
            st.session_state[_DRAFT] = Draft(upload, seen.preview(upload))
            st.rerun()


def _steps(draft: Draft) -> None:
    """Show how far the file is, and let it go."""
    now = draft.step
    items = "".join(
        f'<li class="{"done" if at < now else ""}"{" aria-current=step" if at == now else ""}>{escape(say(name))}</li>'
        for at, name in enumerate(STEPS)
    )
    label = escape(say("Steps"))
    steps, again = st.columns([4, 1], vertical_alignment="center")
    steps.html(f'<ol class="steps" aria-label="{label}">{items}</ol>')
    if again.button(say("Another file") if draft.receipt else say("Start again"), width="stretch"):
        del st.session_state[_DRAFT]
        st.rerun()


def _look(seen: Workspace, draft: Draft) -> None:
    """Show the first rows and how their columns are read; take what is said instead, and check."""
    preview = draft.preview
    _ask_parts(seen, draft)
    _recognised(preview)
    names = list(preview.reading.columns[:MOST_COLUMNS])
    head = preview.reading.head.select(ROW, *names).head(SHOWN_ROWS)
    row = st.column_config.NumberColumn(say("Row"), pinned=True)
    tabulate(head, {ROW: row}, say("The first rows of the file"), height=240, placeholder="")
    for said in _notes(preview):
        aside(said)
    guess, changed = ask_columns(preview, draft.number, names)
    source = ask_source(preview, draft.number)
    changed = changed or source != preview.source
    if preview.profile is not None and not changed:
        _check(seen, draft, say("Check"), lambda: preview.profile)
        return
    for what in guess.open:
        notice(say("To be stated before this file can be read: {what}.", what=what), "warning")
    name = ask_name(seen, preview, draft.number)
    _check(
        seen,
        draft,
        say("Save as a profile and check"),
        lambda: seen.keep_profile(preview, guess, name, source),
        disabled=bool(guess.open),
    )


def _ask_parts(seen: Workspace, draft: Draft) -> None:
    """Where a file holds several tables, show which of them are read, and read others instead."""
    parts = draft.preview.reading.parts
    if len(parts) < 2:
        return
    rows = {
        part.name: say("{part} ({rows} rows, hidden)", part=part.name, rows=number(part.rows))
        if part.hidden
        else counted("{part} ({count} row)", "{part} ({count} rows)", part.rows, part=part.name)
        for part in parts
    }
    wanted = st.multiselect(
        say("Sheets, layers or files to read"),
        list(rows),
        list(draft.preview.read),
        format_func=lambda name: rows[name],
        help=say("Rows of those that are chosen are read together, by one profile. Hidden ones are left out at first."),
        key=f"parts-{draft.number}",
    )
    if not wanted:
        notice(say("Choose at least one to go on."), "warning")
        st.stop()
    if set(wanted) != set(draft.preview.read):
        with sentences(), _progress(say("Reading")):
            upload = replace(draft.upload, parts=tuple(name for name in rows if name in wanted))
            st.session_state[_DRAFT] = Draft(upload, seen.preview(upload))
            st.rerun()


def _recognised(preview: Preview) -> None:
    file = preview.reading.file
    if preview.profile is not None:
        name, title = preview.profile.name, preview.profile.title
        notice(say("{file} is read by the profile “{name}”: {title}.", file=file, name=name, title=title), "done")
    else:
        notice(
            say(
                "No profile fits {file}. What its columns seem to be is a guess: look at each, and change what is "
                "wrong.",
                file=file,
            )
        )


def _notes(preview: Preview) -> list[str]:
    said = [counted("The first {count} row.", "The first {count} rows.", SHOWN_ROWS), *map(say, preview.reading.notes)]
    count = len(preview.reading.columns)
    if count > MOST_COLUMNS:
        said.append(
            counted(
                "It has {count} column; the first {most} are shown and offered.",
                "It has {count} columns; the first {most} are shown and offered.",
                count,
                most=MOST_COLUMNS,
            )
        )
    if preview.persons:
        said.append(say("Never stored, as they are of persons: {columns}.", columns=", ".join(preview.persons)))
    return [" ".join(said)]


def _check(
    seen: Workspace, draft: Draft, label: str, chosen: Callable[[], Profile | None], *, disabled: bool = False
) -> None:
    """Go through the rows by the profile that is chosen, once the button is pressed."""
    if not st.button(label, type="primary", disabled=disabled):
        return
    with sentences(), _progress(say("Checking")) as step:
        profile = chosen()
        if profile is not None:
            draft.rehearsal = seen.rehearse(draft.upload, profile, step)
            draft.profile = profile
            st.rerun()


def _decide(seen: Workspace, draft: Draft, found: Rehearsal, profile: Profile) -> None:
    """Show what would become of the rows, and take them in or go back to the columns."""
    batch = found.batch
    new = batch.kept + batch.updated + batch.withdrawn
    notice(
        counted(
            "{file}, {count} row, read by the profile “{profile}”. Nothing is stored yet.",
            "{file}, {count} rows, read by the profile “{profile}”. Nothing is stored yet.",
            batch.read,
            file=batch.file,
            profile=profile.name,
        )
    )
    _counts(batch, foreseen=True)
    for said in found.notes:
        aside(say(said))
    _refusals(found)
    _ask_whether_newest(seen, draft, batch, profile)
    may_withdraw = False
    if found.objection:
        notice(found.objection, "warning")
        label = counted(
            "Withdraw {count} incident all the same", "Withdraw {count} incidents all the same", batch.withdrawn
        )
        may_withdraw = st.checkbox(label, key=f"all-{draft.number}")
    if not new:
        notice(say("Nothing in it is new, so that there is nothing to import."), "warning")
    with st.container(horizontal=True):
        ready = new > 0 and (may_withdraw or not found.objection)
        take = st.button(say("Import"), type="primary", disabled=not ready)
        back = st.button(say("Back to the columns"))
    if back:
        draft.rehearsal = None
        st.rerun()
    if take:
        with sentences(), _progress(say("Taking in")) as step:
            draft.receipt = seen.take_in(draft.upload, profile, step, may_withdraw=may_withdraw)
            st.rerun()


def _ask_whether_newest(seen: Workspace, draft: Draft, batch: Batch, profile: Profile) -> None:
    """Where an edition is older than what stands, offer to take it for the newest, and check again."""
    if not (batch.held_back or draft.upload.as_newest):
        return
    label = say("Take this edition for the newest: change and withdraw what it says otherwise")
    newest = st.checkbox(label, draft.upload.as_newest, key=f"newest-{draft.number}")
    if newest != draft.upload.as_newest:
        with sentences(), _progress(say("Checking")) as step:
            draft.upload = replace(draft.upload, as_newest=newest)
            draft.rehearsal = seen.rehearse(draft.upload, profile, step)
            st.rerun()


def _counts(batch: Batch, *, foreseen: bool) -> None:
    """Show what becomes of the rows; withdrawn incidents are none of the file's rows."""
    added = say("Rows that would be added as incidents.") if foreseen else say("Rows that were added as incidents.")
    revised = say("Rows that would revise an incident.") if foreseen else say("Rows that have revised an incident.")
    counts = (
        (say("New"), batch.kept, added),
        (say("Updated"), batch.updated, revised),
        (say("Known already"), batch.duplicates, say("Rows that say nothing new.")),
        (say("Withdrawn"), batch.withdrawn, say("Incidents that an earlier edition had and this one leaves out.")),
        (say("Refused"), batch.refused, say("Rows that break a rule.")),
    )
    for place, (name, count, meaning) in zip(st.columns(len(counts)), counts, strict=True):
        place.metric(name, number(count), help=meaning)


def _refusals(found: Rehearsal) -> None:
    if found.refusals.is_empty():
        return
    rows = found.refusals.select("row", "column", "rule", "value")
    title, file, book = st.columns([3, 1, 1], vertical_alignment="bottom")
    with title:
        aside(_refused(found.batch.refused, rows.height))
    file.download_button(
        say("Refusals"),
        csv_of(rows),
        f"refusals-{Path(found.batch.file).stem}.csv",
        "text/csv",
        icon=":material/download:",
        help=say("Download all refusals as CSV."),
        on_click="ignore",
        width="stretch",
    )
    if not found.to_correct.is_empty():
        book.download_button(
            say("To correct"),
            lambda: correction_xlsx(found.to_correct),
            correction_name(found.batch, ".xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            help=say(
                "Download the refused rows as a workbook, the reason beside each, to correct them and add them again."
            ),
            on_click="ignore",
            width="stretch",
        )
    titles = {"column": say("Column"), "rule": say("Rule"), "value": say("Value")}
    tabulate(
        rows.head(MOST_REFUSALS),
        {"row": st.column_config.NumberColumn(say("Row"), width="small"), **titles},
        say("Refused rows"),
        total=rows.height,
        downloads=True,
        height=min(320, 37 + 35 * rows.height),
    )


def _refused(rows: int, faults: int) -> str:
    told = counted("{count} fault", "{count} faults", faults)
    if faults > MOST_REFUSALS:
        told = say("{faults}; the first {most} are listed", faults=told, most=MOST_REFUSALS)
    return counted(
        "{count} row is refused, for {faults}.", "{count} rows are refused, for {faults}.", rows, faults=told
    )


def _tell(seen: Workspace, receipt: Receipt) -> None:
    """Say what became of the file."""
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
    _counts(batch, foreseen=False)
    for said in receipt.notes:
        aside(say(said))
    undo_button(seen, batch)


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done."""
    with st.spinner(f"{doing} ..."):
        line = st.empty()

        def step(said: str) -> None:
            line.caption(f"{doing}: {say(said)} ...")

        yield step
        line.empty()
