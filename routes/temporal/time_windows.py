"""Windows of whole months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.core.errors import WrongValue

_YEAR = 12
DATED = pl.col("time_precision").is_null() | pl.col("time_precision").is_in(["instant", "day", "month"])
"""Condition that an incident is dated to a month or better."""


@dataclass(frozen=True, slots=True)
class Window:
    """The months [start, end), UTC, end excluded; both are the first of a month."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse what is no span of whole months."""
        if self.start.day != 1 or self.end.day != 1 or self.start >= self.end:
            raise WrongValue(
                f"{self.start} to {self.end} is no window",
                rule="a window is whole months: it starts on the first of a month and ends, excluded, on a later one",
                done="nothing was computed",
            )

    @classmethod
    def of(cls, text: str) -> Window:
        """Read ``2022-01-01:2023-01-01``; the day may be left out."""
        try:
            start, end = (date.fromisoformat(day if len(day) > 7 else f"{day}-01") for day in text.split(":"))
        except ValueError:
            raise WrongValue(
                repr(text[:60]),
                rule="a window is written START:END, as 2022-01-01:2023-01-01, the end excluded",
                done="nothing was computed",
            ) from None
        return cls(start, end)

    @property
    def months(self) -> tuple[str, ...]:
        """Return the months, ``2022-01`` and on."""
        first, last = (day.year * _YEAR + day.month - 1 for day in (self.start, self.end))
        return tuple(f"{month // _YEAR:04d}-{month % _YEAR + 1:02d}" for month in range(first, last))

    @property
    def calendar(self) -> NDArray[np.int64]:
        """Return the month of the year, 1..12, of each month."""
        return np.array([int(month[5:]) for month in self.months])

    def same_season(self, other: Window) -> bool:
        """Tell whether both hold every month of the year equally often, in proportion to their lengths."""
        own, its = (np.bincount(window.calendar, minlength=_YEAR + 1) for window in (self, other))
        return bool((own * its.sum() == its * own.sum()).all())

    def first(self, months: int) -> Window:
        """Return the window of its first months."""
        at = self.start.year * _YEAR + self.start.month - 1 + months
        return Window(self.start, date(at // _YEAR, at % _YEAR + 1, 1))

    def holds(self) -> pl.Expr:
        """Return the condition that an incident begins in it."""
        start, end = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (self.start, self.end))
        return (pl.col("time_start") >= start) & (pl.col("time_start") < end)


def last_years(incidents: pl.DataFrame) -> tuple[Window, Window] | None:
    """Return the twelve months before the last twelve, and those: whole months up to the latest incident.

    None where no incident is dated.
    """
    latest = incidents.filter(DATED)["time_start"].max()
    if not isinstance(latest, date):
        return None
    start, middle, end = (first_of(month_of(latest) - months) for months in (2 * _YEAR, _YEAR, 0))
    return Window(start, middle), Window(middle, end)


def month_of(day: date) -> int:
    """Return the number of a month, counted from the year 0."""
    return day.year * _YEAR + day.month - 1


def first_of(month: int) -> date:
    """Return the first day of a month by its number."""
    return date(month // _YEAR, month % _YEAR + 1, 1)
