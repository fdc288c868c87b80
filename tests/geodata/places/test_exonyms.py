"""What places are called in other languages: by the well-known names, and none where it is not sure."""

import pytest

from geodata.places.autocomplete import places_named
from geodata.places.exonyms import exonyms, named_otherwise


@pytest.mark.parametrize(
    ("name", "language", "called"),
    [
        ("Cairo", "fr", "Le Caire"),
        ("Algiers", "es", "Argel"),
        ("Tripoli", "ar", "طرابلس"),
        ("Zuwarah", "fr", "Zouara"),
        ("Ceuta", "ar", "سبتة"),
    ],
)
def test_a_well_known_place_is_called_as_in_the_language(name, language, called):
    assert exonyms(language)[name] == called


def test_a_place_that_is_called_the_same_has_no_other_name():
    assert "Lampedusa" not in exonyms("fr")
    assert exonyms("en") == {}


def test_where_places_of_one_name_are_called_differently_it_is_not_said_which():
    assert "Valencia" not in exonyms("fr")  # Valence in Spain, Valencia in Venezuela


def test_no_name_in_arabic_has_letters_or_marks_that_arabic_does_not_write():
    others = {letter for name in exonyms("ar").values() for letter in name} & set(
        "پچژگکیہےٹڈڑںھۀ\u064b\u064e\u0651\u200e"
    )
    assert others == set()


def test_names_that_begin_so_are_known_by_the_names_of_the_map():
    assert "Tripoli" in named_otherwise("طرابل")
    assert named_otherwise("zzzz") == []


@pytest.mark.parametrize("words", ["طرابلس", "طرابل", "طَرابُلس", "Tripoli", "Trípoli"])
def test_a_place_is_found_by_either_of_its_names(words):
    assert (places_named(words)[0].name, places_named(words)[0].iso3) == ("Tripoli", "LBY")


def test_a_place_is_found_in_arabic_letters_with_a_country_behind_a_comma():
    assert {place.iso3 for place in places_named("طرابلس, lebanon")} == {"LBN"}
