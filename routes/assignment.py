"""Which incidents belong to which line: the nearest one within its reach, and how wide they lie around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from routes.centrelines import Centreline
from routes.sphere import EARTH_KM, Floats, Vectors, km_between, resampled

SAMPLE_KM = 2.0
BAND_SHARE = 0.8
NONE = -1


@dataclass(frozen=True, slots=True)
class Assignment:
    """What line each of n incidents belongs to.

    Attributes
    ----------
    line : array of int, (n,)
        Its number, ``NONE`` where there is none.
    km : Floats, (n,), km
        Distance to it; infinite where there is none.
    along : Floats, (n,), km
        How far along it, from its first point, the incident lies; NaN where there is none.
    """

    line: NDArray[np.int64]
    km: Floats
    along: Floats

    def of(self, number: int) -> NDArray[np.int64]:
        """Return the rows of the incidents of one line."""
        return np.flatnonzero(self.line == number)

    def band_km(self, number: int) -> float:
        """Return the half width that holds ``BAND_SHARE`` of a line's incidents, km."""
        rows = self.of(number)
        return float(np.quantile(self.km[rows], BAND_SHARE)) if rows.size else 0.0


def assigned(points: Vectors, lines: Sequence[Centreline]) -> Assignment:
    """Assign each point of shape (n, 3) to the nearest of the lines within whose reach it lies."""
    line = np.full(len(points), NONE, dtype=np.int64)
    km = np.full(len(points), np.inf)
    along = np.full(len(points), np.nan)
    if not len(points):
        return Assignment(line, km, along)
    for reach in sorted({line.reach_km for line in lines}):
        numbers = [number for number, line in enumerate(lines) if line.reach_km == reach]
        samples = [resampled(lines[number].points, SAMPLE_KM) for number in numbers]
        owner = np.repeat(numbers, [len(part) for part in samples])
        walked = np.concatenate([_walked(part) for part in samples])
        straight, index = map(np.asarray, cKDTree(np.concatenate(samples)).query(points))
        away = 2 * EARTH_KM * np.arcsin(np.clip(straight / 2, 0, 1))
        nearer = (away <= reach) & (away < km)
        km[nearer] = away[nearer]
        line[nearer] = owner[index[nearer]]
        along[nearer] = walked[index[nearer]]
    return Assignment(line, km, along)


def _walked(points: Vectors) -> Floats:
    """Return the distance of each point of a path from its first, km."""
    return np.concatenate([[0.0], np.cumsum(km_between(points[:-1], points[1:]))])
