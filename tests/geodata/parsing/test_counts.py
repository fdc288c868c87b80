"""Counts as people write them."""

import polars as pl
import pytest

from geodata.parsing.counts import read_counts


def read(*texts: str | None) -> list[tuple[int | None, bool, bool]]:
    return read_counts(pl.Series(texts, dtype=pl.String)).rows()


@pytest.mark.parametrize("text", ["1,000", "1.000", "1 000", "1\u00a0000", "1\u202f000", "1'000", "1’000"])
def test_thousands_are_read_in_every_mark(text):
    assert read(text, "1") == [(1000, True, True), (1, True, True)]


def test_millions_have_two_marks():
    assert read("1,234,567", "1.234.567") == [(1234567, True, True)] * 2


def test_decimals_of_a_column_tell_what_its_marks_mean():
    assert read("1.000", "2.000") == [(1, True, True), (2, True, True)], "whole numbers with three decimals throughout"
    assert read("1.000", "12.0")[0] == (1, True, True)
    assert read("1,000", "12.0")[0] == (1000, True, True)
    assert read("1.000", "12,0")[0] == (1000, True, True)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("10-15", 10), ("10 – 15", 10), ("10 to 15", 10), ("10 à 15", 10), ("10 bis 15", 10), ("~30", 30),
        ("ca. 20", 20),
        ("environ 30", 30), ("about 1,200", 1200), (">50", 50), ("at least 4", 4), ("plus de 100", 100), ("50+", 50),
        ("mindestens 5", 5), ("al menos 7", 7), ("حوالي 20", 20), ("several", 2), ("Dozens", 20),
        ("hundreds of migrants", 200),
    ],
)  # fmt: skip
def test_a_range_or_estimate_gives_its_least(text, least):
    assert read(text) == [(least, False, True)]


@pytest.mark.parametrize(
    "text", ["NA", "n/a", "-", "unknown", "nil", "TBC", "inconnu", "s/d", "k.A.", "غير معروف", "up to 20", "many"]
)
def test_what_tells_no_count_is_absent(text):
    assert read(text) == [(None, False, True)]


@pytest.mark.parametrize("text", ["three", "1.5", "12 boats", "1,2,3", "1 00", "x"])
def test_what_is_no_count_is_not_read(text):
    assert read(text) == [(None, False, False)]


def test_a_missing_text_is_no_fault():
    assert read(None, "4") == [(None, False, True), (4, True, True)]
