"""Networks on a disk: each whole or not at all, told apart by ledger, facts and method; damage is never served."""

import logging
import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger, UnwritableLedger
from geodata.workspace.network_store import FOLDER, KEPT, RECORD, Networks

RECORDED = {"routes": [{"name": "Zuwara – Lampedusa", "flow": 0.1 + 0.2}], "notes": ["é"], "none": None}
TABLES = {
    "members": pl.DataFrame({"incident_id": ["a", None], "km": [1.5, float("nan")]}),
    "piles": pl.DataFrame({"x": [0.1, 0.2]}),
}


def filled(home: Path) -> Ledger:
    file = home.parent / f"{home.name}.csv"
    file.write_text("date,lat,lon,kind\n2024-05-03,35.5,12.6,rescue\n", encoding="utf-8")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    return ledger


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Path:
    """Return a workspace with one incident, to be copied."""
    return filled(tmp_path_factory.mktemp("networks") / "workspace").home


@pytest.fixture
def store(full, home) -> Networks:
    return Networks(Ledger(Path(shutil.copytree(full, home))))


def keep(store: Networks, *versions: int, facts: str = "facts", method: str = "method", record: object = None) -> None:
    for version in versions:
        store.keep(store.state(version, facts, method), {**RECORDED, "version": version, "more": record}, TABLES)


def nearest(store: Networks, version: int, facts: str = "facts", method: str = "method") -> int | None:
    found = store.nearest(store.state(version, facts, method))
    return found.version if found else None


def folders(store: Networks) -> list[str]:
    return sorted(path.name for path in (store.ledger.home / FOLDER).iterdir())


# What is kept


def test_what_is_kept_is_read_exactly_also_by_another_process(store):
    keep(store, 3)
    again = Networks(Ledger(store.ledger.home))
    found = again.read(again.state(3, "facts", "method"))
    assert found.record == {**RECORDED, "version": 3, "more": None}
    assert found.tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        assert_frame_equal(found.tables[name], table)


def test_a_network_is_told_apart_by_version_facts_and_method(store):
    keep(store, 3)
    assert store.read(store.state(4, "facts", "method")) is None
    assert store.read(store.state(3, "other", "method")) is None
    assert store.read(store.state(3, "facts", "other")) is None
    assert nearest(store, 3, facts="other") is nearest(store, 3, method="other") is None


def test_a_network_of_another_ledger_in_the_same_place_is_none(store):
    keep(store, 1)
    home, identity = store.ledger.home, store.ledger.identity()
    kept = Path(shutil.move(home / FOLDER, home.parent / "kept"))
    shutil.rmtree(home)
    filled(home)
    shutil.move(kept, home / FOLDER)
    again = Networks(Ledger(home))
    assert again.ledger.identity() != identity
    assert nearest(again, 1) is None
    assert again.read(again.state(1, "facts", "method")) is None


@pytest.mark.parametrize(("wanted", "found"), [(1, 3), (3, 3), (5, 3), (7, 7), (99, 9)])
def test_the_nearest_is_the_newest_that_is_no_newer_else_the_oldest(store, wanted, found):
    keep(store, 3, 7, 9)
    assert nearest(store, wanted) == found


def test_where_nothing_is_kept_nothing_is_near(store, tmp_path):
    assert nearest(store, 3) is None
    assert nearest(Networks(Ledger(tmp_path / "nowhere")), 0) is None
    assert not (tmp_path / "nowhere").exists()


def test_a_network_takes_the_place_of_the_one_of_the_same_state(store):
    keep(store, 3, record="first")
    keep(store, 3, record="second")
    assert store.read(store.state(3, "facts", "method")).record["more"] == "second"
    assert len(folders(store)) == 1


def test_the_oldest_versions_go_and_no_more_stay_than_are_to_be_kept(store):
    keep(store, *range(1, KEPT + 3))
    assert len(folders(store)) == KEPT
    assert nearest(store, 0) == 3


def test_those_of_other_facts_go_before_those_of_the_same(store):
    keep(store, 8, 9, facts="tried")
    keep(store, 1, 2)
    assert len(folders(store)) == KEPT
    assert (nearest(store, 9, facts="tried"), nearest(store, 2)) == (9, 2)
    keep(store, 3)
    assert nearest(store, 9, facts="tried") is None
    assert nearest(store, 1) == 1


