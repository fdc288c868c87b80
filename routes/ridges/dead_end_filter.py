"""HEAPS: dead ends, and short parts, that lead through evidence about as wide as it is long.

A heap beside a line reaches the mask of the line, and a way through it is as long as a short branch: length tells them
apart poorly. How the evidence around the way is spread tells them apart well, as it grows neither with forks nor with
contrast.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra

from routes.core.geodesy import Floats, Mask
from routes.core.params import HeapParams
from routes.indexing.cell_graph import Domain
from routes.ridges.compactness_filter import runs_of_round_parts
from routes.ridges.graph_chains import Chain, chains, degrees, part_of, without
from routes.ridges.morse_ridges import Edges

_ROUNDS = 4


def without_heaps(area: Domain, density: Floats, mask: Mask, edges: Edges, params: HeapParams) -> Edges:
    """Return the graph without the short parts and the dead ends whose evidence is about as wide as it is long."""
    for _ in range(_ROUNDS):
        if not len(edges):
            break
        dropped = _heaps(area, density, mask, edges, params)
        if not dropped:
            break
        edges = without(edges, dropped)
    return edges


def _heaps(area: Domain, density: Floats, mask: Mask, edges: Edges, params: HeapParams) -> list[Chain]:
    """Return the chains of parts that are heaps, and the pieces of dead ends that lead through one."""
    sums = _sums_of_nodes(area, mask, edges)
    short = runs_of_round_parts(area, density, mask, edges, params.longest_part)
    dropped = _of_heaped_parts(edges, short, sums, params.part_spread)
    gone = {edge for run in dropped for edge in pairwise(run)}
    degree = degrees(edges)
    for run in chains(edges):
        if (run[0], run[1]) in gone:
            continue
        for inward in (run, run[::-1]):
            if degree[inward[0]] == 1:
                dropped += _heap_at_end(density, inward, sums, params, closed=degree[inward[-1]] > 1)
    return dropped


def _of_heaped_parts(edges: Edges, runs: list[Chain], sums: Floats, least: float) -> list[Chain]:
    """Return those of some chains whose connected part has evidence about as wide as long."""
    part = part_of(edges, len(sums))
    of_part = np.column_stack([np.bincount(part, column) for column in sums.T])
    return [run for run in runs if _spread(of_part[part[run[0]]]) < least]


def _heap_at_end(density: Floats, inward: Chain, sums: Floats, params: HeapParams, *, closed: bool) -> list[Chain]:
    """Return the piece of a chain, from its free end, that leads through a heap; none if there is no heap.

    Without a dip that is all of it up to the junction, the evidence next to the junction being that of the other line.
    """
    dip = _dip(density[inward], params.dip)
    if dip is None and not closed:
        return []
    piece, own = (inward, inward[: -params.junction]) if dip is None else (inward[: dip + 1], inward[: dip + 1])
    if len(piece) < 2 or not own or _spread(sums[own].sum(axis=0)) >= params.end_spread:
        return []
    return [piece]


def _dip(along: Floats, times: float) -> int | None:
    """Return the lowest place of the first dip of a density along a chain, None if there is none."""
    outward, inward = np.maximum.accumulate(along), np.maximum.accumulate(along[::-1])[::-1]
    deep = np.minimum(outward, inward) > times * along
    if not deep.any():
        return None
    first = int(np.argmax(deep))
    length = int(np.argmin(np.append(deep[first:], False)))
    return first + int(np.argmin(along[first : first + length]))


def _sums_of_nodes(area: Domain, mask: Mask, edges: Edges) -> Floats:
    """Return of the evidence nearest to each node its sum, and the sums of its places and of their products.

    The root of the evidence of each cell counts, so that a town to which many reports are moved is no heap.
    """
    drawn = mask.copy()
    drawn[edges] = True
    rows = np.flatnonzero(drawn)
    sources = np.searchsorted(rows, np.unique(edges))
    _, _, nearest = dijkstra(area.km[rows][:, rows], indices=sources, min_only=True, return_predecessors=True)
    reached = np.flatnonzero(nearest >= 0)
    place, weight = area.centroids[rows[reached]], np.sqrt(area.weights[rows[reached]])
    products = (place[:, :, None] * place[:, None, :]).reshape(-1, 9)
    columns = np.column_stack([np.ones(len(place)), place, products]) * weight[:, None]
    node = rows[nearest[reached]]
    return np.column_stack([np.bincount(node, column, len(mask)) for column in columns.T])


def _spread(sums: Floats) -> float:
    """Return how many times longer than wide evidence is, by its standard deviations; without any, 1."""
    if sums[0] <= 0:
        return 1.0
    mean = sums[1:4] / sums[0]
    values = np.linalg.eigvalsh(sums[4:].reshape(3, 3) / sums[0] - np.outer(mean, mean))
    return float(np.sqrt(max(values[2], 1e-18) / max(values[1], 1e-18)))
