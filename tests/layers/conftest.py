"""Incidents and corridors made by hand, so that a test can say what must come out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from geodata.model.incident import SCHEMA, empty
from geodata.spatial import h3_cells as hexes
from routes.core.corridor import Corridor, CountryRole

Incidents = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def incidents() -> Incidents:
    """Return a maker of incidents from (day, lon, lat, what differs from the usual)."""

    def made(*rows: tuple[str, float, float] | tuple[str, float, float, dict[str, Any]]) -> pl.DataFrame:
        columns = []
        for number, (day, lon, lat, *special) in enumerate(rows):
            start = datetime.fromisoformat(day).replace(tzinfo=UTC)
            usual = {
                "incident_id": f"i{number}",
                "source": "Coast guard",
                "time_start": start,
                "time_end": start + timedelta(days=1),
                "time_precision": "day",
                "lon": lon,
                "lat": lat,
                "mode": "sea",
                "kind": "rescue",
                "people": 10,
                "cell": int(hexes.cells_at(np.array([lon]), np.array([lat]), 6)[0]),
            }
            columns.append(usual | (special[0] if special else {}))
        frame = pl.DataFrame(columns, schema_overrides={name: SCHEMA[name] for name in (columns or [{}])[0]})
        return pl.concat([empty(), frame], how="diagonal")

    return made


@pytest.fixture(scope="session")
def corridor() -> Callable[..., Corridor]:
    """Return a maker of corridors: Sfax to Lampedusa, unless told otherwise."""

    def made(**special: Any) -> Corridor:
        usual: dict[str, Any] = {
            "corridor_id": "sea-0123456789",
            "system_id": "sea-0123456789",
            "name": "Sfax - Lampedusa",
            "mode": "sea",
            "lines": (np.array([[10.76, 34.74], [11.7, 35.1], [12.6, 35.5]]),),
            "length_km": 187.0,
            "band_km": 12.0,
            "incidents": 7,
            "people": 240,
            "countries": (CountryRole("TUN", "source"), CountryRole("ITA", "destination")),
            "months": {"2024-03": 4, "2024-05": 3},
        }
        return Corridor(**usual | special)

    return made
