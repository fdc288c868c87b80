"""SELECTION: the smallest set of ways that explains where incidents lie (minimum description length, greedily).

A candidate is a journey: from a start past a place with incidents, or over a crossing, to a goal; it is drawn between
its first and its last evidence, and to a start or goal that reports state. Again and again that is taken which explains
most for what it adds in length, until none explains enough. Gains are exact at every step. Lines that incidents trace
stand beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array, vstack
from scipy.spatial import cKDTree

from geodata.spatial import h3_cells as hexes
from geodata.spatial.mobility_graph import Nodes
from routes.core.geodesy import EARTH_KM, Floats, Mask, Rows, Vectors, chord, lonlat, normalised
from routes.core.params import JourneyParams, NetworkParams, SelectionParams
from routes.network.network import Ways
from routes.network.origin_destination import TripEnds
from routes.network.shortest_paths import Demand, Trees, grown, walked

HEAP_RESOLUTION = 4
"""H3, of the cells whose piles are explained together where there are very many."""
_AT_ONCE = 400
SEED = 20_261_124


@dataclass(frozen=True, eq=False)
class Draw:
    """Evidence as it was counted, or drawn again, and what has been taken to explain it.

    Attributes
    ----------
    weights : Floats, (p,)
        Of the piles.
    drawn : Mask, (u,)
        The ways that are part of the network.
    explained : Floats, (p + k,)
        How well each pile, and each way from an origin to a goal, is explained, 0..1.
    """

    weights: Floats
    drawn: Mask
    explained: Floats

    @classmethod
    def of(cls, weights: Floats, drawn: Mask, explained: Floats, width: int) -> Draw:
        """Return evidence for which nothing has been taken yet but what stands."""
        known = np.zeros(width)
        known[: len(weights)] = explained
        return cls(weights, drawn.copy(), known)


@dataclass(frozen=True, eq=False)
class PileClusters:
    """Piles as they are explained: each by itself, or, where there are very many, those of a coarser cell together.

    Attributes
    ----------
    points : Vectors, (h, 3)
    at_sea : Mask, (h,)
    of_pile : Rows, (p,)
    weights : Floats, (p,)
        By which means over the piles of a heap are taken.
    """

    points: Vectors
    at_sea: Mask
    of_pile: Rows
    weights: Floats

    @classmethod
    def of(cls, piles: TripEnds, weights: Floats, most: int) -> PileClusters:
        """Return the heaps of some piles; of no more than ``most`` each is one."""
        if len(piles.points) <= most:
            return cls(piles.points, piles.at_sea, np.arange(len(piles.points)), weights)
        places = lonlat(piles.points)
        cells = hexes.cells_at(places[:, 0].copy(), places[:, 1].copy(), HEAP_RESOLUTION)
        key = np.column_stack([cells.astype(np.int64), piles.at_sea])
        keys, heap = np.unique(key, axis=0, return_inverse=True)
        heap = heap.reshape(-1)
        sums = [np.bincount(heap, weights * piles.points[:, axis], len(keys)) for axis in range(3)]
        return cls(normalised(np.stack(sums, axis=1)), keys[:, 1] == 1, heap, weights)

    def total(self, values: Floats) -> Floats:
        """Return the sums of values of piles, (h,)."""
        return np.bincount(self.of_pile, values, len(self.points)).astype(float)

    def mean(self, values: Floats) -> Floats:
        """Return the weighted means of values of piles, (h,)."""
        return np.asarray(self.total(values * self.weights) / np.maximum(self.total(self.weights), 1e-12))


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known before any journey is taken.

    Attributes
    ----------
    drawn : Mask, (u,)
        Ways under lines that incidents trace.
    explained, told : Floats, (p,)
        How far these lines explain each pile, and how far its journey is told, 0..1.
    observed : Mask, (nodes,)
        Where a journey may begin or end: evidence lies there.
    length : Floats, (u,), km
        What it costs to draw each way.
    """

    drawn: Mask
    explained: Floats
    told: Floats
    observed: Mask
    length: Floats


