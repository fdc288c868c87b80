"""The Method page: it is told in every language that has a text of its own, and each tells the same."""

import re
from pathlib import Path

import pytest

from layers.web.translations import languages
from tests.screens import opened, texts

DOCS = Path(__file__).parent.parent.parent / "docs"
ENGLISH = (DOCS / "method.md").read_text(encoding="utf-8")
OTHERS = [code for code in languages() if (DOCS / f"method.{code}.md").exists()]
PARTS = {"list items": r"^(?:- |\d+\. )", "rows of tables": r"^\|", "words in bold": r"\*\*.+?\*\*"}


def sections(text: str) -> list[str]:
    return re.split(r"^#+ .*$", text, flags=re.MULTILINE)


def figures(section: str) -> list[str]:
    return [figure.replace(",", ".") for figure in re.findall(r"\d+(?:[.,]\d+)?", section)]


@pytest.fixture(params=OTHERS)
def translated(request):
    return (DOCS / f"method.{request.param}.md").read_text(encoding="utf-8")


def test_french_is_there():
    assert "fr" in OTHERS


def test_a_translation_has_the_sections_of_the_english_text(translated):
    assert len(sections(translated)) == len(sections(ENGLISH)), "a heading was added or taken out in one of the two"


@pytest.mark.parametrize("part", PARTS)
def test_each_section_has_as_many_parts_as_in_english(translated, part):
    counts = [
        [len(re.findall(PARTS[part], section, flags=re.MULTILINE | re.DOTALL)) for section in sections(text)]
        for text in (translated, ENGLISH)
    ]
    assert counts[0] == counts[1], f"{part} differ: what changed in one language is to be said in the other"


def test_each_section_tells_the_same_figures_in_the_same_order(translated):
    for own, english in zip(sections(translated), sections(ENGLISH), strict=True):
        assert figures(own) == figures(english), own[:80]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "From an incident to the map"), ("fr", "De l’incident à la carte")]
)
def test_the_page_shows_the_text_of_the_reader(at, home, language, said):
    at(home)
    page = opened("method.py", lang=language)
    assert said in page.markdown[0].value
    assert "kept in English" not in texts(page)
