"""RIDGES: the lines along which a density on a hex graph is highest, by discrete Morse theory.

Of the edges taken from the highest down, those that join two peaks and those that close a loop are critical when they
persist; the ridge graph is the critical edges and the steepest ways up from their ends. Persistence is in units of sigma
when the field is variance-stabilised (Anscombe 1948).

Source: Dey, Wang & Wang (2018), Graph reconstruction by discrete Morse theory, SoCG.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from routes.sphere import Floats

JOIN_SIGMA = 0.5
LOOP_SIGMA = 3.0

Edges = NDArray[np.int64]
"""Edges of a graph as pairs of rows, shape (k, 2), the smaller row first, ordered."""


def ridge_edges(density: Floats, neighbours: csr_array) -> Edges:
    """Return the ridge graph of a density given per cell of a graph."""
    field = 2 * np.sqrt(density + 3 / 8)
    start, end, edge_of = _edges(neighbours)
    if not len(start):
        return np.empty((0, 2), dtype=np.int64)
    pointer, index = neighbours.indptr.astype(np.int64), neighbours.indices.astype(np.int64)
    low = np.minimum(field[start], field[end])
    high = np.maximum(field[start], field[end])
    order = np.lexsort((np.arange(len(start)), -high, -low))
    triangles, beside = _triangles(pointer, index, edge_of, start, end)
    peak = field[triangles].min(axis=1) if len(triangles) else np.empty(0)
    joins, persistence = _pairs(field, start, end, order, low, beside, peak)
    critical = np.where(joins, persistence > JOIN_SIGMA, persistence > LOOP_SIGMA)
    return _with_ways_up(field, start, end, critical, joins & ~critical)


def unique_edges(*parts: Edges) -> Edges:
    """Return the edges of several graphs as one, each once."""
    every = np.concatenate([part.reshape(-1, 2) for part in parts])
    return np.unique(np.sort(every, axis=1), axis=0)


def _edges(graph: csr_array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return both ends of each edge, and for each stored link the number of its edge."""
    size = graph.shape[0]
    rows = np.repeat(np.arange(size, dtype=np.int64), np.diff(graph.indptr))
    columns = graph.indices.astype(np.int64)
    upper = rows < columns
    keys = rows[upper] * size + columns[upper]
    both = np.minimum(rows, columns) * size + np.maximum(rows, columns)
    return rows[upper], columns[upper], np.searchsorted(keys, both)


def _with_ways_up(
    field: Floats, start: NDArray[np.int64], end: NDArray[np.int64], critical: NDArray[np.bool_], tree: NDArray[np.bool_]
) -> Edges:
    size = len(field)
    ends = np.concatenate([start[tree], end[tree]])
    others = np.concatenate([end[tree], start[tree]])
    forest = csr_array((np.ones(len(ends)), (ends, others)), shape=(size, size))
    roots = np.argsort(-field, kind="stable")
    pointer, index = forest.indptr.astype(np.int64), forest.indices.astype(np.int64)
    above, marked = _ways_up(pointer, index, roots, start[critical], end[critical])
    walked = np.flatnonzero(marked & (above >= 0))
    return unique_edges(np.column_stack([walked, above[walked]]), np.column_stack([start[critical], end[critical]]))


@numba.njit(cache=True)
def _root(parent, node):  # type: ignore[no-untyped-def]
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@numba.njit(cache=True)
def _triangles(pointer, index, edge_of, start, end):  # type: ignore[no-untyped-def]
    """Return every triangle of neighbouring cells, and for each edge the one or two triangles beside it (-1: none)."""
    beside = np.full((len(start), 2), -1, np.int64)
    found = np.empty((2 * len(start) + 3, 3), np.int64)
    number = 0
    for edge in range(len(start)):
        first, second = start[edge], end[edge]
        a, b = pointer[first], pointer[second]
        while a < pointer[first + 1] and b < pointer[second + 1]:
            if index[a] == index[b]:
                if index[a] > second:
                    found[number] = (first, second, index[a])
                    for side in (edge, edge_of[a], edge_of[b]):
                        beside[side, 0 if beside[side, 0] < 0 else 1] = number
                    number += 1
                a += 1
                b += 1
            elif index[a] < index[b]:
                a += 1
            else:
                b += 1
    return found[:number], beside


@numba.njit(cache=True)
def _pairs(field, start, end, order, low, beside, peak):  # type: ignore[no-untyped-def]
    """Return which edges join two parts (the others close loops), and how long each persists."""
    joins = np.zeros(len(start), numba.boolean)
    persistence = np.full(len(start), np.inf)
    parent = np.arange(len(field))
    summit = np.arange(len(field))
    for edge in order:
        a, b = _root(parent, start[edge]), _root(parent, end[edge])
        if a == b:
            continue
        joins[edge] = True
        if field[summit[a]] < field[summit[b]] or (field[summit[a]] == field[summit[b]] and summit[a] > summit[b]):
            a, b = b, a
        persistence[edge] = field[summit[b]] - low[edge]
        parent[b] = a
    outside = len(peak)
    parent = np.arange(outside + 1)
    depth = np.append(peak, -np.inf)
    for edge in order[::-1]:
        if joins[edge]:
            continue
        first = beside[edge, 0] if beside[edge, 0] >= 0 else outside
        second = beside[edge, 1] if beside[edge, 1] >= 0 else outside
        a, b = _root(parent, first), _root(parent, second)
        if a == b:
            continue
        if depth[a] > depth[b]:
            a, b = b, a
        persistence[edge] = low[edge] - depth[b]
        parent[b] = a
    return joins, persistence


@numba.njit(cache=True)
def _ways_up(pointer, index, roots, start, end):  # type: ignore[no-untyped-def]
    """Return the next cell on the way up from each cell (-1 at a peak), and the cells on the ways up from both ends."""
    size = len(pointer) - 1
    above = np.full(size, -2, np.int64)
    queue = np.empty(size, np.int64)
    for root in roots:
        if above[root] != -2:
            continue
        above[root] = -1
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            node = queue[head]
            head += 1
            for link in range(pointer[node], pointer[node + 1]):
                other = index[link]
                if above[other] == -2:
                    above[other] = node
                    queue[tail] = other
                    tail += 1
    marked = np.zeros(size, numba.boolean)
    for edge in range(len(start)):
        for node in (start[edge], end[edge]):
            while node >= 0 and not marked[node]:
                marked[node] = True
                node = above[node]
    return above, marked
