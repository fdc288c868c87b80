"""Other languages: every text of the product is in each catalogue, and none of them says something else."""

import string
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po

from docs.catalogues import lacking, said
from geodata.core.messages import Country, counted, recognised, sentence, series
from geodata.parsing.transport_mode import REASONS
from layers.map.page import map_page
from layers.web.translations import LANGUAGES, SOURCE, languages, nearest, spelt_out, words
from tests.layers.payload.test_changes import finding

OTHERS = [code for code in languages() if code != SOURCE]


@pytest.fixture(scope="module")
def spoken():
    """Return every text that the code says."""
    return {message.id for message in said() if message.id}


@pytest.fixture(params=OTHERS)
def catalogue(request):
    with (LANGUAGES / f"{request.param}.po").open("rb") as file:
        return read_po(file, locale=request.param)


def forms(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def names(text: str) -> set[tuple[str, str | None, str | None]]:
    """Return the values of a text, each with the format in which it stands."""
    return {(name, form, kind) for _, name, form, kind in string.Formatter().parse(text) if name is not None}


def test_every_text_is_a_literal_so_that_catalogues_can_hold_it(capsys):
    said()
    assert capsys.readouterr().err == ""


def test_french_is_there():
    assert "fr" in OTHERS


def test_a_catalogue_holds_every_text_and_no_other(catalogue, spoken):
    held = {message.id for message in catalogue if message.id}
    assert sorted(map(str, spoken - held)) == [], "run make words and translate these"
    assert sorted(map(str, held - spoken)) == [], "run make words: these are no longer said"


def test_no_text_lacks_a_translation_and_none_is_marked_as_doubtful(catalogue):
    assert [message.id for message in lacking(catalogue)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_a_translation_names_the_same_values_as_its_text(catalogue):
    for message in catalogue:
        if message.id:
            wanted = {name for text in forms(message.id) for name in names(text)}
            for text in forms(message.string):
                assert names(text) <= wanted, message.id
            assert names(forms(message.string)[-1]) == names(forms(message.id)[-1]), message.id


def test_english_is_said_as_it_stands_and_numbers_are_separated():
    english = words("en")
    assert english.say("{shown} of {total} routes", {"shown": 12, "total": 4067}) == "12 of 4,067 routes"
    assert english.say("100 % of {this", {}) == "100 % of {this"
    assert [english.counted("{count} row", "{count} rows", n, {}) for n in (0, 1, 2500)] == [
        "0 rows",
        "1 row",
        "2,500 rows",
    ]
    assert english.country("LBY") == "Libya"


def test_french_has_its_own_plural_separators_and_names_of_countries():
    french = words("fr")
    assert french.counted("{count} incident", "{count} incidents", 0, {}) == "0 incident"
    assert french.counted("{count} incident", "{count} incidents", 4067, {}) == "4\u202f067 incidents"
    assert french.number(1234.5, 1) == "1\u202f234,5"
    assert (french.roughly(0.0531), words("en").roughly(0.0531)) == ("0,053", "0.053")
    assert french.percent(0.45) == "45\xa0%"
    assert (french.country("LBY"), french.country("XXX")) == ("Libye", "XXX")
    assert (french.name, french.direction) == ("Français", "ltr")


def test_a_kept_sentence_is_said_anew_with_the_figures_and_the_sentences_in_it():
    rate = sentence("x{ratio:.2g} ({low:.2g} and {high:.2g})", ratio=5.08, low=2.5, high=123.0)
    told = sentence("{corridor}: {reason}", corridor="Sfax - Lampedusa", reason=rate)
    assert words("fr").say(told, {}) == "Sfax - Lampedusa\xa0: x5,1 (2,5 and 1,2e+02)"
    assert words("en").say(told, {}) == told == "Sfax - Lampedusa: x5.1 (2.5 and 1.2e+02)"
    assert words("fr").say("{outcome}: {sentence}", {"outcome": "En hausse", "sentence": told}).count("5,1") == 1


def test_a_change_is_said_in_french():
    told = finding().sentence
    assert told == "Fewer reported than usual since 2025-04: 0.5 incidents a month, 14 before."
    assert words("fr").say(told, {}) == (
        "Moins de signalements que d’habitude depuis 2025-04\xa0: 0,5 incident par mois, 14 auparavant."
    )


def test_what_is_counted_takes_the_form_and_shares_the_sign_of_the_language():
    many = counted(
        "{count:,} incident without a place or a time left out.",
        "{count:,} incidents without a place or a time left out.",
        4067,
    )
    assert words("fr").say(many, {}) == "4\u202f067 incidents sans lieu ou sans date écartés."
    share = sentence("{share:.0%} of its incidents state the origin", share=0.453)
    assert (words("fr").say(share, {}), share) == (
        "45\xa0% de ses incidents indiquent l’origine",
        "45% of its incidents state the origin",
    )


def test_countries_in_a_sentence_bear_their_names_in_the_language():
    pairs = [sentence("{start} to {goal} {share:.0%}", start=Country("Libya", "LBY"), goal="ITA", share=0.5)] * 2
    assert words("fr").say(series(pairs), {}) == "Libye vers ITA 50\xa0%, Libye vers ITA 50\xa0%"
    assert series(pairs) == "Libya to ITA 50%, Libya to ITA 50%"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("lies on sea, 12 km from the coast", "se trouve en mer, à 12 km de la côte"),
        ("route label: Sahara Desert crossing", "libellé de route\xa0: Sahara Desert crossing"),
        ("drowned within 5 km of the coast", "noyade à moins de 5 km de la côte"),
        ("a reason of long ago", "a reason of long ago"),
    ],
)
def test_a_reason_that_a_table_kept_is_recognised(kept, said):
    assert words("fr").say(recognised(kept, REASONS), {}) == said


