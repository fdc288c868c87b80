"""Shares: a frozen map under a link that someone else opens, until it expires or is withdrawn.

What is shared was made for an audience before it comes here and is kept as it is; no question behind a link is asked of
the ledger. A link holds 256 random bits; only their SHA-256 is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import os
import secrets
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from desk.state import changing, require_not_purged, rows_of
from desk.tables import SHARES
from geodata.core.atomic_write import proof_of, whole
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError, WrongValue

DAYS: Final = 7
MOST_DAYS: Final = 30
_BYTES = 32
_TOKEN_LETTERS = 43
_LONGEST_TITLE = 120
_SHORTEST_PHRASE, _LONGEST_PHRASE = 8, 200
_COST: Final = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt (RFC 7914): some 50 ms and 16 MB a try."""
_NEVER = "TLP:RED"
_ASK = "ask whoever sent it to you"


class NoSuchShare(RoutesError):
    """A link that is not known."""


class ShareEnded(RoutesError):
    """A link that has expired or was withdrawn."""


class WrongPhrase(RoutesError):
    """A pass-phrase that is missing or is not the one."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is known of a shared link, but not the link.

    Attributes
    ----------
    share_id, title, audience, language, view, marking, export_id, method_version : str
    ledger_version, incidents, bytes : int
    withheld : float
        Share of the incidents that no shown hex counts, 0..1.
    made_at, expires_at, last_opened, ended_at : str
        RFC 3339, UTC; "" for never.
    made_by, ended_by : str
    policy : str
        Content security policy of the page.
    with_phrase : bool
    opened : int
    """

    share_id: str
    title: str
    audience: str
    language: str
    view: str
    marking: str
    export_id: str
    method_version: str
    ledger_version: int
    incidents: int
    bytes: int
    withheld: float
    made_at: str
    made_by: str
    expires_at: str
    ended_at: str
    ended_by: str
    with_phrase: bool
    opened: int
    last_opened: str
    policy: str

    @property
    def state(self) -> str:
        """Return stands, expired or withdrawn."""
        if self.ended_at:
            return "withdrawn" if self.ended_by else "expired"
        return "expired" if self.expires_at <= _moment(datetime.now(UTC)) else "stands"


