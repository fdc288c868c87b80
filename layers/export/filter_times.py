"""Times in CQL2 filters: moments, spans between two moments, and how two of these can lie to each other.

A moment is a ``datetime`` in UTC without a zone; a day is its midnight. A span with an open end reaches to the first or
last moment that can be written. Source: OGC 21-065r2 (CQL2), Temporal Functions, and Allen (1983).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from geodata.core.errors import WrongValue

Span = tuple[pl.Expr, pl.Expr]
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_RULE = "it is DATE('2024-01-31') or TIMESTAMP('2024-01-31T12:00:00Z')"


def _before(a: Span, b: Span) -> pl.Expr:
    return a[1] < b[0]


def _apart(a: Span, b: Span) -> pl.Expr:
    return _before(a, b) | _before(b, a)


def _within(a: Span, b: Span) -> pl.Expr:
    return (a[0] > b[0]) & (a[1] < b[1])


def _starts(a: Span, b: Span) -> pl.Expr:
    return (a[0] == b[0]) & (a[1] < b[1])


def _ends(a: Span, b: Span) -> pl.Expr:
    return (a[0] > b[0]) & (a[1] == b[1])


def _meets(a: Span, b: Span) -> pl.Expr:
    return a[1] == b[0]


def _overlaps(a: Span, b: Span) -> pl.Expr:
    return (a[0] < b[0]) & (a[1] > b[0]) & (a[1] < b[1])


TIMES: dict[str, Callable[[Span, Span], pl.Expr]] = {
    "t_after": lambda a, b: _before(b, a),
    "t_before": _before,
    "t_contains": lambda a, b: _within(b, a),
    "t_disjoint": _apart,
    "t_during": _within,
    "t_equals": lambda a, b: (a[0] == b[0]) & (a[1] == b[1]),
    "t_finishedBy": lambda a, b: _ends(b, a),
    "t_finishes": _ends,
    "t_intersects": lambda a, b: ~_apart(a, b),
    "t_meets": _meets,
    "t_metBy": lambda a, b: _meets(b, a),
    "t_overlappedBy": lambda a, b: _overlaps(b, a),
    "t_overlaps": _overlaps,
    "t_startedBy": lambda a, b: _starts(b, a),
    "t_starts": _starts,
}
"""Name in CQL2 -> whether the first span lies so to the second."""


def moment_of(tree: Mapping[str, Any]) -> datetime:
    """Return the moment of a date or timestamp of CQL2 JSON; GDAL 3.6 writes a day as "2024-01-31T".

    Raises
    ------
    WrongValue
        If it is none.
    """
    text = tree.get("date") or tree.get("timestamp")
    try:
        moment = datetime.fromisoformat(text.removesuffix("T")) if isinstance(text, str) else None
        moment = moment and (moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None))
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise WrongValue(f"{str(text)[:40]!r} is no time", rule=_RULE, done="nothing was read", where="filter")
    return moment


def span_of(tree: Any, end: Callable[[Any], pl.Expr]) -> Span:
    """Return the span of an interval, or of a moment, which begins and ends at once.

    Parameters
    ----------
    tree : object
        CQL2 JSON.
    end : function
        Returns the expression of one end that is not open.
    """
    if not (isinstance(tree, dict) and "interval" in tree):
        instant = end(tree)
        return instant, instant
    ends = tree["interval"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise WrongValue("an interval without two ends", rule=_RULE, done="nothing was read", where="filter")
    first, last = (
        pl.lit(limit.replace(tzinfo=None)) if part == ".." else end(part)
        for part, limit in zip(ends, (_FIRST, _LAST), strict=True)
    )
    return first, last
