"""Workspaces of the demonstration with the network that stands on them: laid out once, as that costs many seconds."""

from datetime import date
from pathlib import Path

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file
from geodata.workspace.network_store import Networks
from routes.pipelines.kept_network import Standing, standing

LAST_DAY = date(2026, 11, 24)


def laid_out(home: Path) -> Standing:
    """Return the network of a workspace as it is now, laid out and kept if it was not."""
    store = Networks(Ledger(home))
    version = store.ledger.version()
    assert version is not None
    return standing(store, store.ledger.incidents(version), version, store.assumptions.facts())


def demonstration(home: Path, count: int, seed: int) -> Path:
    """Take the demonstration into a workspace and lay its network out."""
    with demo_file(count, seed, LAST_DAY) as file:
        ingest_file(file, Ledger(home))
    laid_out(home)
    return home
