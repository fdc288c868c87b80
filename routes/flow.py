"""FLOW: how much of what was seen moves along each way, in which direction, whence and whither.

Flow is the weight of piles, not a number of people. Every pile sends its weight from its starts past itself to the goal
that each start would choose, over the cheapest ways; those of the network are cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routes.journeys import Before, Demand, Trees, grown, walked
from routes.selection import demands
from routes.sphere import Floats, Mask, Rows
from routes.voyages import Voyages
from routes.ways import Ways

FLOW_EASE = 0.3
LEAST_START = 0.02
"""Smaller shares of a start are left out at sea."""


@dataclass(frozen=True, eq=False)
class Flow:
    """Weight that moves along ways, by direction, start and goal.

    Attributes
    ----------
    way, back, start, goal : Rows, (f,)
    weight : Floats, (f,)
    begun : Floats, (k,)
        Weight by start.
    ended : Floats, (countries of the terrain,)
        Weight by the country in which it ends.
    lost : float
        Weight for which there is no way.
    """

    way: Rows
    back: Rows
    start: Rows
    goal: Rows
    weight: Floats
    begun: Floats
    ended: Floats
    lost: float

    def directed(self, ways: int) -> Floats:
        """Return the weight of each way forward and backward, (2, ways)."""
        sums = np.bincount(self.back * ways + self.way, self.weight, 2 * ways)
        return np.asarray(sums.reshape(2, ways))


@dataclass(frozen=True, eq=False)
class _Trips:
    """Weight that goes from a start to a node, perhaps over a crossing, and from another node to a goal."""

    demand: Demand
    goal: Rows
    tail: Rows
    head: Rows
    crossing: Rows
    back: Rows


def flow(ways: Ways, piles: Voyages, drawn: Mask) -> Flow:
    """Return the flow over ways, those that are drawn first.

    Parameters
    ----------
    ways : Ways
    piles : Voyages
    drawn : mask over the ways
    """
    on_land, _ = demands(ways, piles)
    every = piles.starts[piles.placed].sum(axis=0) > 0
    trees = grown(ways, np.where(drawn, ways.cost * FLOW_EASE, ways.cost), piles, every)
    goal, detour = trees.onward(piles, on_land, on_land.place, on_land.place)
    goes = np.isfinite(detour)
    land = on_land.where(goes)
    none = np.full(len(land.place), -1)
    trips = [_Trips(land, goal[goes], land.place, land.place, none, np.zeros_like(none))]
    over, missed = _sailed(ways, piles, trees, drawn)
    trips.append(over)
    lost = float(on_land.weight[~goes].sum()) + missed
    return _moved(ways, trees, trips, len(piles.countries), lost)


def _sailed(ways: Ways, piles: Voyages, trees: Trees, drawn: Mask) -> tuple[_Trips, float]:
    """Return the trips of piles at sea, each over the crossing that explains it best, and the weight of others."""
    demand, missed = _by_crossing(ways, piles, drawn)
    best = np.full(len(demand.place), np.inf)
    goal, back = np.zeros(len(best), np.int64), np.zeros(len(best), np.int64)
    way = ways.roads + demand.place
    for turn in (0, 1):
        tail, head = (ways.start[way], ways.end[way]) if turn == 0 else (ways.end[way], ways.start[way])
        towards, detour = trees.onward(piles, demand, tail, head)
        better = (detour < best) & ways.may[turn, way]
        best[better], goal[better], back[better] = detour[better], towards[better], turn
    goes = np.isfinite(best)
    tail, head = (
        np.where(back == 0, ways.start[way], ways.end[way]),
        np.where(back == 0, ways.end[way], ways.start[way]),
    )
    trips = _Trips(demand.where(goes), goal[goes], tail[goes], head[goes], demand.place[goes], back[goes])
    return trips, missed + float(demand.weight[~goes].sum())


def _by_crossing(ways: Ways, piles: Voyages, drawn: Mask) -> tuple[Demand, float]:
    """Return the demand of each drawn crossing from the piles that it explains best.

    For a pile that states where people put out, crossings that touch this country come first.
    """
    sea = np.flatnonzero(piles.at_sea)
    number = len(ways.crossings)
    taken = np.flatnonzero(drawn[ways.roads : ways.roads + number])
    pairs = ways.crossings.cover[taken].tocoo() if taken.size else None
    if pairs is None or not pairs.nnz:
        none = np.empty(0, np.int64)
        return Demand(none, none, none, np.empty(0)), float(piles.weights[sea].sum())
    crossing, pile = taken[pairs.coords[0]], sea[pairs.coords[1]]
    departs = _touches(ways, piles, crossing, pile)
    order = np.lexsort((-crossing, pairs.data, departs, pile))
    last = order[np.r_[pile[order][1:] != pile[order][:-1], True]]
    crossing, pile = crossing[last], pile[last]
    shares = np.where(piles.starts[pile] > LEAST_START, piles.starts[pile], 0)
    missed = float(piles.weights[sea].sum() - piles.weights[pile].sum())
    return Demand.of(crossing, shares, piles.stated_goal[pile], piles.weights[pile]), missed


def _touches(ways: Ways, piles: Voyages, crossing: Rows, pile: Rows) -> Mask:
    """Tell which crossings touch the country from which a pile states that people put out."""
    index = np.array([ways.ground.index.get(code, -2) for code in (*piles.countries, "?")], np.int64)
    wanted = index[piles.departure[pile]]
    hubs, sea = ways.crossings.hubs.country, ways.crossings
    return np.asarray((hubs[sea.start[crossing]] == wanted) | (hubs[sea.end[crossing]] == wanted))


def _moved(ways: Ways, trees: Trees, trips: list[_Trips], starts: int, lost: float) -> Flow:
    """Return the sums of trips over the steps that they take."""
    demand = Demand(
        np.concatenate([trip.demand.place for trip in trips]),
        np.concatenate([trip.demand.start for trip in trips]),
        np.concatenate([trip.demand.stated for trip in trips]),
        np.concatenate([trip.demand.weight for trip in trips]),
    )
    goal, tail, head, crossing, turn = (
        np.concatenate([getattr(trip, name) for trip in trips]) for name in ("goal", "tail", "head", "crossing", "back")
    )
    up, up_to, up_from = walked(trees.before, demand.start, tail)
    down, down_to, down_from = walked(trees.after, goal, head)
    step = np.r_[trees.steps.between(up_to, up_from), trees.steps.between(down_from, down_to)]
    sails = np.flatnonzero(crossing >= 0)
    whose = np.r_[up, down, sails]
    way = np.r_[trees.steps.steps.way[step], ways.roads + crossing[sails]]
    back = np.r_[trees.steps.steps.back[step], turn[sails]]
    goals = len(trees.left)
    key = ((way * 2 + back) * max(starts, 1) + demand.start[whose]) * goals + goal[whose]
    keys, row = np.unique(key, return_inverse=True)
    weight = np.bincount(row, demand.weight[whose], len(keys)).astype(np.float64)
    rest, to = np.divmod(keys, goals)
    rest, start = np.divmod(rest, max(starts, 1))
    way, back = np.divmod(rest, 2)
    root = _roots(trees.after, goal, head)
    country = ways.ground.land.country
    ended = np.bincount(country[root], demand.weight, len(ways.ground.codes)).astype(np.float64)
    begun = np.bincount(demand.start, demand.weight, starts).astype(np.float64)
    return Flow(way, back, start, to, weight, begun, ended, lost)


def _roots(after: Before, tree: Rows, node: Rows) -> Rows:
    """Return the node at which the way from each node ends."""
    root = node.astype(np.int64)
    whose, nearer, _ = walked(after, tree, node)
    root[whose] = nearer
    return root
