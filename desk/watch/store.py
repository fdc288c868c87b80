"""Watch-lists as they are kept: made, changed, muted and deleted, each an entry in the audit."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from desk.state import changing, rows_of
from desk.tables import DELIVERIES, WATCHES
from desk.watch.model import WatchList, watch_list
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue

MOST_WATCHES: Final = 200
MOST_MUTED_DAYS: Final = 90
_BYTES = 32
_TOKEN_LETTERS = 43
_SECRET_PREFIX = "whsec_"  # noqa: S105 - by which Standard Webhooks mark a secret
_LOOK = "`python -m desk watch list` shows them"


class NoSuchWatch(RoutesError):
    """A watch-list, alert or feed that is not known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch-list as it is kept.

    Attributes
    ----------
    watch_id : str
    watch : WatchList
    secret : str
        With which its webhook is signed; "" for other channels. Never shown.
    made_at, made_by, muted_until : str
        Moments are RFC 3339, UTC; "" for never.
    from_version, evaluated : int or None
        Version of the ledger when it was made, None for an empty ledger; that which was looked at last.
    """

    watch_id: str
    watch: WatchList
    secret: str
    made_at: str
    made_by: str
    muted_until: str
    from_version: int | None
    evaluated: int | None

    def muted(self, now: datetime) -> bool:
        """Tell whether nothing is to be sent now."""
        return self.muted_until > moment(now)


class Watches:
    """The watch-lists of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._audit = home, Audit(home)

    def new(self, watch: WatchList, actor: str, version: int | None) -> tuple[Kept, str]:
        """Keep a watch-list; return it, and what is shown this once: a feed's token, a webhook's secret, or "".

        Parameters
        ----------
        watch : WatchList
        actor : str
        version : int or None
            The newest version of the ledger: what is known of it is not told.

        Raises
        ------
        WrongValue
            If there are too many, or one has this name.
        """
        self._require_free(watch.name)
        watch_id = f"w-{secrets.token_hex(4)}"
        token = secrets.token_urlsafe(_BYTES) if watch.channel == "feed" else ""
        secret = _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()
        secret = secret if watch.channel == "webhook" else ""
        self._audit.enter(actor, "watch", watch_id, made=True, channel=watch.channel, to=watch.aimed_at)
        row = {
            "watch_id": watch_id,
            "name": watch.name,
            "said": watch.model_dump_json(),
            "token_sha256": _sha256(token) if token else None,
            "secret": secret or None,
            "made_at": moment(datetime.now(UTC)),
            "made_by": actor,
            "from_version": version,
        }
        with changing(self._home) as tables:
            tables.execute(insert(WATCHES).values(row))
        return self.one(watch_id), token or secret

    def every(self) -> list[Kept]:
        """Return all that stand, in the order in which they were made."""
        asked = select(WATCHES).where(WATCHES.c.ended_at.is_(None)).order_by(WATCHES.c.made_at, WATCHES.c.watch_id)
        return [_kept(row) for row in rows_of(self._home, asked)]

    def one(self, wanted: str) -> Kept:
        """Return the one of an id or a name.

        Raises
        ------
        NoSuchWatch
        """
        found = [kept for kept in self.every() if wanted in (kept.watch_id, kept.watch.name)]
        if not found:
            raise NoSuchWatch(f"there is no watch-list {wanted[:60]!r}", rule=_LOOK, done="nothing changed")
        return found[0]

    def change(self, wanted: str, told: Mapping[str, Any], actor: str) -> Kept:
        """Change what a watch-list says; its channel stays, as its token or secret belongs to it.

        Raises
        ------
        NoSuchWatch, WrongValue
        """
        kept = self.one(wanted)
        changed = watch_list(kept.watch.model_dump() | dict(told))
        if changed.channel != kept.watch.channel:
            raise WrongValue("the channel", rule="another channel is another watch-list", done="nothing changed")
        if changed.name != kept.watch.name:
            self._require_free(changed.name)
        self._audit.enter(actor, "watch", kept.watch_id, changed=", ".join(sorted(told)), to=changed.aimed_at)
        self._write(kept, name=changed.name, said=changed.model_dump_json())
        return self.one(kept.watch_id)

    def mute(self, wanted: str, days: int, actor: str) -> Kept:
        """Send nothing for so many days, 0 to send again; what is found meanwhile is kept and not sent later."""
        if not 0 <= days <= MOST_MUTED_DAYS:
            rule = f"a watch-list is muted for 1 to {MOST_MUTED_DAYS} days, or 0 to end that"
            raise WrongValue(f"{days} days", rule=rule, done="nothing changed")
        kept = self.one(wanted)
        until = moment(datetime.now(UTC) + timedelta(days=days)) if days else None
        self._audit.enter(actor, "watch", kept.watch_id, muted_days=days)
        self._write(kept, muted_until=until)
        return self.one(kept.watch_id)

    def delete(self, wanted: str, actor: str) -> None:
        """Watch no longer: nothing is found or sent from now on, and its feed is known no more."""
        kept = self.one(wanted)
        self._audit.enter(actor, "watch", kept.watch_id, made=False)
        now = moment(datetime.now(UTC))
        with changing(self._home) as tables:
            of_it = WATCHES.c.watch_id == kept.watch_id
            tables.execute(update(WATCHES).where(of_it).values(ended_at=now, ended_by=actor, token_sha256=None))
            waiting = (DELIVERIES.c.watch_id == kept.watch_id) & (DELIVERIES.c.state == "waiting")
            tables.execute(update(DELIVERIES).where(waiting).values(state="withdrawn", ended_at=now))

    def of_feed(self, token: str) -> Kept:
        """Return the watch-list whose feed a token opens.

        Raises
        ------
        NoSuchWatch
        """
        fits = len(token) == _TOKEN_LETTERS and token.isascii()
        asked = select(WATCHES).where(WATCHES.c.token_sha256 == _sha256(token), WATCHES.c.ended_at.is_(None))
        found = rows_of(self._home, asked) if fits else []
        if not found:
            raise NoSuchWatch("this feed is not known", rule="ask whoever made it", done="nothing is told")
        return _kept(found[0])

    def _require_free(self, name: str) -> None:
        others = self.every()
        if len(others) >= MOST_WATCHES:
            rule = f"there are at most {MOST_WATCHES} watch-lists"
            raise WrongValue(f"{name!r} would be one more", rule=rule, done="nothing is watched")
        if any(name in (kept.watch.name, kept.watch_id) for kept in others):
            raise WrongValue(f"the name {name!r} is taken", rule="a name stands once", done="nothing changed")

    def _write(self, kept: Kept, **values: Any) -> None:
        with changing(self._home) as tables:
            tables.execute(update(WATCHES).where(WATCHES.c.watch_id == kept.watch_id).values(**values))


def moment(at: datetime) -> str:
    """Return a moment as it is kept: RFC 3339, UTC, whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _kept(row: Row[Any]) -> Kept:
    watch = WatchList.model_validate_json(row.said)
    times = row.made_at, row.made_by, row.muted_until or ""
    return Kept(row.watch_id, watch, row.secret or "", *times, row.from_version, row.evaluated)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
