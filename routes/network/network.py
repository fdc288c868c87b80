"""WAYS: every directed step that a journey may take, over land, sea, by ferry or unseen by air, and what it costs.

Steps over land are cheap where incidents have been seen, crossings where many lie along their middle. Nobody steps out
of a closed bloc but through its exits. Ferries and flights join what could not be reached otherwise, undrawn. A flight
can only be the first step of a journey: each start is a node of its own behind the land nodes, from which its
place and the far airports of first arrival are reached, and which nobody comes back to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geodata.model.assumptions import Facts
from geodata.spatial.mobility_graph import Terrain, terrain
from routes.core.geodesy import Floats, Mask, Rows, chord, km_between, lonlat, unit_vectors
from routes.core.params import WayParams
from routes.network.origin_destination import TripEnds
from routes.network.sea_crossings import Crossings

LAND, SEA, FERRY, BEGIN, AIR = range(5)


@dataclass(frozen=True, eq=False)
class Ways:
    """The undirected ways, and the directed steps along them.

    Attributes
    ----------
    ground : Terrain
    crossings : Crossings
    kind : NDArray of int, (u,)
        LAND, SEA, FERRY, BEGIN or AIR of each way; first those of ``ground.roads`` in their order, then crossings.
    length : Floats, (u,), km
        What it costs to draw a way: its description length.
    start, end : Rows, (u,)
        Nodes of each way: land nodes, and behind them the starts.
    country : Rows, (nodes,)
        Index of the country of each node.
    may, cost : Mask and Floats, (2, u)
        Whether it may be taken forward and backward, and at which cost, km.
    seen : Floats, (n,)
        Evidence of each land node, in square roots of incidents.
    """

    ground: Terrain
    crossings: Crossings
    kind: NDArray[np.int8]
    length: Floats
    start: Rows
    end: Rows
    country: Rows
    may: Mask
    cost: Floats
    seen: Floats

    @property
    def roads(self) -> int:
        """Return the number of ways over land; crossings come next."""
        return len(self.ground.roads.km)

    @cached_property
    def steps(self) -> Steps:
        """Return the steps that may be taken."""
        way = np.concatenate([np.flatnonzero(self.may[0]), np.flatnonzero(self.may[1])])
        back = np.repeat([0, 1], self.may.sum(axis=1))
        tail = np.where(back == 0, self.start[way], self.end[way])
        head = np.where(back == 0, self.end[way], self.start[way])
        kept = tail != head
        return Steps(tail[kept], head[kept], way[kept], back[kept], len(self.country))


@dataclass(frozen=True, eq=False)
class Steps:
    """Directed steps: from node, to node, along which way, and whether against its direction (1)."""

    tail: Rows
    head: Rows
    way: Rows
    back: Rows
    size: int

    @cached_property
    def order(self) -> Rows:
        """Return the steps ordered by the nodes that they join."""
        return np.lexsort((self.back, self.way, self.tail * self.size + self.head))

    def cheapest(self, cost: Floats) -> Cheapest:
        """Return the cheapest step between each two nodes; ``cost`` of shape (2, ways)."""
        row = self.order
        key = self.tail[row] * self.size + self.head[row]
        value = cost[self.back[row], self.way[row]]
        alike = np.r_[False, key[1:] == key[:-1]]
        alike |= np.r_[alike[1:], False]
        dear = np.zeros(len(row), bool)
        several = np.flatnonzero(alike)
        by_cost = several[np.lexsort((several, value[several], key[several]))]
        dear[by_cost[np.r_[False, key[by_cost][1:] == key[by_cost][:-1]][: len(by_cost)]]] = True
        return Cheapest(self, row[~dear], key[~dear], value[~dear])


@dataclass(frozen=True, eq=False)
class Cheapest:
    """One step between each two nodes, ordered by nodes; ``row`` is that of ``Steps``."""

    steps: Steps
    row: Rows
    key: Rows
    cost: Floats

    @cached_property
    def _onward(self) -> csr_array:
        size = self.steps.size
        pointer = np.searchsorted(self.key, np.arange(size + 1) * size)
        return csr_array((self.cost, self.steps.head[self.row], pointer), shape=(size, size))

    @cached_property
    def _homeward(self) -> csr_array:
        return csr_array(self._onward.T)

    def from_places(self, nodes: Rows) -> tuple[Floats, NDArray[np.int32]]:
        """Return the cost of reaching every node from each of ``nodes``, and the node before each, (k, n)."""
        cost, before = dijkstra(self._onward, indices=nodes, return_predecessors=True)
        return cost, before.astype(np.int32, copy=False)

    def to_any_of(self, nodes: Rows) -> tuple[Floats, NDArray[np.int32]]:
        """Return the cost of reaching the nearest of ``nodes`` from every node, and the node after each, (n,)."""
        cost, after, _ = dijkstra(self._homeward, indices=nodes, return_predecessors=True, min_only=True)
        return cost, after.astype(np.int32, copy=False)

    def between(self, tail: Rows, head: Rows) -> Rows:
        """Return the row in ``Steps`` of the step from each tail to each head."""
        return self.row[np.searchsorted(self.key, tail.astype(np.int64) * self.steps.size + head)]


def ways(piles: TripEnds, sea: Crossings, facts: Facts, ground: Terrain, params: WayParams) -> Ways:
    """Return the ways for some incidents.

    Parameters
    ----------
    piles : TripEnds
    sea : Crossings
    facts : Facts
    ground : Terrain
    params : WayParams
    """
    blocs = _Blocs.of(facts, ground)
    seen = _seen(piles, ground, params.ring_share)
    effort, drawn = _roads(seen, blocs, ground, params)
    a, b = sea.hubs.node[sea.start], sea.hubs.node[sea.end]
    per_100_km = sea.middle / (sea.km / 100 + 0.5)
    usual = float(np.median(per_100_km)) if len(sea) else 1.0
    busy = 1 + params.busy_ease * per_100_km / np.maximum(per_100_km + usual, 1e-9)
    detour = sea.km * (1 + params.sea_excess * sea.excess) * (1 + params.lonely * _lonely(sea, facts))
    boats = (params.sea_effort * detour + params.embark_km) / busy
    sailed = params.sea_length * detour + params.sea_fixed_km
    islands = ferries(blocs.open_members, params.ferry_longest_km)
    begun, flown, country = _starts(piles, facts, ground, params)
    groups = (ground.roads, Links(a, b, sea.km), islands, begun, flown)
    start, end = (np.concatenate([getattr(group, side) for group in groups]) for side in ("start", "end"))
    inside = blocs.open_between(country[islands.start], country[islands.end])
    ferried = np.where(
        inside,
        params.ferry_ease * islands.km + params.ferry_km,
        params.sea_effort * islands.km + params.embark_km,
    )
    by_air, air_drawn = params.air_km + params.air_ease * flown.km, params.air_length * flown.km + params.air_fixed_km
    cost = np.concatenate([effort, boats, ferried, np.zeros(len(begun.km)), by_air])
    length = np.concatenate([drawn, sailed, np.ones(len(islands.km)), np.zeros(len(begun.km)), air_drawn])
    kind = np.repeat(np.arange(5, dtype=np.int8), [len(group.km) for group in groups])
    may, toll = np.ones((2, len(kind)), bool), np.zeros((2, len(kind)))
    road = slice(0, len(effort))
    boat = slice(len(effort), len(effort) + len(sea))
    for way, (tail, head) in enumerate(((start, end), (end, start))):
        leaves, passes = blocs.over_land(country[tail[road]], country[head[road]])
        may[way, road], toll[way, road] = passes, params.exit_km * leaves
        shores = (sea.start, sea.end) if way == 0 else (sea.end, sea.start)
        sails = sea.outward if way == 0 else sea.homeward
        may[way, boat] = sails & blocs.by_sea(*(sea.hubs.country[hub] for hub in shores))
    may[1, kind >= BEGIN] = False
    return Ways(ground, sea, kind, length, start, end, country, may, cost + toll, seen)


@dataclass(frozen=True, eq=False)
class _Blocs:
    """The closed blocs by index of country; -1 is none."""

    of_country: Rows
    open_borders: Mask
    land_exit: Mask
    sea_exit: Mask
    open_members: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, facts: Facts, ground: Terrain) -> _Blocs:
        """Return the tables; ``land_exit`` (b, countries), ``sea_exit`` (b, b)."""
        closed = [bloc for bloc in facts.blocs if bloc.closed]
        number = {bloc.code: row for row, bloc in enumerate(closed)}
        of_country = np.full(len(ground.codes), -1)
        land_exit = np.zeros((len(closed) + 1, len(ground.codes)), bool)
        sea_exit = np.zeros((len(closed) + 1, len(closed) + 1), bool)
        is_open = np.zeros(len(closed) + 1, bool)
        for row, bloc in enumerate(closed):
            of_country[[ground.index[code] for code in bloc.members if code in ground.index]] = row
            land_exit[row, [ground.index[code] for code in bloc.exits if code in ground.index]] = True
            sea_exit[row, [number[code] for code in bloc.exits if code in number]] = True
            is_open[row] = bloc.open_borders
        members = tuple(tuple(sorted(bloc.members)) for bloc in closed if bloc.open_borders)
        return cls(of_country, is_open, land_exit, sea_exit, members)

    def open_between(self, one: Rows, other: Rows) -> Mask:
        """Tell which two countries have no border between them."""
        bloc = self.of_country[one]
        return np.asarray((bloc == self.of_country[other]) & (bloc >= 0) & self.open_borders[bloc])

    def over_land(self, tail: Rows, head: Rows) -> tuple[Mask, Mask]:
        """Return which steps leave a closed bloc, and which may be taken."""
        own = self.of_country[tail]
        leaves = (own >= 0) & (self.of_country[head] != own)
        return leaves, ~leaves | self.land_exit[own, head]

    def by_sea(self, tail: Rows, head: Rows) -> Mask:
        """Return which crossings may be taken between countries."""
        own, other = self.of_country[tail], self.of_country[head]
        return np.asarray((own < 0) | (own == other) | ((other >= 0) & self.sea_exit[own, other]))


def _seen(piles: TripEnds, ground: Terrain, ring_share: float) -> Floats:
    """Return the evidence of each land node: its own, and a share of its neighbours'."""
    on_land = ~piles.at_sea
    own = np.zeros(len(ground.land))
    if on_land.any():
        _, node = ground.land.nearest(piles.points[on_land])
        own += np.bincount(node, piles.weights[on_land], len(own))
    graph = ground.roads.graph(len(own), np.ones(len(ground.roads.km)))
    return np.asarray(own + ring_share * (graph @ own))


