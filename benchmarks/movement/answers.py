"""What a method answers, and what the truth is given as: lines in the order of travel, and legs between countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from geodata.model.incident import Mode
from routes.core.geodesy import Vectors

Leg = tuple[str, str, Mode]
"""From one country straight to the next, ISO 3166-1 alpha-3, over land or sea."""

ONE_WAY = 0.65
"""Share of the weight in one direction from which a leg counts as a leg of that direction."""


@dataclass(frozen=True, eq=False)
class Line:
    """A line, (n, 3); in the order of travel, if it is directed."""

    points: Vectors
    mode: Mode
    directed: bool = True

    def reversed(self) -> Line:
        """Return the same line, travelled the other way."""
        return replace(self, points=self.points[::-1])


@dataclass(frozen=True, eq=False)
class Answer:
    """Lines, and the legs between countries."""

    lines: tuple[Line, ...] = ()
    legs: frozenset[Leg] = frozenset()

    def reversed(self) -> Answer:
        """Return the same network, travelled the other way."""
        legs = frozenset((end, start, mode) for start, end, mode in self.legs)
        return Answer(tuple(line.reversed() for line in self.lines), legs)


def decided(weights: Mapping[Leg, float], least: float) -> frozenset[Leg]:
    """Return the legs of at least ``least`` weight that mostly run their own way."""
    return frozenset(
        (start, end, mode)
        for (start, end, mode), weight in weights.items()
        if weight >= least and weight >= ONE_WAY * (weight + weights.get((end, start, mode), 0.0))
    )


def summed(parts: Iterable[tuple[Sequence[str], Mode, float]]) -> dict[Leg, float]:
    """Return the weight of each leg of some lines, given as the countries along each, its mode and its weight."""
    found: dict[Leg, float] = {}
    for countries, mode, weight in parts:
        for start, end in pairwise(countries):
            found[start, end, mode] = found.get((start, end, mode), 0.0) + weight
    return found
