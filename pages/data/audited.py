"""What is entered in the audit when somebody reads, and for which purpose they do.

Reading the same again within an hour is one entry; what cannot be entered is not shown.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import Any, Final

from desk.people import Person
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError
from geodata.core.settings import Settings
from pages.data.who import sessions, whoever
from pages.data.workspace_cache import sight

AGAIN_SECONDS: Final = 3600.0
_MOST_KNOWN: Final = 50_000
LONGEST_PURPOSE: Final = 120
_entered: OrderedDict[tuple[str, ...], float] = OrderedDict()
_lock = Lock()


class NoPurpose(RoutesError):
    """Somebody has to say first for which purpose they read."""


def purpose_of(person: Person) -> str:
    """Return for which purpose somebody reads, as they said; "" where they did not, or nobody signs in."""
    return sessions().purpose(person.session) if person.session else ""


def work_on(purpose: str) -> None:
    """Note for which purpose who asks reads from now on."""
    person = whoever()
    if person.session:
        sessions().work_on(person.session, " ".join(purpose.split())[:LONGEST_PURPOSE])


@cache
def _wanted() -> bool:
    return Settings().purpose == "required"


def require_purpose(person: Person | None = None) -> str:
    """Return the purpose of somebody, by default of who asks; programs, and the user of this machine, state none.

    Raises
    ------
    NoPurpose
        If somebody is signed in without one and ``ROUTES_PURPOSE`` wants one.
    """
    person = person or whoever()
    purpose = purpose_of(person)
    if not purpose and person.session and _wanted():
        raise NoPurpose(
            "no purpose is stated",
            rule="say under your name above a page what you work on, before single incidents are shown or taken away",
            done="nothing was shown",
        )
    return purpose


def enter(action: str, subject: str, **details: Any) -> None:
    """Enter in the audit what who asks is about to read or take away, once an hour.

    Raises
    ------
    NotRecorded
        If it cannot be entered.
    NoPurpose
        As ``require_purpose``.
    """
    person, purpose, home = whoever(), require_purpose(), sight().home
    key = (str(home), person.name, person.session, action, subject, purpose)
    with _lock:
        known = time.monotonic() - _entered.get(key, -AGAIN_SECONDS) < AGAIN_SECONDS
    if known:
        return
    Audit(home).enter(person.name, action, subject, purpose, **details)
    with _lock:
        _entered[key] = time.monotonic()
        while len(_entered) > _MOST_KNOWN:
            _entered.popitem(last=False)
