"""The builder: a newer network is laid out beside the server, which goes on with the one it has until then."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.query import View
from pages.data import network_builder as builder
from pages.data.network_builder import Builder
from pages.data.workspace_cache import Workspace, sight

PATIENCE = 60
NEW = 12


def report(folder: Path, home: Path, lon: float, lat: float) -> None:
    """Take in some reports at a place at sea."""
    rows = "".join(f"2026-11-{day + 1:02d},{lat + day / 1000:.3f},{lon:.3f},sea\n" for day in range(NEW))
    file = folder / "new.csv"
    file.write_text(f"date,lat,lon,mode\n{rows}", encoding="utf-8")
    ingest_file(file, Ledger(home))


def waited(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def middle(seen: Workspace, route_id: str) -> tuple[float, float]:
    (route,) = (one for one in seen.routes(View(), 0).corridors if one.corridor_id == route_id)
    lon, lat = route.lines[0][len(route.lines[0]) // 2]
    return float(lon), float(lat)


@pytest.mark.slow
def test_new_incidents_are_on_the_older_network_until_the_newer_one_is_there(own, at, get, tmp_path):
    at(own)
    seen = sight()
    seen.builder = Builder(own)
    busiest = max(seen.routes(View(modes=("sea",)), 0).corridors, key=lambda one: one.incidents)
    before = get("/data/head").json()
    assert (before["network"][:2], before["building"]) == ("0-", None)
    known = {one.corridor_id: one.name for one in seen.routes(View(), 0).corridors}

    report(tmp_path, own, *middle(seen, busiest.corridor_id))
    seen._look()
    while_building = get("/data/head").json()
    assert while_building["version"] == 1
    assert while_building["network"] == before["network"]
    assert get("/data/head").json()["building"]
    picture = get("/data/hexes").json()
    assert (picture["version"], picture["stage"]) == (1, "routes")
    (drawn,) = (one for one in picture["corridors"] if one["properties"]["corridor_id"] == busiest.corridor_id)
    assert drawn["properties"]["incidents"] == busiest.incidents + NEW
    assert {one.corridor_id: one.name for one in seen.routes(View(), 1).corridors} == known

    waited(lambda: get("/data/head").json()["network"] != before["network"])
    after = get("/data/head").json()
    assert after["network"].startswith("1-")
    assert after["network"][2:] == before["network"][2:]
    waited(lambda: get("/data/head").json()["building"] is None)
    newer = {one.corridor_id: one for one in seen.routes(View(), 1).corridors}
    assert newer[busiest.corridor_id].incidents >= busiest.incidents + NEW
    assert len(known.keys() & newer.keys()) > len(known) / 2
    assert get("/data/hexes").json()["version"] == 1


@pytest.mark.slow
def test_the_first_network_of_a_workspace_is_laid_out_beside_the_server_too(tmp_path, home, monkeypatch):
    report(tmp_path, home, 12.6, 35.5)
    monkeypatch.setattr(
        "routes.pipelines.kept_network.network", lambda *_, **__: pytest.fail("it was laid out in the server")
    )
    seen = Workspace(Ledger(home), Builder(home))
    assert seen.ready(0) is None
    assert seen.network(0).version == 0
    assert seen.ready(0) is not None


def test_where_the_builder_fails_that_is_said_and_who_asks_lays_the_network_out(tmp_path, home, caplog):
    report(tmp_path, home, 12.6, 35.5)
    failing = Builder(tmp_path / "elsewhere")
    seen = Workspace(Ledger(home), failing)
    with caplog.at_level(logging.WARNING):
        assert seen.network(0).version == 0
    assert "The network could not be laid out" in caplog.text
    assert failing.stage is None


@pytest.fixture
def begun(monkeypatch) -> list[list[str]]:
    """Let the builder begin a program that ends at once, well; return what it began."""
    commands: list[list[str]] = []
    popen = builder.subprocess.Popen

    def begin(command: list[str], **special: object) -> object:
        commands.append(command)
        return popen([command[0], "-c", "print('drawing the routes')"], **special)

    monkeypatch.setattr("pages.data.network_builder.subprocess.Popen", begin)
    return commands


def test_a_version_is_tried_once_and_a_newer_one_after_a_rest(begun, home, monkeypatch):
    monkeypatch.setattr(builder, "REST", 1e9)
    one = Builder(home)
    one.begin(0)
    one.wait()
    one.begin(0)
    one.begin(1)
    one.wait()
    assert [command[1:] for command in begun] == [["-m", "routes", "build", "--home", str(home)]]
    one._rested = 0.0
    one.begin(0)
    assert len(begun) == 1
    one.begin(1)
    one.wait()
    assert len(begun) == 2
    assert one.stage is None


def test_what_is_under_way_goes_on_and_no_second_one_begins(home, monkeypatch):
    begun: list[list[str]] = []
    popen = builder.subprocess.Popen

    def begin(command: list[str], **special: object) -> object:
        begun.append(command)
        return popen([command[0], "-c", "print('drawing the routes', flush=True); input()"], **special, stdin=-1)

    monkeypatch.setattr("pages.data.network_builder.subprocess.Popen", begin)
    monkeypatch.setattr(builder, "REST", 0.0)
    one = Builder(home)
    one.begin(0)
    waited(lambda: one.stage == "drawing the routes")
    one.begin(1)
    assert len(begun) == 1
    assert one._thread is not None
    assert one._thread.is_alive()