class Shares:
    """The shares of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._folder, self._audit = home, home / "desk" / "shares", Audit(home)

    def new(
        self,
        content: bytes,
        told: Mapping[str, Any],
        actor: str,
        *,
        days: int = DAYS,
        phrase: str = "",
        purpose: str = "",
    ) -> tuple[str, Share]:
        """Keep a page under a new link and return the link's token, this once, and what is known of the share.

        Parameters
        ----------
        content : bytes
            HTML, made for the audience.
        told : mapping
            ``title``, ``audience``, ``language``, ``view``, ``marking``, ``export_id``, ``ledger_version``,
            ``method_version``, ``incidents``, ``withheld`` and
            ``policy`` of it.
        actor : str
        days : int
            Until it expires.
        phrase : str
            A pass-phrase that is asked for as well; "" for none.
        purpose : str

        Raises
        ------
        WrongValue
            If the days, the title or the phrase do not fit, if it is marked TLP:RED, or if incidents of its version
            were purged since.
        NotRecorded, StateUnusable
            If it cannot be kept; then there is no link.
        """
        _require(told, days, phrase)
        require_not_purged(self._home, int(told["ledger_version"]))
        token, share_id = secrets.token_urlsafe(_BYTES), f"s-{secrets.token_hex(4)}"
        now = datetime.now(UTC)
        salt = os.urandom(16) if phrase else None
        digest = hashlib.sha256(content).hexdigest()
        facts = {"audience": told["audience"], "export": told["export_id"], "days": days}
        self._audit.enter(actor, "share", share_id, purpose, **facts)
        self._keep(digest, content)
        row = {
            **{name: told[name] for name in _TOLD},
            "share_id": share_id,
            "token_sha256": _sha256(token),
            "content_sha256": digest,
            "bytes": len(content),
            "made_at": _moment(now),
            "made_by": actor,
            "expires_at": _moment(now + timedelta(days=days)),
            "salt": salt,
            "phrase": _stretched(phrase, salt) if salt else None,
        }
        self._write(insert(SHARES).values(row))
        try:  # a purge in between has not seen this one
            require_not_purged(self._home, int(told["ledger_version"]))
        except WrongValue:
            self.revoke(share_id, actor)
            raise
        return token, self.one(share_id)

    def replace(self, share_id: str, content: bytes, told: Mapping[str, Any], actor: str) -> Share:
        """Put a newer page in the place of a share's, for the same audience; the link stays as it is.

        Raises
        ------
        ShareEnded
            If it stands no more.
        WrongValue
            If the page is for another audience, or is marked TLP:RED.
        NotRecorded, StateUnusable
            If it cannot be kept; then the older page stays.
        """
        found = self.one(share_id)
        if found.state != "stands":
            raise ShareEnded(f"{share_id} has ended", rule="what has ended is shared anew", done="nothing changed")
        if told["audience"] != found.audience:
            raise WrongValue(
                f"a page for {told['audience']}", rule=f"it is for {found.audience}", done="nothing changed"
            )
        _require(told, DAYS, "")
        require_not_purged(self._home, int(told["ledger_version"]))
        (before,) = self._rows(select(SHARES.c.content_sha256).where(SHARES.c.share_id == share_id))
        digest = hashlib.sha256(content).hexdigest()
        self._audit.enter(actor, "share", share_id, export=told["export_id"], renewed=True)
        self._keep(digest, content)
        row = {name: told[name] for name in _TOLD} | {"content_sha256": digest, "bytes": len(content)}
        self._write(update(SHARES).where(SHARES.c.share_id == share_id, SHARES.c.ended_at.is_(None)).values(row))
        if before.content_sha256 != digest:
            self._forget(before.content_sha256)
        if self.one(share_id).ended_at:  # withdrawn in between
            self._forget(digest)
        return self.one(share_id)

    def every(self) -> list[Share]:
        """Return all shares, the newest first."""
        return [_share(row) for row in self._rows(select(SHARES).order_by(SHARES.c.made_at.desc(), SHARES.c.share_id))]

    def one(self, share_id: str) -> Share:
        """Return what is known of a share.

        Raises
        ------
        NoSuchShare
        """
        rows = self._rows(select(SHARES).where(SHARES.c.share_id == share_id))
        if not rows:
            raise NoSuchShare(
                f"there is no share {share_id[:40]!r}",
                rule="`python -m desk shares` lists them",
                done="nothing changed",
            )
        return _share(rows[0])

    def revoke(self, share_id: str, actor: str) -> Share:
        """Withdraw a share: its link opens nothing from the next request on. One that has ended stays as it is."""
        found = self.one(share_id)
        if not found.ended_at:
            self._audit.enter(actor, "revoke", share_id)
            self._write(
                update(SHARES)
                .where(SHARES.c.share_id == share_id, SHARES.c.ended_at.is_(None))
                .values(ended_at=_moment(datetime.now(UTC)), ended_by=actor)
            )
            (row,) = self._rows(select(SHARES.c.content_sha256).where(SHARES.c.share_id == share_id))
            self._forget(row.content_sha256)
        return self.one(share_id)

    def extend(self, share_id: str, actor: str, days: int = DAYS) -> Share:
        """Let a share that stands expire so many days from now.

        Raises
        ------
        ShareEnded
            If it stands no more; what has ended is shared anew.
        """
        _require_days(days)
        found = self.one(share_id)
        if found.state != "stands":
            raise ShareEnded(f"{share_id} has ended", rule="what has ended is shared anew", done="nothing changed")
        self._audit.enter(actor, "extend", share_id, days=days)
        until = _moment(datetime.now(UTC) + timedelta(days=days))
        self._write(update(SHARES).where(SHARES.c.share_id == share_id).values(expires_at=until))
        return self.one(share_id)

    def standing(self, token: str) -> Share:
        """Return the share that a token opens.

        Raises
        ------
        NoSuchShare
            If the token is none that was ever given.
        ShareEnded
            If it has expired or was withdrawn.
        """
        return _share(self._standing(token))

    def require_phrase(self, token: str, phrase: str) -> None:
        """Return if a pass-phrase is that of a share, or of one that asks for none.

        Raises
        ------
        NoSuchShare, ShareEnded
        WrongPhrase
        """
        row = self._standing(token)
        if row.phrase is not None and not hmac.compare_digest(row.phrase, _stretched(phrase, row.salt)):
            raise WrongPhrase("the pass-phrase is not the one", rule=_ASK, done="nothing is shown")

    def open(self, token: str, phrase: str = "", client: str = "") -> tuple[Share, bytes]:
        """Return a share and its page as gzip; each opening is entered before it is shown, and counted.

        Raises
        ------
        NoSuchShare, ShareEnded
        WrongPhrase
            If a pass-phrase is asked for and this is not it.
        NotRecorded
            If the opening cannot be entered.
        """
        self.require_phrase(token, phrase)
        row = self._standing(token)
        content = self._content(row)
        self._audit.enter(f"link {row.share_id}", "open", row.share_id, client=client)
        counted = {"opened": SHARES.c.opened + 1, "last_opened": _moment(datetime.now(UTC))}
        with suppress(RoutesError):  # tables that can only be read show it all the same
            self._write(update(SHARES).where(SHARES.c.share_id == row.share_id).values(**counted))
        return _share(row), content

    def _standing(self, token: str) -> Row[Any]:
        known = len(token) == _TOKEN_LETTERS and token.isascii()
        rows = self._rows(select(SHARES).where(SHARES.c.token_sha256 == _sha256(token))) if known else []
        if not rows:
            raise NoSuchShare("this link is not known", rule=_ASK, done="nothing is shown")
        (row,) = rows
        if row.ended_at or row.expires_at <= _moment(datetime.now(UTC)):
            if not row.ended_at:
                self._expire(row)
            ended = f"was withdrawn on {row.ended_at[:10]}" if row.ended_by else f"ended on {row.expires_at[:10]}"
            what = f"this link {ended}"
            raise ShareEnded(what, rule=_ASK, done="nothing is shown")
        return row

    def _expire(self, row: Row[Any]) -> None:
        """Keep that a share has expired, so that a clock that is set back does not bring it to life."""
        ended = {"ended_at": _moment(datetime.now(UTC)), "expired": True}
        with suppress(RoutesError):  # it is refused by its date all the same
            self._write(update(SHARES).where(SHARES.c.share_id == row.share_id).values(**ended))
            self._forget(row.content_sha256)

    def _keep(self, digest: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole(self._page(digest)) as part:
            part.write_bytes(gzip.compress(content, mtime=0))

    def _forget(self, digest: str) -> None:
        """Delete a page that no share shows any more."""
        standing = select(SHARES.c.share_id).where(SHARES.c.content_sha256 == digest, SHARES.c.ended_at.is_(None))
        if not self._rows(standing):
            with suppress(OSError):
                self._page(digest).unlink(missing_ok=True)
                proof_of(self._page(digest)).unlink(missing_ok=True)

    def _content(self, row: Row[Any]) -> bytes:
        try:
            packed = self._page(row.content_sha256).read_bytes()
            sound = hashlib.sha256(gzip.decompress(packed)).hexdigest() == row.content_sha256
        except (OSError, EOFError, zlib.error):
            sound = False
        if not sound:
            raise ShareEnded("what was shared is damaged or gone", rule=_ASK, done="nothing is shown")
        return packed

    def _page(self, digest: str) -> Path:
        return self._folder / f"{digest}.html.gz"

    def _rows(self, question: Any) -> list[Row[Any]]:
        return rows_of(self._home, question)

    def _write(self, change: Any) -> None:
        with changing(self._home) as tables:
            tables.execute(change)


_TOLD = (
    *("title", "audience", "language", "view", "marking", "export_id", "ledger_version", "method_version"),
    *("incidents", "withheld", "policy"),
)


def _share(row: Row[Any]) -> Share:
    told: dict[str, Any] = {name: getattr(row, name) for name in _KEPT}
    told |= {name: told[name] or "" for name in ("ended_at", "ended_by", "last_opened")}
    return Share(**told, with_phrase=row.phrase is not None)


_KEPT = tuple(name for name in Share.__dataclass_fields__ if name != "with_phrase")


def _require(told: Mapping[str, Any], days: int, phrase: str) -> None:
    _require_days(days)
    if not 0 < len(str(told["title"]).strip()) <= _LONGEST_TITLE or not str(told["title"]).isprintable():
        raise WrongValue("the title", rule=f"it has 1 to {_LONGEST_TITLE} letters", done="nothing was shared")
    if phrase and not _SHORTEST_PHRASE <= len(phrase) <= _LONGEST_PHRASE:
        rule = f"it has {_SHORTEST_PHRASE} to {_LONGEST_PHRASE} letters"
        raise WrongValue("the pass-phrase", rule=rule, done="nothing was shared")
    if told["marking"] == _NEVER:
        rule = "what is for single recipients is shared by no link"
        raise WrongValue(f"it is marked {_NEVER}", rule=rule, done="nothing was shared")


def _require_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        rule = f"a link stands for 1 to {MOST_DAYS} days"
        raise WrongValue(f"{days} days", rule=rule, done="nothing changed")


def _stretched(phrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(phrase[:_LONGEST_PHRASE].encode("utf-8", "replace"), salt=salt, **_COST)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
