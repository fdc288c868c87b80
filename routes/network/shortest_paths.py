"""JOURNEYS: cheapest ways from where people start, past the incident, to where they are going."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from routes.core.geodesy import Floats, Rows
from routes.network.network import Cheapest, Ways
from routes.network.origin_destination import TripEnds

UNREACHED = np.inf
STARTS_AT_ONCE = 10

Before = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Demand:
    """Weight that starts in a country and is seen at a place, which is a land node or a crossing.

    Attributes
    ----------
    place, start, stated : Rows, (d,)
        ``start`` indexes the countries of the piles, ``stated`` their goals; -1 where no goal is stated.
    weight : Floats, (d,)
    """

    place: Rows
    start: Rows
    stated: Rows
    weight: Floats

    @classmethod
    def shared(cls, place: Rows, pile: Rows, shares: Floats, stated: Rows, weights: Floats) -> tuple[Demand, csr_array]:
        """Return the demand of some piles at places, and the share of every pile that each part of it is made of.

        Parameters
        ----------
        place, pile : Rows, (n,)
        shares : Floats, (p, k)
            Of every pile over the starts.
        stated : Rows, (p,)
        weights : Floats, (p,)

        Returns
        -------
        Demand, csr_array (p, d)
        """
        which, start = np.nonzero(shares[pile])
        own = pile[which]
        key = np.column_stack([place[which], start, stated[own]]).reshape(-1, 3)
        keys, row = np.unique(key, axis=0, return_inverse=True)
        part = csr_array((shares[own, start], (own, row.reshape(-1))), shape=(len(shares), len(keys)))
        return cls(keys[:, 0], keys[:, 1], keys[:, 2], np.asarray(part.T @ weights)), part

    @property
    def columns(self) -> tuple[Rows, Rows, Rows, Floats]:
        """Return place, start, stated goal and weight."""
        return self.place, self.start, self.stated, self.weight

    def where(self, kept: NDArray[np.bool_]) -> Demand:
        """Return some of it."""
        return Demand(self.place[kept], self.start[kept], self.stated[kept], self.weight[kept])

    def worth_a_way(self, least_share: float, least: float) -> Demand:
        """Return what counts at its place: at least a share of all there, and a least weight."""
        places, place = np.unique(self.place, return_inverse=True)
        pairs, pair = np.unique(np.column_stack([self.place, self.start]), axis=0, return_inverse=True)
        whole = np.bincount(place, self.weight, len(places))[place]
        own = np.bincount(pair, self.weight, len(pairs))[pair]
        return self.where((own >= least_share * whole) & (own >= least))


@dataclass(frozen=True, eq=False)
class Trees:
    """Cheapest ways from every start, and to every goal.

    Attributes
    ----------
    steps : Cheapest
    origin : Rows, (k,)
        Node of each start.
    reach : Floats, (k, n); before : (k, n)
        Cost of reaching each node, and the node before it, -9999 at the start.
    left : Floats, (g, n); after : (g, n)
        Cost of the way still to go, and the next node.
    """

    steps: Cheapest
    origin: Rows
    reach: Floats
    before: Before
    left: Floats
    after: Before

    def onward(self, piles: TripEnds, demand: Demand, tail: Rows, head: Rows, nearness: float) -> tuple[Rows, Floats]:
        """Return the goal of each demand and its cost in km, infinite where it cannot be reached.

        The goal is the one with the smallest detour over the place, nearness second; a stated goal is taken as it is.

        Parameters
        ----------
        piles : TripEnds
        demand : Demand
        tail, head : Rows, (d,)
            The nodes at which the way from the start ends, and the way to the goal begins.
        nearness : float
            How much the way still to go weighs beside the detour.
        """
        may = piles.allowed[demand.start].copy()
        told = np.flatnonzero(demand.stated >= 0)
        may[told] = False
        may[told, demand.stated[told]] = True
        offset = np.where(demand.stated[:, None] >= 0, 0, piles.offset_km[demand.start])
        to_go = self.left[:, head].T + offset
        straight = self.left[:, self.origin[demand.start]].T
        with np.errstate(invalid="ignore"):
            detour = self.reach[demand.start, tail][:, None] + to_go - straight + nearness * to_go
        detour[~may | ~np.isfinite(detour)] = UNREACHED
        goal = np.argmin(detour, axis=1) if detour.shape[1] else np.zeros(len(tail), np.int64)
        return goal, detour[np.arange(len(tail)), goal]


def grown(ways: Ways, cost: Floats, piles: TripEnds, used: NDArray[np.bool_]) -> Trees:
    """Return the trees of the starts that are used, and of the goals that people from there may have.

    Parameters
    ----------
    ways : Ways
    cost : Floats, (2, ways), km
    piles : TripEnds
    used : mask over the countries of the piles
    """
    steps = ways.steps.cheapest(cost)
    size = len(ways.country)
    origin = np.arange(len(ways.ground.land), size)
    reach = np.full((len(origin), size), UNREACHED)
    before = np.full((len(origin), size), -9999, np.int32)
    for some in np.array_split(np.flatnonzero(used), max(int(used.sum()) // STARTS_AT_ONCE, 1)):
        if some.size:
            reach[some], before[some] = steps.from_places(origin[some])
    goals = len(piles.goals)
    left, after = np.full((goals, size), UNREACHED), np.full((goals, size), -9999, np.int32)
    wanted = piles.allowed[used].any(axis=0) | np.isin(np.arange(goals), piles.stated_goal)
    for row in np.flatnonzero(wanted):
        left[row], after[row] = steps.to_any_of(np.unique(ways.ground.land.nearest(piles.goals[row].anchors)[1]))
    return Trees(steps, origin, reach, before, left, after)


def walked(before: Before, tree: Rows, node: Rows) -> tuple[Rows, Rows, Rows, Rows]:
    """Return every step of the way from each node to the root of its tree.

    Parameters
    ----------
    before : (k, n)
        The next node towards the root, negative at the root.
    tree, node : Rows, (d,)

    Returns
    -------
    four Rows, (steps,)
        Whose it is, the nearer node, the farther node, and the number of the step from the node on, from 0.
    """
    none = np.empty(0, np.int64)
    parts: list[tuple[Rows, Rows, Rows, Rows]] = [(none, none, none, none)]
    row, here = np.arange(len(node)), node.astype(np.int64)
    while len(row):
        then = before[tree[row], here].astype(np.int64)
        goes = then >= 0
        row, here, then = row[goes], here[goes], then[goes]
        parts.append((row, then, here, np.full(len(row), len(parts) - 1)))
        here = then
    whose, nearer, farther, step = (np.concatenate(part) for part in zip(*parts, strict=True))
    return whose, nearer, farther, step
