"""Live shares: links whose page is made anew as incidents come in, from the same question, for the same audience.

Behind the link there is no question that is asked: its page is frozen as that of any other share, and changed for a
newer one, once an hour at most.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from desk.shares import Share, Shares
from desk.state import RENEWALS, engine, unusable
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
        return frozenset(share_id for share_id, _, _ in self._rows())

    def due(self, version: int) -> list[tuple[Share, str]]:
        """Return the live shares that stand and show an older version of the ledger, and what each is made of."""
        latest = (_now() - EVERY).isoformat()
        found = []
        for share_id, asked, renewed_at in self._rows():
            share = self._shares.one(share_id)
            if share.state == "stands" and share.ledger_version < version and renewed_at <= latest:
                found.append((share, asked))
        return found

    def tried(self, share_id: str) -> None:
        """Note that a share was looked at, renewed or not: the next time is an hour later."""
        self._run(update(RENEWALS).where(RENEWALS.c.share_id == share_id).values(renewed_at=_now().isoformat()))

    def _rows(self) -> list[tuple[str, str, str]]:
        try:
            with engine(self._home).connect() as connection:
                rows = connection.execute(select(RENEWALS.c.share_id, RENEWALS.c.asked, RENEWALS.c.renewed_at))
                return [(row.share_id, row.asked, row.renewed_at) for row in rows]
        except OperationalError as error:
            raise unusable(error) from None

    def _run(self, statement: object) -> None:
        try:
            with engine(self._home).begin() as connection:
                connection.execute(statement)  # type: ignore[call-overload]
        except OperationalError as error:
            raise unusable(error) from None


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