def test_the_map_gets_a_kept_sentence_with_what_it_was_made_of():
    told = sentence("{a}, {b:.2g}", a=counted("{count} day", "{count} days", 2), b=float("inf"))
    days = {"text": "{count} day", "many": "{count} days", "values": {"count": 2}}
    assert spelt_out(told) == {"text": "{a}, {b:.2g}", "values": {"a": days, "b": "inf"}}
    assert (spelt_out("kept"), spelt_out(Country("Libya", "LBY"))) == ("kept", {"country": "LBY", "name": "Libya"})


def test_a_text_without_a_translation_is_said_in_english():
    assert words("fr").say("Nobody has ever said this.", {}) == "Nobody has ever said this."


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        ("tlh, fr", "fr"),
        ("en-US", "en"),
        ("FR_fr", "fr"),
        ("", "en"),
        ("xx,*;q=0.1", "en"),
        ("../../etc/passwd", "en"),
        (quote("é" * 10_000), "en"),
    ],
)
def test_a_browser_gets_the_first_of_its_languages_that_there_is(wanted, got):
    assert nearest(wanted) == got


def test_the_map_of_another_language_has_a_dictionary_with_its_words():
    assert '<html lang="fr" dir="ltr">' in map_page("fr").html
    told = map_page("fr").script.decode()
    assert '"Zoom in": ["Zoom avant"]' in told
    assert '"LBY": "Libye"' in told
    assert "“Who may be going where”" not in told  # what only pages say
    assert "const dictionary = null;" not in told
    assert "const dictionary = null;" in map_page("en").script.decode()


def test_a_route_is_named_by_its_ends_as_they_are_called_in_the_language():
    name = "Central Mediterranean: Tripoli - off Lampedusa (2)"
    assert words("en").route(name) == name
    assert words("es").route("Algiers - Tunis") == "Argel - Túnez"
    arabic = words("ar").route(name)
    assert "طرابلس" in arabic
    assert "لامبيدوزا" in arabic
    assert arabic.endswith(" (2)")
    assert words("ar").route("Central Mediterranean") == words("ar").say("Central Mediterranean", {})


def test_a_country_in_the_name_of_a_route_bears_its_name_in_the_language():
    assert "Libye" in words("fr").route("inland Libya - Algiers")


def test_an_end_that_keeps_its_latin_letters_beside_one_in_arabic_keeps_its_direction():
    assert words("ar").route("Tripoli - Kalocsa") == "طرابلس - \u2068Kalocsa\u2069"
    assert words("ar").route("Arizpe - Kalocsa") == "Arizpe - Kalocsa"


def test_a_name_that_an_analyst_gave_stays():
    assert words("ar").route("Pirates' Alley") == "Pirates' Alley"


def test_the_map_is_told_what_places_are_called():
    module = words("fr").module()
    assert '"Cairo": "Le Caire"' in module
