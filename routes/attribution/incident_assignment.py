"""Which incidents belong to which line: the nearest one within its reach, and how wide they lie around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtr

from routes.core.geodesy import EARTH_KM, Floats, Rows, Vectors, chord, km_between, resampled
from routes.ridges.centrelines import Centreline

SAMPLE_KM = 2.0
_LEAST_SPREAD_KM = 1e-2
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

    line: Rows
    km: Floats
    along: Floats

    def of(self, number: int) -> Rows:
        """Return the rows of the incidents of one line."""
        return np.flatnonzero(self.line == number)


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
        straight, index = map(
            np.asarray, cKDTree(np.concatenate(samples)).query(points, distance_upper_bound=chord(reach))
        )
        away = 2 * EARTH_KM * np.arcsin(np.clip(straight / 2, 0, 1))
        nearer = np.isfinite(straight) & (away < km)
        km[nearer] = away[nearer]
        line[nearer] = owner[index[nearer]]
        along[nearer] = walked[index[nearer]]
    return Assignment(line, km, along)


def placed_on(points: Vectors, line: Vectors) -> tuple[Floats, Floats]:
    """Return how far from a line each point lies, and how far along it from its first point, km."""
    samples = resampled(line, SAMPLE_KM)
    straight, index = map(np.asarray, cKDTree(samples).query(points))
    return 2 * EARTH_KM * np.arcsin(np.clip(straight / 2, 0, 1)), _walked(samples)[index]


def band_km(km: Floats, spread_km: Floats, weights: Floats, share: float) -> float:
    """Return the half width around a line that holds a share of the incidents, km; each place is a Gaussian.

    Parameters
    ----------
    km, spread_km, weights : Floats, (n,)
        Distance of the mean place of some incidents from the line, their standard deviation across it, their number.
    share : float, 0..1
    """
    if not len(km):
        return 0.0
    spread = np.maximum(spread_km, _LEAST_SPREAD_KM)
    low, high = 0.0, float((km + 4 * spread).max())
    while high - low > _LEAST_SPREAD_KM:
        width = (low + high) / 2
        within = ndtr((width - km) / spread) - ndtr((-width - km) / spread)
        low, high = (width, high) if weights @ within < share * weights.sum() else (low, width)
    return high


def _walked(points: Vectors) -> Floats:
    """Return the distance of each point of a path from its first, km."""
    return np.concatenate([[0.0], np.cumsum(km_between(points[:-1], points[1:]))])
