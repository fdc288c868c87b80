"""Where land ends: land or water at a point, and the distance to the nearest coast.

Source: Natural Earth 1:10m, as ``reference/land_1min.npz`` (a mask of one arc-minute), ``reference/coast_10m.parquet``
(points along every coast, at most 2.2 km apart) and ``reference/coast_grid.npz`` (which of them is the nearest, for
every tenth of a degree).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

REFERENCE = Path(__file__).parent.parent / "reference"
EARTH_KM = 6371.0088
COAST_GRID_PER_DEGREE = 10
EXACT_KM = 12.0
"""Nearer to the coast than this, the grid is never asked."""

_PER_DEGREE = 60
_AT_ONCE = 1 << 16

Floats = NDArray[np.float64]


def is_land(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Tell for each place, in degrees, whether it lies on land, to one arc-minute. Lakes inside a country are land."""
    bits = _mask()
    column = np.floor((np.asarray(lon) + 180) * _PER_DEGREE).astype(np.int64) % (360 * _PER_DEGREE)
    row = np.clip(np.floor((90 - np.asarray(lat)) * _PER_DEGREE).astype(np.int64), 0, len(bits) - 1)
    land: NDArray[np.bool_] = (bits[row, column >> 3] >> (7 - (column & 7))) & 1 == 1
    return land


def km_to_coast(lon: Floats, lat: Floats) -> Floats:
    """Return the distance of each place to the nearest coast, km, on land as at sea; good to about 1 km.

    Within ``EXACT_KM`` of the coast the nearest of all coast points is found (``nearest_coast_point``). Farther off the
    nearest of those four that are nearest to the corners of the place's cell in a grid of 0.1 degrees is taken: never
    too short by a metre, and too long by less than 0.1 km for all but one place in a thousand (a test holds both).
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    km = np.empty(len(lon))
    for start in range(0, len(lon), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        km[some] = _km_by_grid(lon[some], lat[some])
    unknown = np.flatnonzero(np.isnan(km))
    if unknown.size:
        # Neighbours are asked one after the other, which keeps the nodes of the tree in the cache.
        unknown = unknown[np.lexsort((lon[unknown], np.floor(lat[unknown] * COAST_GRID_PER_DEGREE)))]
        km[unknown], _ = nearest_coast_point(lon[unknown], lat[unknown])
    return km


def nearest_coast_point(lon: Floats, lat: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the distance of each place to the nearest of all coast points, km, and that point's row; the exact way."""
    chord, index = _coast().query(unit_vectors(lon, lat))
    return _km_of_chord(np.asarray(chord)), np.asarray(index)


def km_to_nearest_of(rows: NDArray[np.integer], place: Floats) -> Floats:
    """Return the distance to the nearest of some coast points, km.

    Parameters
    ----------
    rows : array, shape (k, n)
        Rows of ``coast_10m.parquet``, k for each place.
    place : array, shape (n, 3)
        Unit vectors.
    """
    points, place = _coast_vectors_to_a_metre(), place.astype(np.float32)
    squares = np.full(len(place), np.inf, np.float32)
    for some in rows:
        apart = points.take(some, axis=0)
        apart -= place
        np.minimum(squares, np.einsum("ij,ij->i", apart, apart), out=squares)
    return _km_of_chord(np.sqrt(squares.astype(float)))


def unit_vectors(lon: ArrayLike, lat: ArrayLike) -> Floats:
    """Return places as points on the unit sphere, shape (n, 3)."""
    across, up = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return np.stack([np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up)], axis=-1)


def _km_of_chord(chord: Floats) -> Floats:
    return 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))


def _km_by_grid(lon: Floats, lat: Floats) -> Floats:
    """Return the distance to the nearest of the coast points at the corners, NaN where one of them is not known."""
    corners = _coast_points_at_corners(lon, lat)
    known = (corners >= 0).all(axis=0)
    km = np.full(len(lon), np.nan)
    km[known] = km_to_nearest_of(corners[:, known], unit_vectors(lon[known], lat[known]))
    return km


def _coast_points_at_corners(lon: Floats, lat: Floats) -> NDArray[np.int32]:
    """Return rows of coast points at the four corners of each place's cell, shape (4, n); -1 where not known."""
    grid = _coast_grid()
    row = np.clip(np.floor((lat + 90) * COAST_GRID_PER_DEGREE).astype(np.int64), 0, len(grid) - 2)
    column = np.floor((lon + 180) * COAST_GRID_PER_DEGREE).astype(np.int64) % grid.shape[1]
    after = (column + 1) % grid.shape[1]
    return np.stack([grid[row, column], grid[row, after], grid[row + 1, column], grid[row + 1, after]])


@cache
def _mask() -> NDArray[np.uint8]:
    with np.load(REFERENCE / "land_1min.npz") as archive:
        bits: NDArray[np.uint8] = archive["bits"]
    return bits


@cache
def _coast() -> cKDTree:
    return cKDTree(_coast_vectors())


@cache
def _coast_vectors() -> Floats:
    points = pl.read_parquet(REFERENCE / "coast_10m.parquet")
    return unit_vectors(points["lon"].to_numpy(), points["lat"].to_numpy())


@cache
def _coast_vectors_to_a_metre() -> NDArray[np.float32]:
    return _coast_vectors().astype(np.float32)


@cache
def _coast_grid() -> NDArray[np.int32]:
    with np.load(REFERENCE / "coast_grid.npz") as archive:
        grid: NDArray[np.int32] = archive["nearest"]
    return grid
