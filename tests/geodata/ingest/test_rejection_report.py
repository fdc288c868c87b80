"""Refused rows come out ready to be corrected and handed in again."""

import csv
import json
import zipfile

import polars as pl
import pytest

from geodata.core.errors import UnknownFormat
from geodata.ingest.pipeline import ingest_file
from geodata.io.workbook import xlsx_of
from geodata.ledger.store import Ledger
from geodata.readers.dispatch import read_file
from tests import samples


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


def refused(
    tmp_path, home, text="id,date,lat,lon,remark\n007,2024-05-03,35.5,12.6,ok\n=1,05/03/2024,95,-12.60,@calm\n"
):
    file = tmp_path / "boats.csv"
    file.write_text(text)
    return ingest_file(file, Ledger(home), corrections=tmp_path / "boats.xlsx")


def test_a_workbook_of_rows_to_correct_holds_their_words_as_text_behind_the_reason(tmp_path, home):
    done = refused(tmp_path, home)
    assert done.correction == tmp_path / "boats.xlsx"
    reading = read_file(done.correction)
    assert reading.columns == ("why refused", "id", "date", "lat", "lon", "remark")
    (row,) = reading.head.to_dicts()
    assert (row["id"], row["lon"], row["remark"]) == ("=1", "-12.60", "@calm")
    assert row["why refused"].startswith("lat: latitude must lie within -90..90; date: a date must be in a form")
    with zipfile.ZipFile(done.correction) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("t='inlineStr'") == 12
    assert "<col min='1' max='1' width='60'" in sheet


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_corrected_rows_come_back_under_their_source_and_others_are_refused_again(tmp_path, home, ending):
    rows = "1,2024-05-03,35.5,12.6,ok\n2,2024-05-04,95,-12.5,=storm\n3,2024-05-05,96,-12.7,+calm\n"
    file = tmp_path / "boats.csv"
    file.write_text(f"id,date,lat,lon,remark\n{rows}")
    done = ingest_file(file, Ledger(home))
    table = read_file(done.correction).head.drop("_row")
    assert table["lon"].to_list() == ["-12.5", "-12.7"]
    table = table.with_columns(pl.col("lat").replace("95", "35"))
    again = tmp_path / f"{done.correction.stem} (1){ending}"
    again.write_bytes(xlsx_of(table) if ending == ".xlsx" else table.write_csv().encode())
    back = ingest_file(again, Ledger(home))
    assert (back.batch.kept, back.batch.refused, back.batch.source) == (1, 1, "boats")
    assert "These are corrected rows of 'boats'." in back.notes
    stored = Ledger(home).incidents().sort("source_record")
    assert stored["lat"].to_list() == [35.5, 35.0]
    assert json.loads(stored["extra"][1])["remark"] == "=storm"


def test_rows_of_two_sheets_keep_their_own_reasons(tmp_path, home):
    path = tmp_path / "two.zip"
    head = b"date,lat,lon\n"
    members = {"a.csv": head + b"2024-05-03,95,12\n2024-05-03,5,12\n", "b.csv": head + b"2024-05-03,35,190\n"}
    path.write_bytes(samples.zipped(members))
    done = ingest_file(path, Ledger(home))
    said = read_file(done.correction).head["why refused"].to_list()
    assert said == ["lat: latitude must lie within -90..90", "lon: longitude must lie within -180..180"]


def test_rows_to_correct_are_written_as_csv_or_workbook_alone(tmp_path, home):
    file = tmp_path / "r.csv"
    file.write_text("date,lat,lon\n2024-05-03,95,1\n2024-05-03,5,1\n")
    with pytest.raises(UnknownFormat, match=r"rows to be corrected are written as .csv or .xlsx; nothing was stored"):
        ingest_file(file, Ledger(home), corrections=tmp_path / "r.ods")
    assert ingest_file(file, Ledger(home), corrections=tmp_path / "out.csv").correction == tmp_path / "out.csv"
    assert (tmp_path / "out.csv").read_text("utf-8-sig").startswith("date,lat,lon,why refused\n2024-05-03,95,1,")


def test_a_workbook_holds_any_text(tmp_path):
    odd = ["a\x00b", "<&>\"'", " spaced ", "=HYPERLINK(1)", "x" * 40_000, "واد", None, "1\n2"]
    path = tmp_path / "odd.xlsx"
    path.write_bytes(xlsx_of(pl.DataFrame({"n": [str(n) for n in range(8)], "text": odd}), "A & 'B'"))
    rows = read_file(path).head["text"].to_list()
    assert rows == ["a b", "<&>\"'", "spaced", "=HYPERLINK(1)", "x" * 32_767, "واد", None, "1\n2"]
