"""Peer: subspace-constrained mean shift onto density ridges (Ozertem and Erdogmus 2011), joined by a spanning tree.

Incidents are gathered into boxes smaller than the kernel first, each with the mean of its places, which moves no ridge
and makes the method's cost independent of their number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree
from skimage.filters import threshold_otsu

from benchmarks.corridors.skeletons import cleaned
from benchmarks.corridors.worlds import World
from routes.core.geodesy import EARTH_KM, Floats, Vectors, chord, km_between, normalised, unit_vectors

BANDWIDTHS_KM = 14.0, 20.0
LINK_BANDWIDTHS = 1.5
LEAST_COUNT = 0.5
_BOX_BANDWIDTHS = 0.6
_THIN_KM = 6.0
_REACH_BANDWIDTHS = 3.0
_ROUNDS = 15


def ridges_by_mean_shift(world: World, bandwidth_km: float) -> list[Vectors]:
    """Return the spanning tree of the places that mean shift moved onto ridges.

    Parameters
    ----------
    bandwidth_km : float, km
    """
    places = unit_vectors(world.incidents["lon"].to_numpy(), world.incidents["lat"].to_numpy())
    centres, weights = _gathered(places, np.ones(len(places)), _BOX_BANDWIDTHS * bandwidth_km)
    pairs = _neighbours(centres, chord(_REACH_BANDWIDTHS * bandwidth_km))
    dense = _dense(centres, weights, pairs, bandwidth_km)
    moved = _on_ridge(centres, weights, pairs, dense, bandwidth_km)
    nodes = _gathered(moved, np.ones(len(moved)), _THIN_KM)[0]
    linked = cKDTree(nodes).query_pairs(chord(LINK_BANDWIDTHS * bandwidth_km), output_type="ndarray")
    if not len(linked):
        return []
    start, end = linked.T
    graph = csr_array((km_between(nodes[start], nodes[end]) + 1e-6, (start, end)), shape=(len(nodes), len(nodes)))
    tree = minimum_spanning_tree(graph).tocoo()
    return cleaned(np.column_stack([tree.row, tree.col]).astype(np.int64), nodes)


def _gathered(places: Vectors, weights: Floats, box_km: float) -> tuple[Vectors, Floats]:
    """Return the weighted mean of the places in each box, and the weight of each box."""
    boxes = np.floor(places * EARTH_KM / box_km).astype(np.int64)
    _, own = np.unique(boxes, axis=0, return_inverse=True)
    own = own.ravel()
    total = np.asarray(np.bincount(own, weights), dtype=np.float64)
    sums = [np.bincount(own, weights * places[:, axis]) for axis in range(3)]
    return normalised(np.column_stack(sums)), total


def _neighbours(centres: Vectors, reach: float) -> NDArray[np.int64]:
    """Return the pairs (place, neighbour) within reach, both ways, a place being its own neighbour, by place."""
    tree = cKDTree(centres)
    pairs = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    own = np.arange(len(centres))
    both = np.concatenate([pairs, pairs[:, ::-1], np.column_stack([own, own])])
    return both[np.argsort(both[:, 0], kind="stable")]


def _dense(centres: Vectors, weights: Floats, pairs: NDArray[np.int64], bandwidth_km: float) -> NDArray[np.bool_]:
    """Tell which places lie where the density is above Otsu's threshold of its logarithm."""
    place, neighbour = pairs.T
    kernel = np.exp(-((km_between(centres[place], centres[neighbour]) / bandwidth_km) ** 2) / 2)
    density = 2 * np.bincount(place, kernel * weights[neighbour], minlength=len(centres))
    return np.asarray(density > np.exp(threshold_otsu(np.log(density[density > LEAST_COUNT]))))


def _on_ridge(
    centres: Vectors, weights: Floats, pairs: NDArray[np.int64], dense: NDArray[np.bool_], bandwidth_km: float
) -> Vectors:
    """Return the dense places moved across the ridge until they stand on it, each in its own tangent plane."""
    place, neighbour = pairs[dense[pairs[:, 0]]].T
    number = np.cumsum(dense) - 1
    place, start = number[place], centres[dense]
    east, north = _tangents(start)
    offset = (centres[neighbour] - start[place]) * EARTH_KM
    x, y = (offset * east[place]).sum(axis=1), (offset * north[place]).sum(axis=1)
    weight = weights[neighbour]
    at = np.zeros((len(start), 2))
    for _ in range(_ROUNDS):
        at += _step(at, place, x, y, weight, bandwidth_km)
    return normalised(start + (at[:, :1] * east + at[:, 1:] * north) / EARTH_KM)


def _step(at: Floats, place: NDArray[np.int64], x: Floats, y: Floats, weight: Floats, bandwidth_km: float) -> Floats:
    """Return the mean-shift step of each place, projected on the direction in which the density is most curved."""
    dx, dy = (x - at[place, 0]) / bandwidth_km, (y - at[place, 1]) / bandwidth_km
    kernel = weight * np.exp(-(dx * dx + dy * dy) / 2)
    mass, sx, sy, sxx, syy, sxy = (
        np.bincount(place, kernel * term, minlength=len(at)) for term in (1.0, dx, dy, dx * dx, dy * dy, dx * dy)
    )
    # The Hessian of the density is the sum of kernel * (d d' - 1): its least eigenvector points across the ridge.
    across = np.arctan2(2 * sxy, sxx - syy) / 2 + np.pi / 2
    shift = (sx * np.cos(across) + sy * np.sin(across)) / np.maximum(mass, 1e-12)
    return np.asarray(bandwidth_km * shift[:, None] * np.column_stack([np.cos(across), np.sin(across)]))


def _tangents(places: Vectors) -> tuple[Vectors, Vectors]:
    """Return two unit vectors at right angles to each place and to each other."""
    aside = np.where(np.abs(places[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = normalised(np.cross(aside, places))
    return east, np.cross(places, east)
