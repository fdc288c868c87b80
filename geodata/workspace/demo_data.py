"""Synthetic incidents along publicly documented routes, so that an empty workspace has something to show.

Courses and trends are data (``reference/demo_routes.toml``). The incidents have the habits of real files: they pile up
unevenly along a route, are snapped to towns, miss whole months and stretches, and lie among unrelated reports. In the
last year one route begins, one surges, one ebbs, one ends and one takes another course, so that change can be seen.
They are written as a CSV file and come in through the same gate as any other; their source is
``incident.SYNTHETIC_SOURCE``.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.model.incident import SYNTHETIC_SOURCE
from geodata.places.lookup import Airport, airports
from geodata.spatial.coastline import EARTH_KM, REFERENCE, Floats, is_land, unit_vectors

FIRST_DAY = date(2021, 1, 1)
FLIGHT_SHARE = 0.05
SNAPPED_TO_TOWNS = 0.3
SNAP_KM = 25.0
GAP_KM = 60.0
NEWS_DAYS = 210
"""So many days before the last one a route begins."""
YEAR_DAYS = 365
"""So many days before the last one a route surges, ebbs, ends or takes another course."""
_KINDS = {
    "sea": {"interception": 45, "detection": 25, "rescue": 15, "death": 10, "smuggling": 5},
    "land": {"detection": 50, "smuggling": 20, "interception": 20, "seizure": 5, "death": 5},
    "air": {"detection": 70, "trafficking": 20, "smuggling": 10},
}
_MEDIAN_PEOPLE = {"sea": 32.0, "land": 7.0, "air": 2.0}

Random = np.random.Generator


@contextmanager
def demo_file(count: int, seed: int, last: date) -> Iterator[Path]:
    """Write about ``count`` synthetic incidents from 2021 to ``last`` to a CSV file that lasts for the context."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic-demonstration.csv"
        demo_incidents(count, seed, last).write_csv(path)
        yield path


