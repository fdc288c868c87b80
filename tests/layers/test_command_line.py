"""The command line of the third stage, run as its user runs it."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from geodata.ledger import Ledger

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: object, **special: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "layers", "export", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **special)  # type: ignore[call-overload]


def is_one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    said = done.stderr.strip()
    return done.returncode == 2 and len(said.splitlines()) == 1 and said.endswith("nothing was written.")


def test_the_geopackage_holds_all_corridors_and_incidents_of_the_workspace(synthetic_home, tmp_path):
    out = tmp_path / "corridors.gpkg"
    done = run("-o", out, "--home", synthetic_home)
    assert done.returncode == 0, done.stderr
    assert "SYNTHETIC" in done.stdout
    every = Ledger(synthetic_home).incidents()
    assert f"{every.height:,} incidents" in done.stdout
    assert f"{len(gpd.read_file(out, layer='corridors'))} corridors" in done.stdout
    assert gpd.read_file(out, layer="hexes")["incidents"].sum() == every["cell"].drop_nulls().len()
    assert set(tmp_path.iterdir()) == {out}


def test_window_modes_and_version_are_taken_and_told_as_one_object(synthetic_home, tmp_path):
    out = tmp_path / "corridors.geojson"
    window = ("--from", "2025-06-01", "--to", "2025-09-01", "--mode", "sea", "--mode", "air", "--version", 0)
    done = run("-o", out, "--home", synthetic_home, "--json", *window)
    assert done.returncode == 0, done.stderr
    told, written = json.loads(done.stdout), json.loads(out.read_text(encoding="utf-8"))
    assert told["view"] == written["view"] == "from=2025-06-01&to=2025-09-01&mode=air&mode=sea"
    assert (told["ledger_version"], told["synthetic"]) == (0, True)
    assert told["corridors"] == len(written["features"]) > 0
    assert {feature["properties"]["mode"] for feature in written["features"]} <= {"sea", "air"}
    assert all(feature["properties"]["incidents_in_window"] > 0 for feature in written["features"])


def test_an_empty_workspace_is_one_sentence_and_stays_empty(tmp_path, home):
    out = tmp_path / "corridors.gpkg"
    done = run("-o", out, env={"ROUTES_HOME": str(home), "PATH": "/usr/bin"})
    assert is_one_sentence(done), done.stderr
    assert f"{home}: the workspace is empty" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("corridors.shp", (), "the name must end in .geojson or .gpkg"),
        ("corridors.gpkg", ("--version", 9), "there is no version 9; versions are 0 to 0"),
        ("missing/corridors.gpkg", (), "the folder must exist and be writable"),
    ],
)
def test_what_can_not_be_done_is_one_sentence_and_nothing_is_written(synthetic_home, tmp_path, name, options, said):
    done = run("-o", tmp_path / name, "--home", synthetic_home, *options)
    assert is_one_sentence(done), done.stderr
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_a_full_disk_leaves_the_earlier_file_as_it_was(synthetic_home, tmp_path, ending):
    out = tmp_path / f"corridors.{ending}"
    out.write_bytes(b"the earlier one")
    small = (resource.RLIMIT_FSIZE, (2000, 2000))
    done = run("-o", out, "--home", synthetic_home, preexec_fn=lambda: resource.setrlimit(*small))
    assert is_one_sentence(done), done.stderr
    assert out.read_bytes() == b"the earlier one"
    assert list(tmp_path.iterdir()) == [out]


def test_movement_leaves_as_directed_corridors_with_flow(synthetic_home, tmp_path):
    out = tmp_path / "routes.gpkg"
    done = run("--home", synthetic_home, "--method", "movement", "--detail", "0.2", "-o", out)
    assert done.returncode == 0, done.stderr
    frame = gpd.read_file(out, layer="corridors")
    journeys = frame[frame["basis"] == "journeys"]
    assert len(journeys) > 3
    assert set(journeys["direction"]) <= {"one-way", "two-way", "unclear"}
    assert (journeys["flow"] > 0).all()
    assert journeys["method_version"].str.startswith("movement-").all()
