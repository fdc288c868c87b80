"""Changes and alerts as a map is told of them: one state each, in plain JSON values, newest first."""

import json
from datetime import date

import numpy as np
import pytest

from layers.alerts import alerts_of
from layers.changes import drawn_changes, state_of
from layers.words import words
from routes.change import Change
from routes.comparison import Comparison
from routes.shifts import Shift
from routes.windows import Window

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


def test_alerts_are_births_growth_and_alarms_with_the_latest_first_and_a_place_each(comparison, corridor):
    found = comparison((change("growing"), False), (change("born", 0, 30, np.inf), False), (change("fading"), False))
    route = corridor(corridor_id="sea-route", name="Sfax - Lampedusa")
    alarm = {
        "corridor_id": "sea-route",
        "name": "Sfax - Lampedusa",
        "mode": "sea",
        "direction": "down",
        "known": "2025-06",
        "sentence": "Down since 2025-04.",
    }
    unknown = alarm | {"corridor_id": "sea-unknown"}
    alerts = alerts_of(found, [alarm, unknown], [route])
    assert [(alert["kind"], alert["date"]) for alert in alerts] == [
        ("born", "2025-12"),
        ("growing", "2025-12"),
        ("alarm-down", "2025-06"),
    ]
    why = alerts[0]["why"]
    assert words("en").say(why["text"], why["values"]) == (
        "30 since 2025-03, after 0 in the 12 months that it is compared with."
    )
    assert all(alert["at"] == [11.7, 35.1] for alert in alerts)
    assert len({alert["key"] for alert in alerts}) == 3


def test_an_alert_keeps_its_key_under_another_name_of_its_route_and_no_other_route_has_it(corridor):
    def keys(route_id: str, name: str) -> list[str]:
        route = corridor(corridor_id=route_id, name=name)
        alarm = {"corridor_id": route_id, "name": name, "mode": "sea", "direction": "up", "known": "2025-06"}
        return [alert["key"] for alert in alerts_of(None, [alarm | {"sentence": "Up."}], [route])]

    assert keys("sea-a", "Sfax - Lampedusa") == keys("sea-a", "Monastir - Lampedusa")
    assert keys("sea-a", "Sfax - Lampedusa") != keys("sea-b", "Sfax - Lampedusa")


def test_too_few_months_for_a_comparison_leave_the_alarms():
    assert alerts_of(None, [], []) == []
