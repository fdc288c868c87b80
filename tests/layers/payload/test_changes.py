"""Changes and alerts as a map is told of them: one state each, in plain JSON values, newest first."""

import json
from datetime import date

import numpy as np
import pytest

from layers.payload.alerts import alerts_of
from layers.payload.changes import drawn_changes, state_of
from layers.web.translations import words
from routes.temporal.comparison import Comparison
from routes.temporal.findings import Finding
from routes.temporal.lateral_shift import Shift
from routes.temporal.rate_tests import Change
from routes.temporal.time_windows import Window

BEFORE, AFTER = Window(date(2024, 1, 1), date(2025, 1, 1)), Window(date(2025, 1, 1), date(2026, 1, 1))


def change(verdict: str, before: int = 10, after: int = 40, ratio: float = 4.0) -> Change:
    return Change(before, after, 1.0, 1.2, ratio, 2.0, np.inf, 0.001, 0.01, verdict, "A reason.")  # type: ignore[arg-type]


@pytest.fixture
def comparison(corridor):
    def made(*found: tuple[Change, bool]) -> Comparison:
        corridors = tuple(
            corridor(corridor_id=f"sea-{number}", name=f"Town {number} - Town", months={"2025-03": 4})
            for number in range(len(found))
        )
        moved = Shift(18.0, 14.0, 22.0, 0.001, 0.01, "east", flagged=True)
        shifts = tuple(moved if flagged else None for _, flagged in found)
        return Comparison(BEFORE, AFTER, corridors, tuple(one for one, _ in found), shifts, ())

    return made


def test_a_steady_corridor_that_moved_is_shifted_and_a_growing_one_stays_growing(comparison):
    found = comparison((change("steady"), True), (change("growing"), True), (change("gone"), False))
    assert [state_of(found, number) for number in range(3)] == ["shifted", "growing", "gone"]


def test_what_is_drawn_is_json_without_infinities_and_keeps_the_shift_of_a_growing_line(comparison):
    drawn = drawn_changes(comparison((change("born", 0, 30, np.inf), False), (change("growing"), True)), ["new", "x4"])
    assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn
    born, growing = drawn
    assert (born["ratio"], born["high"], born["shift"], born["rate"]) == (None, None, None, "new")
    assert growing["shift"]["towards"] == "east"
    assert born["lines"] == [[[10.76, 34.74], [11.7, 35.1], [12.6, 35.5]]]


def finding(**values: object) -> Finding:
    usual = {
        "finding_id": "sea-route:fewer:2025-04",
        "node_id": "sea-route",
        "level": "route",
        "name": "Sfax - Lampedusa",
        "mode": "sea",
        "direction": "fewer",
        "since": "2025-04",
        "detected": "2025-06",
        "last": "2025-07",
        "rate": 0.52,
        "usual": 14.2,
        "incidents": 2,
        "confidence": "high",
        "sources": (("A", 2),),
        "rests_on": ("A",),
        "countries": ("TUN", "ITA"),
        "box": (10.7, 34.7, 12.6, 35.5),
        "at": (11.7, 35.1),
        "corridor_ids": ("sea-route",),
        "evidence": 15.0,
        "synthetic": False,
    }
    return Finding(**(usual | values))  # type: ignore[arg-type]


def test_an_alert_is_a_finding_with_its_id_and_one_sentence_why():
    country = finding(finding_id="country-ITA:more:2025-01", level="country", direction="more", usual=3.0, rate=33.4)
    alerts = alerts_of([finding(), country])
    assert json.loads(json.dumps(alerts, allow_nan=False)) == alerts
    assert [(one["key"], one["kind"], one["date"]) for one in alerts] == [
        ("sea-route:fewer:2025-04", "alarm-fewer", "2025-06"),
        ("country-ITA:more:2025-01", "alarm-more", "2025-06"),
    ]
    said = [words("en").say(one["why"]["text"], one["why"]["values"]) for one in alerts]
    assert said == [
        "Fewer reported than usual since 2025-04: 0.5 incidents a month, 14 before.",
        "More reported than usual since 2025-04: 33 incidents a month, 3 before.",
    ]
    assert [one["corridors"] for one in alerts] == [["sea-route"], []]
    assert alerts_of([]) == []
