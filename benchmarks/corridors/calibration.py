"""Whether support means what it says: how often points of a line are right, by the support that they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import rankdata

from benchmarks.corridors.networks import Lines, network
from benchmarks.corridors.scores import BUFFERS_KM
from routes.core.geodesy import Floats, Vectors

EDGES = 0.0, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Points whose support lies in [low, high), the last bin with its end: how many, and which share is right."""

    low: float
    high: float
    points: int
    correct: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Support held against the truth.

    Attributes
    ----------
    bins : tuple of Bin
        Those that hold points.
    auc : float
        Chance that a right point has more support than a wrong one; NaN if all are right, or none.
    correct : float, share
        Of all points.
    """

    bins: tuple[Bin, ...]
    auc: float
    correct: float


def calibration(
    lines_with_support: Iterable[tuple[Vectors, Floats]], truth: Lines, within_km: float = BUFFERS_KM[0]
) -> Calibration:
    """Return how support agrees with being right.

    Parameters
    ----------
    lines_with_support : iterable of (Vectors, (n, 3); Floats, (n,))
        Points of each line, evenly spaced, and the support of each, 0 to 1.
    truth : sequence of Vectors, (n, 3)
    within_km : float, km
        A point is right if it lies this near to a true line.
    """
    lines = list(lines_with_support)
    if not lines:
        return Calibration((), float("nan"), float("nan"))
    support = np.concatenate([values for _, values in lines])
    right = network(truth).km_from(np.concatenate([points for points, _ in lines])) <= within_km
    bins = [_bin(low, high, support, right) for low, high in pairwise(EDGES)]
    return Calibration(tuple(one for one in bins if one.points), auc(support, right), float(right.mean()))


def auc(support: Floats, right: np.ndarray) -> float:
    """Return the area under the ROC curve: Mann and Whitney's statistic, ties counting a half."""
    wins, losses = int(right.sum()), int((~right).sum())
    if not wins or not losses:
        return float("nan")
    ranks = rankdata(support)[right].sum()
    return float((ranks - wins * (wins + 1) / 2) / (wins * losses))


def _bin(low: float, high: float, support: Floats, right: np.ndarray) -> Bin:
    within = (support >= low) & ((support < high) | (high == EDGES[-1]))
    return Bin(low, high, int(within.sum()), float(right[within].mean()) if within.any() else float("nan"))
