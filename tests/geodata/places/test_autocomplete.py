"""Places by the beginning of their names: what is meant most often comes first, however it is typed."""

import pytest

from geodata.places.autocomplete import LONGEST, MOST, places_named


def named(words: str) -> list[tuple[str, str]]:
    return [(place.name, place.iso3) for place in places_named(words)]


@pytest.mark.parametrize("words", ["lampedusa", "LAMPEDUSA", "  Lampe", "lampedúsa"])
def test_a_place_is_found_by_the_beginning_of_its_name_in_any_case_and_without_accents(words):
    assert ("Lampedusa", "ITA") in named(words)


def test_of_places_of_one_name_the_largest_comes_first():
    assert named("tripoli")[0] == ("Tripoli", "LBY")


@pytest.mark.parametrize("words", ["tripoli, lebanon", "tripoli, leb", "Tripoli, LBN"])
def test_a_country_behind_a_comma_leaves_only_its_places(words):
    assert {country for _, country in named(words)} == {"LBN"}


def test_waters_are_found_without_a_country():
    assert named("mediterran")[0] == ("Mediterranean Sea", "")


def test_whole_countries_and_borders_are_not_among_the_places():
    assert not {place.kind for place in places_named("libya")} & {"country", "coast", "border"}


@pytest.mark.parametrize("words", ["", " ", "a", ",", "!?", "\x00", "zzzzzzzz", "~", "é"])
def test_what_stands_for_no_place_finds_nothing(words):
    assert places_named(words) == []


def test_no_more_than_the_most_are_found_however_short_the_words():
    assert len(places_named("sa")) == MOST


def test_no_place_is_offered_twice():
    found = [(place.name, place.iso3, place.kind) for place in places_named("san")]
    assert len(set(found)) == len(found)


def test_letters_beyond_the_longest_question_are_passed_over():
    assert named("tripoli" + " " * LONGEST + "x" * 10_000)[0] == ("Tripoli", "LBY")
