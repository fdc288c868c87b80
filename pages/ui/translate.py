"""Words on a page, in the language of whoever looks: the one that the address asks for, else that of the browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geodata.core.messages import mark
from layers.web.assets import ASSETS
from layers.web.translations import SOURCE, Words, languages, nearest, words

LANGUAGE = "lang"
"""Name of the language in the address."""

__all__ = [
    "LANGUAGE",
    "asked",
    "choose",
    "counted",
    "country",
    "language",
    "mark",
    "number",
    "percent",
    "roughly",
    "say",
    "span",
]


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
    """Return a text in the reader's language; each ``{name}`` in it is replaced by a value, whole numbers separated."""
    return spoken().say(text, values)


def counted(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the form of a text for a number, which stands in it as ``{count}``."""
    return spoken().counted(one, many, count, values)


def number(value: float, digits: int = 0) -> str:
    """Return a number with separators."""
    return spoken().number(value, digits)


def roughly(value: float) -> str:
    """Return a number with its first two digits."""
    return spoken().roughly(value)


def percent(share: float) -> str:
    """Return a share of one in whole percent."""
    return spoken().percent(share)


def span(first: date, last: date, skeleton: str = "yMMM") -> str:
    """Return the months of two days, or by ``yMMMd`` the days, as the map's time bar writes them."""
    return spoken().span(first, last, skeleton)


def country(iso3: str) -> str:
    """Return the name of a country."""
    return spoken().country(iso3)


def place(name: str) -> str:
    """Return what a place is called in the reader's language."""
    return spoken().place(name)


def route(name: str) -> str:
    """Return the name of a route with its ends as they are called in the reader's language."""
    return spoken().route(name)


def choose() -> None:
    """Offer the languages beside the menu of the page, and tell the browser which one the page is in.

    A language that the address asks for is kept while a viewer goes from page to page.
    """
    own = asked() or st.session_state.get(LANGUAGE, "")
    if own and not asked():
        st.query_params[LANGUAGE] = own
    st.session_state[LANGUAGE] = own
    spoken_here = language()
    choice = {"name": say("Language"), "own": spoken_here, "direction": words(spoken_here).direction}
    menu = st.components.v2.component("language_menu", css=_asset("language_menu.css"), js=_asset("language_menu.js"))
    menu(key="language_menu", data={**choice, "languages": {code: words(code).name for code in languages()}}, height=1)


def _asset(name: str) -> str:
    return (ASSETS / "dashboard" / name).read_text(encoding="utf-8")
