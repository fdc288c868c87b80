"""The stages from INDEX to REFINE in order: incidents of one mode become the centrelines along which they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from geodata import hexes
from geodata.incident import Mode
from routes.blobs import without_blobs
from routes.chains import smoothed, strokes, without_short_parts, without_spurs
from routes.cube import counts
from routes.density import bandwidth, clutter, dense, kernel_counts
from routes.domain import Domain, domain
from routes.refine import held_to_side, mostly_on_side, on_crest
from routes.ridges import Edges, ridge_edges
from routes.sphere import Vectors
from routes.tails import with_tails, without_overshoot

USUAL_RESOLUTION = 5
STRAIT_RESOLUTION = 6
_SMOOTHING_ROUNDS = 6
_REACH_BANDWIDTHS = 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The resolution at which centrelines are looked for, and the lengths, km, that follow from it.

    Attributes
    ----------
    resolution : int
        H3.
    reach_km : float, km
        No dense cell stays farther than this from a line.
    leaf_km, spur_km : float, km
        Dead ends shorter than this are no corridors: before and after the lines are moved onto the crest.
    part_km : float, km
        Connected lines shorter than this in all are none.
    """

    resolution: int
    reach_km: float
    leaf_km: float
    spur_km: float
    part_km: float

    @classmethod
    def at(cls, resolution: int) -> Scale:
        """Return the lengths of resolution 5, scaled with the spacing of the cells."""
        factor = float(hexes.SPACING_KM[resolution] / hexes.SPACING_KM[USUAL_RESOLUTION])
        return cls(resolution, 45 * factor, 60 * factor, 45 * factor, 80 * factor)


@dataclass(frozen=True, slots=True)
class Centreline:
    """A line along which incidents lie.

    Attributes
    ----------
    points : Vectors, (n, 3)
    reach_km : float, km
        How far from it an incident may lie and still count to it.
    """

    points: Vectors
    reach_km: float


def centrelines(incidents: pl.DataFrame, mode: Mode, scale: Scale) -> list[Centreline]:
    """Return the centrelines of one mode.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat in degrees, time_start UTC; none null.
    mode : str
        land or sea: which cells can be passed.
    scale : Scale
    """
    if incidents.is_empty():
        return []
    area = domain(counts(incidents, scale.resolution), mode, scale.resolution)
    width = bandwidth(area)
    edges = _ridge_graph(area, width, scale)
    # Where gaps will be bridged.
    if not len(edges):
        return []
    nodes = np.unique(edges)
    points = area.points.copy()
    points[nodes] = on_crest(area, nodes, width)
    edges = without_spurs(edges, points, scale.spur_km)
    edges = without_short_parts(edges, points, scale.part_km)
    lines = strokes(edges, points)
    points = smoothed(points, lines, _SMOOTHING_ROUNDS)
    points[nodes] = held_to_side(area, points[nodes], mode)
    found = [Centreline(points[line], _REACH_BANDWIDTHS * width) for line in lines]
    return [line for line in found if mostly_on_side(line.points, mode)]


def _ridge_graph(area: Domain, width: float, scale: Scale) -> Edges:
    density = kernel_counts(area, width)
    mask = dense(area, density, clutter(area, density))
    rows = np.flatnonzero(mask)
    if not rows.size:
        return np.empty((0, 2), dtype=np.int64)
    ridges = rows[ridge_edges(density[rows], area.neighbours[rows][:, rows])]
    edges = with_tails(area, density, mask, ridges, scale.reach_km)
    edges = without_blobs(area, density, mask, edges, scale.leaf_km)
    return without_overshoot(area, density, edges, width)
