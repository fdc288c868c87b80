"""Sessions: who is signed in since when, and the sessions that were ended before their time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Executable, delete, insert, select, update
from sqlalchemy.engine import Row

from desk.people import Person
from desk.state import StateUnusable, changing, rows_of
from desk.tables import SESSIONS
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError
from geodata.core.messages import mark

LOOKED_UP_SECONDS = 2.0
"""For so long an answer counts: a session that is ended ends everywhere within this."""
KEPT: Final = timedelta(days=90)
"""For so long after its end a session is listed."""
_SEEN_SECONDS = 60.0
_TRUSTED_SECONDS = 30.0


class NoSuchSession(RoutesError):
    """A session that is not known."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in.

    Attributes
    ----------
    session, name, roles, client : str
        ``roles`` separated by commas; ``client`` is the address that it came from.
    began_at, seen_at, ends_at, ended_at : str
        RFC 3339, UTC; ``ended_at`` is "" where nobody ended it.
    ended_by : str
    purpose : str
        The case that its person works on, as they said.
    """

    session: str
    name: str
    roles: str
    client: str
    began_at: str
    seen_at: str
    ends_at: str
    ended_at: str
    ended_by: str
    purpose: str

    @property
    def state(self) -> str:
        """Return stands, ended (by somebody) or expired."""
        if self.ended_at:
            return mark("ended")
        return mark("expired") if self.ends_at <= moment() else mark("stands")


class Sessions:
    """The sessions of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._known: dict[str, tuple[float, bool]] = {}
        self._written: dict[str, float] = {}
        self._lock = Lock()

    def stands(self, person: Person, client: str = "") -> bool:
        """Tell whether somebody's session goes on; the first time it is seen it is entered in the audit and kept.

        Raises
        ------
        NotRecorded
            If it cannot be entered.
        StateUnusable
            If it cannot be looked up.
        """
        if person.ends_at <= moment():
            return False
        at, stands = self._known.get(person.session, (-LOOKED_UP_SECONDS, False))
        if time.monotonic() - at < LOOKED_UP_SECONDS:
            return stands
        with self._lock:
            try:
                stands = self._looked_up(person, client)
            except StateUnusable:  # locked for a moment: what was true just now still is
                if time.monotonic() - at < _TRUSTED_SECONDS:
                    return stands
                raise
            self._known[person.session] = (time.monotonic(), stands)
        return stands

    def end(self, session: str, by: str) -> Session:
        """End a session before its time: at its next request, and on open screens within seconds.

        Raises
        ------
        NoSuchSession
        """
        found = self._one(session)
        if found is None:
            rule = "`python -m desk sessions` lists them"
            raise NoSuchSession(f"no session {session[:40]!r}", rule=rule, done="nothing changed")
        if not found.ended_at:
            Audit(self._home).enter(by, "sign out", found.name, session=session)
            self._change(session, ended_at=moment(), ended_by=by)
        self._known.pop(session, None)
        return self._one(session) or found

    def end_all(self, by: str) -> None:
        """End every session: of a workspace that was restored nobody knows which were ended since."""
        self._run(update(SESSIONS).where(SESSIONS.c.ended_at == "").values(ended_at=moment(), ended_by=by))
        self._known.clear()

    def every(self) -> list[Session]:
        """Return the sessions, the latest first."""
        return [_session(row) for row in rows_of(self._home, select(SESSIONS).order_by(SESSIONS.c.began_at.desc()))]

    def purpose(self, session: str) -> str:
        """Return the case that the person of a session works on, "" where none was said."""
        found = self._one(session)
        return found.purpose if found else ""

    def work_on(self, session: str, purpose: str) -> None:
        """Note the case that the person of a session works on."""
        self._change(session, purpose=purpose)

    def _looked_up(self, person: Person, client: str) -> bool:
        found = self._one(person.session)
        if found is None:
            roles = ",".join(sorted(person.roles))
            Audit(self._home).enter(person.name, "sign in", person.name, roles=roles, session=person.session)
            now = moment()
            made = Session(person.session, person.name, roles, client, now, now, person.ends_at, "", "", "")
            with changing(self._home) as tables:
                tables.execute(insert(SESSIONS).values({name: getattr(made, name) for name in Session.__slots__}))
                tables.execute(delete(SESSIONS).where(SESSIONS.c.ends_at < moment(-KEPT)))  # the audit keeps them
        elif time.monotonic() - self._written.get(person.session, -_SEEN_SECONDS) >= _SEEN_SECONDS:
            self._written[person.session] = time.monotonic()
            self._change(person.session, seen_at=moment())
        return found is None or not found.ended_at

    def _one(self, session: str) -> Session | None:
        found = rows_of(self._home, select(SESSIONS).where(SESSIONS.c.session == session))
        return _session(found[0]) if found else None

    def _change(self, session: str, **values: str) -> None:
        self._run(update(SESSIONS).where(SESSIONS.c.session == session).values(**values))

    def _run(self, statement: Executable) -> None:
        with changing(self._home) as tables:
            tables.execute(statement)


def _session(row: Row[Any]) -> Session:
    return Session(*(getattr(row, name) for name in Session.__slots__))


def moment(shift: timedelta = timedelta(0)) -> str:
    """Return the moment, or one so long before or after it, RFC 3339, UTC, in seconds."""
    return (datetime.now(UTC) + shift).replace(microsecond=0).isoformat().replace("+00:00", "Z")
