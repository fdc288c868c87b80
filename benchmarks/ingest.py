"""Ingest against the plain way: read_csv, sjoin, h3 in a loop, to_parquet, without checks, modes or a ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import polars as pl

from geodata.coast import REFERENCE
from geodata.ingest import ingest_file
from geodata.ledger import Ledger

ROUNDS = 3


def clean_file(folder: Path, rows: int) -> Path:
    """Write a clean CSV of places around the Mediterranean: lon, lat, date, kind, origin."""
    random = np.random.default_rng(1)
    days = np.datetime64("2021-01-01") + random.integers(0, 2000, rows).astype("timedelta64[D]")
    frame = pl.DataFrame(
        {
            "lon": random.uniform(-18, 40, rows).round(4),
            "lat": random.uniform(5, 50, rows).round(4),
            "date": days,
            "kind": random.choice(["detection", "rescue", "smuggling"], rows),
            "origin": random.choice(["Syria", "Mali", "Bangladesh", "Egypt"], rows),
        },
    ).with_columns(pl.col("date").dt.strftime("%Y-%m-%d"))
    path = folder / "clean.csv"
    frame.write_csv(path)
    return path


def plain_way(path: Path, out: Path) -> None:
    """Do what most do by hand."""
    frame = pd.read_csv(path)
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    joined = points.sjoin(gpd.read_file(REFERENCE / "countries_50m.geojson")[["iso3", "geometry"]], how="left")
    joined["cell"] = [h3.latlng_to_cell(lat, lon, 7) for lat, lon in zip(joined["lat"], joined["lon"], strict=True)]
    joined.drop(columns="geometry").to_parquet(out)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = perf_counter()
    work()
    return perf_counter() - start


def measure(rows: int = 200_000) -> str:
    """Return one line: rows/s of both ways, and the median of their ratios, taken in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = clean_file(folder, rows)
        ingest_file(path, Ledger(folder / "warm"))
        ours, plain = [], []
        for turn in range(ROUNDS):
            ledger = Ledger(folder / f"home-{turn}")
            ours.append(seconds(lambda ledger=ledger: ingest_file(path, ledger)))
            plain.append(seconds(lambda: plain_way(path, folder / "plain.parquet")))
    ratio = median(other / own for own, other in zip(ours, plain, strict=True))
    return (
        f"ingest of {rows:,} clean rows: {rows / median(ours):,.0f} rows/s; the plain way {rows / median(plain):,.0f} "
        f"rows/s; {ratio:.2f} times the plain way"
    )
