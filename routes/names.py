"""Names of corridors: the places at their two ends, by the gazetteer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from geodata.places import Town, countries_at, country_name, nearest_country, town_near
from routes.sphere import Vectors, lonlat

_REACH_KM = 80.0
_FARTHEST_KM = 250.0
_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


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


def bare(name: str) -> str:
    """Return a name without the number by which it is told apart."""
    return _NUMBERED.sub("", name)


_NUMBERED = re.compile(r" \(\d+\)$")


def _place(lon: float, lat: float) -> str:
    """Return the town here, else "S of Sabha", else the country and degrees."""
    town = town_near(lon, lat, _REACH_KM)
    if town:
        return town.name
    town = town_near(lon, lat, _FARTHEST_KM)
    if town:
        return f"{_bearing(town, lon, lat)} of {town.name}"
    here = np.array([lon]), np.array([lat])
    inside, near = countries_at(*here)[0], nearest_country(*here, 2 * _FARTHEST_KM)[0]
    where = f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"
    if inside:
        return f"{country_name(inside)}, {where}"
    return f"off {country_name(near)}, {where}" if near else where


def _bearing(town: Town, lon: float, lat: float) -> str:
    """Return in which of eight directions a place lies from a town."""
    east = ((lon - town.lon + 180) % 360 - 180) * np.cos(np.radians(lat))
    eighth = round(float(np.degrees(np.arctan2(east, lat - town.lat))) / 45) % 8
    return _COMPASS[eighth]
