"""What a careful user of any peer does with a skeleton: prune its spurs, drop its crumbs, read it as lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from routes.core.geodesy import Vectors, km_between, line_km

SPUR_KM = 60.0
PART_KM = 80.0
_ROUNDS = 4

Integers = NDArray[np.int64]
Edges = NDArray[np.int64]


def cleaned(edges: Edges, points: Vectors) -> list[Vectors]:
    """Return a skeleton as lines, without spurs shorter than 60 km and parts shorter than 80 km.

    Parameters
    ----------
    edges : Edges, (m, 2)
        Rows of points.
    points : Vectors, (n, 3)
    """
    for _ in range(_ROUNDS):
        kept = _without_spurs(edges, points)
        if len(kept) == len(edges):
            break
        edges = kept
    return [points[chain] for chain in chains(_without_crumbs(edges, points))]


def chains(edges: Edges) -> list[Integers]:
    """Return the runs of edges between nodes that are not of degree two; a ring is a run that ends at its start."""
    beside: dict[int, list[int]] = {}
    for start, end in edges.tolist():
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    walked: set[tuple[int, int]] = set()
    junctions = [node for node in beside if len(beside[node]) != 2]
    runs: list[Integers] = []
    for node in [*junctions, *beside]:
        runs += [_run(node, step, beside, walked) for step in beside[node] if (node, step) not in walked]
    return runs


def _run(start: int, step: int, beside: dict[int, list[int]], walked: set[tuple[int, int]]) -> Integers:
    run = [start, step]
    walked |= {(start, step), (step, start)}
    while len(beside[run[-1]]) == 2 and run[-1] != start:
        ahead = [node for node in beside[run[-1]] if (run[-1], node) not in walked]
        if not ahead:
            break
        walked |= {(run[-1], ahead[0]), (ahead[0], run[-1])}
        run.append(ahead[0])
    return np.array(run)


def _without_spurs(edges: Edges, points: Vectors) -> Edges:
    """Return edges without short dead ends that hang on a junction, the shortest of each junction at a time."""
    degree = np.bincount(edges.ravel(), minlength=len(points))
    shortest: dict[int, tuple[float, Integers]] = {}
    for chain in chains(edges):
        first, last = degree[chain[[0, -1]]]
        if (first == 1) == (last == 1):
            continue
        km = line_km(points[chain])
        junction = int(chain[-1] if first == 1 else chain[0])
        if km < SPUR_KM and km < shortest.get(junction, (SPUR_KM, chain))[0]:
            shortest[junction] = km, chain
    gone = {tuple(pair) for _, chain in shortest.values() for pair in np.sort(np.c_[chain[:-1], chain[1:]], 1).tolist()}
    kept = [pair for pair in np.sort(edges, axis=1).tolist() if tuple(pair) not in gone]
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


def _without_crumbs(edges: Edges, points: Vectors) -> Edges:
    if not len(edges):
        return edges
    shape = len(points), len(points)
    part = connected_components(csr_array((np.ones(len(edges)), tuple(edges.T)), shape=shape), directed=False)[1]
    km = np.bincount(part[edges[:, 0]], km_between(points[edges[:, 0]], points[edges[:, 1]]))
    return np.asarray(edges[km[part[edges[:, 0]]] >= PART_KM])