@dataclass(frozen=True, eq=False)
class Selected:
    """What was taken for the evidence as it was counted, and for each replicate; how far it explains each pile."""

    counted: Draw
    again: tuple[Draw, ...]
    explained: Floats


def selected(
    ways: Ways,
    piles: TripEnds,
    standing: Standing,
    least: float,
    params: NetworkParams,
    replicates: int = 0,
) -> Selected:
    """Return the ways that explain the piles beside those that stand.

    A replicate draws the incidents of every pile anew from a Poisson distribution around their number and takes from
    the same candidates, so that it costs a small part of the whole.

    Parameters
    ----------
    ways : Ways
    piles : TripEnds
    standing : Standing
    least : float
        Weight that a kilometre has to explain, the usual threshold.
    params : NetworkParams
    replicates : int
    """
    own = params.selection
    random = np.random.default_rng(SEED)
    counts = counting_of(piles, standing.told, own)
    weights = [piles.weights * counts, *(piles.redrawn(random) * counts for _ in range(replicates))]
    heaps = PileClusters.of(piles, weights[0], own.most_piles)
    cover = _cover(ways, piles, heaps, own)
    explained = heaps.mean(standing.explained)
    draws = [Draw.of(heaps.total(one), standing.drawn, explained, cover.shape[1]) for one in weights]
    rewards: Floats | None = None
    on_land, at_sea = demands(ways, piles)
    on_land = on_land.worth_a_way(own.least_share, own.least_on_land)
    at_sea = at_sea.worth_a_way(own.least_share, own.least_at_sea)
    used = np.isin(np.arange(len(piles.countries)), np.r_[on_land.start, at_sea.start])
    for times in own.rounds:
        drawn = draws[0].drawn
        cost = np.where(drawn, ways.cost * params.journeys.network_ease, ways.cost)
        trees = grown(ways, cost, piles, used)
        found = _candidates(ways, piles, trees, on_land, at_sea, standing.observed, params.journeys)
        del trees
        if not len(found.pointer) - 1:
            break
        rewards = found.rewards(piles, own.origin_reward) if rewards is None else rewards
        table = _Table.of(found, cover, ways)
        del found  # some hundred megabytes that the next round needs
        for draw in draws:
            _take(draw, table, rewards, standing.length, least * times, own.fixed_km)
    return Selected(draws[0], tuple(draws[1:]), draws[0].explained[: len(heaps.points)][heaps.of_pile])


def scale_of(piles: TripEnds, params: SelectionParams) -> float:
    """Return the density of evidence around the middle pile beside the usual."""
    tree = cKDTree(piles.points)
    pairs = tree.sparse_distance_matrix(tree, chord(3 * params.density_km), output_type="ndarray")
    km = 2 * EARTH_KM * np.arcsin(np.clip(pairs["v"] / 2, 0, 1))
    near = piles.weights[pairs["j"]] * np.exp(-0.5 * (km / params.density_km) ** 2)
    around = np.bincount(pairs["i"], near, len(piles.points))
    order = np.argsort(around, kind="stable")
    weight = np.cumsum(piles.weights[order])
    middle = float(around[order][np.searchsorted(weight, weight[-1] / 2)])
    most = np.clip(weight[-1] / params.plenty, 1.0, params.most_scale)
    return float(np.clip(middle / params.usual_density, params.least_scale, most))


def counting_of(piles: TripEnds, told: Floats, params: SelectionParams) -> Floats:
    """Return how much the evidence of each pile counts for a journey, 0..1, by how far its journey is told.

    Where none is told a pile counts for no more than ``most_untold``: a heap of reports is no journey.
    """
    least = params.untold * np.minimum(1, params.most_untold / np.maximum(piles.weights, 1e-9))
    return np.asarray(least + (1 - least) * told)


