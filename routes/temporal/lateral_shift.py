"""Where a corridor moved: sideways, or, as may be, from one corridor to another near by.

Places are signed distances across the line, km, left of its direction positive; reports of one month may be of one
event, so that months and not incidents are what varies by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from routes.core.geodesy import EARTH_KM, Floats, Vectors, resampled

LEVEL = 0.05
FEWEST_INCIDENTS = 8
FEWEST_MONTHS = 3
NEAR_KM = 500.0
PERMUTATIONS = 1999
REDRAWS = 400
_STEP_KM = 2.0
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the incidents of a corridor moved across it from one window to the next.

    Attributes
    ----------
    km, low, high : float, km
        Mean of the second window less that of the first, with its 95 % interval; left of the line is positive.
    p, q : float
    towards : str
        The wind towards which it moved, "north-east".
    flagged : bool
        Farther than half the spacing of the hexes, and found at a false discovery rate of ``LEVEL``.
    """

    km: float
    low: float
    high: float
    p: float
    q: float
    towards: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class Displacement:
    """A corridor that lost and another that gained: consistent with displacement, and no proof of it.

    Attributes
    ----------
    source, target : int
        Numbers of the corridor that lost and of the one that gained.
    lost, gained : float
        Incidents below and above what the first window led to expect in the second.
    score : float
        The lesser of the two over the larger: 1 where as much was gained as lost.
    share, low, high : float, 0..1
        Of what was lost, as much as was gained, and its 90 % interval, by drawing the months of each window again.
    p, q : float
        Of the lesser, by permuting the months of all corridors together.
    """

    source: int
    target: int
    lost: float
    gained: float
    score: float
    share: float
    low: float
    high: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Offsets:
    """Places of incidents relative to a line.

    Attributes
    ----------
    km : Floats, (n,)
        Across the line, left of its direction positive.
    month : array, (n,)
    left : float, degrees
        The bearing of that side, on the mean, clockwise from north.
    """

    km: Floats
    month: NDArray[np.int64]
    left: float


def offsets(points: Vectors, month: NDArray[np.int64], line: Vectors) -> Offsets:
    """Return where points of shape (n, 3) lie across a line of shape (m, 3)."""
    path = resampled(line, _STEP_KM)
    if not len(points) or len(path) < 2:
        return Offsets(np.empty(0), np.empty(0, dtype=np.int64), 0.0)
    _, nearest = cKDTree(path).query(points)
    left = np.cross(path, np.gradient(path, axis=0))[nearest]
    length = np.linalg.norm(left, axis=1, keepdims=True)
    left = np.divide(left, length, out=np.zeros_like(left), where=length > 0)
    across = EARTH_KM * np.arcsin(np.clip((points * left).sum(axis=1), -1, 1))
    return Offsets(across, month, _bearing(path[nearest].mean(axis=0), left.mean(axis=0)))


def shifts(pairs: Sequence[tuple[Offsets, Offsets]], spacing_km: float) -> list[Shift | None]:
    """Return for each corridor its shift; None with too few incidents or months in one of the windows.

    Parameters
    ----------
    pairs : sequence of (Offsets, Offsets)
        Of each corridor in the first and in the second window.
    spacing_km : float, km
        Between the hexes of the reduction; half of it is the least shift that is flagged.

    Notes
    -----
    Welch's t of the two means, whose variances are those of ratios with months as clusters (Cochran 1977, 6.4).
    """
    found = [_shift(*pair) for pair in pairs]
    known = [shift for shift in found if shift is not None]
    if not known:
        return [None] * len(pairs)
    discovery = iter(scipy.stats.false_discovery_control([shift.p for shift in known]))
    return [shift and _flagged(shift, float(next(discovery)), spacing_km) for shift in found]


