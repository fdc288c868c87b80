"""The pages that belong together: the map, its routes and its changes; the method and what it assumes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.translate import mark, say

OF_THE_MAP: Final = (
    ("monitor.py", mark("On the map")),
    ("routes.py", mark("Routes")),
    ("changes.py", mark("Changes")),
)
OF_THE_METHOD: Final = (("method.py", mark("How it works")), ("assumptions.py", mark("Assumptions")))


def views(pages: tuple[tuple[str, str], ...]) -> None:
    """Offer the pages of a group that there are as links beside each other; Streamlit marks the one that is open.

    Parameters
    ----------
    pages : tuple of (file, marked text)
    """
    known = _known()
    if not all(file in known for file, _ in pages):  # a page that stands alone
        return
    with st.container(key="page-views", horizontal=True, gap=None, width="content"):
        for file, title in pages:
            st.page_link(file, label=say(title))


def _known() -> frozenset[str]:
    """Return the files of the pages of whoever looks."""
    run = get_script_run_ctx()
    return (
        frozenset(Path(str(one["script_path"])).name for one in run.pages_manager.get_pages().values())
        if run
        else frozenset()
    )
