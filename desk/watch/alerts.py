"""Alerts as they are kept: each change once for a watch-list; and which changes somebody took note of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Row

from desk.state import changing, rows_of
from desk.tables import ACKNOWLEDGED, ALERTS
from desk.watch.matching import same_change
from desk.watch.store import NoSuchWatch, moment
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue
from routes.temporal.findings import Finding

LONGEST_REASON: Final = 300
MOST_LISTED: Final = 200
MOST_LOOKED_AT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Worded:
    """A change as a message tells it: nothing in it says more than whoever may read the message may know.

    Attributes
    ----------
    title, text : str
        One line each, in the language of the watch-list.
    link : str
        The view of the map, below the address of the server: ``/?mode=sea&lat=...``.
    label : str
        What the link is called.
    """

    title: str
    text: str
    link: str
    label: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A change that fits a watch-list.

    Attributes
    ----------
    alert_id, watch_id, finding_id, node_id, direction, since, verdict, name : str
        As of the finding when it was last told; ``name`` of its place, in English.
    worded : Worded
    found_at : str
        RFC 3339, UTC.
    ledger_version : int
    told : bool
        False if it was known when the list was made, is older than what the map lists, or the list was muted.
    """

    alert_id: str
    watch_id: str
    finding_id: str
    node_id: str
    direction: str
    since: str
    verdict: str
    name: str
    worded: Worded
    found_at: str
    ledger_version: int
    told: bool

    def is_of(self, finding: Finding) -> bool:
        """Tell whether a finding is of the same change."""
        return same_change(self.node_id, self.direction, self.since, finding)


@dataclass(frozen=True, slots=True)
class Note:
    """That somebody took note of a change, and why no more is to be done.

    Attributes
    ----------
    finding_id, node_id, direction, since, verdict, at, by, why : str
    """

    finding_id: str
    node_id: str
    direction: str
    since: str
    verdict: str
    at: str
    by: str
    why: str

    def is_of(self, change: Alert | Finding) -> bool:
        """Tell whether it is of this change with this judgement."""
        if isinstance(change, Finding):
            same = same_change(self.node_id, self.direction, self.since, change)
            return same and self.verdict == str(change.verdict)
        return (self.finding_id, self.verdict) == (change.finding_id, change.verdict)


class Alerts:
    """The alerts of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._audit = home, Audit(home)

    def of(self, watch_id: str) -> list[Alert]:
        """Return the alerts of a watch-list, the latest first."""
        asked = select(ALERTS).where(ALERTS.c.watch_id == watch_id)
        return [_alert(row) for row in rows_of(self._home, asked.order_by(ALERTS.c.found_at.desc(), ALERTS.c.alert_id))]

    def latest(self, watch_ids: Iterable[str]) -> list[Alert]:
        """Return the latest alerts of watch-lists, the latest first, ``MOST_LOOKED_AT`` at most."""
        of_them = select(ALERTS).where(ALERTS.c.watch_id.in_(list(watch_ids)))
        asked = of_them.order_by(ALERTS.c.found_at.desc(), ALERTS.c.alert_id).limit(MOST_LOOKED_AT)
        return [_alert(row) for row in rows_of(self._home, asked)]

    def told(self, watch_id: str) -> int:
        """Return how many alerts a watch-list has told."""
        asked = select(func.count()).where(ALERTS.c.watch_id == watch_id, ALERTS.c.told.is_(True))
        return int(rows_of(self._home, asked)[0][0])

    def by_id(self, alert_ids: Iterable[str]) -> list[Alert]:
        """Return alerts by their ids, in their order; one that is gone is left out."""
        wanted = list(alert_ids)
        rows = rows_of(self._home, select(ALERTS).where(ALERTS.c.alert_id.in_(wanted)))
        found = {row.alert_id: _alert(row) for row in rows}
        return [found[alert_id] for alert_id in wanted if alert_id in found]

    def one(self, wanted: str) -> Alert:
        """Return the alert of an id, or of a finding's id.

        Raises
        ------
        NoSuchWatch
        """
        either = (ALERTS.c.alert_id == wanted) | (ALERTS.c.finding_id == wanted)
        found = rows_of(self._home, select(ALERTS).where(either).limit(1))
        if not found:
            rule = "`python -m desk watch list --alerts` shows them"
            raise NoSuchWatch(f"there is no alert {wanted[:80]!r}", rule=rule, done="nothing changed")
        return _alert(found[0])

    def notes(self) -> list[Note]:
        """Return what was taken note of, the latest first."""
        asked = select(ACKNOWLEDGED).order_by(ACKNOWLEDGED.c.at.desc()).limit(MOST_LISTED)
        return [Note(**row._asdict()) for row in rows_of(self._home, asked)]

    def acknowledge(self, change: Alert | Finding, why: str, actor: str) -> Note:
        """Keep that somebody took note of a change, on every watch-list; with another judgement it is new again.

        Raises
        ------
        WrongValue
            If no reason is given, or one that is no line of text.
        NotRecorded, StateUnusable
        """
        if not 0 < len(why.strip()) <= LONGEST_REASON or not why.strip().isprintable():
            rule = f"it is one line of 1 to {LONGEST_REASON} letters"
            raise WrongValue("the reason", rule=rule, done="nothing was acknowledged")
        at = moment(datetime.now(UTC))
        place = change.finding_id, change.node_id, change.direction, change.since
        note = Note(*place, str(change.verdict), at, actor, why.strip())
        self._audit.enter(actor, "acknowledge", note.finding_id, verdict=note.verdict)  # the reason can be purged
        with changing(self._home) as tables:
            tables.execute(delete(ACKNOWLEDGED).where(ACKNOWLEDGED.c.finding_id == note.finding_id))
            tables.execute(insert(ACKNOWLEDGED).values(asdict(note)))
        return note


def row_of(
    finding: Finding, worded: Worded, watch_id: str, version: int, now: datetime, *, told: bool
) -> dict[str, Any]:
    """Return a new alert as the table takes it."""
    return changed(finding, worded, version, now) | {
        "alert_id": f"a-{secrets.token_hex(8)}",
        "watch_id": watch_id,
        "node_id": finding.node_id,
        "direction": finding.direction,
        "since": finding.since,
        "told": told,
    }


def changed(finding: Finding, worded: Worded, version: int, now: datetime) -> dict[str, Any]:
    """Return what of an alert changes when it is told anew."""
    return {
        "finding_id": finding.finding_id,
        "verdict": str(finding.verdict),
        "name": str(finding.name),
        "worded": json.dumps(asdict(worded), ensure_ascii=False),
        "found_at": moment(now),
        "ledger_version": version,
    }


def _alert(row: Row[Any]) -> Alert:
    told: dict[str, Any] = row._asdict()
    return Alert(**{**told, "worded": Worded(**json.loads(told["worded"]))})
