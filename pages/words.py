"""Words on a page, in the language of whoever looks: the one that the address asks for, else that of the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.asset import ASSETS
from layers.words import SOURCE, Words, languages, mark, nearest, words

LANGUAGE = "lang"
"""Name of the language in the address."""

__all__ = ["LANGUAGE", "asked", "choose", "country", "counted", "language", "mark", "number", "percent", "say"]


def language() -> str:
    """Return the code of the language in which a page is written."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return SOURCE
    return asked() or nearest(st.context.locale or "")


def asked() -> str:
    """Return the language that the address asks for, "" where it asks for none that there is."""
    found = str(st.query_params.get(LANGUAGE, ""))
    return found if found in languages() else ""


def spoken() -> Words:
    """Return the words of ``language``."""
    return words(language())


def say(text: str, /, **values: Any) -> str:
    """Return a text in the reader's language; each ``{name}`` in it is replaced by a value, whole numbers with separators."""
    return spoken().say(text, values)


def counted(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the form of a text for a number, which stands in it as ``{count}``."""
    return spoken().counted(one, many, count, values)


def number(value: float, digits: int = 0) -> str:
    """Return a number with separators."""
    return spoken().number(value, digits)


def percent(share: float) -> str:
    """Return a share of one in whole percent."""
    return spoken().percent(share)


def country(iso3: str) -> str:
    """Return the name of a country."""
    return spoken().country(iso3)


def choose() -> None:
    """Offer the languages at the foot of the sidebar, and tell the browser which one the page is in."""
    kept = st.session_state.get(LANGUAGE)
    if kept and not asked() and kept != language():
        st.query_params[LANGUAGE] = kept  # Another page was opened: its address came without.

    def remember() -> None:
        st.query_params[LANGUAGE] = st.session_state[LANGUAGE]

    if asked():
        st.session_state[LANGUAGE] = asked()
    own = language()
    with st.sidebar:
        st.selectbox(
            say("Language"),
            languages(),
            index=languages().index(own),
            format_func=lambda code: words(code).name,
            key=LANGUAGE,
            on_change=remember,
        )
        tongue = st.components.v2.component("tongue", js=(ASSETS / "tongue.js").read_text(encoding="utf-8"))
        tongue(key="tongue", data={"language": own, "direction": words(own).direction}, height=1)
