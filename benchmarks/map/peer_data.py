"""What both peers show: the same made field, counted by hex for a window of twelve months and one mode or all."""

from __future__ import annotations

import os

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.map import fields
from geodata.spatial.h3_cells import names, outline

HEXES = int(os.environ.get("MAP_HEXES", "10000"))
SPAN = 12
RAMP = ((255, 237, 160), (254, 217, 118), (254, 178, 76), (253, 141, 60), (252, 78, 42), (227, 26, 28), (177, 0, 38))
BREAKS = (1, 2, 3, 5, 8, 13, 20)


class Field:
    """Counts of every hex by mode and month, summed up so that a window costs one subtraction.

    Attributes
    ----------
    names : list of str
        H3 names of the cells.
    sums : int32, shape (modes, hexes, months + 1)
    """

    def __init__(self, hexes: int) -> None:
        made = fields.incidents(hexes)
        cells = fields.cells(hexes)
        order = np.argsort(cells)
        place = order[np.searchsorted(cells[order], made["cell"].to_numpy())]
        month = (made["time_start"].dt.year() * 12 + made["time_start"].dt.month()).to_numpy()
        mode = made["mode"].cast(pl.Enum(fields.MODES)).to_physical().to_numpy()
        counts = np.zeros((len(fields.MODES), hexes, fields.MONTHS + 1), np.int32)
        np.add.at(counts, (mode, place, month - month.min() + 1), 1)
        self.names = names(cells)
        self.sums = counts.cumsum(axis=2, dtype=np.int32)
        self._cells = cells

    def counts(self, start: int, mode: str) -> NDArray[np.int32]:
        """Return incidents of each hex in the ``SPAN`` months from ``start``, of one mode or of all."""
        sums = self.sums if mode == "all" else self.sums[fields.MODES.index(mode)][None]
        window: NDArray[np.int32] = (sums[:, :, start + SPAN] - sums[:, :, start]).sum(axis=0)
        return window

    def rings(self) -> list[list[list[float]]]:
        """Return the closed outline of each hex: lon, lat to four digits."""
        open_rings = (outline(int(cell)) for cell in self._cells)
        return [[[round(lon, 4), round(lat, 4)] for lon, lat in (*ring, ring[0])] for ring in open_rings]


def colours(counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the place in ``RAMP`` of each count, -1 for none."""
    return np.searchsorted(BREAKS, counts, side="right") - 1
