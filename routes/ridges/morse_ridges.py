"""RIDGES: the lines along which a density on a hex graph is highest, by discrete Morse theory.

Of the edges taken from the highest down, those that join two peaks and those that close a loop are critical when they
persist; the ridge graph is the critical edges and the steepest ways up from their ends. Persistence is in units of
sigma when the field is variance-stabilised (Anscombe 1948).

Source: Dey, Wang & Wang (2018), Graph reconstruction by discrete Morse theory, SoCG.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from routes.core.geodesy import Floats, Rows
from routes.core.params import CrestParams

MOST_NEIGHBOURS = 6


Edges = NDArray[np.int64]
"""Edges of a graph as pairs of rows, shape (k, 2), the smaller row first, ordered."""


def ridge_edges(density: Floats, neighbours: csr_array, params: CrestParams) -> Edges:
    """Return the ridge graph of a density given per cell of a graph."""
    field = 2 * np.sqrt(density + 3 / 8)
    start, end = upper_edges(neighbours)
    if not len(start):
        return np.empty((0, 2), dtype=np.int64)
    low = np.minimum(field[start], field[end])
    high = np.maximum(field[start], field[end])
    order = np.lexsort((np.arange(len(start)), -high, -low))
    triangles, beside = _triangles(neighbours, start, end)
    peak = field[triangles].min(axis=1) if len(triangles) else np.empty(0)
    joins, join_worth = _merges(start, end, order, field, low)
    beside = np.where(beside < 0, len(triangles), beside)
    loops = order[::-1][~joins[order[::-1]]]
    _, loop_worth = _merges(beside[:, 0], beside[:, 1], loops, np.append(-peak, np.inf), -low)
    critical = np.where(joins, join_worth > params.join_sigma, loop_worth > params.loop_sigma)
    return _with_ways_up(field, start, end, critical, joins & ~critical)


def upper_edges(graph: csr_array) -> tuple[Rows, Rows]:
    """Return both ends of each edge of a graph with ordered columns, each once, the smaller first, in order."""
    rows = np.repeat(np.arange(graph.shape[0], dtype=np.int64), np.diff(graph.indptr))
    columns = graph.indices.astype(np.int64)
    upper = rows < columns
    return rows[upper], columns[upper]


def unique_edges(*parts: Edges) -> Edges:
    """Return the edges of several graphs as one, each once."""
    every = np.concatenate([part.reshape(-1, 2) for part in parts])
    return np.unique(np.sort(every, axis=1), axis=0)


def _triangles(graph: csr_array, start: Rows, end: Rows) -> tuple[Rows, Rows]:
    """Return every triangle of neighbouring cells, and for each edge the one or two triangles beside it (-1: none)."""
    size = graph.shape[0]
    around = np.full((size, MOST_NEIGHBOURS), -1)
    owner = np.repeat(np.arange(size), np.diff(graph.indptr))
    around[owner, np.arange(graph.nnz) - graph.indptr[owner]] = graph.indices
    shared = (around[start][:, :, None] == around[end][:, None, :]).any(axis=2) & (around[start] > end[:, None])
    edge, slot = np.nonzero(shared)
    first, second, third = start[edge], end[edge], around[start[edge], slot]
    keys = start * size + end
    sides = np.column_stack(
        [edge, np.searchsorted(keys, first * size + third), np.searchsorted(keys, second * size + third)]
    )
    beside = np.full((len(start), 2), -1)
    order = np.argsort(sides.ravel(), kind="stable")
    side, triangle = sides.ravel()[order], order // 3
    again = np.r_[False, side[1:] == side[:-1]]
    beside[side, again.astype(np.int64)] = triangle
    return np.column_stack([first, second, third]), beside


def _with_ways_up(field: Floats, start: Rows, end: Rows, critical: NDArray[np.bool_], tree: NDArray[np.bool_]) -> Edges:
    """Return the critical edges and, from both ends of each, the way up the tree to the peak of its part."""
    above = _ways_up(field, start[tree], end[tree])
    marked = np.zeros(len(field), dtype=bool)
    climbing = np.unique(np.concatenate([start[critical], end[critical]]))
    while climbing.size:
        marked[climbing] = True
        climbing = above[climbing]
        climbing = np.unique(climbing[climbing >= 0])
        climbing = climbing[~marked[climbing]]
    walked = np.flatnonzero(marked & (above >= 0))
    return unique_edges(np.column_stack([walked, above[walked]]), np.column_stack([start[critical], end[critical]]))


def _ways_up(field: Floats, start: Rows, end: Rows) -> Rows:
    """Return for each node of a forest the next one on its way to the highest of its part, -1 at that one itself."""
    size = len(field)
    _, part = connected_components(csr_array((np.ones(len(start)), (start, end)), shape=(size, size)), directed=False)
    order = np.lexsort((np.arange(size), -field))
    _, first = np.unique(part[order], return_index=True)
    peaks = order[first]
    ends = np.concatenate([start, np.full(len(peaks), size)])
    others = np.concatenate([end, peaks])
    rooted = csr_array((np.ones(len(ends)), (ends, others)), shape=(size + 1, size + 1))
    _, above = breadth_first_order(rooted, size, directed=False)
    above = above[:size].astype(np.int64)
    return np.where(above == size, -1, above)


def _merges(first: Rows, second: Rows, order: Rows, height: Floats, level: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Join nodes along edges in their order; return which edges joined two parts and how far the lower part rose.

    Of two parts the one with the higher peak lives on (the elder rule); what the other one was worth is its height
    above the level of the edge. The root of a part is its peak. Most nodes join a higher neighbour at their own height,
    worth nothing: these are joined at once, and of the edges between two parts so made only the first can join them.
    """
    joins = np.zeros(len(first), dtype=bool)
    worth = np.full(len(first), np.inf)
    ways, above = _slopes(first, second, order, height, level)
    joins[ways] = True
    worth[ways] = 0.0
    peak = _followed(above)
    a, b = peak[first[order]], peak[second[order]]
    pair = np.minimum(a, b) * len(height) + np.maximum(a, b)
    apart = np.flatnonzero(a != b)
    _, earliest = np.unique(pair[apart], return_index=True)
    left = apart[np.sort(earliest)]
    parent = above.tolist()
    peaks = height.tolist()
    for edge, start, end in zip(order[left].tolist(), a[left].tolist(), b[left].tolist(), strict=True):
        higher, lower = _root(parent, start), _root(parent, end)
        if higher == lower:
            continue
        if (peaks[higher], -higher) < (peaks[lower], -lower):
            higher, lower = lower, higher
        joins[edge] = True
        worth[edge] = peaks[lower] - level[edge]
        parent[lower] = higher
    return joins, worth


def _slopes(first: Rows, second: Rows, order: Rows, height: Floats, level: Floats) -> tuple[Rows, Rows]:
    """Return the edges along which nodes join a higher one at their own height, and where each node goes so."""
    ends = np.concatenate([first[order], second[order]])
    others = np.concatenate([second[order], first[order]])
    rank = np.tile(np.arange(len(order)), 2)
    by_node = np.lexsort((rank, ends))
    node, at = np.unique(ends[by_node], return_index=True)
    earliest = by_node[at]
    other, edge = others[earliest], order[rank[earliest]]
    elder = (height[other] > height[node]) | ((height[other] == height[node]) & (other < node))
    flat = elder & (level[edge] == height[node])
    above = np.arange(len(height), dtype=np.int64)
    above[node[flat]] = other[flat]
    return edge[flat], above


def _followed(above: Rows) -> Rows:
    """Return where each node ends up when it goes on as far as it can."""
    while (above[above] != above).any():
        above = above[above]
    return above


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
