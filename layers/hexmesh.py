"""Hexes for drawing: cells rolled up by zoom level, their corners in Mercator units, their counts by month.

A cell that is coarser than the level stays as it is, so that nothing is drawn finer than it was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata import hexes
from layers.steps import going_on

LEVELS = (3, 4, 5, 6)
"""H3 resolutions that a map rolls up to, coarse to fine."""
WORLD = 2**31
"""Width of the world in Mercator units; 180 degrees east is ``WORLD / 2``."""
CORNERS = 6
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


def mesh(incidents: pl.DataFrame, resolution: int) -> HexMesh:
    """Return the hexes of one level.

    Parameters
    ----------
    incidents : DataFrame
        ``cell``, ``step`` and ``last`` of each, as ``layers.steps.Steps.counted`` gives them.
    resolution : int
        The level to roll up to.
    """
    rolled = hexes.parents(incidents["cell"].to_numpy(), resolution)
    own = incidents.select(pl.Series("own", hexes.resolutions(rolled)), pl.Series("cell", rolled), "step", "last")
    counted = own.group_by("own", "cell", "step").agg(pl.len().alias("count")).sort("own", "cell", "step")
    keys = counted["cell"].to_numpy()
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.array([], int)
    unique = keys[first]
    return HexMesh(
        resolution=resolution,
        cells=unique,
        corners=corners(unique),
        offsets=np.r_[first, len(keys)].astype(np.uint32),
        steps=counted["step"].to_numpy().astype(np.uint16),
        counts=counted["count"].to_numpy().astype(np.uint32),
        lasting=_lasting(own, unique),
    )


def _lasting(own: pl.DataFrame, cells: hexes.Cells) -> NDArray[np.uint32]:
    places = pl.DataFrame({"cell": cells, "hex": np.arange(len(cells), dtype=np.uint32)})
    spans = going_on(own, "cell").join(places, on="cell").sort("hex", "first", "last")
    return spans.select("hex", "count", "first", "last").to_numpy().astype(np.uint32).reshape(-1, 4)


def corners(cells: Sequence[int] | hexes.Cells) -> Ints:
    """Return six corners of each cell in Mercator units, shape (n, 12)."""
    places, sizes = hexes.outlines(np.asarray(cells, np.uint64))
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
