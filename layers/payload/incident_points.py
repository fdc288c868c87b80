"""Single incidents for drawing: where each lies, how exactly that is known, and the few facts of those looked at.

A place is given on a lattice no finer than a quarter of its precision, so that nobody reads more out of it than was
reported. Narratives, place texts and addresses are never among the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl
import polars_hash as plh
from numpy.typing import NDArray

from geodata.model.incident import EARLIEST, MODES, lasts
from geodata.places.lookup import country_name
from geodata.spatial.coastline import EARTH_KM
from layers.payload.hex_tiles import WORLD

MOST_POINTS = 40_000
"""Incidents that are sent to a map at once."""
MOST_FACTS = 60
"""Incidents whose facts are given at once."""
LATTICE = 4
"""Steps of the lattice within the precision of a place."""
_NEEDED: Final = ("time_start", "time_end", "time_precision", "lat", "lon", "place_precision_km", "mode")
_TIME_LETTERS: Final = {"year": 4, "month": 7, "day": 10, "instant": 16}
_FARTHEST_LAT = 85.06
_LAST_DAY: Final = 2**16 - 1

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


def keys_of(incidents: pl.DataFrame) -> Keys:
    """Return a hash of each incident's id, the same at every time and on every machine."""
    return incidents.select(plh.col("incident_id").nchash.xxh3_64()).to_series().to_numpy()


def points_of(incidents: pl.DataFrame) -> bytes:
    """Return incidents as columns one behind the other, little-endian.

    Parameters
    ----------
    incidents : DataFrame
        Columns of ``geodata.model.incident.SCHEMA`` and ``key``, as ``keys_of`` gives it.

    Returns
    -------
    bytes
        Of n incidents with a place: key u64, x and y i32 in Mercator units, precision f32 in km, first and last day
        u16 (UTC) since ``geodata.model.incident.EARLIEST``, mode u8 as its number in
        ``geodata.model.incident.MODES``; 25 bytes each. The last day is the first but of those that last.
    """
    placed = incidents.select("key", *_NEEDED).drop_nulls(("lat", "lon"))
    km = placed["place_precision_km"].fill_null(0.0).to_numpy()
    x, y = lattice_places(placed["lon"].to_numpy(), placed["lat"].to_numpy(), km)
    ends = pl.when(lasts()).then(pl.col("time_end").dt.offset_by("-1us")).otherwise("time_start")
    first, last = (_day_numbers(placed.select(when).to_series()) for when in (pl.col("time_start"), ends))
    modes = placed["mode"].replace_strict(MODES, range(len(MODES)), return_dtype=pl.UInt8).to_numpy()
    places = ((placed["key"].to_numpy(), "<u8"), (x, "<i4"), (y, "<i4"), (km, "<f4"))
    columns = (*places, (first, "<u2"), (last, "<u2"), (modes, "u1"))
    return b"".join(column.astype(kind).tobytes() for column, kind in columns)


def _day_numbers(times: pl.Series) -> NDArray[np.int64]:
    days = (times.dt.convert_time_zone("UTC").dt.date() - EARLIEST).dt.total_days()
    return days.clip(0, _LAST_DAY).to_numpy()  # What lasts may be said to last for ever.


def lattice_places(lon: Floats, lat: Floats, km: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return places in Mercator units, each on the lattice that its precision allows.

    Parameters
    ----------
    lon, lat : float, degrees
    km : float
        The precision of each place.
    """
    up = np.radians(np.clip(lat, -_FARTHEST_LAT, _FARTHEST_LAT))
    units_of_km = WORLD / (2 * np.pi * EARTH_KM * np.cos(up))
    step = 2.0 ** np.floor(np.log2(np.maximum(km * units_of_km / LATTICE, 1.0)))
    across = lon / 360 * WORLD
    down = -np.arcsinh(np.tan(up)) / (2 * np.pi) * WORLD
    x, y = ((np.rint(way / step) * step).astype(np.int64) for way in (across, down))
    return np.clip(x, -WORLD // 2, WORLD // 2 - 1), np.clip(y, -WORLD // 2, WORLD // 2)


def facts_of(incidents: pl.DataFrame, keys: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the card of each of some incidents says, newest first; none of it is free text but its own id.

    Parameters
    ----------
    incidents : DataFrame
        Columns of ``geodata.model.incident.SCHEMA`` and ``key``.
    keys : sequence of int
        Of those to tell of; what is not there is passed over.
    """
    chosen = incidents.filter(pl.col("key").is_in(pl.Series(keys, dtype=pl.UInt64).implode()))
    last = pl.when(lasts()).then(pl.col("time_end").dt.offset_by("-1us").dt.date().cast(pl.String))
    rows = chosen.with_columns(last.alias("until")).sort("time_start", "key", descending=True).iter_rows(named=True)
    return [_facts(row) for row in rows]


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": format(row["key"], "016x"),
        "id": row["incident_id"],
        "time": _time(row["time_start"], row["time_precision"]),
        "until": row["until"],
        "mode": row["mode"],
        "kind": row["kind"],
        "source": row["source"],
        "precision_km": row["place_precision_km"],
        "iso3": row["country"],
        "country": country_name(row["country"]) if row["country"] else None,
        "people": row["people"],
    }


def _time(start: datetime, precision: str | None) -> str:
    """Return a time as exactly as it is known."""
    moment = start.astimezone(UTC)
    if precision == "quarter":
        return f"{moment.year}, quarter {(moment.month + 2) // 3}"
    return f"{moment:%Y-%m-%d %H:%M}"[: _TIME_LETTERS.get(precision or "day", 10)]
