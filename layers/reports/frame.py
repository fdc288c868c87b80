"""What part of the world a drawing shows, and where on it a place lies.

Places are in Mercator units, as in ``layers.payload.hex_tiles``; lengths are in pixels of the drawing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.payload.hex_tiles import WORLD

Places = NDArray[np.float64]
"""x, y in Mercator units, shape (n, 2)."""
_FARTHEST_LAT = 84.0
_ROUND_KM = 40_075.0
"""Length of the equator."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the world is drawn, and how large.

    Attributes
    ----------
    width, height : int
        Pixels.
    left, top : float
        Mercator units of its corner.
    scale : float
        Pixels to a Mercator unit.
    """

    width: int
    height: int
    left: float
    top: float
    scale: float

    @classmethod
    def around(cls, places: Places, width: int, height: int, margin: float) -> Frame:
        """Return a frame that holds some places; the whole of the inhabited world where there are none."""
        if not len(places):
            places = mercator(np.array([[-120.0, -40.0], [150.0, 65.0]]))
        eastern = places + np.where(places[:, :1] < 0, [[WORLD, 0.0]], 0.0)
        if np.ptp(eastern[:, 0]) < np.ptp(places[:, 0]):  # they lie on both sides of 180 degrees
            places = eastern
        low, high = places.min(axis=0), places.max(axis=0)
        size = np.maximum((high - low) * (1 + 2 * margin), WORLD / 180)
        scale = float(min(width / size[0], height / size[1]))
        middle = (low + high) / 2
        return cls(width, height, float(middle[0] - width / scale / 2), float(middle[1] - height / scale / 2), scale)

    @classmethod
    def of_box(cls, box: tuple[float, float, float, float], width: int, height: int) -> Frame:
        """Return a frame that holds a box of degrees, (west, south, east, north); east may exceed 180."""
        west, south, east, north = box
        low, high = mercator(np.array([[west, north], [east, south]]))
        size = np.maximum(high - low, WORLD / 3600)
        scale = float(min(width / size[0], height / size[1]))
        middle = (low + high) / 2
        return cls(width, height, float(middle[0] - width / scale / 2), float(middle[1] - height / scale / 2), scale)

    def pixels(self, places: Places) -> Places:
        """Return the places of one line or polygon in pixels; it may lie in the frame once more around the world."""
        middle = self.left + self.width / self.scale / 2
        turns = np.round((middle - (places[:, 0].min() + places[:, 0].max()) / 2) / WORLD)
        return np.asarray((places - [self.left - turns * WORLD, self.top]) * self.scale)

    def sees(self, pixels: Places, margin: float = 0.0) -> bool:
        """Tell whether any of what these pixels span may be seen."""
        (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
        return bool(x1 >= -margin and y1 >= -margin and x0 <= self.width + margin and y0 <= self.height + margin)

    @property
    def ten_degrees(self) -> float:
        """Return the pixels of ten degrees of longitude."""
        return WORLD / 36 * self.scale

    @property
    def km_pixels(self) -> float:
        """Return the pixels of a kilometre in its middle."""
        y = (self.top + self.height / self.scale / 2) / WORLD * 2 * math.pi
        return self.scale * WORLD / _ROUND_KM * math.cosh(y)


def mercator(lonlat: Places) -> Places:
    """Return degrees, shape (n, 2), in Mercator units."""
    up = np.radians(np.clip(lonlat[:, 1], -_FARTHEST_LAT, _FARTHEST_LAT))
    return np.column_stack([lonlat[:, 0] / 360 * WORLD, -np.arcsinh(np.tan(up)) / (2 * np.pi) * WORLD])
