"""STRETCHES: the network as lines between its junctions, each in the direction of movement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.coast import is_land
from geodata.incident import Mode
from routes.chains import Chain, chains, degrees, smoothed
from routes.flow import Flow
from routes.refine import toward_evidence
from routes.sealines import REACH_KM, STEP_KM
from routes.sphere import Floats, Mask, Rows, Vectors, chord, line_km, lonlat, resampled
from routes.voyages import Voyages
from routes.ways import AIR, BEGIN, FERRY, LAND, SEA, Ways

SPUR_KM = 100.0
SMOOTHING_ROUNDS = 6
OBSERVED = 0.5
"""Evidence at a land node from which it counts as observed; and the share of a stretch from which that does."""
ONE_WAY = 0.65
LEAST_BACK = 3.0
"""Flow against the main direction from which a stretch is called two-way and not unclear."""
LEAST_SHARE = 0.02
NEAR_KM = 50.0
"""A way this near stands for the same; the network over land is laid out in cells of 45 km."""
KERNEL_KM, FARTHEST_KM = 30.0, 45.0
"""Over land a network laid out in cells of 45 km is moved onto the evidence by no more than such a cell."""
_ROUNDS = 4

Direction = Literal["one-way", "two-way", "unclear"]
Name = TypeVar("Name", str, tuple[str, str])


@dataclass(frozen=True, eq=False)
class Stretch:
    """A part of the network between two junctions, hubs or ends.

    Attributes
    ----------
    points : Vectors, (n, 3)
        In the direction in which most move.
    mode : str
        land or sea.
    forward, backward : float
        Flow along and against ``points``, in square roots of incidents: no number of people.
    direction : str
    support : float or None, 0..1
        Share of the replicates of the evidence in which a way of the same mode runs near it, over its length; None
        without replicates.
    observed : float
        Share of it near which incidents have been reported.
    inferred : bool
        Less than half of it is observed.
    journeys : dict
        Share of the flow by ISO 3166-1 alpha-3 code of the start and by goal, such as ("SDN", "EU"); largest first.
    start_country, end_country : str
        Codes at both ends.
    landing : str
        The landing at the end of a crossing, by the facts: coasts that boats make for as one; "" for none.
    basis : str
        journey, or ridge: a line along which incidents lie that no journey explains.
    """

    points: Vectors
    mode: Mode
    forward: float
    backward: float
    direction: Direction
    observed: float
    inferred: bool
    journeys: dict[tuple[str, str], float]
    start_country: str
    end_country: str
    support: float | None = None
    landing: str = ""
    basis: Literal["journey", "ridge"] = "journey"

    @property
    def origins(self) -> dict[str, float]:
        """Return the share of the flow by start, largest first."""
        return _summed(self.journeys, 0)

    @property
    def destinations(self) -> dict[str, float]:
        """Return the share of the flow by goal, largest first."""
        return _summed(self.journeys, 1)

    @property
    def flow(self) -> float:
        """Return the flow in both directions."""
        return self.forward + self.backward

    @property
    def direction_share(self) -> float:
        """Return the share of the flow that runs along ``points``, 0.5..1."""
        return self.forward / self.flow if self.flow > 0 else 0.5


def pruned(ways: Ways, piles: Voyages, drawn: Mask) -> Mask:
    """Return the network without dead ends over land shorter than ``SPUR_KM`` that lead nowhere.

    An end at a start, at a goal, or where a crossing, a ferry or a flight begins leads somewhere.
    """
    kept = drawn.copy()
    held = _held(ways, piles, drawn)
    roads = ways.ground.roads
    points = ways.ground.land.points
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(kept[: ways.roads])
        edges = np.column_stack([roads.start[rows], roads.end[rows]])
        number = {(min(a, b), max(a, b)): row for row, (a, b) in zip(rows.tolist(), edges.tolist(), strict=True)}
        degree = degrees(edges)
        gone: list[int] = []
        for run in chains(edges):
            for inward in (run, run[::-1]):
                if degree[inward[0]] == 1 and inward[0] not in held and line_km(points[inward]) < SPUR_KM:
                    gone += [number[min(a, b), max(a, b)] for a, b in _up_to(inward, held)]
                    break
        if not gone:
            break
        kept[gone] = False
    return kept


def stretches(ways: Ways, piles: Voyages, drawn: Mask, moved: Flow, again: Sequence[Mask] = ()) -> tuple[Stretch, ...]:
    """Return the lines of a network, most flow first.

    Parameters
    ----------
    ways : Ways
    piles : Voyages
    drawn : mask over the ways
    moved : Flow
    again : masks over the ways
        The networks of replicates of the evidence.
    """
    directed = moved.directed(len(ways.kind))
    by_way = _ByWay(moved, piles)
    found = [*_over_land(ways, piles, drawn, directed, by_way), *_over_sea(ways, piles, drawn, directed, by_way)]
    found = [stretch for stretch in found if stretch.flow > 0]
    for mode in ("land", "sea") if again else ():
        rows = [row for row, stretch in enumerate(found) if stretch.mode == mode]
        support = _support([found[row].points for row in rows], [_places(ways, some, mode) for some in again])
        for row, value in zip(rows, support, strict=True):
            found[row] = replace(found[row], support=value)
    order = sorted(range(len(found)), key=lambda row: (-found[row].flow, found[row].mode, row))
    return tuple(found[row] for row in order)


def support_of(ways: Ways, some: Rows, again: Sequence[Mask]) -> Floats:
    """Return the support of ways over land or sea, as of the lines that they are drawn as; NaN for others.

    Parameters
    ----------
    ways : Ways
    some : Rows, (n,)
    again : masks over the ways
        The networks of replicates of the evidence.

    Returns
    -------
    Floats, (n,), 0..1
    """
    by_way = np.full(len(ways.kind), np.nan)
    for mode, kind in (("land", LAND), ("sea", SEA)):
        own = np.unique(some[ways.kind[some] == kind])
        by_way[own] = _support([_course(ways, way) for way in own], [_places(ways, drawn, mode) for drawn in again])
    return by_way[some]


def _course(ways: Ways, way: int) -> Vectors:
    if ways.kind[way] == SEA:
        return ways.crossings.lines[way - ways.roads]
    return np.asarray(ways.ground.land.points[[ways.start[way], ways.end[way]]])


def _places(ways: Ways, drawn: Mask, mode: str) -> Vectors:
    """Return points along the ways of one mode of a network, (n, 3)."""
    if mode == "land":
        rows = np.flatnonzero(drawn[: ways.roads])
        return np.asarray(ways.ground.land.points[np.unique(np.r_[ways.start[rows], ways.end[rows]])])
    taken = np.flatnonzero(drawn[ways.roads : ways.roads + len(ways.crossings)])
    lines = [resampled(ways.crossings.lines[row], STEP_KM) for row in taken]
    return np.concatenate(lines) if lines else np.empty((0, 3))


def _support(lines: Sequence[Vectors], again: Sequence[Vectors]) -> list[float]:
    """Return the share of the replicates in which a way runs near each line, over its length."""
    if not lines:
        return []
    every = [resampled(line, STEP_KM) for line in lines]
    points = np.concatenate(every)
    hits = np.zeros(len(points))
    for places in again:
        if len(places):
            hits += np.isfinite(cKDTree(places).query(points, distance_upper_bound=chord(NEAR_KM))[0])
    ends = np.cumsum([len(one) for one in every])[:-1]
    return [float(part.mean()) for part in np.split(hits / len(again), ends)]


def _held(ways: Ways, piles: Voyages, drawn: Mask) -> set[int]:
    """Return the nodes at which a dead end leads somewhere."""
    joined = np.flatnonzero(drawn & np.isin(ways.kind, (SEA, FERRY, BEGIN, AIR)))
    nodes = [ways.start[joined], ways.end[joined]]
    nodes += [ways.ground.land.nearest(goal.anchors)[1] for goal in piles.goals]
    return set(np.concatenate(nodes).tolist())


def _up_to(inward: Chain, held: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the edges of a dead end up to the first node that is held."""
    for a, b in pairwise(inward):
        yield a, b
        if b in held:
            return


