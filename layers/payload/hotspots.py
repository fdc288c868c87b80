"""Hot spots: the classes of emerging hot and cold spots, a letter and a hatch for each as well as a colour."""

# Texts here are said on the map.

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.core.messages import mark
from layers.payload.hex_tiles import corners
from layers.web.component import Part
from routes.temporal.emerging_hotspots import HotSpots
from routes.temporal.time_windows import Window

MEANINGS = {
    mark("new"): mark("hot in the last month for the first time"),
    mark("consecutive"): mark("hot in an unbroken run of the latest months"),
    mark("intensifying"): mark("hot in nearly every month, and ever more"),
    mark("persistent"): mark("hot in nearly every month, no trend"),
    mark("diminishing"): mark("hot in nearly every month, and ever less"),
    mark("sporadic"): mark("hot on and off, and in the last month"),
    mark("oscillating"): mark("hot in the last month, cold before"),
    mark("historical"): mark("hot in nearly every month, but not the last"),
}
"""Each class in one line, as of a hot spot."""
OPPOSITES = {
    "new": mark("cold in the last month for the first time"),
    "consecutive": mark("cold in an unbroken run of the latest months"),
    "intensifying": mark("cold in nearly every month, and ever more"),
    "persistent": mark("cold in nearly every month, no trend"),
    "diminishing": mark("cold in nearly every month, and ever less"),
    "sporadic": mark("cold on and off, and in the last month"),
    "oscillating": mark("cold in the last month, hot before"),
    "historical": mark("cold in nearly every month, but not the last"),
}
"""Each class in one line, as of a cold spot."""


class Hotspots(Part):
    """Hexes by class, in the order and with the meanings of ``MEANINGS``."""

    def __init__(self) -> None:
        super().__init__(meanings=list(MEANINGS.items()), opposites=list(OPPOSITES.items()))


def drawn_spots(found: HotSpots, window: Window) -> list[dict[str, Any]]:
    """Return what a map draws of each hex that has a pattern.

    Returns
    -------
    list of dict
        ``cell``, ``heat``, ``pattern``, the months in which it was ``hot`` and ``cold`` of those in ``window``, and its
        ``corners``: x, y of six in Mercator units.
    """
    chosen = [number for number, spot in enumerate(found.spots) if spot.heat != "none"]
    drawn = corners(found.cells[np.array(chosen, dtype=np.int64)].tolist())
    return [
        {
            "cell": format(int(found.cells[number]), "x"),
            "heat": found.spots[number].heat,
            "pattern": found.spots[number].pattern,
            "hot": int((found.state[number] == 1).sum()),
            "cold": int((found.state[number] == -1).sum()),
            "of": len(window.months),
            "corners": ring,
        }
        for number, ring in zip(chosen, drawn.tolist(), strict=True)
    ]
