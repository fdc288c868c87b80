"""Alerts: what an operator should look at first, newest first, each with a date, a place and one sentence why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers.web.component import Part
from layers.web.translations import spelt_out
from routes.temporal.findings import Finding

MOST_ALERTS = 40
"""Alerts that are listed; older ones are counted."""


class Alerts(Part):
    """A panel that folds: what is new, to fly to and to mark as seen; folded in windows lower than ``open_from``."""

    def __init__(self) -> None:
        super().__init__(open_from=860)


def alerts_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as the panel lists them, in their order."""
    return [
        {
            "key": one.finding_id,
            "kind": f"alarm-{one.direction}",
            "verdict": one.verdict,
            "since": one.since,
            "date": one.detected,
            "place": spelt_out(one.name),
            "level": one.level,
            "mode": one.mode,
            "why": spelt_out(one.sentence),
            "confidence": one.confidence,
            "incidents": one.incidents,
            "sources": [name for name, _ in one.sources],
            "rests_on": list(one.rests_on),
            "countries": list(one.countries),
            "at": list(one.at),
            "box": None if one.box is None else list(one.box),
            "corridors": list(one.corridor_ids) if one.level != "country" else [],
        }
        for one in findings
    ]
