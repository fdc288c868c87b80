"""Where land ends: land or water at a point, and the distance to the nearest coast.

Source: Natural Earth 1:10m, as ``reference/land_1min.npz`` (a mask of one arc-minute) and
``reference/coast_10m.parquet``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

REFERENCE = Path(__file__).parent / "reference"
EARTH_KM = 6371.0088
_PER_DEGREE = 60

Floats = NDArray[np.float64]


def is_land(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Tell for each place, in degrees, whether it lies on land, to one arc-minute. Lakes inside a country are land."""
    bits = _mask()
    column = np.floor((np.asarray(lon) + 180) * _PER_DEGREE).astype(np.int64) % (360 * _PER_DEGREE)
    row = np.clip(np.floor((90 - np.asarray(lat)) * _PER_DEGREE).astype(np.int64), 0, len(bits) - 1)
    land: NDArray[np.bool_] = (bits[row, column >> 3] >> (7 - (column & 7))) & 1 == 1
    return land


def km_to_coast(lon: Floats, lat: Floats) -> Floats:
    """Return the distance of each place to the nearest coast, km, on land as at sea; good to about 1 km."""
    chord, _ = _coast().query(unit_vectors(lon, lat))
    return 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1))


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Return places as points on the unit sphere, shape (n, 3)."""
    across, up = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return np.stack([np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up)], axis=-1)


@cache
def _mask() -> NDArray[np.uint8]:
    with np.load(REFERENCE / "land_1min.npz") as archive:
        bits: NDArray[np.uint8] = archive["bits"]
    return bits


@cache
def _coast() -> cKDTree:
    points = pl.read_parquet(REFERENCE / "coast_10m.parquet")
    return cKDTree(unit_vectors(points["lon"].to_numpy(), points["lat"].to_numpy()))
