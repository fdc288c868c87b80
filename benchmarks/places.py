"""Country of a point, and the distance to the coast, against the plain ways: ``geopandas.sjoin`` and one k-d tree."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import geopandas as gpd
import numpy as np

from geodata.places.lookup import countries_at
from geodata.spatial.coastline import REFERENCE, Floats, km_to_coast, nearest_coast_point

ROUNDS = 3
REGIONS = {"around the Mediterranean": (-18, 40, 5, 50), "over the world": (-180, 180, -90, 90)}
Look = Callable[[Floats, Floats], object]


def measure(points: int = 2_000_000, near: int = 200_000) -> str:
    """Return a line for each look-up and region: points/s of both ways, and the median of their ratios.

    The same random points are asked of both, in turn; the tree of coast points, the slowest way, gets the first
    ``near`` of them.
    """
    polygons = gpd.read_parquet(REFERENCE / "countries_10m.parquet").dropna(subset="iso3")

    def joined(lon: Floats, lat: Floats) -> object:
        return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326).sjoin(polygons, how="left")

    lines = []
    for name, (west, east, south, north) in REGIONS.items():
        random = np.random.default_rng(1)
        lon, lat = random.uniform(west, east, points), random.uniform(south, north, points)
        lines.append(
            f"country of {points:,} points {name}: " + _compared(countries_at, joined, lon, lat, points, "sjoin")
        )
        lines.append(
            f"distance to the coast of {points:,} points {name}: "
            + _compared(km_to_coast, nearest_coast_point, lon, lat, near, "the tree of coast points")
        )
    return "\n".join(lines)


def _compared(ours: Look, plain: Look, lon: Floats, lat: Floats, asked: int, peer: str) -> str:
    ours(lon[:1000], lat[:1000])
    plain(lon[:1000], lat[:1000])
    own, other = [], []
    for _ in range(ROUNDS):
        own.append(len(lon) / _seconds(ours, lon, lat))
        other.append(asked / _seconds(plain, lon[:asked], lat[:asked]))
    ratio = median(fast / slow for fast, slow in zip(own, other, strict=True))
    return f"{median(own):,.0f} points/s; {peer} {median(other):,.0f} points/s; {ratio:.1f} times {peer}"


def _seconds(look: Look, lon: Floats, lat: Floats) -> float:
    start = perf_counter()
    look(lon, lat)
    return perf_counter() - start
