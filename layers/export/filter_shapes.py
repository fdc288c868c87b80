"""Shapes in CQL2 filters: GeoJSON and boxes, checked and brought to degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.errors import GEOSException, ShapelyError
from shapely.geometry import shape

from geodata.core.errors import WrongValue

_DEGREES = 4326


def shape_of(tree: Any, crs: int, *, north_first: bool = False) -> shapely.Geometry:
    """Return a shape of CQL2 JSON in degrees.

    Parameters
    ----------
    tree : object
        A GeoJSON geometry, or {"bbox": [west, south, east, north]}; where west exceeds east it crosses 180 degrees.
    crs : int
        EPSG code of its coordinates.
    north_first : bool
        Whether they are written y before x.

    Raises
    ------
    WrongValue
        If it is no shape, or one that crosses itself.
    """
    if not isinstance(tree, dict) or not ("bbox" in tree or "type" in tree):
        raise _wrong("what geometry is compared with is no shape")
    try:
        read = _boxed(tree["bbox"]) if "bbox" in tree else shapely.force_2d(shape(tree))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ShapelyError, GEOSException):
        raise _wrong("a shape cannot be read") from None
    corners = shapely.get_coordinates(read)
    if north_first:
        corners = corners[:, ::-1]
    if crs != _DEGREES:
        move = pyproj.Transformer.from_crs(crs, _DEGREES, always_xy=True)
        corners = np.column_stack(move.transform(corners[:, 0], corners[:, 1]))
    read = shapely.set_coordinates(read, corners)
    if shapely.is_empty(read) or not np.isfinite(corners).all():
        raise _wrong("a shape is empty or lies nowhere")
    if not shapely.is_valid(read):
        raise _wrong(f"a shape is not sound ({shapely.is_valid_reason(read).lower()[:60]})")
    return read


def _boxed(values: Any) -> shapely.Geometry:
    corners = [float(value) for value in values]
    west, south, east, north = corners if len(corners) == 4 else (*corners[:2], *corners[3:5])
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])


def _wrong(what: str) -> WrongValue:
    return WrongValue(
        what,
        rule="a shape is as POLYGON((8 30, 20 30, 20 40, 8 30)) or BBOX(8, 30, 20, 40)",
        done="nothing was read",
        where="filter",
    )
