"""Handling marks on the way in: the source's, else the profile's; above the ceiling of the system nothing is stored."""

from pathlib import Path

import pytest

from geodata.core.errors import NothingKept, WrongValue
from geodata.core.handling import HANDLING_MARKS, highest
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger


def written(folder: Path, *marks: str) -> Path:
    path = folder / "incidents.csv"
    rows = [f"{number},2024-05-03,35.5,12.6,sea,{mark}" for number, mark in enumerate(marks)]
    path.write_text("\n".join(["id,date,lat,lon,mode,handling", *rows]) + "\n", encoding="utf-8")
    return path


def stored(home: Path) -> list[str]:
    return Ledger(home).incidents().sort("source_record")["handling"].to_list()


def test_marks_are_kept_as_stated_in_the_words_of_the_protocol(tmp_path, home):
    ingest_file(written(tmp_path, "TLP:RED", "amber+strict", "TLP:WHITE", ""), Ledger(home))
    assert stored(home) == ["TLP:RED", "TLP:AMBER+STRICT", "TLP:CLEAR", "TLP:AMBER"]


def test_what_is_marked_above_the_ceiling_is_refused_and_what_is_at_it_is_kept(tmp_path, home, monkeypatch):
    monkeypatch.setenv("ROUTES_CEILING", "TLP:AMBER")
    done = ingest_file(written(tmp_path, "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"), Ledger(home))
    assert (done.batch.kept, done.batch.refused) == (1, 2)
    assert stored(home) == ["TLP:AMBER"]
    assert "this system holds nothing above TLP:AMBER" in done.faults[0]


def test_a_file_that_is_all_above_the_ceiling_stores_nothing(tmp_path, home, monkeypatch):
    monkeypatch.setenv("ROUTES_CEILING", "TLP:CLEAR")
    with pytest.raises(NothingKept, match="this system holds nothing above TLP:CLEAR"):
        ingest_file(written(tmp_path, "", "TLP:GREEN"), Ledger(home))
    assert Ledger(home).version() is None


def test_a_ceiling_that_is_no_mark_stores_nothing(tmp_path, home, monkeypatch):
    monkeypatch.setenv("ROUTES_CEILING", "SECRET")
    with pytest.raises(WrongValue, match="ROUTES_CEILING is 'SECRET'"):
        ingest_file(written(tmp_path, ""), Ledger(home))


def test_the_highest_of_marks_is_the_one_that_restricts_most():
    assert highest(reversed(HANDLING_MARKS)) == "TLP:RED"
    assert highest(["TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN"]) == "TLP:AMBER+STRICT"
    assert highest([]) == ""


def test_of_a_row_above_the_ceiling_nothing_is_left_anywhere_in_the_workspace(tmp_path, home, monkeypatch):
    monkeypatch.setenv("ROUTES_CEILING", "TLP:AMBER")
    path = tmp_path / "incidents.csv"
    path.write_text(
        "id,date,lat,lon,mode,handling,place\n"
        "IDHIGH,2024-05-03,95.5,12.6,sea,TLP:RED,PLACEHIGH\n"
        "IDLOW,2024-05-03,95.5,12.6,sea,TLP:GREEN,PLACELOW\n"
        "good,2024-05-03,35.5,12.6,sea,TLP:GREEN,Lampedusa\n",
        encoding="utf-8",
    )
    done = ingest_file(path, Ledger(home))
    assert (done.batch.kept, done.batch.refused) == (1, 2)
    held = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert b"PLACELOW" in held  # is refused for its latitude, and there to be corrected
    assert b"PLACEHIGH" not in held
    assert b"IDHIGH" not in held
