"""Text that no spreadsheet takes for a formula, and that can be had back as it was."""

import polars as pl
import pytest

from geodata.core.formulas import inert_text, inert_within
from geodata.ingest.rejection_report import WHY, as_before


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠x", "\ufeff=1", "\u200b =1"]
)
def test_what_would_begin_a_formula_is_marked_and_comes_back_as_it_was(text):
    assert inert_text(text) == f"'{text}"
    back = as_before(pl.DataFrame({WHY: ["wrong"], "place": [inert_text(text)]}))
    assert back["place"].to_list() == [text]


@pytest.mark.parametrize("text", ["Sfax", "a=1", "3-4", "Ceuta - Melilla", "'=1", "", "a; b", "a\nb"])
def test_what_begins_none_stays_as_it_is(text):
    assert inert_text(text) == text
    assert inert_within(pl.DataFrame({"place": [text]}))["place"].to_list() == [text]


def test_formulas_behind_what_a_program_may_part_rows_at_are_marked_too():
    texts = pl.DataFrame({"place": ["a;=1", "a\t+1", "a\n-1", "a\r\n@x", "a, =1"]})
    assert inert_within(texts)["place"].to_list() == ["a;'=1", "a\t'+1", "a\n'-1", "a\r\n'@x", "a, =1"]
