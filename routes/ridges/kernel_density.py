"""DENSITY, CLUTTER and MASK: where incidents are denser than the unrelated reports around them.

Sources: heat kernel on a graph as a density estimate that respects barriers (Barnett et al., as reflected diffusion);
Otsu (1979) for the threshold, bounded by the clutter level; hysteresis as in Canny (1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import gammainc

from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Floats, Mask
from routes.core.params import DensityParams
from routes.indexing.cell_graph import Domain, rows_of

_STEP = 0.6
_CLUTTER_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Density:
    """A kernel estimate over a domain.

    Attributes
    ----------
    counts : Floats, (n,)
        Effective number of incidents within a Gaussian around each cell, Poisson-like.
    steps : int
        Steps of heat by which it was spread.
    width_km : float, km
        Standard deviation of the Gaussian.
    """

    counts: Floats
    steps: int
    width_km: float


def kernel_density(area: Domain, params: DensityParams, steps: int | None = None) -> Density:
    """Return the density of a domain's evidence.

    Parameters
    ----------
    area : Domain
    params : DensityParams
    steps : int, optional
        How far to spread it; None takes the least at which the median incident has ``enough_in_kernel`` others in its
        kernel.
    """
    degree = np.asarray(area.neighbours.sum(axis=1)).ravel()
    heat = area.weights
    done, last = 0, steps or params.most_steps
    while done < last:
        heat = heat + _STEP / 6 * (area.neighbours @ heat - degree * heat)
        done += 1
        if (
            steps is None
            and done >= params.fewest_steps
            and _median(area.weights, _effective(area, heat, done)) >= params.enough_in_kernel
        ):
            break
    return Density(_effective(area, heat, done), done, _width_km(area, done))


def _width_km(area: Domain, steps: int) -> float:
    return float(area.spacing_km * np.sqrt(_STEP * steps / 2))


def _effective(area: Domain, heat: Floats, steps: int) -> Floats:
    return np.asarray(heat * 4 * np.pi * _width_km(area, steps) ** 2 / area.cell_km2)


def _median(weights: Floats, counts: Floats) -> float:
    """Return the count around the median incident."""
    weights, counts = weights[weights > 0], counts[weights > 0]
    order = np.argsort(counts, kind="stable")
    through = np.cumsum(weights[order])
    return float(counts[order][np.searchsorted(through, through[-1] / 2)])


def clutter(area: Domain, density: Floats, params: DensityParams) -> Floats:
    """Return the level of unrelated reports around each cell: a mean over a wide neighbourhood without what is dense.

    The neighbourhood is the ancestor ``clutter_levels_up`` resolutions up and the cells around it.
    """
    coarse = hexes.parents(area.cells, max(area.resolution - params.clutter_levels_up, 0))
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
        quieter = density <= np.maximum(params.quiet * level, level + 2 * np.sqrt(level) + 0.5)
        if (quieter == quiet).all():
            break
        quiet = quieter
    return np.maximum(level, 1e-4)


def dense(area: Domain, density: Floats, level: Floats, params: DensityParams) -> Mask:
    """Return the cells that stand out of the clutter, kept only where some cell near them does so beyond doubt."""
    lively = density[density > 0.5]
    if not lively.size:
        return np.zeros(len(density), dtype=bool)
    least, most = params.least_above_clutter * level, params.most_above_clutter * level
    threshold = np.clip(_otsu(np.log(lively)), least, most)
    chance = gammainc(np.maximum(density, 1e-6), level)
    possible = (density >= threshold) & (density >= params.least_density) & (chance < params.possible)
    return _holding(area.neighbours, possible, possible & (chance < params.certain))


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
