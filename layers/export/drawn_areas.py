"""Drawn areas: named polygons of a few corners. An area is checked, never repaired.

In an address an area is ``name~code``. The code holds its corners in hundredths of a degree, lon before lat: those of
the first corner, then how far each is from the one before, in base 36 with points between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.core.errors import WrongValue

MOST_AREAS = 8
MOST_CORNERS = 24
LONGEST_NAME = 24
_LONGEST_CODE = 8 * MOST_CORNERS
_FEWEST_CORNERS = 3
_HUNDREDTHS = 100
_FARTHEST_LAT = 85.0
_DONE = "the area was not looked at"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnArea:
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


def areas_of(texts: Sequence[str]) -> list[DrawnArea]:
    """Read areas as an address spells them.

    Raises
    ------
    WrongValue
        If one of them, or their number, is not as it must be.
    """
    if len(texts) > MOST_AREAS:
        raise WrongValue(f"{len(texts)} areas", rule=f"at most {MOST_AREAS} are watched", done="none was looked at")
    return [_area(text) for text in texts]


def _area(text: str) -> DrawnArea:
    name, _, code = text.partition("~")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise _wrong(name, f"an area has a name of at most {LONGEST_NAME} letters")
    corners = _corners(code, name)
    if np.abs(corners[:, 0]).max() > 180 or np.abs(corners[:, 1]).max() > _FARTHEST_LAT:
        raise _wrong(name, f"its corners lie within 180 degrees of lon and {_FARTHEST_LAT:.0f} of lat")
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        raise _wrong(name, "the border of an area does not cross itself and encloses something")
    return DrawnArea(name, text, corners)


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
