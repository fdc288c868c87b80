"""Changes: what became of the corridors from one window to another, each by dash, sign and word as well as colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers.web.component import Part
from layers.web.translations import spelt_out
from routes.core.corridor import Corridor
from routes.temporal.comparison import UNTOLD, Comparison

_DECIMALS = 4


class Changes(Part):
    """The lines that were compared; at most ``named`` of those that changed carry their name on the map."""

    def __init__(self) -> None:
        super().__init__(named=14)


def drawn_changes(comparison: Comparison, rates: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what a map draws of each corridor that was compared.

    Parameters
    ----------
    comparison : Comparison
    rates : iterable
        The rate after over before of each corridor as ``layers.web.translations.spelt_out`` gives it, ""
        where it cannot be told.
    """
    numbered = zip(comparison.corridors, rates, strict=True)
    return [_drawn(comparison, number, corridor, rate) for number, (corridor, rate) in enumerate(numbered)]


def state_of(comparison: Comparison, number: int) -> str:
    """Return the one state that a corridor is drawn in: its verdict, or shifted where that alone is new."""
    verdict, shift = comparison.changes[number].verdict, comparison.shifts[number]
    moved = shift is not None and shift.flagged
    return "shifted" if moved and verdict in ("steady", *UNTOLD) else verdict


def middle(corridor: Corridor) -> list[float]:
    """Return the lon and lat of the middle of a corridor's longest part, degrees."""
    line = max(corridor.lines, key=len)
    return [round(float(degrees), _DECIMALS) for degrees in line[len(line) // 2]]


def _drawn(comparison: Comparison, number: int, corridor: Corridor, rate: Any) -> dict[str, Any]:
    told = comparison.change_of(number)
    shift = told["shift"] if told["shift"] and told["shift"]["flagged"] else None
    return {
        "id": corridor.corridor_id,
        "name": corridor.name,
        "mode": corridor.mode,
        "state": state_of(comparison, number),
        "synthetic": corridor.synthetic,
        "rate": rate,
        "shift": shift,
        "support": corridor.support,
        **{name: told[name] for name in ("before", "after", "ratio", "low", "high", "q")},
        "reason": spelt_out(told["reason"]),
        "lines": [line.round(_DECIMALS).tolist() for line in corridor.lines],
    }
