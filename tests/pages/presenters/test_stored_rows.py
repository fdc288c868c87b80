"""Times of the incidents that would be stored, in words."""

from datetime import UTC, datetime

import pytest

from layers.web.translations import words
from pages.presenters import stored_rows
from pages.presenters.stored_rows import in_words

DAY = datetime(2024, 4, 25, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precision", "told"),
    [
        ("instant", "25 April 2024, 13:05"),
        ("day", "25 April 2024"),
        ("month", "April 2024"),
        ("quarter", "2nd quarter 2024"),
        ("year", "2024"),
    ],
)
def test_a_time_is_told_as_exactly_as_it_is_known_with_the_day_before_the_month(precision, told):
    assert in_words(DAY, precision) == told


def test_a_day_is_told_in_the_words_of_the_language(monkeypatch):
    monkeypatch.setattr(stored_rows, "spoken", lambda: words("fr"))
    assert in_words(DAY) == "25 avril 2024"
