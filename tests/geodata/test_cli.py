"""The command line of the first stage, run as its user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
COUNTS = ("read", "kept", "updated", "withdrawn", "duplicates", "refused")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "geodata", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment or None)


def test_ingest_prints_counts_as_one_object_and_writes_refusals(tmp_path, home):
    file = tmp_path / "incidents.csv"
    file.write_text("date,lat,lon\n2024-05-03,35.5,12.6\n2024-05-03,95,12.6\n", encoding="utf-8")
    done = run("ingest", file, "--home", home, "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert {name: counts[name] for name in COUNTS} == dict(zip(COUNTS, (2, 1, 0, 0, 0, 1), strict=True))
    assert len(list((home / "refusals").glob("*.csv"))) == 1


def test_rows_to_correct_are_written_where_they_are_wanted(tmp_path, home):
    file, book = tmp_path / "incidents.csv", tmp_path / "to-correct.xlsx"
    file.write_text("date,lat,lon\n2024-05-03,95,12.6\n", encoding="utf-8")
    done = run("ingest", file, "--home", home, "--corrections", book)
    assert done.returncode == 2
    assert str(book) in done.stdout
    assert pl.read_excel(book)["lat"].to_list() == ["95"]
    assert "it holds the rows of one file" in run("ingest", file, file, "--home", home, "--corrections", book).stderr


@pytest.mark.parametrize(
    "text", ["", "date,mode\n2024-01-01,sea\n", "date,lat,lon\n2024-01-01,95,0\n", "date,lat,lon\n"]
)
def test_a_file_of_which_nothing_can_be_kept_exits_with_2_and_one_sentence(tmp_path, home, text):
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    done = run("ingest", file, "--home", home)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (home / "ledger").exists()


def test_one_bad_file_does_not_stop_the_others(tmp_path, home):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("date,lat,lon\n2024-05-03,35.5,12.6\n", encoding="utf-8")
    bad.write_text("nothing here\n1\n", encoding="utf-8")
    done = run("ingest", bad, good, "--home", home, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["kept"] == 1


def test_incidents_leave_as_csv_that_reads_back_to_the_same_incidents(tmp_path, home):
    assert run("demo", "--home", home, "--incidents", 400, "--now", "2026-11-24").returncode == 0
    out = tmp_path / "out.csv"
    assert run("incidents", "-o", out, "--home", home).returncode == 0
    assert run("ingest", out, "--home", tmp_path / "again").returncode == 0
    for workspace, name in ((home, "a.parquet"), (tmp_path / "again", "b.parquet")):
        assert run("incidents", "-o", tmp_path / name, "--home", workspace).returncode == 0
    same = [
        "incident_id",
        "time_start",
        "time_end",
        "lat",
        "lon",
        "mode",
        "kind",
        "people",
        "origins",
        "cell",
        "handling",
    ]
    first, second = (pl.read_parquet(tmp_path / name).select(same) for name in ("a.parquet", "b.parquet"))
    assert first.height > 350
    assert first.equals(second)


def test_the_demonstration_is_the_same_for_the_same_seed_and_says_that_it_is_synthetic(tmp_path, home):
    done = run("demo", "--home", home, "--incidents", 300, "--seed", 7, "--now", "2026-11-24")
    assert "SYNTHETIC" in done.stdout
    again = run("demo", "--home", home, "--incidents", 300, "--seed", 7, "--now", "2026-11-24")
    assert " 0 kept" in again.stdout
    third = run("demo", "--home", home, "--if-empty")
    assert "holds incidents already" in third.stdout


def test_an_unknown_version_is_one_sentence(home):
    run("demo", "--home", home, "--incidents", 50)
    done = run("incidents", "-o", home / "x.csv", "--home", home, "--version", 99)
    assert done.returncode == 2
    assert "version 99 cannot be read" in done.stderr


def test_the_home_comes_from_the_environment(tmp_path):
    done = run("demo", "--incidents", 50, ROUTES_HOME=str(tmp_path / "here"), PATH="/usr/bin")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "ledger" / "incidents" / "_delta_log").is_dir()
