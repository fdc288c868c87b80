"""Peer: DBSCAN, and through each cluster a line of medians along its main axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN

from benchmarks.corridors.worlds import World
from routes.core.geodesy import EARTH_KM, Vectors, chord, normalised, unit_vectors

REACHES_KM = 15.0, 25.0, 40.0
LEAST_NEIGHBOURS = 10
LARGEST_SAMPLE = 60_000
LEAST_KM = 80.0
BIN_KM = 40.0


def clustered(places: Vectors, reach_km: float, least: int = LEAST_NEIGHBOURS) -> NDArray[np.int64]:
    """Return the cluster of each place, -1 for none."""
    found = DBSCAN(eps=chord(reach_km), min_samples=least, algorithm="kd_tree").fit_predict(places)
    return np.asarray(found, dtype=np.int64)


def sample(world: World, largest: int) -> Vectors:
    """Return the places of a world's incidents, or of ``largest`` of them."""
    places = unit_vectors(world.incidents["lon"].to_numpy(), world.incidents["lat"].to_numpy())
    if len(places) <= largest:
        return places
    return places[np.random.default_rng(0).choice(len(places), largest, replace=False)]


def axes_of_clusters(world: World, reach_km: float) -> list[Vectors]:
    """Return a line along each cluster that is long enough.

    Parameters
    ----------
    reach_km : float, km
        DBSCAN's eps.
    """
    places = sample(world, LARGEST_SAMPLE)
    cluster = clustered(places, reach_km)
    lines = [_axis(places[cluster == number]) for number in range(cluster.max() + 1)]
    return [line for line in lines if len(line) > 1]


def _axis(places: Vectors) -> Vectors:
    """Return medians of a cluster, one each 40 km along its main axis; none if it is short."""
    centred = places - places.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along = centred @ axis * EARTH_KM
    if np.ptp(along) < LEAST_KM:
        return places[:0]
    bins = ((along - along.min()) / BIN_KM).astype(np.int64)
    return normalised(np.array([np.median(places[bins == number], axis=0) for number in np.unique(bins)]))
