"""The filters in the sidebar: what the viewer asks for, kept in the address bar under the View's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from geodata.incident import KINDS, MODES
from geodata.places import country_name
from geodata.view import QUERY_NAMES, View

Word = TypeVar("Word", bound=str)


def ask(facts: Mapping[str, Any]) -> View:
    """Return the View that the filters ask for, over all time: the map moves its window by itself.

    Parameters
    ----------
    facts : mapping
        ``modes``, ``kinds``, ``origins`` and ``sources`` to offer; empty for an empty workspace.
    """
    with st.sidebar:
        return View(
            modes=_pills("Mode", "modes", [mode for mode in MODES if mode in facts.get("modes", ())]),
            kinds=_pills("Kind of incident", "kinds", [kind for kind in KINDS if kind in facts.get("kinds", ())]),
            origins=_origins(facts.get("origins", ())),
            sources=_sources(facts.get("sources", ())),
        )


def _pills(label: str, field: str, options: Sequence[Word]) -> tuple[Word, ...]:
    """Offer words; Streamlit puts into the address what it shows, so capitals are left to the style sheet."""
    chosen = st.pills(label, options, selection_mode="multi", key=QUERY_NAMES[field], bind="query-params")
    return tuple(chosen)


def _sources(options: Sequence[str]) -> tuple[str, ...]:
    key = QUERY_NAMES["sources"]
    return tuple(st.multiselect("Source", options, placeholder="All", key=key, bind="query-params"))


def _origins(options: Sequence[str]) -> tuple[str, ...]:
    """Offer countries by name; the address holds their codes, which Streamlit's own binding cannot do."""
    key = QUERY_NAMES["origins"]
    asked = st.query_params.get_all(key)

    def remember() -> None:
        st.query_params[key] = st.session_state[key]

    chosen = st.multiselect(
        "Country of origin",
        options,
        default=[code for code in options if code in asked],
        format_func=country_name,
        placeholder="All",
        key=key,
        on_change=remember,
    )
    return tuple(chosen)
