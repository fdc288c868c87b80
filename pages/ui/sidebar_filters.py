"""The filters in the sidebar: what the viewer asks for, kept in the address bar under the View's own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geodata.model.incident import KINDS, MODES
from geodata.model.query import QUERY_NAMES, View
from pages.ui.translate import country, say
from pages.ui.url_state import pills, some


def ask(facts: Mapping[str, Any]) -> View:
    """Return the View that the filters ask for, over all time: the map moves its window by itself.

    Parameters
    ----------
    facts : mapping
        ``modes``, ``kinds``, ``origins`` and ``sources`` to offer; empty for an empty workspace.
    """
    offered = {field: facts.get(field, ()) for field in ("modes", "kinds", "origins", "sources")}
    key = QUERY_NAMES
    with st.sidebar:
        return View(
            modes=pills(say("Mode"), [mode for mode in MODES if mode in offered["modes"]], key["modes"]),
            kinds=pills(say("Kind of incident"), [kind for kind in KINDS if kind in offered["kinds"]], key["kinds"]),
            origins=tuple(some(say("Country of origin"), offered["origins"], key["origins"], country)),
            sources=tuple(some(say("Source"), offered["sources"], key["sources"])),
        )
