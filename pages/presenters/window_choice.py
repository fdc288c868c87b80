"""Spans of time to compare: two windows of whole months, as the address spells them. Values in, values out."""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.core.messages import sentence
from geodata.model.query import BEFORE, View
from pages.ui.translate import mark, say, span
from routes.temporal.time_windows import Window

QUICK = (12, 6, 3)
"""Lengths, months, that are offered at once: the last so many known, against the same months a year before."""
FEWEST_MONTHS = 2
NONE_SO_FAR = mark(
    "Nothing can be compared yet: that takes {fewest} whole months of incidents, and so far none is over."
)
ONLY_SO_FAR = mark(
    "Nothing can be compared yet: that takes {fewest} whole months of incidents, and so far there is only {months}."
)
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Spans:
    """Two windows, the earlier first."""

    before: Window
    after: Window

    @property
    def words(self) -> str:
        """Return them as a sentence part: ``2023-01 to 2023-12 against 2022-01 to 2022-12``."""
        return say("{after} against {before}", after=in_words(self.after), before=in_words(self.before))

    def query(self) -> dict[str, str]:
        """Return them as they stand in an address, the end excluded."""
        return {"before": spelt(self.before), "after": spelt(self.after)}


def in_words(window: Window) -> str:
    """Return the first and the last month of a window."""
    return span(window.start, window.end - timedelta(days=1))


def reaching(window: Window) -> str:
    """Return the same, to be said later."""
    first, last = window.months[0], window.months[-1]
    return first if first == last else sentence("{first} to {last}", first=first, last=last)


def spelt(window: Window) -> str:
    """Return a window as ``2022-01:2023-01``, the end excluded."""
    return f"{window.start:%Y-%m}:{window.end:%Y-%m}"


def spanning(first: str, last: str) -> Window:
    """Return the window from a month to another, both in it."""
    start, end = (date.fromisoformat(f"{month}-01") for month in (first, last))
    return Window(start, _later(end, 1))


def last_months(known: Window, months: int) -> Window:
    """Return the last so many of the months that are known, or all of them where they are fewer."""
    return Window(max(known.start, _later(known.end, -months)), known.end)


def all_months(known: Window) -> Window:
    """Return the months of all incidents: those that are known, and that of the last incident."""
    return Window(known.start, _later(known.end, 1))


def period_in_words(start: date | None, end: date | None, known: Window | None) -> str:
    """Return a period as months where it is whole ones, else as days; the end is excluded."""
    every = all_months(known) if known else None
    if start is None or end is None or (every and start <= every.start and end >= every.end):
        return say("All time")
    if start.day == end.day == 1:
        return in_words(Window(start, end))
    return span(start, end - timedelta(days=1), "yMMMd")


def quick(known: Window, months: int) -> Spans | None:
    """Return the last months that are known against the same a year before; None where those are not known.

    Parameters
    ----------
    known : Window
        The months of which incidents are known.
    months : int
    """
    after = Window(_later(known.end, -months), known.end)
    before = _moved(after, -_YEAR)
    return Spans(before, after) if before.start >= known.start else None


def against(view: View, known: Window | None) -> Spans | None:
    """Return the period of a View, as whole months that are known, and what it is compared with.

    Unless it asks for others (``View.against``), that is the same months a year before, else those before it. Where
    these are not known, as for all time, ``usual`` is compared. None where too little is known.
    """
    start, end = view.start, view.end
    if known is None or _length(known) < FEWEST_MONTHS:
        return None
    own = None
    if start is not None and end is not None:
        own = _nearest(Window(_later(start, 0), _later(end, 0 if end.day == 1 else 1)), known)
    if own and view.against:
        before = _partner(own, known, -1, [_length(own)]) if view.against == BEFORE else _other(view.against, known)
        if before and before != own:
            return Spans(before, own)
    before = _partner(own, known, -1) if own else None
    return Spans(before, own) if own and before else usual(known)


def _other(text: str, known: Window) -> Window:
    """Return the months that an address asks for, or the nearest that are known."""
    return _nearest(Window.of(text), known)


def a_year_before(window: Window) -> Window:
    """Return the same months a year before."""
    return _moved(window, -_YEAR)


def usual(known: Window | None) -> Spans | None:
    """Return what is compared where nobody asks: the longest of ``QUICK``, else the halves of what is known.

    None where fewer than ``FEWEST_MONTHS`` are known.
    """
    if known is None or _length(known) < FEWEST_MONTHS:
        return None
    half = _length(known) // 2
    middle = _later(known.end, -half)
    halves = Spans(Window(_later(middle, -half), middle), Window(middle, known.end))
    return next((spans for months in QUICK if (spans := quick(known, months))), halves)


def _nearest(window: Window, known: Window) -> Window:
    """Return the window of the same length, or of as much as is known, that lies nearest."""
    length = min(_length(window), _length(known))
    start = min(max(window.start, known.start), _later(known.end, -length))
    return Window(start, _later(start, length))


def _partner(window: Window, known: Window, sign: int, steps: Sequence[int] = ()) -> Window | None:
    """Return the same months a year later or before, else as many next to them; None where neither is known."""
    length = _length(window)
    for step in steps or ([_YEAR, length] if length <= _YEAR else [length]):
        if known.start <= _later(window.start, sign * step) and _later(window.end, sign * step) <= known.end:
            return _moved(window, sign * step)
    return None


def _length(window: Window) -> int:
    return len(window.months)


def _moved(window: Window, months: int) -> Window:
    return Window(_later(window.start, months), _later(window.end, months))


def _later(day: date, months: int) -> date:
    month = day.year * _YEAR + day.month - 1 + months
    return date(month // _YEAR, month % _YEAR + 1, 1)
