"""Incidents made up for these tests: along a line, scattered over a box, or a few by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from routes.sphere import normalised, resampled, unit_vectors

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
