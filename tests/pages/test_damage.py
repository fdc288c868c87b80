"""A damaged file costs what lies in it: pages show the rest with a notice, and no route answers without a sentence."""

from pathlib import Path

import pytest

from geodata.ledger import seals
from geodata.ledger.store import Ledger
from pages.data.workspace_cache import Workspace
from tests.screens import opened, texts

ROUTES = (
    "head",
    "hexes",
    "export?format=geojson",
    "points?box=0,0,1,1",
    "incidents?key=0000000000000000",
    "changes",
    "alerts",
    "hotspots",
    "areas",
    "arrivals?since=0",
    "freshness",
)


def damaged(home: Path, folder: str, pattern: str) -> Path:
    """Flip a bit in the middle of a file of the table of incidents."""
    path = next((home / "ledger" / "incidents" / folder).glob(pattern))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    seals.forget()
    return path


@pytest.fixture
def without_data(own: Path, at) -> Path:
    """Show a workspace whose one data file is damaged, and return the file."""
    at(own)
    return damaged(own, "", "*.parquet")


@pytest.fixture
def without_log(own: Path, at) -> Path:
    """Show a workspace of which not even the versions can be read, and return the file that is damaged."""
    at(own)
    seal = damaged(own, "_seals", "*.seal")
    seal.unlink()
    log = next((own / "ledger" / "incidents" / "_delta_log").glob("*.json"))
    log.write_bytes(log.read_bytes()[:500])
    return log


def test_the_head_names_the_damaged_file_and_still_tells_the_version(get, without_data):
    head = get("/data/head").json()
    assert head["version"] == 0
    assert head["incidents"] == 0
    assert f"{without_data.name} is damaged: " in head["trouble"]


@pytest.mark.slow
def test_no_route_answers_with_a_bare_error_where_a_data_file_is_damaged(get, without_data):
    for address in ROUTES:
        answer = get(f"/data/{address}")
        assert answer.error is None, address
        assert answer.status in (200, 400, 404), address


def test_every_route_names_the_file_where_no_version_can_be_read(get, without_log):
    for address in ROUTES:
        answer = get(f"/data/{address}")
        assert answer.error is None, address
        assert answer.status == 404, address
        assert without_log.name in answer.json()["error"], address


def test_no_answer_tells_where_on_this_machine_the_workspace_lies(get, own, without_log):
    for address in (
        "/data/export?format=csv",
        "/data/snapshot",
        "/data/head",
        "/ogc/collections",
        *map("/data/{}".format, ROUTES),
    ):
        assert str(own) not in get(address).body.decode(), address
    assert get("/data/export?format=csv").json()["error"].startswith("the workspace: ")


def test_a_workspace_that_cannot_be_read_is_said_without_its_folder(get, own, at):
    at(own)
    (own / "facts.toml").write_text("version = 3", encoding="utf-8")
    trouble = get("/data/head").json()["trouble"]
    assert "facts.toml" in trouble
    assert str(own) not in trouble


def test_a_fault_of_ours_is_one_sentence(get, own, at, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    at(own)
    monkeypatch.setattr(Workspace, "damage", broken)
    answer = get("/data/head")
    assert (answer.status, answer.error) == (500, None)
    assert answer.json() == {"error": "This cannot be answered; the log of the server says why."}
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("page", ["incidents.py", "routes.py", "countries.py", "changes.py"])
def test_a_page_shows_what_can_be_read_of_a_damaged_workspace(without_data, page):
    assert not opened(page).exception


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["without_data", "without_log"])
def test_every_page_begins_with_what_is_damaged(request, kind):
    path = request.getfixturevalue(kind)
    shown = opened("navigation.py")
    assert not shown.exception
    assert path.name in texts(shown)


def test_what_was_computed_without_a_file_is_computed_anew_once_it_is_put_back(own, monkeypatch):
    (path,) = (own / "ledger" / "incidents").glob("*.parquet")
    written = path.read_bytes()
    damaged(own, "", "*.parquet")
    monkeypatch.setattr("pages.data.workspace_cache.HEAD_SECONDS", 0.0)
    seen = Workspace(Ledger(own))
    assert len(seen.damage()) == 1
    assert seen.incidents(0).is_empty()
    path.write_bytes(written)
    seals.forget()
    assert seen.damage() == []
    assert seen.incidents(0).height > 100


def test_what_is_damaged_is_not_looked_for_at_every_turn(own, monkeypatch):
    seen = Workspace(Ledger(own))
    assert seen.damage() == []
    monkeypatch.setattr("pages.data.workspace_cache.damage", lambda _: ["File a is damaged."])
    assert seen.damage() == []
