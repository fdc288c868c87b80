"""People: who somebody is, which roles they have, and what each role may do. All that asks for a right asks here.

What is not written down is not allowed: an unknown right is nobody's, and an unknown role has none.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from geodata.core.errors import RoutesError
from geodata.core.messages import mark

VIEWER, OPERATOR, PLANNER, ANALYST, ADMINISTRATOR = ROLES = (
    mark("viewer"),
    mark("operator"),
    mark("planner"),
    mark("analyst"),
    mark("administrator"),
)
HANDING_PROGRAM, READING_PROGRAM, MEASURING_PROGRAM = "handing program", "reading program", "measuring program"
"""Roles of programs, which tokens give and nobody's claims do."""

RIGHTS: Final[Mapping[str, frozenset[str]]] = {
    "see": frozenset({VIEWER, OPERATOR, PLANNER, ANALYST}),
    "read incidents": frozenset({OPERATOR, PLANNER, ANALYST}),
    "watch": frozenset({OPERATOR, PLANNER, ANALYST}),
    "export": frozenset({PLANNER, ANALYST}),
    "read service": frozenset({PLANNER, ANALYST, READING_PROGRAM}),
    "share": frozenset({PLANNER, ANALYST}),
    "brief": frozenset({PLANNER, ANALYST}),
    "hand in": frozenset({HANDING_PROGRAM}),
    "take in": frozenset({ANALYST}),
    "undo": frozenset({ANALYST}),
    "assume": frozenset({ANALYST}),
    "administer": frozenset({ADMINISTRATOR}),
    "audit": frozenset({ADMINISTRATOR}),
    "measure": frozenset({ADMINISTRATOR, MEASURING_PROGRAM}),
}
"""What may be done, and the roles that may.

``see``: the map and the pages, counts and routes. ``read incidents``: single incidents, their places and facts.
``watch``: keep watch-lists and acknowledge alerts. ``export``: take files away. ``read service``: layers for GIS
programs. ``share``: links. ``brief``: briefings. ``hand in``: incidents of a program's own sources. ``take in``: files
and incidents of any source. ``undo``: take batches back. ``assume``: change what direction and names rest on.
``administer``: sessions, tokens. ``audit``: read and verify it. ``measure``: figures of the running server.
"""
ALWAYS: Final = "9999"
"""An end that never comes, as RFC 3339 sorts."""


class NotAllowed(RoutesError):
    """Somebody may not do what they asked for."""


class NotSignedIn(RoutesError):
    """Nobody is known to ask, or no longer."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the product.

    Attributes
    ----------
    name : str
        As the provider gives it; stands in the audit. "" for nobody.
    roles : frozenset of str
        Of ``ROLES``.
    session : str
        Tells one sign-in from another; "" for the user of this machine.
    ends_at : str
        RFC 3339, UTC: when it ends by itself.
    """

    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    session: str = ""
    ends_at: str = ALWAYS


NOBODY: Final = Person("")


def of_this_machine() -> Person:
    """Return the user of this machine, where nobody signs in: they hold the files and may do everything."""
    return Person(getpass.getuser(), frozenset((*ROLES, HANDING_PROGRAM, READING_PROGRAM, MEASURING_PROGRAM)))


def may(person: Person, right: str) -> bool:
    """Tell whether somebody has a right.

    Examples
    --------
    >>> may(Person("A. Planner", frozenset({"planner"})), "share")
    True
    >>> may(Person("A. Planner", frozenset({"planner"})), "undo")
    False
    """
    return bool(person.name) and not person.roles.isdisjoint(RIGHTS.get(right, frozenset()))


def require(person: Person, right: str) -> Person:
    """Return somebody who has a right.

    Raises
    ------
    NotSignedIn
        If it is nobody.
    NotAllowed
        If they have not.
    """
    if not person.name:
        raise NotSignedIn("nobody is signed in", rule="sign in first", done="nothing was shown or changed")
    if not may(person, right):
        roles = sorted(RIGHTS.get(right, ()))
        rule = f"it is for {_listed(roles)}" if roles else "nobody may do this"
        held = f"the role {_listed(sorted(person.roles))}" if person.roles else "no role here"
        raise NotAllowed(f"{person.name} has {held}", rule=rule, done="nothing was shown or changed")
    return person


def rights_of(person: Person) -> list[str]:
    """Return what somebody may do, in the order of ``RIGHTS``."""
    return [right for right in RIGHTS if may(person, right)]


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
