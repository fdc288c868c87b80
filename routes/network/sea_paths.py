"""SEA LINES: how much of a line lies on land, how to draw it straight over water, and what has been seen along it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata.spatial.coastline import is_land
from routes.core.geodesy import EARTH_KM, Floats, Rows, Vectors, chord, km_between, lonlat, resampled
from routes.core.params import SeaPathParams

STEP_KM = 12.0


def land_on_lines(start: Vectors, end: Vectors, ashore_km: float) -> Floats:
    """Return the share of each straight line on land, its ends within ``ashore_km`` left out.

    Parameters
    ----------
    start, end : Vectors, (n, 3)
    ashore_km : float, km
    """
    km = km_between(start, end)
    share = np.zeros(len(km))
    for some in _batches(km):
        steps = np.maximum((km[some] / (STEP_KM / 2)).astype(np.int64), 2)
        line = np.repeat(some, steps + 1)
        first = np.cumsum(np.r_[0, steps + 1])[:-1]
        through = (np.arange(len(line)) - np.repeat(first, steps + 1)) / np.repeat(steps, steps + 1)
        along = through * km[line]
        inner = (along > ashore_km) & (along < km[line] - ashore_km)
        line, through = line[inner], through[inner]
        angle = km[line] / EARTH_KM
        mixed = np.sin((1 - through) * angle)[:, None] * start[line] + np.sin(through * angle)[:, None] * end[line]
        places = lonlat(mixed)
        total = np.bincount(line, minlength=len(km))
        land = np.bincount(line, is_land(places[:, 0], places[:, 1]), len(km))
        share[some] = land[some] / np.maximum(total[some], 1)
    return share


def _batches(km: Floats, at_once: float = 4e5) -> Iterator[Rows]:
    """Return rows in batches of some hundred thousand steps."""
    batch = (np.cumsum(km / (STEP_KM / 2)) // at_once).astype(np.int64)
    for number in np.unique(batch):
        yield np.flatnonzero(batch == number)


def pulled(path: Vectors, on_land: float) -> Vectors:
    """Return a path over water drawn straight wherever less than half the share ``on_land`` of it lies on land."""
    corners = [0]
    while corners[-1] < len(path) - 1:
        here = corners[-1]
        ahead = np.arange(here + 2, len(path))
        clear = land_on_lines(np.repeat(path[[here]], len(ahead), axis=0), path[ahead], 10.0) <= on_land / 2
        corners.append(int(ahead[clear].max()) if clear.any() else here + 1)
    return path[corners]


def seen(lines: tuple[Vectors, ...], points: Vectors, within_km: float) -> Floats:
    """Return the share of each line with a pile within ``within_km``."""
    if not lines:
        return np.empty(0)
    samples = [resampled(line, STEP_KM) for line in lines]
    owner = np.repeat(np.arange(len(lines)), [len(sample) for sample in samples])
    away, _ = cKDTree(points).query(np.concatenate(samples), distance_upper_bound=chord(within_km))
    return np.bincount(owner, np.isfinite(away), len(lines)) / np.bincount(owner, minlength=len(lines))


def near_lines(lines: tuple[Vectors, ...], points: Vectors, params: SeaPathParams) -> tuple[csr_array, csr_array]:
    """Return how well each line explains each pile, and how far along it that lies (0..1), both (m, n)."""
    near: list[Floats] = []
    along: list[Floats] = []
    which: list[Rows] = []
    for line in lines:
        km, part = km_and_part(line, points)
        rows = np.flatnonzero(km <= params.cut_km)
        which.append(rows)
        near.append(np.exp(-0.5 * (km[rows] / params.reach_km) ** 2))
        along.append(part[rows])
    pointer = np.cumsum([0, *(len(rows) for rows in which)])
    columns = np.concatenate([np.empty(0, np.int64), *which])
    shape = (len(lines), len(points))
    return (
        csr_array((np.concatenate([np.empty(0), *near]), columns, pointer), shape=shape),
        csr_array((np.concatenate([np.empty(0), *along]), columns, pointer), shape=shape),
    )


def on_middle(near: csr_array, along: csr_array, middle: tuple[float, float]) -> csr_array:
    """Return of ``near_lines`` what lies along the middle of each line, (m, n)."""
    low, high = middle
    return csr_array((near.data * ((along.data > low) & (along.data < high)), near.indices, near.indptr), near.shape)


def km_and_part(line: Vectors, points: Vectors) -> tuple[Floats, Floats]:
    """Return the distance, km, of each point to a polyline, and which part of its length lies before the foot."""
    lengths = km_between(line[:-1], line[1:])
    before = np.r_[0.0, np.cumsum(lengths)]
    best, part = np.full(len(points), np.inf), np.zeros(len(points))
    for number, (start, end) in enumerate(pairwise(line)):
        pole = np.cross(start, end)
        pole /= max(float(np.linalg.norm(pole)), 1e-15)
        off = points @ pole
        through = np.arctan2(points @ np.cross(pole, start), points @ start) * EARTH_KM
        inside = (through >= 0) & (through <= lengths[number])
        to_start, to_end = km_between(points, start), km_between(points, end)
        km = np.where(inside, np.abs(np.arcsin(np.clip(off, -1, 1))) * EARTH_KM, np.minimum(to_start, to_end))
        foot = np.where(inside, through, np.where(to_start <= to_end, 0, lengths[number]))
        nearer = km < best
        best[nearer] = km[nearer]
        part[nearer] = (before[number] + foot[nearer]) / max(before[-1], 1e-9)
    return best, part
