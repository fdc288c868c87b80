"""Notices and facts on a page. What comes out of files is shown as text, never as markdown or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Literal

import streamlit as st

from geodata.core.errors import RoutesError

Weight = Literal["note", "done", "warning", "error"]
_ROLES: dict[Weight, str] = {"note": "note", "done": "status", "warning": "alert", "error": "alert"}


def notice(sentence: str, weight: Weight = "note") -> None:
    """Show a sentence, whatever it holds, as it is written."""
    st.html(f'<p class="notice {weight}" role="{_ROLES[weight]}">{escape(sentence)}</p>')


def facts(pairs: Iterable[tuple[str, str]], name: str) -> None:
    """Show pairs of a label and a text; ``name`` tells a screen reader what they are of."""
    rows = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>" for label, text in pairs)
    st.html(f'<div class="facts" role="region" tabindex="0" aria-label="{escape(name)}"><dl>{rows}</dl></div>')


def heading(text: str) -> None:
    """Show what a part of a page is about."""
    st.html(f"<h3>{escape(text)}</h3>")


def way(anchor: str) -> None:
    """Show a link, HTML of ours, as a button that leads on."""
    st.html(f'<p class="go">{anchor}</p>', width="content")


def aside(text: str) -> None:
    """Show a remark in small letters."""
    st.html(f'<p class="aside">{escape(text)}</p>')


def hint(text: str) -> None:
    """Show a remark on what to press, which stays off paper."""
    st.html(f'<p class="aside unprinted">{escape(text)}</p>')


@contextmanager
def sentences() -> Iterator[None]:
    """Turn an error of ours into a notice."""
    try:
        yield
    except RoutesError as error:
        notice(str(error), "error")