def _roads(seen: Floats, blocs: _Blocs, ground: Terrain, params: WayParams) -> tuple[Floats, Floats]:
    """Return cost and description length of every way over land."""
    roads, country = ground.roads, ground.land.country
    a, b = country[roads.start], country[roads.end]
    inside = blocs.open_between(a, b)
    border = np.where((a != b) & ~inside, params.border_km, 0)
    plain = roads.km * np.where(inside, params.open_border_ease, 1) + border
    sure = seen / (seen + params.half_seen)
    eased = sure.copy()
    edge = blocs.of_country[a] != blocs.of_country[b]
    if edge.any():
        at_border = np.unique(np.r_[roads.start[edge], roads.end[edge]])
        reach = chord(params.band_km)
        away, _ = cKDTree(ground.land.points[at_border]).query(ground.land.points, distance_upper_bound=reach)
        eased[np.isfinite(away)] = 0
    ease = 1 + params.evidence_ease * (eased[roads.start] + eased[roads.end]) / 2
    unsure = 1 - (sure[roads.start] + sure[roads.end]) / 2
    drawn = roads.km * np.where(inside, params.open_border_length, 1) * (params.seen_length + unsure)
    return plain / ease, drawn


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs of land nodes and the distance between, km."""

    start: Rows
    end: Rows
    km: Floats


def _lonely(sea: Crossings, facts: Facts) -> Floats:
    """Return how little is seen on the coasts of a country beside the busiest of the same landing, 0..1 by crossing."""
    landing = np.array([facts.landing_at(lon, lat) for lon, lat in lonlat(sea.hubs.points).tolist()], np.str_)
    share = np.ones(len(landing))
    for name in np.unique(landing[landing != ""]):
        own = landing == name
        most = np.zeros(int(sea.hubs.country.max()) + 1)
        np.maximum.at(most, sea.hubs.country[own], sea.hubs.evidence[own])
        share[own] = most[sea.hubs.country[own]] / most.max()
    return np.asarray(1 - np.minimum(share[sea.start], share[sea.end]))


@cache
def ferries(open_members: tuple[tuple[str, ...], ...], longest_km: float) -> Links:
    """Return the shortest links that join the parts of each country, or of a bloc with open borders.

    Parameters
    ----------
    open_members : tuple of tuples of alpha-3 codes
        Blocs with open borders.
    longest_km : float, km
        Longer links are left out.
    """
    ground = terrain()
    roads, country = ground.roads, ground.land.country
    group = country.copy()
    for number, members in enumerate(open_members):
        group[np.isin(country, [ground.index[code] for code in members if code in ground.index])] = -1 - number
    found: list[tuple[int, int]] = []
    # First each country to itself, so that the Canaries belong to Spain before Madeira lies on the way.
    for together in (country, group):
        start, end = (np.array([link[side] for link in found], np.int64) for side in (0, 1))
        joined = csr_array(
            (np.ones(len(roads.km) + len(found)), (np.r_[roads.start, start], np.r_[roads.end, end])),
            shape=(len(country), len(country)),
        )
        _, part = connected_components(joined, directed=False)
        wanted = np.unique(together) if together is country else np.unique(together[together < 0])
        for number in wanted:
            found += _joined(np.flatnonzero(together == number), part)
    start, end = (np.array([link[side] for link in found], np.int64) for side in (0, 1))
    km = km_between(ground.land.points[start], ground.land.points[end])
    near = km < longest_km
    return Links(start[near], end[near], km[near])


def _joined(nodes: Rows, part: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Yield links that join the parts of a group, the nearest to what is joined already first; the largest begins."""
    points = terrain().land.points
    names, which, sizes = np.unique(part[nodes], return_inverse=True, return_counts=True)
    own = [nodes[which == number] for number in range(len(names))]
    nearest = dict.fromkeys(range(len(names)), (np.inf, -1, -1))
    newest = int(np.argmax(sizes))
    while True:
        del nearest[newest]
        if not nearest:
            return
        tree = cKDTree(points[own[newest]])
        for number, best in nearest.items():
            found = tree.query(points[own[number]])
            away, row = np.asarray(found[0]), np.asarray(found[1])
            place = int(np.argmin(away))
            if away[place] < best[0]:
                nearest[number] = (float(away[place]), int(own[number][place]), int(own[newest][row[place]]))
        newest = min(nearest, key=lambda number: (nearest[number][0], number))
        yield nearest[newest][1:]