def demo_incidents(count: int, seed: int, last: date) -> pl.DataFrame:
    """Return synthetic incidents as columns of text that the plain profile reads.

    Parameters
    ----------
    count : int
        About how many.
    seed : int
        The same seed, count and day give the same incidents.
    last : date
        The last day, included.
    """
    plan = tomllib.loads((REFERENCE / "demo_routes.toml").read_text(encoding="utf-8"))
    random = np.random.default_rng(seed)
    days = max((last - FIRST_DAY).days + 1, 1)
    stray = round(count * plan["clutter"]["share"])
    flying = round(count * FLIGHT_SHARE)
    parts = [
        *_shared_out(plan["route"], count - stray - flying, days, random, _along_route),
        *_shared_out(plan["flight"], flying, days, random, _at_airports),
        _clutter(plan["clutter"], stray, days, random),
    ]
    every = pl.concat([part for part in parts if part.height], how="diagonal").sort("day", "lon", "lat")
    return every.with_row_index("number", offset=1).select(
        pl.lit(SYNTHETIC_SOURCE).alias("source"),
        pl.format("SYN-{}", pl.col("number").cast(pl.String).str.zfill(6)).alias("source_record"),
        (pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day"))).dt.strftime("%Y-%m-%d").alias("date"),
        pl.col("lat").round(3),
        pl.col("lon").round(3),
        pl.col("precision_km").alias("place_precision_km"),
        "kind",
        "mode",
        "people",
        "origins",
        "departure",
        "destination",
        "route_label",
        pl.lit("Synthetic incident, made up for demonstration").alias("description"),
        pl.lit("TLP:CLEAR").alias("handling"),
    )


def _shared_out(plans: list[dict[str, Any]], count: int, days: int, random: Random, make: Any) -> list[pl.DataFrame]:
    """Return incidents for each plan, in number by its share and by how much its trend leaves of it."""
    weights = np.array([plan["share"] * _trend(plan["trend"], np.arange(days), days).mean() for plan in plans])
    counts = np.round(count * weights / weights.sum()).astype(int)
    return [make(plan, int(number), days, random) for plan, number in zip(plans, counts, strict=True) if number]


def _trend(name: str, day: NDArray[np.int64], days: int) -> Floats:
    """Return the relative intensity of each day."""
    through = day / max(days - 1, 1)
    late = (day >= _turn(days, YEAR_DAYS)).astype(float)
    curves: dict[str, Floats] = {
        "steady": np.ones(len(day)),
        "grows": 0.4 + 1.2 * through,
        "fades": 1.6 / (1 + np.exp((through - 0.42) * 22)) + 0.03,
        "emerges": 1.9 / (1 + np.exp((0.55 - through) * 22)),
        "begins": (day >= _turn(days, NEWS_DAYS)).astype(float),
        "surges": 1 + 4 * late,
        "ebbs": 1 - 0.85 * late,
        "ends": 1 - late,
    }
    return curves[name]


def _turn(days: int, before_last: int) -> int:
    """Return the day on which a route changes; in a short demonstration, half way."""
    return max(days - before_last, days // 2)


def _days(plan: dict[str, Any], mode: str, count: int, days: int, random: Random) -> NDArray[np.int64]:
    """Draw days: by trend, by season at sea, and with two spells of two months without any report."""
    day = np.arange(days)
    season = 1 + (0.55 if mode == "sea" else 0.15) * np.cos(2 * np.pi * (day - 215) / 365.25)
    weight = _trend(plan["trend"], day, days) * season * random.gamma(6, 1 / 6, days)
    for start in random.integers(0, days, 2):
        weight[start : start + 61] *= 0.0 if days > 400 else 1.0
    return random.choice(days, count, p=weight / weight.sum()).astype(np.int64)


def _along_route(plan: dict[str, Any], count: int, days: int, random: Random) -> pl.DataFrame:
    mode = plan["mode"]
    day = _days(plan, mode, count, days, random)
    lon, lat = _places_along(plan, plan["way"], count, random)
    if "later_way" in plan:
        later = _places_along(plan, plan["later_way"], count, random)
        lon, lat = (np.where(day >= _turn(days, YEAR_DAYS), *pair) for pair in zip(later, (lon, lat), strict=True))
    snapped = (random.random(count) < SNAPPED_TO_TOWNS) & (mode == "land")
    lon, lat, snapped = _snapped(lon, lat, snapped)
    return pl.DataFrame(
        {
            "day": day,
            "lon": lon,
            "lat": lat,
            "precision_km": np.where(snapped, 8.0, 1.0),
            "mode": [mode] * count,
            "departure": [plan["departure"]] * count,
            "destination": [plan["destination"]] * count,
            "route_label": [plan["label"]] * count,
        },
    ).with_columns(*_content(plan, mode, count, random))


def _places_along(plan: dict[str, Any], way: list[float], count: int, random: Random) -> tuple[Floats, Floats]:
    """Draw places beside the course, on the right side of the coast: uneven along it, with stretches nobody reports."""
    course = _course(np.array(way, float).reshape(-1, 2))
    step_km = EARTH_KM * np.linalg.norm(np.diff(course, axis=0), axis=1).mean()
    swell = np.convolve(random.normal(0, 1, len(course) + 200), np.ones(201) / 201**0.5, "valid")
    weight = np.exp(0.7 * swell)
    gap = random.integers(0, len(course))
    weight[gap : gap + int(GAP_KM / step_km)] *= 0.05 if len(course) * step_km > 5 * GAP_KM else 1.0
    found_lon: list[Floats] = []
    found_lat: list[Floats] = []
    missing = count
    while missing > 0:
        at = random.choice(len(course), 3 * missing + 10, p=weight / weight.sum())
        beside = _beside(course, at, random.normal(0, plan["sigma_km"], len(at)))
        lon, lat = np.degrees(np.arctan2(beside[:, 1], beside[:, 0])), np.degrees(np.arcsin(beside[:, 2]))
        right = np.flatnonzero(is_land(lon, lat) == (plan["mode"] == "land"))[:missing]
        found_lon.append(lon[right])
        found_lat.append(lat[right])
        missing -= len(right)
    return np.concatenate(found_lon), np.concatenate(found_lat)


def _course(way: Floats) -> Floats:
    """Return the course as unit vectors about one km apart, on great circles between the way's points."""
    corners = unit_vectors(way[:, 0], way[:, 1])
    legs = []
    for start, end in pairwise(corners):
        steps = max(int(EARTH_KM * np.linalg.norm(end - start)), 1)
        through = np.linspace(0, 1, steps, endpoint=False)[:, None]
        legs.append((1 - through) * start + through * end)
    course = np.concatenate([*legs, corners[-1:]])
    return np.asarray(course / np.linalg.norm(course, axis=1, keepdims=True))


def _beside(course: Floats, at: NDArray[np.int64], offset_km: Floats) -> Floats:
    """Return places ``offset_km`` to the side of the course."""
    ahead = course[np.minimum(at + 1, len(course) - 1)] - course[np.maximum(at - 1, 0)]
    side = np.cross(course[at], ahead)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    moved = course[at] + side * (offset_km / EARTH_KM)[:, None]
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))


