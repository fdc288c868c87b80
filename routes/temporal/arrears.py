"""ARREARS: what has not arrived yet, by what delivers it, and month by month what may still come."""

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.model.reporting import BODY
from routes.temporal.completeness import KNOWN
from routes.temporal.series import Series

LATEST_MONTHS = 18
"""Months up to the newest of which is told."""


def arrears(series: Series) -> dict[str, Any]:
    """Return how much of the latest months is known, as JSON values.

    Returns
    -------
    dict
        ``known_up_to``, the last month that is known well enough to say that there are fewer, "" for none;
        ``months``, for each of the latest its name, what is reported, the share that this is of what is expected, and
        what is expected in all, with low and high (the middle 90 %); ``strata``, what is delivered together and is
        late, most incidents first: source, name, kind, incidents, known_up_to, silent_since.
    """
    return {"known_up_to": series.horizon, "months": _months(series), "strata": _strata(series)}


def _months(series: Series) -> list[dict[str, Any]]:
    if not series.months:
        return []
    told = []
    for at in range(max(len(series.months) - LATEST_MONTHS, 0), len(series.months)):
        expected, low, high = series.expected[0, at].tolist()
        told.append(
            {
                "month": series.months[at],
                "reported": int(series.reported[0, at]),
                "known": round(float(series.reported[0, at]) / max(expected, 1.0), 3),
                "expected": round(expected, 1),
                "low": round(low),
                "high": round(high),
            }
        )
    return told


def _strata(series: Series) -> list[dict[str, Any]]:
    found = series.delays
    told = []
    for number, source, stratum, incidents, last in series.strata.iter_rows():
        late = (found.mean[number] < 1) | found.silent[number]
        if not late.any() or last - series.first < len(series.months) - LATEST_MONTHS:
            continue
        own = np.where(found.silent[number], 0.0, found.mean[number])
        known = int(np.logical_and.accumulate(own >= KNOWN).sum()) - 1
        silent = np.flatnonzero(found.silent[number])
        told.append(
            {
                "source": source,
                "name": _name(source, stratum),
                "kind": "body" if stratum.startswith(BODY) else "place" if stratum else "rest",
                "incidents": incidents,
                "known_up_to": series.months[known] if known >= 0 else "",
                "silent_since": series.months[int(silent[0])] if silent.size else "",
            }
        )
    return sorted(told, key=lambda row: (not row["silent_since"], -row["incidents"], row["name"]))


def _name(source: str, stratum: str) -> str:
    """Return what a stratum is called: the body, or the place and the source, or the source."""
    kind, _, name = stratum.partition(": ")
    if not name:
        return source
    return name if f"{kind}: " == BODY else f"{name} ({source})"
