"""H3 cells: the one file that converts between our lon, lat and the order that H3 takes (lat, lng).

Cells are ``uint64`` arrays. Source: Uber H3 4.x through ``h3ronpy`` (vectorised) and ``h3`` (outlines).
"""

from __future__ import annotations

from typing import Any

import h3.api.numpy_int as h3
import h3ronpy
import h3ronpy.vector as h3v
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.uint64]

EDGE_KM = (1281.256, 483.057, 182.513, 68.979, 26.072, 9.854, 3.725, 1.406, 0.531, 0.201)
"""Mean edge length in km by resolution 0..9, from the H3 documentation."""
SPACING_KM = tuple(round(edge * 3**0.5, 3) for edge in EDGE_KM)
"""Mean distance in km between the centres of neighbouring cells by resolution 0..9."""
FINEST = len(EDGE_KM) - 1


def cells_at(lon: Floats, lat: Floats, resolution: int) -> Cells:
    """Return the cell of each place. H3 wraps what is out of range: ``lon`` and ``lat`` must have been checked."""
    return _numpy(h3v.coordinates_to_cells(np.ascontiguousarray(lat), np.ascontiguousarray(lon), resolution))


def centres(cells: Cells) -> tuple[Floats, Floats]:
    """Return the lon and lat of each cell's centre."""
    columns = pa.record_batch(h3v.cells_to_coordinates(_arrow(cells)))
    return columns.column("lng").to_numpy(), columns.column("lat").to_numpy()


def parents(cells: Cells, resolution: int) -> Cells:
    """Return the ancestor of each cell at ``resolution``; a cell that is coarser already is returned as it is."""
    own = resolutions(cells)
    coarsened = cells.copy()
    finer = own > resolution
    if finer.any():
        coarsened[finer] = _numpy(h3ronpy.change_resolution(_arrow(cells[finer]), resolution))
    return coarsened


def children(cells: Cells, resolution: int) -> Cells:
    """Return the descendants of some cells at a finer ``resolution``, ordered."""
    return np.unique(_numpy(h3ronpy.change_resolution(_arrow(cells), resolution)))


def resolutions(cells: Cells) -> NDArray[np.uint8]:
    """Return the resolution of each cell: bits 52 to 55 of the index."""
    shifted: NDArray[np.uint64] = (cells >> np.uint64(52)) & np.uint64(15)
    return shifted.astype(np.uint8)


def disks(cells: Cells, rings: int) -> tuple[NDArray[np.int64], Cells, NDArray[np.int64]]:
    """Return, flattened, the cells within ``rings`` steps of each: index of the centre, cell, distance in steps."""
    batch = pa.record_batch(h3ronpy.grid_disk_distances(_arrow(cells), rings))
    around, steps = batch.column(0), batch.column(1)
    counts = np.diff(around.offsets.to_numpy())
    owner = np.repeat(np.arange(len(cells), dtype=np.int64), counts)
    return owner, around.flatten().to_numpy(), steps.flatten().to_numpy().astype(np.int64)


def distinct(cells: Cells) -> Cells:
    """Return each cell once, ordered. Sorting is many times quicker here than the hashing of ``numpy.unique``."""
    ordered = np.sort(cells, axis=None)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if ordered.size else ordered


def outline(cell: int) -> list[tuple[float, float]]:
    """Return the corners of one cell as (lon, lat), open, counter-clockwise; longitudes may jump across 180 degrees."""
    return [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]


def outlines(cells: Cells) -> tuple[Floats, NDArray[np.int64]]:
    """Return the corners of many cells: lon, lat one behind the other, and how many each has; else as ``outline``."""
    if not len(cells):
        return np.empty((0, 2)), np.empty(0, np.int64)
    shapes = shapely.from_wkb(pa.array(h3v.cells_to_wkb_polygons(_arrow(cells))).to_numpy(zero_copy_only=False))
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    closing = np.r_[owner[1:] != owner[:-1], True]  # A ring ends where it begins.
    return places[~closing], np.bincount(owner[~closing], minlength=len(cells))


def finest_resolution(precision_km: Floats) -> NDArray[np.int64]:
    """Return the finest resolution whose mean edge is no shorter than the precision: a hex never claims more."""
    shortest_first = np.array(EDGE_KM[::-1])
    finest: NDArray[np.int64] = np.maximum(FINEST - np.searchsorted(shortest_first, precision_km), 0)
    return finest


def names(cells: Cells) -> list[str]:
    """Return the usual hexadecimal name of each cell."""
    return [format(int(cell), "x") for cell in cells]


def _arrow(cells: Cells) -> pa.Array:
    return pa.array(cells, pa.uint64())


def _numpy(array: Any) -> Cells:
    values: Cells = pa.array(array).to_numpy(zero_copy_only=False)
    return values
