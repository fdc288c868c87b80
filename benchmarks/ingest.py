"""Ingest against the plain way: read_csv, sjoin, h3 in a loop, to_parquet, without checks, modes or a ledger.

All run as processes of their own, in turn, so that start-up counts and the peak of memory is each one's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import polars as pl

from geodata.spatial.coastline import REFERENCE

ROWS = 5_000_000
ROUNDS = 2
TILES = REFERENCE / "countries_10m.parquet"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """Wall seconds and peak memory (GB) of a process."""

    seconds: float
    gigabytes: float


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


def whole_countries(folder: Path) -> Path:
    """Write the polygons of countries as a map file holds them: one each, not cut into the tiles that we look up."""
    tiles = gpd.read_parquet(TILES)[["iso3", "geometry"]]
    path = folder / "countries.parquet"
    tiles.dissolve("iso3").reset_index().to_parquet(path)
    return path


def plain_way(path: Path, countries: Path, out: Path) -> None:
    """Do what most do by hand."""
    frame = pd.read_csv(path, parse_dates=["date"])
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    joined = points.sjoin(gpd.read_parquet(countries), how="left")
    joined["cell"] = [h3.latlng_to_cell(lat, lon, 7) for lat, lon in zip(joined["lat"], joined["lon"], strict=True)]
    joined.drop(columns="geometry").to_parquet(out)


def run(*command: object) -> Run:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    start = perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command} failed")
    return Run(perf_counter() - start, usage.ru_maxrss / 1e6)


def measure(rows: int = ROWS) -> str:
    """Return rows/s and peak memory of each way, and the median of the ratios of rounds taken in turn."""
    names = "ours", "the plain way", "the plain way on our tiles of countries"
    runs: dict[str, list[Run]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path, out = clean_file(folder, rows), folder / "plain.parquet"
        plain = "-m", "benchmarks.ingest", path
        whole = whole_countries(folder)
        for turn in range(ROUNDS):
            home = folder / f"home-{turn}"
            commands = (
                ("-m", "geodata", "ingest", path, "--home", home, "--json"),
                (*plain, whole, out),
                (*plain, TILES, out),
            )
            for name, command in zip(names, commands, strict=True):
                runs[name].append(run(*command))
    said = [
        f"{name} {rows / median(one.seconds for one in some):,.0f} rows/s, {max(one.gigabytes for one in some):.2f} GB"
        for name, some in runs.items()
    ]
    own, *peers = runs.values()
    ratios = [median(its.seconds / one.seconds for one, its in zip(own, peer, strict=True)) for peer in peers]
    times = " and ".join(f"{ratio:.2f}" for ratio in ratios)
    return f"ingest of {rows:,} clean rows: {'; '.join(said)}; {times} times the plain ways"


def workbook(path: Path) -> str:
    """Return the seconds that a workbook takes, from the command to the committed batch."""
    with tempfile.TemporaryDirectory() as name:
        runs = [run("-m", "geodata", "ingest", path, "--home", Path(name) / str(turn), "--json") for turn in range(3)]
    return f"ingest of {path.name}: {median(run.seconds for run in runs):.2f} s"


if __name__ == "__main__":
    plain_way(*map(Path, sys.argv[1:]))
