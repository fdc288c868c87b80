"""The stages from INDEX to REFINE in order: incidents of one mode become the centrelines along which they lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.model.incident import Mode
from routes.core.geodesy import Floats, Vectors, km_between, line_km
from routes.core.params import RidgeParams
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import Domain, domain
from routes.ridges.bootstrap_support import support_at
from routes.ridges.coast_routing import passages
from routes.ridges.graph_chains import part_of, smoothed, strokes, without_short_parts, without_spurs, without_weak
from routes.ridges.line_refinement import held_to_side, on_crest
from routes.ridges.morse_ridges import Edges
from routes.ridges.ridge_pipeline import RidgeGraph, Scale, ridge_graph


@dataclass(frozen=True, slots=True)
class Centreline:
    """A line along which incidents lie.

    Attributes
    ----------
    points : Vectors, (n, 3)
    reach_km : float, km
        How far from it an incident may lie and still count to it.
    inferred : array of bool, (n - 1,)
        Which of its segments only bridge a gap in the evidence; empty where none does.
    support : Floats, (n,)
        Share of bootstrap replicates in which a line runs near each point; empty where none were made.
    system : int
        The same for lines of one call that are connected.
    """

    points: Vectors
    reach_km: float
    inferred: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    support: Floats = field(default_factory=lambda: np.zeros(0))
    system: int = 0

    def bridges(self, *, turned: bool = False) -> tuple[tuple[float, float], ...]:
        """Return the start and end of each inferred stretch, km from the first point; from the last if ``turned``."""
        if not self.inferred.any():
            return ()
        along = np.concatenate([[0.0], np.cumsum(km_between(self.points[:-1], self.points[1:]))])
        change = np.flatnonzero(np.diff(np.r_[False, self.inferred, False].astype(np.int8)))
        spans = along[change].reshape(-1, 2)
        if turned:
            spans = (along[-1] - spans)[::-1, ::-1]
        return tuple((float(start), float(end)) for start, end in spans)


def centrelines(area: Domain, scale: Scale, params: RidgeParams, replicates: int = 0) -> list[Centreline]:
    """Return the centrelines of the evidence in a domain.

    Parameters
    ----------
    area : Domain
        Of the resolution of ``scale``.
    scale : Scale
    params : RidgeParams
    replicates : int
        Of the bootstrap; with any, runs with less support than the last grade are left out.
    """
    if not area.weights.any():
        return []
    graph = ridge_graph(area, scale, params)
    if not len(graph.edges):
        return []
    nodes = np.unique(graph.edges)
    support = np.full(len(area.points), np.nan)
    edges = graph.edges
    if replicates:
        support[nodes] = support_at(area, graph.steps, area.points[nodes], scale, params, replicates)
        edges = without_weak(edges, support, params.support.least_drawn)
    points = area.points.copy()
    points[nodes] = on_crest(area, nodes, graph.width_km, params.refinement)
    edges = without_spurs(edges, points, scale.spur_km)
    edges = without_short_parts(edges, points, scale.part_km)
    return _drawn(area, points, edges, graph, support, params)


def centrelines_of(
    incidents: pl.DataFrame, mode: Mode, scale: Scale, params: RidgeParams, replicates: int = 0
) -> list[Centreline]:
    """Return the centrelines of incidents of one mode: lon, lat in degrees, time_start UTC, none null."""
    if incidents.is_empty():
        return []
    area = domain(cube(incidents, scale.resolution).counts, mode, scale.resolution)
    return centrelines(area, scale, params, replicates)


def _drawn(
    area: Domain, points: Vectors, edges: Edges, graph: RidgeGraph, support: Floats, params: RidgeParams
) -> list[Centreline]:
    """Return a graph as smooth lines on their side of the coast."""
    if not len(edges):
        return []
    lines = strokes(edges, points, params.strokes)
    points = smoothed(points, lines, params.strokes.smoothing_rounds)
    nodes = np.unique(edges)
    points[nodes] = held_to_side(area, points[nodes], params.refinement)
    part = part_of(edges, len(points))
    bridges = {tuple(edge) for edge in graph.inferred.tolist()}
    found: list[Centreline] = []
    for line in lines:
        inferred = np.array([(min(a, b), max(a, b)) in bridges for a, b in pairwise(line)])
        pieces = passages(points[line], area.mode, area.resolution, params.coast)
        if sum(line_km(piece.points) for piece in pieces) < line_km(points[line]) / 2:
            continue
        for piece in pieces:
            if line_km(piece.points) >= area.spacing_km:
                strength = support[line][piece.origin]
                found.append(
                    Centreline(
                        piece.points,
                        params.strokes.reach_bandwidths * graph.width_km,
                        inferred[piece.origin[:-1]],
                        strength[~np.isnan(strength)],
                        int(part[line[0]]),
                    )
                )
    return found
