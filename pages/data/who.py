"""Who asks: the one person for whom a request is answered or a page is run, and what they may do.

The gate (``pages.server.gate``) finds out who it is; pages and routes ask here and nowhere else. A page of Streamlit
runs outside of a request: the gate writes the session into the headers of its websocket, and whatever a browser sends
under that name is thrown away.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import Lock

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from desk.people import NOBODY, Person, may, of_this_machine, require
from desk.sessions import Sessions
from geodata.core.actor import acting_as
from geodata.core.settings import Settings

SESSION_HEADER = "x-routes-session"
_MOST_KNOWN = 4096
_ASKING: ContextVar[Person | None] = ContextVar("asking", default=None)
_known: OrderedDict[str, Person] = OrderedDict()
_lock = Lock()


@cache
def sessions() -> Sessions:
    """Return the sessions of the workspace."""
    return Sessions(Settings().home)


@cache
def with_login() -> bool:
    """Tell whether people sign in."""
    return bool(Settings().login)


@cache
def signs_out() -> bool:
    """Tell whether people sign out here: where a proxy says who asks, they do so there."""
    return Settings().login == "oidc"


@contextmanager
def asking(person: Person) -> Iterator[None]:
    """Answer everything within for somebody, and do it in their name."""
    before = _ASKING.set(person)
    try:
        with acting_as(person.name or "nobody"):
            yield
    finally:
        _ASKING.reset(before)


def remember(person: Person) -> None:
    """Keep somebody by their session, for the pages that they open."""
    with _lock:
        _known[person.session] = person
        _known.move_to_end(person.session)
        while len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)


def whoever() -> Person:
    """Return who asks; ``NOBODY`` where that is not known, or where their session is over."""
    person = _ASKING.get()
    if person is not None:
        return person
    if not with_login():
        return of_this_machine()
    if get_script_run_ctx(suppress_warning=True) is None:
        return NOBODY
    with _lock:
        known = _known.get(st.context.headers.get(SESSION_HEADER) or "", NOBODY)
    return known if known.name and sessions().stands(known) else NOBODY


def allowed(right: str) -> bool:
    """Tell whether who asks has a right."""
    return may(whoever(), right)


@contextmanager
def in_their_name(right: str) -> Iterator[Person]:
    """Do something that needs a right, in the name of who asks.

    Raises
    ------
    NotSignedIn, NotAllowed
        If they may not.
    """
    person = require(whoever(), right)
    with acting_as(person.name):
        yield person