class _ByWay:
    """Starts and goals of the flow on ways."""

    def __init__(self, moved: Flow, piles: Voyages) -> None:
        order = np.argsort(moved.way, kind="stable")
        self._way = moved.way[order]
        self._start, self._goal, self._weight = moved.start[order], moved.goal[order], moved.weight[order]
        self._starts = piles.countries
        self._goals = tuple(goal.code for goal in piles.goals)

    def journeys(self, some: list[int]) -> dict[tuple[str, str], float]:
        """Return the share of each start and goal over some ways, largest first."""
        rows = np.concatenate(
            [np.arange(*np.searchsorted(self._way, (way, way + 1))) for way in some] or [np.empty(0, np.int64)]
        ).astype(np.int64)
        pair = self._start[rows] * max(len(self._goals), 1) + self._goal[rows]
        sums = np.bincount(pair, self._weight[rows], len(self._starts) * len(self._goals))
        names = [(start, goal) for start in self._starts for goal in self._goals]
        return shares_of(names, sums)


def shares_of(names: Sequence[Name], sums: NDArray[np.number]) -> dict[Name, float]:
    """Return the share of each name that has one worth naming, largest first."""
    total = float(sums.sum())
    order = sorted(np.flatnonzero(sums > LEAST_SHARE * total).tolist(), key=lambda row: (-sums[row], names[row]))
    return {names[row]: float(sums[row]) / total for row in order}


