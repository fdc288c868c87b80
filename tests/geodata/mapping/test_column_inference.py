"""Unknown columns are guessed with reasons and kept once confirmed; what nothing tells stays open."""

import json

import pytest

from geodata.core.errors import UnknownColumns, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.mapping.column_inference import guessed, saved
from geodata.mapping.report import told
from geodata.readers.dispatch import read_file

UNUSUAL = "Ref;When it was;Point of event;By;Citizenship;Weather\n" + "".join(
    f"r{day};{day}/03/2024;{35 + day / 10}, {100 + day / 10};boat;Syria;calm\n" for day in range(1, 29)
)


def written(folder, text, name="unknown.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_unusual_columns_are_told_by_what_they_hold_and_each_guess_has_its_reason(tmp_path):
    guess = guessed(read_file(written(tmp_path, UNUSUAL)))
    assert guess.columns["coordinates"] == "Point of event"
    assert guess.columns["time"] == "When it was"
    assert guess.columns["mode"] == "By"
    assert guess.columns["origins"] == "Citizenship"
    assert guess.coordinate_form == "lat, lon"
    assert guess.time_forms == ("%d/%m/%Y",)
    assert "Weather" in guess.rest
    assert guess.open == ()
    assert set(guess.columns) == set(guess.reasons)


def test_a_saved_guess_reads_the_file_that_no_shipped_profile_could(tmp_path, home):
    file = written(tmp_path, UNUSUAL)
    with pytest.raises(UnknownColumns, match=r"python -m geodata profile unknown\.csv"):
        ingest_file(file, Ledger(home))
    saved(guessed(read_file(file)), "coast-guard", "Coast guard", home)
    batch = ingest_file(file, Ledger(home)).batch
    assert (batch.profile, batch.kept, batch.source) == ("coast-guard", 28, "Coast guard")
    first = Ledger(home).incidents().sort("time_start").row(0, named=True)
    assert (round(first["lat"], 1), round(first["lon"], 1), first["mode"]) == (35.1, 100.1, "sea")
    assert first["origins"] == [{"iso3": "SYR", "weight": 1.0}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("When;Where\n2024-03-05;35.5, 12.6\n2024-03-06;35.6, 12.7\n", "whether latitude or longitude comes first"),
        ("When;lat;lon\n05/03/2024;35.5;12.6\n", "whether day or month comes first"),
        ("a;b\nx;y\n", "no column holds coordinates"),
    ],
)
def test_what_nothing_tells_is_never_guessed_and_must_be_stated(tmp_path, home, text, said):
    guess = guessed(read_file(written(tmp_path, text)))
    assert any(said in what for what in guess.open)
    with pytest.raises(WrongValue, match="nothing was saved"):
        saved(guess, "x", "x", home)
    assert not home.exists()


def test_a_name_that_would_leave_the_folder_is_refused(tmp_path, home):
    with pytest.raises(WrongValue, match="nothing was saved"):
        saved(guessed(read_file(written(tmp_path, UNUSUAL))), "../x", "x", home)


def test_the_command_shows_the_profile_that_fits_or_the_guess(tmp_path, home, capsys):
    told(written(tmp_path, "date,lat,lon\n2024-01-01,1,2\n"), home, None, "s", as_json=True)
    assert json.loads(capsys.readouterr().out)["profile"] == "plain"
    told(written(tmp_path, UNUSUAL), home, "mine", "s", as_json=False)
    out = capsys.readouterr().out
    assert "mine.toml" in out
    assert "Weather" in out
