"""Workspaces to measure on, taken in through the product's own gate and laid out, once; kept under ``.bench/map/``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.map import fields
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file
from geodata.workspace.network_store import FOLDER, Networks
from routes.pipelines.kept_network import kept, standing

KEPT = Path(__file__).parent.parent.parent / ".bench" / "map"
LAST_DAY = date(2026, 11, 24)


def demonstration(incidents: int) -> Path:
    """Return the workspace of about so many demonstration incidents, as ``python -m geodata demo`` fills one."""

    def fill(ledger: Ledger) -> None:
        with demo_file(incidents, 1, LAST_DAY) as file:
            ingest_file(file, ledger)

    return _kept(f"demo-{incidents}", fill)


def field(hexes: int) -> Path:
    """Return the workspace of a made field: in each of so many hexes one incident of each kind."""

    def fill(ledger: Ledger) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "field.csv"
            fields.rows(hexes).write_csv(file)
            ingest_file(file, ledger)

    return _kept(f"field-{hexes}", fill)


@contextmanager
def copied(home: Path, *, bare: bool = False) -> Iterator[Path]:
    """Give a copy of a workspace, without its network if it is to be bare, that may be changed; gone when used."""
    left_out = shutil.ignore_patterns(FOLDER) if bare else None
    with TemporaryDirectory(dir=KEPT) as folder:
        yield Path(shutil.copytree(home, Path(folder) / "workspace", ignore=left_out))


def _kept(name: str, fill: Callable[[Ledger], None]) -> Path:
    home = KEPT / name
    if not home.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=KEPT) as folder:
            made = Path(folder) / "workspace"
            fill(Ledger(made))
            made.rename(home)
    _with_network(Ledger(home))
    return home


def _with_network(ledger: Ledger) -> None:
    """See that the network of a workspace is laid out, as it is once it has been opened."""
    store, version = Networks(ledger), ledger.version()
    facts = store.assumptions.facts()
    if version is not None and kept(store, version, facts, exactly=True) is None:
        standing(store, ledger.incidents(), version, facts)
