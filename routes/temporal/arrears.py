"""ARREARS: what has not arrived yet, by what delivers it, and month by month what may still come."""

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.model.reporting import BODY
from routes.temporal.completeness import KNOWN
from routes.temporal.series import Series

FEWEST_MONTHS = 24
"""Months, and incidents in them, from which on it is told what is expected at a place."""
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
        late, most incidents first: source, name, kind, incidents, known_up_to, silent_since; ``places``, modes, known
        routes, branches and countries with an incident a month or more, each with ``months`` of its own.
    """
    return {
        "known_up_to": series.horizon,
        "months": _months(series, 0),
        "strata": _strata(series),
        "places": [_place(series, row) for row in _busy(series)],
    }


def _busy(series: Series) -> list[int]:
    """Return the nodes above the routes, and countries, with enough incidents of late to expect anything."""
    lately = series.reported[:, -FEWEST_MONTHS:].sum(axis=1)
    return [
        row
        for row, node in enumerate(series.tree.nodes)
        if node.level not in ("all", "route") and lately[row] >= FEWEST_MONTHS
    ]


def _place(series: Series, row: int) -> dict[str, Any]:
    node, last = series.tree.nodes[row], int(series.known.horizon[row])
    told = {"node_id": node.node_id, "level": node.level, "name": str(node.name), "mode": node.mode}
    return told | {"known_up_to": series.months[last] if last >= 0 else "", "months": _months(series, row)}


def _months(series: Series, row: int) -> list[dict[str, Any]]:
    """Return what is reported and expected of the latest months at a node."""
    if not series.months:
        return []
    told = []
    for at in range(max(len(series.months) - LATEST_MONTHS, 0), len(series.months)):
        expected, low, high = series.expected[row, at].tolist()
        told.append(
            {
                "month": series.months[at],
                "reported": int(series.reported[row, at]),
                "known": round(float(series.reported[row, at]) / max(expected, 1.0), 3),
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
