"""The ledger proves itself: one bit that flips in any file is found, costs what lies there, and is never served."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import polars as pl
import pytest

from geodata.core.errors import RoutesError, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger import seals
from geodata.ledger.corridor_registry import CORRIDORS, EVENTS
from geodata.ledger.maintenance import adopt, compact, pin, restore, unproven, verify
from geodata.ledger.store import TABLES, DamagedLedger, Ledger
from geodata.workspace.assumptions_store import Theatre
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import damage, faults
from geodata.workspace.soundness import adopt as adopt_all

HEADER = "Main ID,Incident Date,Coordinates,Migration Route,Country of Origin,Number of Dead,Incident ID\n"
"""A whole edition, as the IOM workbook since 2024."""
SEED = 20_261_129


def edition(folder: Path, *rows: str, name: str = "edition.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def row(record: str, dead: int = 1, lat: float = 35.5) -> str:
    return f'{record},2024-05-03,"{lat}, 12.6",Central Mediterranean,Syria,{dead},{record}'


def other(folder: Path, *records: str) -> Path:
    """Write a file of another source."""
    path = folder / f"other-{records[0]}.csv"
    lines = "".join(f"partner,{record},2024-05-03,35.5,12.6,sea,rescue\n" for record in records)
    path.write_text(f"source,id,date,lat,lon,mode,kind\n{lines}", encoding="utf-8")
    return path


def filled(folder: Path, home: Path) -> Ledger:
    """Return a ledger of four batches with a revision, a refused row, a link, a compaction and corridors."""
    ledger = Ledger(home)
    ingest_file(edition(folder, row("a"), row("b"), row("c"), row("d", lat=95)), ledger)
    ingest_file(edition(folder, row("a"), row("b", dead=2, lat=35.7), row("c")), ledger)
    ingest_file(other(folder, "p", "q"), ledger)
    ids = ledger.incidents()["incident_id"]
    first, second = (next(name for name in ids if name.endswith(end)) for end in ("/a", "/p"))
    ledger.decide(first, second, "one event")
    compact(ledger)
    ingest_file(other(folder, "r"), ledger)
    ledger.append(CORRIDORS, pl.DataFrame({"corridor_id": ["c1"]}))
    ledger.append(EVENTS, pl.DataFrame({"corridor_id": ["c1"], "version": [1], "at": ["2024"]}))
    pin(ledger, "briefing", 1)
    Theatre(home).keep(Theatre(home).text())
    networks = Networks(ledger)
    record = {"routes": ["a route, übers Meer"], "length_km": 12.5}
    networks.keep(networks.state(1, "facts", "method"), record, {"segments": pl.DataFrame({"km": [1.0, 2.0]})})
    return ledger


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    filled(folder, folder / "workspace")
    return folder / "workspace"


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of the workspace, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def data_file(home: Path, table: str, version: int) -> Path:
    """Return the largest data file that a version of a table added."""
    seal, _ = Ledger(home).sealed(table)._seals()
    return max((home / "ledger" / table / name for name in seal[version].files), key=lambda path: path.stat().st_size)


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def named(path: Path, home: Path) -> str:
    """Return how a sentence names a file: a digest by the file that it is of, a file of a network by the network."""
    inside = path.relative_to(home)
    if inside.parts[0] == "network":
        return str(inside.parent)
    return (
        str(inside.parent / path.name.removeprefix(".").removesuffix(".sha256")) if path.name[0] == "." else str(inside)
    )


def served(ledger: Ledger) -> dict[str, pl.DataFrame]:
    tables = {"incidents": ledger.incidents(), "reports": ledger.reports(), "links": ledger.decisions()}
    return tables | {"refusals": ledger.refusals()}


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.long)])
def test_every_flipped_bit_is_found_and_none_is_served_as_true(home, count):
    chance = random.Random(SEED)
    truth = served(Ledger(home))
    files = sorted(path for path in home.rglob("*") if path.is_file())
    assert faults(Ledger(home)) == []
    for number in range(count):
        path = files[number % len(files)]
        before, facts = path.read_bytes(), path.stat()
        flip(path, chance.randrange(len(before) * 8))
        ledger = Ledger(home)
        what = f"bit flipped in {path.relative_to(home)}"
        seals.forget()
        if chance.random() < 0.2:  # what is read first, before anything is verified
            try:
                read = served(ledger)
            except RoutesError:
                read = truth
            damage = ledger.damage()
            for name, frame in truth.items():
                if not read[name].equals(frame):
                    assert damage, f"{what}: {name} differs, and nobody says so"
                    true = truth["reports"] if name == "incidents" else frame  # a link that is lost joins no more
                    assert read[name].join(true, on=frame.columns, how="anti", nulls_equal=True).is_empty(), what
            path.write_bytes(before)
            flip(path, chance.randrange(len(before) * 8))
        assert any(named(path, home) in fault for fault in faults(Ledger(home))), f"{what}: not found"
        path.write_bytes(before)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        seals.forget()
    assert faults(Ledger(home)) == []
