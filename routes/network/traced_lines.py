"""OVERLAY: lines that incidents trace, laid over the ground on which journeys are looked for.

A line over land becomes roads along the cells that it runs through. A line at sea that joins the coasts of two
countries becomes a crossing that journeys may take. A line at sea that keeps to one coast joins nothing: there
incidents pile up along a beach, and nobody travels along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from geodata.places.lookup import nearest_country
from geodata.spatial.coastline import km_to_coast
from geodata.spatial.mobility_graph import Joins, Terrain
from routes.core.geodesy import EARTH_KM, Floats, Mask, Rows, Vectors, chord, km_between, line_km, lonlat, resampled
from routes.core.params import NetworkParams, TracedParams
from routes.network.coastal_hubs import Hubs
from routes.network.sea_crossings import Crossings
from routes.network.sea_paths import near_lines, on_middle

SAMPLE_KM, SEA_SAMPLE_KM = 5.0, 10.0


@dataclass(frozen=True, eq=False)
class Traced:
    """A line over land on the roads that it runs along.

    Attributes
    ----------
    points : Vectors, (n, 3)
        Each ``SAMPLE_KM``.
    nodes : Rows, (k,)
        The land nodes that it runs through, in order.
    first : Rows, (k,)
        The sample at which each begins.
    way, back : Rows, (k - 1,)
        The road from each node to the next, and whether the line runs against it.
    """

    points: Vectors
    nodes: Rows
    first: Rows
    way: Rows
    back: Rows


def traced_over_land(
    lines: Sequence[Vectors], ground: Terrain, params: TracedParams
) -> tuple[Terrain, tuple[Traced, ...]]:
    """Return the ground with a road under every line, and the lines on their roads.

    Parameters
    ----------
    lines : sequence of Vectors, (n, 3)
    ground : Terrain
    params : TracedParams
    """
    laid = []
    for line in lines:
        points = resampled(line, SAMPLE_KM)
        km, node = ground.land.nearest(points)
        first = np.flatnonzero(np.r_[True, node[1:] != node[:-1]] & (km < params.farthest_km))
        first = first[np.r_[True, node[first][1:] != node[first][:-1]]] if first.size else first
        laid.append((points, first, node[first]))
    ground = _with_roads(ground, [nodes for _, _, nodes in laid])
    size, roads = len(ground.land), ground.roads
    key = _pair(roads.start, roads.end, size)
    order = np.argsort(key, kind="stable")
    found = []
    for points, first, nodes in laid:
        way = order[np.searchsorted(key[order], _pair(nodes[:-1], nodes[1:], size))]
        found.append(Traced(points, nodes, first, way, (roads.start[way] != nodes[:-1]).astype(np.int64)))
    return ground, tuple(found)


def _pair(one: Rows, other: Rows, size: int) -> Rows:
    return np.asarray(np.minimum(one, other) * size + np.maximum(one, other), np.int64)


def _with_roads(ground: Terrain, paths: Sequence[Rows]) -> Terrain:
    """Return the ground with the roads that are missing between nodes which follow each other on a path."""
    size, roads = len(ground.land), ground.roads
    wanted = np.unique(np.concatenate([_pair(nodes[:-1], nodes[1:], size) for nodes in paths] or [np.empty(0, int)]))
    missing = wanted[~np.isin(wanted, _pair(roads.start, roads.end, size))]
    if not missing.size:
        return ground
    start, end = np.divmod(missing, size)
    km = km_between(ground.land.points[start], ground.land.points[end])
    more = Joins(
        np.r_[roads.start, start], np.r_[roads.end, end], np.r_[roads.km, km], np.r_[roads.land, np.ones(len(km))]
    )
    return replace(ground, roads=more)


def explained_by(lines: Sequence[Vectors], points: Vectors, free_km: float, reach_km: float, cut_km: float) -> Floats:
    """Return how well the nearest of some lines explains each point, 0..1: fully within ``free_km``, then less.

    Parameters
    ----------
    lines : sequence of Vectors, (k, 3)
    points : Vectors, (n, 3)
    free_km, reach_km, cut_km : float, km
        Where it begins to fall off, the standard deviation of the fall, and where it ends.
    """
    if not lines or not len(points):
        return np.zeros(len(points))
    samples = np.concatenate([resampled(line, SAMPLE_KM) for line in lines])
    straight = np.asarray(cKDTree(samples).query(points, distance_upper_bound=chord(cut_km))[0])
    km = 2 * EARTH_KM * np.arcsin(np.where(np.isfinite(straight), straight, 0) / 2)
    value = np.exp(-0.5 * (np.maximum(km - free_km, 0) / reach_km) ** 2)
    return np.where(np.isfinite(straight), value, 0.0)


def with_traced_crossings(
    lines: Sequence[Vectors],
    sea: Crossings,
    ground: Terrain,
    points: Vectors,
    weights: Floats,
    params: NetworkParams,
) -> tuple[Crossings, Rows]:
    """Return crossings with the lines at sea that join the coasts of two countries; and which line each is, -1: none.

    Parameters
    ----------
    lines : sequence of Vectors, (k, 3)
    sea : Crossings
    ground : Terrain
    points : Vectors, (n, 3)
        Piles at sea.
    weights : Floats, (n,)
    params : NetworkParams
    """
    hubs = sea.hubs
    kept: list[tuple[int, int, int]] = []
    for number, line in enumerate(lines):
        shores = _shores(line, params.traced)
        if shores is None:
            continue
        start, hubs = _landed(hubs, ground, line[0], shores[0], params.traced)
        end, hubs = _landed(hubs, ground, line[-1], shores[1], params.traced)
        longest = _longest(sea, (start, end), params.crossings.plausible)
        if start >= 0 and end >= 0 and line_km(line) <= longest:
            kept.append((number, start, end))
    none = np.full(len(sea), -1, np.int64)
    if not kept:
        return sea, none
    which, first, last = np.array(kept, np.int64).T
    own = tuple(lines[number] for number in which)
    near, along = near_lines(own, points, params.sea_paths)
    between = on_middle(near, along, params.sea_paths.middle)
    ones = np.ones(len(own), bool)
    joined = Crossings(
        hubs=hubs,
        start=np.r_[sea.start, first],
        end=np.r_[sea.end, last],
        km=np.r_[sea.km, [line_km(line) for line in own]],
        lines=sea.lines + own,
        outward=np.r_[sea.outward, ones],
        homeward=np.r_[sea.homeward, ones],
        excess=np.r_[sea.excess, np.zeros(len(own))],
        cover=csr_array(vstack([sea.cover, near], format="csr")) if len(sea) else near,
        middle=np.r_[sea.middle, between @ weights],
    )
    return joined, np.r_[none, which]


def _shores(line: Vectors, params: TracedParams) -> tuple[str, str] | None:
    """Return the two countries that a line at sea joins; None where it joins none or keeps to one coast."""
    ends = lonlat(line[[0, -1]])
    start, end = (code or "" for code in nearest_country(ends[:, 0], ends[:, 1], params.lands_km))
    if not start or not end or start == end or keeps_to_one_coast(line, params):
        return None
    return str(start), str(end)


def keeps_to_one_coast(line: Vectors, params: TracedParams) -> bool:
    """Tell whether a line at sea runs along the coast of one country."""
    places = lonlat(resampled(line, SEA_SAMPLE_KM))
    codes = [code or "" for code in nearest_country(places[:, 0], places[:, 1], params.coast_km)]
    _, many = np.unique(codes, return_counts=True)
    near = km_to_coast(places[:, 0], places[:, 1]).mean() < params.along_coast_km
    return bool(near and many.max() > params.one_coast * len(places))


def _longest(sea: Crossings, ends: tuple[int, int], plausible: tuple[float, float]) -> float:
    """Return how long a crossing between two hubs may be beside the shortest that touches either, km."""
    touching = np.isin(sea.start, ends) | np.isin(sea.end, ends)
    return plausible[0] * float(sea.km[touching].min()) + plausible[1] if touching.any() else np.inf


def _landed(hubs: Hubs, ground: Terrain, place: Vectors, code: str, params: TracedParams) -> tuple[int, Hubs]:
    """Return the hub of a country at which a line lands, a new one where there is none near; -1 where none can be."""
    country = ground.index.get(code, -1)
    own = np.flatnonzero(hubs.country == country)
    if own.size:
        km = km_between(hubs.points[own], place)
        if km.min() < params.lands_km:
            return int(own[np.argmin(km)]), hubs
    land = np.flatnonzero(ground.land.country == country)
    km = km_between(ground.land.points[land], place)
    if not land.size or km.min() > params.lands_km + params.inland_km:
        return -1, hubs
    node = land[np.argmin(km)]
    more = Hubs(
        np.vstack([hubs.points, ground.land.points[[node]]]),
        np.r_[hubs.evidence, 0.0],
        np.r_[hubs.node, node],
        np.r_[hubs.country, country],
    )
    return len(hubs.points), more


def seen_at_ends(sea: Crossings, points: Vectors, weights: Floats, kernel_km: float) -> Floats:
    """Return the evidence at the less seen end of each crossing, (m,): weights under a kernel around its hub."""
    pairs = cKDTree(sea.hubs.points).sparse_distance_matrix(
        cKDTree(points), chord(3 * kernel_km), output_type="ndarray"
    )
    pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
    km = 2 * EARTH_KM * np.arcsin(np.clip(pairs["v"] / 2, 0, 1))
    near = weights[pairs["j"]] * np.exp(-0.5 * (km / kernel_km) ** 2)
    at = np.bincount(pairs["i"], near, len(sea.hubs.points))
    return np.minimum(at[sea.start], at[sea.end])


def running_along(
    lines: Sequence[Vectors], others: Sequence[Vectors], near_km: float, alike: float
) -> list[tuple[Rows, Mask]]:
    """Return for samples of each of some lines the other line that it runs along, -1: none, and which way.

    Returns
    -------
    list of (Rows, Mask), (samples,)
        The number of the other line, and whether both run the same way there.
    """
    samples = [resampled(line, SEA_SAMPLE_KM) for line in lines]
    if not others or not lines:
        return [(np.full(len(one), -1, np.int64), np.zeros(len(one), bool)) for one in samples]
    laid = [resampled(line, SEA_SAMPLE_KM) for line in others]
    owner = np.repeat(np.arange(len(laid)), [len(one) for one in laid])
    bearing = np.concatenate([_bearings(one) for one in laid])
    tree = cKDTree(np.concatenate(laid))
    found = []
    for one in samples:
        straight, row = map(np.asarray, tree.query(one, distance_upper_bound=chord(near_km)))
        near = np.isfinite(straight)
        cosine = np.zeros(len(one))
        cosine[near] = np.einsum("ij,ij->i", _bearings(one)[near], bearing[row[near]])
        beside = near & (np.abs(cosine) > alike)
        found.append((np.where(beside, owner[np.minimum(row, len(owner) - 1)], -1), cosine > 0))
    return found


def _bearings(points: Vectors) -> Vectors:
    apart = np.gradient(points, axis=0)
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-12))