def land_demand(ways: Ways, piles: TripEnds, starts: Floats) -> tuple[Demand, csr_array]:
    """Return what is seen at land nodes, by shares of starts (p, k); and the share of each pile in it."""
    land = np.flatnonzero(~piles.at_sea)
    node = ways.ground.land.nearest(piles.points[land])[1] if land.size else land
    return Demand.shared(node, land, starts, piles.stated_goal, piles.weights)


def demands(ways: Ways, piles: TripEnds) -> tuple[Demand, Demand]:
    """Return what is seen at land nodes, and along crossings, where a pile counts for each that explains it."""
    sea = np.flatnonzero(piles.at_sea)
    pairs = ways.crossings.cover.tocoo()
    crossing, row = pairs.coords[0].astype(np.int64), pairs.coords[1]
    weight = piles.weights[sea[row]] * pairs.data
    at_sea, _ = Demand.shared(
        crossing, np.arange(len(crossing)), piles.starts[sea[row]], piles.stated_goal[sea[row]], weight
    )
    return land_demand(ways, piles, piles.starts)[0], at_sea


def _cover(ways: Ways, piles: TripEnds, heaps: PileClusters, params: SelectionParams) -> csr_array:
    """Return how well land nodes, crossings and origins explain heaps and origins, 0..1, (n + k + m + k, h + k)."""
    land = np.flatnonzero(~heaps.at_sea)
    size, number = len(heaps.points), len(piles.countries) * len(piles.goals)
    on_land = _land_cover(ways.ground.land, heaps.points[land], land, size + number, params)
    starts = csr_array((len(piles.countries), size + number))
    boats = csr_array(ways.crossings.cover)
    sea = np.flatnonzero(piles.at_sea)
    if boats.shape[0]:
        # A heap is explained as well as its piles are in the mean.
        own = heaps.of_pile[sea]
        share = heaps.weights[sea] / np.maximum(heaps.total(heaps.weights)[own], 1e-12)
        boats = csr_array(boats @ csr_array((share, (np.arange(len(sea)), own)), shape=(len(sea), size + number)))
    else:
        boats = csr_array((0, size + number))
    ones = (np.ones(number), (np.arange(number), size + np.arange(number)))
    return csr_array(vstack([on_land, starts, boats, csr_array(ones, shape=(number, size + number))], format="csr"))


