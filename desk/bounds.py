"""The moment before which incidents are too old to be kept."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from geodata.core.errors import WrongValue

_AGE = re.compile(r"(\d{1,5})\s*(y|mo|d)")


def before_now(age: str, day: datetime | None, now: datetime) -> datetime | None:
    """Return a moment given as an age or a day, None where neither is given.

    Parameters
    ----------
    age : str
        As 5y, 36mo or 90d, counted by the calendar from the beginning of today, UTC; "" for none.
    day : datetime or None
        Its beginning counts, UTC.
    now : datetime
        UTC.

    Raises
    ------
    WrongValue
        If the age is none, or the moment lies ahead.

    Examples
    --------
    >>> before_now("6mo", None, datetime(2026, 8, 31, 15, tzinfo=UTC))
    datetime.datetime(2026, 2, 28, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if day is not None:
        moment = day.replace(tzinfo=UTC)
        if moment > now:
            raise WrongValue(f"{day:%Y-%m-%d}", rule="the day lies behind us", done="nothing was changed")
        return moment
    if not age:
        return None
    found = _AGE.fullmatch(age.strip())
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    number, unit = (int(found[1]), found[2]) if found else (0, "")
    months = number * {"y": 12, "mo": 1}.get(unit, 0)
    if not number or months >= 12 * (today.year - 1) or (unit == "d" and number >= today.toordinal()):
        raise WrongValue(f"{age[:20]!r}", rule="an age is written as 5y, 36mo or 90d", done="nothing was changed")
    if unit == "d":
        return today - timedelta(days=number)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return today.replace(year=year, month=month + 1, day=min(today.day, calendar.monthrange(year, month + 1)[1]))
