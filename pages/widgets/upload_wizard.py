"""Adding a file: one screen of what would be stored and what was not understood, then the import."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geodata.ingest.pipeline import Rehearsal
from geodata.ingest.receipt import Receipt
from geodata.ledger.batch import Batch
from geodata.mapping.column_inference import Guess
from geodata.mapping.profiles import Profile
from geodata.readers.dispatch import ENDINGS, ROW
from pages.data.uploads import SHOWN_ROWS, Preview, Upload, mapping, proposed
from pages.data.workspace_cache import Workspace
from pages.presenters.stored_rows import HEADINGS, as_stored
from pages.ui.data_table import tabulate
from pages.ui.notices import aside, heading, notice, sentences
from pages.ui.translate import counted, mark, number, say
from pages.widgets.batch_table import tell_undone
from pages.widgets.column_mapping_form import ask_axes, ask_columns, ask_name, ask_order, ask_source
from pages.widgets.import_outcome import counts, tell
from pages.widgets.left_open import left_open
from pages.widgets.not_understood import (
    DATES,
    Meant,
    ask_words,
    tell_columns,
    tell_missing,
    tell_sheets,
    tell_words,
)
from pages.widgets.refused_rows import refused

STEPS = (mark("Check"), mark("Imported"))
MOST_COLUMNS = 300
"""Columns of a file that are shown and offered."""
LIVE_BYTES = 8 * 2**20
"""A larger file is not gone through again with each change, but when that is asked for."""
_DRAFT = "draft"
_numbers = itertools.count()


@dataclass(slots=True)
class Draft:
    """A file on its way in, and what is known of it so far; changed in place, so that no step is done twice.

    Attributes
    ----------
    asked : str
        Of what the rehearsal is: the profile, the parts, and whether it is taken for the newest.
    """

    upload: Upload
    preview: Preview
    number: int = field(default_factory=lambda: next(_numbers))
    asked: str = ""
    rehearsal: Rehearsal | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, as far as it is told.

    Attributes
    ----------
    guess : Guess
    source, name : str
        What the source is called; the name of the profile that is kept for files like it, "" for none.
    profile : Profile or None
        None while something is open.
    """

    guess: Guess
    source: str
    name: str
    profile: Profile | None


