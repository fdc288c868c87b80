"""Terrain: the cells of the world as a graph over which people move, by land and by sea.

Source: ``reference/terrain_r4.npz``, made by ``reference/landsea.py`` from Natural Earth 1:10m: H3 cells of resolution
4 between 56 S and 72 N, the share of land and the country of each, and the joins between neighbours and across corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, unit_vectors
from geodata.spatial.h3_cells import Cells

LAND_SHARE = 0.1
"""A cell with more land than this can be walked on; small islands are marked with a little more."""
SEA_SHARE = 0.9
JOIN_LAND = 0.62
BORDER_LAND = 0.93
"""Least share of land along a join within a country, and across a border: otherwise Gibraltar is a land bridge."""
WADE_LAND = 0.2
"""Least share along a join within a country that counts when a coast is walked in place of a sea crossing."""
JOIN_SEA = 0.3

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Joins:
    """Undirected joins between nodes, each once.

    Attributes
    ----------
    start, end : Rows, (m,)
    km : Floats, (m,), km
    land : Floats, (m,)
        Share of land along each.
    """

    start: Rows
    end: Rows
    km: Floats
    land: Floats

    def where(self, kept: NDArray[np.bool_]) -> Joins:
        """Return some of the joins."""
        return Joins(self.start[kept], self.end[kept], self.km[kept], self.land[kept])

    def graph(self, size: int, weight: Floats | None = None) -> csr_array:
        """Return the joins as a symmetric graph of ``size`` nodes, weighted by km if not otherwise."""
        value = self.km if weight is None else weight
        rows, columns = np.r_[self.start, self.end], np.r_[self.end, self.start]
        return csr_array((np.r_[value, value], (rows, columns)), shape=(size, size))


@dataclass(frozen=True, eq=False)
class Nodes:
    """Cells of one domain, in the order of their indices.

    Attributes
    ----------
    cells : Cells, (n,)
    points : Floats, (n, 3)
        Unit vectors of their centres.
    share : Floats, (n,)
        Of land.
    country : NDArray of int, (n,)
        Index into ``Terrain.codes``.
    """

    cells: Cells
    points: Floats
    share: Floats
    country: Rows

    @cached_property
    def tree(self) -> cKDTree:
        """Return the centres for look-ups of the nearest."""
        return cKDTree(self.points)

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.cells)

    def nearest(self, points: Floats) -> tuple[Floats, Rows]:
        """Return the distance, km, and row of the cell nearest to each point of shape (n, 3)."""
        chord, row = self.tree.query(points)
        return 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1)), np.asarray(row, np.int64)


@dataclass(frozen=True, eq=False)
class Terrain:
    """Land and sea as two graphs.

    Attributes
    ----------
    codes : array of str
        ISO 3166-1 alpha-3 by index of country; "" is none.
    land, sea : Nodes
    roads : Joins
        Between land nodes, over land.
    shores : Joins
        Also those along a coast that a person can follow: what a sea crossing is compared with.
    waters : Joins
        Between sea nodes.
    """

    codes: NDArray[np.str_]
    land: Nodes
    sea: Nodes
    roads: Joins
    shores: Joins
    waters: Joins

    @cached_property
    def index(self) -> dict[str, int]:
        """Return the index of each country."""
        return {str(code): number for number, code in enumerate(self.codes)}

    @cached_property
    def land_neighbours(self) -> frozenset[tuple[int, int]]:
        """Return the pairs of countries, both ways, that a road joins."""
        a, b = self.land.country[self.roads.start], self.land.country[self.roads.end]
        pairs = {(int(x), int(y)) for x, y in np.unique(np.column_stack([a, b])[a != b], axis=0)}
        return frozenset(pairs | {(y, x) for x, y in pairs})


@cache
def terrain() -> Terrain:
    """Return the terrain of the world."""
    with np.load(REFERENCE / "terrain_r4.npz") as archive:
        cells, codes = archive["cells"], archive["codes"]
        share = archive["share"] / 255.0
        country = archive["country"].astype(np.int64)
        start = np.repeat(np.arange(len(cells)), archive["joins"])
        end = archive["end"].astype(np.int64)
        along = archive["along"] / 13.0
    points = unit_vectors(*hexes.centres(cells))
    known = codes[country] != ""
    is_land, is_sea = (share > LAND_SHARE) & known, share < SEA_SHARE
    apart = np.linalg.norm(points[start] - points[end], axis=1)
    joins = Joins(start, end, 2 * EARTH_KM * np.arcsin(apart / 2), along)
    within = country[start] == country[end]
    on_land = is_land[start] & is_land[end]
    roads = on_land & (along >= np.where(within, JOIN_LAND, BORDER_LAND))
    shores = on_land & (along >= np.where(within, WADE_LAND, BORDER_LAND))
    waters = is_sea[start] & is_sea[end] & (along <= JOIN_SEA)

    def nodes(of: NDArray[np.bool_]) -> Nodes:
        return Nodes(cells[of], points[of], share[of], country[of])

    def between(kept: NDArray[np.bool_], of: NDArray[np.bool_]) -> Joins:
        row = np.cumsum(of) - 1
        some = joins.where(kept)
        return Joins(row[some.start], row[some.end], some.km, some.land)

    return Terrain(
        codes,
        nodes(is_land),
        nodes(is_sea),
        between(roads, is_land),
        between(shores, is_land),
        between(waters, is_sea),
    )
