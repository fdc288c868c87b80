"""When a message may leave: at once or in a digest, and never in quiet hours.

Hours are those of a time zone: one that a change to summer time leaves out begins when it would have, one that comes
twice is meant the first time.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.watch.model import Timing


def due(now: datetime, timing: Timing) -> datetime:
    """Return when a message of what was found now leaves, UTC."""
    if timing.when == "at once":
        return after_quiet(now, timing)
    zone = ZoneInfo(timing.zone)
    here = now.astimezone(zone)
    days = range(15)
    at = (_moment(here, ahead, time(timing.hour), zone) for ahead in days)
    wanted = (moment for moment in at if moment > now and _on_its_day(moment.astimezone(zone), timing))
    return after_quiet(next(wanted), timing)


def after_quiet(now: datetime, timing: Timing) -> datetime:
    """Return now, or the end of the quiet hours in which it lies, UTC."""
    if not timing.quiet_from:
        return now.astimezone(UTC)
    zone = ZoneInfo(timing.zone)
    here = now.astimezone(zone)
    start, end = time.fromisoformat(timing.quiet_from), time.fromisoformat(timing.quiet_to)
    over = 1 if end < start else 0
    for ahead in (-1, 0):
        begins, ends = _moment(here, ahead, start, zone), _moment(here, ahead + over, end, zone)
        if begins <= now < ends:
            return ends
    return now.astimezone(UTC)


def _on_its_day(here: datetime, timing: Timing) -> bool:
    return timing.when != "weekly" or here.weekday() == timing.weekday


def _moment(here: datetime, days_ahead: int, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment of a local time so many days from a local one, UTC."""
    day = here.date() + timedelta(days=days_ahead)
    return datetime.combine(day, at, zone).astimezone(UTC)
