"""What a server does when it starts: it need not be asked to have the first picture ready."""

import gc
import sys
import time
from collections.abc import Iterator

import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.query import View
from pages.data.workspace_cache import Workspace
from pages.server import warm_up as startup

PATIENCE = 30


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the interpreter as it was found."""
    turn = sys.getswitchinterval()
    yield
    gc.unfreeze()
    sys.setswitchinterval(turn)


def test_the_first_picture_is_drawn_before_anybody_asks(tmp_path, home, monkeypatch):
    file = tmp_path / "reports.csv"
    file.write_text("source,date,lat,lon,mode,kind\nAlpha,2024-05-03,35.5,12.3,sea,rescue\n", encoding="utf-8")
    ingest_file(file, Ledger(home))
    seen = Workspace(Ledger(home))
    drawn = []
    for stage in ("hexes", "network"):
        monkeypatch.setattr(Workspace, stage, lambda _, *asked, stage=stage: drawn.append((stage, *asked)))
    startup.start(seen)
    end = time.monotonic() + PATIENCE
    while len(drawn) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert drawn == [("hexes", View(), 0), ("network", 0), ("hexes", View(), 0)]


def test_a_server_that_starts_lays_out_the_network_beside_itself_and_has_it_before_anybody_asks(tmp_path, home):
    file = tmp_path / "reports.csv"
    file.write_text("source,date,lat,lon,mode,kind\nAlpha,2024-05-03,35.5,12.3,sea,rescue\n", encoding="utf-8")
    ingest_file(file, Ledger(home))
    seen = Workspace(Ledger(home))
    startup.start(seen)
    end = time.monotonic() + PATIENCE
    while seen.ready(0) is None and time.monotonic() < end:
        time.sleep(0.05)
    assert seen.hexes(View(), 0).manifest["stage"] == "routes"
    assert len([*home.glob("network/v*")]) == 1


def test_an_empty_workspace_starts_without_a_picture(home, capfd):
    startup.start(Workspace(Ledger(home)))
    assert gc.get_freeze_count() > 0
    assert capfd.readouterr().err == ""
