"""DOMAIN: the cells in which a mode can move, around those where incidents were reported, and who neighbours whom.

A density that spreads on this graph cannot leak through a cape or over a strait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from geodata.model.incident import Mode
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land
from geodata.spatial.h3_cells import Cells
from routes.core.geodesy import EARTH_KM, Floats, Mask, Rows, Vectors, km_between, unit_vectors
from routes.indexing.cell_day_cube import Counts

PADDING_RINGS = 6
REFERENCE_RESOLUTION = 5
"""Lengths are stated for this one, and scale with the spacing of the cells."""
_BEARINGS = np.radians(np.arange(0, 360, 60))


@dataclass(frozen=True, slots=True)
class Domain:
    """The hex graph of one mode.

    Attributes
    ----------
    mode : str
        land or sea: which cells can be passed.
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

    mode: Mode
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


@dataclass(frozen=True, eq=False)
class Ground:
    """The cells around evidence, whether they can be passed or not, so that a window is cut from them at once.

    Attributes
    ----------
    cells : Cells, (n,)
        Ordered.
    points : Vectors, (n, 3)
        Their centres.
    land : Floats, (n,)
        Share of each that is land.
    km : csr_array, (n, n)
        Distance between the centres of adjacent cells, km.
    resolution : int
    occupied : int
        Number of the cells around which they lie.
    """

    cells: Cells
    points: Vectors
    land: Floats
    km: csr_array
    resolution: int
    occupied: int

    def domain(self, counted: Counts, mode: Mode) -> Domain:
        """Return the graph of cells within ``PADDING_RINGS`` of evidence where ``mode`` can move.

        Occupied cells are always in it: a body ashore still speaks of the sea.

        Parameters
        ----------
        counted : Counts
            In some or all of the cells around which this ground lies.
        mode : str
            land or sea.
        """
        at, _ = rows_of(self.cells, counted.cells)
        kept = self.land >= 0.5 if mode == "land" else self.land <= 0.5
        if len(at) < self.occupied:
            kept &= self._near(at)
        kept[at] = True
        row = np.cumsum(kept) - 1
        km = _part(self.km, kept, row)
        points = self.points[kept]
        weights = np.zeros(len(points))
        centroids = points.copy()
        weights[row[at]] = counted.weights
        centroids[row[at]] = counted.centroids
        neighbours = csr_array((np.ones(len(km.data)), km.indices, km.indptr), shape=km.shape)
        return Domain(mode, self.cells[kept], points, weights, centroids, neighbours, km, self.resolution)

    def _near(self, at: Rows) -> Mask:
        """Tell which cells lie within ``PADDING_RINGS`` of some of them."""
        near = np.zeros(len(self.cells))
        near[at] = 1.0
        for _ in range(PADDING_RINGS):
            near = ((near + self.km @ near) > 0).astype(float)
        return np.asarray(near > 0)


def ground(cells: Cells, resolution: int) -> Ground:
    """Return the ground around ordered cells of one resolution."""
    every = _widened(cells, PADDING_RINGS)
    lon, lat = hexes.centres(every)
    share = _land_share(lon, lat, 0.45 * float(hexes.SPACING_KM[resolution]))
    points = unit_vectors(lon, lat)
    return Ground(every, points, share, _distances(every, points), resolution, len(cells))


def domain(counted: Counts, mode: Mode, resolution: int) -> Domain:
    """Return the graph of one mode around some evidence; as ``Ground.domain``."""
    return ground(counted.cells, resolution).domain(counted, mode)


def rows_of(cells: Cells, wanted: Cells) -> tuple[Rows, Mask]:
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


def _distances(cells: Cells, points: Vectors) -> csr_array:
    """Return the distance between the centres of adjacent cells, km."""
    owner, around, steps = hexes.disks(cells, 1)
    rows, there = rows_of(cells, around)
    link = there & (steps == 1)
    owner, rows = owner[link].astype(np.int32), rows[link].astype(np.int32)
    graph = csr_array((km_between(points[owner], points[rows]), (owner, rows)), shape=(len(cells), len(cells)))
    graph.sort_indices()
    return graph


def _part(graph: csr_array, kept: Mask, row: Rows) -> csr_array:
    """Return the graph of the kept nodes; ``row`` is their new number."""
    owner = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    inside = kept[owner] & kept[graph.indices]
    size = int(kept.sum())
    number = np.bincount(row[owner[inside]], minlength=size)
    indptr = np.concatenate([[0], np.cumsum(number)]).astype(np.int32)
    return csr_array((graph.data[inside], row[graph.indices[inside]].astype(np.int32), indptr), shape=(size, size))
