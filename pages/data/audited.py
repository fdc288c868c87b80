"""What is entered in the audit when somebody reads, and for which case they do.

Reading the same again within an hour is one entry; what cannot be entered is not shown.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import Any, Final

from desk.people import Person
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError
from geodata.core.settings import Settings
from pages.data.who import sessions, whoever, with_login

AGAIN_SECONDS: Final = 3600.0
_MOST_KNOWN: Final = 50_000
LONGEST_CASE: Final = 120
_entered: OrderedDict[tuple[str, ...], float] = OrderedDict()
_lock = Lock()


class NoCase(RoutesError):
    """Somebody has to say which case they work on first."""


def case_of(person: Person) -> str:
    """Return the case that somebody works on, as they said; "" where they did not, or nobody signs in."""
    return sessions().purpose(person.session) if person.session else ""


def work_on(case: str) -> None:
    """Note the case that who asks works on from now on."""
    person = whoever()
    if person.session:
        sessions().work_on(person.session, " ".join(case.split())[:LONGEST_CASE])


def require_case() -> str:
    """Return the case of who asks.

    Raises
    ------
    NoCase
        If there is none and ``ROUTES_CASE`` wants one.
    """
    case = case_of(whoever())
    if not case and with_login() and Settings().case == "required":
        raise NoCase(
            "no case is stated",
            rule="say at the left of any page which case you work on, before single incidents are shown",
            done="nothing was shown",
        )
    return case


def enter(action: str, subject: str, **details: Any) -> None:
    """Enter in the audit what who asks is about to read or take away, once an hour.

    Raises
    ------
    NotRecorded
        If it cannot be entered.
    NoCase
        As ``require_case``.
    """
    person, case = whoever(), require_case()
    key = (str(Settings().home), person.name, person.session, action, subject, case)
    with _lock:
        known = time.monotonic() - _entered.get(key, -AGAIN_SECONDS) < AGAIN_SECONDS
    if known:
        return
    Audit(Settings().home).enter(person.name, action, subject, case, **details)
    with _lock:
        _entered[key] = time.monotonic()
        while len(_entered) > _MOST_KNOWN:
            _entered.popitem(last=False)