def _snapped(lon: Floats, lat: Floats, wanted: NDArray[np.bool_]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Move the wanted places to their nearest town, where one lies within reach."""
    towns, tree = _large_towns()
    chord, index = tree.query(unit_vectors(lon, lat))
    moved = wanted & (np.asarray(chord) * EARTH_KM <= SNAP_KM)
    at = np.asarray(index)
    return (
        np.where(moved, towns["lon"].to_numpy()[at], lon),
        np.where(moved, towns["lat"].to_numpy()[at], lat),
        moved,
    )


@cache
def _large_towns() -> tuple[pl.DataFrame, cKDTree]:
    towns = pl.read_parquet(REFERENCE / "places.parquet").filter(pl.col("population") >= 15_000)
    return towns, cKDTree(unit_vectors(towns["lon"].to_numpy(), towns["lat"].to_numpy()))


def _at_airports(plan: dict[str, Any], count: int, days: int, random: Random) -> pl.DataFrame:
    """Return incidents at one end of a flight, three of four at its arrival."""
    ends: list[Airport] = [airports()[plan["from"]], airports()[plan["to"]]]
    arrived = (random.random(count) < 0.75).astype(int)
    return pl.DataFrame(
        {
            "day": _days(plan, "air", count, days, random),
            "lon": np.array([end.lon for end in ends])[arrived],
            "lat": np.array([end.lat for end in ends])[arrived],
            "precision_km": np.full(count, 2.0),
            "mode": ["air"] * count,
            "departure": [plan["from"]] * count,
            "destination": [plan["to"]] * count,
            "route_label": ["Air"] * count,
        },
    ).with_columns(*_content(plan, "air", count, random))


def _clutter(plan: dict[str, Any], count: int, days: int, random: Random) -> pl.DataFrame:
    """Return reports that belong to no route: half anywhere, half around large towns; without a mode."""
    west, south, east, north = plan["box"]
    towns = np.array(plan["towns"], float).reshape(-1, 2)
    town = towns[random.integers(0, len(towns), count)] + random.normal(0, 0.15, (count, 2))
    anywhere = np.column_stack([random.uniform(west, east, count), random.uniform(south, north, count)])
    lonlat = np.where((random.random(count) < 0.5)[:, None], town, anywhere)
    return pl.DataFrame(
        {
            "day": random.integers(0, days, count).astype(np.int64),
            "lon": lonlat[:, 0],
            "lat": lonlat[:, 1],
            "precision_km": np.full(count, 5.0),
            "kind": random.choice(["smuggling", "trafficking", "seizure", "other"], count),
            "people": np.maximum(random.poisson(2.0, count), 1),
        },
    )


def _content(plan: dict[str, Any], mode: str, count: int, random: Random) -> list[pl.Series]:
    """Return kind, people and origin of each incident."""
    kinds, origins = _KINDS[mode], plan["origins"]
    people = np.maximum(np.round(_MEDIAN_PEOPLE[mode] * np.exp(random.normal(0, 0.7, count))), 1)
    known = _draw(origins, count, random)
    known[random.random(count) > 0.65] = None
    return [
        pl.Series("kind", _draw(kinds, count, random)),
        pl.Series("people", people.astype(np.int64)),
        pl.Series("origins", known.tolist(), dtype=pl.String),
    ]


def _draw(weights: Mapping[str, float], count: int, random: Random) -> NDArray[np.object_]:
    share = np.array(list(weights.values()), float)
    return random.choice(np.array(list(weights), dtype=object), count, p=share / share.sum())
