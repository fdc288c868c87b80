"""The stamp on a printed page: what it shows, from which version of the ledger, by which methods, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import streamlit as st

from geodata.model.query import View
from pages.data.workspace_cache import sight
from pages.ui.translate import say
from routes.core.corridor import METHOD_VERSION


def stamp() -> None:
    """Write the stamp; the style sheet shows it on paper only."""
    st.html(f'<p class="stamp">{escape(stamped(datetime.now(UTC)))}</p>')


def stamped(now: datetime) -> str:
    """Return the words of the stamp.

    Parameters
    ----------
    now : datetime
        When the page is made, UTC.
    """
    seen = sight()
    version = seen.version()
    asked = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    view, _ = View.from_query(asked)
    made_up = version is not None and seen.offers(version)["synthetic"]
    parts = (
        say("SYNTHETIC DEMONSTRATION DATA") if made_up else "",
        "" if version is None else str(seen.offers(version)["marking"]),
        say("Smuggling route monitor"),
        say("filters {filters}", filters=view.query()) if view.query() else say("no filters"),
        say("methods {methods}", methods=METHOD_VERSION),
        say("ledger version none yet") if version is None else say("ledger version {version}", version=str(version)),
        say("made {time} UTC", time=now.strftime("%Y-%m-%d %H:%M")),
    )
    return " · ".join(filter(None, parts))
