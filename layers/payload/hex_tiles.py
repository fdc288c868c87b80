"""Hexes for drawing: cells rolled up by zoom level, their corners in Mercator units, their counts by month.

A cell that is coarser than the level stays as it is, so that nothing is drawn finer than it was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.spatial import h3_cells as hexes
from layers.payload.time_steps import going_on

LEVELS = (3, 4, 5, 6)
"""H3 resolutions that a map rolls up to, coarse to fine."""
WORLD = 2**31
"""Width of the world in Mercator units; 180 degrees east is ``WORLD / 2``."""
CORNERS = 6
MOST_TRACED = 1_000_000
"""Cells whose corners are kept, of all levels and Views; 56 MB."""
_FARTHEST_LAT = 85.06

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class HexMesh:
    """The hexes of one level, coarse before fine.

    Attributes
    ----------
    resolution : int
        H3 resolution of the level; single cells may be coarser.
    cells : uint64, shape (n,)
    corners : int32, shape (n, 12)
        x, y of six corners in Mercator units. A hex across 180 degrees is left whole and runs past ``WORLD / 2``.
    offsets : uint32, shape (n + 1,)
        Where the entries of each hex begin in ``steps`` and ``counts``.
    steps : uint16, counts : uint32
        Step since the first, and incidents that begin in it.
    lasting : uint32, shape (k, 4)
        Hex, incidents, and the first and last step at whose beginning these are under way.
    """

    resolution: int
    cells: hexes.Cells
    corners: Ints
    offsets: NDArray[np.uint32]
    steps: NDArray[np.uint16]
    counts: NDArray[np.uint32]
    lasting: NDArray[np.uint32]

    def counts_bytes(self) -> bytes:
        """Return offsets, counts and steps one behind the other, little-endian."""
        parts = (self.offsets.astype("<u4"), self.counts.astype("<u4"), self.steps.astype("<u2"))
        return b"".join(part.tobytes() for part in parts)


def meshes(incidents: pl.DataFrame, levels: Sequence[int] = LEVELS) -> list[HexMesh]:
    """Return the hexes of some levels, each rolled up from the next finer one.

    Parameters
    ----------
    incidents : DataFrame
        ``cell``, ``step`` and ``last`` of each, as ``layers.payload.time_steps.Steps.counted`` gives them.
    levels : sequence of int
        Coarse to fine.
    """
    begun = incidents.group_by("cell", "step").agg(pl.len().alias("count"))
    lasting = going_on(incidents, "cell")
    found = []
    for resolution in reversed(levels):
        begun, lasting = _rolled(begun, resolution), _rolled(lasting, resolution)
        found.append(_mesh(begun.sort("cell", "step"), lasting, resolution))
    return found[::-1]


def _rolled(counted: pl.DataFrame, resolution: int) -> pl.DataFrame:
    """Return counts by cell and whatever else with the cells of a coarser level."""
    own = counted["cell"].to_numpy()
    if not (hexes.resolutions(own) > resolution).any():
        return counted
    rolled = counted.with_columns(pl.Series("cell", hexes.parents(own, resolution)))
    return rolled.group_by(pl.exclude("count")).agg(pl.col("count").sum())


def _mesh(counted: pl.DataFrame, lasting: pl.DataFrame, resolution: int) -> HexMesh:
    """Return the hexes of ordered counts; the index of a coarser cell is the smaller."""
    keys = counted["cell"].to_numpy()
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.array([], int)
    cells = keys[first]
    places = pl.DataFrame({"cell": cells, "hex": np.arange(len(cells), dtype=np.uint32)})
    spans = lasting.join(places, on="cell").sort("hex", "first", "last").select("hex", "count", "first", "last")
    return HexMesh(
        resolution=resolution,
        cells=cells,
        corners=corners(cells),
        offsets=np.r_[first, len(keys)].astype(np.uint32),
        steps=counted["step"].to_numpy().astype(np.uint16),
        counts=counted["count"].to_numpy().astype(np.uint32),
        lasting=spans.to_numpy().astype(np.uint32).reshape(-1, 4),
    )


class Outlines:
    """Corners of cells, kept once they were traced: the cells of a filter are among those of the whole.

    Parameters
    ----------
    most : int
        So many cells are kept at most, unless more are asked for at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = (np.empty(0, np.uint64), np.empty((0, 2 * CORNERS), np.int32))

    def of(self, cells: hexes.Cells) -> Ints:
        """Return six corners of each cell in Mercator units, shape (n, 12)."""
        known, traced = self._kept  # Taken and replaced as one, as several threads ask.
        new = hexes.distinct(cells[_places(cells, known) < 0])
        if len(new):
            if len(known) + len(new) > self._most:
                known, traced, new = known[:0], traced[:0], hexes.distinct(cells)
            known, traced = np.r_[known, new], np.r_[traced, _traced(new)]
            order = np.argsort(known)
            self._kept = known, traced = known[order], traced[order]
        return traced[_places(cells, known)]


def _places(cells: hexes.Cells, known: hexes.Cells) -> NDArray[np.int64]:
    """Return where each cell stands among some in order, -1 for one that is not there."""
    if not len(known):
        return np.full(len(cells), -1)
    at = np.minimum(np.searchsorted(known, cells), len(known) - 1)
    return np.where(known[at] == cells, at, -1)


_OUTLINES = Outlines(MOST_TRACED)


def corners(cells: Sequence[int] | hexes.Cells) -> Ints:
    """Return six corners of each cell in Mercator units, shape (n, 12)."""
    return _OUTLINES.of(np.asarray(cells, np.uint64))


def _traced(cells: hexes.Cells) -> Ints:
    places, sizes = hexes.outlines(cells)
    begins = np.cumsum(sizes) - sizes
    lonlat = places[np.minimum(begins[:, None] + np.arange(CORNERS), max(len(places) - 1, 0))]
    for odd in np.flatnonzero(sizes != CORNERS):
        lonlat[odd] = _six(places[begins[odd] : begins[odd] + sizes[odd]].copy())
    lon = lonlat[:, :1, 0] + (lonlat[:, :, 0] - lonlat[:, :1, 0] + 180) % 360 - 180
    up = np.radians(np.clip(lonlat[:, :, 1], -_FARTHEST_LAT, _FARTHEST_LAT))
    down = -np.arcsinh(np.tan(up)) / (2 * np.pi) * WORLD
    placed = np.rint(np.stack([lon / 360 * WORLD, down], axis=2))
    return np.asarray(placed.astype(np.int32).reshape(-1, 2 * CORNERS))


def _six(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a ring of six: the flattest corners of a longer one left out, the last of a pentagon doubled."""
    ring[:, 0] = ring[0, 0] + (ring[:, 0] - ring[0, 0] + 180) % 360 - 180
    while len(ring) > CORNERS:
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        a, b = ring - before, after - ring
        bend = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
        ring = np.delete(ring, int(np.argmin(bend)), axis=0)
    return np.concatenate([ring, np.repeat(ring[-1:], CORNERS - len(ring), axis=0)])
