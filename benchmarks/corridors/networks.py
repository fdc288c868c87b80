"""Lines as a network of samples, which is what routes are compared by: each 5 km a sample, linked along the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from routes.core.geodesy import Floats, Vectors, chord, km_between, line_km, normalised

STEP_KM = 5.0
FINE_STEP_KM = 1.0
TOUCH_KM = 3.0
"""Samples of lines that touch lie no farther apart than this: half a step, and half a kilometre."""

_DIGITS = 6
_LEAST_KM = 1e-3

Integers = NDArray[np.int64]
Lines = Sequence[Vectors]


@dataclass(frozen=True)
class Network:
    """Lines, sampled.

    Attributes
    ----------
    points : Vectors, (n, 3)
        A sample each 5 km, the ends and junctions of lines among them.
    links : sparse array, (n, n)
        Distance between neighbouring samples, km.
    fine : Vectors, (m, 3)
        A sample each kilometre: distances to the lines are measured to these.
    km : float, km
    """

    points: Vectors
    links: csr_array
    fine: Vectors
    km: float

    @cached_property
    def tree(self) -> cKDTree:
        """Look-up of samples."""
        return cKDTree(self.points)

    @cached_property
    def fine_tree(self) -> cKDTree:
        """Look-up of the fine samples."""
        return cKDTree(self.fine)

    @property
    def parts(self) -> int:
        """How many parts there are that no line connects."""
        return int(connected_components(self.links, directed=False)[0]) if len(self.points) else 0

    def nearest(self, points: Vectors) -> Integers:
        """Return the sample nearest to each point."""
        return np.asarray(self.tree.query(points)[1], dtype=np.int64)

    def km_from(self, points: Vectors) -> Floats:
        """Return the distance of each point to the lines, km."""
        nearest = self.fine_tree.query(points)[1]
        return km_between(points, self.fine[nearest])


def network(lines: Lines, touch_km: float = TOUCH_KM) -> Network:
    """Sample lines.

    Parameters
    ----------
    lines : sequence of Vectors, (n, 3)
    touch_km : float, km
        Samples nearer than this to each other are linked, whichever line they come from.
    """
    lines = [line for line in lines if len(line) > 1 and line_km(line) > 0]
    if not lines:
        return Network(np.empty((0, 3)), csr_array((0, 0)), np.empty((0, 3)), 0.0)
    corners = np.concatenate(lines)
    node_of = np.unique(np.round(corners, _DIGITS), axis=0, return_inverse=True)[1].ravel()
    points, pairs = _sampled(lines, node_of)
    touching = cKDTree(points).query_pairs(chord(touch_km), output_type="ndarray")
    links = _links(points, np.concatenate([pairs, touching]))
    fine = np.concatenate([evenly(line, FINE_STEP_KM) for line in lines])
    return Network(points, links, fine, sum(map(line_km, lines)))


def evenly(line: Vectors, step_km: float) -> Vectors:
    """Return points along a polyline at equal distances of about ``step_km``, its two ends among them."""
    along = np.r_[0.0, np.cumsum(km_between(line[:-1], line[1:]))]
    steps = max(round(float(along[-1]) / step_km), 1)
    wanted = np.linspace(0, along[-1], steps + 1)
    return normalised(np.column_stack([np.interp(wanted, along, line[:, axis]) for axis in range(3)]))


def _sampled(lines: Lines, node_of: Integers) -> tuple[Vectors, Integers]:
    """Return samples of lines, equally spaced between junctions, and the pairs of neighbours among them."""
    parts: list[Vectors] = []
    pairs: list[Integers] = []
    samples = 0
    number_of: dict[int, int] = {}
    for piece, nodes in _pieces(lines, node_of):
        points = evenly(piece, STEP_KM)
        numbers = np.arange(samples, samples + len(points))
        parts.append(points)
        samples += len(points)
        for place in (0, -1):
            numbers[place] = number_of.setdefault(int(nodes[place]), int(numbers[place]))
        pairs.append(np.column_stack([numbers[:-1], numbers[1:]]))
    joined = np.concatenate(pairs)
    used, renumbered = np.unique(joined, return_inverse=True)
    return np.concatenate(parts)[used], renumbered.reshape(joined.shape)


def _pieces(lines: Lines, node_of: Integers) -> Iterator[tuple[Vectors, Integers]]:
    """Yield the parts of lines between places that more than one line passes, with the places of their corners."""
    shared = np.bincount(node_of) > 1
    start = 0
    for line in lines:
        nodes = node_of[start : start + len(line)]
        start += len(line)
        cuts = np.unique(np.r_[0, np.flatnonzero(shared[nodes]), len(line) - 1])
        for first, last in pairwise(cuts):
            piece = line[first : last + 1]
            if line_km(piece) > 0:
                yield piece, nodes[first : last + 1]


def _links(points: Vectors, pairs: Integers) -> csr_array:
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    start, end = pairs[pairs[:, 0] != pairs[:, 1]].T
    km = np.maximum(km_between(points[start], points[end]), _LEAST_KM)
    both = np.r_[start, end], np.r_[end, start]
    return csr_array((np.r_[km, km], both), shape=(len(points), len(points)))
