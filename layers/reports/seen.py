"""What of a snapshot is drawn: its routes, and its hexes at the level that fits, over its whole period."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.spatial.coastline import REFERENCE
from layers.payload.hex_tiles import CORNERS
from layers.payload.snapshot import Snapshot
from layers.reports.frame import Frame, Places, mercator

_LEVEL_PIXELS = 5.0
"""The finest level is drawn whose hexes are at least so wide."""


@dataclass(frozen=True)
class Route:
    """A route as it is drawn.

    Attributes
    ----------
    told : mapping
        Its properties.
    incidents : int
        In the period.
    lines, observed, inferred : list of Places
        In Mercator units.
    """

    told: Mapping[str, Any]
    incidents: int
    lines: list[Places]
    observed: list[Places]
    inferred: list[Places]


@dataclass(frozen=True)
class Seen:
    """What is drawn of a snapshot: its whole period."""

    snapshot: Snapshot

    @cached_property
    def routes(self) -> list[Route]:
        """Return the routes that have incidents, most first."""
        found = [
            _route(feature)
            for feature in self.snapshot.manifest["corridors"]
            if feature["properties"]["layer"] == "routes" and feature["properties"]["incidents"]
        ]
        return sorted(found, key=lambda route: (-route.incidents, str(route.told["corridor_id"])))

    def hexes(self, frame: Frame) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the corners, shape (n, 12), and incidents of the hexes to draw; those known too coarsely are none."""
        levels = self.snapshot.manifest["levels"]
        for level in reversed(levels):
            corners = np.frombuffer(self._bytes(level["corners"]), "<i4").reshape(-1, 2 * CORNERS)
            cells = np.frombuffer(self._bytes(level["cells"]), "<u8")
            fine = ((cells >> np.uint64(52)) & np.uint64(15)) >= level["resolution"]
            wide = float(np.median(np.ptp(corners[fine, ::2], axis=1))) * frame.scale if fine.any() else 0.0
            if wide >= _LEVEL_PIXELS or level is levels[0]:
                return corners[fine], self._counts(level)[fine]
        return np.empty((0, 2 * CORNERS), np.int32), np.empty(0, np.int64)

    def _counts(self, level: Mapping[str, Any]) -> NDArray[np.int64]:
        content, hexes, entries = self._bytes(level["counts"]), level["hexes"], level["entries"]
        offsets = np.frombuffer(content, "<u4", hexes + 1)
        counts = np.frombuffer(content, "<u4", entries, 4 * (hexes + 1)).astype(np.int64)
        return np.add.reduceat(np.r_[counts, 0], offsets[:-1]) if hexes else np.empty(0, np.int64)

    def _bytes(self, address: str) -> bytes:
        return self.snapshot.resources[address.rpartition("/")[2]]


def _route(feature: Mapping[str, Any]) -> Route:
    geometry = feature["geometry"]
    parts = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
    stretches = feature["stretches"] or {"observed": parts, "inferred": []}
    lines, observed, inferred = (
        [mercator(np.asarray(line, float)) for line in some]
        for some in (parts, stretches["observed"], stretches["inferred"])
    )
    told = feature["properties"]
    return Route(told, told["incidents"], lines, observed, inferred)


@cache
def countries(scale: str) -> list[tuple[Mapping[str, Any], list[Places]]]:
    """Return the countries of the base map, "110m" or "50m", with their rings in Mercator units."""
    found = []
    for feature in json.loads((REFERENCE / f"countries_{scale}.geojson").read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = [mercator(np.asarray(ring, float)[:, :2]) for polygon in polygons for ring in polygon]
        found.append((feature["properties"], rings))
    return found
