"""From density to the ridge graph: the stages DENSITY to BRIDGE over the cells of a domain, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geodata.spatial import h3_cells as hexes
from routes.core.params import LengthParams, RidgeParams
from routes.indexing.cell_graph import REFERENCE_RESOLUTION, Domain
from routes.ridges.compactness_filter import without_blobs, without_round_parts
from routes.ridges.dead_end_filter import without_heaps
from routes.ridges.end_extension import with_tails, without_overshoot
from routes.ridges.gap_bridging import bridged
from routes.ridges.graph_chains import without_short_parts
from routes.ridges.kernel_density import clutter, dense, kernel_density
from routes.ridges.morse_ridges import Edges, ridge_edges


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
    elongation : float
        Connected lines whose squared length is less than so many times the area of their band are none.
    """

    resolution: int
    reach_km: float
    leaf_km: float
    spur_km: float
    part_km: float
    elongation: float

    @classmethod
    def at(cls, resolution: int, params: LengthParams) -> Scale:
        """Return the lengths of resolution 5, scaled with the spacing of the cells."""
        factor = float(hexes.SPACING_KM[resolution] / hexes.SPACING_KM[REFERENCE_RESOLUTION])
        reach, leaf, spur, part = (
            km * factor for km in (params.reach_km, params.leaf_km, params.spur_km, params.part_km)
        )
        return cls(resolution, reach, leaf, spur, part, params.elongation)


@dataclass(frozen=True, slots=True)
class RidgeGraph:
    """Lines on the centres of cells.

    Attributes
    ----------
    edges : Edges
        In rows of a domain.
    inferred : Edges
        Those that only bridge a gap in the evidence; some of them may have been left out since.
    steps : int
        Steps of heat by which the evidence was spread.
    width_km : float, km
        The bandwidth that this makes.
    """

    edges: Edges
    inferred: Edges
    steps: int
    width_km: float


def ridge_graph(area: Domain, scale: Scale, params: RidgeParams, steps: int | None = None) -> RidgeGraph:
    """Return the lines that the evidence of a domain shows; ``steps`` as for ``density.kernel_density``."""
    density = kernel_density(area, params.density, steps)
    counted = density.counts
    level = clutter(area, counted, params.density)
    mask = dense(area, counted, level, params.density)
    rows = np.flatnonzero(mask)
    edges = inferred = np.empty((0, 2), dtype=np.int64)
    if rows.size:
        ridges = rows[ridge_edges(counted[rows], area.neighbours[rows][:, rows], params.crests)]
        edges = with_tails(area, counted, mask, ridges, scale.reach_km)
        edges = without_blobs(area, counted, mask, edges, scale.leaf_km, params.compactness)
        edges = without_heaps(area, counted, mask, edges, params.heaps)
        edges = without_overshoot(area, counted, edges, density.width_km, params.ends)
        edges = without_short_parts(edges, area.points, scale.leaf_km)
        edges, inferred = bridged(area, density, level, edges, params.bridging)
        edges = without_round_parts(area, counted, mask, edges, scale.elongation)
    return RidgeGraph(edges, inferred, density.steps, density.width_km)
