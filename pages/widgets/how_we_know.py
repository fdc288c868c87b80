"""What a judgement rests on, behind a line that opens it."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.ui.translate import say
from pages.widgets.charts import link


def how_we_know(*said: str) -> None:
    """Let a reader open what the judgement above rests on.

    Parameters
    ----------
    *said : str
        Paragraphs in the reader's language; empty ones are left out.
    """
    paragraphs = "".join(f"<p>{escape(one)}</p>" for one in said if one)
    method = link("method", {}, say("The method in full"))
    st.html(
        f'<details class="how"><summary>{escape(say("How we know"))}</summary>{paragraphs}<p>{method}</p></details>'
    )
