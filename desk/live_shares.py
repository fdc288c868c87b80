"""Live shares: links whose page is made anew as incidents come in, from the same question, for the same audience.

Behind the link there is no question that is asked: its page is frozen as that of any other share, and changed for a
newer one, once an hour at most.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Executable, insert, select, update

from desk.shares import Share, Shares
from desk.state import changing, rows_of
from desk.tables import RENEWALS, SHARES
from geodata.core.errors import WrongValue

EVERY: Final = timedelta(hours=1)


class LiveShares:
    """The live shares of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._shares = home, Shares(home)

    def keep(self, share_id: str, asked: str) -> None:
        """Let a share be live.

        Parameters
        ----------
        share_id : str
        asked : str
            What it is made of, as ``due`` gives it back: the query of the View.
        """
        self._run(insert(RENEWALS).values(share_id=share_id, asked=asked, renewed_at=_now().isoformat()))

    def ids(self) -> frozenset[str]:
        """Return the ids of live shares, of those that have ended too."""
        return frozenset(row.share_id for row in rows_of(self._home, select(RENEWALS.c.share_id)))

    def due(self, version: int) -> list[tuple[Share, str]]:
        """Return the live shares that stand and show an older version of the ledger, and what each is made of."""
        old = RENEWALS.c.renewed_at <= (_now() - EVERY).isoformat()
        stands = SHARES.c.ended_at.is_(None) & (SHARES.c.ledger_version < version)
        both = RENEWALS.join(SHARES, RENEWALS.c.share_id == SHARES.c.share_id)
        found = rows_of(self._home, select(RENEWALS.c.share_id, RENEWALS.c.asked).select_from(both).where(old, stands))
        known = ((self._shares.one(row.share_id), row.asked) for row in found)
        return [(share, asked) for share, asked in known if share.state == "stands"]

    def tried(self, share_id: str) -> None:
        """Note that a share was looked at, renewed or not: the next time is an hour later."""
        self._run(update(RENEWALS).where(RENEWALS.c.share_id == share_id).values(renewed_at=_now().isoformat()))

    def _run(self, statement: Executable) -> None:
        with changing(self._home) as tables:
            tables.execute(statement)


def require_no_phrase(phrase: str) -> None:
    """Refuse a pass-phrase for a live link: its page is opened anew by itself, and nobody is there to give it.

    Raises
    ------
    WrongValue
    """
    if phrase:
        rule = "a live link is opened anew by itself, when nobody is there to give a pass-phrase"
        raise WrongValue("a pass-phrase for a live link", rule=rule, done="nothing was shared")


def _now() -> datetime:
    return datetime.now(UTC)
