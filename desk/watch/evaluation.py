"""Findings to alerts: each change is said once for a watch-list, and again only if its judgement changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from desk.state import changing
from desk.tables import ALERTS, WATCHES
from desk.watch.alerts import Alerts, Worded, changed, row_of
from desk.watch.matching import Lines, fits, same_change
from desk.watch.model import WatchList
from desk.watch.outbox import put
from desk.watch.store import Kept, Watches
from geodata.core.errors import RoutesError
from geodata.core.file_lock import exclusive_lock
from geodata.model.query import View
from routes.temporal.findings import Finding

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a version of the ledger.

    Attributes
    ----------
    findings : sequence of Finding
        All of a View.
    lines : mapping
        Of the routes, as ``desk.watch.matching.Lines``.
    recent_from : str
        A month: what stood last before it is no news, and not told; "" for none.
    """

    findings: Sequence[Finding]
    lines: Lines
    recent_from: str


Looking = Callable[[View, int], Look]
Wording = Callable[[Finding, WatchList, int], Worded]
"""Of a finding, for a watch-list, in a version of the ledger."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of a watch-list: its name, how many fit, which alerts were new, and what went wrong, if anything."""

    name: str
    fitting: int
    new: tuple[str, ...]
    fault: str = ""


class Evaluation:
    """Looks through a version of the ledger for what fits the watch-lists of a workspace.

    Parameters
    ----------
    home : Path
        The workspace folder.
    look : function
        Returns what was found of a View in a version.
    word : function
        Words a finding for a message, so that it holds no more than whoever may read it may know.
    """

    def __init__(self, home: Path, look: Looking, word: Wording) -> None:
        self._home, self._look, self._word = home, look, word
        self._watches, self._alerts = Watches(home), Alerts(home)

    def run(self, version: int, now: datetime | None = None, *, unseen: bool = False) -> list[Evaluated]:
        """Evaluate every watch-list, one program at a time; what goes wrong with one keeps none from being seen.

        Parameters
        ----------
        version : int
        now : datetime, optional
        unseen : bool
            Evaluate those alone that never were.

        Raises
        ------
        StateUnusable
            If the tables do not answer.
        """
        told = []
        with exclusive_lock(self._home / "desk" / "watching.lock"):
            every = [kept for kept in self._watches.every() if not (unseen and kept.evaluated is not None)]
            for kept in sorted(every, key=lambda kept: kept.watch.view):  # what is asked alike is computed once
                try:
                    told.append(self.one(kept, version, now or datetime.now(UTC)))
                except RoutesError as error:
                    told.append(Evaluated(kept.watch.name, 0, (), str(error)))
                except Exception:  # noqa: BLE001 - a fault of ours with one list keeps no other from being seen
                    _LOG.exception("%s could not be evaluated", kept.watch.name)
                    told.append(Evaluated(kept.watch.name, 0, (), "it could not be evaluated; the log says why"))
        return told

    def one(self, kept: Kept, version: int, now: datetime) -> Evaluated:
        """Evaluate a watch-list on a version: keep and queue its new alerts, together or not at all."""
        if kept.evaluated is None and kept.from_version is not None:
            first = self._begun(kept, kept.from_version, now)
            if version == kept.from_version:
                return first
        known = self._alerts.of(kept.watch_id)
        rows: list[dict[str, Any]] = []
        again: dict[str, tuple[Finding, bool]] = {}
        found = self._look(kept.watch.seen, version)
        fitting = _each_change(kept.watch, found)
        for finding in fitting:
            told = finding.last >= found.recent_from and not kept.muted(now)
            before = next((alert for alert in known if alert.is_of(finding)), None)
            if before is None:
                worded = self._word(finding, kept.watch, version)
                rows.append(row_of(finding, worded, kept.watch_id, version, now, told=told))
            elif before.verdict != str(finding.verdict) and before.alert_id not in again:
                again[before.alert_id] = finding, told
        return self._keep(kept, version, now, rows, again, len(fitting))

    def _begun(self, kept: Kept, version: int, now: datetime) -> Evaluated:
        """Keep what fitted when the list was made as known; told are those alone that it asks for."""
        found = self._look(kept.watch.seen, version)
        fitting, since = _each_change(kept.watch, found), kept.watch.since
        rows = [
            row_of(
                finding,
                self._word(finding, kept.watch, version),
                kept.watch_id,
                version,
                now,
                told=bool(since) and finding.detected >= since and not kept.muted(now),
            )
            for finding in fitting
        ]
        return self._keep(kept, version, now, rows, {}, len(fitting))

    def _keep(
        self,
        kept: Kept,
        version: int,
        now: datetime,
        rows: Sequence[Mapping[str, Any]],
        again: Mapping[str, tuple[Finding, bool]],
        fitting: int,
    ) -> Evaluated:
        """Keep new alerts and new judgements and queue what is told of them, together or not at all."""
        new = [str(row["alert_id"]) for row in rows if row["told"]]
        with changing(self._home) as tables:
            stands = (WATCHES.c.watch_id == kept.watch_id) & WATCHES.c.ended_at.is_(None)
            if not tables.execute(update(WATCHES).where(stands).values(evaluated=version)).rowcount:
                return Evaluated(kept.watch.name, 0, ())  # deleted meanwhile
            if rows:
                tables.execute(insert(ALERTS), list(rows))
            for alert_id, (finding, told) in again.items():
                values = changed(finding, self._word(finding, kept.watch, version), version, now)
                values |= {"told": True} if told else {}
                tables.execute(update(ALERTS).where(ALERTS.c.alert_id == alert_id).values(**values))
                new += [alert_id] if told else []
            if new:
                put(tables, kept, new, now)
        return Evaluated(kept.watch.name, fitting, tuple(new))


def _each_change(watch: WatchList, found: Look) -> list[Finding]:
    """Return what fits, of each change the latest finding."""
    each: list[Finding] = []
    for finding in found.findings:
        alike = (same_change(one.node_id, one.direction, one.since, finding) for one in each)
        if fits(watch, finding, found.lines) and not any(alike):
            each.append(finding)
    return each
