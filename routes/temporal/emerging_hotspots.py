"""Emerging hot spots: for each hex whether incidents gather there month after month, and whether ever more.

Getis and Ord's Gi* (1995) by ``esda`` for each hex and time step, the false discovery rate over all of them, and Mann
and Kendall's trend of the z-scores by ``pymannkendall``. The classes are Esri's ("How Emerging Hot Spot Analysis
works", ArcGIS Pro), for hot and for cold spots alike; T is the number of time steps:

- new: significant in the last step and never before;
- consecutive: one unbroken run of two or more significant steps up to the last, none before it, in less than 90 % of T;
- intensifying: significant in at least 90 % of T with the last among them, and its intensity rising significantly;
- persistent: the same, without a significant trend;
- diminishing: the same, its intensity falling significantly;
- sporadic: on and off, significant in the last step and in less than 90 % of T, never significantly the other way;
- oscillating: significant in the last step and in less than 90 % of T, but significantly the other way before;
- historical: not significant in the last step, but in at least 90 % of T.

Where two fit, it is the first of them. A step is compared with the whole of the same step, so that a month of much
reporting is not hot all over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array

from geodata.spatial import h3_cells as hexes
from geodata.spatial.h3_cells import Cells
from routes.core.geodesy import Floats

LEVEL = 0.05
MOST = 0.9
"""Share of the time steps from which on a spot is lasting."""
FEWEST_CELLS = 8
_LEAST_STEPS_FOR_TREND = 4

Pattern = Literal[
    "none", "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical"
]
Heat = Literal["hot", "cold", "none"]


@dataclass(frozen=True, slots=True)
class Spot:
    """What one hex is: hot or cold and in which pattern, or none."""

    heat: Heat
    pattern: Pattern

    @property
    def name(self) -> str:
        """Return "intensifying hot spot", or "no pattern"."""
        return f"{self.pattern} {self.heat} spot" if self.heat != "none" else "no pattern"


@dataclass(frozen=True, slots=True)
class HotSpots:
    """Hexes through time.

    Attributes
    ----------
    cells : Cells, (n,)
    z : Floats, (n, steps)
        Gi*, standard deviations; 0 where a step tells nothing.
    state : array, (n, steps)
        1 significantly hot, -1 significantly cold, 0 neither.
    spots : tuple of Spot, (n,)
    """

    cells: Cells
    z: Floats
    state: NDArray[np.int64]
    spots: tuple[Spot, ...]


def hotspots(cells: Cells, counts: ArrayLike) -> HotSpots:
    """Classify hexes by how incidents gathered in them over time.

    Parameters
    ----------
    cells : Cells, (n,)
        Distinct, of one resolution: every hex of the study area, with incidents or not.
    counts : array_like, (n, steps)
        Incidents by hex and time step.

    Returns
    -------
    HotSpots
        No hex has a pattern where there are fewer than ``FEWEST_CELLS`` or no steps.
    """
    table = np.asarray(counts, dtype=float).reshape(len(cells), -1) if len(cells) else np.empty((0, 0))
    z = gi_star(cells, table)
    state = _significant(z)
    return HotSpots(cells, z, state, tuple(_spot(steps, row) for steps, row in zip(state, z, strict=True)))


def gi_star(cells: Cells, counts: Floats) -> Floats:
    """Return Gi* of each cell and step over the cell and its neighbours, (n, steps)."""
    from esda.getisord import G_Local
    from libpysal.graph import Graph

    z = np.zeros(counts.shape)
    if len(cells) < FEWEST_CELLS:
        return z
    around = Graph.from_sparse(_adjacent(cells))
    for step in np.flatnonzero(np.ptp(counts, axis=0) > 0):
        with np.errstate(divide="ignore", invalid="ignore"):
            z[:, step] = G_Local(counts[:, step], around, transform="B", star=True, permutations=0).Zs
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)


def classified(state: NDArray[np.int64], trend: int) -> Spot:
    """Return the class of one hex by Esri's definition.

    Parameters
    ----------
    state : array, (steps,)
        1 hot, -1 cold, 0 neither, at each step.
    trend : int
        1 where the z-scores rise significantly, -1 where they fall, else 0.
    """
    heats: tuple[tuple[Heat, int], ...] = (("hot", 1), ("cold", -1))
    for heat, sign in heats:
        pattern = _pattern(state * sign, trend * sign)
        if pattern != "none":
            return Spot(heat, pattern)
    return Spot("none", "none")


def _pattern(state: NDArray[np.int64], trend: int) -> Pattern:
    """Return the pattern of a hot spot; a cold one is a hot one of the other sign."""
    spots = state == 1
    if spots.mean() >= MOST if spots.size else False:
        lasting: dict[int, Pattern] = {1: "intensifying", 0: "persistent", -1: "diminishing"}
        return lasting[trend] if spots[-1] else "historical"
    if not spots.size or not spots[-1]:
        return "none"
    run = int(np.argmin(spots[::-1]))
    if spots.sum() == run:
        return "new" if run == 1 else "consecutive"
    return "oscillating" if (state == -1).any() else "sporadic"


def _spot(state: NDArray[np.int64], z: Floats) -> Spot:
    lasting = max((state == 1).mean(), (state == -1).mean()) >= MOST if state.size else False
    return classified(state, _trend(z) if lasting else 0)


def _trend(z: Floats) -> int:
    """Return the sign of the trend by Mann and Kendall, 0 where there is none; asked where a class depends on it."""
    from pymannkendall import original_test

    if len(z) < _LEAST_STEPS_FOR_TREND or np.ptp(z) == 0:
        return 0
    return {"increasing": 1, "decreasing": -1}.get(original_test(z, alpha=LEVEL).trend, 0)


def _significant(z: Floats) -> NDArray[np.int64]:
    state = np.zeros(z.shape, dtype=np.int64)
    if z.size:
        found = scipy.stats.false_discovery_control(2 * scipy.stats.norm.sf(np.abs(z)).ravel()).reshape(z.shape) < LEVEL
        state[found] = np.sign(z[found]).astype(np.int64)
    return state


def _adjacent(cells: Cells) -> coo_array:
    """Return who is next to whom, (n, n), itself among them."""
    owner, near, _ = hexes.disks(cells, 1)
    order = np.argsort(cells)
    place = np.minimum(np.searchsorted(cells[order], near), len(cells) - 1)
    known = cells[order][place] == near
    rows, columns = owner[known], order[place[known]]
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(cells), len(cells)))
