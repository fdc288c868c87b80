"""Which incidents lie in which strait and in which window."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from routes.indexing.cell_day_cube import Days
from routes.indexing.evidence_index import in_strait, straits_of


def test_a_strait_holds_two_parts_of_which_one_is_placed_exactly():
    part = np.array([0, 1, 2, 3, 4, 5])
    assert in_strait(part, 1).tolist() == [False, False, False, True, True, False]
    assert in_strait(part, 1, exact=True).tolist() == [False, False, False, True, False, False]
    assert in_strait(part, 0).tolist() == [False, True, True, False, False, False]
    assert straits_of(np.array([0, 0, 4, 3, 1])) == [0, 1]
    assert straits_of(np.zeros(3, int)) == []


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (None, None, [True] * 4),
        (date(1970, 1, 3), None, [False, False, True, True]),
        (None, date(1970, 1, 3), [True, True, False, False]),
        (date(1970, 1, 2), date(1970, 1, 4), [False, True, True, False]),
    ],
)
def test_a_window_holds_its_first_day_and_not_its_last(start, end, inside):
    days = Days.between(start, end)
    assert days.inside(np.arange(4)).tolist() == inside
    times = pl.DataFrame({"time_start": [date(1970, 1, day) for day in (1, 2, 3, 4)]}).cast(pl.Datetime("us", "UTC"))
    assert times.filter(days.holds())["time_start"].dt.day().to_list() == [
        day for day, kept in zip((1, 2, 3, 4), inside, strict=True) if kept
    ]
