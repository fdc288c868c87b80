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
            origins=_choice("Country of origin", "origins", facts.get("origins", ())),
            sources=_choice("Source", "sources", facts.get("sources", ())),
        )


def _pills(label: str, field: str, options: Sequence[Word]) -> tuple[Word, ...]:
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=str.capitalize,
        key=QUERY_NAMES[field],
        bind="query-params",
    )
    return tuple(chosen)


def _choice(label: str, field: str, options: Sequence[str]) -> tuple[str, ...]:
    chosen = st.multiselect(
        label,
        options,
        format_func=country_name if field == "origins" else str,
        placeholder="All",
        key=QUERY_NAMES[field],
        bind="query-params",
    )
    return tuple(chosen)
