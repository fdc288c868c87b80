"""FLOW: how much of what was seen moves along each way, in which direction, whence and whither.

Every pile sends its weight from its starts past itself to the goal that each start would choose, over the cheapest
ways; those of the network are cheap. What takes one way together is a trip. Trips stay as they are when piles are
counted anew, in a window or in a redraw: then only their weights are summed again. Flow is no number of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, hstack

from routes.core.geodesy import Floats, Mask, Rows
from routes.core.params import JourneyParams
from routes.network.mdl_selection import land_demand
from routes.network.network import Ways
from routes.network.origin_destination import TripEnds
from routes.network.shortest_paths import Before, Demand, Trees, grown, walked


@dataclass(frozen=True, eq=False)
class Flow:
    """Trips, and the steps that they take.

    Attributes
    ----------
    start, goal : Rows, (t,)
        Of each trip: index into the countries and the goals of the piles.
    ends_in : Rows, (t,)
        Index of the country in which it ends, of the terrain.
    share : csr_array, (p, t)
        Share of each pile that takes each trip; rows sum to one, or to less where there is no way.
    trip, way, back : Rows, (s,)
        Steps: of which trip, along which way, and whether against its direction (1).
    weight : Floats, (t,)
        Of the trips, by the weights of the piles.
    lost : float
        Weight for which there is no way.
    """

    start: Rows
    goal: Rows
    ends_in: Rows
    share: csr_array
    trip: Rows
    way: Rows
    back: Rows
    weight: Floats
    lost: float

    def directed(self, ways: int) -> Floats:
        """Return the weight of each way forward and backward, (2, ways)."""
        sums = np.bincount(self.back * ways + self.way, self.weight[self.trip], 2 * ways)
        return np.asarray(sums.reshape(2, ways))

    @cached_property
    def by_way(self) -> tuple[Rows, Rows]:
        """The steps in the order of their ways, and where those of each way begin among them."""
        order = np.argsort(self.way, kind="stable")
        return order, np.searchsorted(self.way[order], np.arange(int(self.way.max(initial=0)) + 2))

    def steps_on(self, some: Rows) -> Rows:
        """Return the steps along some ways, those of each way together."""
        order, begin = self.by_way
        known = np.minimum(some, len(begin) - 2)
        first = begin[known]
        size = np.where(some < len(begin) - 1, begin[known + 1] - first, 0)
        at = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
        return np.asarray(order[at])


@dataclass(frozen=True, eq=False)
class _Trips:
    """Piles that go from a start to a node, perhaps over a crossing, and from another node to a goal."""

    demand: Demand
    share: csr_array
    goal: Rows
    tail: Rows
    head: Rows
    crossing: Rows
    back: Rows


def flow(ways: Ways, piles: TripEnds, drawn: Mask, params: JourneyParams) -> Flow:
    """Return the flow over ways, those that are drawn first.

    Parameters
    ----------
    ways : Ways
    piles : TripEnds
    drawn : mask over the ways
    params : JourneyParams
    """
    starts = _starts(piles, params.least_start)
    every = starts.sum(axis=0) > 0
    trees = grown(ways, np.where(drawn, ways.cost * params.flow_ease, ways.cost), piles, every)
    on_land, share = land_demand(ways, piles, starts)
    goal, detour = trees.onward(piles, on_land, on_land.place, on_land.place, params.nearness)
    goes = np.isfinite(detour)
    land = on_land.where(goes)
    none = np.full(len(land.place), -1)
    ashore = _Trips(land, share[:, goes], goal[goes], land.place, land.place, none, np.zeros_like(none))
    afloat = _sailed(ways, piles, trees, drawn, starts, params.nearness)
    return _moved(ways, trees, (ashore, afloat), piles.weights)


def _starts(piles: TripEnds, least: float) -> Floats:
    """Return the shares of starts without those that are too small, (p, k)."""
    shares = np.where(piles.starts > least, piles.starts, 0)
    total = shares.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _sailed(ways: Ways, piles: TripEnds, trees: Trees, drawn: Mask, starts: Floats, nearness: float) -> _Trips:
    """Return the trips of piles at sea, each over the crossing that explains it best."""
    crossing, pile = _by_crossing(ways, piles, drawn)
    demand, share = Demand.shared(crossing, pile, starts, piles.stated_goal, piles.weights)
    best = np.full(len(demand.place), np.inf)
    goal, back = np.zeros(len(best), np.int64), np.zeros(len(best), np.int64)
    way = ways.roads + demand.place
    for turn in (0, 1):
        tail, head = (ways.start[way], ways.end[way]) if turn == 0 else (ways.end[way], ways.start[way])
        towards, detour = trees.onward(piles, demand, tail, head, nearness)
        better = (detour < best) & ways.may[turn, way]
        best[better], goal[better], back[better] = detour[better], towards[better], turn
    goes = np.isfinite(best)
    tail, head = (
        np.where(back == 0, ways.start[way], ways.end[way]),
        np.where(back == 0, ways.end[way], ways.start[way]),
    )
    own = demand.where(goes)
    return _Trips(own, share[:, goes], goal[goes], tail[goes], head[goes], own.place, back[goes])


def _by_crossing(ways: Ways, piles: TripEnds, drawn: Mask) -> tuple[Rows, Rows]:
    """Return the drawn crossing that explains each pile at sea best, and the pile.

    For a pile that states where people put out, crossings that touch this country come first.
    """
    sea = np.flatnonzero(piles.at_sea)
    number = len(ways.crossings)
    taken = np.flatnonzero(drawn[ways.roads : ways.roads + number])
    pairs = ways.crossings.cover[taken].tocoo() if taken.size else None
    if pairs is None or not pairs.nnz:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    crossing, pile = taken[pairs.coords[0]], sea[pairs.coords[1]]
    departs = _touches(ways, piles, crossing, pile)
    order = np.lexsort((-crossing, pairs.data, departs, pile))
    last = order[np.r_[pile[order][1:] != pile[order][:-1], True]]
    return crossing[last], pile[last]


def _touches(ways: Ways, piles: TripEnds, crossing: Rows, pile: Rows) -> Mask:
    """Tell which crossings touch the country from which a pile states that people put out."""
    index = np.array([ways.ground.index.get(code, -2) for code in (*piles.countries, "?")], np.int64)
    wanted = index[piles.departure[pile]]
    hubs, sea = ways.crossings.hubs.country, ways.crossings
    return np.asarray((hubs[sea.start[crossing]] == wanted) | (hubs[sea.end[crossing]] == wanted))


def _moved(ways: Ways, trees: Trees, trips: tuple[_Trips, _Trips], weights: Floats) -> Flow:
    """Return trips with the steps that they take."""
    start = np.concatenate([trip.demand.start for trip in trips])
    goal, tail, head, crossing, turn = (
        np.concatenate([getattr(trip, name) for trip in trips]) for name in ("goal", "tail", "head", "crossing", "back")
    )
    up, up_to, up_from, _ = walked(trees.before, start, tail)
    down, down_to, down_from, _ = walked(trees.after, goal, head)
    step = np.r_[trees.steps.between(up_to, up_from), trees.steps.between(down_from, down_to)]
    sails = np.flatnonzero(crossing >= 0)
    share = csr_array(hstack([trip.share for trip in trips], format="csr"))
    weight = np.asarray(share.T @ weights)
    return Flow(
        start=start,
        goal=goal,
        ends_in=ways.ground.land.country[_roots(trees.after, goal, head)],
        share=share,
        trip=np.r_[up, down, sails],
        way=np.r_[trees.steps.steps.way[step], ways.roads + crossing[sails]],
        back=np.r_[trees.steps.steps.back[step], turn[sails]],
        weight=weight,
        lost=float(weights.sum() - weight.sum()),
    )


def _roots(after: Before, tree: Rows, node: Rows) -> Rows:
    """Return the node at which the way from each node ends."""
    root = node.astype(np.int64)
    whose, nearer, _, _ = walked(after, tree, node)
    root[whose] = nearer
    return root
