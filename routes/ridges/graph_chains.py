"""Chains: a ridge graph as runs between its junctions, and runs joined through junctions into strokes."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routes.core.geodesy import Floats, Rows, Vectors, km_between, normalised
from routes.core.params import StrokeParams
from routes.ridges.morse_ridges import Edges

Chain = list[int]


def chains(edges: Edges) -> list[Chain]:
    """Return the runs between nodes that are not of degree two, in an order that depends on the graph alone."""
    around = _around(edges)
    seen: set[tuple[int, int]] = set()
    found: list[Chain] = []
    ends = [node for node in sorted(around) if len(around[node]) != 2]
    for node in (*ends, *sorted(around)):
        for other in around[node]:
            if _key(node, other) in seen:
                continue
            found.append(_walk(node, other, around, seen))
    return found


def strokes(edges: Edges, points: Vectors, params: StrokeParams) -> list[Chain]:
    """Return chains joined at each junction where one goes straight on as the other, by smallest turn first."""
    runs = chains(edges)
    at: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, run in enumerate(runs):
        if run[0] != run[-1]:
            at[run[0]].append((number, 0))
            at[run[-1]].append((number, -1))
    joined: dict[tuple[int, int], tuple[int, int]] = {}
    for node in sorted(at):
        pairs = sorted(
            (_turn(points, runs, first, second, params.look_back), first, second)
            for place, first in enumerate(at[node])
            for second in at[node][place + 1 :]
            if first[0] != second[0]
        )
        for turn, first, second in pairs:
            if turn <= params.straight_on_degrees and first not in joined and second not in joined:
                joined[first], joined[second] = second, first
    return _followed(runs, joined)


def part_of(edges: Edges, size: int) -> Rows:
    """Return the number of the connected part that each node belongs to."""
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def without(edges: Edges, runs: list[Chain]) -> Edges:
    """Return the graph without the edges of some chains."""
    gone = {_key(a, b) for run in runs for a, b in pairwise(run)}
    return np.array([edge for edge in edges.tolist() if tuple(edge) not in gone], dtype=np.int64).reshape(-1, 2)


def without_spurs(edges: Edges, points: Vectors, shortest_km: float) -> Edges:
    """Return the graph without dead ends shorter than ``shortest_km``, pruned in rounds from the outside."""
    for _ in range(4):
        degree = degrees(edges)
        runs = chains(edges)
        spurs = [
            run
            for run, km in zip(runs, lengths(runs, points).tolist(), strict=True)
            if km < shortest_km and (degree[run[0]] == 1) != (degree[run[-1]] == 1)
        ]
        if not spurs:
            break
        edges = without(edges, spurs)
    return edges


def without_weak(edges: Edges, strength: Floats, least: float) -> Edges:
    """Return the graph without runs whose mean strength is below ``least``, and without the weak tips of dead ends.

    ``strength`` is given for each node. A weak place within a strong run stays, so that the run is not cut in two.
    """
    degree = degrees(edges)
    cut: list[Chain] = []
    for run in chains(edges):
        if strength[run].mean() < least:
            cut.append(run)
            continue
        strong = np.flatnonzero(strength[run] >= least)
        if degree[run[0]] == 1:
            cut.append(run[: strong[0] + 1])
        if degree[run[-1]] == 1:
            cut.append(run[strong[-1] :])
    return without(edges, [piece for piece in cut if len(piece) > 1])


def without_short_parts(edges: Edges, points: Vectors, shortest_km: float) -> Edges:
    """Return the graph without connected parts shorter than ``shortest_km`` in all."""
    if not len(edges):
        return edges
    part = part_of(edges, len(points))[edges[:, 0]]
    length = np.bincount(part, km_between(points[edges[:, 0]], points[edges[:, 1]]))
    return edges[length[part] >= shortest_km]


def degrees(edges: Edges) -> Rows:
    """Return the number of edges at each node, up to the last that has any."""
    return np.bincount(edges.ravel())


def lengths(runs: list[Chain], points: Vectors) -> Floats:
    """Return the length of each chain, km."""
    if not runs:
        return np.empty(0)
    nodes = np.concatenate([np.asarray(run) for run in runs])
    steps = np.append(km_between(points[nodes[:-1]], points[nodes[1:]]), 0.0)
    ends = np.cumsum([len(run) for run in runs])
    steps[ends - 1] = 0.0
    return np.asarray(np.add.reduceat(steps, np.r_[0, ends[:-1]]))


def smoothed(points: Vectors, lines: list[Chain], rounds: int) -> Vectors:
    """Return points with the inner nodes of every stroke drawn to the middle of their neighbours (1-2-1).

    A node that several strokes share moves with the one that runs through it, so that branches stay attached.
    """
    before: list[int] = []
    node: list[int] = []
    after: list[int] = []
    moved: set[int] = set()
    for line in lines:
        for a, b, c in zip(line[:-2], line[1:-1], line[2:], strict=True):
            if b not in moved:
                moved.add(b)
                before.append(a)
                node.append(b)
                after.append(c)
    smooth = points.copy()
    for _ in range(rounds):
        smooth[node] = normalised(smooth[before] + 2 * smooth[node] + smooth[after])
    return smooth


def _around(edges: Edges) -> dict[int, list[int]]:
    around: dict[int, list[int]] = defaultdict(list)
    for a, b in edges.tolist():
        around[a].append(b)
        around[b].append(a)
    return {node: sorted(others) for node, others in around.items()}


def _key(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _walk(node: int, other: int, around: dict[int, list[int]], seen: set[tuple[int, int]]) -> Chain:
    run = [node, other]
    seen.add(_key(node, other))
    while len(around[run[-1]]) == 2 and run[-1] != node:
        first, second = around[run[-1]]
        ahead = second if first == run[-2] else first
        if _key(run[-1], ahead) in seen:
            break
        seen.add(_key(run[-1], ahead))
        run.append(ahead)
    return run


def _turn(points: Vectors, runs: list[Chain], first: tuple[int, int], second: tuple[int, int], look_back: int) -> float:
    """Return by how many degrees a traveller turns who comes along one chain and goes on along the other."""
    arriving, leaving = (_outward(points, runs[number], end, look_back) for number, end in (first, second))
    return float(np.degrees(np.arccos(np.clip(-arriving @ leaving, -1, 1))))


def _outward(points: Vectors, run: Chain, end: int, look_back: int) -> Floats:
    """Return the unit direction from one end of a chain into it."""
    into = run if end == 0 else run[::-1]
    here, there = points[into[0]], points[into[min(look_back, len(into) - 1)]]
    along = there - here
    along -= (along @ here) * here
    return np.asarray(along / max(float(np.linalg.norm(along)), 1e-12))


def _followed(runs: list[Chain], joined: dict[tuple[int, int], tuple[int, int]]) -> list[Chain]:
    """Return the runs concatenated along their joins; free ends first, then what is left, which is closed."""
    used: set[int] = set()
    lines: list[Chain] = []
    starts = [(number, end) for number in range(len(runs)) for end in (0, -1) if (number, end) not in joined]
    for start in [*starts, *((number, 0) for number in range(len(runs)))]:
        line: Chain = []
        here: tuple[int, int] | None = start
        while here is not None and here[0] not in used:
            number, end = here
            used.add(number)
            run = runs[number] if end == 0 else runs[number][::-1]
            line += run if not line else run[1:]
            here = joined.get((number, -1 if end == 0 else 0))
        if line:
            lines.append(line)
    return lines
