"""A kept network that is damaged, of another method or of other assumptions is never served: it is laid out anew."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from geodata.ledger.store import Ledger
from geodata.model.assumptions import facts_from
from geodata.model.query import View
from geodata.workspace.assumptions_store import AssumptionsStore
from geodata.workspace.network_store import FOLDER, RECORD
from pages.data.workspace_cache import Workspace
from routes.core.corridor import METHOD_VERSION
from tests.workspaces import demonstration

pytestmark = pytest.mark.slow


def told(home: Path) -> dict[str, tuple[str, int, float]]:
    """Return what a server that starts tells of the routes."""
    found = Workspace(Ledger(home)).routes(View(), 0).corridors
    return {one.corridor_id: (one.name, one.incidents, round(one.flow, 6)) for one in found}


def folder(home: Path) -> Path:
    (only,) = (home / FOLDER).glob("v*")
    return only


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x01
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "share"),
    [("members.parquet", 0.5), ("members.parquet", 0.0), (RECORD, 0.5), (RECORD, 0.99)],
)
def test_a_damaged_network_is_said_taken_away_and_laid_out_anew_with_the_same_ids(own, caplog, name, share):
    before = told(own)
    damaged = folder(own) / name
    flip(damaged, int(share * (damaged.stat().st_size - 1)))
    with caplog.at_level(logging.WARNING):
        after = told(own)
    (said,) = [line for line in caplog.messages if "the kept network is damaged" in line]
    assert said.endswith("it was taken away, and is laid out anew.")
    assert str(folder(own)) in said
    assert after == before
    caplog.clear()
    assert told(own) == before
    assert "damaged" not in caplog.text


def test_a_network_of_which_a_table_is_missing_is_damaged_too(own, caplog):
    before = told(own)
    next(folder(own).glob("*.parquet")).unlink()
    with caplog.at_level(logging.WARNING):
        assert told(own) == before
    assert "the kept network is damaged" in caplog.text


def test_a_network_of_another_method_is_not_served(own, monkeypatch):
    before, old = told(own), folder(own)
    for place in ("pages.data.workspace_cache", "routes.pipelines.kept_network"):
        monkeypatch.setattr(f"{place}.METHOD_VERSION", f"{METHOD_VERSION}-next")
    seen = Workspace(Ledger(own))
    assert seen.ready(0) is None
    assert seen.laid_out(0) == ""
    assert seen.hexes(View(), 0).manifest["stage"] == "hexes"
    assert seen.network(0).version == 0
    methods = {
        path: json.loads((path / RECORD).read_text(encoding="utf-8"))["state"]["method"]
        for path in (own / FOLDER).glob("v*")
    }
    assert methods.pop(old) == METHOD_VERSION
    assert [*methods.values()] == [f"{METHOD_VERSION}-next"]
    assert {one.corridor_id for one in seen.routes(View(), 0).corridors} == set(before)


def test_other_facts_are_another_network_and_the_old_ones_are_the_old_one_again(own):
    seen = Workspace(Ledger(own))
    before, shown = told(own), seen.laid_out(0)
    theatre = AssumptionsStore(own)
    text = theatre.text()
    theatre.keep(text.replace("destinations-2", "theatre-1").replace('default = ["EU"]', 'default = ["GBR"]'))
    assert seen.laid_out(0) == ""
    assert seen.hexes(View(), 0).manifest["stage"] == "hexes"
    assert seen.snapshot(View(), 0).manifest["facts"] == "theatre-1"
    assert seen.laid_out(0) not in ("", shown)
    theatre.keep(text)
    assert seen.laid_out(0) == shown
    assert told(own) == before
    assert seen.snapshot(View(), 0).manifest["facts"] == "destinations-2"


def test_facts_to_try_are_laid_out_for_the_one_who_tries_them_and_kept_nowhere(own):
    seen = Workspace(Ledger(own))
    shown, networks = seen.laid_out(0), sorted((own / FOLDER).glob("v*"))
    trial = facts_from(AssumptionsStore(own).text().replace("destinations-2", "trial"))
    assert seen.routes(View(), 0, facts=trial).movement.facts_version == "trial"
    assert seen.routes(View(), 0).movement.facts_version == "destinations-2"
    assert seen.laid_out(0) == shown
    assert sorted((own / FOLDER).glob("v*")) == networks


def test_a_network_of_another_ledger_in_its_place_is_not_served(own, small, tmp_path):
    other = demonstration(tmp_path / "other", 150, 4)
    shutil.rmtree(own / FOLDER)
    shutil.copytree(other / FOLDER, own / FOLDER)
    assert Workspace(Ledger(own)).ready(0) is None
