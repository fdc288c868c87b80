"""The corridor: a centreline with its support and the countries it runs through, and the answer of a reduction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.model.incident import Mode

METHOD_VERSION = "network-1.0"
"""Stamped on every corridor, export and share, so that an old picture is never taken for a new one."""

Line = NDArray[np.float64]
"""A polyline as an array of shape (n, 2): lon, lat in degrees."""

Role = Literal["source", "transit", "destination"]

Direction = Literal["one-way", "two-way", "unclear"]
Basis = Literal["evidence", "journeys", "flights"]
Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
LEAST_SUPPORT = {"high": 0.85, "medium": 0.7}
"""The least support of each confidence; with less it is low."""
FEWEST_FOR_HIGH = 10
"""Incidents below which confidence is never high."""


def confidence_of(support: float, incidents: int, inferred: float) -> Confidence:
    """Return how sure a corridor is, in a word.

    Parameters
    ----------
    support : float, 0..1
        Share of the redraws of the evidence in which it comes back.
    incidents : int
        That lie in it.
    inferred : float, 0..1
        Share of its length near which nothing is reported.

    Examples
    --------
    >>> confidence_of(0.95, 12, 0.2), confidence_of(0.95, 9, 0.2), confidence_of(0.6, 100, 0.0)
    ('high', 'medium', 'low')
    """
    if support < LEAST_SUPPORT["medium"] or not incidents:
        return "low"
    sure = support >= LEAST_SUPPORT["high"] and incidents >= FEWEST_FOR_HIGH and inferred <= 0.5
    return "high" if sure else "medium"


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
        Incidents that lie in it, each in the nearest corridor of its mode only; and the people in them where stated.
    passing : float
        Incidents, wherever they lie, whose likeliest journeys run along it: the mean over its length.
    countries : tuple of CountryRole
        In the order of the line.
    months : dict
        Incidents by month, "2021-03" -> 4; months without any are left out.
    bridges : tuple of (start, end), km
        Stretches that only bridge a gap in the evidence, by their distance along the line from its first point.
    airports : tuple of str or None
        IATA codes of the two between which incidents say that people fly; None over land and at sea.
    direction : str or None
        Whether movement along it runs one way, in the order of ``lines``, both ways, or is unclear; None where the
        method tells none.
    flow : float
        Estimated importance of movement along it, in square roots of incidents: it ranks routes and is no number of
        people; 0 where no journey runs along it.
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
        How often it comes back when the evidence is drawn again; None where this was not asked for.
    detail : float, 0..1
        The detail from which on it is shown: 0 for the main routes.
    synthetic : bool
        At least one of its incidents was made up for demonstration.
    formerly : tuple of str
        The names that it bore before analysts gave it others, the oldest first.
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
    passing: float = 0.0
    bridges: tuple[tuple[float, float], ...] = ()
    airports: tuple[str, str] | None = None
    direction: Direction | None = None
    flow: float = 0.0
    basis: Basis = "evidence"
    route: str = ""
    origins: dict[str, float] = field(default_factory=dict, hash=False)
    destinations: dict[str, float] = field(default_factory=dict, hash=False)
    direction_basis: str = ""
    support: float | None = None
    detail: float = 0.0
    synthetic: bool = False
    method_version: str = METHOD_VERSION
    formerly: tuple[str, ...] = ()

    @property
    def inferred_km(self) -> float:
        """Length of the stretches that only bridge a gap, km."""
        return sum(end - start for start, end in self.bridges)

    @property
    def confidence(self) -> Confidence | None:
        """How sure it is, by the incidents that are counted; None where support was not asked for."""
        if self.support is None:
            return None
        return confidence_of(self.support, self.incidents, self.inferred_km / max(self.length_km, 1e-9))

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
                "passing": round(self.passing, 1),
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
                "confidence": self.confidence,
                "detail": round(self.detail, 2),
                "synthetic": self.synthetic,
                "method_version": self.method_version,
                "formerly": "; ".join(self.formerly) or None,
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


def nobody() -> pl.DataFrame:
    """Return the assignments of no incident."""
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
    assign: Callable[[], pl.DataFrame] = field(default=nobody, compare=False, repr=False)

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
