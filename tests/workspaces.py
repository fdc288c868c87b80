"""Workspaces of the demonstration with the network that stands on them.

Each is laid out once in a run of the tests, as that costs many seconds, for all of its processes.
"""

import os
from datetime import date
from pathlib import Path
from shutil import copytree

from geodata.core.file_lock import exclusive_lock
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file
from geodata.workspace.network_store import Networks
from routes.pipelines.kept_network import Standing, standing

SHELF = "ROUTES_TESTS_SHELF"
"""Names the folder in which a run of the tests keeps the workspaces that it has made."""
LAST_DAY = date(2026, 11, 24)


def laid_out(home: Path) -> Standing:
    """Return the network of a workspace as it is now, laid out and kept if it was not."""
    store = Networks(Ledger(home))
    version = store.ledger.version()
    assert version is not None
    return standing(store, store.ledger.incidents(version), version, store.assumptions.facts())


def demonstration(home: Path, count: int, seed: int) -> Path:
    """Take the demonstration into a workspace and lay its network out."""
    if home.exists():
        return _made(home, count, seed)
    kept = Path(os.environ[SHELF]) / f"{count}-{seed}"
    with exclusive_lock(kept.with_suffix(".lock")):
        if not kept.is_dir():
            _made(kept.with_suffix(".new"), count, seed).rename(kept)
    return Path(copytree(kept, home))


def _made(home: Path, count: int, seed: int) -> Path:
    with demo_file(count, seed, LAST_DAY) as file:
        ingest_file(file, Ledger(home))
    laid_out(home)
    return home
