"""BRIDGE: gaps between lines that run towards each other are closed along the best evidence, and marked as inferred.

A gap may be long where two free ends point at each other, shorter where only one does, and short otherwise. Ways stay
within the domain, so that no bridge crosses a cape; detours are not taken.

Source: minimum spanning tree over shortest ways between parts (Kruskal 1956; Mehlhorn 1988 for the ways).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geodata import hexes
from routes.chains import chains, degrees, part_of
from routes.density import Density
from routes.domain import REFERENCE_RESOLUTION, Domain, cheapened
from routes.ridges import Edges, unique_edges, upper_edges
from routes.sphere import Floats, Rows, Vectors, km_between, line_km

FACING_KM, TOWARDS_KM, ASIDE_KM = 350.0, 150.0, 60.0
"""Longest gap where both ends point at each other, one end at the other line, and neither; at the finest bandwidth of
resolution 5. Sparse evidence, seen through a wider kernel, leaves longer gaps."""
_FINEST_KM, _GROWTH = 14.0, 0.75
WITHIN_DEGREES = 50.0
LONGEST_DETOUR, DETOUR_SLACK_KM = 1.6, 40.0
_FACTOR = {2: 1.0, 1: 1.5, 0: 2.0}
_ROUNDS = 3
_LOOK_BACK = 4


@dataclass(frozen=True, slots=True)
class _Ways:
    """Least-cost ways through a domain: every edge once, its cost, the graph of costs, and how far limits stretch."""

    start: Rows
    end: Rows
    cost: Floats
    graph: csr_array
    stretch: float


def bridged(area: Domain, density: Density, edges: Edges) -> tuple[Edges, Edges]:
    """Return the graph with its gaps closed, and those of its edges that are inferred.

    Parameters
    ----------
    area : Domain
    density : Density
        Its counts make ways cheap; its width says how long a gap may be.
    edges : Edges
        The ridge graph, in rows of the domain.
    """
    nothing = np.empty((0, 2), dtype=np.int64)
    if not len(edges):
        return edges, nothing
    graph = cheapened(area.km, density.counts)
    ways = _Ways(*upper_edges(graph), graph.data[_upper(graph)], graph, _stretch(area, density))
    inferred = nothing
    for _ in range(_ROUNDS):
        added = _round(area.points, ways, edges)
        if not len(added):
            break
        inferred = unique_edges(inferred, added)
        edges = unique_edges(edges, added)
    return edges, inferred


def _upper(graph: csr_array) -> NDArray[np.bool_]:
    """Tell which stored links of a graph stand for an edge, each edge once."""
    return np.asarray(np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr)) < graph.indices)


def _stretch(area: Domain, density: Density) -> float:
    """Return by how much the limits stretch: with the size of the cells, and with the kernel in cells."""
    size = area.spacing_km / float(hexes.SPACING_KM[REFERENCE_RESOLUTION])
    return float(size * (density.width_km / (_FINEST_KM * size)) ** _GROWTH)


def _round(points: Vectors, ways: _Ways, edges: Edges) -> Edges:
    """Return the edges of bridges between parts, cheapest first, each joining two parts that were none."""
    sources = np.unique(edges)
    cost, previous, nearest = dijkstra(
        ways.graph,
        indices=sources,
        min_only=True,
        return_predecessors=True,
        limit=FACING_KM * ways.stretch,
    )
    before, source = np.asarray(previous, dtype=np.int64), np.asarray(nearest, dtype=np.int64)
    part = part_of(edges, len(points))
    best = _meetings(ways, cost, source, part)
    joined: dict[int, int] = {}
    found: list[Edges] = []
    for _, meeting in _admitted(points, ways, edges, (cost, source), best):
        here, there = int(ways.start[meeting]), int(ways.end[meeting])
        a, b = (_root(joined, int(part[source[node]])) for node in (here, there))
        if a == b:
            continue
        path = [*_back(before, here)[::-1], *_back(before, there)]
        gap = float(km_between(points[path[0]], points[path[-1]]))
        if line_km(points[path]) > LONGEST_DETOUR * gap + DETOUR_SLACK_KM:
            continue
        joined[b] = a
        found.append(np.column_stack([path[:-1], path[1:]]))
    return unique_edges(*found) if found else np.empty((0, 2), dtype=np.int64)


def _meetings(ways: _Ways, cost: Floats, source: Rows, part: Rows) -> Rows:
    """Return the edges at which the reaches of two parts meet, the cheapest of each pair of nodes that reach it."""
    here, there = source[ways.start], source[ways.end]
    apart = np.flatnonzero((here >= 0) & (there >= 0))
    apart = apart[part[here[apart]] != part[there[apart]]]
    if not apart.size:
        return np.empty(0, dtype=np.int64)
    total = cost[ways.start[apart]] + cost[ways.end[apart]] + ways.cost[apart]
    pair = np.minimum(here[apart], there[apart]) * len(part) + np.maximum(here[apart], there[apart])
    order = np.lexsort((apart, total, pair))
    first = np.r_[True, pair[order][1:] != pair[order][:-1]]
    return np.asarray(apart[order[first]], dtype=np.int64)


def _admitted(
    points: Vectors, ways: _Ways, edges: Edges, reached: tuple[Floats, Rows], meetings: Rows
) -> list[tuple[float, int]]:
    """Return the meetings whose gap is short enough for how their ends point, with what they cost, cheapest first."""
    cost, source = reached
    here, there = source[ways.start[meetings]], source[ways.end[meetings]]
    gap = km_between(points[here], points[there])
    outward = _outward(points, edges)
    facing = _points_at(points, outward, here, there) + _points_at(points, outward, there, here)
    longest = np.choose(facing, [ASIDE_KM, TOWARDS_KM, FACING_KM]) * ways.stretch
    factor = np.choose(facing, [_FACTOR[0], _FACTOR[1], _FACTOR[2]])
    total = (cost[ways.start[meetings]] + cost[ways.end[meetings]] + ways.cost[meetings]) * factor
    short = gap <= longest
    return sorted(zip(total[short].tolist(), meetings[short].tolist(), strict=True))


def _outward(points: Vectors, edges: Edges) -> Vectors:
    """Return for each node that is a free end the unit direction out of its line, NaN for all others."""
    outward = np.full(points.shape, np.nan)
    degree = degrees(edges)
    for run in chains(edges):
        for line in (run, run[::-1]):
            if degree[line[0]] == 1:
                tip = points[line[0]]
                along = tip - points[line[min(_LOOK_BACK, len(line) - 1)]]
                along -= (along @ tip) * tip
                outward[line[0]] = along / max(float(np.linalg.norm(along)), 1e-12)
    return outward


def _points_at(points: Vectors, outward: Vectors, tip: Rows, other: Rows) -> NDArray[np.int64]:
    """Return 1 where a free end points at the other node, else 0."""
    ahead = points[other] - points[tip]
    ahead -= (ahead * points[tip]).sum(axis=1, keepdims=True) * points[tip]
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    with np.errstate(invalid="ignore"):
        cosine = np.asarray((ahead * outward[tip]).sum(axis=1))
        return np.asarray(cosine >= np.cos(np.radians(WITHIN_DEGREES)), dtype=np.int64)


def _back(before: Rows, node: int) -> list[int]:
    path = [node]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def _root(joined: dict[int, int], part: int) -> int:
    while part in joined:
        part = joined[part]
    return part
