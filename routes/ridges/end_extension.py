"""TAILS: ridges stop where a density falls away evenly; paths of best evidence take them on to the tips of the mask.

Source: Sato et al. (2000), TEASAR: tree-structure extraction algorithm for accurate and robust skeletons.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from routes.core.geodesy import Floats, Mask, chord, km_between
from routes.core.params import EndParams
from routes.indexing.cell_graph import Domain, cheapened
from routes.ridges.graph_chains import Chain, chains, degrees, without
from routes.ridges.morse_ridges import Edges, unique_edges

_ROUNDS = 4


def with_tails(area: Domain, density: Floats, mask: Mask, edges: Edges, reach_km: float) -> Edges:
    """Return the graph with paths added until no cell of the mask is farther than ``reach_km`` from it.

    ``edges`` are in rows of the whole domain; a part of the mask without any starts at its densest cell.
    """
    rows = np.flatnonzero(mask)
    row_of = np.full(len(mask), -1)
    row_of[rows] = np.arange(len(rows))
    distance = area.km[rows][:, rows]
    dense = density[rows]
    cost = cheapened(distance, dense)
    tree = cKDTree(area.points[rows])
    drawn = np.zeros(len(rows), dtype=bool)
    drawn[row_of[np.unique(edges)]] = True
    drawn[_seeds(distance, dense, drawn)] = True
    added: list[Edges] = []
    for _ in range(_ROUNDS):
        paths = _round(distance, cost, tree, drawn, reach_km)
        if not paths:
            break
        added += paths
    return unique_edges(edges, *(rows[path] for path in added))


def _seeds(local: csr_array, dense: Floats, drawn: Mask) -> list[int]:
    """Return the densest cell of each part of the mask in which nothing is drawn."""
    number, part = connected_components(local, directed=False)
    has = np.zeros(number, dtype=bool)
    has[part[drawn]] = True
    order = np.lexsort((np.arange(len(dense)), -dense))
    _, first = np.unique(part[order], return_index=True)
    return [int(row) for row in order[first] if not has[part[row]]]


def _round(distance: csr_array, cost: csr_array, tree: cKDTree, drawn: Mask, reach_km: float) -> list[Edges]:
    """Add a path to each far tip, the farthest first, and mark it in ``drawn``.

    What lies near an added path waits for the next round, which tells anew how far it is from what is drawn by then.
    """
    sources = np.flatnonzero(drawn)
    away = dijkstra(distance, indices=sources, min_only=True)
    far = np.flatnonzero(np.isfinite(away) & (away > reach_km))
    if not far.size:
        return []
    _, before, _ = dijkstra(cost, indices=sources, min_only=True, return_predecessors=True)
    covered = np.zeros(len(drawn), dtype=bool)
    paths: list[Edges] = []
    for tip in far[np.lexsort((far, -away[far]))]:
        if covered[tip]:
            continue
        path = [int(tip)]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        paths.append(np.column_stack([path[:-1], path[1:]]).astype(np.int64))
        drawn[path] = True
        near = tree.query_ball_point(tree.data[path], chord(2 * reach_km))
        covered[np.concatenate(near).astype(np.int64)] = True
    return paths


def without_overshoot(area: Domain, density: Floats, edges: Edges, bandwidth_km: float, params: EndParams) -> Edges:
    """Return the graph with its free ends cut back to where the evidence ends.

    A kernel carries density about one bandwidth past the last incident, and tails follow it into the corners of the
    mask. A free end is cut while its density is below ``end_share`` of that three bandwidths farther in.
    """
    degree = degrees(edges)
    cut: list[Chain] = []
    for run in chains(edges):
        for inward in (run, run[::-1]):
            if degree[inward[0]] == 1:
                end = _end_of_evidence(area, density, inward, 3 * bandwidth_km, params.end_share)
                cut.append(inward[: end + 1])
    return without(edges, [piece for piece in cut if len(piece) > 1])


def _end_of_evidence(area: Domain, density: Floats, inward: Chain, within_km: float, end_share: float) -> int:
    """Return how many nodes of a chain that begins at a free end lie past its evidence; never past its middle."""
    points = area.points[inward]
    along = np.concatenate([[0.0], np.cumsum(km_between(points[:-1], points[1:]))])
    for place in range(int(np.searchsorted(along, min(within_km, along[-1] / 2)))):
        farther = min(int(np.searchsorted(along, along[place] + within_km)), len(inward) - 1)
        if density[inward[place]] >= end_share * density[inward[farther]]:
            return place
    return int(np.searchsorted(along, min(within_km, along[-1] / 2)))
