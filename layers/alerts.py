"""Alerts: what an operator should look at first, newest first, each with a date, a place and one sentence why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from geodata.sentences import Sentence, sentence
from layers.asset import script
from layers.changes import middle, state_of
from layers.part import Part
from layers.words import spelt_out
from routes.comparison import Comparison
from routes.corridors import Corridor

MOST_ALERTS = 40
"""Alerts that are listed; older ones are counted."""
_TOLD = ("born", "growing")


class Alerts(Part):
    """A panel that folds: what is new, to fly to and to mark as seen; folded in windows lower than ``open_from``."""

    default_js: ClassVar[list[tuple[str, str]]] = [script("alerts.js")]

    def __init__(self) -> None:
        super().__init__(open_from=860)


def alerts_of(
    comparison: Comparison | None, alarms: Iterable[Mapping[str, Any]], routes: Iterable[Corridor]
) -> list[dict[str, Any]]:
    """Return the alerts of corridors born and growing and of alarms, the latest first.

    Parameters
    ----------
    comparison : Comparison, optional
        Of the two windows that are compared where nobody asks; None where too little is known.
    alarms : iterable of mapping
        As ``routes.surveys.alarms_of`` gives them.
    routes : iterable of Corridor
        Along which the alarms were raised.
    """
    places = {corridor.corridor_id: middle(corridor) for corridor in routes}
    found = [*_of_changes(comparison)] if comparison else []
    found += [_of_alarm(alarm, places[alarm["corridor_id"]]) for alarm in alarms if alarm["corridor_id"] in places]
    return sorted(found, key=lambda alert: (alert["date"], alert["kind"] == "born", alert["key"]), reverse=True)


def _of_changes(comparison: Comparison) -> Iterable[dict[str, Any]]:
    for number, corridor in enumerate(comparison.corridors):
        kind = state_of(comparison, number)
        if kind not in _TOLD:
            continue
        known = comparison.after.months[-1]
        first = next((month for month in comparison.after.months if corridor.months.get(month)), known)
        yield {
            "key": _key(kind, corridor.corridor_id, known),
            "kind": kind,
            "date": known,
            "place": corridor.name,
            "mode": corridor.mode,
            "why": spelt_out(_why(comparison, number, first if kind == "born" else None)),
            "at": middle(corridor),
            "change": corridor.corridor_id,
        }


def _why(comparison: Comparison, number: int, first: str | None) -> Sentence:
    """Return in one sentence what was seen: the card gives the test."""
    change = comparison.changes[number]
    months, later = (len(window.months) for window in (comparison.before, comparison.after))
    counts = {"before": change.before, "after": change.after, "months": months}
    if first:
        return sentence(
            "{after:,} since {first}, after {before:,} in the {months} months that it is compared with.",
            first=first,
            **counts,
        )
    rates = {"later": later, "low": change.low, "high": change.high, "ratio": change.ratio}
    if change.before:
        return sentence(
            "{before:,} in {months} months, then {after:,} in {later}: x{ratio:.2g} ({low:.2g} to {high:.2g}).",
            **counts,
            **rates,
        )
    return sentence("{before:,} in {months} months, then {after:,} in {later}: at least x{low:.2g}.", **counts, **rates)


def _of_alarm(alarm: Mapping[str, Any], at: list[float]) -> dict[str, Any]:
    kind = "alarm-up" if alarm["direction"] == "up" else "alarm-down"
    return {
        "key": _key(kind, alarm["corridor_id"], alarm["known"]),
        "kind": kind,
        "date": alarm["known"],
        "place": alarm["name"],
        "mode": alarm["mode"],
        "why": spelt_out(alarm["sentence"]),
        "at": at,
        "corridor": alarm["corridor_id"],
    }


def _key(*parts: str) -> str:
    """Return what an alert is known by: what it is, the id of its route and the month."""
    return "|".join(parts)
