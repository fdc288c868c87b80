"""REFINE: ridge nodes move from cell centres onto the crest of the density, and lines to their side of the coast.

Source: Ozertem & Erdogmus (2011), Locally defined principal curves and surfaces (subspace-constrained mean shift), in
the tangent plane of the sphere, with cell centroids for points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.model.incident import Mode
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land
from routes.core.geodesy import EARTH_KM, Floats, Rows, Vectors, chord, km_between, lonlat, normalised
from routes.core.params import RefinementParams
from routes.indexing.cell_graph import Domain, rows_of

_ROUNDS = 40
_STILL_KM = 0.05
_WAYPOINTS = np.arange(1, 17) / 16


def on_crest(area: Domain, nodes: NDArray[np.int64], bandwidth_km: float, params: RefinementParams) -> Vectors:
    """Return the nodes moved onto the crest, no farther than ``farthest_spacings``; the others stay where they are."""
    width = params.kernel_per_bandwidth * bandwidth_km
    rings = int(np.ceil(3 * width / area.spacing_km))
    near, weight = _evidence_near(area, nodes, rings)
    centroids = area.centroids[near]
    start = area.points[nodes]
    at = _climbed(start, centroids, weight, width)
    kept = km_between(at, start) <= params.farthest_spacings * area.spacing_km
    return np.asarray(np.where(kept[:, None], at, start))


def toward_evidence(
    at: Vectors, points: Vectors, weights: Floats, width_km: float, farthest_km: float, least: float
) -> Vectors:
    """Return places moved onto the crest of evidence around them; those with too little around them stay.

    Parameters
    ----------
    at : Vectors, (n, 3)
    points : Vectors, (m, 3)
        Where the evidence lies.
    weights : Floats, (m,)
    width_km : float, km
        Standard deviation of the kernel.
    farthest_km : float, km
        A place that would move farther stays.
    least : float
        A place with less weight around it stays.
    """
    if not len(at) or not len(points):
        return at
    reach = chord(farthest_km + 2 * width_km)
    pairs = cKDTree(at).sparse_distance_matrix(cKDTree(points), reach, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
    near, weight = _padded(pairs["i"], pairs["j"], weights, len(at))
    moved = _climbed(at, points[near], weight, width_km)
    kept = (km_between(moved, at) <= farthest_km) & (weight.sum(axis=1) >= least)
    return np.asarray(np.where(kept[:, None], moved, at))


def _climbed(at: Vectors, evidence: Vectors, weight: Floats, width_km: float) -> Vectors:
    """Return places after mean shifts over the evidence near each, (n, k, 3), until they are still."""
    for _ in range(_ROUNDS):
        step = _step(at, evidence, weight, width_km)
        at = normalised(at + step)
        if np.abs(step).max(initial=0.0) * EARTH_KM < _STILL_KM:
            break
    return at


def held_to_side(area: Domain, nodes: Vectors, params: RefinementParams) -> Vectors:
    """Return nodes with those on the wrong side of the coast moved just across it, where it is near.

    A node moves toward the nearest cell centre on its side, no farther than ``farthest_ashore_spacings``, and stops at
    the first of 16 steps that is on its side.
    """
    held = nodes.copy()
    wrong = np.flatnonzero(~on_side(nodes, area.mode))
    if not wrong.size:
        return held
    harbours = area.points[on_side(area.points, area.mode)]
    if not len(harbours):
        return held
    straight, nearest = map(np.asarray, cKDTree(harbours).query(nodes[wrong]))
    reached = straight <= chord(params.farthest_ashore_spacings * area.spacing_km)
    wrong, goal = wrong[reached], harbours[nearest[reached]]
    for through in _WAYPOINTS[::-1]:
        there = normalised((1 - through) * nodes[wrong] + through * goal)
        fits = on_side(there, area.mode)
        held[wrong[fits]] = there[fits]
    return held


def on_side(points: Vectors, mode: Mode) -> NDArray[np.bool_]:
    """Tell for each point whether ``mode`` can be there, by the land mask of one arc-minute."""
    places = lonlat(points)
    on_land = is_land(places[:, 0], places[:, 1])
    return on_land if mode == "land" else ~on_land


def _evidence_near(area: Domain, nodes: NDArray[np.int64], rings: int) -> tuple[NDArray[np.int64], Floats]:
    """Return for each node the rows and weights of the cells around it, as arrays padded with weight 0."""
    owner, around, _ = hexes.disks(area.cells[nodes], rings)
    rows, there = rows_of(area.cells, around)
    there &= area.weights[rows] > 0
    owner, rows = owner[there], rows[there]
    return _padded(owner, rows, area.weights, len(nodes))


def _padded(owner: NDArray[np.int64], rows: NDArray[np.int64], weights: Floats, size: int) -> tuple[Rows, Floats]:
    """Return the rows of each owner, owners in order, and their weights, as arrays padded with weight 0."""
    number = np.bincount(owner, minlength=size)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(number) - number, number)
    near = np.zeros((size, max(int(number.max(initial=0)), 1)), dtype=np.int64)
    weight = np.zeros(near.shape)
    near[owner, place] = rows
    weight[owner, place] = weights[rows]
    return near, weight


def _step(at: Vectors, centroids: Vectors, weight: Floats, width: float) -> Vectors:
    """Return one mean shift of each node, along the direction in which the density curves most."""
    pole = np.where(np.abs(at[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = normalised(np.cross(pole, at))
    north = np.cross(at, east)
    across = np.einsum("nkc,nc->nk", centroids, east) * EARTH_KM / width
    up = np.einsum("nkc,nc->nk", centroids, north) * EARTH_KM / width
    kernel = weight * np.exp(-0.5 * (across**2 + up**2))
    total = np.maximum(kernel.sum(axis=1), 1e-12)
    mean = np.stack([(kernel * across).sum(axis=1), (kernel * up).sum(axis=1)], axis=1) / total[:, None]
    curve = np.empty((len(at), 2, 2))
    curve[:, 0, 0] = (kernel * across**2).sum(axis=1) / total - 1 - mean[:, 0] ** 2
    curve[:, 1, 1] = (kernel * up**2).sum(axis=1) / total - 1 - mean[:, 1] ** 2
    curve[:, 0, 1] = curve[:, 1, 0] = (kernel * across * up).sum(axis=1) / total - mean[:, 0] * mean[:, 1]
    sharpest = np.linalg.eigh(curve)[1][:, :, 0]
    shift = (mean * sharpest).sum(axis=1, keepdims=True) * sharpest * width / EARTH_KM
    return np.asarray(shift[:, :1] * east + shift[:, 1:] * north)
