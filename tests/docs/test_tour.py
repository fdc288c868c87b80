"""The tour of the map stands in docs/ as it is on the map, in each language."""

import pytest

from docs.tour import file_of, page
from layers.map.tour import STEPS
from layers.web.translations import languages


@pytest.mark.parametrize("language", languages())
def test_the_page_of_the_tour_says_what_the_map_says(language):
    written = file_of(language).read_text(encoding="utf-8")
    assert written == page(language)
    assert written.count("\n## ") == len(STEPS) == 6
