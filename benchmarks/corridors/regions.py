"""The regions of the benchmark: where its made-up routes run, and whether over land or at sea."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from geodata.model.incident import Mode
from geodata.spatial.coastline import is_land
from routes.core.geodesy import EARTH_KM, Floats, Vectors, km_between, line_km, lonlat, normalised, unit_vectors

REGIONS_FILE = Path(__file__).parent / "regions.toml"
TRUTH_STEP_KM = 4.0
MARGIN_DEGREES = 3.0


@dataclass(frozen=True, slots=True)
class Box:
    """A box that may cross the antimeridian.

    Attributes
    ----------
    west, east : float, degrees
        West is less than east; either may lie beyond 180.
    south, north : float, degrees
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def area(self) -> float:
        """Its area, km2."""
        heights = np.diff(np.sin(np.radians([self.south, self.north])))[0]
        return float(heights * np.radians(self.east - self.west) * EARTH_KM**2)

    def places(self, random: np.random.Generator, number: int, mode: Mode | None = None) -> Vectors:
        """Return places spread evenly over its land or its sea, or over both."""
        kept = np.empty((0, 3))
        while len(kept) < number:
            tried = 4 * number + 100
            low, high = np.sin(np.radians([self.south, self.north])).tolist()
            sines = random.uniform(low, high, tried)
            places = unit_vectors(random.uniform(self.west, self.east, tried), np.degrees(np.arcsin(sines)))
            kept = np.concatenate([kept, places if mode is None else places[inside(places, mode)]])
        return kept[:number]


@dataclass(frozen=True, slots=True)
class Region:
    """A region and its true routes.

    Attributes
    ----------
    lines : tuple of Vectors, (n, 3)
        Points about 4 km apart.
    """

    name: str
    title: str
    mode: Mode
    lines: tuple[Vectors, ...]

    @property
    def km(self) -> float:
        """Length of all routes, km."""
        return sum(map(line_km, self.lines))

    @property
    def box(self) -> Box:
        """The box around the routes, three degrees wider on each side."""
        points = np.concatenate(self.lines)
        middle = lonlat(normalised(points.mean(axis=0)[None, :]))[0, 0]
        lon, lat = lonlat(points).T
        unrolled = middle + (lon - middle + 180) % 360 - 180
        low, high = np.array([unrolled, lat]).min(axis=1), np.array([unrolled, lat]).max(axis=1)
        return Box(*(low - MARGIN_DEGREES).tolist(), *(high + MARGIN_DEGREES).tolist())


@cache
def regions() -> dict[str, Region]:
    """Return every region by name."""
    table = tomllib.loads(REGIONS_FILE.read_text(encoding="utf-8"))
    return {
        name: Region(name, one["title"], one["mode"], tuple(curve(np.array(line, float)) for line in one["corridors"]))
        for name, one in table.items()
    }


def curve(corners: Floats) -> Vectors:
    """Return the Catmull-Rom curve through corners, as points about 4 km apart.

    Parameters
    ----------
    corners : Floats, (n, 2)
        lon, lat in degrees.
    """
    knots = unit_vectors(corners[:, 0], corners[:, 1])
    knots = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])

    spans = [_span(*knots[first : first + 4]) for first in range(len(corners) - 1)]
    return normalised(np.concatenate([*spans, knots[-2:-1]]))


def inside(places: Vectors, mode: Mode) -> np.ndarray:
    """Tell which places lie on the land, or at sea, that a mode needs."""
    lon, lat = lonlat(places).T
    return np.asarray(is_land(lon, lat) == (mode == "land"))


def _span(before: Vectors, start: Vectors, end: Vectors, after: Vectors) -> Vectors:
    """Return the curve from start up to, and without, end (Catmull and Rom 1974, uniform)."""
    steps = int(np.ceil(1.1 * km_between(normalised(start), normalised(end)) / TRUTH_STEP_KM))
    through = (np.arange(steps) / steps)[:, None]
    linear = end - before
    square = 2 * before - 5 * start + 4 * end - after
    cube = 3 * start - before - 3 * end + after
    return np.asarray((2 * start + linear * through + square * through**2 + cube * through**3) / 2)
