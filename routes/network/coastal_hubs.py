"""HUBS: the places on coasts where boats put out and land, by the incidents at sea around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.places.lookup import nearest_country
from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land, km_to_coast
from geodata.spatial.mobility_graph import Terrain
from routes.core.geodesy import EARTH_KM, Floats, Rows, Vectors, chord, km_between, lonlat, unit_vectors
from routes.core.params import HubParams

HUB_RESOLUTION = 5


@dataclass(frozen=True, eq=False)
class Hubs:
    """Places on coasts, most evidence first.

    Attributes
    ----------
    points : Vectors, (n, 3)
    evidence : Floats, (n,)
    node : Rows, (n,)
        The land node by which each is reached.
    country : Rows, (n,)
        Index into the codes of the terrain.
    """

    points: Vectors
    evidence: Floats
    node: Rows
    country: Rows

    def of(self, kept: Rows) -> Hubs:
        """Return some of the hubs."""
        return Hubs(self.points[kept], self.evidence[kept], self.node[kept], self.country[kept])


def hubs(points: Vectors, weights: Floats, ground: Terrain, params: HubParams) -> Hubs:
    """Return the hubs around incidents at sea.

    Parameters
    ----------
    points : Vectors, (n, 3)
    weights : Floats, (n,)
    ground : Terrain
    params : HubParams
    """
    coast = _coast_cells(points, ground, params)
    evidence = _evidence(coast, points, weights, params)
    country = _countries(coast, ground, params.offshore_km)
    node, found = _nodes(coast, country, ground, params)
    every = Hubs(coast, evidence, node, country).of(np.flatnonzero(found & (evidence > 0)))
    return every.of(_strongest(every, params))


def parts_of_land(ground: Terrain, large: int) -> tuple[Rows, NDArray[np.bool_]]:
    """Return the connected part of each land node, coasts followed, and whether it has more than ``large`` cells."""
    _, part = connected_components(ground.shores.graph(len(ground.land)), directed=False)
    return np.asarray(part, np.int64), np.asarray(np.bincount(part)[part] > large)


def _coast_cells(points: Vectors, ground: Terrain, params: HubParams) -> Vectors:
    cells = hexes.children(ground.land.cells[ground.land.share < params.inland_share], HUB_RESOLUTION)
    lon, lat = hexes.centres(cells)
    places = unit_vectors(lon, lat)
    away, _ = cKDTree(points).query(places, distance_upper_bound=chord(params.near_km))
    near = np.flatnonzero(np.isfinite(away))
    most = np.where(is_land(lon[near], lat[near]), params.inland_km, 0.75 * params.inland_km)
    ashore = km_to_coast(lon[near], lat[near]) <= most
    return places[near[ashore]]


def _evidence(coast: Vectors, points: Vectors, weights: Floats, params: HubParams) -> Floats:
    if not len(coast):
        return np.empty(0)
    reach = chord(params.kernel_cut_km)
    pairs = cKDTree(coast).sparse_distance_matrix(cKDTree(points), reach, output_type="ndarray")
    km = 2 * EARTH_KM * np.arcsin(np.clip(pairs["v"] / 2, 0, 1))
    near = weights[pairs["j"]] * np.exp(-0.5 * (km / params.kernel_km) ** 2)
    return np.bincount(pairs["i"], near, len(coast)).astype(np.float64)


def _countries(coast: Vectors, ground: Terrain, offshore_km: float) -> Rows:
    places = lonlat(coast)
    codes = nearest_country(places[:, 0], places[:, 1], offshore_km)
    return np.array([ground.index.get(code or "", -1) for code in codes], np.int64)


def _nodes(coast: Vectors, country: Rows, ground: Terrain, params: HubParams) -> tuple[Rows, NDArray[np.bool_]]:
    """Return a land node of the own country near each place, the mainland before islands, and whether there is one."""
    if not len(coast):
        return np.empty(0, np.int64), np.empty(0, bool)
    chords, near = ground.land.tree.query(coast, k=8)
    near = np.asarray(near)
    km = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chords) / 2, 0, 1))
    own = (ground.land.country[near] == country[:, None]) & (km < params.node_km)
    _, large = parts_of_land(ground, params.large_part)
    best = np.argmax(own + 0.0 + (own & large[near] & (km < params.node_km / 2)), axis=1)
    return near[np.arange(len(coast)), best], own.any(axis=1)


def _strongest(every: Hubs, params: HubParams) -> Rows:
    """Return the hubs that no stronger one lies too near to, strongest first."""
    order = np.lexsort((np.arange(len(every.points)), -every.evidence))
    free = np.ones(len(order), bool)
    taken: list[int] = []
    for row in order:
        if not free[row]:
            continue
        taken.append(int(row))
        apart = np.where(every.country == every.country[row], params.apart_km, params.apart_abroad_km)
        free &= km_between(every.points, every.points[row]) >= apart
    return np.array(taken, np.int64)
