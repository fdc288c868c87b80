"""What is measured, and how it is said: series of seconds or milliseconds, goals, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return float(np.median(values))


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile; of fewer than twenty values it lies close to the largest."""
    return float(np.percentile(values, 95))


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    Attributes
    ----------
    deed : str
        What was done.
    unit : str
        fps, ms, s, kB, MB.
    value : float
        What we measured.
    goal : float, optional
        None where nothing was promised.
    at_least : bool
        More is better, as with frames per second.
    peers : dict
        What a peer took for the same deed, by name, in the same unit; None where it did not end.
    runs : str
        What ``value`` was taken from: "p95 of 30".
    """

    deed: str
    unit: str
    value: float
    goal: float | None = None
    at_least: bool = False
    peers: dict[str, float | None] = field(default_factory=dict)
    runs: str = ""

    @property
    def held(self) -> bool | None:
        """Return whether the goal is held, None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def ratio(self, peer: str) -> float | None:
        """Return how many times as much a peer takes; of frames per second how many times as many we show."""
        other = self.peers.get(peer)
        if other is None or not other or not self.value:
            return None
        return self.value / other if self.at_least else other / self.value


def said(value: float, unit: str) -> str:
    """Return a value with its unit: two digits behind the point below ten, one below a hundred, else none."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} {unit}"
