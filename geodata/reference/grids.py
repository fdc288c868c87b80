"""Grids that answer most look-ups of places at once: one country per cell, and the nearest coast per grid point.

Both are derived from the files that answer exactly, and say where those have to be asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from geodata.places.lookup import CELLS_PER_DEGREE, MIXED, countries_by_polygons
from geodata.spatial.coastline import (
    COAST_GRID_PER_DEGREE,
    EXACT_KM,
    Floats,
    km_to_nearest_of,
    nearest_coast_point,
    unit_vectors,
)

MARGIN_DEGREES = 1e-7
"""Cells that a boundary misses by less are taken for touched: floating point may put a point into either of them."""
DOUBT_KM = 0.1
"""Where the nearest coast of the grid points misses the true distance by more, the grid is not trusted."""


def country_grid(polygons: Any) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Return the country of every cell that no boundary touches.

    Parameters
    ----------
    polygons : array of shapely geometries
        The countries, whole.

    Returns
    -------
    cells : array, shape (180, 360) times ``CELLS_PER_DEGREE``
        South up, west left: an index of ``codes``, or ``MIXED``.
    codes : array of str
        Alpha-3, "" at sea.

    Notes
    -----
    Cells that no boundary touches and that hang together lie in the same country, so that one exact answer for each
    such component is the answer for all of its points.
    """
    mixed = touched(polygons, CELLS_PER_DEGREE)
    component, count = ndimage.label(~mixed)
    first = np.full(count + 1, mixed.size, np.int64)
    np.minimum.at(first, component.ravel(), np.arange(mixed.size))
    row, column = np.divmod(first[1:], mixed.shape[1])
    found = countries_by_polygons((column + 0.5) / CELLS_PER_DEGREE - 180, (row + 0.5) / CELLS_PER_DEGREE - 90)
    codes, index = np.unique([code or "" for code in found], return_inverse=True)
    if len(codes) >= MIXED:
        message = f"{len(codes)} countries do not fit into one byte"
        raise ValueError(message)
    return np.concatenate([[MIXED], index]).astype(np.uint8)[component], codes


def touched(polygons: Any, per_degree: int) -> NDArray[np.bool_]:
    """Return the cells of the world, south up, that a boundary of the polygons touches: an exact supercover."""
    start, end = _segments(polygons, per_degree)
    margin = MARGIN_DEGREES * per_degree
    segment, row = _spread(np.floor(start[:, 1] - margin), np.floor(end[:, 1] + margin))
    run, rise = (end - start)[segment].T
    steep = rise > 2 * margin
    height = np.where(steep, rise, 1.0)
    enters = np.where(steep, np.clip((row - margin - start[segment, 1]) / height, 0, 1), 0)
    leaves = np.where(steep, np.clip((row + 1 + margin - start[segment, 1]) / height, 0, 1), 1)
    ends = start[segment, 0] + np.stack([enters, leaves]) * run
    piece, column = _spread(np.floor(ends.min(axis=0) - margin), np.floor(ends.max(axis=0) + margin))
    cells = np.zeros((180 * per_degree, 360 * per_degree), bool)
    cells[np.clip(row[piece], 0, len(cells) - 1), column % cells.shape[1]] = True
    return cells


def _segments(polygons: Any, per_degree: int) -> tuple[Floats, Floats]:
    """Return both ends of every boundary segment, in cells from the south-western corner, the southern end first."""
    rings = shapely.get_parts(shapely.boundary(polygons))
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    together = ring[1:] == ring[:-1]
    place = (lonlat + np.array([180.0, 90.0])) * per_degree
    ends = np.stack([place[:-1][together], place[1:][together]])
    order = np.argsort(ends[:, :, 1], axis=0)
    south, north = np.take_along_axis(ends, order[:, :, None], axis=0)
    return south, north


def _spread(low: Floats, high: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every whole number from ``low`` to ``high`` of each pair, with the pair's index."""
    count = (high - low + 1).astype(np.int64)
    pair = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    return pair, low[pair].astype(np.int64) + within


def coast_grid() -> NDArray[np.int32]:
    """Return for each grid point the nearest row of ``coast_10m.parquet``; -1 where the exact way has to be asked.

    Rows from south to north, columns from west; ``COAST_GRID_PER_DEGREE`` to the degree. A cell whose four corners
    are all known gives distances by the nearest of their four coast points. Not known are grid points that the coast
    is near, so near that a point within ``EXACT_KM`` may lie in one of their cells, and the south-western corners of
    cells in whose middle or on whose edges that distance misses the true one by more than ``DOUBT_KM``.
    """
    per_degree = COAST_GRID_PER_DEGREE
    lon, lat = np.arange(360 * per_degree) / per_degree - 180, np.arange(180 * per_degree + 1) / per_degree - 90
    found = [nearest_coast_point(lon, np.full(len(lon), up)) for up in lat]
    km, nearest = (np.stack(part) for part in zip(*found, strict=True))
    grid = nearest.astype(np.int32)
    half_cell_km = 111.2 / per_degree * np.sqrt(0.5)
    near = km <= EXACT_KM + half_cell_km + 0.1
    for row in range(len(lat) - 1):
        grid[row, _doubtful(lon, lat[row], nearest[row : row + 2], near[row : row + 2])] = -1
    grid[near] = -1
    return grid


def _doubtful(lon: Floats, lat: float, nearest: NDArray[np.int64], near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the columns of one row of cells where the corners' coast points do not give the distance well enough."""
    after = np.roll(np.arange(len(lon)), -1)
    known = np.flatnonzero(~(near[0] | near[1] | near[0, after] | near[1, after]))
    corners = np.stack([nearest[0], nearest[1], nearest[0, after], nearest[1, after]])[:, known]
    known, corners = (part[..., (corners != corners[0]).any(axis=0)] for part in (known, corners))
    worst = np.zeros(len(known))
    for across, up in ((0.5, 0.5), (0.5, 0.0), (0.5, 1.0), (0.0, 0.5), (1.0, 0.5)):
        here = lon[known] + across / COAST_GRID_PER_DEGREE, np.full(len(known), lat + up / COAST_GRID_PER_DEGREE)
        true, _ = nearest_coast_point(*here)
        worst = np.maximum(worst, km_to_nearest_of(corners, unit_vectors(*here)) - true)
    return known[worst > DOUBT_KM]
