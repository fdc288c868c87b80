"""How sure a corridor is, on both sides of each bound."""

import pytest

from routes.core.corridor import confidence_of


@pytest.mark.parametrize(
    ("support", "incidents", "inferred", "word"),
    [
        (0.85, 10, 0.5, "high"),
        (0.84, 10, 0.5, "medium"),
        (0.85, 9, 0.5, "medium"),
        (0.85, 10, 0.51, "medium"),
        (0.7, 1, 1.0, "medium"),
        (0.69, 100, 0.0, "low"),
        (1.0, 0, 0.0, "low"),
    ],
)
def test_confidence_is_support_with_enough_incidents_along_enough_of_the_line(support, incidents, inferred, word):
    assert confidence_of(support, incidents, inferred) == word
