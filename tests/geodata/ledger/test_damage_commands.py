"""Commands on a damaged workspace: one sentence that names the file, exit code 2, and what can be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from geodata.__main__ import app as geodata_app
from geodata.ingest.pipeline import ingest_file
from geodata.ledger import seals
from geodata.ledger.store import Ledger
from layers.__main__ import app as layers_app
from routes.__main__ import app as routes_app


def run(app: Typer, *arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def table(folder: Path, *records: str) -> Path:
    path = folder / f"{records[0]}.csv"
    lines = "".join(f"partner,{record},2024-05-03,35.5,12.6,sea,rescue\n" for record in records)
    path.write_text(f"source,id,date,lat,lon,mode,kind\n{lines}", encoding="utf-8")
    return path


@pytest.fixture
def damaged(tmp_path: Path, home: Path) -> Path:
    """Return the damaged file, which holds the second of two batches."""
    ledger = Ledger(home)
    ingest_file(table(tmp_path, "a", "b"), ledger)
    before = set(home.rglob("*.parquet"))
    ingest_file(table(tmp_path, "c"), ledger)
    (path,) = set(home.rglob("*.parquet")) - before
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x04
    path.write_bytes(content)
    seals.forget()
    return path


def test_an_export_holds_the_rest_and_ends_with_the_file_that_is_damaged(tmp_path, home, damaged):
    out = tmp_path / "out.parquet"
    done = run(geodata_app, "incidents", "-o", out, "--home", home)
    assert done.exit_code == 2
    said = f"File ledger/incidents/{damaged.name} is damaged: 1 incident written with version 1 cannot be shown.\n"
    assert done.stderr == said
    assert pl.read_parquet(out)["source_record"].to_list() == ["a", "b"]
    assert run(geodata_app, "incidents", "-o", out, "--home", home, "--version", 0).exit_code == 0


def test_a_change_is_refused_in_one_sentence(tmp_path, home, damaged):
    batch = Ledger(home).history()[0][1].batch
    for arguments in (["ingest", table(tmp_path, "d")], ["undo", batch], ["compact"], ["changes", "--from", 0]):
        done = run(geodata_app, *arguments, "--home", home)
        assert done.exit_code == 2, arguments
        assert len(done.stderr.strip().splitlines()) == 1, arguments
        assert damaged.name in done.stderr, arguments
    assert Ledger(home).version() == 1


def test_what_is_damaged_is_verified_restored_and_taken_in_again(tmp_path, home, damaged):
    found = run(geodata_app, "verify", "--home", home)
    assert found.exit_code == 2
    assert found.stderr.count(damaged.name) == 1
    done = run(geodata_app, "restore", "--home", home)
    assert done.exit_code == 0
    assert "Version 0 of table incidents stands again, as version 2." in done.stdout
    assert "of c.csv is lost: take the file in again." in done.stdout
    assert run(geodata_app, "verify", "--home", home).stdout == "The ledger is sound.\n"
    assert run(geodata_app, "restore", "--home", home).exit_code == 2
    assert run(geodata_app, "ingest", table(tmp_path, "c"), "--home", home).exit_code == 0
    assert Ledger(home).incidents()["source_record"].to_list() == ["a", "b", "c"]


def test_files_without_a_digest_are_counted_and_vouched_for_when_asked(tmp_path, home):
    ingest_file(table(tmp_path, "a"), Ledger(home))
    (home / "words.toml").write_text("", encoding="utf-8")
    shown = run(geodata_app, "verify", "--home", home)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Of 1 files no SHA-256 is known")
    assert run(geodata_app, "verify", "--adopt", "--home", home).stdout == "The ledger is sound.\n"


@pytest.mark.slow
def test_routes_and_exports_of_them_end_with_the_file_that_is_damaged(tmp_path, home, damaged):
    for app, *arguments in (
        (routes_app, "reduce", "-o", tmp_path / "a.geojson"),
        (routes_app, "build"),
        (routes_app, "completeness", "-o", tmp_path / "a.json"),
        (routes_app, "events"),
        (layers_app, "export", "-o", tmp_path / "b.geojson"),
    ):
        done = run(app, *arguments, "--home", home)
        assert done.exit_code == 2, arguments
        assert f"{damaged.name} is damaged" in done.stderr, arguments
        assert "Traceback" not in done.stderr, arguments
    assert (tmp_path / "a.geojson").exists()
    assert not list(home.glob("network/v*")), "a network of what is left was kept as that of the version"


def test_a_workspace_of_which_nothing_can_be_read_is_one_sentence(tmp_path, home, damaged):
    shutil.rmtree(home / "ledger" / "incidents" / "_seals")
    log = home / "ledger" / "incidents" / "_delta_log" / f"{0:020d}.json"
    log.write_bytes(log.read_bytes()[:300])
    for app, *arguments in (
        (geodata_app, "incidents", "-o", tmp_path / "out.csv"),
        (geodata_app, "history"),
        (geodata_app, "verify"),
        (geodata_app, "links"),
        (geodata_app, "ingest", table(tmp_path, "d")),
        (routes_app, "reduce", "-o", tmp_path / "a.geojson"),
        (layers_app, "export", "-o", tmp_path / "b.geojson"),
    ):
        done = run(app, *arguments, "--home", home)
        assert done.exit_code == 2, arguments
        assert log.name in done.stderr, arguments
