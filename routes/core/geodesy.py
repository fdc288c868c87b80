"""Geometry on the unit sphere, so that the antimeridian and the poles are places like any other.

Points are unit vectors of shape (n, 3); distances are km on the mean sphere (R = 6371.0088 km, IUGG).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.spatial.coastline import EARTH_KM, unit_vectors

Vectors = NDArray[np.float64]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
_SAME = 1e-9
"""Radians within which two points are one."""

__all__ = [
    "EARTH_KM",
    "Floats",
    "Mask",
    "Rows",
    "Vectors",
    "chord",
    "cut_at_antimeridian",
    "km_between",
    "line_km",
    "lonlat",
    "normalised",
    "resampled",
    "samples",
    "unit_vectors",
]


def lonlat(points: Vectors) -> Floats:
    """Return points as an array (n, 2) of lon, lat in degrees."""
    lon = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    lat = np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1])))
    return np.column_stack([lon, lat])


def normalised(points: Vectors) -> Vectors:
    """Return points moved back onto the sphere."""
    return np.asarray(points / np.linalg.norm(points, axis=-1, keepdims=True))


def km_between(start: Vectors, end: Vectors) -> Floats:
    """Return the great-circle distance between points, pairwise, km."""
    return np.asarray(2 * EARTH_KM * np.arcsin(np.clip(np.linalg.norm(start - end, axis=-1) / 2, 0, 1)))


def chord(km: float) -> float:
    """Return the straight distance between two points ``km`` apart on the unit sphere."""
    return float(2 * np.sin(km / (2 * EARTH_KM)))


def line_km(line: Vectors) -> float:
    """Return the length of a polyline, km."""
    return float(km_between(line[:-1], line[1:]).sum())


def resampled(line: Vectors, step_km: float) -> Vectors:
    """Return points along a polyline at most ``step_km`` apart, its corners among them."""
    return samples(line, step_km)[0]


def samples(line: Vectors, step_km: float) -> tuple[Vectors, Rows]:
    """Return the points of ``resampled``, (n, 3), and for each the row of the corner at or after which it lies."""
    km = km_between(line[:-1], line[1:])
    steps = np.maximum(np.ceil(km / step_km), 1).astype(np.int64)
    corner = np.repeat(np.arange(len(km)), steps)
    through = (np.arange(len(corner)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[corner]
    angle = km[corner] / EARTH_KM
    apart = angle >= _SAME
    sine = np.where(apart, np.sin(angle), 1.0)
    before = np.where(apart, np.sin((1 - through) * angle) / sine, 1.0)
    after = np.where(apart, np.sin(through * angle) / sine, 0.0)
    points = before[:, None] * line[corner] + after[:, None] * line[corner + 1]
    return np.concatenate([points, line[-1:]]), np.append(corner, len(km))


def cut_at_antimeridian(points: Floats) -> tuple[Floats, ...]:
    """Return a polyline of lon, lat as parts that do not cross 180 degrees (RFC 7946, 3.1.9)."""
    jumps = np.flatnonzero(np.abs(np.diff(points[:, 0])) > 180)
    parts: list[Floats] = []
    start = points[:0]
    begin = 0
    for jump in jumps:
        (lon, lat), (next_lon, next_lat) = points[jump], points[jump + 1]
        side = np.copysign(180.0, lon)
        unrolled = next_lon + 2 * side
        through = (side - lon) / (unrolled - lon) if unrolled != lon else 0.5
        crossing = lat + through * (next_lat - lat)
        parts.append(np.vstack([start, points[begin : jump + 1], [[side, crossing]]]))
        start, begin = np.array([[-side, crossing]]), int(jump) + 1
    parts.append(np.vstack([start, points[begin:]]))
    whole = [_without_repeats(part) for part in parts]
    return tuple(part for part in whole if len(part) > 1)


def _without_repeats(points: Floats) -> Floats:
    """Return points without those that equal the one before: a line may touch 180 degrees where it is cut."""
    return points[np.r_[True, (points[1:] != points[:-1]).any(axis=1)]]