def displacements(
    before: Floats,
    after: Floats,
    candidates: Sequence[tuple[int, int]],
    strata: NDArray[np.int64],
    seed: int,
) -> list[Displacement]:
    """Return how much each candidate pair looks like a displacement from the first to the second.

    Parameters
    ----------
    before, after : Floats, (k, months)
        Monthly counts, those after divided by effort.
    candidates : sequence of (int, int)
        A corridor that fell and one that rose, near to each other.
    strata : array, (months before + months after)
        Months are exchanged within a stratum: the month of the year where the windows hold the same ones, else one
        number.
    seed : int
    """
    if not candidates:
        return []
    source, target = np.array(candidates).T
    both, first = np.hstack([before, after]), before.shape[1]
    lost, gained = _moved(both, first, source, target)
    random = np.random.default_rng(seed)
    base = np.argsort(strata, kind="stable")
    as_much = np.ones(len(candidates))
    for _ in range(PERMUTATIONS):
        order = np.empty_like(base)
        order[base] = np.lexsort((random.random(len(strata)), strata))
        as_much += np.minimum(*_moved(both[:, order], first, source, target)) >= np.minimum(lost, gained)
    p = as_much / (PERMUTATIONS + 1)
    score = np.minimum(lost, gained) / np.maximum(np.maximum(lost, gained), 1e-9)
    drawn = []
    for _ in range(REDRAWS):
        early, late = (random.integers(0, size, size) for size in (first, both.shape[1] - first))
        drawn.append(_share(*_moved(both[:, np.concatenate([early, first + late])], first, source, target)))
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    columns = (
        lost,
        gained,
        np.maximum(score, 0.0),
        _share(lost, gained),
        low,
        high,
        p,
        scipy.stats.false_discovery_control(p),
    )
    return [
        Displacement(*pair, *(float(column[number]) for column in columns)) for number, pair in enumerate(candidates)
    ]


def _share(lost: Floats, gained: Floats) -> Floats:
    """Return which share of what was lost was gained elsewhere, 0..1."""
    return np.asarray(np.clip(gained / np.maximum(lost, 1e-9), 0.0, 1.0))


def _moved(both: Floats, first: int, source: NDArray[np.int64], target: NDArray[np.int64]) -> tuple[Floats, Floats]:
    length = both.shape[1] - first
    change = both[:, first:].sum(axis=1) - both[:, :first].sum(axis=1) * length / first
    return -change[source], change[target]


def _shift(before: Offsets, after: Offsets) -> Shift | None:
    sides = [_mean_by_months(side) for side in (before, after)]
    if sides[0] is None or sides[1] is None:
        return None
    (first, spread, months), (second, later_spread, later_months) = sides[0], sides[1]
    km, variance = second - first, spread + later_spread
    if variance < 1e-12:  # every incident of a window at one place: no chance to measure against
        return Shift(km, km, km, float(abs(km) < 1e-6), 1.0, _towards(after, km), flagged=False)
    freedom = variance**2 / (spread**2 / (months - 1) + later_spread**2 / (later_months - 1))
    error = float(np.sqrt(variance))
    reach = error * float(scipy.stats.t.isf(LEVEL / 2, freedom))
    p = 2 * float(scipy.stats.t.sf(abs(km) / error, freedom))
    return Shift(km, km - reach, km + reach, p, 1.0, _towards(after, km), flagged=False)


def _mean_by_months(side: Offsets) -> tuple[float, float, int] | None:
    """Return the mean, its variance with months as clusters, and the number of months."""
    _, month = np.unique(side.month, return_inverse=True)
    months = int(month.max()) + 1 if month.size else 0
    if len(side.km) < FEWEST_INCIDENTS or months < FEWEST_MONTHS:
        return None
    mean = float(side.km.mean())
    residual = np.bincount(month, side.km - mean)
    return mean, float((residual**2).sum()) / len(side.km) ** 2 * months / (months - 1), months


def _flagged(shift: Shift, q: float, spacing_km: float) -> Shift:
    flagged = q < LEVEL and abs(shift.km) > spacing_km / 2
    return Shift(shift.km, shift.low, shift.high, shift.p, q, shift.towards, flagged)


def _bearing(place: Floats, way: Floats) -> float:
    """Return the direction of a way at a place, degrees clockwise from north."""
    east = np.array([-place[1], place[0], 0.0])
    north = np.cross(place, east)
    norths, easts = (float(way @ axis) / max(float(np.linalg.norm(axis)), 1e-12) for axis in (north, east))
    return float(np.degrees(np.arctan2(easts, norths)))


def _towards(side: Offsets, km: float) -> str:
    bearing = side.left if km >= 0 else side.left + 180
    return _WINDS[round(bearing / 45) % len(_WINDS)]
