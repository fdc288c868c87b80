"""The ledger over time: editions revise and withdraw, batches are taken back, and upkeep loses nothing."""

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from geodata.core.errors import WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger import store
from geodata.ledger.data_files import write
from geodata.ledger.maintenance import compact, pin, pins, unpin, verify
from geodata.ledger.store import BusyLedger, Ledger
from geodata.ledger.version_diff import changes, undo

HEADER = "Main ID,Incident Date,Coordinates,Migration Route,Country of Origin,Number of Dead,Incident ID\n"
"""A whole edition, as the IOM workbook since 2024."""


def edition(folder: Path, *rows: str, name: str = "edition.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def row(record: str, dead: int = 1, lat: float = 35.5, part: str = "") -> str:
    return f'{record},2024-05-03,"{lat}, 12.6",Central Mediterranean,Syria,{dead},{record}{part}'


@pytest.fixture
def ledger(tmp_path: Path, home: Path) -> Ledger:
    made = Ledger(home)
    ingest_file(edition(tmp_path, row("a"), row("b"), row("c")), made)
    return made


def ids(ledger: Ledger, version: int | None = None) -> list[str]:
    return [name.partition("/")[2] for name in ledger.incidents(version)["incident_id"]]


def test_an_edition_updates_adds_and_withdraws_in_one_commit_and_history_is_kept(tmp_path, ledger):
    batch = ingest_file(edition(tmp_path, row("a"), row("b", dead=2), row("d")), ledger).batch
    assert (batch.kept, batch.updated, batch.withdrawn, batch.duplicates) == (1, 1, 1, 1)
    assert ids(ledger) == ["a", "b", "d"]
    assert ids(ledger, 0) == ["a", "b", "c"]
    assert ledger.version() == 1
    assert verify(ledger) == []


def test_a_record_splits_and_merges_again(tmp_path, ledger):
    split = ingest_file(edition(tmp_path, row("a", 1, 35.5), row("a", 2, 35.6), row("b"), row("c")), ledger).batch
    assert (split.kept, split.updated, split.splits) == (1, 0, 1)
    assert ids(ledger) == ["a", "a#2", "b", "c"]
    merged = ingest_file(edition(tmp_path, row("a", 3), row("b"), row("c")), ledger).batch
    assert (merged.updated, merged.withdrawn, merged.merges) == (1, 1, 1)
    assert ids(ledger) == ["a", "b", "c"]
    assert verify(ledger) == []


def test_a_refused_row_is_not_withdrawn(tmp_path, ledger):
    batch = ingest_file(edition(tmp_path, row("a"), row("b"), row("c", lat=95)), ledger).batch
    assert (batch.refused, batch.withdrawn) == (1, 0)
    assert ids(ledger) == ["a", "b", "c"]


def test_an_edition_that_leaves_out_very_much_is_refused_unless_it_is_meant(tmp_path, home):
    ledger = Ledger(home)
    ingest_file(edition(tmp_path, *(row(f"r{number:03}") for number in range(100))), ledger)
    with pytest.raises(WrongValue, match=r"leaves out 99 of the 100 .* say --withdraw"):
        ingest_file(edition(tmp_path, row("r000")), ledger)
    assert len(ids(ledger)) == 100
    assert ingest_file(edition(tmp_path, row("r000")), ledger, may_withdraw=True).batch.withdrawn == 99


def test_changes_between_versions_name_the_fields(tmp_path, ledger):
    ingest_file(edition(tmp_path, row("a"), row("b", dead=2, lat=35.7), row("d")), ledger)
    found = changes(ledger, 0, 1)
    named = {name.partition("/")[2]: (change, set(fields)) for name, _, change, fields in found.iter_rows()}
    assert named["c"] == ("withdrawn", set())
    assert named["d"] == ("added", set())
    change, fields = named["b"]
    assert change == "updated"
    assert {"lat", "dead", "people"} <= fields
    assert "lon" not in fields
    assert changes(ledger, 1, 1).is_empty()


def test_a_batch_can_be_taken_back_and_everything_stands_as_before(tmp_path, ledger):
    before = ledger.incidents()
    batch = ingest_file(edition(tmp_path, row("a"), row("b", dead=2), row("d")), ledger).batch
    undone = undo(ledger, batch.batch)
    assert undone.kept_as_revised == 0
    assert ledger.incidents().equals(before)
    assert ids(ledger, 1) == ["a", "b", "d"]
    assert verify(ledger) == []
    with pytest.raises(WrongValue, match="taken back already"):
        undo(ledger, batch.batch)


def test_what_later_batches_revised_stays_when_an_earlier_one_is_taken_back(tmp_path, ledger):
    batch = ingest_file(edition(tmp_path, row("a"), row("b", dead=2), row("c"), row("d")), ledger).batch
    ingest_file(edition(tmp_path, row("a"), row("b", dead=5), row("c"), row("d")), ledger)
    undone = undo(ledger, batch.batch)
    assert undone.kept_as_revised == 1
    assert ids(ledger) == ["a", "b", "c"]
    assert ledger.incidents().filter(pl.col("source_record") == "b")["dead"].item() == 5
    assert verify(ledger) == []


def test_taking_back_an_unknown_batch_is_one_sentence(ledger):
    with pytest.raises(WrongValue, match="there is no batch 'b-0'"):
        undo(ledger, "b-0")


def test_compaction_changes_no_version_and_a_pinned_one_outlives_retention(tmp_path, ledger):
    for dead in range(2, 6):
        ingest_file(edition(tmp_path, row("a"), row("b", dead=dead), row("c")), ledger)
    contents = {version: ledger.incidents(version) for version in range(5)}
    assert pin(ledger, "briefing", 1) == 1
    compacted = compact(ledger)
    assert compacted.after <= compacted.before
    assert all(ledger.incidents(version).equals(frame) for version, frame in contents.items())
    assert compact(ledger, keep_days=0).given_up > 0
    assert ledger.incidents(1).equals(contents[1])
    assert ledger.incidents().equals(contents[4])
    assert verify(ledger) == []
    unpin(ledger, "briefing")
    assert pins(ledger) == {}


def test_verify_finds_a_file_that_is_gone(ledger):
    next(Path(ledger.address("incidents")).glob("*.parquet")).unlink()
    assert "is missing: 3 incidents written with version 0 cannot be shown." in verify(ledger)[0]


def test_a_workspace_that_cannot_be_written_is_one_sentence(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(Exception, match="nothing was stored"):
        ingest_file(edition(tmp_path, row("a")), Ledger(blocked))


def test_tables_may_stand_at_an_address_apart_from_the_workspace(tmp_path, home):
    (tmp_path / "store").mkdir()
    apart = Ledger(home, tables=f"file://{tmp_path}/store")
    ingest_file(edition(tmp_path, row("a"), row("b")), apart)
    ingest_file(edition(tmp_path, row("a"), row("b"), row("c")), apart)
    assert ids(apart) == ["a", "b", "c"]
    assert verify(apart) == []
    assert not (home / "ledger").exists()


def test_a_commit_that_fails_leaves_no_data_file_behind(tmp_path, ledger, monkeypatch):
    def overtaken(*_: object, **__: object) -> None:
        raise CommitFailedError

    before = sorted(path.name for path in (ledger.home / "ledger" / "incidents").glob("*.parquet"))
    monkeypatch.setattr(DeltaTable, "create_write_transaction", overtaken)
    monkeypatch.setattr("geodata.ledger.store._ATTEMPTS", 2)
    with pytest.raises(BusyLedger, match="2 attempts"):
        ingest_file(edition(tmp_path, row("a"), row("b"), row("c"), row("d")), ledger)
    assert sorted(path.name for path in (ledger.home / "ledger" / "incidents").glob("*.parquet")) == before
    assert ids(ledger) == ["a", "b", "c"]


def test_an_interrupt_just_after_a_commit_leaves_the_ledger_sound(tmp_path, ledger, monkeypatch):
    commit = DeltaTable.create_write_transaction

    def interrupted(*given: object, **named: object) -> None:
        commit(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(DeltaTable, "create_write_transaction", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest_file(edition(tmp_path, row("a"), row("b"), row("c"), row("d")), ledger)
    assert ids(ledger) == ["a", "b", "c", "d"]
    assert verify(ledger) == []


def test_a_commit_that_stands_though_it_was_said_to_be_overtaken_keeps_its_files(tmp_path, ledger, monkeypatch):
    commit = DeltaTable.create_write_transaction

    def misled(*given: object, **named: object) -> None:
        commit(*given, **named)
        raise CommitFailedError

    monkeypatch.setattr(DeltaTable, "create_write_transaction", misled)
    batch = ingest_file(edition(tmp_path, row("a"), row("b"), row("c"), row("d")), ledger).batch
    assert (batch.kept, batch.duplicates) == (0, 4)
    assert ids(ledger) == ["a", "b", "c", "d"]
    assert verify(ledger) == []


def test_a_batch_that_only_revised_and_one_that_only_added_are_taken_back(tmp_path, ledger):
    first = ledger.incidents().drop("batch")
    for rows, back, gone in [
        ((row("a"), row("b", dead=2), row("c")), 1, 0),
        ((row("a"), row("b"), row("c"), row("d")), 0, 1),
    ]:
        batch = ingest_file(edition(tmp_path, *rows), ledger).batch
        undone = undo(ledger, batch.batch)
        assert (undone.batch.updated, undone.batch.withdrawn, undone.kept_as_revised) == (back, gone, 0)
        assert ledger.incidents().drop("batch").equals(first)
    assert verify(ledger) == []


def test_compaction_makes_one_file_of_those_that_stand(tmp_path, ledger):
    for more in ("d", "de"):
        ingest_file(edition(tmp_path, *(row(record) for record in "abc" + more)), ledger)
    files = len(ledger.table().file_uris())
    compacted = compact(ledger)
    assert files == 3
    assert len(ledger.table().file_uris()) == 1
    assert compacted.before - compacted.after >= files - 1
    assert compacted.given_up == 0


def test_a_table_that_another_writer_made_in_between_is_added_to(ledger, monkeypatch):
    """Both found no table; the other one's write stands, ours fails, and is tried again once."""
    one, other = (pl.DataFrame({"note": [word]}) for word in ("mine", "theirs"))
    write = store.write_deltalake

    def overtaken(address: str, rows: object, **options: object) -> None:
        monkeypatch.setattr(store, "write_deltalake", write)
        write(address, other.to_arrow())
        raise OSError("the table is there")

    monkeypatch.setattr(store, "write_deltalake", overtaken)
    ledger.append("notes", one)
    assert sorted(ledger.rows("notes")["note"]) == ["mine", "theirs"]

    def full(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(store, "write_deltalake", full)
    with pytest.raises(store.UnwritableLedger, match="no room"):
        ledger.append("notes", one)


def test_the_log_tells_the_range_of_sources_and_places_of_a_file_by_name(tmp_path, ledger):
    told = write(ledger.reports(), tmp_path / "some.parquet").statistics
    assert told["numRecords"] == 3
    assert (
        told["minValues"] == told["maxValues"] == {"source": "IOM Missing Migrants Project", "lat": 35.5, "lon": 12.6}
    )
    assert told["nullCount"] == {"source": 0, "lat": 0, "lon": 0}
