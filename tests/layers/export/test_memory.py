"""What many rows take: a file of a million hex-months is written in seconds, and writing takes no room of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
SCRIPT = """
import json, sys, time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from geodata.model.incident import SCHEMA, empty
from geodata.model.query import View
from geodata.spatial import h3_cells
from layers.export import files
from layers.export.contents import Export
from routes.pipelines.counting import Directed

path, count, months = Path(sys.argv[1]), int(sys.argv[2]), 125
rng = np.random.default_rng(1)
cells = np.unique(h3_cells.cells_at(rng.uniform(-20, 60, 20_000), rng.uniform(0, 60, 20_000), 5))[: count // months]
days = [datetime(2015 + at // 12, at % 12 + 1, 5, tzinfo=UTC) for at in range(months)]
frame = pl.DataFrame({"cell": np.repeat(cells, months), "time_start": days * len(cells)}).with_columns(
    pl.col("time_start").cast(SCHEMA["time_start"]), mode=pl.lit("sea"), people=pl.lit(3, SCHEMA["people"]),
    source=pl.lit("Coast guard"), handling=pl.lit("TLP:AMBER"))
frame = pl.concat([empty(), frame], how="diagonal")
view, noon = View(start=date(2015, 1, 1), end=date(2026, 1, 1)), datetime(2026, 11, 24, tzinfo=UTC)
made = Export(view, frame, Directed(()), 3, noon)


def peak():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))


tables = files.tables_of(made, ["hexes"])
files.tables_of = lambda *_: tables
before, start = peak(), time.perf_counter()
files.write(path, made, ["hexes"])
print(json.dumps([len(tables[0].frame), peak() - before, peak(), time.perf_counter() - start]))
"""


@pytest.mark.parametrize(("kind", "seconds"), [("parquet", 10), ("csv", 20), ("gpkg", 20)])
def test_writing_a_million_rows_takes_no_more_room_than_a_quarter_of_them(tmp_path, kind, seconds):
    for count in (250_000, 1_000_000):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / f"{count}.{kind}"), str(count)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        rows, grown, peak, took = json.loads(done.stdout)
        assert rows == count
        assert grown < 150, f"writing {rows:,} rows took {grown:.0f} MB"
    assert peak < 1200, f"{peak:.0f} MB"
    assert took < seconds