def test_what_is_kept_now_stays_although_it_is_the_oldest(store):
    keep(store, 5, 6, 7)
    keep(store, 2)
    assert nearest(store, 2) == 2
    assert len(folders(store)) == KEPT


# What is damaged


def files(store: Networks) -> list[Path]:
    return sorted((store.ledger.home / FOLDER).glob("v*/*"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", [RECORD, "members.parquet", "piles.parquet"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_a_flipped_byte_is_found_and_what_it_stands_in_never_served(store, name, share, caplog):
    keep(store, 3)
    (path,) = (one for one in files(store) if one.name == name)
    flip(path, min(int(share * path.stat().st_size), path.stat().st_size - 1))
    with caplog.at_level(logging.WARNING):
        assert store.read(store.state(3, "facts", "method")) is None
    assert "the kept network is damaged" in caplog.text
    assert "it was taken away, and is laid out anew" in caplog.text
    assert folders(store) == []
    keep(store, 3)
    assert store.read(store.state(3, "facts", "method")).record["version"] == 3


def test_whichever_byte_of_a_record_is_flipped_nothing_else_than_what_was_kept_is_read(store):
    keep(store, 3)
    (path,) = (one for one in files(store) if one.name == RECORD)
    whole, state = path.read_bytes(), store.state(3, "facts", "method")
    for place in range(len(whole)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole)
        for name, table in TABLES.items():
            table.write_parquet(path.parent / f"{name}.parquet")
        flip(path, place)
        near = store.nearest(state)
        found = store.read(near) if near else None
        assert found is None or found.record == {**RECORDED, "version": 3, "more": None}, place


def test_a_network_whose_head_says_another_state_hides_no_other_one_and_is_tidied_away(store):
    keep(store, 3, 5)
    record = next(one for one in files(store) if one.name == RECORD and "v00000005" in str(one))
    record.write_text(record.read_text(encoding="utf-8").replace('"version": 5', '"version": 4', 1), encoding="utf-8")
    assert nearest(store, 4) == nearest(store, 9) == 3
    keep(store, 6)
    assert [name[:9] for name in folders(store)] == ["v00000003", "v00000006"]


@pytest.mark.parametrize("name", ["members.parquet", RECORD])
def test_a_file_that_is_cut_short_or_gone_is_damage_too(store, name):
    keep(store, 3)
    (path,) = (one for one in files(store) if one.name == name)
    path.write_bytes(path.read_bytes()[:50])
    assert store.read(store.state(3, "facts", "method")) is None
    keep(store, 3)
    path.unlink()
    assert store.read(store.state(3, "facts", "method")) is None


def test_a_half_written_network_is_ignored_and_tidied_before_the_next_is_laid_out(store):
    keep(store, 3)
    part = store.ledger.home / FOLDER / ".0123.part"
    part.mkdir()
    (part / RECORD).write_text('{"state": {"version": 9', encoding="utf-8")
    assert nearest(store, 9) == 3
    with store.building():
        assert not part.exists()
        assert nearest(store, 9) == 3


# Where it cannot be written


@pytest.mark.skipif(os.geteuid() == 0, reason="for root every folder can be written")
def test_a_folder_that_cannot_be_written_is_said_and_read_all_the_same(store):
    keep(store, 3)
    folder = store.ledger.home / FOLDER
    folder.chmod(0o500)
    try:
        with pytest.raises(UnwritableLedger, match="the network cannot be kept"):
            keep(store, 4)
        assert nearest(store, 4) == 3
        assert store.read(store.state(3, "facts", "method")) is not None
    finally:
        folder.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_said_and_whoever_lays_out_goes_on(store):
    (store.ledger.home / FOLDER).write_text("taken", encoding="utf-8")
    with pytest.raises(UnwritableLedger, match="it is laid out anew when it is next asked for"):
        keep(store, 3)
    with store.building():
        assert nearest(store, 3) is None


def test_what_fails_half_way_leaves_the_network_before_as_it_was(store, monkeypatch):
    keep(store, 3, record="first")

    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(pl.DataFrame, "write_parquet", no_room)
        with pytest.raises(UnwritableLedger, match="No space left on device"):
            keep(store, 3, record="second")
    assert store.read(store.state(3, "facts", "method")).record["more"] == "first"
    assert len(folders(store)) == 1


def test_one_lays_out_at_a_time_and_a_fault_lets_the_next_in(store):
    with pytest.raises(ZeroDivisionError), store.building():
        raise ZeroDivisionError
    with store.building():
        pass
