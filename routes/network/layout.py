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
from routes.core.params import LayoutParams, NetworkParams
from routes.network.flow_assignment import flow
from routes.network.mdl_selection import Standing, counting_of, scale_of, selected
from routes.network.network import Ways, ways
from routes.network.origin_destination import TripEnds, trip_ends
from routes.network.sea_crossings import Crossings, crossings
from routes.network.sea_paths import near_lines
from routes.network.segments import Drawing, pruned
from routes.network.traced_lines import (
    Traced,
    explained_by,
    keeps_to_one_coast,
    seen_at_ends,
    traced_over_land,
    with_traced_crossings,
)
from routes.ridges.centrelines import Centreline


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines that incidents trace, over land and at sea; the last ``young`` of each have been traced lately only."""

    land: tuple[Centreline, ...] = ()
    sea: tuple[Centreline, ...] = ()
    young: tuple[int, int] = (0, 0)

    def of_all_time(self) -> Lines:
        """Return the others: young lines change nothing in what explains the evidence of all time."""
        return Lines(self.land[: len(self.land) - self.young[0]], self.sea[: len(self.sea) - self.young[1]])


def laid_out(
    incidents: pl.DataFrame, facts: Facts, lines: Lines, params: NetworkParams, replicates: int = 0
) -> Drawing:
    """Return the network of incidents.

    Parameters
    ----------
    incidents : DataFrame
        Of land and sea, placed and dated; columns as of ``trip_ends``.
    facts : Facts
    lines : Lines
        That these incidents trace.
    params : NetworkParams
    replicates : int
        Redraws of the evidence, which tell how sure each way is.
    """
    piles = trip_ends(incidents, facts, params.trip_ends)
    points, weights = piles.points[piles.at_sea], piles.weights[piles.at_sea]
    sea = crossings(points, weights, terrain(), facts, params)
    old = lines.of_all_time()
    ground, traced = traced_over_land([line.points for line in lines.land], terrain(), params.traced)
    at_sea = [line.points for line in old.sea]
    sea, sea_line_of = with_traced_crossings(at_sea, sea, ground, points, weights, params)
    every = ways(piles, sea, facts, ground, params.ways)
    standing = _standing(every, piles, old, traced[: len(old.land)], sea_line_of, params)
    scale = max(scale_of(piles, params.selection), _least_scale(piles, params.selection.least_scale))
    least = params.selection.least_gain * params.layout.gain * _strict(scale, params.layout)
    taken = selected(every, piles, standing, least, params, replicates)
    drawn = pruned(every, piles, taken.counted.drawn, params.segments.spur_km) | standing.drawn
    for young in traced[len(old.land) :]:
        drawn[young.way] = True
    moved = flow(every, piles, drawn, params.journeys)
    return Drawing(
        every, piles, drawn, taken, moved, tuple(zip(lines.land, traced, strict=True)), lines.sea, sea_line_of, params
    )


def _strict(scale: float, params: LayoutParams) -> float:
    """Return the factor of what has to be explained: where evidence is plentiful, silence on a way means no route."""
    return float(scale ** (params.plenty_power if scale > 1 else params.scarce_power))


def _least_scale(piles: TripEnds, least: float) -> float:
    """Return how far thresholds may fall where evidence is scarce: not where no journey is told, as noise is scarce."""
    told = float(piles.told @ piles.weights) / max(float(piles.weights.sum()), 1e-9)
    return 1 - told * (1 - least)


def _standing(
    every: Ways,
    piles: TripEnds,
    lines: Lines,
    traced: Sequence[Traced],
    sea_line_of: Rows,
    params: NetworkParams,
) -> Standing:
    """Return what traced lines leave to be explained, and where journeys may end."""
    drawn = np.zeros(len(every.kind), bool)
    observed = np.zeros(len(every.country), bool)
    observed[: len(every.seen)] = every.seen >= params.segments.observed
    for one in traced:
        drawn[one.way] = True
        observed[one.nodes] = True
    told, own = piles.told, params.layout
    drawn[every.roads + _standing_crossings(every.crossings, piles, told, sea_line_of, own.mostly_told)] = True
    length = every.length.copy()
    boats = slice(every.roads, every.roads + len(every.crossings))
    counted = piles.weights * counting_of(piles, told, params.selection)
    length[boats] *= own.sea_length * (1 + own.lone_end * _lone(every.crossings, piles, counted, own))
    return Standing(drawn, _explained(piles, lines, told, params), told, observed, length)


def _standing_crossings(sea: Crossings, piles: TripEnds, told: Floats, sea_line_of: Rows, mostly_told: float) -> Rows:
    """Return the traced lines that stand as crossings: where journeys are told, one of them has to take the line."""
    traced = np.flatnonzero(sea_line_of >= 0)
    if not traced.size:
        return traced
    cover, afloat = sea.cover[traced], piles.at_sea
    weight = cover @ piles.weights[afloat]
    share = (cover @ (piles.weights * told)[afloat]) / np.maximum(weight, 1e-9)
    return np.asarray(traced[share < mostly_told])


def _lone(sea: Crossings, piles: TripEnds, counted: Floats, params: LayoutParams) -> Floats:
    if not len(sea):
        return np.empty(0)
    seen = seen_at_ends(sea, piles.points, counted, params.end_kernel_km)
    return np.asarray(1 - np.minimum(seen / params.least_end, 1))


def _explained(piles: TripEnds, lines: Lines, told: Floats, params: NetworkParams) -> Floats:
    """Return how far traced lines explain each pile: not wholly where journeys are told, as these explain the line."""
    explained = np.zeros(len(piles.points))
    ashore, afloat = np.flatnonzero(~piles.at_sea), np.flatnonzero(piles.at_sea)
    over_land = [line.points for line in lines.land]
    own = params.selection
    kernel = (own.land_free_km, own.land_reach_km, own.land_cut_km)
    explained[ashore] = explained_by(over_land, piles.points[ashore], *kernel)
    explained[ashore] *= 1 - params.layout.traced_land * told[ashore]
    if lines.sea and len(afloat):
        near, _ = near_lines(tuple(line.points for line in lines.sea), piles.points[afloat], params.sea_paths)
        coastal = np.array([keeps_to_one_coast(line.points, params.traced) for line in lines.sea])
        held = near.multiply(np.where(coastal, params.layout.coastal, 1.0)[:, None]).tocsr()
        explained[afloat] = held.max(axis=0).toarray().ravel() * (1 - told[afloat])
    return explained
