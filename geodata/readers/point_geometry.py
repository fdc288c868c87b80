"""Positions: points out of WKB, and coordinates of any numbered system into degrees of WGS 84.

Only points are taken from geometry; other shapes are never built, so that none can be too large to build. A system of
coordinates counts only by its number at a public authority, because a description may name files to be opened.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from geodata.readers.limits import unreadable

DEGREES = "EPSG:4326"
_SAME = frozenset(["EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84H"])
_DECIMALS = 7
"""Of reprojected degrees: a centimetre."""
_NAMED = re.compile(r"(?i)(?:.*\b)?(EPSG|OGC|ESRI)\b.*?[:/#]((?:CRS)?\d+H?)$")
_DESCRIBED = re.compile(r"(?i)\s*(?:\{|(?:GEOG|PROJ|GEODETIC|GEODCRS|BOUND|COMPD?|COMPOUND)[A-Z]*\s*\[)")
_RULE = "points must be in WGS 84 or in a system with an EPSG number"
_POINT_BYTES = 21
_POINT_CODES = (1, 1001, 2001, 3001)


def system_named(file: str, name: str) -> str:
    """Return the authority and number of a system of coordinates that goes by its name, such as ``EPSG:32633``.

    Raises
    ------
    UnreadableFile
        If the name has no number.
    """
    found = _NAMED.match(name.strip()[:200])
    if not found:
        unreadable(file, f"its coordinates are in {name[:80]!r}", _RULE)
    code = f"{found[1].upper()}:{found[2].upper()}"
    return DEGREES if code in _SAME else code


def system_described(file: str, description: str) -> str:
    """Return the authority and number of a system that is described as WKT or PROJJSON.

    Raises
    ------
    UnreadableFile
        If no public system fits the description.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not _DESCRIBED.match(description):
        return system_named(file, description)
    try:
        authority = CRS.from_user_input(description).to_authority(min_confidence=70)
    except CRSError:
        authority = None
    if authority is None:
        unreadable(file, "its coordinates are in a system that no authority knows", _RULE)
    code = ":".join(authority)
    return DEGREES if code in _SAME else code


def in_degrees(file: str, system: str, east: Any, north: Any) -> tuple[Any, Any]:
    """Return coordinates of a system as lon, lat.

    Parameters
    ----------
    file, system : str
        As ``system_named`` returns it.
    east, north : float array
        In the units of the system; x before y, as files hold them.

    Returns
    -------
    lon, lat : float array, degrees
        NaN where there is no such place.

    Raises
    ------
    UnreadableFile
        If the system is unknown, measures no places on the ground, or is in metres while the coordinates are degrees.
    """
    if system == DEGREES:
        return east, north
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        source = CRS.from_user_input(system)
    except CRSError:
        unreadable(file, f"its coordinates are in {system}, which is unknown", _RULE)
    if not (source.is_geographic or source.is_projected):
        unreadable(file, f"its coordinates are in {system}, which has no places on a map", _RULE)
    if source.is_projected and source.axis_info[0].unit_conversion_factor <= 1 and _are_degrees(east, north):
        unreadable(
            file,
            f"its coordinates are said to be in {system}, which is in metres, but all lie within -180..180 and -90..90",
            "the stated system must be that of the coordinates, for degrees EPSG:4326",
        )
    moved = Transformer.from_crs(source, DEGREES, always_xy=True).transform(np.asarray(east), np.asarray(north))
    lon, lat = (np.where(np.isfinite(part), np.round(part, _DECIMALS), np.nan) for part in moved)
    return lon, lat


def _are_degrees(east: Any, north: Any) -> bool:
    """Tell whether coordinates can only be degrees: no map in metres is as small as a house around its origin."""
    here = np.isfinite(east) & np.isfinite(north)
    x, y = np.abs(np.asarray(east)[here]), np.abs(np.asarray(north)[here])
    return bool(x.size and (x <= 180).all() and (y <= 90).all() and (x + y).any())


def points(shapes: pa.Array) -> tuple[Any, Any]:
    """Return the coordinates of points in WKB.

    Parameters
    ----------
    shapes : binary array

    Returns
    -------
    east, north : float array
        NaN where a shape is no point; a MultiPoint of one point is a point.
    """
    shapes = shapes.cast(pa.large_binary())
    east, north = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    lengths = pa.compute.fill_null(pa.compute.binary_length(shapes), 0).to_numpy(zero_copy_only=False)
    for length in np.unique(lengths[lengths >= _POINT_BYTES])[:16]:
        where = np.flatnonzero(lengths == length)
        if length > 9 + _POINT_BYTES + 16:
            break
        content = b"".join(shapes.take(pa.array(where)).to_pylist())
        octets = np.frombuffer(content, dtype=np.uint8).reshape(where.size, int(length))
        for order in (0, 1):
            found, here_east, here_north = _decoded(octets, order)
            east[where[found]], north[where[found]] = here_east, here_north
    return east, north


def _decoded(octets: Any, order: int) -> tuple[Any, Any, Any]:
    """Return which rows of bytes are points in one byte order (1: the low byte first), and their coordinates."""
    end = "<" if order else ">"
    code = _numbers(octets, 1, f"{end}u4") & 0x1FFFFFFF
    stated = (_numbers(octets, 1, f"{end}u4") & 0x20000000) > 0
    single = np.isin(code, _POINT_CODES)
    skip = np.where(stated, 9, 5)
    if octets.shape[1] >= 9 + _POINT_BYTES:
        one = np.isin(code, [kind + 3 for kind in _POINT_CODES]) & (_numbers(octets, 5, f"{end}u4") == 1) & ~stated
        single, skip = single | one, np.where(one, 14, skip)
    found = np.flatnonzero((octets[:, 0] == order) & single)
    rows = octets[found]
    places = skip[found]
    east, north = np.full(found.size, np.nan), np.full(found.size, np.nan)
    for at in np.unique(places):
        if at + 16 <= octets.shape[1]:
            here = places == at
            east[here] = _numbers(rows[here], int(at), f"{end}f8")
            north[here] = _numbers(rows[here], int(at) + 8, f"{end}f8")
    return found, east, north


def _numbers(octets: Any, at: int, kind: str) -> Any:
    size = np.dtype(kind).itemsize
    return np.ascontiguousarray(octets[:, at : at + size]).view(kind)[:, 0]
