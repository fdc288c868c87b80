"""DOMAIN: the cells in which a mode can move, around those where incidents were reported, and who neighbours whom.

A density that spreads on this graph cannot leak through a cape or over a strait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geodata import hexes
from geodata.coast import is_land
from geodata.hexes import Cells
from geodata.incident import Mode
from routes.cube import Counts
from routes.sphere import EARTH_KM, Floats, Vectors, km_between, unit_vectors

PADDING_RINGS = 6
REFERENCE_RESOLUTION = 5
"""Lengths are stated for this one, and scale with the spacing of the cells."""
_BEARINGS = np.radians(np.arange(0, 360, 60))


@dataclass(frozen=True, slots=True)
class Domain:
    """The hex graph of one mode.

    Attributes
    ----------
    cells : Cells, (n,)
        Ordered.
    points : Vectors, (n, 3)
        Their centres.
    weights : Floats, (n,)
        Evidence, 0 where no incident was reported.
    centroids : Vectors, (n, 3)
        Mean place of the incidents; the centre where there are none.
    neighbours : csr_array, (n, n)
        1 between adjacent cells.
    km : csr_array, (n, n)
        Distance between the centres of adjacent cells, km.
    resolution : int
    """

    cells: Cells
    points: Vectors
    weights: Floats
    centroids: Vectors
    neighbours: csr_array
    km: csr_array
    resolution: int

    @property
    def spacing_km(self) -> float:
        """Mean distance between neighbouring centres, km."""
        return float(hexes.SPACING_KM[self.resolution])

    @property
    def cell_km2(self) -> float:
        """Mean area of a cell, km2."""
        return self.spacing_km**2 * 3**0.5 / 2


def domain(counted: Counts, mode: Mode, resolution: int) -> Domain:
    """Return the graph of cells within ``PADDING_RINGS`` of evidence where ``mode`` can move.

    Occupied cells are always in it: a body ashore still speaks of the sea.
    """
    cells = _widened(counted.cells, PADDING_RINGS)
    lon, lat = hexes.centres(cells)
    share = _land_share(lon, lat, 0.45 * float(hexes.SPACING_KM[resolution]))
    passable = share >= 0.5 if mode == "land" else share <= 0.5
    kept = passable | rows_of(counted.cells, cells)[1]
    cells, lon, lat = cells[kept], lon[kept], lat[kept]
    points = unit_vectors(lon, lat)
    weights = np.zeros(len(cells))
    centroids = points.copy()
    at = np.searchsorted(cells, counted.cells)
    weights[at] = counted.weights
    centroids[at] = counted.centroids
    neighbours = _adjacency(cells)
    return Domain(cells, points, weights, centroids, neighbours, _distances(neighbours, points), resolution)


def rows_of(cells: Cells, wanted: Cells) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the row of each wanted cell among ordered ``cells``, and whether it is there."""
    rows = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return rows, cells[rows] == wanted


def cheapened(km: csr_array, density: Floats) -> csr_array:
    """Return what ways cost: their length divided by one more than the density along them."""
    rows = np.repeat(np.arange(km.shape[0]), np.diff(km.indptr))
    along = (density[rows] + density[km.indices]) / 2
    return csr_array((km.data / (1 + along), km.indices, km.indptr), shape=km.shape)


def _widened(cells: Cells, rings: int) -> Cells:
    """Return the cells within some rings of others, ring by ring, so that none is looked at more than a few times."""
    every = edge = hexes.distinct(cells)
    for _ in range(rings):
        around = hexes.distinct(hexes.disks(edge, 1)[1])
        edge = around[~rows_of(every, around)[1]]
        every = hexes.distinct(np.concatenate([every, edge]))
    return every


def _land_share(lon: Floats, lat: Floats, radius_km: float) -> Floats:
    """Return the share of seven samples of each cell that lie on land."""
    radius = np.degrees(radius_km / EARTH_KM)
    votes = is_land(lon, lat).astype(float)
    for bearing in _BEARINGS:
        up = np.clip(lat + radius * np.cos(bearing), -90, 90)
        across = lon + radius * np.sin(bearing) / np.maximum(np.cos(np.radians(lat)), 0.02)
        votes += is_land((across + 180) % 360 - 180, up)
    return votes / (1 + len(_BEARINGS))


def _adjacency(cells: Cells) -> csr_array:
    owner, around, steps = hexes.disks(cells, 1)
    rows, there = rows_of(cells, around)
    link = there & (steps == 1)
    graph = csr_array((np.ones(link.sum()), (owner[link], rows[link])), shape=(len(cells), len(cells)))
    graph.sort_indices()
    return graph


def _distances(neighbours: csr_array, points: Vectors) -> csr_array:
    rows = np.repeat(np.arange(len(points)), np.diff(neighbours.indptr))
    km = km_between(points[rows], points[neighbours.indices])
    return csr_array((km, neighbours.indices, neighbours.indptr), shape=neighbours.shape)
