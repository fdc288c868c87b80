"""A file goes in: rows are kept, refused with their reasons, or recognised as known. Nothing is lost or half stored."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from geodata.core.errors import NothingKept
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.place_notes import sentences

HEADER = "id,date,lat,lon,mode,kind,people,origin\n"
GOOD = "a,2024-05-03,35.5,12.6,sea,rescue,41,Syria\n"


def written(folder: Path, text: str, name: str = "incidents.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_row_becomes_an_incident_with_mode_country_and_cell(tmp_path, home):
    file = written(tmp_path, HEADER + GOOD + "b,2024-05-04,16.97,7.99,,smuggling,12,\n")
    batch = ingest_file(file, Ledger(home)).batch
    assert (batch.read, batch.kept, batch.refused) == (2, 2, 0)
    sea, land = Ledger(home).incidents().sort("source_record").to_dicts()
    assert (sea["mode"], sea["mode_reason"], sea["country"]) == ("sea", "stated by the source: sea", "ITA")
    assert sea["origins"] == [{"iso3": "SYR", "weight": 1.0}]
    assert (land["mode"], land["country"], land["people"]) == ("land", "NER", 12)
    assert "km from the coast" in land["mode_reason"]
    assert sea["time_precision"] == "day"
    assert sea["time_end"] > sea["time_start"]


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("x,2024-05-03,95.2,12.6,,,,", "lat", "latitude must lie within -90..90"),
        ("x,2024-05-03,35,200,,,,", "lon", "longitude must lie within -180..180"),
        ("x,2024-05-03,,,,,,", "lat, lon", "an incident needs coordinates"),
        ("x,2024-05-03,north,12,,,,", "lat, lon", "coordinates must be numbers"),
        ("x,2024-05-03,nan,12,,,,", "lat, lon", "coordinates must be numbers"),
        ("x,2024-05-03,inf,12,,,,", "lat, lon", "coordinates must be numbers"),
        ("x,2024-05-03,0,0,,,,", "lat, lon", "0, 0 stands for an unknown place"),
        ("x,,35,12,,,,", "date", "an incident needs a date"),
        ("x,yesterday,35,12,,,,", "date", "a date must be in a form"),
        ("x,2024-02-30,35,12,,,,", "date", "a date must be in a form"),
        ("x,2999-01-01,35,12,,,,", "date", "a date must not lie in the future"),
        ("x,1066-10-14,35,12,,,,", "date", "a date must not lie before 1900"),
        ("x,2024-05-03,35,12,,,-3,", "people", "a count must be a whole number, 0 or more"),
        ("x,2024-05-03,35,12,,,three,", "people", "a count must be a whole number, 0 or more"),
        ("x,2024-05-03,35,12,,,1.5,", "people", "a count must be a whole number, 0 or more"),
        ("x,2024-05-03,35", "", "a row must have as many cells as the header"),
    ],
)
def test_a_bad_row_is_refused_with_row_column_and_rule_and_the_others_are_kept(tmp_path, home, row, column, rule):
    done = ingest_file(written(tmp_path, f"{HEADER}{GOOD}{row}\n"), Ledger(home))
    assert (done.batch.kept, done.batch.refused, done.batch.read) == (1, 1, 2)
    assert done.refusal_report is not None
    with done.refusal_report.open(encoding="utf-8-sig", newline="") as report:
        (refusal,) = csv.DictReader(report)
    assert refusal["row"] == "3"
    assert refusal["column"] == column
    assert refusal["rule"].startswith(rule)
    assert Ledger(home).refusals().height == 1


def test_an_end_that_cannot_be_read_refuses_the_row(tmp_path, home):
    ends = ("2024-05-05", "whenever", "2024-05-01")
    rows = "".join(f"2024-05-03,{end},35.5,12.6\n" for end in ends)
    assert ingest_file(written(tmp_path, "date,end,lat,lon\n" + rows), Ledger(home)).batch.refused == 2
    assert Ledger(home).incidents()["time_end"].item().isoformat() == "2024-05-06T00:00:00+00:00"
    assert Ledger(home).refusals()["column"].to_list() == ["end", "end"]


def test_every_fault_of_a_row_is_named_but_the_row_is_counted_once(tmp_path, home):
    done = ingest_file(written(tmp_path, f"{HEADER}{GOOD}x,never,95,300,,,-1,\n"), Ledger(home))
    assert done.batch.refused == 1
    assert Ledger(home).refusals()["column"].to_list() == ["lat", "lon", "date", "people"]


def test_the_same_file_twice_adds_nothing(tmp_path, home):
    file = written(tmp_path, HEADER + GOOD + "b,2024-05-04,16.97,7.99,,smuggling,12,\n")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    before = ledger.version()
    again = ingest_file(file, ledger).batch
    assert (again.kept, again.updated, again.duplicates) == (0, 0, 2)
    assert ledger.version() == before
    assert ledger.incidents().height == 2


def test_a_revised_row_replaces_the_old_one_and_the_old_version_stays_readable(tmp_path, home):
    ledger = Ledger(home)
    ingest_file(written(tmp_path, HEADER + GOOD), ledger)
    first = ledger.version()
    revised = ingest_file(written(tmp_path, HEADER + GOOD.replace("41", "43") + GOOD.replace("a,", "c,")), ledger).batch
    assert (revised.kept, revised.updated, revised.duplicates) == (1, 1, 0)
    assert sorted(ledger.incidents()["people"].to_list()) == [41, 43]
    assert ledger.incidents(first)["people"].to_list() == [41]


def test_rows_that_share_an_id_but_differ_are_all_kept_whatever_their_order(tmp_path, home):
    rows = [GOOD, GOOD.replace("41", "7"), GOOD.replace("41", "7")]
    batch = ingest_file(written(tmp_path, HEADER + "".join(rows)), Ledger(home)).batch
    assert (batch.read, batch.kept, batch.duplicates) == (3, 2, 1)
    again = ingest_file(written(tmp_path, HEADER + "".join(reversed(rows))), Ledger(home)).batch
    assert (again.kept, again.updated, again.duplicates) == (0, 0, 3)


def test_a_file_of_only_bad_rows_stores_nothing_and_says_why(tmp_path, home):
    with pytest.raises(
        NothingKept, match=r"its only row was refused; latitude must lie within -90\.\.90.*nothing was stored"
    ):
        ingest_file(written(tmp_path, HEADER + "x,2024-05-03,95.2,12.6,,,,\n"), Ledger(home))
    assert Ledger(home).version() is None


def test_columns_of_persons_are_never_stored_and_that_is_said(tmp_path, home):
    text = "id,date,lat,lon,Victim Name,Passport\na,2024-05-03,35.5,12.6,SECRET,X123\n"
    done = ingest_file(written(tmp_path, text), Ledger(home))
    assert len(done.notes) == 2
    assert "SECRET" not in Ledger(home).incidents().write_json()


def test_what_no_profile_names_is_kept_as_extra(tmp_path, home):
    ingest_file(written(tmp_path, "date,lat,lon,weather\n2024-05-03,35.5,12.6,calm\n"), Ledger(home))
    assert json.loads(Ledger(home).incidents()["extra"][0]) == {"weather": "calm"}


def test_coordinates_shared_by_many_rows_are_taken_for_a_town(tmp_path, home):
    rows = "".join(f"p{n},2024-05-{n + 1:02},35.123456,12.654321,sea,,,\n" for n in range(5))
    ingest_file(written(tmp_path, HEADER + rows + "q,2024-05-09,35.123457,12.9,sea,,,\n"), Ledger(home))
    stored = Ledger(home).incidents()
    assert stored.filter(pl.col("source_record") == "p0")["place_precision_km"].item() == 8.0
    said = dict(stored.select("source_record", sentences()).iter_rows())
    assert said["p0"] == "as given; shared by 5 rows of the file; taken for a town, precision widened"
    assert said["q"] == "as given"


def test_coordinates_that_rows_of_many_countries_share_stand_for_no_place(tmp_path, home):
    countries = ["Libya", "Spain", "Morocco", "Algeria", "Turkey"]
    rows = "".join(f"2024-05-0{n},33.014,12.548,{country}\n" for n, country in enumerate(countries, start=1))
    ingest_file(written(tmp_path, "date,lat,lon,country\n" + rows), Ledger(home))
    stored = Ledger(home).incidents()
    assert stored["place_precision_km"].unique().to_list() == [1000.0]
    assert stored["place_notes"][0].struct.field("code").to_list()[0] == "read"
    assert stored["place_notes"][0].struct.field("code").to_list()[-1] == "stands_for_no_place"


def test_a_refusal_report_runs_nothing_in_a_spreadsheet(tmp_path, home):
    done = ingest_file(written(tmp_path, HEADER + GOOD + "=1+1,=CMD(),35,12,,,,\n"), Ledger(home))
    assert done.refusal_report is not None
    assert ",'=CMD()" in done.refusal_report.read_text(encoding="utf-8-sig")


def test_two_writers_of_one_source_do_not_double_it(tmp_path, home):
    first, second = Ledger(home), Ledger(home)
    file = written(tmp_path, HEADER + GOOD)
    ingest_file(file, first)
    stale = second.table()
    ingest_file(written(tmp_path, HEADER + GOOD.replace("a,", "b,"), "second.csv"), first)
    opened = iter([stale])
    newest = Ledger(home).table
    second.table = lambda *a, **k: next(opened, None) or newest(*a, **k)  # type: ignore[method-assign]
    again = ingest_file(written(tmp_path, HEADER + GOOD.replace("a,", "b,"), "second.csv"), second).batch
    assert again.duplicates == 1
    assert Ledger(home).incidents().height == 2


def test_what_contradicts_itself_is_said(tmp_path, home):
    text = "id,date,lat,lon,latitude,people,dead,missing\n"
    text += "1,2024-05-03,35.5,12.6,35.9,3,2,4\n2,2024-05-04,35.5,12.6,35.5,9,2,4\n"
    said = [str(note) for note in ingest_file(written(tmp_path, text), Ledger(home)).notes]
    assert said == [
        "Columns 'lat' and 'latitude' differ in 1 of the first 2 rows; 'lat' is read.",
        "Rows that state more dead and missing than people: 1.",
    ]
