"""A message leaves at once or in a digest, never in quiet hours: across midnight, and across a change of clocks."""

from datetime import UTC, datetime

import pytest

from desk.watch.model import Timing
from desk.watch.timing import after_quiet, due

ROME_NIGHT = Timing(zone="Europe/Rome", quiet_from="22:00", quiet_to="06:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-30T20:59:59", "2026-11-30T20:59:59"),  # 21:59:59 in Rome, an hour ahead of UTC in winter
        ("2026-11-30T21:00:00", "2026-12-01T05:00:00"),
        ("2026-11-30T23:30:00", "2026-12-01T05:00:00"),  # after midnight in Rome
        ("2026-12-01T04:59:59", "2026-12-01T05:00:00"),
        ("2026-12-01T05:00:00", "2026-12-01T05:00:00"),
    ],
)
def test_nothing_leaves_from_the_first_second_of_quiet_hours_to_their_last(now, leaves):
    assert after_quiet(at(now), ROME_NIGHT) == at(leaves)
    assert due(at(now), ROME_NIGHT) == at(leaves)


def test_quiet_hours_within_a_day_leave_the_night_free():
    noon = Timing(quiet_from="12:00", quiet_to="14:00")
    assert after_quiet(at("2026-11-30T11:59:59"), noon) == at("2026-11-30T11:59:59")
    assert after_quiet(at("2026-11-30T12:00:00"), noon) == at("2026-11-30T14:00:00")
    assert after_quiet(at("2026-11-30T14:00:00"), noon) == at("2026-11-30T14:00:00")
    assert after_quiet(at("2026-11-30T02:00:00"), noon) == at("2026-11-30T02:00:00")


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-03-28T21:00:00", "2026-03-29T04:00:00"),  # clocks go from 02:00 to 03:00: the night is an hour shorter
        ("2026-03-29T20:00:00", "2026-03-30T04:00:00"),  # 22:00 is an hour earlier in UTC from then on
        ("2026-10-24T20:00:00", "2026-10-25T05:00:00"),  # clocks go from 03:00 to 02:00: an hour longer
        ("2026-10-25T04:59:59", "2026-10-25T05:00:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall_when_clocks_change(now, leaves):
    assert after_quiet(at(now), ROME_NIGHT) == at(leaves)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_when_it_would_have():
    early = Timing(zone="Europe/Rome", quiet_from="22:00", quiet_to="02:30")
    assert after_quiet(at("2026-03-29T00:00:00"), early) == at("2026-03-29T01:30:00")  # 03:30 in Rome


@pytest.mark.parametrize(
    ("timing", "now", "leaves"),
    [
        ({"when": "daily", "hour": 7}, "2026-11-30T06:59:59", "2026-11-30T07:00:00"),
        ({"when": "daily", "hour": 7}, "2026-11-30T07:00:00", "2026-12-01T07:00:00"),
        ({"when": "daily", "hour": 7, "zone": "Asia/Tokyo"}, "2026-11-30T12:00:00", "2026-11-30T22:00:00"),
        ({"when": "daily", "hour": 2, "zone": "Europe/Rome"}, "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
        ({"when": "daily", "hour": 2, "zone": "Europe/Rome"}, "2026-10-24T12:00:00", "2026-10-25T00:00:00"),
        # 30 November 2026 is a Monday
        ({"when": "weekly", "weekday": 0, "hour": 7}, "2026-11-30T06:00:00", "2026-11-30T07:00:00"),
        ({"when": "weekly", "weekday": 0, "hour": 7}, "2026-11-30T07:00:00", "2026-12-07T07:00:00"),
        ({"when": "weekly", "weekday": 6, "hour": 0}, "2026-11-30T07:00:00", "2026-12-06T00:00:00"),
        (
            {"when": "daily", "hour": 5, "quiet_from": "22:00", "quiet_to": "06:00"},
            "2026-11-30T07:00:00",
            "2026-12-01T06:00:00",
        ),
    ],
)
def test_a_digest_leaves_at_its_next_hour(timing, now, leaves):
    assert due(at(now), Timing(**timing)) == at(leaves)
