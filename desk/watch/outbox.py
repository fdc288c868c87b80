"""Messages on their way: queued with the alerts they tell of, and tried until they arrive or a day is over.

A message that was sent just before this program ended is sent again, under the same id (at least once).
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import Row

from desk.state import changing, rows_of
from desk.tables import DELIVERIES
from desk.watch.alerts import Alert, Alerts, Worded
from desk.watch.store import Kept, Watches, moment
from desk.watch.timing import after_quiet, due
from geodata.core.audit import Audit
from geodata.core.errors import RoutesError
from geodata.core.file_lock import exclusive_lock

KEPT: Final = timedelta(days=90)
"""For so long after its end a message is listed."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=2)
GIVE_UP_AFTER: Final = timedelta(days=1)
MOST_ALERTS: Final = 50
"""Alerts of one message; more than that begin another."""
_LOG = logging.getLogger(__name__)


class NotDelivered(RoutesError):
    """A message that did not arrive this time. Its text holds no secret."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes
    ----------
    message_id : str
        The same however often it is tried, so that whoever gets it twice can tell.
    kept : Kept
        The watch-list.
    alerts : sequence of Alert
    """

    message_id: str
    kept: Kept
    alerts: Sequence[Alert]


class Channels(Protocol):
    """What sends messages."""

    def deliver(self, message: Message) -> None:
        """Send a message, or raise ``NotDelivered``."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a message that was queued.

    Attributes
    ----------
    delivery_id, watch_id, state, due_at, next_at, ended_at, fault : str
        ``state`` is waiting, sent, given up or withdrawn.
    items : tuple of str
        Ids of its alerts.
    tries : int
    """

    delivery_id: str
    watch_id: str
    items: tuple[str, ...]
    state: str
    due_at: str
    next_at: str
    tries: int
    ended_at: str
    fault: str


def put(tables: Connection, kept: Kept, alert_ids: Sequence[str], now: datetime) -> None:
    """Queue alerts of a watch-list, in the digest that is waiting for the same moment if there is one."""
    leaves = due(now, kept.watch.timing)
    at = moment(leaves)
    of_it = (DELIVERIES.c.watch_id == kept.watch_id) & (DELIVERIES.c.state == "waiting")
    waiting = tables.execute(
        select(DELIVERIES).where(of_it, DELIVERIES.c.due_at == at, DELIVERIES.c.tries == 0)
    ).first()
    held = json.loads(waiting.items) if waiting is not None and leaves > now else []
    every = list(dict.fromkeys([*held, *alert_ids]))
    parts = [every[start : start + MOST_ALERTS] for start in range(0, len(every), MOST_ALERTS)]
    if held and waiting is not None:
        of_one = DELIVERIES.c.delivery_id == waiting.delivery_id
        tables.execute(update(DELIVERIES).where(of_one).values(items=json.dumps(parts.pop(0))))
    for part in parts:
        row = {
            "delivery_id": f"msg_{secrets.token_hex(12)}",
            "watch_id": kept.watch_id,
            "items": json.dumps(part),
            "state": "waiting",
            "made_at": moment(now),
            "due_at": at,
            "next_at": at,
            "tries": 0,
        }
        tables.execute(insert(DELIVERIES).values(row))


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries that failed: half a minute, then twice as long each time."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 20)), LONGEST_WAIT)


def trial(kept: Kept, worded: Worded, now: datetime) -> Message:
    """Return a message that tells of nothing, to be sent at once and not queued."""
    facts = ("a-test", kept.watch_id, "test", "test", "more", "", "", "", worded, moment(now), 0)
    return Message(f"msg_test{secrets.token_hex(10)}", kept, [Alert(*facts, told=False)])


