"""A network is whole or not there: kill -9 of the process that lays it out, at any moment."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.corridor_registry import registered
from geodata.ledger.store import Ledger
from geodata.model.query import View
from geodata.workspace.network_store import FOLDER
from pages.data.workspace_cache import Workspace
from routes.pipelines.corridor_tracking import REGISTER
from tests.crash.test_kill import ROOT, moments
from tests.workspaces import demonstration

pytestmark = pytest.mark.slow

FEW, MANY = 12, 60
Told = dict[str, tuple[str, int]]
WRITES = (
    "pl.DataFrame.write_parquet",
    "pathlib.Path.write_text",
    "geodata.workspace.network_store._flushed",
    "pathlib.Path.rename",
)
"""What ``Networks.keep`` does, one after the other."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a network of version 0 and a version 1 without one, to copy."""
    folder = tmp_path_factory.mktemp("begun")
    home = demonstration(folder / "workspace", 200, 3)
    rows = "".join(f"2026-11-{day + 1:02d},{35 + day / 100:.2f},12.1,sea\n" for day in range(9))
    (folder / "new.csv").write_text(f"date,lat,lon,mode\n{rows}", encoding="utf-8")
    ingest_file(folder / "new.csv", Ledger(home))
    return home


def build(home: Path, before: str = "") -> subprocess.Popen[str]:
    """Begin to lay out a network, in a program that does something else before."""
    program = f"import sys; sys.argv = ['routes', 'build', '--home', {str(home)!r}]\n{before}\n"
    program += "from routes.__main__ import app; app()"
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def build_well(home: Path) -> None:
    with build(home) as process:
        _, complaints = process.communicate(timeout=120)
    assert (process.returncode, complaints) == (0, "")


def told(home: Path, caplog: pytest.LogCaptureFixture) -> tuple[int, Told]:
    """Return the version of the network that a server shows for version 1, and its routes; a torn one fails."""
    seen = Workspace(Ledger(home))
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        found = seen.ready(1)
    assert caplog.text == "", "a torn network was found"
    assert found is not None, "the old network is gone"
    return found.version, {one.corridor_id: (one.name, one.incidents) for one in seen.routes(View(), 1).corridors}


@pytest.fixture(scope="module")
def whole(begun, tmp_path_factory) -> tuple[Path, float]:
    """Return the workspace once version 1 was laid out without any trouble, and the seconds that this takes."""
    home = shutil.copytree(begun, tmp_path_factory.mktemp("whole") / "workspace")
    start = time.perf_counter()
    build_well(home)
    return home, time.perf_counter() - start


def require_tidy(home: Path) -> None:
    assert [path.name for path in (home / FOLDER).glob("*.part")] == []
    assert len([*(home / FOLDER).glob("v*")]) == 2
    names = {path.name for path in (home / FOLDER).iterdir() if path.is_dir()}
    assert all(name.startswith("v") for name in names), names


@pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_a_build_that_is_killed_leaves_the_old_network_or_the_new_one_and_the_next_one_works(
    begun, whole, tmp_path, caplog, times
):
    intact, seconds = whole
    old, new = told(begun, caplog), told(intact, caplog)
    assert (old[0], new[0]) == (0, 1)
    home = shutil.copytree(begun, tmp_path / "workspace")
    killed = 0
    for after in moments(times, 0.6 * seconds):
        with build(home) as process:
            try:
                process.communicate(timeout=after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                killed += 1
        shown = told(home, caplog)
        assert shown in (old, new)
        if shown == new:
            shutil.rmtree(home)
            shutil.copytree(begun, home)
    assert killed > times / 2
    build_well(home)
    assert told(home, caplog) == new
    require_tidy(home)


def killed_before(name: str, number: int) -> str:
    """Return a program that is killed, once networks are kept, when it calls something for the so many-th time."""
    module, attribute = name.rsplit(".", 1)
    return f"""
import os, pathlib, polars as pl, geodata.workspace.network_store
kept, count = geodata.workspace.network_store.Networks.keep, [0]
def keep(*given):
    place, original = {module}, {name}
    def call(*given, **named):
        count[0] += 1
        if count[0] == {number}:
            os.kill(os.getpid(), 9)
        return original(*given, **named)
    setattr(place, {attribute!r}, call)
    try:
        return kept(*given)
    finally:
        setattr(place, {attribute!r}, original)
geodata.workspace.network_store.Networks.keep = keep
"""


@pytest.mark.parametrize("write", [*(pytest.param(name, marks=pytest.mark.long) for name in WRITES[:-2]), *WRITES[-2:]])
@pytest.mark.parametrize(
    "number", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(5, marks=pytest.mark.long)]
)
def test_a_build_that_is_killed_between_two_writes_is_as_if_it_had_not_been(
    begun, whole, tmp_path, caplog, write, number
):
    home = shutil.copytree(begun, tmp_path / "workspace")
    with build(home, killed_before(write, number)) as process:
        process.communicate(timeout=120)
    assert process.returncode == (-signal.SIGKILL if number == 1 or write == WRITES[0] else 0)
    shown = told(home, caplog)
    assert shown == told(whole[0] if process.returncode == 0 else begun, caplog)
    build_well(home)
    assert told(home, caplog) == told(whole[0], caplog)
    require_tidy(home)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_build_that_is_killed_about_the_register_loses_no_route_of_it(begun, whole, tmp_path, caplog, moment):
    home = shutil.copytree(begun, tmp_path / "workspace")
    die = "os.kill(os.getpid(), 9)"
    body = f"{die}" if moment == "before" else f"kept(*given); {die}"
    program = f"""
import os, geodata.workspace.network_store
kept = geodata.workspace.network_store.Networks.register
def register(*given):
    {body}
geodata.workspace.network_store.Networks.register = register
"""
    with build(home, program) as process:
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    build_well(home)
    shown = told(home, caplog)
    assert shown == told(whole[0], caplog)
    known = registered(Ledger(home), pl.Schema(REGISTER))
    assert set(shown[1]) <= set(known["corridor_id"])
    once = registered(Ledger(whole[0]), pl.Schema(REGISTER))
    assert set(known["corridor_id"]) == set(once["corridor_id"])
    events = Workspace(Ledger(home)).events()
    assert events.select("event", "corridor_id", "other_id").is_duplicated().sum() == 0


def test_two_builds_at_once_lay_out_one_network(begun, whole, tmp_path, caplog):
    home = shutil.copytree(begun, tmp_path / "workspace")
    both = [build(home), build(home)]
    for process in both:
        _, complaints = process.communicate(timeout=240)
        assert (process.returncode, complaints) == (0, "")
    assert told(home, caplog) == told(whole[0], caplog)
    require_tidy(home)
    events = Workspace(Ledger(home)).events()
    assert events.select("event", "corridor_id", "other_id").is_duplicated().sum() == 0