def _starts(piles: TripEnds, facts: Facts, ground: Terrain, params: WayParams) -> tuple[Links, Links, Rows]:
    """Return links from each start to its place, to far airports of first arrival, and the country of every node."""
    place = start_nodes(piles, ground, params.snap_km)
    node = len(ground.land) + np.arange(len(place))
    codes = [ground.index.get(code, 0) for code in piles.countries]
    country = np.concatenate([ground.land.country, np.array(codes, np.int64)])
    begun = Links(node, place, np.zeros(len(place)))
    if not facts.gateways or not len(place):
        none = np.empty(0, np.int64)
        return begun, Links(none, none, np.empty(0)), country
    lon, lat = ([getattr(gate, side) for gate in facts.gateways] for side in ("lon", "lat"))
    _, gate = ground.land.nearest(unit_vectors(lon, lat))
    start, end = np.repeat(node, len(gate)), np.tile(gate, len(place))
    km = km_between(np.repeat(piles.start_points, len(gate), axis=0), ground.land.points[end])
    may = np.array([[code in gate.origins or not gate.origins for gate in facts.gateways] for code in piles.countries])
    named = np.array([bool(gate.origins) for gate in facts.gateways])
    far = may.ravel() & (np.tile(named, len(place)) | (km > params.air_shortest_km))
    return begun, Links(start[far], end[far], km[far]), country


def start_nodes(piles: TripEnds, ground: Terrain, within_km: float) -> Rows:
    """Return the land node of each start: the nearest in its own country, if one lies within ``within_km``."""
    if not piles.countries:
        return np.empty(0, np.int64)
    _, node = ground.land.nearest(piles.start_points)
    for row, code in enumerate(piles.countries):
        own = np.flatnonzero(ground.land.country == ground.index.get(code, -1))
        if own.size and ground.land.country[node[row]] != ground.index[code]:
            away, nearest = cKDTree(ground.land.points[own]).query(piles.start_points[row])
            if away <= chord(within_km):
                node[row] = own[int(nearest)]
    return node
