"""What earlier imports left open, to be told now: words that no map knows, and rows that wait for a place."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from pages.data.audited import enter
from pages.data.workspace_cache import Workspace
from pages.ui.notices import aside, hint, notice, sentences
from pages.ui.translate import counted, say
from pages.widgets.not_understood import ask_words

_SAID = "said-of-words"
_MOST_ROWS = 5
"""Rows that wait of one file that are shown."""


def left_open(seen: Workspace) -> None:
    """Offer what is still to be told, folded; nothing where nothing is."""
    if said := st.session_state.pop(_SAID, ""):
        notice(said, "done")
    _words(seen)
    _waiting(seen)


def _words(seen: Workspace) -> None:
    version = seen.version()
    words = seen.unknown_words(version) if version is not None else None
    if words is None or words.is_empty():
        return
    title = counted("{count} word that no map knows", "{count} words that no map knows", words.height)
    with st.expander(title):
        meant = ask_words(words, f"left-{version}")
        hint(say("Incidents with a word that is told are read again, as a new version; History can undo it."))
        if st.button(say("Map these words"), disabled=not meant):
            with sentences(), st.spinner(say("Reading again ...")):
                changed = sum(seen.map_word(field, word, value) for (field, word), value in meant.items())
                st.session_state[_SAID] = counted(
                    "{count} incident was read again.", "{count} incidents were read again.", changed
                )
                st.rerun()


def _waiting(seen: Workspace) -> None:
    found = seen.waiting()
    if not found:
        return
    title = counted("{count} row waits for a place", "{count} rows wait for a place", len(found))
    with st.expander(title):
        enter("read", "rows that wait for a place")
        aside(
            say(
                "The gazetteer knows no such place, or several. Fill in lat and lon in the file, and add it here "
                "as any other: its rows are taken in under their source."
            )
        )
        for file, rows in groupby(found, key=lambda one: one.file):
            every = list(rows)
            said, taken = st.columns([4, 1], vertical_alignment="center")
            with said:
                for one in every[:_MOST_ROWS]:
                    aside(one.row)
                if (more := len(every) - _MOST_ROWS) > 0:
                    aside(counted("{count} more row.", "{count} more rows.", more))
            taken.download_button(
                "CSV",
                file.read_bytes(),
                file.name,
                "text/csv",
                icon=":material/download:",
                key=f"waits-{file.name}",
                on_click="ignore",
                width="stretch",
            )
