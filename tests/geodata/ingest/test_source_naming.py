"""Whose incidents a file holds, and ids that cannot be one: renamed copies and formats add nothing."""

import json

import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger

REGISTER = (
    "id,date,lat,lon,dead\nR-1,2025-01-04,27.9,-13.9,2\nR-2,2025-01-19,28.3,-14.1,0\nR-3,2025-02-08,27.4,-14.6,12\n"
)


def written(tmp_path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def ledger(tmp_path, home) -> Ledger:
    found = Ledger(home)
    ingest_file(written(tmp_path, "register_2025-03.csv", REGISTER), found)
    return found


def test_the_same_bytes_under_another_name_add_nothing(tmp_path, ledger):
    done = ingest_file(written(tmp_path, "register_2025-03 (1).csv", REGISTER), ledger)
    assert (done.batch.kept, done.batch.duplicates) == (0, 3)
    assert "stand already" in str(done.notes[-1])


def test_a_later_register_under_another_name_revises_and_adds(tmp_path, ledger):
    later = (
        REGISTER.replace("R-2,2025-01-19,28.3,-14.1,0", "R-2,2025-01-19,28.3,-14.1,5") + "R-4,2025-04-01,28.1,-13.8,4\n"
    )
    done = ingest_file(written(tmp_path, "register_2025-04.csv", later), ledger)
    assert (done.batch.kept, done.batch.updated, done.batch.duplicates) == (1, 1, 2)
    assert ledger.incidents()["source"].unique().to_list() == ["register_2025-03"]


def test_the_same_rows_in_another_format_and_order_of_columns_add_nothing(tmp_path, ledger):
    rows = [
        dict(zip(("id", "date", "lat", "lon", "dead"), line.split(","), strict=True)) for line in REGISTER.split()[1:]
    ]
    swapped = [{name: row[name] for name in ("dead", "lon", "lat", "date", "id")} for row in rows]
    done = ingest_file(written(tmp_path, "other.json", json.dumps(swapped)), ledger)
    assert (done.batch.kept, done.batch.duplicates) == (0, 3)


def test_other_records_with_the_same_ids_are_of_another_source(tmp_path, ledger):
    other = "id,date,lat,lon,dead\nR-1,2025-01-09,12.0,44.0,1\nR-2,2025-02-10,12.5,45.0,1\n"
    assert ingest_file(written(tmp_path, "yemen.csv", other), ledger).batch.kept == 2
    assert ledger.incidents().height == 5


def test_a_slash_in_a_source_and_a_number_in_an_id_make_no_two_ids_one(tmp_path, home):
    ledger = Ledger(home)
    text = "source,id,date,lat,lon\na/b,c,2025-01-04,27.9,-13.9\na,b/c,2025-01-05,27.8,-13.8\n"
    text += "a,a1,2025-01-06,27.7,-13.7\na,a1,2025-01-07,27.6,-13.6\na,a1#2,2025-01-08,27.5,-13.5\n"
    ingest_file(written(tmp_path, "ids.csv", text), ledger)
    stored = ledger.incidents()
    assert stored["incident_id"].n_unique() == 5
    assert set(stored["incident_id"]) == {"a%2Fb/c", "a/b/c", "a/a1", "a/a1#2", "a/a1%232"}
    revised = text.replace("a1#2,2025-01-08,27.5", "a1#2,2025-01-08,27.4")
    done = ingest_file(written(tmp_path, "ids.csv", revised), ledger)
    assert (done.batch.kept, done.batch.updated) == (0, 1)
    assert ledger.incidents()["lat"].sort().to_list() == [27.4, 27.6, 27.7, 27.8, 27.9]


def test_ids_that_a_spreadsheet_ruined_are_no_ids(tmp_path, home):
    ledger = Ledger(home)
    for week in ("03", "09"):
        text = f"id,date,lat,lon\n2.02E+11,2025-{week}-01,27.9,-13.9\n2.02E+11,2025-{week}-02,27.8,-13.8\n"
        assert ingest_file(written(tmp_path, f"w{week}.csv", text), ledger).batch.kept == 2
    assert ledger.incidents().height == 4
