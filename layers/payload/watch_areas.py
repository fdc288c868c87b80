"""Watch areas: what an analyst keeps an eye on. An area is checked, never repaired.

In an address an area is ``name~code``. The code holds its corners in hundredths of a degree, lon before lat: those of
the first corner, then how far each is from the one before, in base 36 with points between.
"""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from geodata.core.errors import WrongValue
from layers.payload.time_steps import Steps, going_on
from layers.web.component import Part

MOST_AREAS = 8
MOST_CORNERS = 24
LONGEST_NAME = 24
_LONGEST_CODE = 8 * MOST_CORNERS
_FEWEST_CORNERS = 3
_HUNDREDTHS = 100
_FARTHEST_LAT = 85.0
_LATEST = 40
"""Versions whose incidents are counted one by one."""
_DONE = "the area was not looked at"

Floats = NDArray[np.float64]


class Watch(Part):
    """Drawn with clicks, kept in the address; at most ``most`` of ``corners`` corners and names of ``letters``."""

    def __init__(self) -> None:
        super().__init__(most=MOST_AREAS, corners=MOST_CORNERS, letters=LONGEST_NAME)


@dataclass(frozen=True, slots=True)
class Area:
    """A named polygon.

    Attributes
    ----------
    name, text : str
        ``text`` is how the address spells it.
    corners : Floats, (n, 2)
        lon, lat in degrees, open.
    """

    name: str
    text: str
    corners: Floats


def areas_of(texts: Sequence[str]) -> list[Area]:
    """Read areas as an address spells them.

    Raises
    ------
    WrongValue
        If one of them, or their number, is not as it must be.
    """
    if len(texts) > MOST_AREAS:
        raise WrongValue(f"{len(texts)} areas", rule=f"at most {MOST_AREAS} are watched", done="none was looked at")
    return [_area(text) for text in texts]


def counted_in(area: Area, incidents: pl.DataFrame, versions: Mapping[str, int], calendar: Steps) -> dict[str, Any]:
    """Return how many incidents lie in an area by step, and how many the latest batches brought or revised there.

    Parameters
    ----------
    area : Area
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


def _area(text: str) -> Area:
    name, _, code = text.partition("~")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise _wrong(name, f"an area has a name of at most {LONGEST_NAME} letters")
    corners = _corners(code, name)
    if np.abs(corners[:, 0]).max() > 180 or np.abs(corners[:, 1]).max() > _FARTHEST_LAT:
        raise _wrong(name, f"its corners lie within 180 degrees of lon and {_FARTHEST_LAT:.0f} of lat")
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        raise _wrong(name, "the border of an area does not cross itself and encloses something")
    return Area(name, text, corners)


def _corners(code: str, name: str) -> Floats:
    parts = code.split(".") if len(code) <= _LONGEST_CODE else []
    if len(parts) % 2 or not _FEWEST_CORNERS <= len(parts) // 2 <= MOST_CORNERS:
        raise _wrong(name, f"an area has {_FEWEST_CORNERS} to {MOST_CORNERS} corners")
    try:
        steps = [_number(part) for part in parts]
    except ValueError:
        raise _wrong(name, "corners are numbers in base 36 with points between") from None
    return np.cumsum(np.array(steps, dtype=float).reshape(-1, 2), axis=0) / _HUNDREDTHS


def _number(part: str) -> int:
    if not part.isascii() or not part.removeprefix("-").isalnum():
        raise ValueError
    return int(part, 36)


def _wrong(name: str, rule: str) -> WrongValue:
    return WrongValue(f"area {name[:LONGEST_NAME]!r}", rule=rule, done=_DONE)


def spelt(name: str, corners: Iterable[tuple[float, float]]) -> str:
    """Return an area as an address spells it; corners are lon, lat in degrees."""
    whole = np.rint(np.array(list(corners)) * _HUNDREDTHS).astype(int)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
    return f"{name}~{'.'.join(np.base_repr(int(step), 36).lower() for step in steps.ravel())}"
