"""Names of routes: the name under which one is publicly known, and the places at its two ends by the gazetteer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from geodata.places.lookup import countries_at, country_name, nearest_country, town_near
from routes.core.geodesy import Vectors, lonlat
from routes.core.params import AttributionParams

_ABOUT = ("near ", "off ", "inland ", "the open sea")
"""How the words for a place begin that is no town."""
_NEXT_KM = 60.0
"""Within this a place is called by a town that is not the best known one."""


def name_of(path: Vectors, params: AttributionParams, known: str = "") -> str:
    """Return "Sfax - Lampedusa"; an end that is best known by the same place as the other is called by the next.

    Where there is no next, it is "near Sabha".

    With ``known``, the name under which the route is publicly known, it stands first: "Central Mediterranean: Sfax -
    Lampedusa".
    """
    (lon, lat), (end_lon, end_lat) = lonlat(path[[0, -1]])
    start, end = _place(lon, lat, params), _place(end_lon, end_lat, params)
    if start == end and not start.startswith(_ABOUT):
        last = town_near(end_lon, end_lat, _NEXT_KM, other_than=start)
        first = None if last else town_near(lon, lat, _NEXT_KM, other_than=end)
        start, end = first.name if first else start, last.name if last else end
    ends = f"{start} - {end}" if start != end else start if start.startswith(_ABOUT) else f"near {start}"
    return f"{known}: {ends}" if known else ends


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


def _place(lon: float, lat: float, params: AttributionParams) -> str:
    """Return the town here, else "near Sabha" or, at sea, "off Tripoli", else the country, else "the open sea"."""
    town = town_near(lon, lat, params.town_km)
    if town:
        return town.name
    here = np.array([lon]), np.array([lat])
    inside = countries_at(*here)[0]
    town = town_near(lon, lat, params.far_town_km)
    if town:
        return f"near {town.name}" if inside else f"off {town.name}"
    if inside:
        return f"inland {country_name(inside)}"
    shore = nearest_country(*here, 2 * params.far_town_km)[0]
    return f"off {country_name(shore)}" if shore else "the open sea"
