"""Which setting of each method is shown: its best, chosen afterwards, which favours whoever has settings to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import isnan
from statistics import mean
from typing import TypeVar

from benchmarks.corridors.figures import Figure
from benchmarks.corridors.methods import Method

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The figures of one method with its best setting."""

    method: Method
    variant: str
    figures: tuple[Figure, ...]

    def mean(self, name: str) -> float:
        """Return the mean of a score over regions and seeds, leaving out where nothing was found to measure."""
        values = [one.scores[name] for one in self.figures if not isnan(one.scores[name])]
        return mean(values) if values else float("nan")

    def by_place(self, name: str) -> dict[str, float]:
        """Return the mean of a score over seeds for each region."""
        places = sorted({one.cell.place for one in self.figures})
        return {at: mean(one.scores[name] for one in self.figures if one.cell.place == at) for at in places}


def chosen(figures: Iterable[Figure], known: dict[str, Method], score: str = "f1") -> list[Chosen]:
    """Return each method with the setting whose mean score is the best."""
    figures = list(figures)
    best = []
    for method in known.values():
        options = [with_setting(figures, Chosen(method, name, ())) for name in method.variants]
        options = [option for option in options if option.figures]
        if options:
            best.append(max(options, key=lambda option: option.mean(score)))
    return best


def with_setting(figures: Iterable[Figure], one: Chosen) -> Chosen:
    """Return a method's figures among others, with the setting that was chosen elsewhere."""
    wanted = one.method.name, one.variant
    return replace(one, figures=tuple(it for it in figures if (it.cell.method, it.cell.variant) == wanted))


def grouped(figures: Iterable[Figure], key: Callable[[Figure], Key]) -> dict[Key, list[Figure]]:
    """Return figures by what a key makes of them, in the order of their first."""
    groups: dict[Key, list[Figure]] = {}
    for one in figures:
        groups.setdefault(key(one), []).append(one)
    return groups
