"""Periods: which months are offered, how a period is called, and what it is compared with."""

from datetime import date

import pytest

from geodata.model.query import View
from pages.presenters.window_choice import Spans, against, all_months, last_months, period_in_words
from routes.temporal.time_windows import Window

KNOWN = Window.of("2023-03:2026-11")
"""The last incident is of November 2026, which may not be over."""


@pytest.mark.parametrize(
    ("months", "window"),
    [(3, "2026-08:2026-11"), (12, "2025-11:2026-11"), (44, "2023-03:2026-11"), (60, "2023-03:2026-11")],
)
def test_the_last_months_end_with_the_last_that_is_over(months, window):
    assert last_months(KNOWN, months) == Window.of(window)


def test_all_time_ends_with_the_month_of_the_last_incident():
    assert all_months(KNOWN) == Window.of("2023-03:2026-12")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2025, 11, 1), date(2026, 11, 1), "Nov 2025 – Oct 2026"),
        (date(2026, 5, 1), date(2026, 6, 1), "May 2026"),
        (date(2026, 5, 3), date(2026, 6, 1), "3 May 2026 – 31 May 2026"),
        (date(2023, 3, 1), date(2026, 12, 1), "All time"),
        (date(2023, 3, 1), date(2026, 11, 1), "Mar 2023 – Oct 2026"),
        (date(2023, 4, 1), date(2026, 12, 1), "Apr 2023 – Nov 2026"),
        (None, None, "All time"),
    ],
)
def test_a_period_is_called_by_its_months_or_days(start, end, words):
    assert period_in_words(start, end, KNOWN) == words


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [
        (date(2026, 8, 1), date(2026, 11, 1), "2025-08:2025-11", "2026-08:2026-11"),
        (date(2026, 8, 9), date(2026, 10, 2), "2025-08:2025-11", "2026-08:2026-11"),
        (date(2023, 9, 1), date(2023, 12, 1), "2023-06:2023-09", "2023-09:2023-12"),
        (date(2023, 3, 1), date(2026, 12, 1), "2024-11:2025-11", "2025-11:2026-11"),
        (None, None, "2024-11:2025-11", "2025-11:2026-11"),
    ],
    ids=["a year before", "days as their months", "the months before", "all time", "nothing asked"],
)
def test_a_period_is_compared_with_a_year_before_else_with_the_months_before(start, end, before, after):
    assert against(View(start=start, end=end), KNOWN) == Spans(Window.of(before), Window.of(after))


def test_nothing_is_compared_where_nothing_is_known():
    assert against(View(start=date(2026, 8, 1), end=date(2026, 11, 1)), None) is None


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("", "2025-08:2025-11"),
        ("before", "2026-05:2026-08"),
        ("2024-01:2025-01", "2024-01:2025-01"),
        ("1999-01:1999-04", "2023-03:2023-06"),
        ("2026-08:2026-11", "2025-08:2025-11"),
    ],
    ids=["a year before", "the months before", "others", "before all that is known", "the period itself"],
)
def test_a_period_is_compared_with_what_is_asked_for(asked, before):
    view = View(start=date(2026, 8, 1), end=date(2026, 11, 1), against=asked)
    assert against(view, KNOWN) == Spans(Window.of(before), Window.of("2026-08:2026-11"))
