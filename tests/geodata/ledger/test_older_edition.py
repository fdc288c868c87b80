"""Time does not run backwards: an older edition adds what is missing and undoes nothing unless that is meant."""

import pytest

from geodata.core.errors import WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger

ROWS = {n: f"R-{n},2025-0{n}-04,2{n}.9,-13.9,{n}" for n in range(1, 7)}


def edition(tmp_path, name: str, **rows: str):
    lines = {**ROWS, **{int(key[1:]): value for key, value in rows.items()}}
    path = tmp_path / name
    path.write_text("id,date,lat,lon,dead\n" + "\n".join(line for line in lines.values() if line) + "\n")
    return path


@pytest.fixture
def ledger(tmp_path, home) -> Ledger:
    found = Ledger(home)
    ingest_file(edition(tmp_path, "r.csv", n3="R-3,2025-03-04,23.9,-13.9,31", n2=""), found, edition="whole")
    return found


def test_an_edition_that_ends_earlier_adds_what_is_missing_alone(tmp_path, ledger):
    older = edition(tmp_path, "r.csv", n6="", n5="")
    done = ingest_file(older, ledger, edition="whole")
    assert (done.batch.kept, done.batch.updated, done.batch.withdrawn, done.batch.held_back) == (1, 0, 0, 3)
    assert "older or a partial edition" in str(done.notes[-1])
    stored = dict(ledger.incidents().select("source_record", "dead").iter_rows())
    assert stored == {"R-1": 1, "R-2": 2, "R-3": 31, "R-4": 4, "R-5": 5, "R-6": 6}


def test_it_is_taken_for_the_newest_where_that_is_meant(tmp_path, ledger):
    older = edition(tmp_path, "r.csv", n6="")
    done = ingest_file(older, ledger, edition="whole", as_newest=True)
    assert (done.batch.kept, done.batch.updated, done.batch.withdrawn, done.batch.held_back) == (1, 1, 1, 0)


def test_one_that_ends_as_late_is_as_new(tmp_path, ledger):
    done = ingest_file(edition(tmp_path, "r.csv", n1="", n2=""), ledger, edition="whole")
    assert (done.batch.updated, done.batch.withdrawn) == (1, 1)


def test_one_that_withdraws_most_of_what_stands_is_refused(tmp_path, ledger):
    with pytest.raises(WrongValue, match="--withdraw"):
        ingest_file(edition(tmp_path, "r.csv", n1="", n2="", n3="", n4="", n5=""), ledger, edition="whole")


def test_what_a_newer_edition_withdrew_is_not_brought_back_by_an_older_one(tmp_path, ledger):
    older = edition(tmp_path, "r.csv", n6="")
    assert ingest_file(edition(tmp_path, "r.csv", n1=""), ledger, edition="whole").batch.withdrawn == 1
    done = ingest_file(older, ledger, edition="whole")
    assert (done.batch.kept, done.batch.updated, done.batch.withdrawn) == (0, 0, 0)
    assert "R-1" not in ledger.incidents()["source_record"].to_list()
