"""Saved views: what somebody looks at, under a name; one's own, or for everybody.

A view is the query of the map's address: filters, window, place, layers. It holds no incidents, so it stays as it is
when incidents are purged, and shows what is there when it is opened.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Executable, delete, insert, select

from desk.people import Person, may
from desk.sessions import moment
from desk.state import changing, rows_of
from desk.tables import VIEWS
from geodata.core.errors import RoutesError, WrongValue

LONGEST_NAME: Final = 60
LONGEST_QUERY: Final = 3000
MOST: Final = 200
"""Views of one person."""
_QUERY = re.compile(r"[\x21-\x7e]*")
_DONE = "nothing was saved"


class NoSuchView(RoutesError):
    """A view that is not known, or not of who asks."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view that was saved.

    Attributes
    ----------
    view_id, name, owner : str
    query : str
        Of the map's address, without the question mark.
    shared : bool
        Whether everybody sees it.
    made_at : str
        RFC 3339, UTC.
    """

    view_id: str
    name: str
    owner: str
    query: str
    shared: bool
    made_at: str


class Views:
    """The saved views of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home

    def seen_by(self, person: Person) -> list[SavedView]:
        """Return one's own views and those for everybody, by name."""
        mine = (VIEWS.c.owner == person.name) | VIEWS.c.shared
        found = self._rows(select(VIEWS).where(mine))
        return sorted(found, key=lambda one: (one.shared, one.name.casefold(), one.made_at))

    def save(self, person: Person, name: str, query: str, *, shared: bool = False) -> SavedView:
        """Keep a view; one of the same name and owner is replaced.

        Raises
        ------
        WrongValue
            If the name or the query does not fit, or somebody has too many.
        NotAllowed
            If it is for everybody, and they may not keep what others see.
        """
        plain = " ".join(name.split())
        if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
            rule = f"a name has 1 to {LONGEST_NAME} letters"
            raise WrongValue(f"the name {plain[:80]!r}", rule=rule, done=_DONE)
        if len(query) > LONGEST_QUERY or not _QUERY.fullmatch(query):
            rule = f"it is the query of an address of the map, of at most {LONGEST_QUERY:,} letters"
            raise WrongValue("the view", rule=rule, done=_DONE)
        if shared and not may(person, "watch"):
            raise WrongValue("a view for everybody", rule="operators, planners and analysts may", done=_DONE)
        own = VIEWS.c.owner == person.name
        if len(self._rows(select(VIEWS).where(own, VIEWS.c.name != plain))) >= MOST:
            raise WrongValue(f"{MOST} views are saved", rule="delete some first", done=_DONE)
        made = SavedView(f"v-{secrets.token_hex(6)}", plain, person.name, query, shared, moment())
        self._run(delete(VIEWS).where(own, VIEWS.c.name == plain), insert(VIEWS).values(asdict(made)))
        return made

    def delete(self, person: Person, view_id: str) -> None:
        """Delete one's own view; an administrator may delete those for everybody.

        Raises
        ------
        NoSuchView
            If there is none, or it is somebody else's.
        """
        mine = VIEWS.c.owner == person.name
        if may(person, "administer"):
            mine |= VIEWS.c.shared
        if not self._rows(select(VIEWS).where(VIEWS.c.view_id == view_id, mine)):
            rule = "one's own can be deleted, and an administrator deletes those for everybody"
            raise NoSuchView(f"no view {view_id[:20]!r} of yours", rule=rule, done="nothing changed")
        self._run(delete(VIEWS).where(VIEWS.c.view_id == view_id, mine))

    def _rows(self, question: Any) -> list[SavedView]:
        names = SavedView.__slots__
        return [SavedView(*(getattr(row, name) for name in names)) for row in rows_of(self._home, question)]

    def _run(self, *statements: Executable) -> None:
        with changing(self._home) as tables:
            for statement in statements:
                tables.execute(statement)
