"""What of the desk goes with incidents that are purged, and what a workspace that is restored gives up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from desk.briefing.store import forget
from desk.sessions import Sessions
from desk.shares import Shares
from desk.state import changing, engine, scrub
from desk.tables import ACKNOWLEDGED, ALERTS, DELIVERIES, PURGES, RENEWALS, SHARES, WATCHES
from desk.tokens import Tokens

_GONE = "(purged)"
"""Title of a share that was withdrawn by a purge: titles may quote."""


def without_shares(home: Path, actor: str) -> int:
    """Withdraw every share of a workspace that has not ended; return how many that were.

    Raises
    ------
    StateUnusable, NotRecorded
        If not all of them could be withdrawn.
    """
    shares = Shares(home)
    standing = [one.share_id for one in shares.every() if not one.ended_at]
    for share_id in standing:
        shares.revoke(share_id, actor)
    return len(standing)


def without_tokens(home: Path) -> int:
    """Revoke every token of a workspace; return how many that were."""
    tokens = Tokens(home)
    standing = [one.name for one in tokens.every() if not one.revoked]
    for name in standing:
        tokens.revoke(name)
    return len(standing)


def purged(home: Path, version: int, what: str, at: str, actor: str) -> None:
    """Withdraw every share, delete pages, briefings and alerts, let none be of an earlier version; may be repeated.

    What a share shows is laid out from all incidents, so that none is known to be free of what was purged.

    Parameters
    ----------
    home : Path
    version : int
        Of the ledger, made by the purge.
    what, at, actor : str
        As the history of the ledger tells it.

    Raises
    ------
    StateUnusable, NotRecorded
        If not all of it could be done.
    """
    with changing(home) as tables:
        known = select(PURGES.c.ledger_version).where(PURGES.c.ledger_version == version)
        if tables.execute(known).first() is None:
            tables.execute(insert(PURGES).values(ledger_version=version, purged=what, at=at, actor=actor))
    without_shares(home, actor)
    with changing(home) as tables:
        tables.execute(update(SHARES).values(title=_GONE, view=""))
        tables.execute(update(RENEWALS).values(asked=""))
        for told in (ALERTS, DELIVERIES, ACKNOWLEDGED):  # they word changes, and quote places
            tables.execute(delete(told))
        tables.execute(update(WATCHES).values(evaluated=None, from_version=version))
    for page in (home / "desk" / "shares").glob("*"):
        page.unlink(missing_ok=True)
    forget(home)
    scrub(home)


def restored(home: Path, actor: str, *, with_shares: bool, with_tokens: bool) -> tuple[int, int]:
    """End sessions, shares, tokens and feeds of a workspace that was restored, which may have ended since the backup.

    Messages of watch-lists that were waiting are withdrawn: most were sent since.

    Returns
    -------
    tuple of int
        How many shares and tokens were ended.
    """
    there = (home / "desk" / "desk.sqlite").exists()
    shares = without_shares(home, actor) if there and not with_shares else 0
    if there:
        Sessions(home).end_all(actor)
        ended = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        with changing(home) as tables:  # they were sent, or withdrawn, since
            waiting = DELIVERIES.c.state == "waiting"
            tables.execute(update(DELIVERIES).where(waiting).values(state="withdrawn", ended_at=ended))
            if not with_tokens:
                tables.execute(update(WATCHES).values(token_sha256=None))
        engine(home).dispose()
    return shares, 0 if with_tokens else without_tokens(home)
