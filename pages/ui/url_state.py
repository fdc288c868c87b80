"""Choices that the address keeps, in English words and codes, whatever the reader's language.

Streamlit binds a choice to the address before the server hears of it, but it puts there what it shows: in
another language than English, and for what is shown otherwise than it is asked for, the address is written by us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from layers.web.translations import SOURCE
from pages.ui.translate import language, say

Word = TypeVar("Word", bound=str)
_IN_A_BAR = 126
"""Pixels: as wide is a list in a bar."""
Shown = Callable[[Any], str]


def tabs(parts: Sequence[str], key: str, formerly: Mapping[str, str] | None = None) -> Sequence[Any]:
    """Show tabs, marked texts, and return them; each knows whether it is open.

    Parameters
    ----------
    parts : sequence of str
    key : str
    formerly : mapping, optional
        Names that tabs once had in addresses, and their names of today.
    """
    if (old := st.query_params.get(key)) in (formerly or {}):
        turn_to(key, (formerly or {})[str(old)])
    if language() == SOURCE:
        return st.tabs(parts, key=key, bind="query-params")
    labels = [say(part) for part in parts]
    asked = st.query_params.get(key)
    st.session_state[key] = labels[parts.index(asked) if asked in parts else 0]

    def remember() -> None:
        turn_to(key, parts[labels.index(st.session_state[key])])

    return st.tabs(labels, key=key, on_change=remember)


def turn_to(key: str, part: str) -> None:
    """Open a tab, from what a button does."""
    if language() == SOURCE:
        st.session_state[key] = part
    else:
        st.query_params[key] = part


def pills(label: str, options: Sequence[Word], key: str) -> tuple[Word, ...]:
    """Offer marked words in a bar, any number of which may be chosen; capitals are left to the style sheet."""
    asked: dict[str, Any] = {"selection_mode": "multi", "key": key, "label_visibility": "collapsed"}
    if language() == SOURCE:
        return tuple(st.pills(label, options, bind="query-params", **asked))
    remember = _by_the_address(key, options)
    return tuple(st.pills(label, options, format_func=say, on_change=remember, **asked))


def some(
    label: str, options: Sequence[str], key: str, shown: Shown | None = None, place: Any = st, *, all_: str = ""
) -> list[str]:
    """Offer a list, any number of which may be chosen, none stands for all.

    Parameters
    ----------
    label, key : str
    options : sequence of str
    shown : function, optional
        Gives an option in words.
    place : container, optional
    all_ : str
        What a list in a bar says where nothing is chosen, instead of its label.
    """
    asked: dict[str, Any] = {"placeholder": all_ or say("All"), "key": key}
    if all_:
        asked |= {"label_visibility": "collapsed", "width": _IN_A_BAR}
    if shown is None:
        return list(place.multiselect(label, options, bind="query-params", **asked))
    remember = _by_the_address(key, options)
    return list(place.multiselect(label, options, format_func=shown, on_change=remember, **asked))


def _by_the_address(key: str, options: Sequence[str]) -> Callable[[], None]:
    """Give a widget what the address holds; return what writes a new choice there."""
    asked = st.query_params.get_all(key)
    st.session_state[key] = [option for option in options if option in asked]

    def remember() -> None:
        st.query_params[key] = st.session_state[key]

    return remember
