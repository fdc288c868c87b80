"""The command line of the second stage, run as its user runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger, UnwritableLedger
from geodata.workspace.network_store import FOLDER
from routes.__main__ import app
from routes.core.corridor import METHOD_VERSION
from tests.routes.conftest import from_country, incidents_at, spread_along

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Return a desert road and a crossing behind it, of people from Nigeria."""
    land = incidents_at(spread_along([(7.99, 16.97), (14.43, 27.04)], 500))
    sea = incidents_at(spread_along([(12.4, 33.1), (12.6, 35.4)], 300), mode="sea")
    named = pl.concat([land, sea]).with_columns(people=pl.lit(2)).rename({"time_start": "time"})
    return from_country(named, "NGA").with_columns(incident_id=pl.format("case {}", pl.int_range(pl.len())))


@pytest.fixture(scope="module")
def filled(table, tmp_path_factory) -> Path:
    """Return a workspace of these incidents, without a network, to be copied."""
    folder = tmp_path_factory.mktemp("routes")
    file = folder / "incidents.csv"
    plain = table.with_columns(origin=pl.lit("Nigeria")).drop("origins", "incident_id")
    plain.rename({"time": "date"}).write_csv(file, datetime_format="%Y-%m-%d")
    ingest_file(file, Ledger(folder / "workspace"))
    return folder / "workspace"


@pytest.fixture
def workspace(filled, home) -> Path:
    return Path(shutil.copytree(filled, home))


@pytest.fixture(scope="module")
def laid_out(filled, tmp_path_factory) -> Path:
    """Return a workspace with its network, to read and not to write."""
    home = Path(shutil.copytree(filled, tmp_path_factory.mktemp("laid") / "workspace"))
    told("build", "--home", home)
    return home


@pytest.fixture
def file(table, tmp_path) -> Path:
    table.write_parquet(tmp_path / "incidents.parquet")
    return tmp_path / "incidents.parquet"


def features(out: Path) -> list[dict]:
    return json.loads(out.read_text(encoding="utf-8"))["features"]


def ids(out: Path) -> set[str]:
    return {feature["properties"]["corridor_id"] for feature in features(out)}


def test_a_workspace_reduces_to_geojson_with_view_notes_and_method(tmp_path, laid_out):
    window = ("--from", "2024-01-01", "--mode", "land", "--mode", "sea")
    done = run("--home", laid_out, "-o", tmp_path / "out.geojson", *window)
    assert done.returncode == 0, done.stderr
    assert " sea: 1 routes" in done.stdout
    collection = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert collection["view"] == "from=2024-01-01&mode=land&mode=sea"
    assert collection["method_version"] == METHOD_VERSION
    assert {feature["properties"]["mode"] for feature in collection["features"]} == {"land", "sea"}
    assert "one-way" in {feature["properties"]["direction"] for feature in collection["features"]}
    assert any("Direction rests on origins and on the assumptions" in note for note in collection["notes"])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_reduces_without_a_workspace_and_json_sums_it_up(tmp_path, table, ending):
    file, out = tmp_path / f"incidents.{ending}", tmp_path / "out.geojson"
    plain = table.drop("origins")
    plain.write_csv(file) if ending == "csv" else plain.write_parquet(file)
    summary = json.loads(told("reduce", "--incidents", file, "-o", out, "--json"))
    assert summary["land"]["corridors"] + summary["sea"]["corridors"] == len(features(out)) >= 2
    assert summary["land"]["incidents"] > 450
    assert summary["air"] == {"corridors": 0, "length_km": 0, "incidents": 0}
    assert "no incident states an origin" in summary["notes"][0]
    assert sum(feature["properties"]["people"] for feature in features(out)) > 1400
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name, "out.geojson"]


def test_a_window_and_a_mode_count_other_incidents_on_the_same_routes(tmp_path, laid_out):
    every, window, sea = (tmp_path / f"{name}.geojson" for name in ("all", "window", "sea"))
    told("reduce", "--home", laid_out, "-o", every)
    days = ("--from", "2024-01-01", "--to", "2024-02-01")
    summary = json.loads(told("reduce", "--home", laid_out, "-o", window, *days, "--json"))
    told("reduce", "--home", laid_out, "-o", sea, "--mode", "sea")
    assert ids(window) == ids(every) > ids(sea)
    course = {feature["properties"]["corridor_id"]: feature["geometry"] for feature in features(every)}
    for feature in (*features(window), *features(sea)):
        assert feature["geometry"] == course[feature["properties"]["corridor_id"]]
    assert summary["land"]["incidents"] == summary["sea"]["incidents"] == 31  # one a day of each


def test_less_detail_writes_fewer_routes_of_the_same_ids(tmp_path, laid_out):
    main, every = tmp_path / "main.geojson", tmp_path / "all.geojson"
    told("reduce", "--home", laid_out, "-o", main, "--detail", 0)
    told("reduce", "--home", laid_out, "-o", every)
    assert ids(main) < ids(every)


def test_each_incident_of_a_file_is_assigned_under_its_own_name_or_its_row(tmp_path, table):
    file, said = tmp_path / "incidents.parquet", tmp_path / "A.parquet"
    names = [f"case {number}" if number % 2 else None for number in range(table.height)]
    table.with_columns(pl.Series("incident_id", names)).write_parquet(file)
    told("reduce", "--incidents", file, "-o", tmp_path / "out.geojson", "--assign", said)
    assigned = pl.read_parquet(said)
    assert assigned.height > 750
    assert assigned["incident_id"].is_unique().all()
    assert set(assigned["incident_id"]) <= {name or f"row {row}" for row, name in enumerate(names, 2)}
    assert set(assigned["corridor_id"]) <= ids(tmp_path / "out.geojson")


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


