"""Itineraries: stretches of the network that follow each other, as the lines of routes in the direction of movement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from routes.core.geodesy import Floats, Rows, Vectors, km_between, line_km
from routes.core.params import CoastParams, RouteParams
from routes.network.segments import Stretch, Under
from routes.ridges.centrelines import Centreline
from routes.ridges.coast_routing import passages

LAID_OUT = 4
"""H3 resolution of the cells in which the network over land is laid out."""


@dataclass(frozen=True, eq=False)
class Run:
    """Stretches of one mode that follow each other, in the direction of movement."""

    parts: tuple[Stretch, ...]

    @property
    def points(self) -> Vectors:
        """Their course, (n, 3)."""
        return np.concatenate([self.parts[0].points, *(part.points[1:] for part in self.parts[1:])])

    @property
    def part(self) -> Rows:
        """Which of its parts each segment of ``points`` belongs to, (n - 1,)."""
        return np.repeat(np.arange(len(self.parts)), [len(part.points) - 1 for part in self.parts])


@dataclass(frozen=True, eq=False)
class Piece:
    """What of a run keeps to its side of the coast.

    Attributes
    ----------
    points : Vectors, (n, 3)
    parts : tuple of Stretch
        Those of the run.
    part : Rows, (n - 1,)
        Which of them each segment belongs to.
    """

    points: Vectors
    parts: tuple[Stretch, ...]
    part: Rows

    @cached_property
    def line(self) -> Centreline:
        """It with what is inferred of it."""
        first = self.parts[0]
        if first.basis == "traced":
            return Centreline(self.points, 0.0, first.bridged)
        return Centreline(self.points, 0.0, np.array([part.inferred for part in self.parts])[self.part])

    @cached_property
    def under(self) -> Under:
        """The ways under it, and the share of its length that each stands for."""
        share = self.km / self.km.sum()
        parts = [(part.under, own) for part, own in zip(self.parts, share.tolist(), strict=True) if own > 0]
        return Under(
            np.concatenate([under.way for under, _ in parts]),
            np.concatenate([under.back for under, _ in parts]),
            np.concatenate([under.share * own for under, own in parts]),
        )

    @cached_property
    def km(self) -> Floats:
        """Length of each of its parts, km; 0 for those that are not in it."""
        km = km_between(self.points[:-1], self.points[1:])
        return np.bincount(self.part, km, len(self.parts)).astype(float)

    @property
    def flow(self) -> float:
        """Mean flow along it."""
        return float(self.km @ [part.flow for part in self.parts] / self.km.sum())

    @property
    def support(self) -> float | None:
        """Mean support along it, None without replicates."""
        support = [part.support for part in self.parts]
        return None if None in support else float(self.km @ np.array(support, float) / self.km.sum())

    @property
    def busiest(self) -> Stretch:
        """Return the part with most flow."""
        return max((part for part, km in zip(self.parts, self.km, strict=True) if km > 0), key=lambda part: part.flow)


def pieces_of(run: Run, shortest_km: float, coast: CoastParams) -> list[Piece]:
    """Return what of a run keeps to its side of the coast, led round it where there is a way; traced lines do."""
    if run.parts[0].basis == "traced":
        return [Piece(run.points, run.parts, run.part)]
    found = passages(run.points, run.parts[0].mode, LAID_OUT, coast)
    return [
        Piece(one.points, run.parts, run.part[np.minimum(one.origin[:-1], len(run.part) - 1)])
        for one in found
        if line_km(one.points) >= shortest_km
    ]


def runs_of(stretches: Sequence[Stretch], params: RouteParams) -> list[Run]:
    """Return stretches joined where, at a junction, most of the movement goes straight on from one into the next.

    Of the pairs at a junction that turn by no more than ``straight_on_degrees`` those that share most flow are joined
    first, each end once. Traced lines stay as they are.
    """
    arriving: dict[tuple[float, ...], list[int]] = defaultdict(list)
    leaving: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(stretches):
        if one.basis == "journey":
            leaving[_place(one.points[0])].append(number)
            arriving[_place(one.points[-1])].append(number)
    pairs = sorted(
        (-min(stretches[here].flow, stretches[there].flow), here, there)
        for place in arriving
        for here in arriving[place]
        for there in leaving.get(place, ())
        if here != there
        and stretches[here].mode == stretches[there].mode
        and _goes_on(stretches[here], stretches[there], params)
    )
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    for _, here, there in pairs:
        if here not in after and there not in before and not _closes(after, there, here):
            after[here], before[there] = there, here
    runs = []
    for number in range(len(stretches)):
        if number not in before:
            chain = [number]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            runs.append(Run(tuple(stretches[one] for one in chain)))
    return runs


def _place(point: Vectors) -> tuple[float, ...]:
    return tuple(np.round(point, 6).tolist())


def _goes_on(here: Stretch, there: Stretch, params: RouteParams) -> bool:
    """Tell whether one stretch goes straight on as the other, in the same mode."""
    if here.mode != there.mode:
        return False
    node = there.points[0]
    way_in = node - here.points[max(len(here.points) - 1 - params.look_back, 0)]
    way_out = there.points[min(params.look_back, len(there.points) - 1)] - node
    cosine = (way_in @ way_out) / max(float(np.linalg.norm(way_in) * np.linalg.norm(way_out)), 1e-12)
    return bool(cosine >= np.cos(np.radians(params.straight_on_degrees)))


def _closes(after: dict[int, int], start: int, end: int) -> bool:
    """Tell whether a chain from ``start`` leads to ``end``, so that joining them would close a ring."""
    while start in after:
        start = after[start]
        if start == end:
            return True
    return start == end
