"""BLOBS: what is as wide as it is long is no line. Chains are dropped whose length does not exceed the width of their cells."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routes.chains import Chain, Rows, chains, degrees, part_of, without
from routes.density import Mask
from routes.domain import Domain, edge_km
from routes.ridges import Edges
from routes.sphere import Floats, line_km

PART_ELONGATION = 3.0
LEAF_ELONGATION = 2.0
_ROUNDS = 4


def without_blobs(area: Domain, mask: Mask, edges: Edges, shortest_km: float) -> Edges:
    """Return the graph without parts of L2/area < 3, and without dead ends of L2/area < 2 or below ``shortest_km``.

    The area of a chain is that of the mask cells nearest to it. One dead end per junction and round is dropped, the
    shortest first, so that an end is not eaten from both sides.
    """
    for _ in range(_ROUNDS):
        if not len(edges):
            return edges
        runs = chains(edges)
        length = np.array([line_km(area.points[run]) for run in runs])
        covered = _area_of_each(area, mask, runs)
        dropped = _blobs(edges, runs, length, covered, len(mask), shortest_km)
        if not dropped:
            return edges
        edges = without(edges, [runs[number] for number in dropped])
    return edges


def _blobs(edges: Edges, runs: list[Chain], length: Floats, covered: Floats, size: int, shortest_km: float) -> list[int]:
    part = part_of(edges, size)[[run[0] for run in runs]]
    part_length, part_area = np.bincount(part, length), np.bincount(part, covered)
    round_part = (part_length**2 / np.maximum(part_area, 1e-9) < PART_ELONGATION)[part]
    degree = degrees(edges)
    free = np.array([(degree[run[0]] == 1) + (degree[run[-1]] == 1) for run in runs])
    stubby = (free == 1) & ((length**2 / covered < LEAF_ELONGATION) | (length < shortest_km))
    dropped: list[int] = []
    used: set[int] = set()
    for number in np.lexsort((np.arange(len(runs)), length)):
        run = runs[number]
        junction = run[0] if degree[run[0]] > 1 else run[-1]
        if round_part[number]:
            dropped.append(int(number))
        elif stubby[number] and junction not in used:
            used.add(junction)
            dropped.append(int(number))
    return dropped


def _area_of_each(area: Domain, mask: Mask, runs: list[Chain]) -> Floats:
    """Return the area, km2, of the mask cells nearest to each chain along the graph; at least one cell."""
    rows = np.flatnonzero(mask)
    owner: Rows = np.full(len(mask), -1)
    for number in reversed(range(len(runs))):
        owner[runs[number]] = number
    start, end, km = edge_km(area.neighbours[rows][:, rows], area.points[rows])
    graph = csr_array((km, (start, end)), shape=(len(rows), len(rows)))
    sources = np.flatnonzero(owner[rows] >= 0)
    _, _, nearest = dijkstra(graph, directed=False, indices=sources, min_only=True, return_predecessors=True)
    reached = nearest >= 0
    number = np.bincount(owner[rows[nearest[reached]]], minlength=len(runs))
    return np.asarray(np.maximum(number, 1) * area.cell_km2)
