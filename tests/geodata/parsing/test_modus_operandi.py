"""Modus operandi: words of many sources for how people are moved, hidden and paid for."""

import polars as pl
import pytest

from geodata.parsing.modus_operandi import MANNERS, manners, manners_in, modi_operandi


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("canot pneumatique surchargé", ["inflatable boat", "hazardous transport"]),
        ("Cachés dans un double fond d'un CAMION", ["lorry", "hidden in a vehicle"]),
        ("pasaporte; documento falso", ["false documents"]),
        ("قارب مطاطي", ["inflatable boat"]),
        ("carpet; ribbon; trainee", []),
        ("", []),
    ],
)
def test_whole_words_of_many_languages_are_one_word_of_ours(text, found):
    assert manners_in(text) == found


def test_each_word_of_ours_stands_for_itself_so_that_an_export_reads_back_the_same():
    assert list(manners()) == list(MANNERS)
    assert all(name in manners_in(name) for name in MANNERS)


def test_what_a_source_states_stays_beside_it_and_nothing_told_is_null():
    rows = pl.DataFrame(
        {
            "mode": ["truck", None, "sea", None],
            "modus_operandi": ["paid 3 000 EUR; Lorry", "PIRATES ; ", None, None],
            "text": [None, "armed with knives", None, "Drowning"],
        }
    )
    assert modi_operandi(rows).to_list() == [["lorry", "paid 3 000 EUR"], ["armed", "PIRATES"], None, None]
