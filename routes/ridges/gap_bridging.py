"""BRIDGE: gaps between lines that run towards each other are closed along the best evidence, and marked as inferred.

How likely a gap is a route on which nobody reported is told from five things: its length, whether the free ends at it
point across it, the evidence along the way, and the detour that the way takes. Ways stay within the domain, so that no
bridge crosses a cape.

Sources: minimum spanning tree over shortest ways between parts (Kruskal 1956; Mehlhorn 1988 for the ways); logistic
regression (Cox 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Floats, Rows, Vectors, km_between, line_km
from routes.core.params import BridgeParams
from routes.indexing.cell_graph import REFERENCE_RESOLUTION, Domain, cheapened
from routes.ridges.graph_chains import chains, degrees, part_of
from routes.ridges.kernel_density import Density
from routes.ridges.morse_ridges import Edges, unique_edges, upper_edges

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Ways:
    """Least-cost ways through a domain.

    Attributes
    ----------
    start, end : Rows
        Of every edge, each once.
    cost : Floats
        Of these edges.
    graph : sparse array, (n, n)
        Of costs.
    stretch : float
        By how much gaps are longer than at the finest bandwidth of the reference resolution.
    contrast : Floats, (n,)
        Density over the level of the clutter.
    """

    start: Rows
    end: Rows
    cost: Floats
    graph: csr_array
    stretch: float
    contrast: Floats


def bridged(area: Domain, density: Density, level: Floats, edges: Edges, params: BridgeParams) -> tuple[Edges, Edges]:
    """Return the graph with its gaps closed, and those of its edges that are inferred.

    Parameters
    ----------
    area : Domain
    density : Density
        Its counts make ways cheap; its width says how long a gap may be.
    level : Floats, (n,)
        Of the clutter, per cell.
    edges : Edges
        The ridge graph, in rows of the domain.
    params : BridgeParams
    """
    nothing = np.empty((0, 2), dtype=np.int64)
    if not len(edges):
        return edges, nothing
    graph = cheapened(area.km, density.counts)
    contrast = np.maximum(density.counts / level, params.least_contrast)
    ways = _Ways(*upper_edges(graph), graph.data[_upper(graph)], graph, _stretch(area, density, params), contrast)
    inferred = nothing
    for _ in range(_ROUNDS):
        added = _round(area.points, ways, edges, params)
        if not len(added):
            break
        inferred = unique_edges(inferred, added)
        edges = unique_edges(edges, added)
    return edges, inferred


def _upper(graph: csr_array) -> NDArray[np.bool_]:
    """Tell which stored links of a graph stand for an edge, each edge once."""
    return np.asarray(np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr)) < graph.indices)


def _stretch(area: Domain, density: Density, params: BridgeParams) -> float:
    """Return by how much gaps are longer: with the size of the cells, and with the kernel in cells."""
    size = area.spacing_km / float(hexes.SPACING_KM[REFERENCE_RESOLUTION])
    return float(size * (density.width_km / (params.finest_km * size)) ** params.growth)


def _round(points: Vectors, ways: _Ways, edges: Edges, params: BridgeParams) -> Edges:
    """Return the edges of bridges between parts, the likeliest first, each joining two parts that were none."""
    sources = np.unique(edges)
    cost, previous, nearest = dijkstra(
        ways.graph,
        indices=sources,
        min_only=True,
        return_predecessors=True,
        limit=params.farthest_km * ways.stretch,
    )
    before, source = np.asarray(previous, dtype=np.int64), np.asarray(nearest, dtype=np.int64)
    part = part_of(edges, len(points))
    paths = [
        [*_back(before, here)[::-1], *_back(before, there)]
        for here, there in _meetings(ways, cost, source, part).tolist()
    ]
    joined: dict[int, int] = {}
    found: list[Edges] = []
    chance = _chances(points, ways, paths, _outward(points, edges, params.look_back), params)
    for number in np.argsort(-chance, kind="stable"):
        path = paths[number]
        a, b = (_root(joined, int(part[end])) for end in (path[0], path[-1]))
        if a == b or chance[number] < params.least_chance:
            continue
        joined[b] = a
        found.append(np.column_stack([path[:-1], path[1:]]))
    return unique_edges(*found) if found else np.empty((0, 2), dtype=np.int64)


def _chances(points: Vectors, ways: _Ways, paths: list[list[int]], outward: Vectors, params: BridgeParams) -> Floats:
    """Return for each way across a gap how likely it is a route, 0 to 1."""
    if not paths:
        return np.empty(0)
    here, there = (np.array([path[end] for path in paths]) for end in (0, -1))
    gap = np.maximum(km_between(points[here], points[there]), 1.0)
    detour = np.clip([line_km(points[path]) for path in paths] / gap, 1, params.most_detour)
    contrast = np.array([np.median(ways.contrast[path[1:-1] or path]) for path in paths])
    odds = (
        params.constant
        + params.of_log_km * np.log(gap / ways.stretch)
        + _of_end(points, outward, here, there, params)
        + _of_end(points, outward, there, here, params)
        + params.of_log_contrast * np.log(contrast)
        + params.of_log_detour * np.log(detour)
    )
    return np.asarray(1 / (1 + np.exp(-odds)))


def _meetings(ways: _Ways, cost: Floats, source: Rows, part: Rows) -> Edges:
    """Return the edges at which the reaches of two parts meet, the cheapest of each pair of nodes that reach it."""
    here, there = source[ways.start], source[ways.end]
    apart = np.flatnonzero((here >= 0) & (there >= 0))
    apart = apart[part[here[apart]] != part[there[apart]]]
    if not apart.size:
        return np.empty((0, 2), dtype=np.int64)
    total = cost[ways.start[apart]] + cost[ways.end[apart]] + ways.cost[apart]
    pair = np.minimum(here[apart], there[apart]) * len(part) + np.maximum(here[apart], there[apart])
    order = np.lexsort((apart, total, pair))
    best = apart[order[np.r_[True, pair[order][1:] != pair[order][:-1]]]]
    return np.column_stack([ways.start[best], ways.end[best]])


def _outward(points: Vectors, edges: Edges, look_back: int) -> Vectors:
    """Return for each node that is a free end the unit direction out of its line, NaN for all others."""
    outward = np.full(points.shape, np.nan)
    degree = degrees(edges)
    for run in chains(edges):
        for line in (run, run[::-1]):
            if degree[line[0]] == 1:
                tip = points[line[0]]
                along = tip - points[line[min(look_back, len(line) - 1)]]
                along -= (along @ tip) * tip
                outward[line[0]] = along / max(float(np.linalg.norm(along)), 1e-12)
    return outward


def _of_end(points: Vectors, outward: Vectors, tip: Rows, other: Rows, params: BridgeParams) -> Floats:
    """Return what one end of a gap adds: nothing if its line goes on, else the more the better it points across."""
    ahead = points[other] - points[tip]
    ahead -= (ahead * points[tip]).sum(axis=1, keepdims=True) * points[tip]
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    cosine = (ahead * outward[tip]).sum(axis=1)
    return np.asarray(np.nan_to_num(params.of_end + params.of_cosine * cosine, nan=0.0))


def _back(before: Rows, node: int) -> list[int]:
    path = [node]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def _root(joined: dict[int, int], part: int) -> int:
    while part in joined:
        part = joined[part]
    return part
