"""The ledger proves itself: one bit that flips in any file is found, costs what lies there, and is never served."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import polars as pl
import pytest

from geodata.core.errors import RoutesError, UnknownVersion, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger import seals
from geodata.ledger.corridor_registry import CORRIDORS, EVENTS
from geodata.ledger.maintenance import compact, pin, restore, verify
from geodata.ledger.store import DamagedLedger, Ledger
from geodata.ledger.version_diff import changes, undo
from geodata.workspace.assumptions_store import AssumptionsStore
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import adopt, damage, faults, unproven

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
    AssumptionsStore(home).keep(AssumptionsStore(home).text())
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


@pytest.mark.parametrize(
    "count", [20, pytest.param(200, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.long)]
)
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
            said = ledger.damage()
            for name, frame in truth.items():
                if not read[name].equals(frame):
                    assert said, f"{what}: {name} differs, and nobody says so"
                    true = truth["reports"] if name == "incidents" else frame  # a link that is lost joins no more
                    assert read[name].join(true, on=frame.columns, how="anti", nulls_equal=True).is_empty(), what
            path.write_bytes(before)
            flip(path, chance.randrange(len(before) * 8))
        assert any(named(path, home) in fault for fault in faults(Ledger(home))), f"{what}: not found"
        path.write_bytes(before)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        seals.forget()
    assert faults(Ledger(home)) == []


def damaged(home: Path, table: str, version: int) -> Path:
    """Flip a bit in the largest data file that a version of a table added."""
    path = data_file(home, table, version)
    flip(path, 8 * (path.stat().st_size // 2))
    return path


def test_a_damaged_file_costs_what_lies_in_it_and_the_rest_is_shown(home):
    ledger = Ledger(home)
    before = ledger.reports()
    newest = ledger.history()[0][0]
    path = damaged(home, "incidents", newest)
    said = damage(Ledger(home))
    assert said == [
        f"File ledger/incidents/{path.name} is damaged: 1 incident written with version {newest} cannot be shown."
    ]
    left = Ledger(home).reports()
    assert left.height == before.height - 1
    assert left.join(before, on="incident_id", how="anti").is_empty()
    assert damage(Ledger(home), newest - 1) == []


@pytest.mark.parametrize("table", ["refusals", "links", CORRIDORS, EVENTS])
def test_damage_to_a_table_beside_the_incidents_leaves_these_as_they_are(home, table):
    before = Ledger(home).reports()
    path = damaged(home, table, 0)
    assert f"File ledger/{table}/{path.name} is damaged: 1 row written with version 0" in damage(Ledger(home))[0]
    assert Ledger(home).reports().equals(before)
    assert Ledger(home).rows(table).is_empty()


def test_nothing_is_built_upon_what_is_damaged(tmp_path, home):
    ledger = Ledger(home)
    newest, batch = ledger.history()[0]
    damaged(home, "incidents", newest)
    refused = pytest.raises(DamagedLedger, match=r"is damaged: .* nothing was .*; `python -m geodata restore`")
    with refused:
        ingest_file(other(tmp_path, "s"), ledger)
    with refused:
        undo(ledger, batch.batch)
    with refused:
        compact(ledger)
    with refused:
        changes(ledger, newest - 1)
    networks = Networks(ledger)
    with refused:
        networks.keep(networks.state(9, "facts", "method"), {}, {})
    assert Ledger(home).version() == newest


def test_a_batch_is_not_taken_back_where_what_stood_before_it_is_damaged(home):
    ledger = Ledger(home)
    version, revision = ledger.history()[-2]
    damaged(home, "incidents", version - 1)
    assert damage(ledger) == []
    with pytest.raises(DamagedLedger, match="nothing was changed"):
        undo(ledger, revision.batch)


def test_the_last_sound_version_is_taken_again_and_what_is_lost_can_be_taken_in_again(tmp_path, home):
    ledger = Ledger(home)
    before, (newest, batch) = ledger.reports(), ledger.history()[0]
    path = damaged(home, "incidents", newest)
    said = restore(Ledger(home))
    assert path.name in said[0]
    assert f"Version {newest - 1} of table incidents stands again, as version {newest + 1}." in said
    assert said[-1] == f"Batch {batch.batch} of other-r.csv is lost: take the file in again."
    assert faults(Ledger(home)) == []
    assert batch.batch not in [one.batch for _, one in Ledger(home).history()]
    again = ingest_file(other(tmp_path, "r"), Ledger(home)).batch
    assert again.kept == 1
    assert Ledger(home).reports().drop("batch").equals(before.drop("batch"))
    assert faults(Ledger(home)) == []


def test_the_rest_of_the_newest_version_is_kept_where_no_earlier_one_is_sound_or_where_that_is_asked_for(tmp_path):
    home = tmp_path / "workspace"
    rows = [row(name) for name in "abc"]
    ingest_file(edition(tmp_path, *rows), Ledger(home))
    ingest_file(other(tmp_path, "p"), Ledger(home))
    path = damaged(home, "incidents", 0)
    said = restore(Ledger(home))
    assert said[-1] == "The rest of table incidents stands as version 2."
    assert Ledger(home).reports()["source"].to_list() == ["partner"]
    assert faults(Ledger(home)) == []
    assert not path.exists()
    assert ingest_file(edition(tmp_path, *rows), Ledger(home)).batch.kept == 3
    damaged(home, "incidents", 3)
    assert restore(Ledger(home), keep_rest=True)[-1] == "The rest of table incidents stands as version 4."
    assert faults(Ledger(home)) == []


def test_a_sound_ledger_is_not_restored(home):
    with pytest.raises(WrongValue, match="the ledger is sound"):
        restore(Ledger(home))


def test_a_damaged_commit_is_put_back_from_its_copy_when_the_ledger_is_read(home):
    path = home / "ledger" / "incidents" / "_delta_log" / f"{1:020d}.json"
    written, truth = path.read_bytes(), Ledger(home).reports()
    for content in (written[:100], written.replace(b'"add"', b'"aed"'), b""):
        path.write_bytes(content)
        seals.forget()
        assert Ledger(home).reports().equals(truth)
        assert path.read_bytes() == written
    path.unlink()
    assert Ledger(home).reports().equals(truth)


def test_a_damaged_commit_without_a_copy_costs_what_came_after_it(home):
    log = home / "ledger" / "incidents" / "_delta_log"
    shutil.rmtree(home / "ledger" / "incidents" / "_seals")
    newest = Ledger(home).version()
    truth = Ledger(home).reports(newest - 1)
    path = log / f"{newest:020d}.json"
    path.write_bytes(path.read_bytes()[:200])
    assert Ledger(home).reports().equals(truth)
    assert (
        f"{path.name} is damaged: table incidents is shown as it was at version {newest - 1}."
        in damage(Ledger(home))[0]
    )
    with pytest.raises(UnknownVersion, match=path.name):
        Ledger(home).reports(newest)
    assert path.name in restore(Ledger(home))[0]
    assert faults(Ledger(home)) == []
    assert Ledger(home).reports().equals(truth)


@pytest.mark.parametrize("pattern", ["_last_checkpoint", "*.checkpoint.parquet"])
def test_damage_to_a_checkpoint_costs_nothing_and_is_found(home, pattern):
    Ledger(home).require(EVENTS).create_checkpoint()
    Ledger(home).append(EVENTS, pl.DataFrame({"corridor_id": ["c2"], "version": [2], "at": ["2025"]}))
    truth = Ledger(home).rows(EVENTS).sort("at")
    assert faults(Ledger(home)) == []
    (path,) = (home / "ledger" / EVENTS / "_delta_log").glob(pattern)
    flip(path, 8 * 20 + 1)
    assert [path.name in fault for fault in faults(Ledger(home))] == [True]
    assert Ledger(home).rows(EVENTS).sort("at").equals(truth)
    assert faults(Ledger(home)) == []


def test_a_ledger_of_an_earlier_version_of_this_product_is_vouched_for_with_the_next_commit_or_when_asked(
    tmp_path, home
):
    for folder in (home / "ledger").glob("*/_seals"):
        shutil.rmtree(folder)
    count = unproven(Ledger(home))
    assert count > 0
    assert faults(Ledger(home)) == []
    adopt(Ledger(home))
    assert unproven(Ledger(home)) == 0
    shutil.rmtree(home / "ledger" / "incidents" / "_seals")
    ingest_file(other(tmp_path, "t"), Ledger(home))
    assert unproven(Ledger(home)) == 0
    damaged(home, "incidents", 0)
    assert len(faults(Ledger(home))) == 1


def test_a_damaged_seal_is_made_anew_when_asked(home):
    path = home / "ledger" / "incidents" / "_seals" / f"{1:020d}.seal"
    flip(path, 1000)
    assert path.name in faults(Ledger(home))[0]
    adopt(Ledger(home))
    assert faults(Ledger(home)) == []


def test_a_file_that_was_changed_by_hand_is_said_until_it_is_vouched_for(home):
    path = home / "facts.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    assert damage(Ledger(home))[0].startswith("File facts.toml is not as it was written")
    adopt(Ledger(home))
    assert damage(Ledger(home)) == faults(Ledger(home)) == []


def test_a_file_that_cannot_be_parsed_is_left_out_where_nothing_vouches_for_it(home):
    shutil.rmtree(home / "ledger" / EVENTS / "_seals")
    path = next((home / "ledger" / EVENTS).glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-40])
    assert Ledger(home).rows(EVENTS).is_empty()
    assert path.name in damage(Ledger(home))[0]
    assert path.name in verify(Ledger(home))[0]