@pytest.mark.parametrize("detail", ["-0.1", "1.1", "much"])
def test_a_detail_outside_0_to_1_is_refused_and_nothing_is_written(tmp_path, file, detail):
    done = refused("--incidents", file, "-o", tmp_path / "out.geojson", f"--detail={detail}")
    assert done.exit_code == 2
    assert "--detail" in done.stderr
    assert not (tmp_path / "out.geojson").exists()


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


def told(*arguments: object) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_network_is_kept_and_what_became_of_its_routes_can_be_read(tmp_path, workspace):
    out = tmp_path / "out.geojson"
    assert "Nothing yet" in told("events", "--home", workspace)
    told("reduce", "--home", workspace, "-o", out)
    (kept,) = (workspace / FOLDER).iterdir()
    written = kept.stat().st_mtime_ns
    first = out.read_bytes()
    told("reduce", "--home", workspace, "-o", out)
    assert out.read_bytes() == first
    assert kept.stat().st_mtime_ns == written
    events = json.loads(told("events", "--home", workspace, "--json"))
    assert {(event["event"], event["corridor_id"]) for event in events} == {("birth", one) for one in ids(out)}
    assert len(told("events", "--home", workspace).splitlines()) == len(events)


def test_a_rebuild_lays_the_network_out_anew_under_the_same_ids(tmp_path, workspace):
    out = tmp_path / "out.geojson"
    told("build", "--home", workspace)
    (kept,) = (workspace / FOLDER).iterdir()
    written = (kept / "record.json").stat().st_mtime_ns
    told("reduce", "--home", workspace, "-o", out)
    before = ids(out)
    assert (kept / "record.json").stat().st_mtime_ns == written
    told("reduce", "--home", workspace, "-o", out, "--rebuild")
    assert (kept / "record.json").stat().st_mtime_ns > written
    assert ids(out) == before
    assert {event["event"] for event in json.loads(told("events", "--home", workspace, "--json"))} == {"birth"}


def test_building_tells_each_stage_on_a_line_and_nothing_where_the_network_is_kept(workspace):
    stages = told("build", "--home", workspace).splitlines()
    assert stages[0] == "tracing the lines along which incidents lie"
    assert stages[-1] == "giving routes their names"
    assert told("build", "--home", workspace) == ""


def test_an_empty_workspace_has_nothing_to_build(home):
    done = CliRunner().invoke(app, ["build", "--home", str(home)])
    assert done.exit_code == 2
    assert "the workspace is empty" in done.stderr
    assert not home.exists()


def test_a_new_version_of_the_ledger_has_a_network_of_its_own_with_the_same_ids(tmp_path, workspace):
    out = tmp_path / "out.geojson"
    told("reduce", "--home", workspace, "-o", out)
    before = ids(out)
    more = tmp_path / "more.csv"
    more.write_text("date,lat,lon,kind,origin\n2024-05-03,22.0,11.2,rescue,Nigeria\n", encoding="utf-8")
    ingest_file(more, Ledger(workspace))
    told("reduce", "--home", workspace, "-o", out)
    assert len(list((workspace / FOLDER).iterdir())) == 2
    assert ids(out) == before


def test_a_kept_network_that_is_damaged_is_laid_out_anew(tmp_path, workspace):
    out = tmp_path / "out.geojson"
    told("reduce", "--home", workspace, "-o", out)
    first = out.read_bytes()
    (kept,) = (workspace / FOLDER).iterdir()
    (kept / "passes.parquet").write_bytes(b"nothing")
    told("reduce", "--home", workspace, "-o", out)
    assert out.read_bytes() == first


def test_a_workspace_that_cannot_be_written_is_reduced_all_the_same(tmp_path, workspace, monkeypatch):
    def unwritable(*_: object) -> None:
        raise UnwritableLedger("no room", rule="it must have room")

    monkeypatch.setattr("geodata.workspace.network_store.Networks.keep", unwritable)
    said = told("reduce", "--home", workspace, "-o", tmp_path / "out.geojson")
    assert " sea: 1 routes" in said
    assert "is not kept" in said


def test_what_became_of_routes_between_two_windows_is_written_under_their_ids(tmp_path, laid_out):
    windows = ("--before", "2024-01:2024-07", "--after", "2025-01:2025-07")
    told("reduce", "--home", laid_out, "-o", tmp_path / "routes.geojson")
    assert "Written to" in told("change", "--home", laid_out, "-o", tmp_path / "out.geojson", *windows)
    assert ids(tmp_path / "out.geojson") == ids(tmp_path / "routes.geojson")
    counts = [feature["properties"]["change"]["before"] for feature in features(tmp_path / "out.geojson")]
    assert sum(counts) > 300


@pytest.mark.parametrize(("command", "name"), [("alarms", "alarms.json"), ("hotspots", "spots.geojson")])
def test_what_changes_over_time_is_written_or_said_to_be_too_little(tmp_path, laid_out, command, name):
    said = told(command, "--home", laid_out, "-o", tmp_path / name)
    assert f"Written to {tmp_path / name}" in said.replace("\n", " ")
    assert json.loads((tmp_path / name).read_text())
    empty = CliRunner().invoke(app, [command, "--home", str(tmp_path / "none"), "-o", str(tmp_path / "x.json")])
    assert (empty.exit_code, command) in ((0, "alarms"), (2, "hotspots"))


def test_an_assignment_that_cannot_be_written_is_one_sentence_and_no_routes_are_written(tmp_path, laid_out):
    done = refused("--home", laid_out, "-o", tmp_path / "o.geojson", "--assign", tmp_path / "no" / "a.parquet")
    assert done.exit_code == 2
    assert not (tmp_path / "o.geojson").exists()
