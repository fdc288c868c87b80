"""The headline below the bar: how many incidents the page is about, and whether that is more or fewer than before."""

from __future__ import annotations

from html import escape

import streamlit as st

from geodata.model.query import View
from pages.data.workspace_cache import Workspace
from pages.presenters.change_report import comparison_test
from pages.presenters.window_choice import period_in_words
from pages.widgets.how_we_know import how_we_know


def headline(seen: Workspace, view: View, version: int) -> None:
    """Show the headline of a View."""
    period = period_in_words(view.start, view.end, seen.known_months(version))
    found = seen.headline(view, version)
    st.html(f'<p class="headline" role="status">{escape(found.sentence(period))}</p>')
    if found.change:
        how_we_know(comparison_test())
