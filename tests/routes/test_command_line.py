"""The command line of the second stage, run as its user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from geodata.ingest import ingest_file
from geodata.ledger import Ledger, UnwritableLedger
from routes.__main__ import app
from routes.corridors import METHOD_VERSION
from routes.movement import MOVEMENT_VERSION

pytestmark = pytest.mark.slow

RIDGES = ("--method", "ridges")
ROOT = Path(__file__).parent.parent.parent


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "routes", "reduce", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def refused(*arguments: object) -> Result:
    """Return the outcome within this process, which is quicker; a sentence and exit 2, or the error that escaped."""
    done = CliRunner().invoke(app, ["reduce", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def table(at, along) -> pl.DataFrame:
    land = at(along([(7.99, 16.97), (14.43, 27.04)], 700))
    sea = at(along([(14.0, 33.5), (15.5, 36.0)], 400), mode="sea")
    return pl.concat([land, sea]).with_columns(people=pl.lit(2)).rename({"time_start": "time"})


def test_a_workspace_reduces_to_geojson_with_view_notes_and_method(tmp_path, home, table):
    file = tmp_path / "incidents.csv"
    table.rename({"time": "date"}).write_csv(file, datetime_format="%Y-%m-%d")
    ingest_file(file, Ledger(home))
    window = ("--from", "2024-01-01", "--mode", "land", "--mode", "sea")
    done = run("--home", home, "-o", tmp_path / "out.geojson", *RIDGES, *window)
    assert done.returncode == 0, done.stderr
    assert "land: 1 corridors" in done.stdout
    collection = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert collection["view"] == "from=2024-01-01&mode=land&mode=sea"
    assert collection["method_version"] == METHOD_VERSION
    assert {feature["properties"]["mode"] for feature in collection["features"]} == {"land", "sea"}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_reduces_without_a_workspace_and_json_sums_it_up(tmp_path, table, ending):
    file, out = tmp_path / f"incidents.{ending}", tmp_path / "out.geojson"
    table.write_csv(file) if ending == "csv" else table.write_parquet(file)
    done = run("--incidents", file, "-o", out, *RIDGES, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert summary["land"]["corridors"] + summary["sea"]["corridors"] == len(features) >= 2
    assert summary["land"]["incidents"] > 600
    assert summary["air"] == {"corridors": 0, "length_km": 0, "incidents": 0}
    assert summary["notes"] == []
    assert sum(feature["properties"]["people"] for feature in features) > 2000


def test_the_window_and_the_modes_leave_incidents_out(tmp_path, table):
    file, out = tmp_path / "incidents.parquet", tmp_path / "out.geojson"
    table.write_parquet(file)
    window = ("--mode", "sea", "--from", "2024-01-01", "--to", "2024-01-03")
    done = run("--incidents", file, "-o", out, *RIDGES, *window, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["notes"] == ["Sea: 2 incidents known, too few or too scattered to show a corridor."]
    assert json.loads(out.read_text(encoding="utf-8"))["features"] == []


def test_each_incident_of_a_file_is_assigned_under_its_own_name_or_its_row(tmp_path, table):
    file, said = tmp_path / "incidents.parquet", tmp_path / "A.parquet"
    names = [f"case {number}" if number % 2 else None for number in range(table.height)]
    table.with_columns(pl.Series("incident_id", names)).write_parquet(file)
    told("reduce", "--incidents", file, "-o", tmp_path / "out.geojson", *RIDGES, "--replicates", 0, "--assign", said)
    assigned = pl.read_parquet(said)
    assert assigned.height > 1000
    assert assigned["incident_id"].is_unique().all()
    assert set(assigned["incident_id"]) <= {name or f"row {row}" for row, name in enumerate(names, 2)}


def test_movement_is_what_is_reduced_to_unless_asked_otherwise(tmp_path, table):
    file, out = tmp_path / "incidents.parquet", tmp_path / "out.geojson"
    table.write_parquet(file)
    done = run("--incidents", file, "-o", out, "--replicates", 4)
    assert done.returncode == 0, done.stderr
    collection = json.loads(out.read_text(encoding="utf-8"))
    assert collection["method_version"] == MOVEMENT_VERSION
    assert "one-way" in {feature["properties"]["direction"] for feature in collection["features"]}
    assert any("Direction rests on origins and on the facts" in note for note in collection["notes"])


def test_an_empty_workspace_gives_an_empty_collection(tmp_path, home):
    done = run("--home", home, "-o", tmp_path / "out.geojson")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"] == []
    assert not home.exists()


GOOD = "lon,lat,time,mode\n12.6,35.5,2024-05-03,sea\n"


@pytest.mark.parametrize(
    ("name", "text", "options", "said"),
    [
        ("absent.csv", None, (), "No such file"),
        ("empty.csv", "", (), "cannot be read"),
        ("words.parquet", GOOD, (), "cannot be read"),
        ("incidents.xlsx", GOOD, (), "known are .csv and .parquet"),
        ("short.csv", "lon,lat,time\n1,2,2024-01-01\n", (), "column 'mode' is missing"),
        ("north.csv", GOOD + "12.6,95,2024-05-03,sea\n", (), "row 3, column 'lat', value '95'"),
        ("good.csv", GOOD, ("--mode", "train"), "nothing was computed"),
        ("good.csv", GOOD, ("--resolution", "9"), "must be 3 to 7"),
        ("good.csv", GOOD, ("--from", "2024-02-01", "--to", "2024-01-01"), "start must be before end"),
    ],
)
def test_what_cannot_be_reduced_is_one_sentence_and_nothing_is_written(tmp_path, name, text, options, said):
    file, out = tmp_path / name, tmp_path / "out.geojson"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    done = refused("--incidents", file, "-o", out, *options)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == ([file] if text is not None else [])


@pytest.mark.parametrize("out", ["missing/out.geojson", "taken", "."])
def test_a_place_that_cannot_be_written_is_one_sentence_and_nothing_is_left_behind(tmp_path, out):
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    (tmp_path / "taken").mkdir()
    done = refused("--incidents", file, "-o", tmp_path / out if out != "." else out)
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["good.csv", "taken"]


def test_a_failure_leaves_the_last_result_as_it_was(tmp_path):
    file, out = tmp_path / "bad.csv", tmp_path / "out.geojson"
    file.write_text("nothing\n", encoding="utf-8")
    out.write_text("the last result", encoding="utf-8")
    assert run("--incidents", file, "-o", out).returncode == 2
    assert out.read_text(encoding="utf-8") == "the last result"


@pytest.fixture
def workspace(tmp_path, home, table) -> Path:
    file = tmp_path / "incidents.csv"
    table.rename({"time": "date"}).write_csv(file, datetime_format="%Y-%m-%d")
    ingest_file(file, Ledger(home))
    return home


def told(*arguments: object) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_corridors_keep_their_ids_and_what_became_of_them_can_be_read(tmp_path, workspace):
    out = tmp_path / "out.geojson"
    assert "Nothing yet" in told("events", "--home", workspace)
    found = []
    for replicates in (5, 6):
        told("reduce", *RIDGES, "--home", workspace, "-o", out, "--replicates", replicates)
        found.append({feature["properties"]["corridor_id"] for feature in json.loads(out.read_text())["features"]})
    assert found[0] == found[1]
    events = json.loads(told("events", "--home", workspace, "--json"))
    assert {(event["event"], event["corridor_id"]) for event in events} == {("birth", one) for one in found[0]}
    assert len(told("events", "--home", workspace).splitlines()) == len(events) == 2


def test_a_window_looks_ids_up_and_buries_nothing(tmp_path, workspace):
    told("reduce", *RIDGES, "--home", workspace, "-o", tmp_path / "all.geojson", "--replicates", 0)
    told("reduce", *RIDGES, "--home", workspace, "-o", tmp_path / "land.geojson", "--replicates", 0, "--mode", "land")
    assert {event["event"] for event in json.loads(told("events", "--home", workspace, "--json"))} == {"birth"}


def test_a_workspace_that_cannot_be_written_is_reduced_all_the_same(tmp_path, workspace, monkeypatch):
    def unwritable(*_: object) -> None:
        raise UnwritableLedger("no room", rule="it must have room")

    monkeypatch.setattr("routes.__main__.register", unwritable)
    said = told("reduce", *RIDGES, "--home", workspace, "-o", tmp_path / "out.geojson", "--replicates", 0)
    assert "land: 1 corridors" in said
    assert "is not kept" in said


def test_what_became_of_routes_is_told_too(tmp_path, workspace):
    windows = ("--before", "2024-01:2024-07", "--after", "2025-01:2025-07")
    said = told("change", "--home", workspace, "-o", tmp_path / "out.geojson", *windows, "--method", "movement")
    assert "Written to" in said
    found = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"]
    assert "journeys" in {feature["properties"]["basis"] for feature in found}


@pytest.mark.parametrize(("command", "name"), [("alarms", "alarms.json"), ("hotspots", "spots.geojson")])
def test_what_changes_over_time_is_written_or_said_to_be_too_little(tmp_path, workspace, command, name):
    said = told(command, "--home", workspace, "-o", tmp_path / name)
    assert f"Written to {tmp_path / name}" in said.replace("\n", " ")
    assert json.loads((tmp_path / name).read_text())
    empty = CliRunner().invoke(app, [command, "--home", str(tmp_path / "none"), "-o", str(tmp_path / "x.json")])
    assert (empty.exit_code, command) in ((0, "alarms"), (2, "hotspots"))


def test_an_assignment_that_cannot_be_written_is_one_sentence_and_no_corridors_are_written(tmp_path, workspace):
    done = refused("--home", workspace, "-o", tmp_path / "o.geojson", "--assign", tmp_path / "no" / "a.parquet")
    assert done.exit_code == 2
    assert not (tmp_path / "o.geojson").exists()
