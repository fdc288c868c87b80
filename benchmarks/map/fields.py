"""Made incidents: a round field of H3 cells, each with incidents in several months, and routes that cross it.

A field fills every cell so that the number of hexes is known to the hex; it lies in the middle of Africa, where as many
hexes as can be are in sight at once.
"""

from __future__ import annotations

from functools import cache

import h3
import numpy as np
import polars as pl
from numpy.typing import NDArray

from geodata.model import incident
from geodata.model.incident import Mode
from geodata.places.lookup import town_near
from geodata.spatial.h3_cells import centres
from routes.core.corridor import Corridor, CountryRole
from routes.core.geodesy import km_between, unit_vectors
from routes.pipelines.counting import Directed

LON, LAT = 20.0, 5.0
"""Middle of the field, degrees."""
RESOLUTION = 5
"""Of its cells: what the map shows at zoom ``ZOOM``."""
ZOOM = 5.5
MONTHS = 60
KINDS = ("detection", "interception", "rescue", "seizure", "smuggling")
MODES: tuple[Mode, ...] = ("land", "sea", "air")
ROUTES = 200
_OF_A_CELL: tuple[Mode, ...] = ("land", "sea", "air", "land", "sea")
_FIRST_YEAR = 2021
_PER_HEX = 8
_STEP_KM = 15.0
_SPREAD_DEGREES = 15.0
_MODES: tuple[Mode, ...] = (*["land"] * 5, *["sea"] * 4, "air")


@cache
def cells(count: int) -> NDArray[np.uint64]:
    """Return the ``count`` cells that are nearest to the middle, ring by ring."""
    middle = h3.latlng_to_cell(LAT, LON, RESOLUTION)
    found: list[str] = []
    ring = 0
    while len(found) < count:
        found += sorted(h3.grid_ring(middle, ring))
        ring += 1
    return np.array([h3.str_to_int(name) for name in found[:count]], dtype=np.uint64)


def incidents(count: int, seed: int = 1) -> pl.DataFrame:
    """Return incidents of the ledger's columns: ``_PER_HEX`` in each of ``count`` cells, over ``MONTHS`` months."""
    random = np.random.default_rng(seed)
    number = count * _PER_HEX
    month = random.integers(0, MONTHS, number)
    frame = pl.DataFrame(
        {
            "cell": np.repeat(cells(count), _PER_HEX),
            "year": _FIRST_YEAR + month // 12,
            "month": month % 12 + 1,
            "kind": random.choice(KINDS, number),
            "source": ["Made field"] * number,
            "mode": random.choice(MODES, number),
            "time_precision": ["day"] * number,
        },
    ).with_columns(pl.datetime("year", "month", 1, time_zone="UTC").alias("time_start"))
    known = frame.select(pl.col(name).cast(incident.SCHEMA[name]) for name in frame.columns if name in incident.SCHEMA)
    return pl.concat([incident.empty(), known], how="diagonal")


def rows(count: int, seed: int = 1) -> pl.DataFrame:
    """Return rows of a file: in each of ``count`` cells one incident of each kind; filters of modes leave all."""
    random = np.random.default_rng(seed)
    lon, lat = centres(cells(count))
    number = count * len(KINDS)
    days = np.datetime64(f"{_FIRST_YEAR}-01-01") + random.integers(0, 30 * MONTHS, number).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "lon": np.repeat(lon, len(KINDS)).round(4),
            "lat": np.repeat(lat, len(KINDS)).round(4),
            "date": np.datetime_as_string(days),
            "kind": np.tile(KINDS, count),
            "mode": np.tile(_OF_A_CELL, count),
        },
    )


def corridors(count: int, hexes: int, seed: int = 1) -> Directed:
    """Return ``count`` routes that wind through the field of ``hexes`` cells, each as the product draws one."""
    random = np.random.default_rng(seed)
    reach = _SPREAD_DEGREES * (hexes / 100_000) ** 0.5
    return Directed(tuple(_corridor(number, reach, random) for number in range(count)))


def _corridor(number: int, reach: float, random: np.random.Generator) -> Corridor:
    steps = int(random.integers(20, 100))
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.12, steps))
    start = random.uniform(-reach, reach, 2) + np.array([LON, LAT])
    walked = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]), axis=0) * _STEP_KM / 111.2
    line = np.clip(start + walked, (-179, -80), (179, 80))
    points = unit_vectors(line[:, 0], line[:, 1])
    months = np.sort(random.choice(MONTHS, 40, replace=False))
    counts = random.poisson(6, len(months)) + 1
    ends = [_town(*line[at]) for at in (0, -1)]
    return Corridor(
        corridor_id=f"made-{number:03d}",
        system_id=f"made-{number % 20:02d}",
        name=" - ".join(ends),
        mode=_MODES[number % len(_MODES)],
        lines=(line,),
        length_km=float(km_between(points[:-1], points[1:]).sum()),
        band_km=float(random.uniform(10, 40)),
        incidents=int(counts.sum()),
        people=int(counts.sum()) * 5,
        countries=(CountryRole("TCD", "source"), CountryRole("CAF", "transit"), CountryRole("COD", "destination")),
        months={
            f"{_FIRST_YEAR + month // 12}-{month % 12 + 1:02d}": int(times)
            for month, times in zip(months, counts, strict=True)
        },
        direction="one-way" if number % 4 else "two-way",
        flow=float(random.lognormal(1.5, 0.8)),
        basis="journeys",
        support=float(random.uniform(0.6, 1.0)),
    )


def _town(lon: float, lat: float) -> str:
    town = town_near(float(lon), float(lat), 300.0)
    return town.name if town else f"{lat:.1f}, {lon:.1f}"