class Outbox:
    """The messages of a workspace that are on their way.

    Parameters
    ----------
    home : Path
        The workspace folder.
    channels : Channels
    """

    def __init__(self, home: Path, channels: Channels) -> None:
        self._home, self._channels = home, channels
        self._watches, self._alerts, self._audit = Watches(home), Alerts(home), Audit(home)

    def send_due(self, now: datetime | None = None) -> list[Delivery]:
        """Try every message whose time has come, one program at a time; return them as they are then.

        Raises
        ------
        NotRecorded, StateUnusable
            If it cannot be entered or kept that they are sent; then they wait.
        """
        moment_ = now or datetime.now(UTC)
        with exclusive_lock(self._home / "desk" / "outbox.lock"):
            waiting = (DELIVERIES.c.state == "waiting") & (DELIVERIES.c.next_at <= moment(moment_))
            rows = rows_of(self._home, select(DELIVERIES).where(waiting).order_by(DELIVERIES.c.next_at))
            known = {kept.watch_id: kept for kept in self._watches.every()} if rows else {}
            for row in rows:
                if row.watch_id in known:
                    self._try(row, known[row.watch_id], moment_)
            if rows:
                with changing(self._home) as tables:
                    tables.execute(delete(DELIVERIES).where(DELIVERIES.c.ended_at < moment(moment_ - KEPT)))
        return [one for row in rows for one in deliveries(self._home, row.delivery_id)]

    def _try(self, row: Row[Any], kept: Kept, now: datetime) -> None:
        free = after_quiet(now, kept.watch.timing)
        if free > now:
            self._write(row, next_at=moment(free))
            return
        if kept.muted(now):
            self._write(row, state="withdrawn", ended_at=moment(now), fault="the watch-list is muted")
            return
        alerts = self._alerts.by_id(json.loads(row.items))
        if row.tries == 0:
            who, aim = f"watch-list {kept.watch_id}", kept.watch.aimed_at
            of_it: dict[str, Any] = {"channel": kept.watch.channel, "to": aim, "alerts": len(alerts)}
            self._audit.enter(who, "alert", row.delivery_id, "", **of_it)
        first = row.first_tried_at or moment(now)
        self._write(row, tries=row.tries + 1, first_tried_at=first)
        try:
            self._channels.deliver(Message(row.delivery_id, kept, alerts))
        except NotDelivered as error:
            self._failed(row, kept, datetime.fromisoformat(first), now, str(error))
        except Exception:  # noqa: BLE001 - a fault of ours with one message keeps no other from being sent
            _LOG.exception("%s: a message could not be sent", kept.watch.name)
            fault = "it could not be sent; the log says why"
            self._failed(row, kept, datetime.fromisoformat(first), now, fault)
        else:
            self._write(row, state="sent", ended_at=moment(now), fault=None)

    def _failed(self, row: Row[Any], kept: Kept, first: datetime, now: datetime, fault: str) -> None:
        last = first + GIVE_UP_AFTER
        if now >= last:
            _LOG.warning("%s: a message was given up after a day: %s", kept.watch.name, fault)
            self._write(row, state="given up", ended_at=moment(now), fault=fault)
        else:
            again = min(now + wait_after(row.tries + 1), last)
            self._write(row, next_at=moment(again), fault=fault)

    def _write(self, row: Row[Any], **values: Any) -> None:
        with changing(self._home) as tables:
            tables.execute(update(DELIVERIES).where(DELIVERIES.c.delivery_id == row.delivery_id).values(**values))


def deliveries(home: Path, wanted: str) -> list[Delivery]:
    """Return the messages of a watch-list, or the one of an id, the latest first."""
    either = (DELIVERIES.c.watch_id == wanted) | (DELIVERIES.c.delivery_id == wanted)
    order = DELIVERIES.c.made_at.desc(), DELIVERIES.c.delivery_id
    return [
        Delivery(
            row.delivery_id,
            row.watch_id,
            tuple(json.loads(row.items)),
            row.state,
            row.due_at,
            row.next_at,
            row.tries,
            row.ended_at or "",
            row.fault or "",
        )
        for row in rows_of(home, select(DELIVERIES).where(either).order_by(*order))
    ]
