"""The corridor: a centreline with its support and the countries it runs through, and the answer of a reduction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.incident import Mode

METHOD_VERSION = "ridges-0.4"
"""Stamped on every corridor, export and share, so that an old picture is never taken for a new one."""

Line = NDArray[np.float64]
"""A polyline as an array of shape (n, 2): lon, lat in degrees."""

Role = Literal["source", "transit", "destination"]

Direction = Literal["one-way", "two-way", "unclear"]
Basis = Literal["evidence", "journeys", "flights"]
Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[tuple[Grade, float], ...] = (("A", 0.95), ("B", 0.85), ("C", 0.7), ("D", 0.5))
"""The least support of each grade."""
LEAST_DRAWN = GRADES[-1][1]
"""With less support than this nothing is drawn."""


def grade_of(support: float) -> Grade | None:
    """Return the grade of a support of 0 to 1, None below the least that is drawn."""
    return next((grade for grade, least in GRADES if support >= least), None)


@dataclass(frozen=True, slots=True)
class CountryRole:
    """A country that a corridor comes from, runs through or leads to.

    ``shares`` are what the country is to all who pass it in this reduction: source, transit and destination, which sum
    to one; None where the method tells no movement.
    """

    iso3: str
    role: Role
    shares: tuple[float, float, float] | None = None

    def properties(self) -> dict[str, Any]:
        """Return it for a feature."""
        if self.shares is None:
            return {"iso3": self.iso3, "role": self.role}
        shares = zip(("source", "transit", "destination"), self.shares, strict=True)
        return {"iso3": self.iso3, "role": self.role, **{name: round(share, 2) for name, share in shares}}


@dataclass(frozen=True, slots=True)
class Corridor:
    """One route corridor.

    Attributes
    ----------
    corridor_id : str
        Stable for the same incidents: a hash of the mode and the cells it runs through.
    system_id : str
        The same for corridors that are connected: together they are one route system.
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
    bridges : tuple of (start, end), km
        Stretches that only bridge a gap in the evidence, by their distance along the line from its first point.
    direction : str or None
        Whether movement along it runs one way, in the order of ``lines``, both ways, or is unclear; None where the
        method tells none.
    flow : float
        Of movement along it, in square roots of incidents: no number of people; 0 where the method tells none.
    basis : str
        What the line rests on: evidence that traces it, journeys that explain the evidence, or flights that are named.
    route : str
        The name under which the route that it is part of is publicly known; "" for none.
    origins, destinations : dict
        Of those who move along it, the share by country of start and by destination, a code of the facts; largest
        first, empty where the method tells no movement.
    direction_basis : str
        What its direction rests on, a sentence; "" where the method tells none.
    support : float or None, 0..1
        How often it comes back when the evidence is drawn again, times the share of it that is observed; None where
        this was not asked for.
    synthetic : bool
        At least one of its incidents was made up for demonstration.
    """

    corridor_id: str
    system_id: str
    name: str
    mode: Mode
    lines: tuple[Line, ...] = field(compare=False)  # arrays have no truth; corridor_id and length stand for them
    length_km: float
    band_km: float
    incidents: int
    people: int
    countries: tuple[CountryRole, ...]
    months: dict[str, int] = field(hash=False)
    bridges: tuple[tuple[float, float], ...] = ()
    direction: Direction | None = None
    flow: float = 0.0
    basis: Basis = "evidence"
    route: str = ""
    origins: dict[str, float] = field(default_factory=dict, hash=False)
    destinations: dict[str, float] = field(default_factory=dict, hash=False)
    direction_basis: str = ""
    support: float | None = None
    synthetic: bool = False
    method_version: str = METHOD_VERSION

    @property
    def inferred_km(self) -> float:
        """Length of the stretches that only bridge a gap, km."""
        return sum(end - start for start, end in self.bridges)

    @property
    def grade(self) -> Grade | None:
        """Grade of its support; None where support was not asked for."""
        return None if self.support is None else grade_of(self.support)

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
                "system_id": self.system_id,
                "name": self.name,
                "mode": self.mode,
                "length_km": round(self.length_km, 1),
                "band_km": round(self.band_km, 1),
                "incidents": self.incidents,
                "people": self.people,
                "countries": [country.properties() for country in self.countries],
                "months": dict(sorted(self.months.items())),
                "inferred": self.inferred_km > self.length_km / 2,
                "inferred_km": round(self.inferred_km, 1),
                "bridges": [[round(start, 1), round(end, 1)] for start, end in self.bridges],
                "direction": self.direction,
                "flow": round(self.flow, 1),
                "basis": self.basis,
                "route": self.route or None,
                "origins": {code: round(share, 2) for code, share in self.origins.items()},
                "destinations": {code: round(share, 2) for code, share in self.destinations.items()},
                "direction_basis": self.direction_basis or None,
                "support": None if self.support is None else round(self.support, 2),
                "grade": self.grade,
                "synthetic": self.synthetic,
                "method_version": self.method_version,
            },
        }


ASSIGNMENTS = {
    "incident_id": pl.String,
    "corridor_id": pl.String,
    "system_id": pl.String,
    "distance_km": pl.Float64,
    "stretch": pl.Int64,
}
"""``stretch`` is the number of the piece of ``STRETCH_KM``, from the first point of the line, beside which it lies."""
STRETCH_KM = 50.0


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema=ASSIGNMENTS)


@dataclass(frozen=True)
class Reduction:
    """What a reduction answers.

    Attributes
    ----------
    corridors : tuple of Corridor
        Most incidents first.
    notes : tuple of str
        In plain words what was not possible, sentences for a screen, such as "Air: 3 incidents name no pair of
        airports; none is drawn for them."
    assign : function
        Tells which incident belongs where; asked only when somebody wants to know, as it costs by incidents.
    """

    corridors: tuple[Corridor, ...]
    notes: tuple[str, ...] = ()
    assign: Callable[[], pl.DataFrame] = field(default=_nobody, compare=False, repr=False)

    @cached_property
    def assignments(self) -> pl.DataFrame:
        """Columns of ``ASSIGNMENTS``, a row for each incident that belongs to a corridor."""
        return self.assign()

    @property
    def method_version(self) -> str:
        """Return the method that drew the corridors."""
        return next((corridor.method_version for corridor in self.corridors), METHOD_VERSION)

    def collection(self) -> dict[str, Any]:
        """Return the corridors as a GeoJSON FeatureCollection; the notes and the method version are foreign members."""
        return {
            "type": "FeatureCollection",
            "method_version": self.method_version,
            "synthetic": any(corridor.synthetic for corridor in self.corridors),
            "notes": list(self.notes),
            "features": [corridor.feature() for corridor in self.corridors],
        }
