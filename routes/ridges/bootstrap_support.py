"""SUPPORT: how often a line comes back when the evidence is drawn again.

Each replicate draws the evidence of every cell anew from a Poisson distribution around what was counted and goes the
whole way from density to bridges. The support of a place is the share of replicates with a line near it. The draws
depend on the seed and the order of cells alone.

Source: Hanley & MacGibbon (2006), Creating non-parametric bootstrap samples using Poisson frequencies.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Floats, Vectors, chord, normalised
from routes.core.params import RidgeParams
from routes.indexing.cell_graph import REFERENCE_RESOLUTION, Domain
from routes.ridges.ridge_pipeline import RidgeGraph, Scale, ridge_graph

REPLICATES = 30
SEED = 20_261_124


def support_at(area: Domain, steps: int, points: Vectors, scale: Scale, params: RidgeParams, replicates: int) -> Floats:
    """Return the share of replicates with a line within ``near_km`` of each point; that of resolution 5, scaled.

    Parameters
    ----------
    area : Domain
        With the evidence as counted.
    steps : int
        Of heat, as the lines were found with.
    points : Vectors, (n, 3)
    scale : Scale
    params : RidgeParams
    replicates : int
    """
    random = np.random.default_rng(SEED)
    near = chord(params.support.near_km * area.spacing_km / float(hexes.SPACING_KM[REFERENCE_RESOLUTION]))
    hits = np.zeros(len(points))
    for _ in range(replicates):
        drawn = replace(area, weights=random.poisson(area.weights).astype(float))
        places = _places_of(area, ridge_graph(drawn, scale, params, steps))
        if len(places):
            hits += np.asarray(cKDTree(places).query(points, distance_upper_bound=near)[0]) <= near
    return hits / replicates


def _places_of(area: Domain, graph: RidgeGraph) -> Vectors:
    """Return the ends and middles of a graph's edges."""
    start, end = area.points[graph.edges[:, 0]], area.points[graph.edges[:, 1]]
    return np.concatenate([start, end, normalised(start + end)])
