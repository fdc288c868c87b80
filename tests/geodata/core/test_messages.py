"""Sentences that are kept: English wherever a text is wanted, and still what they were made of."""

import json
import pickle

import numpy as np
import polars as pl

from geodata.core.messages import Sentence, counted, recognised, sentence
from geodata.ingest.validation import NOTES
from geodata.parsing.coordinate_repair import REPAIRS, _candidates
from geodata.parsing.coordinates import AS_GIVEN, TOLD_BY_HEMISPHERES
from geodata.parsing.dms import READ_NOTES
from geodata.parsing.transport_mode import REASONS, mode_rules, with_modes

SEA = sentence("sea")
KEPT = counted(
    "{count:,} incident at {where}, {share:.0%}",
    "{count:,} incidents at {where}, {share:.0%}",
    2500,
    where=SEA,
    share=0.5,
)
ENGLISH = "2,500 incidents at sea, 50%"


def test_a_sentence_is_its_english_wherever_a_text_is_wanted():
    assert KEPT == ENGLISH
    assert json.loads(json.dumps([KEPT])) == pl.Series([KEPT]).to_list() == [ENGLISH]
    assert {ENGLISH: 1}[KEPT] == 1
    assert counted("{count} row", "{count} rows", 1) == "1 row"


def test_a_sentence_outlives_a_pickle_with_what_it_was_made_of():
    again = pickle.loads(pickle.dumps(KEPT))
    assert (again, again.text, again.many, again.values) == (KEPT, KEPT.text, KEPT.many, KEPT.values)
    assert isinstance(again.values["where"], Sentence)


def test_a_text_without_values_may_hold_braces():
    assert sentence("100 % of {this") == "100 % of {this"


def test_every_reason_of_a_mode_is_recognised():
    rows = [
        (12.6, 35.5, "boat", None, None),
        (12.6, 35.5, None, "Central Mediterranean", None),
        (12.6, 36.5, None, None, None),
        (13.2, 24.0, None, None, None),
        (12.6, 35.5, None, None, "found drowned"),
    ]
    frame = pl.DataFrame(
        rows, schema=["lon", "lat", "mode", "route_label", "text"], orient="row", schema_overrides={"text": pl.String}
    ).with_columns(pl.lit(None, pl.String).alias("place"))
    kept = [*with_modes(frame)["mode_reason"], *(rule["reason"] for rule in mode_rules()["words"])]
    assert [reason for reason in kept if not isinstance(recognised(reason, REASONS), Sentence)] == []
    assert len({recognised(reason, REASONS).text for reason in kept}) >= 6


def test_every_way_in_which_a_place_was_read_is_recognised():
    kept = [AS_GIVEN, *READ_NOTES, TOLD_BY_HEMISPHERES]
    assert [note for note in kept if not isinstance(recognised(note, NOTES), Sentence)] == []


def test_every_fault_that_a_repair_names_is_recognised():
    faults = {candidate.fault for candidate in _candidates(np.array([12.0]), np.array([35.0]))}
    assert [fault for fault in faults if not isinstance(recognised(fault, REPAIRS), Sentence)] == []
    repair = recognised("latitude lost a digit: 1, 2 as given, 11, 2 applied, which agrees with Italy", REPAIRS)
    assert isinstance(repair, Sentence)
    assert isinstance(repair.values["fault"], Sentence)
