"""LAYOUT: incidents in, the one network that explains them out, as lines between junctions with the trips over them.

Three kinds of evidence lay it out. Lines that incidents trace (``reduce``) are exact. Where they are sparse, journeys
from where people start to where they may be going are drawn as far as they explain what lies near them
(``selection``), the more the better their origins are told. Crossings are drawn where evidence lies at both ends or
along them.

Source of the method: the project's design of the network; minimum description length after Rissanen (1978), Modeling
by shortest data description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from geodata.model.assumptions import Facts
from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import Floats, Rows
from routes.network.flow_assignment import flow
from routes.network.mdl_selection import (
    LAND_CUT_KM,
    LAND_FREE_KM,
    LAND_REACH_KM,
    LEAST_GAIN,
    LEAST_SCALE,
    ROUNDS,
    Standing,
    counting_of,
    scale_of,
    selected,
)
from routes.network.network import Ways, ways
from routes.network.origin_destination import TripEnds, trip_ends
from routes.network.sea_crossings import Crossings, crossings
from routes.network.sea_paths import near_lines
from routes.network.segments import OBSERVED, Drawing, pruned
from routes.network.traced_lines import (
    Traced,
    explained_by,
    keeps_to_one_coast,
    seen_at_ends,
    traced_over_land,
    with_traced_crossings,
)
from routes.ridges.centrelines import Centreline

GAIN = 0.7
"""What a new kilometre has to explain beside lines that are traced, in times of what it has to without any."""
PLENTY_POWER, SCARCE_POWER = 3.0, 0.6
"""How fast what has to be explained grows with the evidence around, above and below the usual."""
SEA_LENGTH = 2.0
"""How many times longer a crossing counts than a way over land."""
LONE_END = 0.5
"""How much longer a crossing counts that has no evidence at one of its ends."""
LEAST_END, END_KERNEL_KM = 1.0, 30.0
"""Evidence at an end of a crossing that is enough, under a kernel of this width."""
MOSTLY_TOLD = 0.5
COASTAL = 0.2
"""How far a line at sea that keeps to one coast explains its incidents: nobody travels along it."""
TRACED_LAND = 0.85
"""How much of what a line traced over land would explain is left to journeys, where these are told."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines that incidents trace, over land and at sea; the last ``young`` of each have been traced lately only."""

    land: tuple[Centreline, ...] = ()
    sea: tuple[Centreline, ...] = ()
    young: tuple[int, int] = (0, 0)

    def of_all_time(self) -> Lines:
        """Return the others: young lines change nothing in what explains the evidence of all time."""
        return Lines(self.land[: len(self.land) - self.young[0]], self.sea[: len(self.sea) - self.young[1]])


def laid_out(incidents: pl.DataFrame, facts: Facts, lines: Lines, replicates: int = 0) -> Drawing:
    """Return the network of incidents.

    Parameters
    ----------
    incidents : DataFrame
        Of land and sea, placed and dated; columns as of ``trip_ends``.
    facts : Facts
    lines : Lines
        That these incidents trace.
    replicates : int
        Redraws of the evidence, which tell how sure each way is.
    """
    piles = trip_ends(incidents, facts)
    points, weights = piles.points[piles.at_sea], piles.weights[piles.at_sea]
    sea = crossings(points, weights, terrain(), facts)
    old = lines.of_all_time()
    ground, traced = traced_over_land([line.points for line in lines.land], terrain())
    sea, sea_line_of = with_traced_crossings([line.points for line in old.sea], sea, ground, points, weights)
    every = ways(piles, sea, facts, ground)
    standing = _standing(every, piles, old, traced[: len(old.land)], sea_line_of)
    least = LEAST_GAIN * GAIN * _strict(max(scale_of(piles), _least_scale(piles)))
    taken = selected(every, piles, standing, least, ROUNDS, replicates)
    drawn = pruned(every, piles, taken.counted.drawn) | standing.drawn
    for young in traced[len(old.land) :]:
        drawn[young.way] = True
    moved = flow(every, piles, drawn)
    return Drawing(
        every, piles, drawn, taken, moved, tuple(zip(lines.land, traced, strict=True)), lines.sea, sea_line_of
    )


def _strict(scale: float) -> float:
    """Return the factor of what has to be explained: where evidence is plentiful, silence on a way means no route."""
    return float(scale ** (PLENTY_POWER if scale > 1 else SCARCE_POWER))


def _least_scale(piles: TripEnds) -> float:
    """Return how far thresholds may fall where evidence is scarce: not where no journey is told, as noise is scarce."""
    told = float(piles.told @ piles.weights) / max(float(piles.weights.sum()), 1e-9)
    return 1 - told * (1 - LEAST_SCALE)


def _standing(every: Ways, piles: TripEnds, lines: Lines, traced: Sequence[Traced], sea_line_of: Rows) -> Standing:
    """Return what traced lines leave to be explained, and where journeys may end."""
    drawn = np.zeros(len(every.kind), bool)
    observed = np.zeros(len(every.country), bool)
    observed[: len(every.seen)] = every.seen >= OBSERVED
    for one in traced:
        drawn[one.way] = True
        observed[one.nodes] = True
    told = piles.told
    drawn[every.roads + _standing_crossings(every.crossings, piles, told, sea_line_of)] = True
    length = every.length.copy()
    boats = slice(every.roads, every.roads + len(every.crossings))
    counted = piles.weights * counting_of(piles, told)
    length[boats] *= SEA_LENGTH * (1 + LONE_END * _lone(every.crossings, piles, counted))
    return Standing(drawn, _explained(piles, lines, told), told, observed, length)


def _standing_crossings(sea: Crossings, piles: TripEnds, told: Floats, sea_line_of: Rows) -> Rows:
    """Return the traced lines that stand as crossings: where journeys are told, one of them has to take the line."""
    traced = np.flatnonzero(sea_line_of >= 0)
    if not traced.size:
        return traced
    cover, afloat = sea.cover[traced], piles.at_sea
    weight = cover @ piles.weights[afloat]
    share = (cover @ (piles.weights * told)[afloat]) / np.maximum(weight, 1e-9)
    return np.asarray(traced[share < MOSTLY_TOLD])


def _lone(sea: Crossings, piles: TripEnds, counted: Floats) -> Floats:
    if not len(sea):
        return np.empty(0)
    seen = seen_at_ends(sea, piles.points, counted, END_KERNEL_KM)
    return np.asarray(1 - np.minimum(seen / LEAST_END, 1))


def _explained(piles: TripEnds, lines: Lines, told: Floats) -> Floats:
    """Return how far traced lines explain each pile: not wholly where journeys are told, as these explain the line."""
    explained = np.zeros(len(piles.points))
    ashore, afloat = np.flatnonzero(~piles.at_sea), np.flatnonzero(piles.at_sea)
    over_land = [line.points for line in lines.land]
    explained[ashore] = explained_by(over_land, piles.points[ashore], LAND_FREE_KM, LAND_REACH_KM, LAND_CUT_KM)
    explained[ashore] *= 1 - TRACED_LAND * told[ashore]
    if lines.sea and len(afloat):
        near, _ = near_lines(tuple(line.points for line in lines.sea), piles.points[afloat])
        coastal = np.array([keeps_to_one_coast(line.points) for line in lines.sea])
        held = near.multiply(np.where(coastal, COASTAL, 1.0)[:, None]).tocsr()
        explained[afloat] = held.max(axis=0).toarray().ravel() * (1 - told[afloat])
    return explained
