"""Incidents made up for these tests: along a line, scattered over a box, or a few by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from geodata.model.assumptions import reference_facts
from geodata.model.incident import ORIGIN
from routes.core.geodesy import normalised, resampled, unit_vectors
from routes.pipelines.flow_network import Network, network

Places = list[tuple[float, float]]
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def incidents_at(places: Places | np.ndarray, mode: str | None = "land", **columns: object) -> pl.DataFrame:
    """Return an incident a day at each (lon, lat)."""
    spots = np.asarray(places, dtype=float).reshape(-1, 2)
    times = [FIRST_DAY + timedelta(days=number % 700) for number in range(len(spots))]
    frame = pl.DataFrame(
        {"lon": spots[:, 0], "lat": spots[:, 1], "time_start": times},
        schema={"lon": pl.Float64, "lat": pl.Float64, "time_start": pl.Datetime("us", "UTC")},
    )
    return frame.with_columns(mode=pl.lit(mode, pl.String), **{name: pl.lit(value) for name, value in columns.items()})


def spread_along(corners: Places, number: int, sigma_km: float = 10.0, seed: int = 7) -> np.ndarray:
    """Return places (lon, lat) around a line on the sphere."""
    random = np.random.default_rng(seed)
    lon, lat = np.array(corners).T
    path = resampled(unit_vectors(lon, lat), 1.0)
    spots = path[random.integers(0, len(path), number)]
    spots = normalised(spots + random.normal(0, sigma_km / 6371, spots.shape))
    return np.degrees(np.column_stack([np.arctan2(spots[:, 1], spots[:, 0]), np.arcsin(spots[:, 2])]))


def scattered_over(west: float, south: float, east: float, north: float, number: int, seed: int = 11) -> np.ndarray:
    """Return places (lon, lat) spread evenly over a box."""
    random = np.random.default_rng(seed)
    up = np.degrees(np.arcsin(random.uniform(*np.sin(np.radians([south, north])), number)))
    return np.column_stack([random.uniform(west, east, number), up])


@pytest.fixture
def at() -> Callable[..., pl.DataFrame]:
    return incidents_at


@pytest.fixture
def along() -> Callable[..., np.ndarray]:
    return spread_along


@pytest.fixture
def scattered() -> Callable[..., np.ndarray]:
    return scattered_over


def from_country(incidents: pl.DataFrame, code: str | None) -> pl.DataFrame:
    """Return incidents that all state one country of origin, or none."""
    people = [[{"iso3": code, "weight": 1.0}] if code else None] * incidents.height
    return incidents.with_columns(pl.Series("origins", people, dtype=pl.List(ORIGIN)))


def named_apart(incidents: pl.DataFrame) -> pl.DataFrame:
    return incidents.with_row_index("incident_id").cast({"incident_id": pl.String})


@pytest.fixture
def told() -> Callable[..., pl.DataFrame]:
    return from_country


@pytest.fixture(scope="session")
def crossing() -> pl.DataFrame:
    """Return incidents off Libya and off Lampedusa, of people who started in Nigeria, and on the road through Niger."""
    off = spread_along([(12.4, 33.1), (12.6, 33.4)], 200, 8.0), spread_along([(12.5, 35.3), (12.6, 35.4)], 120, 6.0)
    road = spread_along([(8.0, 17.0), (10.5, 21.5), (14.4, 27.0)], 300)
    every = pl.concat([incidents_at(np.concatenate(off), "sea"), incidents_at(road)])
    return named_apart(from_country(every, "NGA"))


@pytest.fixture(scope="session")
def laid(crossing) -> Network:
    """Return the network of the crossing and the road, laid out once."""
    return network(crossing, reference_facts(), replicates=8)


@pytest.fixture(scope="session")
def two_piles() -> pl.DataFrame:
    """Return incidents in heaps off two coasts, and a few between, of people from Nigeria."""
    off_libya, off_lampedusa = [(12.1, 32.95), (13.2, 32.95)], [(12.5, 35.4), (12.7, 35.5)]
    heaps = spread_along(off_libya, 150, 12), spread_along(off_lampedusa, 120, 12, seed=9)
    spots = np.vstack([*heaps, spread_along([(12.6, 33.2), (12.6, 35.2)], 40)])
    return named_apart(from_country(incidents_at(spots, "sea"), "NGA"))
