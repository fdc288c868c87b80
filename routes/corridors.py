"""The corridor: a centreline with its support and the countries it runs through, and the answer of a reduction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geodata.incident import Mode

METHOD_VERSION = "ridges-0.1"
"""Stamped on every corridor, export and share, so that an old picture is never taken for a new one."""

Line = NDArray[np.float64]
"""A polyline as an array of shape (n, 2): lon, lat in degrees."""

Role = Literal["source", "transit", "destination"]


@dataclass(frozen=True, slots=True)
class CountryRole:
    """A country that a corridor comes from, runs through or leads to."""

    iso3: str
    role: Role


@dataclass(frozen=True, slots=True)
class Corridor:
    """One route corridor.

    Attributes
    ----------
    corridor_id : str
        Stable for the same incidents: a hash of the mode and the cells it runs through.
    name : str
        Its two ends by the gazetteer, "Sfax - Lampedusa".
    mode : str
        land, sea or air.
    lines : tuple of Line
        The centreline; more than one part only where it crosses 180 degrees.
    length_km : float, km
        Geodesic.
    band_km : float, km
        Half the width that holds 80 % of its incidents; 0 where width has no meaning (air).
    incidents, people : int
        Incidents assigned to it, and the people in them where stated.
    countries : tuple of CountryRole
        In the order of the line.
    months : dict
        Incidents by month, "2021-03" -> 4; months without any are left out.
    inferred : bool
        No incidents of its own support it.
    synthetic : bool
        At least one of its incidents was made up for demonstration.
    """

    corridor_id: str
    name: str
    mode: Mode
    lines: tuple[Line, ...] = field(compare=False)  # arrays have no truth; corridor_id and length stand for them
    length_km: float
    band_km: float
    incidents: int
    people: int
    countries: tuple[CountryRole, ...]
    months: dict[str, int] = field(hash=False)
    inferred: bool = False
    synthetic: bool = False
    method_version: str = METHOD_VERSION

    def feature(self) -> dict[str, Any]:
        """Return the corridor as a GeoJSON feature (RFC 7946): LineString, or MultiLineString across 180 degrees."""
        parts = [np.round(line, 5).tolist() for line in self.lines]
        single = len(parts) == 1
        return {
            "type": "Feature",
            "geometry": {
                "type": "LineString" if single else "MultiLineString",
                "coordinates": parts[0] if single else parts,
            },
            "properties": {
                "corridor_id": self.corridor_id,
                "name": self.name,
                "mode": self.mode,
                "length_km": round(self.length_km, 1),
                "band_km": round(self.band_km, 1),
                "incidents": self.incidents,
                "people": self.people,
                "countries": [{"iso3": country.iso3, "role": country.role} for country in self.countries],
                "months": dict(sorted(self.months.items())),
                "inferred": self.inferred,
                "synthetic": self.synthetic,
                "method_version": self.method_version,
            },
        }


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a reduction answers: the corridors, most incidents first, and in plain words what was not possible.

    ``notes`` are sentences for a screen, such as "Air: 3 incidents name no pair of airports; none is drawn for them."
    """

    corridors: tuple[Corridor, ...]
    notes: tuple[str, ...] = ()

    def collection(self) -> dict[str, Any]:
        """Return the corridors as a GeoJSON FeatureCollection; the notes and the method version are foreign members."""
        return {
            "type": "FeatureCollection",
            "method_version": METHOD_VERSION,
            "synthetic": any(corridor.synthetic for corridor in self.corridors),
            "notes": list(self.notes),
            "features": [corridor.feature() for corridor in self.corridors],
        }
