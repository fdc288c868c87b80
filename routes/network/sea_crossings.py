"""CROSSINGS: ways by sea between hubs of different countries that boats could plausibly take.

A crossing is the shortest line over water. It is dropped where a land path is hardly longer, as along a coast,
where too little of it has been seen (no incidents near half of it), and where it is much longer than the shortest
crossing from the same beach: boats take the short way. A crossing that the facts know by name, such as from Türkiye to
Italy, is compared with those into the same country alone, others with all into the same bloc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.model.assumptions import Facts
from geodata.spatial.mobility_graph import Terrain
from routes.core.geodesy import Floats, Mask, Rows, Vectors, chord, km_between, line_km, lonlat
from routes.core.params import NetworkParams
from routes.network.coastal_hubs import Hubs, hubs, parts_of_land
from routes.network.sea_paths import land_on_lines, near_lines, on_middle, pulled, seen

_FAR = np.inf


@dataclass(frozen=True, eq=False)
class Crossings:
    """Ways by sea between two hubs each.

    Attributes
    ----------
    hubs : Hubs
    start, end : Rows, (m,)
        Indices of hubs.
    km : Floats, (m,), km
    lines : tuple of Vectors, (k, 3)
        Corner points.
    outward, homeward : Mask, (m,)
        Whether boats may go from start to end, and back.
    excess : Floats, (m,)
        How much longer than the shortest crossing from the same beach, as a share of that and 100 km.
    cover : csr_array, (m, n)
        How well each crossing explains each pile at sea, 0..1.
    middle : Floats, (m,)
        Weight of piles along the middle of each.
    """

    hubs: Hubs
    start: Rows
    end: Rows
    km: Floats
    lines: tuple[Vectors, ...]
    outward: Mask
    homeward: Mask
    excess: Floats
    cover: csr_array
    middle: Floats

    def __len__(self) -> int:
        """Return the number of crossings."""
        return len(self.km)


def crossings(points: Vectors, weights: Floats, ground: Terrain, facts: Facts, params: NetworkParams) -> Crossings:
    """Return the plausible crossings around piles of incidents at sea.

    Parameters
    ----------
    points : Vectors, (n, 3)
    weights : Floats, (n,)
    ground : Terrain
    facts : Facts
    params : NetworkParams
    """
    ends = hubs(points, weights, ground, params.hubs) if len(points) else _no_hubs()
    some = _Candidates.between(ends, ground, facts, params)
    direct, roundabout = some.by_land_on_line()
    straight = some.of(direct).without_land_instead(ground)
    shortest = straight.shortest()
    around = some.of(roundabout).no_longer_than(shortest).without_land_instead(ground).around_capes(ground)
    every = straight.joined(around)
    every = every.plausible()
    noticed = seen(every.lines, points, params.sea_paths.seen_km)
    every = every.of(np.flatnonzero(noticed >= params.crossings.seen_share))
    near, along = near_lines(every.lines, points, params.sea_paths)
    support = near @ weights
    kept = np.flatnonzero(support >= params.crossings.least_support)
    every, near, along = every.of(kept), near[kept], along[kept]
    between = on_middle(near, along, params.sea_paths.middle)
    return Crossings(
        hubs=ends,
        start=every.start,
        end=every.end,
        km=every.km,
        lines=every.lines,
        outward=every.outward,
        homeward=every.homeward,
        excess=every.excess,
        cover=near,
        middle=between @ weights,
    )


def _no_hubs() -> Hubs:
    none = np.empty(0, np.int64)
    return Hubs(np.empty((0, 3)), np.empty(0), none, none)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Pairs of hubs with a line between them.

    Attributes
    ----------
    bloc : Rows
        The bloc that each hub belongs to, -1: none that is closed.
    known : set of pairs of rows
        Hubs between which the facts know a route at sea, in its direction.
    params : NetworkParams
    """

    hubs: Hubs
    bloc: Rows
    known: frozenset[tuple[int, int]]
    params: NetworkParams
    start: Rows
    end: Rows
    km: Floats
    lines: tuple[Vectors, ...]
    outward: Mask
    homeward: Mask
    excess: Floats

    @classmethod
    def between(cls, ends: Hubs, ground: Terrain, facts: Facts, params: NetworkParams) -> _Candidates:
        """Return all pairs of different countries within reach, those of one bloc and of land neighbours left out.

        Land neighbours cross by sea only where one of them is a destination.
        """
        bloc_of_country = np.full(len(ground.codes) + 1, -1)
        for number, stated in enumerate(facts.blocs):
            if stated.closed:
                bloc_of_country[[ground.index[code] for code in stated.members if code in ground.index]] = number
        bloc = bloc_of_country[ends.country]
        if not len(ends.points):
            pairs = np.empty((0, 2), np.int64)
        else:
            reach = chord(params.crossings.longest_km)
            pairs = cKDTree(ends.points).query_pairs(reach, output_type="ndarray").astype(np.int64)
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        a, b = pairs[:, 0], pairs[:, 1]
        abroad = (ends.country[a] != ends.country[b]) & ~((bloc[a] == bloc[b]) & (bloc[a] >= 0))
        neighbours = np.array(
            [(int(x), int(y)) in ground.land_neighbours for x, y in zip(ends.country[a], ends.country[b], strict=True)],
            bool,
        )
        km = km_between(ends.points[a], ends.points[b])
        kept = abroad & ~(neighbours & (bloc[a] < 0) & (bloc[b] < 0)) & (km >= params.crossings.shortest_km)
        a, b, km = a[kept], b[kept], km[kept]
        lines = tuple(ends.points[[x, y]] for x, y in zip(a, b, strict=True))
        both = np.ones(len(a), bool)
        codes = ground.codes[ends.country].tolist()
        landing = [facts.landing_at(lon, lat) for lon, lat in lonlat(ends.points).tolist()]
        known = frozenset(
            (x, y)
            for start, end in zip(a.tolist(), b.tolist(), strict=True)
            for x, y in ((start, end), (end, start))
            if facts.route_of("sea", codes[x], codes[y], landing[y])
        )
        return cls(ends, bloc, known, params, a, b, km, lines, both, both, np.zeros(len(a)))

    def of(self, kept: Rows) -> _Candidates:
        """Return some of them."""
        return _Candidates(
            self.hubs,
            self.bloc,
            self.known,
            self.params,
            self.start[kept],
            self.end[kept],
            self.km[kept],
            tuple(self.lines[row] for row in kept),
            self.outward[kept],
            self.homeward[kept],
            self.excess[kept],
        )

    def joined(self, others: _Candidates) -> _Candidates:
        """Return both, ordered by their hubs."""
        start, end = np.r_[self.start, others.start], np.r_[self.end, others.end]
        both = _Candidates(
            self.hubs,
            self.bloc,
            self.known,
            self.params,
            start,
            end,
            np.r_[self.km, others.km],
            self.lines + others.lines,
            np.r_[self.outward, others.outward],
            np.r_[self.homeward, others.homeward],
            np.r_[self.excess, others.excess],
        )
        return both.of(np.lexsort((end, start)))

    def by_land_on_line(self) -> tuple[Rows, Rows]:
        """Return those that are straight over water, and those that may lead around what lies between."""
        paths = self.params.sea_paths
        share = land_on_lines(self.hubs.points[self.start], self.hubs.points[self.end], paths.ashore_km)
        longest, most = self.params.crossings.round_a_cape
        direct = share <= paths.on_land
        near = (self.km < longest) | self._is_known()
        return np.flatnonzero(direct), np.flatnonzero(~direct & (share < most) & near)

    def _is_known(self) -> Mask:
        """Tell between which hubs the facts know a route at sea, one way or the other."""
        pairs = zip(self.start.tolist(), self.end.tolist(), strict=True)
        return np.array([(a, b) in self.known or (b, a) in self.known for a, b in pairs], bool)

    def without_land_instead(self, ground: Terrain) -> _Candidates:
        """Return those for which no land path is hardly longer."""
        graph = ground.shores.graph(len(ground.land))
        node = _mainland(self.hubs, ground, self.params)
        factor, more = self.params.crossings.land_instead
        arrives = (self.bloc[self.start] >= 0) | (self.bloc[self.end] >= 0)
        bar = np.where(arrives, factor, self.params.crossings.land_instead_abroad) * self.km + more
        kept = np.ones(len(self.km), bool)
        for hub in np.unique(self.start):
            own = np.flatnonzero(self.start == hub)
            by_land = dijkstra(graph, indices=node[[hub]], limit=float(bar[own].max()))
            kept[own] = by_land[0, node[self.end[own]]] >= bar[own]
        return self.of(np.flatnonzero(kept))

    def shortest(self) -> tuple[dict[tuple[int, int], float], dict[int, float]]:
        """Return the shortest crossing of each hub to each destination, and to any."""
        to_each: dict[tuple[int, int], float] = {}
        for a, b, km in zip(self.start.tolist(), self.end.tolist(), self.km.tolist(), strict=True):
            for start, end in ((a, b), (b, a)):
                for key in {(start, self._target(end)), (start, int(self.hubs.country[end]))}:
                    to_each[key] = min(to_each.get(key, _FAR), km)
        to_any: dict[int, float] = {}
        for (start, _), km in to_each.items():
            to_any[start] = min(to_any.get(start, _FAR), km)
        return to_each, to_any

    def _target(self, hub: int) -> int:
        """Return the closed bloc that a hub lies in, else its country, as one number."""
        bloc = int(self.bloc[hub])
        return -1 - bloc if bloc >= 0 else int(self.hubs.country[hub])

    def _least(self, shortest: tuple[dict[tuple[int, int], float], dict[int, float]]) -> tuple[Floats, Floats]:
        """Return the length that each is to be compared with, outward and homeward."""
        to_each, to_any = shortest

        def least(start: int, end: int) -> float:
            if self.bloc[end] >= 0 and (start, end) in self.known:
                return to_each.get((start, int(self.hubs.country[end])), _FAR)
            if self.bloc[end] >= 0:
                return to_each.get((start, self._target(end)), _FAR)
            return to_any.get(start, _FAR)

        pairs = list(zip(self.start.tolist(), self.end.tolist(), strict=True))
        outward = np.array([least(a, b) for a, b in pairs], float)
        return outward, np.array([least(b, a) for a, b in pairs], float)

    def no_longer_than(self, shortest: tuple[dict[tuple[int, int], float], dict[int, float]]) -> _Candidates:
        """Return those that may still be plausible: a way around is never shorter than the straight one."""
        outward, homeward = self._least(shortest)
        factor, more = self.params.crossings.plausible
        return self.of(np.flatnonzero(self.km <= factor * np.maximum(outward, homeward) + more))

    def plausible(self) -> _Candidates:
        """Return those plausible one way or the other: no boat leaves a closed bloc, none takes the long way."""
        outward, homeward = self._least(self.shortest())
        factor, more = self.params.crossings.plausible
        from_bloc, into_bloc = self.bloc[self.start] >= 0, self.bloc[self.end] >= 0
        out = (self.km <= factor * outward + more) & ~(from_bloc & ~into_bloc)
        home = (self.km <= factor * homeward + more) & ~(into_bloc & ~from_bloc)
        least = np.minimum(np.where(out, outward, _FAR), np.where(home, homeward, _FAR))
        kept = np.flatnonzero(out | home)
        some = self.of(kept)
        excess = (some.km - least[kept]) / (least[kept] + more)
        return _Candidates(
            some.hubs,
            some.bloc,
            some.known,
            some.params,
            some.start,
            some.end,
            some.km,
            some.lines,
            out[kept],
            home[kept],
            excess,
        )

    def around_capes(self, ground: Terrain) -> _Candidates:
        """Return those with a way over water that is not much longer, along that way."""
        graph = ground.waters.graph(len(ground.sea))
        _, node = ground.sea.nearest(self.hubs.points) if len(self.hubs.points) else (None, np.empty(0, np.int64))
        factor, more = self.params.crossings.roundabout
        kept: list[int] = []
        lines: list[Vectors] = []
        for hub in np.unique(self.start):
            own = np.flatnonzero(self.start == hub)
            limit = factor * float(self.km[own].max()) + 2 * more
            reached, previous = dijkstra(graph, indices=node[[hub]], limit=limit, return_predecessors=True)
            away, before = reached[0], previous[0]
            for row in own:
                goal = int(node[self.end[row]])
                if away[goal] > (factor + 0.05) * self.km[row] + more + 10:  # it becomes shorter when it is pulled
                    continue
                path = [goal]
                while before[path[-1]] >= 0:
                    path.append(int(before[path[-1]]))
                line = pulled(
                    np.vstack(
                        [self.hubs.points[hub], ground.sea.points[path[-2:0:-1]], self.hubs.points[self.end[row]]]
                    ),
                    self.params.sea_paths.on_land,
                )
                if line_km(line) <= factor * self.km[row] + more:
                    kept.append(int(row))
                    lines.append(line)
        some = self.of(np.array(kept, np.int64))
        km = np.array([line_km(line) for line in lines])
        return _Candidates(
            some.hubs,
            some.bloc,
            some.known,
            some.params,
            some.start,
            some.end,
            km,
            tuple(lines),
            some.outward,
            some.homeward,
            some.excess,
        )


def _mainland(ends: Hubs, ground: Terrain, params: NetworkParams) -> Rows:
    """Return the node of each hub, or, off a mainland of the same country, the nearest node of that."""
    _, large = parts_of_land(ground, params.hubs.large_part)
    node = ends.node.copy()
    for country in np.unique(ends.country[~large[node]]) if len(node) else ():
        land = np.flatnonzero(large & (ground.land.country == country))
        if land.size:
            islands = np.flatnonzero(~large[node] & (ends.country == country))
            away, row = cKDTree(ground.land.points[land]).query(ends.points[islands])
            near = away <= chord(params.crossings.mainland_km)
            node[islands[near]] = land[np.asarray(row)[near]]
    return node