def _summed(journeys: Mapping[tuple[str, str], float], side: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for pair, share in journeys.items():
        sums[pair[side]] = sums.get(pair[side], 0.0) + share
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _over_land(ways: Ways, piles: Voyages, drawn: Mask, directed: Floats, by_way: _ByWay) -> Iterator[Stretch]:
    rows = np.flatnonzero(drawn[: ways.roads])
    if not rows.size:
        return
    edges = np.column_stack([ways.start[rows], ways.end[rows]])
    number = {
        pair: (row, turn)
        for row, (a, b) in zip(rows.tolist(), edges.tolist(), strict=True)
        for pair, turn in (((a, b), 0), ((b, a), 1))
    }
    joined = np.flatnonzero(drawn & (ways.kind == SEA))
    ends = {*ways.start[joined].tolist(), *ways.end[joined].tolist()}
    runs = [part for run in chains(edges) for part in _split(run, ends)]
    points = _toward_evidence(ways.ground.land.points, runs, ends, piles)
    points = _on_land(smoothed(points, runs, SMOOTHING_ROUNDS), ways.ground.land.points, runs)
    codes = ways.ground.codes[ways.ground.land.country]
    for run in runs:
        along = [number[pair] for pair in pairwise(run)]
        forward = float(np.mean([directed[turn, row] for row, turn in along]))
        backward = float(np.mean([directed[1 - turn, row] for row, turn in along]))
        path = run if forward >= backward else run[::-1]
        observed = float((ways.seen[run] >= OBSERVED).mean())
        yield _stretch(
            points[path],
            "land",
            (max(forward, backward), min(forward, backward)),
            observed,
            by_way.journeys([row for row, _ in along]),
            (str(codes[path[0]]), str(codes[path[-1]])),
        )


def _toward_evidence(centres: Vectors, runs: list[Chain], ends: set[int], piles: Voyages) -> Vectors:
    """Return the centres of cells with those of the network moved onto the crest of the evidence on land around them.

    Where crossings begin the network stays at its cell.
    """
    nodes = np.array(sorted({node for run in runs for node in run} - ends), np.int64)
    moved = centres.copy()
    ashore = ~piles.at_sea
    moved[nodes] = toward_evidence(centres[nodes], piles.points[ashore], piles.weights[ashore], KERNEL_KM, FARTHEST_KM)
    return moved


def _on_land(points: Vectors, centres: Vectors, runs: list[Chain]) -> Vectors:
    """Return points with those that smoothing took into the water put back to the centre of their cell."""
    nodes = np.unique(np.concatenate([np.array(run, np.int64) for run in runs]))
    places = lonlat(points[nodes])
    wet = nodes[~is_land(places[:, 0], places[:, 1])]
    held = points.copy()
    held[wet] = centres[wet]
    return held


def _over_sea(ways: Ways, piles: Voyages, drawn: Mask, directed: Floats, by_way: _ByWay) -> Iterator[Stretch]:
    sea = ways.crossings
    taken = np.flatnonzero(drawn[ways.roads : ways.roads + len(sea)])
    if not taken.size:
        return
    reports = cKDTree(piles.points[piles.at_sea])
    codes = ways.ground.codes[sea.hubs.country]
    for row in taken.tolist():
        forward, backward = directed[:, ways.roads + row].tolist()
        line = sea.lines[row] if forward >= backward else sea.lines[row][::-1]
        ends = (sea.start[row], sea.end[row]) if forward >= backward else (sea.end[row], sea.start[row])
        points = resampled(line, STEP_KM)
        away, _ = reports.query(points, distance_upper_bound=chord(REACH_KM))
        yield _stretch(
            points,
            "sea",
            (max(forward, backward), min(forward, backward)),
            float(np.isfinite(away).mean()),
            by_way.journeys([ways.roads + row]),
            (str(codes[ends[0]]), str(codes[ends[1]])),
        )


def _split(run: Chain, ends: set[int]) -> Iterator[Chain]:
    """Yield the parts of a run between the nodes at which crossings begin."""
    begin = 0
    for place in range(1, len(run)):
        if run[place] in ends or place == len(run) - 1:
            yield run[begin : place + 1]
            begin = place


def _stretch(
    points: Vectors,
    mode: Mode,
    moved: tuple[float, float],
    observed: float,
    journeys: dict[tuple[str, str], float],
    countries: tuple[str, str],
) -> Stretch:
    forward, backward = moved
    share = forward / (forward + backward) if forward > 0 else 0.5
    direction: Direction = "one-way" if share > ONE_WAY else "two-way" if backward >= LEAST_BACK else "unclear"
    return Stretch(points, mode, forward, backward, direction, observed, observed < OBSERVED, journeys, *countries)
