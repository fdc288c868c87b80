"""Surveys over time: the hexes in which incidents gather ever more."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from geodata.spatial import h3_cells as hexes
from routes.temporal.emerging_hotspots import HotSpots, hotspots
from routes.temporal.time_windows import Window

SURVEY_RESOLUTION = 4
SURVEY_MONTHS = 36


def whole_months(incidents: pl.DataFrame, most: int | None = None) -> Window | None:
    """Return the months from that of the first incident, or the latest of them; None where there are none.

    The month of the last incident is left out: it may not be over, and would look like a fall.
    """
    dated = incidents["time_start"].drop_nulls()
    months = (dated.dt.year() * 12 + dated.dt.month() - 1).sort()
    if dated.is_empty() or months[0] == months[-1]:
        return None
    first, end = int(months[0]), int(months[-1])
    start = max(first, end - most) if most else first
    return Window(*(date(month // 12, month % 12 + 1, 1) for month in (start, end)))


def hot_spots(incidents: pl.DataFrame, window: Window, resolution: int = SURVEY_RESOLUTION) -> HotSpots:
    """Return the emerging hot and cold spots among the hexes of a window that hold incidents, and those around them.

    Parameters
    ----------
    incidents : DataFrame
        lon, lat, time_start; cell where known. What is placed less exactly than the hexes is left out.
    window : Window
        Its months are the time steps.
    resolution : int
        H3.
    """
    usable = incidents.filter(window.holds()).drop_nulls(["lon", "lat"])
    if "cell" in usable.columns:
        own = usable["cell"].cast(pl.UInt64)
        fine = hexes.resolutions(own.fill_null(0).to_numpy()) >= resolution
        usable = usable.filter(fine | own.is_null().to_numpy())
    cells = hexes.cells_at(usable["lon"].to_numpy(), usable["lat"].to_numpy(), resolution)
    every = hexes.distinct(hexes.disks(hexes.distinct(cells), 1)[1]) if len(cells) else cells
    steps = {month: step for step, month in enumerate(window.months)}
    month = usable["time_start"].dt.strftime("%Y-%m").replace_strict(steps, return_dtype=pl.Int64).to_numpy()
    counts = np.zeros((len(every), len(steps)))
    np.add.at(counts, (np.searchsorted(every, cells), month), 1)
    return hotspots(every, counts)


def spots_collection(found: HotSpots, window: Window) -> dict[str, Any]:
    """Return the hexes that have a pattern as a GeoJSON FeatureCollection (RFC 7946)."""
    features = []
    for cell, spot, state in zip(found.cells.tolist(), found.spots, found.state, strict=True):
        if spot.heat == "none":
            continue
        ring = hexes.outline(cell)
        lons = [lon for lon, _ in ring]
        if max(lons) - min(lons) > 180:  # across 180 degrees: all of it on the eastern side
            ring = [(lon + 360 if lon < 0 else lon, lat) for lon, lat in ring]
        features.append(
            {
                "type": "Feature",
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[round(lon, 5), round(lat, 5)] for lon, lat in [*ring, ring[0]]]],
                },
                "properties": {
                    "cell": format(cell, "x"),
                    "heat": spot.heat,
                    "pattern": spot.pattern,
                    "class": spot.name,
                    "months_hot": int((state == 1).sum()),
                    "months_cold": int((state == -1).sum()),
                },
            }
        )
    return {
        "type": "FeatureCollection",
        "window": [str(window.start), str(window.end)],
        "method": "Gi* by month, false discovery rate 0.05, Mann-Kendall trend; classes after Esri",
        "features": features,
    }