def wizard(seen: Workspace) -> None:
    """Show what the file in hand comes to, or ask for a file."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None:
        _ask(seen)
        left_open(seen)
        return
    bar = _steps(draft)
    if draft.receipt is not None:
        tell(seen, draft.receipt, draft.rehearsal)
    else:
        _look(seen, draft, bar)


def _ask(seen: Workspace) -> None:
    """Ask for a file, and read its columns."""
    tell_undone()
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


def _steps(draft: Draft) -> DeltaGenerator:
    """Show how far the file is, and let it go; return where the button stands that imports it."""
    now = 1 if draft.receipt else 0
    items = "".join(
        f'<li class="{"done" if at < now else ""}"{" aria-current=step" if at == now else ""}>{escape(say(name))}</li>'
        for at, name in enumerate(STEPS)
    )
    label = escape(say("Steps"))
    steps, bar, again = st.columns([4, 1, 1], vertical_alignment="center")
    steps.html(f'<ol class="steps" aria-label="{label}">{items}</ol>')
    if again.button(say("Another file") if draft.receipt else say("Start again"), width="stretch"):
        del st.session_state[_DRAFT]
        st.rerun()
    return bar


def _look(seen: Workspace, draft: Draft, bar: DeltaGenerator) -> None:
    """Show what would be stored and what was not understood, and import it."""
    preview = draft.preview
    above, questions = st.container(), st.container()
    stored, open_ = st.columns([3, 2], gap="large")
    head = stored.container()
    reading = _read_so(seen, draft, questions, stored)
    found = None
    if reading.profile is None:
        with above:
            tell_missing(preview, reading.guess)
    else:
        with head:
            found = _rehearsed(seen, draft, reading.profile)
    meant: Meant = {}
    if found is not None:
        with head:
            _stored(found)
        with open_:
            meant = _not_understood(draft, found, reading)
    with stored:
        _ask_parts(seen, draft)
    with bar:
        place = st.empty()
    with head:
        _decide(seen, draft, found, reading, meant, place)


def _read_so(seen: Workspace, draft: Draft, questions: DeltaGenerator, below: DeltaGenerator) -> Reading:
    """Show how the columns are read, ask what the file does not tell, and return how it is to be read."""
    preview, told = draft.preview, draft.preview.guess
    names = list(preview.reading.columns[:MOST_COLUMNS])
    with below:
        unfolded = preview.profile is None and any(not what.startswith(DATES) for what in told.open)
        stated = ask_columns(preview, draft.number, names, unfolded=unfolded)
        _first_rows(preview, names)
    with questions:
        form = ask_axes(preview, draft.number, stated)
        day_first = ask_order(preview, draft.number, stated)
    guess = mapping(preview, stated.columns, form, day_first)
    anew = stated.columns != told.columns or form is not None
    with below:
        source = ask_source(preview, draft.number)
        keep = preview.profile is None or anew or source != preview.source
        name = ask_name(seen, preview, draft.number, kept=keep) if keep or day_first is not None else ""
    profile = proposed(preview, guess, source, changed=anew or day_first is not None)
    return Reading(guess, source, name, profile)


def _rehearsed(seen: Workspace, draft: Draft, profile: Profile) -> Rehearsal | None:
    """Go through all rows by a profile, once; a large file again only when that is asked for."""
    upload = replace(draft.upload, parts=draft.upload.parts or draft.preview.read)
    asked = f"{profile.model_dump_json()} {upload.parts} {upload.as_newest}"
    if asked == draft.asked:
        return draft.rehearsal
    if draft.asked and len(upload.content) > LIVE_BYTES and not st.button(say("Check again"), type="primary"):
        return None
    draft.asked, draft.rehearsal = "", None
    with sentences(), _progress(say("Checking")) as step:
        draft.rehearsal = seen.rehearse(upload, profile, step)
        draft.asked = asked  # not before: whoever presses on meanwhile ends this run
    return draft.rehearsal


def _stored(found: Rehearsal) -> None:
    """Say what would be stored, with the first incidents as they would be."""
    batch = found.batch
    if not batch.read - batch.refused:
        notice(
            counted(
                "No row of {file} can be stored as it is read now: its only row is refused.",
                "No row of {file} can be stored as it is read now: all {count} are refused.",
                batch.read,
                file=batch.file,
            ),
            "warning",
        )
    else:
        notice(
            counted(
                "{file}: {taken} of its {count} row can be stored. Nothing is stored yet.",
                "{file}: {taken} of its {count} rows can be stored. Nothing is stored yet.",
                batch.read,
                file=batch.file,
                taken=number(batch.read - batch.refused),
            )
        )
    counts(batch, foreseen=True)
    if found.first.height:
        name = say("The first incidents as they would be stored")
        aside(name)
        tabulate(
            as_stored(found.first),
            {key: say(title) for key, title in HEADINGS.items()},
            name,
            height="content",
            placeholder="",
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


def _not_understood(draft: Draft, found: Rehearsal, reading: Reading) -> Meant:
    """List what was not understood, each thing to be told now or later; return the words that are told."""
    preview = draft.preview
    heading(say("What was not understood"))
    unread = [name for name in reading.guess.rest if name not in preview.persons]
    if not (found.words.height or found.refusals.height or unread or preview.persons or preview.left_out):
        aside(say("Nothing: every column, word and row was."))
    meant = ask_words(found.words, str(draft.number))
    tell_words(found.words)
    refused(found)
    tell_columns(preview, reading.guess)
    tell_sheets(preview)
    heading(say("How it was read"))
    aside(_read_by(preview))
    for said in (*preview.told, *found.notes):
        if "persons are never held" not in said:
            aside(say(said))
    return meant


def _read_by(preview: Preview) -> str:
    if preview.profile is None:
        return say("No profile fits it: its columns were told by their names and cells. Look at them below.")
    return say("Read by the profile “{name}”: {title}.", name=preview.profile.name, title=preview.profile.title)


def _first_rows(preview: Preview, names: list[str]) -> None:
    """Show the first rows as they stand in the file."""
    head = preview.reading.head.select(ROW, *names).head(SHOWN_ROWS)
    row = st.column_config.NumberColumn(say("Row"), pinned=True)
    with st.expander(say("The first rows of the file")):
        tabulate(head, {ROW: row}, say("The first rows of the file"), height=240, placeholder="")
        count = len(preview.reading.columns)
        if count > MOST_COLUMNS:
            aside(
                counted(
                    "It has {count} column; the first {most} are shown and offered.",
                    "It has {count} columns; the first {most} are shown and offered.",
                    count,
                    most=MOST_COLUMNS,
                )
            )


def _decide(
    seen: Workspace, draft: Draft, found: Rehearsal | None, reading: Reading, meant: Meant, place: DeltaGenerator
) -> None:
    """Import what was gone through, once the button is pressed."""
    may_withdraw, ready = False, False
    if found is not None:
        batch = found.batch
        _ask_whether_newest(draft, batch)
        if found.objection:
            notice(found.objection, "warning")
            label = counted(
                "Withdraw {count} incident all the same", "Withdraw {count} incidents all the same", batch.withdrawn
            )
            may_withdraw = st.checkbox(label, key=f"all-{draft.number}")
        new = batch.kept + batch.updated + batch.withdrawn
        if not new and batch.duplicates:
            notice(say("Nothing in it is new, so that there is nothing to import."), "warning")
        ready = new > 0 and (may_withdraw or not found.objection)
    if place.button(say("Import"), type="primary", disabled=not ready, width="stretch") and reading.profile is not None:
        with sentences(), _progress(say("Taking in")) as step:
            for (field_, word), value in meant.items():
                seen.keep_word(field_, word, value)
            profile = reading.profile
            if reading.name:
                profile = seen.keep_profile(draft.preview, reading.guess, reading.name, reading.source)
            upload = replace(draft.upload, parts=draft.upload.parts or draft.preview.read)
            draft.receipt = seen.take_in(upload, profile, step, may_withdraw=may_withdraw)
            st.rerun()


def _ask_whether_newest(draft: Draft, batch: Batch) -> None:
    """Where an edition is older than what stands, offer to take it for the newest, and check again."""
    if not (batch.held_back or draft.upload.as_newest):
        return
    label = say("Take this edition for the newest: change and withdraw what it says otherwise")
    newest = st.checkbox(label, draft.upload.as_newest, key=f"newest-{draft.number}")
    if newest != draft.upload.as_newest:
        draft.upload = replace(draft.upload, as_newest=newest)
        st.rerun()


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done."""
    with st.spinner(f"{doing} ..."):
        line = st.empty()

        def step(said: str) -> None:
            line.caption(f"{doing}: {say(said)} ...")

        yield step
        line.empty()
