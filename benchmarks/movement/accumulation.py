"""Peer: flow accumulation. From where people start, past each incident, to where they may be going, the cheapest way.

Land and sea are one graph of the cells of the terrain; putting out and landing, and each border, cost extra. What is
walked by a share of all incidents is drawn. Bundled, ways that are used become cheaper, in four rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.movement.answers import ONE_WAY, Answer, Leg, Line, decided
from benchmarks.movement.compass import NEAREST_SOURCES, Compass
from benchmarks.movement.worlds import World
from geodata.model.incident import Mode
from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import Floats, Mask, Rows, Vectors, km_between, lonlat, unit_vectors
from routes.network.shortest_paths import Before, walked
from routes.ridges.graph_chains import chains

SHARES = 0.005, 0.01, 0.02, 0.04, 0.08
"""Of all incidents: flow from which a way is drawn."""
ROUNDS = {"plain": 1, "bundled": 4}
SETTINGS = tuple(f"{name}, {share:.1%}" for name in ROUNDS for share in SHARES)
BORDER_KM, EMBARK_KM, SEA_EFFORT = 60.0, 100.0, 1.3
MARGIN_DEGREES = 8.0
EASE, HALF_EASED = 3.0, 0.003
"""A way is up to 1 + ``EASE`` times cheaper the more use it; half of that at this share of all incidents."""
NEIGHBOURS = 10


def accumulation(world: World) -> dict[str, Answer]:
    """Return the ways that a share of all incidents uses, by the number of rounds and the share."""
    ground = _Ground.around(world)
    trips = _trips(world, ground)
    by_rounds = [_accumulated(ground, trips, rounds) for rounds in ROUNDS.values()]
    answers = [_answer(ground, used, share * world.incidents.height) for used in by_rounds for share in SHARES]
    return dict(zip(SETTINGS, answers, strict=True))


@dataclass(frozen=True, eq=False)
class _Ground:
    """The graph: nodes on land, behind them those at sea; edges over land, at sea, and between."""

    points: Vectors
    country: Rows
    land: int
    start: Rows
    end: Rows
    cost: Floats
    codes: tuple[str, ...]

    @classmethod
    def around(cls, world: World) -> _Ground:
        """Return the graph for the box of a region, and of its starts and goals."""
        ground = terrain()
        box = world.region.box
        wide = (box.west - MARGIN_DEGREES, box.south - MARGIN_DEGREES, box.east + MARGIN_DEGREES)
        kept = []
        for nodes in (ground.land, ground.sea):
            lon, lat = lonlat(nodes.points).T
            kept.append((lon >= wide[0]) & (lon <= wide[2]) & (lat >= wide[1]) & (lat <= box.north + MARGIN_DEGREES))
        on_land, at_sea = (np.cumsum(mask) - 1 for mask in kept)
        land = int(kept[0].sum())
        roads = ground.roads.where(kept[0][ground.roads.start] & kept[0][ground.roads.end])
        waters = ground.waters.where(kept[1][ground.waters.start] & kept[1][ground.waters.end])
        _, ashore, afloat = np.intersect1d(
            ground.land.cells[kept[0]], ground.sea.cells[kept[1]], assume_unique=True, return_indices=True
        )
        country = ground.land.country
        borders = BORDER_KM * (country[roads.start] != country[roads.end])
        return cls(
            np.concatenate([ground.land.points[kept[0]], ground.sea.points[kept[1]]]),
            np.r_[country[kept[0]], np.full(int(kept[1].sum()), -1)],
            land,
            np.r_[on_land[roads.start], land + at_sea[waters.start], ashore],
            np.r_[on_land[roads.end], land + at_sea[waters.end], land + afloat],
            np.r_[roads.km + borders, SEA_EFFORT * waters.km, np.full(len(ashore), EMBARK_KM)],
            tuple(map(str, ground.codes)),
        )

    def graph(self, cost: Floats) -> csr_array:
        """Return the graph with a cost for each edge, (2, e): forward and backward."""
        rows, columns = np.r_[self.start, self.end], np.r_[self.end, self.start]
        return csr_array(coo_array((cost.ravel(), (rows, columns)), shape=(len(self.points),) * 2))

    def edge(self, tail: Rows, head: Rows) -> Rows:
        """Return the number of each directed edge: behind the edges forward, those backward."""
        key = np.r_[self.start * len(self.points) + self.end, self.end * len(self.points) + self.start]
        order = np.argsort(key)
        return order[np.searchsorted(key[order], tail * len(self.points) + head)]

    def nearest(self, points: Vectors, at_sea: Mask) -> Rows:
        """Return the node of each place, on its own side of the coast."""
        node = np.empty(len(points), np.int64)
        node[~at_sea] = cKDTree(self.points[: self.land]).query(points[~at_sea])[1]
        node[at_sea] = self.land + cKDTree(self.points[self.land :]).query(points[at_sea])[1]
        return node


@dataclass(frozen=True, eq=False)
class _Trips:
    """How many incidents lie at a node whose people started in a country, by rows of ``origins`` and ``goals``."""

    node: Rows
    origin: Rows
    weight: Floats
    origins: tuple[str, ...]
    start: Rows
    goals: tuple[str, ...]
    anchors: tuple[Rows, ...]
    further: Floats


def _trips(world: World, ground: _Ground) -> _Trips:
    facts = Compass(world).facts
    frame = world.incidents
    points = unit_vectors(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    node = ground.nearest(points, (frame["mode"] == "sea").to_numpy())
    stated = [named[0]["iso3"] if named else "" for named in frame["origins"].to_list()]
    origins, shares = _shares(np.array(stated), points, sorted(set(facts.by_origin)), facts.starts.places)
    places = np.array([facts.starts.places[code] for code in origins])
    start = ground.nearest(unit_vectors(places[:, 0], places[:, 1]), np.zeros(len(origins), bool))
    goals = tuple(sorted({goal for code in origins for goal in facts.destinations(code)}))
    further = np.full((len(origins), len(goals)), np.inf)
    for row, code in enumerate(origins):
        further[row, [goals.index(goal) for goal in facts.destinations(code)]] = 0.0
        for one in facts.offsets:
            if one.origin == code:
                further[row, goals.index(one.destination)] = one.km
    blocs = {bloc.code: bloc for bloc in facts.blocs}
    anchors = [
        unit_vectors([place.lon for place in blocs[goal].anchors], [place.lat for place in blocs[goal].anchors])
        for goal in goals
    ]
    table = np.zeros((len(ground.points), len(origins)))
    np.add.at(table, node, shares)
    at, origin = np.nonzero(table)
    ashore = tuple(ground.nearest(some, np.zeros(len(some), bool)) for some in anchors)
    return _Trips(at, origin, table[at, origin], origins, start, goals, ashore, further)


def _shares(
    stated: np.ndarray, points: Vectors, sources: list[str], places: dict[str, tuple[float, float]]
) -> tuple[tuple[str, ...], Floats]:
    """Return countries, and the share of each in each incident: as stated, as neighbours state, by nearness."""
    told = stated != ""
    if not told.any():
        start = np.array([places[code] for code in sources])
        km = km_between(points[:, None, :], unit_vectors(start[:, 0], start[:, 1])[None, :, :])
        near = np.argsort(km, axis=1, kind="stable")[:, :NEAREST_SOURCES]
        shares = np.zeros(km.shape)
        np.put_along_axis(shares, near, 1 / NEAREST_SOURCES, axis=1)
        used = shares.sum(axis=0) > 0
        return tuple(code for code, kept in zip(sources, used, strict=True) if kept), shares[:, used]
    origins = tuple(sorted(set(stated[told].tolist())))
    own = np.array([stated == code for code in origins], float).T
    asked = np.flatnonzero(~told)
    if asked.size:
        near = np.asarray(cKDTree(points[told]).query(points[asked], k=NEIGHBOURS)[1])
        own[asked] = own[told][near].mean(axis=1)
    return origins, own


@dataclass(frozen=True, eq=False)
class _Used:
    """Incidents by directed edge, and by leg between countries."""

    edges: Floats
    legs: dict[Leg, float]


def _accumulated(ground: _Ground, trips: _Trips, rounds: int) -> _Used:
    used = _Used(np.zeros(2 * len(ground.start)), {})
    for _ in range(rounds):
        share = used.edges / trips.weight.sum()
        cost = np.tile(ground.cost, 2) / (1 + EASE * share / (share + HALF_EASED))
        used = _walk(ground, trips, cost)
    return used


def _walk(ground: _Ground, trips: _Trips, cost: Floats) -> _Used:
    graph = ground.graph(cost)
    _, before = dijkstra(graph, indices=trips.start, return_predecessors=True)
    found = [dijkstra(graph.T, indices=some, return_predecessors=True, min_only=True) for some in trips.anchors]
    left, after = np.array([one[0] for one in found]), np.array([one[1] for one in found])
    goal = np.argmin(left[:, trips.node].T + trips.further[trips.origin], axis=1)
    reached = np.isfinite(left[goal, trips.node]) & (
        (before[trips.origin, trips.node] >= 0) | (trips.node == trips.start[trips.origin])
    )
    trips = replace(trips, node=trips.node[reached], origin=trips.origin[reached], weight=trips.weight[reached])
    goal = goal[reached]
    up, up_near, up_far, _ = walked(before, trips.origin, trips.node)
    down, down_near, down_far, _ = walked(after, goal, trips.node)
    edge = np.r_[ground.edge(up_near, up_far), ground.edge(down_far, down_near)]
    weight = trips.weight[np.r_[up, down]]
    edges = np.bincount(edge, weight, 2 * len(ground.start)).astype(np.float64)
    legs: dict[Leg, float] = {}
    for some in (
        _over_land(ground, edges),
        _over_sea(ground, before, after, trips, goal, (up, up_near, up_far), (down, down_near, down_far)),
    ):
        for leg, sum_ in some:
            legs[leg] = legs.get(leg, 0.0) + sum_
    return _Used(edges, legs)


def _over_land(ground: _Ground, edges: Floats) -> Iterator[tuple[Leg, float]]:
    tail, head = (
        ground.country[np.r_[one, other]] for one, other in ((ground.start, ground.end), (ground.end, ground.start))
    )
    borders = np.flatnonzero((tail >= 0) & (head >= 0) & (tail != head) & (edges > 0))
    for row in borders.tolist():
        yield (ground.codes[tail[row]], ground.codes[head[row]], "land"), float(edges[row])


def _over_sea(
    ground: _Ground,
    before: Before,
    after: Before,
    trips: _Trips,
    goal: Rows,
    up: tuple[Rows, Rows, Rows],
    down: tuple[Rows, Rows, Rows],
) -> Iterator[tuple[Leg, float]]:
    """Yield the crossings: those before the incident, those after it, and those on which it lies."""
    put_out, land_at = _ashore(ground, before), _ashore(ground, after)
    afloat = ground.country < 0
    lands = afloat[up[1]] & ~afloat[up[2]]
    leaves = ~afloat[down[2]] & afloat[down[1]]
    sails = np.flatnonzero(afloat[trips.node])
    tails = np.concatenate(
        [
            put_out[trips.origin[up[0][lands]], up[1][lands]],
            down[2][leaves],
            put_out[trips.origin[sails], trips.node[sails]],
        ]
    )
    heads = np.concatenate(
        [
            up[2][lands],
            land_at[goal[down[0][leaves]], down[1][leaves]],
            land_at[goal[sails], trips.node[sails]],
        ]
    )
    whose = np.concatenate([up[0][lands], down[0][leaves], sails])
    start, end = ground.country[tails], ground.country[heads]
    for row in np.flatnonzero((start >= 0) & (end >= 0) & (start != end)).tolist():
        yield (ground.codes[start[row]], ground.codes[end[row]], "sea"), float(trips.weight[whose[row]])


def _ashore(ground: _Ground, towards: Before) -> Rows:
    """Return for each tree and node the first node on land on its way to the root, itself if it is one."""
    here = np.arange(len(ground.points))
    step = np.where((ground.country >= 0) | (towards < 0), here, towards).astype(np.int64)
    while True:
        further = np.take_along_axis(step, step, axis=1)
        if np.array_equal(further, step):
            return step
        step = further


def _answer(ground: _Ground, used: _Used, least: float) -> Answer:
    there, back = used.edges.reshape(2, -1)
    drawn = there + back >= least
    afloat = ground.country < 0
    at_sea = afloat[ground.start] | afloat[ground.end]
    lines = [*_lines(ground, there, back, drawn & ~at_sea, "land"), *_lines(ground, there, back, drawn & at_sea, "sea")]
    return Answer(tuple(lines), decided(used.legs, least))


def _lines(ground: _Ground, there: Floats, back: Floats, drawn: Mask, mode: Mode) -> Iterator[Line]:
    """Yield the drawn edges of a mode as lines between junctions, in the direction of most."""
    rows = np.flatnonzero(drawn)
    edges = np.column_stack([ground.start[rows], ground.end[rows]])
    flow = {}
    for row, (a, b) in zip(rows.tolist(), edges.tolist(), strict=True):
        flow[a, b], flow[b, a] = float(there[row]), float(back[row])
    for run in chains(edges) if len(edges) else ():
        forward, backward = (sum(flow[pair] for pair in pairwise(path)) for path in (run, run[::-1]))
        path = run if forward >= backward else run[::-1]
        if (ground.points[path[0]] != ground.points[path[-1]]).any() or len(path) > 2:
            told = max(forward, backward) >= ONE_WAY * (forward + backward)
            yield Line(ground.points[path], mode, told)
