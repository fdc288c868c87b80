"""Watch areas: drawn areas that an analyst keeps an eye on."""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import shapely

from layers.export.drawn_areas import LONGEST_NAME, MOST_AREAS, MOST_CORNERS, DrawnArea
from layers.payload.time_steps import Steps, going_on
from layers.web.component import Part

_LATEST = 40
"""Versions whose incidents are counted one by one."""


class Watch(Part):
    """Drawn with clicks, kept in the address; at most ``most`` of ``corners`` corners and names of ``letters``."""

    def __init__(self) -> None:
        super().__init__(most=MOST_AREAS, corners=MOST_CORNERS, letters=LONGEST_NAME)


def counted_in(
    area: DrawnArea, incidents: pl.DataFrame, versions: Mapping[str, int], calendar: Steps
) -> dict[str, Any]:
    """Return how many incidents lie in an area by step, and how many the latest batches brought or revised there.

    Parameters
    ----------
    area : DrawnArea
    incidents : DataFrame
        lon, lat, time_start, time_end, time_precision, batch.
    versions : mapping of str to int
        The version of the ledger that each batch made.
    calendar : Steps

    Notes
    -----
    An incident is where it was reported, however exactly: one that is known to some 50 km may lie outside in truth.
    """
    shape = shapely.Polygon(area.corners)
    west, south, east, north = shape.bounds
    near = incidents.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
    within = shapely.intersects_xy(shape, near["lon"].to_numpy(), near["lat"].to_numpy())
    inside = near.filter(pl.Series(within, dtype=pl.Boolean))
    counted = calendar.counted(inside)
    counts = np.bincount(counted["step"].to_numpy(), minlength=len(calendar))
    lasting = going_on(counted).select("first", "last", "count").rows()
    made = inside.group_by("batch").len().iter_rows()
    arrived = sorted(((versions[batch], count) for batch, count in made if batch in versions), reverse=True)
    return {
        "area": area.text,
        "counts": counts.tolist(),
        "lasting": [list(span) for span in lasting],
        "arrived": [list(pair) for pair in arrived[:_LATEST]],
    }
