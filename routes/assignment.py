"""Which incidents belong to which line: the nearest one within its reach, and how wide they lie around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from routes.centrelines import Centreline
from routes.sphere import EARTH_KM, Floats, Vectors, chord, resampled

SAMPLE_KM = 2.0
BAND_SHARE = 0.8
NONE = -1


@dataclass(frozen=True, slots=True)
class Assignment:
    """For each incident the number of its line (``NONE`` where it has none) and its distance to it, km."""

    line: NDArray[np.int64]
    km: Floats

    def of(self, number: int) -> NDArray[np.int64]:
        """Return the rows of the incidents of one line."""
        return np.flatnonzero(self.line == number)

    def band_km(self, number: int) -> float:
        """Return the half width that holds ``BAND_SHARE`` of a line's incidents, km."""
        rows = self.of(number)
        return float(np.quantile(self.km[rows], BAND_SHARE)) if rows.size else 0.0


def assigned(points: Vectors, lines: Sequence[Centreline]) -> Assignment:
    """Assign each point of shape (n, 3) to the nearest line that it is within reach of."""
    none = np.full(len(points), NONE, dtype=np.int64)
    if not lines or not len(points):
        return Assignment(none, np.full(len(points), np.inf))
    samples = [resampled(line.points, SAMPLE_KM) for line in lines]
    owner = np.repeat(np.arange(len(lines)), [len(part) for part in samples])
    reach = np.array([line.reach_km for line in lines])
    near = cKDTree(np.concatenate(samples)).query(points, distance_upper_bound=chord(float(reach.max())) * (1 + 1e-12))
    straight, index = np.asarray(near[0]), np.asarray(near[1])
    found = np.isfinite(straight)
    km = np.full(len(points), np.inf)
    km[found] = 2 * EARTH_KM * np.arcsin(np.clip(straight[found] / 2, 0, 1))
    line = none
    line[found] = owner[index[found]]
    line[found & (km > reach[line])] = NONE
    return Assignment(line, km)
