"""The command line of the third stage, run as its user runs it."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file
from routes.core.corridor import METHOD_VERSION
from tests.workspaces import laid_out

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


def run_report(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "layers", "report", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def run(*arguments: object, **special: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "layers", "export", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **special)  # type: ignore[call-overload]


def is_one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    said = done.stderr.strip()
    return done.returncode == 2 and len(said.splitlines()) == 1 and said.endswith("nothing was written.")


def test_the_geopackage_holds_all_corridors_and_incidents_of_the_workspace(synthetic_home, tmp_path):
    out = tmp_path / "corridors.gpkg"
    done = run("-o", out, "--home", synthetic_home, "--record")
    assert done.returncode == 0, done.stderr
    assert "SYNTHETIC" in done.stdout
    beside = ("manifest.json", "dataset.jsonld", "dataset.xml")
    assert set(tmp_path.iterdir()) == {out, *(tmp_path / f"corridors.gpkg.{ending}" for ending in beside)}
    record = json.loads((tmp_path / "corridors.gpkg.dataset.jsonld").read_text(encoding="utf-8"))
    manifest = json.loads((tmp_path / "corridors.gpkg.manifest.json").read_text(encoding="utf-8"))
    assert record["dcat:distribution"][0]["spdx:checksum"]["spdx:checksumValue"]["@value"] == manifest["sha256"]
    every = Ledger(synthetic_home).incidents()
    assert f"{every.height:,} incidents" in done.stdout
    busy = (gpd.read_file(out, layer="routes")["incidents"] > 0).sum()
    assert f"{busy} routes with incidents" in done.stdout
    hexes = gpd.read_file(out, layer="hexes")
    assert 0 < hexes["incidents"].sum() <= every["cell"].drop_nulls().len()


def test_red_incidents_stay_here_unless_they_are_asked_for_and_the_file_bears_the_highest_mark(tmp_path):
    home, file = tmp_path / "workspace", tmp_path / "marked.csv"
    marks = ["TLP:GREEN"] * 5 + ["TLP:AMBER"] * 4 + ["TLP:RED"] * 3
    rows = [f"{n},2024-05-{n + 1:02d},{35 + n / 50},12.6,sea,{mark}" for n, mark in enumerate(marks)]
    file.write_text("id,date,lat,lon,mode,handling\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ingest_file(file, Ledger(home))
    told = {}
    for ceiling in ("TLP:AMBER+STRICT", "TLP:GREEN", "TLP:RED"):
        out = tmp_path / "marked.geojson"
        done = run("-o", out, "--home", home, "--layer", "incidents", "--handling", ceiling)
        assert done.returncode == 0, done.stderr
        found = json.loads(out.read_text(encoding="utf-8"))
        told[ceiling] = len(found["features"]), found["marking"]
        assert ("3 incidents are marked too high" in done.stdout) == (ceiling == "TLP:AMBER+STRICT")
    assert told == {"TLP:AMBER+STRICT": (9, "TLP:AMBER"), "TLP:GREEN": (5, "TLP:GREEN"), "TLP:RED": (12, "TLP:RED")}


def test_a_file_is_known_again_and_a_changed_one_is_told_to_be(synthetic_home, tmp_path):
    out = tmp_path / "corridors.kml"
    assert run("-o", out, "--home", synthetic_home, "--layer", "routes").returncode == 0
    command = [sys.executable, "-m", "layers", "verify", str(out), "--home"]
    for home in (synthetic_home, tmp_path / "elsewhere"):
        done = subprocess.run([*command, str(home)], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "It is as it was written." in done.stdout
    out.write_text(out.read_text(encoding="utf-8").replace("Sea", "sea").replace("sea", "see"), encoding="utf-8")
    done = subprocess.run([*command, str(synthetic_home)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "IT WAS CHANGED" in done.stdout


def test_an_area_leaves_what_lies_in_it(synthetic_home, tmp_path):
    box = tmp_path / "box.geojson"
    ring = [[9, 32], [16, 32], [16, 38], [9, 38], [9, 32]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    box.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}), encoding="utf-8")
    rows = {}
    for name, options in (("all", ()), ("box", ("--area", box)), ("libya", ("--country", "Libya"))):
        out = tmp_path / f"{name}.geojson"
        done = run("-o", out, "--home", synthetic_home, "--layer", "incidents", *options)
        assert done.returncode == 0, done.stderr
        rows[name] = gpd.read_file(out)
    assert 0 < len(rows["box"]) < len(rows["all"])
    west, south, east, north = rows["box"].total_bounds
    assert west >= 9
    assert east <= 16
    assert south >= 32
    assert north <= 38
    ashore = rows["libya"][rows["libya"]["country"].notna()]
    assert set(ashore["country"]) == {"LBY"}
    assert len(ashore) < len(rows["libya"]), "its crossings have incidents at sea"
    assert set(rows["libya"]["area"]) == {"Libya"}
    out = tmp_path / "pair.geojson"
    assert run("-o", out, "--home", synthetic_home, "--between", "LBY", "ITA").returncode == 0
    pairs = [feature["properties"]["countries"] for feature in json.loads(out.read_text(encoding="utf-8"))["features"]]
    assert pairs
    assert all({"LBY", "ITA"} <= {country["iso3"] for country in pair} for pair in pairs)


def test_window_modes_and_version_are_taken_and_told_as_one_object(synthetic_home, tmp_path):
    out = tmp_path / "corridors.geojson"
    window = ("--from", "2025-06-01", "--to", "2025-09-01", "--mode", "sea", "--mode", "air", "--version", 0)
    done = run("-o", out, "--home", synthetic_home, "--json", *window)
    assert done.returncode == 0, done.stderr
    told, written = json.loads(done.stdout), json.loads(out.read_text(encoding="utf-8"))
    assert told["view"] == written["view"] == "from=2025-06-01&to=2025-09-01&mode=air&mode=sea"
    assert (told["ledger_version"], told["synthetic"]) == (0, True)
    assert told["routes"] == sum(one["properties"]["incidents"] > 0 for one in written["features"]) > 0
    assert {feature["properties"]["mode"] for feature in written["features"]} == {"sea", "air"}
    for route in (feature["properties"] for feature in written["features"]):
        assert route["incidents"] or route["flow"]
        assert set(route["months"]) <= {"2025-06", "2025-07", "2025-08"}
        assert sum(route["months"].values()) == route["incidents"]


def test_an_empty_workspace_is_one_sentence_and_stays_empty(tmp_path, home):
    out = tmp_path / "corridors.gpkg"
    done = run("-o", out, env={"ROUTES_HOME": str(home), "PATH": "/usr/bin"})
    assert is_one_sentence(done), done.stderr
    assert f"{home}: the workspace is empty" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("corridors.shp", (), "the name must end in .gpkg, .geojson"),
        ("corridors.gpkg", ("--crs", 99), "EPSG:99 is not known"),
        ("corridors.gpkg", ("--country", "Atlantis"), "'Atlantis' is no country that is known"),
        ("corridors.gpkg", ("--layer", "lines"), "there is no layer 'lines'"),
        ("corridors.kml", ("--crs", 3035), "are in degrees"),
        ("corridors.gpkg", ("--handling", "TLP:PINK"), "is no handling mark"),
        ("corridors.gpkg", ("--area", "nowhere.geojson"), "there is no such file"),
        ("corridors.gpkg", ("--version", 9), "there is no version 9; versions are 0 to 0"),
        ("missing/corridors.gpkg", (), "the folder must exist and be writable"),
        ("/proc/corridors.gpkg", (), "the folder must exist and be writable"),
        ("corridors.pmtiles", ("--from", "1999-01-01", "--to", "2000-01-01"), "tiles hold at least one place"),
    ],
)
def test_what_can_not_be_done_is_one_sentence_and_nothing_is_written(synthetic_home, tmp_path, name, options, said):
    done = run("-o", tmp_path / name, "--home", synthetic_home, *options)
    assert is_one_sentence(done), done.stderr
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "xlsx"])
def test_a_full_disk_leaves_the_earlier_file_as_it_was(synthetic_home, tmp_path, ending):
    out = tmp_path / f"corridors.{ending}"
    out.write_bytes(b"the earlier one")
    small = (resource.RLIMIT_FSIZE, (2000, 2000))
    done = run("-o", out, "--home", synthetic_home, preexec_fn=lambda: resource.setrlimit(*small))
    assert is_one_sentence(done), done.stderr
    assert out.read_bytes() == b"the earlier one"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_is_not_recorded_does_not_leave(tmp_path):
    home, folder = tmp_path / "workspace", tmp_path / "out"
    with demo_file(50, 3, date(2026, 11, 24)) as file:
        ingest_file(file, Ledger(home))
    folder.mkdir()
    (home / "exports.jsonl").mkdir()
    done = run("-o", folder / "out.csv", "--layer", "incidents", "--home", home)
    assert done.returncode == 2
    assert "the workspace must be writable and have room" in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("ending", ["gpkg", "zip"])
def test_an_export_that_is_killed_leaves_the_earlier_file_or_the_whole_new_one(synthetic_home, tmp_path, ending):
    out, temporary = tmp_path / f"corridors.{ending}", tmp_path / "temporary"
    temporary.mkdir()
    out.write_bytes(b"the earlier one")
    command = [sys.executable, "-m", "layers", "export", "-o", str(out), "--home", str(synthetic_home)]
    for after in (0.02, 0.1, 0.4):
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            while not any(temporary.glob("routes-export-*")) and process.poll() is None:
                time.sleep(0.01)
            time.sleep(after)
            process.kill()
        for left in temporary.iterdir():
            shutil.rmtree(left)
        assert out.read_bytes() == b"the earlier one" or len(gpd.read_file(opened(out), layer="routes")) > 0
        # GDAL leaves an .aux.xml beside a file that it reads
        assert {path.name for path in tmp_path.iterdir() if path.suffix not in (".part", ".xml")} <= {
            "temporary",
            out.name,
            f"{out.name}.manifest.json",
        }
    assert run("-o", out, "--home", synthetic_home).returncode == 0
    assert len(gpd.read_file(opened(out), layer="routes")) > 0


def opened(out: Path) -> str:
    return f"/vsizip/{out}/corridors.gpkg" if out.suffix == ".zip" else str(out)


def test_a_view_of_nothing_is_a_file_of_no_rows_and_the_command_line_says_so(synthetic_home, tmp_path):
    out, far = tmp_path / "corridors.gpkg", tmp_path / "far.geojson"
    ring = [[-150, -60], [-140, -60], [-140, -50], [-150, -60]]
    far.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), encoding="utf-8")
    for options in (("--from", "1999-01-01", "--to", "2000-01-01"), ("--area", far)):
        done = run("-o", out, "--home", synthetic_home, *options)
        assert done.returncode == 0, done.stderr
        assert "No incident lies in what was asked for: layers that count incidents have 0 rows." in done.stdout
        assert {layer: len(gpd.read_file(out, layer=layer)) for layer in ("routes", "hexes", "countries")} == {
            "routes": 0,
            "hexes": 0,
            "countries": 0,
        }
    preview = run("--preview", "--home", synthetic_home, "--area", far)
    assert "hexes                0 rows" in preview.stdout


def test_routes_leave_directed_with_flow_and_the_main_ones_alone_where_less_detail_is_asked_for(
    synthetic_home, tmp_path
):
    frames = {}
    for detail in ("0.2", "1"):
        out = tmp_path / f"{detail}.gpkg"
        done = run("--home", synthetic_home, "--detail", detail, "-o", out)
        assert done.returncode == 0, done.stderr
        frames[detail] = gpd.read_file(out, layer="routes").set_index("corridor_id")
    main, every = frames.values()
    moved = main[main["mode"] != "air"]
    assert len(moved) > 3
    assert set(moved["direction"]) <= {"one-way", "two-way", "unclear"}
    assert (moved["flow"] > 0).all()
    assert (moved["detail"] <= 0.2).all()
    assert (main["method_version"] == METHOD_VERSION).all()
    assert len(main) < len(every)
    same = ["name", "incidents", "flow", "confidence"]
    assert main[same].equals(every.loc[main.index, same])


def test_an_export_keeps_the_network_for_the_next_one_and_rebuild_gives_the_same_answer_anew(tmp_path):
    home, texts = tmp_path / "workspace", []
    with demo_file(400, 3, date(2026, 11, 24)) as file:
        ingest_file(file, Ledger(home))
    for special in ((), (), ("--rebuild",)):
        done = run("-o", tmp_path / "out.geojson", "--home", home, *special)
        assert done.returncode == 0, done.stderr
        (record,) = home.glob("network/v*/record.json")
        written = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
        for feature in written["features"]:
            del feature["properties"]["export_id"], feature["properties"]["generated"]
        texts.append((written["features"], record.stat().st_mtime_ns))
    (first, at_first), (second, at_second), (third, at_third) = texts
    assert first == second == third != []
    assert at_first == at_second < at_third


def test_a_map_for_partners_is_one_file_with_a_manifest_and_layers_for_them_are_refused(synthetic_home, tmp_path):
    out = tmp_path / "map.html"
    done = run("-o", out, "--home", synthetic_home, "--audience", "partner", "--language", "fr")
    assert done.returncode == 0, done.stderr
    assert '<html lang="fr"' in out.read_text(encoding="utf-8")
    beside = json.loads((tmp_path / "map.html.manifest.json").read_text(encoding="utf-8"))
    assert (beside["file"], beside["audience"]) == ("map.html", "partner")
    assert not {"incidents", "withheld", "routes", "actor"} & set(beside)  # exact counts and who made it stay here
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = subprocess.run(
        [sys.executable, "-m", "layers", "verify", out, "--home", elsewhere],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "as it was written" in told.stdout
    elsewhere.rmdir()
    refused = run("-o", tmp_path / "map.gpkg", "--home", synthetic_home, "--audience", "partner")
    assert is_one_sentence(refused)
    assert set(tmp_path.iterdir()) == {out, tmp_path / "map.html.manifest.json"}


def test_a_report_of_a_route_is_written_in_another_language_and_bad_wishes_are_refused(synthetic_home, tmp_path):
    out = tmp_path / "report.pdf"
    name = laid_out(synthetic_home).network.routes[0].name
    done = run_report("-o", out, "--home", synthetic_home, "--route", name, "--language", "es")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"%PDF")
    for wrong in (
        ["--route", "nowhere at all"],
        ["--language", "xx"],
        ["--change", "none"],
        ["--style", tmp_path / "no"],
    ):
        refused = run_report("-o", tmp_path / "no.pdf", "--home", synthetic_home, *wrong)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
    assert is_one_sentence(run_report("-o", tmp_path / "report.odt", "--home", synthetic_home))
    assert {file.name for file in tmp_path.iterdir()} == {"report.pdf", "report.pdf.manifest.json"}


def test_a_report_of_the_routes_of_a_change_can_be_had_for_partners_too(synthetic_home, tmp_path):
    assert run("-o", tmp_path / "changes.csv", "--home", synthetic_home, "--layer", "changes").returncode == 0
    rows = pl.read_csv(tmp_path / "changes.csv")
    ids = rows.filter(pl.col("corridor_ids").is_not_null())["finding_id"]
    out = tmp_path / "change.html"
    done = run_report("-o", out, "--home", synthetic_home, "--change", ids[0], "--audience", "partner")
    assert done.returncode == 0, done.stderr
    assert "What changed" not in out.read_text(encoding="utf-8")
