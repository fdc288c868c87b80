"""Peer: an elastic principal tree (ElPiGraph, Albergante et al. 2020) through each cluster of incidents.

A tree fits whatever it is given, clutter too; so it gets what DBSCAN keeps, and one node for each 30 km box in use.
"""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np

from benchmarks.corridors.clusters import clustered, sample
from benchmarks.corridors.planes import Plane
from benchmarks.corridors.skeletons import PART_KM, chains
from benchmarks.corridors.worlds import World
from routes.core.geodesy import Floats, Vectors

REACHES_KM = (40.0,)
LARGEST_SAMPLE = 3_000
FEWEST_PLACES = 20
MOST_NODES = 40
NODE_KM = 30.0


def elastic_trees(world: World, reach_km: float) -> list[Vectors]:
    """Return an elastic tree through each cluster that is long enough.

    Parameters
    ----------
    reach_km : float, km
        DBSCAN's eps.
    """
    places = sample(world, LARGEST_SAMPLE)
    plane = Plane.around(places)
    cluster = clustered(places, reach_km)
    lines: list[Vectors] = []
    for number in range(cluster.max() + 1):
        flat = plane.flat(places[cluster == number])
        if len(flat) >= FEWEST_PLACES and np.ptp(flat, axis=0).max() >= PART_KM:
            lines += [plane.sphere(branch) for branch in _tree(flat)]
    return lines


def _tree(flat: Floats) -> list[Floats]:
    """Return the branches of the tree through places of a plane."""
    from elpigraph import computeElasticPrincipalTree

    boxes = len(np.unique(np.floor(flat / NODE_KM), axis=0))
    nodes = int(np.clip(boxes, 5, MOST_NODES))
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        tree = computeElasticPrincipalTree(flat, nodes, Do_PCA=False, CenterData=True, verbose=False)[0]
    return [tree["NodePositions"][chain] for chain in chains(np.asarray(tree["Edges"][0], dtype=np.int64))]