def _land_cover(nodes: Nodes, points: Vectors, columns: Rows, width: int, params: SelectionParams) -> csr_array:
    if not len(points):
        return csr_array((len(nodes), width))
    reach = chord(params.land_cut_km)
    pairs = nodes.tree.sparse_distance_matrix(cKDTree(points), reach, output_type="ndarray")
    km = 2 * EARTH_KM * np.arcsin(np.clip(pairs["v"] / 2, 0, 1))
    value = np.exp(-0.5 * (np.maximum(km - params.land_free_km, 0) / params.land_reach_km) ** 2)
    return csr_array((value, (pairs["i"], columns[pairs["j"]])), shape=(len(nodes), width))


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Journeys, as lists of items (nodes, crossings, origins with a goal) and of ways, by pointers.

    ``demand`` and ``goal`` are what they are made from.
    """

    pointer: Rows
    items: Rows
    way_pointer: Rows
    ways: Rows
    demand: Demand
    goal: Rows

    def rewards(self, piles: TripEnds, each: float) -> Floats:
        """Return the weight of a way from each origin to each goal, (k g,): ``each`` by the root of its incidents."""
        shape = len(piles.countries), len(piles.goals)
        pair = self.demand.start * shape[1] + self.goal
        weight = np.bincount(pair, self.demand.weight, shape[0] * shape[1]).reshape(shape)
        share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray(each * np.sqrt(piles.known[:, None] * share)).ravel()


def _candidates(
    ways: Ways,
    piles: TripEnds,
    trees: Trees,
    on_land: Demand,
    at_sea: Demand,
    observed: Mask,
    params: JourneyParams,
) -> _Candidates:
    """Return the journeys for what is seen: past land nodes, and over crossings in either direction."""
    goal, detour = trees.onward(piles, on_land, on_land.place, on_land.place, params.nearness)
    kept = np.isfinite(detour)
    none = np.full(int(kept.sum()), -1)
    parts = [(on_land.where(kept), goal[kept], on_land.place[kept], on_land.place[kept], none)]
    for back in (0, 1):
        way = ways.roads + at_sea.place
        tail, head = (ways.start[way], ways.end[way]) if back == 0 else (ways.end[way], ways.start[way])
        goal, detour = trees.onward(piles, at_sea, tail, head, params.nearness)
        # A crossing leads nearer to the goal, and away from the start.
        nearer = trees.left[goal, head] < trees.left[goal, tail]
        away = trees.reach[at_sea.start, tail] < trees.reach[at_sea.start, head] + 1e-6
        kept = np.isfinite(detour) & nearer & away & ways.may[back, way]
        parts.append((at_sea.where(kept), goal[kept], tail[kept], head[kept], at_sea.place[kept]))
    demand = Demand(*(np.concatenate(column) for column in zip(*(part[0].columns for part in parts), strict=True)))
    goal, tail, head, crossing = (np.concatenate([part[column] for part in parts]) for column in (1, 2, 3, 4))
    ends = _ends(trees, piles, demand, goal, tail, head, observed)
    return _walks(ways, trees, demand, goal, tail, head, crossing, ends)


_Steps = tuple[Rows, Rows, Rows]


def _ends(
    trees: Trees, piles: TripEnds, demand: Demand, goal: Rows, tail: Rows, head: Rows, observed: Mask
) -> tuple[_Steps, _Steps]:
    """Return the steps of each journey up to its start and down to its goal, as far as there is evidence.

    A start that reports state, and a goal that they state, is evidence at that place.
    """
    parts = []
    known = piles.known[demand.start] >= 1, demand.stated >= 0
    for before, tree, node, whole in (
        (trees.before, demand.start, tail, known[0]),
        (trees.after, goal, head, known[1]),
    ):
        whose, nearer, farther, step = walked(before, tree, node)
        last = np.where(whole, len(observed), -1)
        there = observed[nearer]
        np.maximum.at(last, whose[there], step[there])
        kept = step <= last[whose]
        parts.append((whose[kept], nearer[kept], farther[kept]))
    return parts[0], parts[1]


def _walks(
    ways: Ways,
    trees: Trees,
    demand: Demand,
    goal: Rows,
    tail: Rows,
    head: Rows,
    crossing: Rows,
    ends: tuple[_Steps, _Steps],
) -> _Candidates:
    nodes, sea = len(ways.country), len(ways.crossings)
    start = demand.start
    aims = start * len(trees.left) + goal
    width = nodes + sea + len(trees.origin) * len(trees.left)
    (up, up_to, up_from), (down, down_to, down_from) = ends
    sails = np.flatnonzero(crossing >= 0)
    each = np.arange(len(start))
    step_owner = np.r_[up, down]
    way = trees.steps.steps.way[np.r_[trees.steps.between(up_to, up_from), trees.steps.between(down_from, down_to)]]
    boats = way - ways.roads
    sailed = np.flatnonzero((boats >= 0) & (boats < sea))
    owner = np.r_[each, each, up, down, sails, step_owner[sailed], each]
    item = np.r_[tail, head, up_to, down_to, nodes + crossing[sails], nodes + boats[sailed], nodes + sea + aims]
    owner, item = np.divmod(np.unique(owner * width + item), width)
    way_owner, way = np.r_[step_owner, sails], np.r_[way, ways.roads + crossing[sails]]
    order = np.lexsort((way, way_owner))
    size = np.arange(len(start) + 1)
    return _Candidates(
        np.searchsorted(owner, size), item, np.searchsorted(way_owner[order], size), way[order], demand, goal
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """What each candidate explains, by candidate and by pile or origin, and the ways that it takes, likewise."""

    covers: csr_array
    by_pile: csc_array
    ways: csr_array
    by_way: csc_array

    @classmethod
    def of(cls, found: _Candidates, cover: csr_array, ways: Ways) -> _Table:
        covers = _covers(found, cover)
        shape = (len(found.pointer) - 1, len(ways.kind))
        taken = csr_array((np.ones(len(found.ways)), found.ways, found.way_pointer), shape=shape)
        return cls(covers, csc_array(covers), taken, csc_array(taken))


def _take(draw: Draw, table: _Table, rewards: Floats, length: Floats, least: float, fixed_km: float) -> None:
    """Take candidates while one explains ``least`` for what it adds."""
    covers, ways, drawn, explained = table.covers, table.ways, draw.drawn, draw.explained
    weights = np.r_[draw.weights, rewards]
    more = np.maximum(covers.data - explained[covers.indices], 0) * weights[covers.indices]
    count = covers.shape[0]
    gain = np.bincount(np.repeat(np.arange(count), np.diff(covers.indptr)), more, count)
    km = np.asarray(ways @ (length * ~drawn))
    taken = np.zeros(count, bool)
    while True:
        score = np.where(taken, -np.inf, gain / (km + fixed_km))
        best = int(np.argmax(score))
        if score[best] < least:
            return
        taken[best] = True
        own = slice(covers.indptr[best], covers.indptr[best + 1])
        better = covers.data[own] > explained[covers.indices[own]]
        piles, value = covers.indices[own][better].astype(np.int64), covers.data[own][better]
        rows, pile, known = _columns(table.by_pile, piles)
        lost = np.maximum(known - explained[piles][pile], 0) - np.maximum(known - value[pile], 0)
        gain -= np.bincount(rows, lost * weights[piles][pile], count)
        explained[piles] = value
        used = np.unique(ways.indices[ways.indptr[best] : ways.indptr[best + 1]]).astype(np.int64)
        new = used[~drawn[used]]
        rows, way, passes = _columns(table.by_way, new)
        km = np.maximum(km - np.bincount(rows, passes * length[new][way], count), 0)
        drawn[new] = True


def _columns(table: csc_array, columns: Rows) -> tuple[Rows, Rows, Floats]:
    """Return rows, place among ``columns`` and values of all entries in some columns."""
    begin, end = table.indptr[columns], table.indptr[columns + 1]
    sizes = (end - begin).astype(np.int64)
    which = np.repeat(np.arange(len(columns)), sizes)
    at = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(begin, sizes)
    return table.indices[at].astype(np.int64), which.astype(np.int64), table.data[at]


def _covers(found: _Candidates, cover: csr_array) -> csr_array:
    """Return how well each candidate explains each pile: as well as the best of its items, (c, p + k)."""
    width = cover.shape[1]
    keys: list[Rows] = []
    values: list[Floats] = []
    sizes = np.diff(cover.indptr).astype(np.int64)
    count = len(found.pointer) - 1
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        items = found.items[found.pointer[first] : found.pointer[last]]
        owner = np.repeat(np.arange(first, last), np.diff(found.pointer[first : last + 1]))
        size = sizes[items]
        at = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        at += np.repeat(cover.indptr[items].astype(np.int64), size)
        key = np.repeat(owner, size) * width + cover.indices[at]
        order = np.lexsort((-cover.data[at], key))
        best = order[np.r_[True, key[order][1:] != key[order][:-1]]] if len(order) else order
        keys.append(key[best])
        values.append(cover.data[at][best])
    owner, column = np.divmod(np.concatenate(keys), width)
    pointer = np.searchsorted(owner, np.arange(count + 1))
    return csr_array((np.concatenate(values), column, pointer), shape=(count, width))
