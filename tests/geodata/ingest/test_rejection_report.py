"""Refused rows come out ready to be corrected and handed in again."""

import csv

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger


def test_refused_rows_come_out_with_their_reasons_and_are_taken_in_once_corrected(tmp_path, home):
    file = tmp_path / "r.csv"
    file.write_text(
        "id,date,lat,lon,dead,Name,remark\n1,2024-05-03,35.5,12.6,1,SECRET,=calm\n2,2024-05-04,95.0,12.6,three,SECRET,=storm\n"
    )
    ledger = Ledger(home)
    done = ingest_file(file, ledger)
    assert done.correction is not None
    (row,) = csv.DictReader(done.correction.read_text("utf-8-sig").splitlines())
    assert row == {
        "id": "2",
        "date": "2024-05-04",
        "lat": "95.0",
        "lon": "12.6",
        "dead": "three",
        "remark": "'=storm",
        "why refused": "lat: latitude must lie within -90..90; dead: a count must be a whole number, 0 or more",
    }
    corrected = done.correction.read_text("utf-8-sig").replace("95.0", "35.1").replace("three", "3")
    again = tmp_path / "r.csv"
    again.write_text(corrected)
    assert ingest_file(again, ledger).batch.kept == 1
    stored = ledger.incidents()
    assert stored["dead"].to_list() == [1, 3]
    assert "why refused" not in stored["extra"][1]


def test_a_file_without_faults_has_nothing_to_correct(tmp_path, home):
    file = tmp_path / "r.csv"
    file.write_text("id,date,lat,lon\n1,2024-05-03,35.5,12.6\n")
    assert ingest_file(file, Ledger(home)).correction is None
    assert not (home / "corrections").exists()
