"""Peer with an oracle: MovingPandas' flows, given for free the trips that incidents do not tell.

The truth says which incidents belong to which corridor, and in which order they lie along it: an upper bound for
methods that need trajectories, not something that can be had.
"""

from __future__ import annotations

import warnings
from datetime import timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl

from benchmarks.corridors.planes import Plane
from benchmarks.corridors.worlds import FIRST_DAY, World
from routes.core.geodesy import Vectors, unit_vectors

CLUSTERS_KM = (100.0,)
STEP_KM = 50.0
LEAST_DISTANCE_SHARE = 0.5


def oracle_flows(world: World, cluster_km: float) -> list[Vectors]:
    """Return the flows between clusters of the trips' significant points.

    Parameters
    ----------
    cluster_km : float, km
        MovingPandas' greatest distance between significant points, which is also the size of its clusters.
    """
    import movingpandas

    known = world.incidents.filter(pl.col("corridor") >= 0).sort("corridor", "along_km")
    plane = Plane.around(unit_vectors(known["lon"].to_numpy(), known["lat"].to_numpy()))
    points = _trips(known, plane)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trips = movingpandas.TrajectoryCollection(points, "trip", t="time")
        flows = movingpandas.TrajectoryCollectionAggregator(
            trips, cluster_km, cluster_km * LEAST_DISTANCE_SHARE, timedelta(days=100)
        ).get_flows_gdf()
    ends = {tuple(sorted(map(tuple, np.asarray(flow.coords)[[0, -1]]))) for flow in flows.geometry}
    return [plane.sphere(np.array(pair)) for pair in sorted(ends)]


def _trips(known: pl.DataFrame, plane: Plane) -> gpd.GeoDataFrame:
    """Return incidents as trips, each from end to end of a corridor with a stop about each 50 km."""
    flat = plane.flat(unit_vectors(known["lon"].to_numpy(), known["lat"].to_numpy()))
    rank = known.select(pl.int_range(pl.len()).over("corridor")).to_series()
    stops = known.select((pl.col("along_km").max() / STEP_KM).clip(2).ceil().over("corridor")).to_series()
    trips = known.select((pl.len().over("corridor") / stops).ceil().clip(1)).to_series().cast(pl.Int64)
    hours = pd.to_timedelta((rank // trips).to_numpy(), unit="h")
    names = (known["corridor"] * 1_000_000 + rank % trips).to_numpy()
    table = {"trip": names, "time": pd.Timestamp(FIRST_DAY.replace(tzinfo=None)) + hours}
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*flat.T), crs=plane.definition)
