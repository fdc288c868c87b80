"""Words for kinds and modes, in seven languages and in those of a workspace; unknown ones stay the source's own."""

import json

import polars as pl
import pytest

from geodata.core.errors import WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.io.writers import csv_of
from geodata.ledger.maintenance import verify
from geodata.ledger.mapped_words import map_word
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import undo
from geodata.model.source_words import spelt, unknown_words
from geodata.parsing.transport_mode import stated_modes
from geodata.parsing.value_words import keep_word, kind_words, meanings, own_words


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("Commercial air", "air"), ("by sea", "sea"), ("rubber boat", "sea"), ("Voie maritime", "sea"),
        ("on foot", "land"),
        ("LKW", "land"), ("Schlauchboot", "sea"), ("gommone", "sea"), ("a piedi", "land"), ("camión", "land"),
        ("embarcação", "sea"), ("avião", "air"), ("قارب مطاطي", "sea"), ("شاحنة", "land"), ("Flugzeug", "air"),
    ],
)  # fmt: skip
def test_a_means_of_transport_is_known_in_seven_languages(word, mode):
    assert meanings(pl.Series([word]), stated_modes()).item() == mode


@pytest.mark.parametrize("word", ["quad-copter relay", "boat then truck", "see notes", "unspecified"])
def test_a_word_of_no_mode_or_of_two_is_none(word):
    assert meanings(pl.Series([word]), stated_modes()).item() is None


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Rescue", "rescue"), ("Traite des personnes", "trafficking"), ("Schleusung", "smuggling"),
        ("incautación", "seizure"),
        ("Armed robbery", "piracy"), ("sbarco", "detection"), ("óbito", "death"), ("الاتجار بالبشر", "trafficking"),
        ("Interception at sea", "interception"), ("Pushback", None),
    ],
)  # fmt: skip
def test_a_kind_is_known_in_seven_languages(word, kind):
    assert meanings(pl.Series([word]), kind_words()).item() == kind


def test_words_that_are_not_known_are_kept_counted_and_leave_in_every_file(tmp_path, home):
    file = tmp_path / "words.csv"
    file.write_text(
        "id,date,lat,lon,event type,transport mode,nationality,dead\n"
        "1,2024-03-01,39.3,26.6,Pushback,rubber boat,Tunisia,~30\n"
        "2,2024-03-02,39.4,26.7,Pushback,sea,Atlantis,4\n"
    )
    ledger = Ledger(home)
    ingest_file(file, ledger)
    stored = ledger.incidents()
    assert stored.select(spelt()).to_series().to_list() == [
        "kind: Pushback; mode: rubber boat; origins: Tunisia; dead: ~30",
        "kind: Pushback; origins: Atlantis",
    ]
    assert stored["kind"].to_list() == ["other", "other"]
    assert unknown_words(stored).rows() == [("kind", "Pushback", 2), ("origins", "Atlantis", 1)]
    assert "kind: Pushback" in csv_of(stored).decode()


def test_a_workspace_maps_words_of_its_own(tmp_path, home):
    keep_word(home, "kind", 'Push"back', "interception")
    keep_word(home, "mode", "quad-copter relay", "air")
    assert own_words(home) == {"kind": {'Push"back': "interception"}, "mode": {"quad-copter relay": "air"}}
    file = tmp_path / "words.json"
    rows = [
        {"id": "1", "date": "2024-03-01", "lat": 39.3, "lon": 26.6, "type": 'PUSH"BACK', "mode": "Quad-copter relay"}
    ]
    file.write_text(json.dumps(rows))
    ledger = Ledger(home)
    ingest_file(file, ledger)
    assert ledger.incidents().select("kind", "mode").row(0) == ("interception", "air")


@pytest.mark.parametrize(("field", "value"), [("colour", "sea"), ("mode", "submarine")])
def test_a_word_is_mapped_to_what_a_field_can_be(home, field, value):
    with pytest.raises(WrongValue, match="nothing was mapped"):
        keep_word(home, field, "x", value)


def test_a_word_is_mapped_in_one_step_for_what_stands_and_what_comes_and_that_can_be_taken_back(tmp_path, home):
    file = tmp_path / "words.csv"
    file.write_text("id,date,lat,lon,event type\n1,2024-03-01,39.3,26.6,Pushback\n2,2024-03-02,39.4,26.7,PUSHBACK\n")
    ledger = Ledger(home)
    ingest_file(file, ledger)
    before = ledger.version()
    keep_word(home, "kind", "pushback", "interception")
    batch = map_word(ledger, "kind", "pushback", "interception")
    assert batch.updated == 2
    assert ledger.incidents()["kind"].to_list() == ["interception"] * 2
    assert unknown_words(ledger.incidents()).is_empty()
    assert ledger.incidents(before)["kind"].to_list() == ["other"] * 2
    assert ledger.incidents().select(spelt()).to_series().to_list() == ["kind: Pushback", "kind: PUSHBACK"]
    assert map_word(ledger, "kind", "pushback", "interception").updated == 0
    undo(ledger, batch.batch)
    assert ledger.incidents()["kind"].to_list() == ["other"] * 2
    assert verify(ledger) == []
