"""Air corridors: great circles between the airports that incidents name. Countries flown over are not part of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from geodata.places.lookup import Airport, airport_named
from routes.core.geodesy import Vectors, resampled, unit_vectors
from routes.core.params import AttributionParams

_STEP_KM = 50.0


@dataclass(frozen=True, slots=True)
class Flight:
    """A pair of airports in the order of travel, with the rows of the incidents that name it."""

    start: Airport
    end: Airport
    rows: tuple[int, ...]

    @property
    def path(self) -> Vectors:
        """Return the great circle between the two, a point every 50 km."""
        lon = np.array([self.start.lon, self.end.lon])
        lat = np.array([self.start.lat, self.end.lat])
        return resampled(unit_vectors(lon, lat), _STEP_KM)

    @property
    def name(self) -> str:
        """Return both cities."""
        return f"{self.start.city or self.start.name} - {self.end.city or self.end.name}"


def flights(incidents: pl.DataFrame, params: AttributionParams) -> tuple[list[Flight], int]:
    """Return the pairs of airports that at least ``fewest_flights`` incidents name, and the number of the others.

    Parameters
    ----------
    incidents : DataFrame
        departure, destination: IATA or ICAO codes or airport names, where they are stated.
    params : AttributionParams
    """
    by_pair: dict[tuple[str, str], tuple[Airport, Airport, list[int]]] = {}
    for row, start, end in pairs_of(incidents):
        by_pair.setdefault((start.iata, end.iata), (start, end, []))[2].append(row)
    found = [
        Flight(start, end, tuple(rows))
        for _, (start, end, rows) in sorted(by_pair.items())
        if len(rows) >= params.fewest_flights
    ]
    return found, incidents.height - sum(len(flight.rows) for flight in found)


def pairs_of(incidents: pl.DataFrame) -> Iterator[tuple[int, Airport, Airport]]:
    """Yield the row of each incident that names two airports, and these, in the order of travel."""
    if not {"departure", "destination"} <= set(incidents.columns):
        return
    known: dict[str, Airport | None] = {}
    for row, words in enumerate(incidents.select("departure", "destination").iter_rows()):
        for name in words:
            if name is not None and name not in known:
                known[name] = airport_named(name)
        start, end = (known.get(name) if name is not None else None for name in words)
        if start and end and start.iata != end.iata:
            yield row, start, end
