"""DENSITY, CLUTTER and MASK: where incidents are denser than the unrelated reports around them.

Sources: heat kernel on a graph as a density estimate that respects barriers (Barnett et al., as reflected diffusion);
Otsu (1979) for the threshold, bounded by the clutter level; hysteresis as in Canny (1986).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import gammainc

from geodata import hexes
from routes.domain import Domain, rows_of
from routes.sphere import Floats

BANDWIDTHS_KM = (14.0, 20.0, 28.0)
"""Tried from the finest, at resolution 5; other resolutions scale with the spacing of their cells."""
ENOUGH_IN_KERNEL = 25.0
_REFERENCE_RESOLUTION = 5
_STEP = 0.6
_CLUTTER_ROUNDS = 8
_CLUTTER_LEVELS_UP = 4

Mask = NDArray[np.bool_]


def kernel_counts(area: Domain, bandwidth_km: float) -> Floats:
    """Return the effective number of incidents within a Gaussian of ``bandwidth_km`` around each cell, Poisson-like."""
    steps = max(round(2 * bandwidth_km**2 / (_STEP * area.spacing_km**2)), 1)
    degree = np.asarray(area.neighbours.sum(axis=1)).ravel()
    heat = area.weights.copy()
    for _ in range(steps):
        heat = heat + _STEP / 6 * (area.neighbours @ heat - degree * heat)
    return np.asarray(heat * 4 * np.pi * bandwidth_km**2 / area.cell_km2)


def bandwidth(area: Domain) -> float:
    """Return the smallest bandwidth, km, at which the median incident has ``ENOUGH_IN_KERNEL`` others in its kernel."""
    scale = area.spacing_km / float(hexes.SPACING_KM[_REFERENCE_RESOLUTION])
    for width in BANDWIDTHS_KM:
        density = kernel_counts(area, width * scale)
        order = np.argsort(density, kind="stable")
        through = np.cumsum(area.weights[order])
        median = density[order][np.searchsorted(through, through[-1] / 2)]
        if median >= ENOUGH_IN_KERNEL:
            return width * scale
    return BANDWIDTHS_KM[-1] * scale


def clutter(area: Domain, density: Floats) -> Floats:
    """Return the level of unrelated reports around each cell: a mean over a wide neighbourhood without what is dense.

    The neighbourhood is the ancestor four resolutions up and the cells around it.
    """
    coarse = hexes.parents(area.cells, max(area.resolution - _CLUTTER_LEVELS_UP, 0))
    regions, region = np.unique(coarse, return_inverse=True)
    owner, around, _ = hexes.disks(regions, 1)
    rows, there = rows_of(regions, around)
    near = csr_array((np.ones(there.sum()), (owner[there], rows[there])), shape=(len(regions), len(regions)))
    quiet = np.ones(len(density), dtype=bool)
    level = np.zeros(len(density))
    for _ in range(_CLUTTER_ROUNDS):
        number = np.bincount(region[quiet], minlength=len(regions))
        total = np.bincount(region[quiet], density[quiet], minlength=len(regions))
        level = ((near @ total + 1e-9) / np.maximum(near @ number, 1))[region]
        quieter = density <= np.maximum(2.5 * level, level + 2 * np.sqrt(level) + 0.5)
        if (quieter == quiet).all():
            break
        quiet = quieter
    return np.maximum(level, 1e-4)


def dense(area: Domain, density: Floats, level: Floats) -> Mask:
    """Return the cells that stand out of the clutter, kept only where some cell near them does so beyond doubt."""
    lively = density[density > 0.5]
    if not lively.size:
        return np.zeros(len(density), dtype=bool)
    threshold = np.clip(_otsu(np.log(lively)), 3 * level, 8 * level)
    chance = gammainc(np.maximum(density, 1e-6), level)
    possible = (density >= threshold) & (density >= 1.5) & (chance < 0.05)
    return _holding(area.neighbours, possible, possible & (chance < 1e-3))


def _otsu(logs: Floats) -> float:
    """Return the threshold, no longer a logarithm, that best parts the values in two (Otsu 1979)."""
    number, edges = np.histogram(logs, bins=256)
    middle = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(number), np.cumsum(number[::-1])[::-1]
    mean_below = np.cumsum(number * middle) / np.maximum(below, 1)
    mean_above = np.cumsum((number * middle)[::-1])[::-1] / np.maximum(above, 1)
    between = below[:-1] * above[1:] * (mean_below[:-1] - mean_above[1:]) ** 2
    return float(np.exp(middle[int(np.argmax(between))]))


def _holding(neighbours: csr_array, possible: Mask, certain: Mask) -> Mask:
    """Return the connected parts of ``possible`` that hold a certain cell."""
    rows = np.flatnonzero(possible)
    if not rows.size:
        return possible
    number, part = connected_components(neighbours[rows][:, rows], directed=False)
    holds = np.zeros(number, dtype=bool)
    holds[part[certain[rows]]] = True
    kept = np.zeros(len(possible), dtype=bool)
    kept[rows[holds[part]]] = True
    return kept
