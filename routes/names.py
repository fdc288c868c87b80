"""Names of corridors: the places at their two ends, by the gazetteer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from geodata.places import countries_at, country_name, nearest_country, town_near
from routes.sphere import Vectors, lonlat

_REACH_KM = 80.0


def name_of(path: Vectors) -> str:
    """Return "Sfax - Lampedusa", or "near Sabha" where both ends are best known by the same place."""
    (lon, lat), (end_lon, end_lat) = lonlat(path[[0, -1]])
    start, end = _place(lon, lat), _place(end_lon, end_lat)
    return f"{start} - {end}" if start != end else f"near {start}"


def told_apart(names: Sequence[str]) -> list[str]:
    """Return the names with " (2)", " (3)" behind those that came before."""
    seen: Counter[str] = Counter()
    apart = []
    for name in names:
        seen[name] += 1
        apart.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return apart


def _place(lon: float, lat: float) -> str:
    town = town_near(lon, lat, _REACH_KM)
    if town:
        return town
    here = np.array([lon]), np.array([lat])
    inside, near = countries_at(*here)[0], nearest_country(*here, 3 * _REACH_KM)[0]
    where = f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"
    if inside:
        return f"{country_name(inside)}, {where}"
    return f"off {country_name(near)}, {where}" if near else where
