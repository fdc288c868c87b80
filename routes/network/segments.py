"""STRETCHES: the network as lines between its junctions, each in the direction of movement.

Where incidents trace a line it is drawn as they trace it. Between such lines, over land, the ways of journeys are moved
onto the evidence and join them; by sea, crossings are drawn where no traced line runs along them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.model.incident import Mode
from geodata.places.lookup import nearest_country
from geodata.spatial.coastline import is_land
from routes.core.geodesy import Floats, Mask, Rows, Vectors, chord, km_between, line_km, lonlat, resampled
from routes.core.params import NetworkParams, SegmentParams
from routes.network.flow_assignment import Flow
from routes.network.mdl_selection import Selected
from routes.network.network import AIR, BEGIN, FERRY, LAND, SEA, Ways
from routes.network.origin_destination import TripEnds
from routes.network.sea_paths import STEP_KM, near_lines
from routes.network.traced_lines import SAMPLE_KM, SEA_SAMPLE_KM, Traced, keeps_to_one_coast, running_along
from routes.ridges.centrelines import Centreline
from routes.ridges.graph_chains import Chain, chains, degrees, smoothed
from routes.ridges.line_refinement import toward_evidence

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
        Too little of it is observed.
    bridged : Mask, (n - 1,)
        Of a traced line: which segments only bridge a gap; none otherwise.
    journeys : dict
        Share of the flow by ISO 3166-1 alpha-3 code of the start and by goal, such as ("SDN", "EU"); largest first.
    start_country, end_country : str
        Codes at both ends.
    landing : str
        The landing at the end of a crossing, by the facts: coasts that boats make for as one; "" for none.
    basis : str
        journey, or traced: incidents trace this very line.
    under : Under
        The ways that it stands for.
    """

    points: Vectors
    mode: Mode
    forward: float
    backward: float
    direction: Direction
    observed: float
    journeys: dict[tuple[str, str], float]
    start_country: str
    end_country: str
    support: float | None = None
    landing: str = ""
    basis: Literal["journey", "traced"] = "journey"
    under: Under = field(default_factory=lambda: Under.of([], []))
    bridged: Mask = field(default_factory=lambda: np.zeros(0, bool))
    inferred: bool = False

    @property
    def destinations(self) -> dict[str, float]:
        """Return the share of the flow by goal, largest first."""
        return summed(self.journeys, 1)

    @property
    def flow(self) -> float:
        """Return the flow in both directions."""
        return self.forward + self.backward


@dataclass(frozen=True, eq=False)
class Under:
    """The ways under a line, (n,): whether each runs against it (1), and its share of the line's length."""

    way: Rows
    back: Rows
    share: Floats

    @classmethod
    def of(cls, way: Sequence[int] | Rows, back: Sequence[int] | Rows, km: Floats | None = None) -> Under:
        """Return ways that follow each other, each of a length or, if none is given, of the same."""
        share = np.ones(len(way)) if km is None else km
        total = max(float(share.sum()), 1e-9)
        return cls(np.asarray(way, np.int64), np.asarray(back, np.int64), np.asarray(share / total, float))

    def flow(self, directed: Floats) -> tuple[float, float]:
        """Return the mean flow along and against the line; ``directed`` as of ``Flow.directed``."""
        return (
            float(directed[self.back, self.way] @ self.share),
            float(directed[1 - self.back, self.way] @ self.share),
        )

    def turned(self) -> Under:
        """Return the ways under the line in the other direction."""
        return Under(self.way, 1 - self.back, self.share)


