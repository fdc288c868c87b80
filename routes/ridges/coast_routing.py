"""LEGALISE: where a line crosses the coast it is led round it, or cut where there is no way round.

A stretch that leaves its side is drawn anew through finer cells within reach of it, by the shortest
way, pulled straight where the view is free. Sides are those of the land mask of one arc-minute
(``geodata.spatial.coastline``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geodata.model.incident import Mode
from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import Mask, Rows, Vectors, km_between, lonlat, normalised, resampled, samples, unit_vectors
from routes.core.params import CoastParams
from routes.indexing.cell_graph import rows_of
from routes.ridges.line_refinement import on_side

_SAMPLE_KM = 1.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a line that keeps to its side.

    Attributes
    ----------
    points : Vectors, (n, 3)
    origin : array of int, (n,)
        For each point the place in the line at, or behind, which it lies.
    """

    points: Vectors
    origin: Rows


def passages(line: Vectors, mode: Mode, resolution: int, params: CoastParams) -> list[Passage]:
    """Return a line of shape (n, 3) as the pieces of it that ``mode`` can pass, led round the coast.

    Parameters
    ----------
    line : Vectors, (n, 3)
    mode : str
    resolution : int
        H3, of the cells in which the line was found.
    params : CoastParams
    """
    clear = _clear(line, mode)
    here = on_side(line, mode)
    pieces: list[Passage] = []
    points: list[Vectors] = []
    origin: list[int] = []
    at = 0
    while at < len(line):
        if here[at]:
            points.append(line[at])
            origin.append(at)
        if at + 1 == len(line):
            break
        if clear[at] and here[at]:
            at += 1
            continue
        goal = _next_clear(here, clear, at)
        way = _way_round(points[-1], line[goal], mode, resolution, params) if points and goal is not None else None
        if way is None:
            pieces += _piece(points, origin)
            points, origin = [], []
        else:
            points += list(way)
            origin += [at] * len(way)
        at = len(line) if goal is None else goal
    return pieces + _piece(points, origin)


def _piece(points: list[Vectors], origin: list[int]) -> list[Passage]:
    return [Passage(np.array(points), np.array(origin, dtype=np.int64))] if len(points) > 1 else []


def _next_clear(here: Mask, clear: Mask, at: int) -> int | None:
    """Return the next place on its side from which the line goes on clear, or at which it ends."""
    for place in range(at + 1, len(here)):
        if here[place] and (place + 1 == len(here) or clear[place]):
            return place
    return None


def _clear(line: Vectors, mode: Mode) -> Mask:
    """Tell which segments of a line keep to their side all along, their ends included."""
    points, corner = samples(line, _SAMPLE_KM)
    here = on_side(points, mode)
    first = np.flatnonzero(np.diff(corner, prepend=-1))
    inside = np.logical_and.reduceat(here, first)[:-1]
    return np.asarray(inside & here[first[1:]])


def _is_clear(start: Vectors, end: Vectors, mode: Mode) -> bool:
    return bool(_clear(np.stack([start, end]), mode).all())


def _way_round(start: Vectors, end: Vectors, mode: Mode, resolution: int, params: CoastParams) -> list[Vectors] | None:
    """Return the points between two others on their side by which a way leads round the coast; None without any."""
    ends = np.stack([start, end])
    path = resampled(ends, _SAMPLE_KM)
    for reach in params.reach_spacings:
        way = _way(ends, _cells_near(path, resolution, resolution + params.finer, reach), mode)
        if way is not None:
            return way
    return None


def _way(ends: Vectors, cells: NDArray[np.uint64], mode: Mode) -> list[Vectors] | None:
    centres = unit_vectors(*hexes.centres(cells))
    passable = on_side(centres, mode)
    cells, centres = cells[passable], centres[passable]
    if not len(cells):
        return None
    gates = [int(km_between(centres, point).argmin()) for point in ends]
    _, before = dijkstra(_links(cells, centres, mode), indices=[gates[0]], return_predecessors=True)
    path = [gates[1]]
    while path[-1] != gates[0]:
        previous = int(before[0, path[-1]])
        if previous < 0:
            return None
        path.append(previous)
    return _pulled([ends[0], *centres[path[::-1]], ends[1]], mode)


def _cells_near(path: Vectors, resolution: int, fine: int, reach: float) -> NDArray[np.uint64]:
    places = lonlat(path)
    along = hexes.distinct(hexes.cells_at(places[:, 0].copy(), places[:, 1].copy(), fine))
    rings = round(reach * hexes.SPACING_KM[resolution] / hexes.SPACING_KM[fine])
    _, around, _ = hexes.disks(along, rings)
    return hexes.distinct(around)


def _links(cells: NDArray[np.uint64], centres: Vectors, mode: Mode) -> csr_array:
    """Return the lengths, km, between neighbouring cells whose middle is passable too."""
    owner, around, steps = hexes.disks(cells, 1)
    rows, there = rows_of(cells, around)
    link = there & (steps == 1)
    start, end = owner[link], rows[link]
    free = on_side(normalised(centres[start] + centres[end]), mode)
    start, end = start[free], end[free]
    return csr_array((km_between(centres[start], centres[end]), (start, end)), shape=(len(cells), len(cells)))


def _pulled(path: list[Vectors], mode: Mode) -> list[Vectors] | None:
    """Return the inner points of a path that no straight line can leave out; None if a step is not clear."""
    kept: list[Vectors] = []
    at = 0
    while at < len(path) - 1:
        ahead = next((to for to in range(len(path) - 1, at, -1) if _is_clear(path[at], path[to], mode)), None)
        if ahead is None:
            return None
        at = ahead
        kept.append(path[at])
    return kept[:-1]
