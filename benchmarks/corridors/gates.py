"""What our method is asked for, and whether it holds: the page says so before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.corridors.choices import Chosen, chosen, grouped
from benchmarks.corridors.figures import Figure
from benchmarks.corridors.methods import OURS, Method

_TOPO = {2_000: 0.88, 10_000: 0.93, 100_000: 0.95, 1_000_000: 0.95}
"""Found with a matching of each to any; asked of both."""
AT_LEAST = {
    "f1": {2_000: 0.85, 10_000: 0.93, 100_000: 0.955, 1_000_000: 0.955},
    "topo": _TOPO,
    "topo_any": _TOPO,
    "apls": {2_000: 0.55, 10_000: 0.65, 100_000: 0.80, 1_000_000: 0.80},
}
TITLES = {"f1": "F1", "topo": "TOPO", "topo_any": "TOPO to any", "apls": "APLS"}
MOST_BIAS_KM = 2.5
LENGTH = 0.9, 1.1
UNDER_STRESS = {"clutter 50 %": 0.88, "snapped 80 %": 0.90, "gaps 30 %": 0.85, "sigma 25 km": 0.85}
MOST_FALSE_LENGTH = {"even": 0.03, "even and 12 blobs": 0.07}
LANES = {("Arabian Sea", 100_000): 0.97}


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure of ours that has to lie between two bounds."""

    name: str
    measured: float
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def held(self) -> bool:
        """Tell whether it does."""
        return self.low <= self.measured <= self.high

    @property
    def asked(self) -> str:
        """Say what is asked."""
        if self.low == float("-inf"):
            return f"at most {self.high:.3g}"
        return f"at least {self.low:.3f}" if self.high == float("inf") else f"{self.low:.3g} to {self.high:.3g}"


def gates(found: dict[str, list[Figure]], known: dict[str, Method]) -> list[Gate]:
    """Return every gate that has been measured."""
    own = {OURS: known[OURS]}
    checked = [*_base(found.get("synthetic", []), known), *_stress(found.get("stress", []), own)]
    for (case, incidents), one in _ours(found.get("noise", []), own, "case", "length").items():
        name = f"false length, noise {case}, {incidents:,}"
        checked.append(Gate(name, one.mean("length"), high=MOST_FALSE_LENGTH[case]))
    for at, one in _ours(found.get("lanes", []), own, "place").items():
        if at in LANES:
            checked.append(Gate(f"F1, {at[0]}, {at[1]:,}", one.mean("f1"), low=LANES[at]))
    return checked


def _base(figures: list[Figure], known: dict[str, Method]) -> Iterator[Gate]:
    for incidents, some in grouped(figures, lambda one: one.cell.incidents).items():
        own, *others = chosen(some, known)
        for score, least in AT_LEAST.items():
            yield Gate(f"{TITLES[score]}, {incidents:,}", own.mean(score), low=least[incidents])
        yield Gate(f"bias km, {incidents:,}", own.mean("bias"), high=MOST_BIAS_KM)
        yield Gate(f"length, {incidents:,}", own.mean("length"), *LENGTH)
        rivals = [one for one in others if not one.method.oracle]
        for score in ("f1", "apls") if rivals else ():
            best = max(one.mean(score) for one in rivals)
            yield Gate(f"{score.upper()} of the best peer, {incidents:,}", own.mean(score), low=best)


def _stress(figures: list[Figure], own: dict[str, Method]) -> Iterator[Gate]:
    for (case, _), one in _ours(figures, own, "case").items():
        if case in UNDER_STRESS:
            yield Gate(f"F1, {case}", one.mean("f1"), low=UNDER_STRESS[case])


def _ours(figures: list[Figure], own: dict[str, Method], by: str, score: str = "f1") -> dict[tuple[str, int], Chosen]:
    """Return our figures by case or place, and size."""
    groups = grouped(figures, lambda one: (str(getattr(one.cell, by)), one.cell.incidents))
    return {at: one for at, some in groups.items() for one in chosen(some, own, score)}