def pruned(ways: Ways, piles: TripEnds, drawn: Mask, spur_km: float) -> Mask:
    """Return the network without dead ends over land shorter than ``spur_km`` that lead nowhere.

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
                if degree[inward[0]] == 1 and inward[0] not in held and line_km(points[inward]) < spur_km:
                    gone += [number[min(a, b), max(a, b)] for a, b in _up_to(inward, held)]
                    break
        if not gone:
            break
        kept[gone] = False
    return kept


@dataclass(frozen=True)
class Drawing:
    """A network to be drawn: what was laid out, what was selected, and what moves along it.

    Attributes
    ----------
    ways : Ways
    piles : TripEnds
    drawn : mask over the ways
    taken : Selected
    moved : Flow
    land : tuple of (Centreline, Traced)
        Lines that incidents trace over land.
    sea : tuple of Centreline
        And at sea.
    sea_line_of : Rows, (crossings,)
        Which of ``sea`` a crossing is, -1: none.
    params : NetworkParams
        By which it was laid out.
    """

    ways: Ways
    piles: TripEnds
    drawn: Mask
    taken: Selected
    moved: Flow
    land: tuple[tuple[Centreline, Traced], ...]
    sea: tuple[Centreline, ...]
    sea_line_of: Rows
    params: NetworkParams

    @cached_property
    def directed(self) -> Floats:
        """Flow along each way, forward and backward, (2, ways)."""
        return self.moved.directed(len(self.ways.kind))

    @cached_property
    def crossings(self) -> Rows:
        """The crossings that are drawn, in order."""
        ways = self.ways
        return np.flatnonzero(self.drawn[ways.roads : ways.roads + len(ways.crossings)])

    @cached_property
    def sea_drawn(self) -> Mask:
        """Tell which lines traced at sea are drawn: those taken as a crossing, and those that no crossing explains.

        Where journeys are told, a line that none of them takes along one coast is a pile of reports on a beach.
        """
        shown = np.isin(np.arange(len(self.sea)), self.sea_line_of[self.crossings])
        afloat = self.piles.at_sea
        if not len(self.sea) or not afloat.any():
            return shown
        points, weights = self.piles.points[afloat], self.piles.weights[afloat]
        near, _ = near_lines(tuple(line.points for line in self.sea), points, self.params.sea_paths)
        held = near.multiply(near).toarray()  # a kernel of 32 km in place of 45
        cover = self.ways.crossings.cover[self.crossings]
        by_boat = np.asarray(cover.max(axis=0).todense()).ravel() if len(self.crossings) else np.zeros(len(points))
        coastal = np.array([keeps_to_one_coast(line.points, self.params.traced) for line in self.sea])
        counts = 1 - coastal[:, None] * self.piles.told[afloat]
        left = (np.maximum(held - by_boat, 0) * counts) @ weights / np.maximum(held @ weights, 1e-9)
        return np.asarray(shown | (left >= self.params.segments.least_left))

    @cached_property
    def linked(self) -> Rows:
        """The roads that are drawn and lie under no traced line, in order."""
        link = self.drawn[: self.ways.roads].copy()
        for _, traced in self.land:
            link[traced.way] = False
        return np.flatnonzero(link)

    def countries(self, points: Vectors) -> tuple[str, str]:
        """Return the countries at, or nearest to, both ends of a line."""
        ends = lonlat(points[[0, -1]])
        start, end = nearest_country(ends[:, 0], ends[:, 1], self.params.segments.country_km)
        return str(start or ""), str(end or "")

    def stretch(
        self,
        points: Vectors,
        mode: Mode,
        under: Under,
        observed: float,
        countries: tuple[str, str] | None = None,
        bridged: Mask | None = None,
    ) -> Stretch:
        """Return a line in the direction in which most move along it; ``countries`` at its ends if they are known."""
        own = self.params.segments
        bridged = np.zeros(len(points) - 1, bool) if bridged is None else bridged
        forward, backward = under.flow(self.directed)
        ends = countries or self.countries(points)
        if forward < backward:
            points, under, ends, bridged = points[::-1], under.turned(), ends[::-1], bridged[::-1]
            forward, backward = backward, forward
        share = forward / (forward + backward) if forward > 0 else 0.5
        direction: Direction = (
            "one-way" if share > own.one_way else "two-way" if backward >= own.least_back else "unclear"
        )
        if forward + backward < own.least_flow:
            direction = "unclear"
        return Stretch(
            points,
            mode,
            forward,
            backward,
            direction,
            observed,
            journeys_on(under, self.moved, self.piles, own.least_share),
            *ends,
            under=under,
            bridged=bridged,
            inferred=observed < own.observed_share,
        )


def stretches(plan: Drawing) -> tuple[Stretch, ...]:
    """Return the lines of a network, most flow first; with their support if evidence was drawn again."""
    found = [*_traced_over_land(plan), *_traced_at_sea(plan)]
    between = [*_links(plan), *_boats(plan)]
    between = [stretch for stretch in between if stretch.flow > 0]
    for mode in ("land", "sea") if plan.taken.again else ():
        rows = [row for row, stretch in enumerate(between) if stretch.mode == mode]
        again = [_places(plan.ways, draw.drawn, mode) for draw in plan.taken.again]
        support = _support([between[row].points for row in rows], again, plan.params.segments.near_km)
        for row, value in zip(rows, support, strict=True):
            between[row] = replace(between[row], support=value)
    found += between
    order = sorted(range(len(found)), key=lambda row: (-found[row].flow, found[row].mode, row))
    return tuple(found[row] for row in order)


def support_of(ways: Ways, some: Rows, again: Sequence[Mask], near_km: float) -> Floats:
    """Return the support of ways over land or sea, as of the lines that they are drawn as; NaN for others.

    Parameters
    ----------
    ways : Ways
    some : Rows, (n,)
    again : masks over the ways
        The networks of replicates of the evidence.
    near_km : float, km
        A way this near stands for the same.

    Returns
    -------
    Floats, (n,), 0..1
    """
    by_way = np.full(len(ways.kind), np.nan)
    for mode, kind in (("land", LAND), ("sea", SEA)):
        own = np.unique(some[ways.kind[some] == kind])
        places = [_places(ways, drawn, mode) for drawn in again]
        by_way[own] = _support([_course(ways, way) for way in own], places, near_km)
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


def _support(lines: Sequence[Vectors], again: Sequence[Vectors], near_km: float) -> list[float]:
    """Return the share of the replicates in which a way runs near each line, over its length."""
    if not lines:
        return []
    every = [resampled(line, STEP_KM) for line in lines]
    points = np.concatenate(every)
    hits = np.zeros(len(points))
    for places in again:
        if len(places):
            hits += np.isfinite(cKDTree(places).query(points, distance_upper_bound=chord(near_km))[0])
    ends = np.cumsum([len(one) for one in every])[:-1]
    return [float(part.mean()) for part in np.split(hits / len(again), ends)]


def _held(ways: Ways, piles: TripEnds, drawn: Mask) -> set[int]:
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


def journeys_on(under: Under, moved: Flow, piles: TripEnds, least: float) -> dict[tuple[str, str], float]:
    """Return the share of each start and goal among the flow over some ways, largest first."""
    step = moved.steps_on(np.unique(under.way))
    trip = moved.trip[step]
    goals = max(len(piles.goals), 1)
    sums = np.bincount(moved.start[trip] * goals + moved.goal[trip], moved.weight[trip], len(piles.countries) * goals)
    some = np.flatnonzero(sums)
    names = [(piles.countries[pair // goals], piles.goals[pair % goals].code) for pair in some.tolist()]
    return shares_of(names, sums[some], least)


def shares_of(names: Sequence[Name], sums: NDArray[np.number], least: float) -> dict[Name, float]:
    """Return the share of each name that has more than the least, largest first."""
    total = float(sums.sum())
    order = sorted(np.flatnonzero(sums > least * total).tolist(), key=lambda row: (-sums[row], names[row]))
    return {names[row]: float(sums[row]) / total for row in order}


def summed(journeys: Mapping[tuple[str, str], float], side: int) -> dict[str, float]:
    """Return shares of starts (side 0) or of goals (1) out of those of journeys, largest first."""
    sums: dict[str, float] = {}
    for pair, share in journeys.items():
        sums[pair[side]] = sums.get(pair[side], 0.0) + share
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _traced_over_land(plan: Drawing) -> Iterator[Stretch]:
    """Yield lines that incidents trace over land, cut where movement along them turns."""
    for line, traced in plan.land:
        size = len(traced.points)
        at = np.full(size, -1)
        for number, first in enumerate(traced.first[:-1].tolist()):
            at[first:] = number
        forward, backward = np.zeros(size), np.zeros(size)
        there = at >= 0
        way, back = traced.way[at[there]], traced.back[at[there]]
        forward[there], backward[there] = plan.directed[back, way], plan.directed[1 - back, way]
        for begin, end in _cut_where_it_turns(forward - backward, plan.params.segments.turns_km):
            own, samples = np.unique(at[begin:end][at[begin:end] >= 0], return_counts=True)
            under = Under.of(traced.way[own], traced.back[own], samples.astype(float))
            bridged = _bridged(line, traced.points)[begin : end - 1]
            stretch = plan.stretch(traced.points[begin:end], "land", under, 1.0, bridged=bridged)
            yield replace(stretch, basis="traced", support=_mean_support(line))


def _mean_support(line: Centreline) -> float | None:
    return float(line.support.mean()) if line.support.size else None


def _bridged(line: Centreline, points: Vectors) -> Mask:
    """Return which segments between points along a traced line only bridge a gap in the evidence."""
    walked = np.r_[0.0, np.cumsum(km_between(points[:-1], points[1:]))]
    middle = (walked[:-1] + walked[1:]) / 2
    found = np.zeros(len(middle), bool)
    for start, end in line.bridges():
        found |= (middle >= start) & (middle <= end)
    return found


def _cut_where_it_turns(net: Floats, turns_km: float) -> list[tuple[int, int]]:
    """Return the parts of a line along which the net flow at each sample has one sign for longer than ``turns_km``."""
    if len(net) < 2 or not net.any():
        return [(0, len(net))]
    known = np.flatnonzero(net)
    last = np.maximum.accumulate(np.where(net != 0, np.arange(len(net)), -1))
    sign = np.sign(net[np.where(last >= 0, last, known[0])])
    while True:
        bounds = np.r_[0, np.flatnonzero(np.diff(sign)) + 1, len(sign)]
        sizes = np.diff(bounds)
        if len(sizes) == 1 or sizes.min() * SAMPLE_KM >= turns_km:
            return [(int(a), int(min(b + 1, len(net)))) for a, b in pairwise(bounds)]
        shortest = int(np.argmin(sizes))
        sign[bounds[shortest] : bounds[shortest + 1]] *= -1


def _traced_at_sea(plan: Drawing) -> Iterator[Stretch]:
    """Yield lines that incidents trace at sea, with the flow of the crossings that run along them."""
    number = np.flatnonzero(plan.sea_drawn)
    shown = tuple(plan.sea[row] for row in number)
    under: list[tuple[list[int], list[int], list[float]]] = [([], [], []) for _ in shown]
    for row, (beside, same) in zip(plan.crossings.tolist(), _beside_traced(plan), strict=True):
        way = plan.ways.roads + row
        own = int(plan.sea_line_of[row])
        if own >= 0:
            _add(under[int(np.searchsorted(number, own))], way, 0, 1.0)
            continue
        for one in np.unique(beside[beside >= 0]).tolist():
            along = beside == one
            _add(under[one], way, int(same[along].mean() < 0.5), float(along.mean()))
    for line, (ways, back, share) in zip(shown, under, strict=True):
        below = Under(np.array(ways, np.int64), np.array(back, np.int64), np.array(share, float))
        stretch = plan.stretch(line.points, "sea", below, 1.0, bridged=_bridged(line, line.points))
        yield replace(stretch, basis="traced", support=_mean_support(line))


def _add(under: tuple[list[int], list[int], list[float]], way: int, back: int, share: float) -> None:
    under[0].append(way)
    under[1].append(back)
    under[2].append(share)


def _beside_traced(plan: Drawing) -> list[tuple[Rows, Mask]]:
    """Return for each sample of the drawn crossings the drawn traced line that it runs along, as ``running_along``."""
    shown = [line.points for line, kept in zip(plan.sea, plan.sea_drawn, strict=True) if kept]
    drawn = [plan.ways.crossings.lines[row] for row in plan.crossings]
    return running_along(drawn, shown, plan.params.segments.along_km, plan.params.traced.alike)


def _boats(plan: Drawing) -> Iterator[Stretch]:
    """Yield what of the drawn crossings runs along no traced line."""
    sea, ways = plan.ways.crossings, plan.ways
    if not plan.crossings.size:
        return
    reports = cKDTree(plan.piles.points[plan.piles.at_sea])
    codes = ways.ground.codes[sea.hubs.country]
    least, reach = plan.params.segments.least_sea_piece_km, chord(plan.params.sea_paths.reach_km)
    for row, (beside, _) in zip(plan.crossings.tolist(), _beside_traced(plan), strict=True):
        if plan.sea_line_of[row] >= 0:
            continue
        points = resampled(sea.lines[row], SEA_SAMPLE_KM)
        parts = _runs(beside < 0)
        for begin, end in parts:
            piece = points[max(begin - 1, 0) : end + 1]
            if len(piece) < 2 or (line_km(piece) < least and len(parts) > 1):
                continue
            away, _ = reports.query(piece, distance_upper_bound=reach)
            ends = (str(codes[sea.start[row]]), str(codes[sea.end[row]])) if len(piece) == len(points) else None
            under = Under.of([ways.roads + row], [0])
            yield plan.stretch(piece, "sea", under, float(np.isfinite(away).mean()), ends)


def _runs(kept: Mask) -> list[tuple[int, int]]:
    """Return where runs of kept values begin and end, the end excluded."""
    edges = np.flatnonzero(np.diff(np.r_[False, kept, False].astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _links(plan: Drawing) -> Iterator[Stretch]:
    """Yield the ways over land that no line traces: onto the evidence, cut beside traced lines and joined to them."""
    ways, rows, params = plan.ways, plan.linked, plan.params.segments
    if not rows.size:
        return
    edges = np.column_stack([ways.start[rows], ways.end[rows]])
    number = {
        pair: (row, turn)
        for row, (a, b) in zip(rows.tolist(), edges.tolist(), strict=True)
        for pair, turn in (((a, b), 0), ((b, a), 1))
    }
    joined = np.flatnonzero(plan.drawn & (ways.kind == SEA))
    ends = {*ways.start[joined].tolist(), *ways.end[joined].tolist()}
    runs = [part for run in chains(edges) for part in _split(run, ends)]
    places = _toward_evidence(ways.ground.land.points, runs, ends, plan.piles, params)
    places = _on_land(smoothed(places, runs, params.smoothing_rounds), ways.ground.land.points, runs)
    lines = [resampled(line.points, SAMPLE_KM) for line, _ in plan.land]
    traced = np.concatenate(lines) if lines else np.empty((0, 3))
    tree = cKDTree(traced) if lines else None
    for run in runs:
        way, back = (np.array(part, np.int64) for part in zip(*(number[pair] for pair in pairwise(run)), strict=True))
        walked = np.r_[0.0, np.cumsum(km_between(places[run[:-1]], places[run[1:]]))]
        points = resampled(places[run], SAMPLE_KM)
        observed = float((ways.seen[run] >= params.observed).mean())
        for begin, end in [(0, len(points))] if tree is None else _apart(points, tree, params.beside_km):
            piece = _led_on(points, begin, end, tree, traced, params.join_km)
            if len(piece) < 2 or line_km(piece) < params.least_piece_km:
                continue
            low, high = (at / max(len(points) - 1, 1) * walked[-1] for at in (begin, end - 1))
            own = np.maximum(np.minimum(walked[1:], high) - np.maximum(walked[:-1], low), 0)
            some = own > 0
            if some.any():
                yield plan.stretch(piece, "land", Under.of(way[some], back[some], own[some]), observed)


def _apart(points: Vectors, traced: cKDTree, beside_km: float) -> list[tuple[int, int]]:
    """Return the parts of a way that lie beside no traced line."""
    return _runs(~np.isfinite(traced.query(points, distance_upper_bound=chord(beside_km))[0]))


def _led_on(points: Vectors, begin: int, end: int, tree: cKDTree | None, traced: Vectors, join_km: float) -> Vectors:
    """Return a part of a way with its ends led onto the traced lines near them."""
    piece = points[begin:end]
    if tree is None or not len(piece):
        return piece
    away, row = map(np.asarray, tree.query(piece[[0, -1]], distance_upper_bound=chord(join_km)))
    if np.isfinite(away[0]):
        piece = np.vstack([traced[[row[0]]], piece])
    if np.isfinite(away[1]):
        piece = np.vstack([piece, traced[[row[1]]]])
    return piece


def _toward_evidence(
    centres: Vectors, runs: list[Chain], ends: set[int], piles: TripEnds, params: SegmentParams
) -> Vectors:
    """Return the centres of cells with those of the network moved onto the crest of the evidence on land around them.

    Where crossings begin the network stays at its cell.
    """
    nodes = np.array(sorted({node for run in runs for node in run} - ends), np.int64)
    moved = centres.copy()
    ashore = ~piles.at_sea
    moved[nodes] = toward_evidence(
        centres[nodes],
        piles.points[ashore],
        piles.weights[ashore],
        params.kernel_km,
        params.farthest_km,
        params.least_evidence,
    )
    return moved


def _on_land(points: Vectors, centres: Vectors, runs: list[Chain]) -> Vectors:
    """Return points with those that smoothing took into the water put back to the centre of their cell."""
    nodes = np.unique(np.concatenate([np.array(run, np.int64) for run in runs]))
    places = lonlat(points[nodes])
    wet = nodes[~is_land(places[:, 0], places[:, 1])]
    held = points.copy()
    held[wet] = centres[wet]
    return held


def _split(run: Chain, ends: set[int]) -> Iterator[Chain]:
    """Yield the parts of a run between the nodes at which crossings begin."""
    begin = 0
    for place in range(1, len(run)):
        if run[place] in ends or place == len(run) - 1:
            yield run[begin : place + 1]
            begin = place
