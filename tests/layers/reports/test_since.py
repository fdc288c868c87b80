"""What changed between two versions: counted by hand on a ledger of a few rows, and routes by the comparison alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.ledger.version_diff import changes, undo
from geodata.model.query import View
from layers.audience.audiences import AUDIENCES
from layers.reports.since import counted_since, routes_shown_since, routes_since, within_sight
from routes.temporal.comparison import Comparison
from routes.temporal.lateral_shift import Shift
from routes.temporal.rate_tests import Change
from routes.temporal.time_windows import Window

HEADER = "source,id,date,lat,lon,mode,people\n"
BEFORE, AFTER = Window(date(2024, 1, 1), date(2025, 1, 1)), Window(date(2025, 1, 1), date(2026, 1, 1))
MOVED = Shift(18.0, 14.0, 22.0, 0.001, 0.01, "east", flagged=True)


def row(name: str, people: int = 5, mode: str = "sea", day: str = "2024-05-03") -> str:
    return f"desk,{name},{day},35.5,12.6,{mode},{people}\n"


@pytest.fixture
def ledger(home, tmp_path) -> Ledger:
    """Return a ledger: 0 holds a, b, c, l by land; 1 also x; 2 b revised, d and e by land new; 3 without x again."""
    made = Ledger(home)

    def taken(name: str, *rows: str) -> str:
        (tmp_path / f"{name}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
        return ingest_file(tmp_path / f"{name}.csv", made).batch.batch

    taken("first", row("a"), row("b"), row("c"), row("l", mode="land"))
    extra = taken("extra", row("x"))
    taken("second", row("b", people=9), row("d"), row("e", mode="land"))
    undo(made, extra)
    return made


def counted(ledger: Ledger, before: int, after: int, view: View) -> tuple[int, int, int]:
    then, now = (view.select(ledger.incidents(version)) for version in (before, after))
    return counted_since(then, now, changes(ledger, before, after))


def test_incidents_that_were_added_revised_and_withdrawn_are_counted(ledger):
    assert counted(ledger, 1, 3, View()) == (2, 1, 1)
    assert counted(ledger, 0, 3, View()) == (2, 1, 0)
    assert counted(ledger, 3, 3, View()) == (0, 0, 0)


def test_backwards_what_was_added_is_withdrawn(ledger):
    assert counted(ledger, 3, 1, View()) == (1, 1, 2)


def test_only_what_is_asked_for_is_counted(ledger):
    assert counted(ledger, 1, 3, View(modes=("land",))) == (1, 0, 0)
    assert counted(ledger, 1, 3, View(modes=("sea",))) == (1, 1, 1)
    assert counted(ledger, 1, 3, View(end=date(2024, 1, 1))) == (0, 0, 0)


def test_an_incident_that_a_revision_moves_out_of_the_window_is_a_revised_one(ledger, tmp_path):
    file = tmp_path / "moved.csv"
    file.write_text(HEADER + row("a", day="2021-05-03"), encoding="utf-8")
    ingest_file(file, ledger)
    assert counted(ledger, 3, 4, View(start=date(2024, 1, 1))) == (0, 1, 0)
    assert counted(ledger, 3, 4, View(end=date(2022, 1, 1))) == (0, 1, 0)


@pytest.fixture
def comparison(corridor):
    """Return a maker of comparisons: a verdict of each route by its id, with an apostrophe where it moved as well."""

    def made(**verdicts: str) -> Comparison:
        found = tuple(
            Change(10, 40, 1.0, 1.2, 4.0, 2.0, np.inf, 0.001, 0.01, verdict.strip("'"), f"Reason of {name}.")
            for name, verdict in verdicts.items()
        )
        routes = tuple(corridor(corridor_id=name, name=f"Route {name}") for name in verdicts)
        shifts = tuple(MOVED if verdict.endswith("'") else None for verdict in verdicts.values())
        return Comparison(BEFORE, AFTER, routes, found, shifts, ())

    return made


def told(found) -> list[tuple[str, str]]:
    return [(one.state, one.corridor_id) for one in found]


def test_told_is_what_the_comparison_says_now_and_did_not_say_then(comparison):
    then = comparison(a="steady", b="growing", c="steady", d="steady", e="growing", f="steady")
    now = comparison(a="born", b="growing", c="fading", d="steady'", e="steady", f="gone")
    found = routes_since(then, now)
    assert told(found) == [
        ("new", "a"),
        ("fallen", "c"),
        ("fallen", "f"),
        ("shifted", "d"),
        ("no longer told", "e"),
    ]
    assert str(found[0].text) == "Reason of a."
    assert str(found[3].text) == "18 km towards the east (likely 14 to 22)."
    assert "called it risen" in str(found[4].text)


def test_backwards_each_route_is_told_the_other_way_round(comparison):
    then, now = comparison(a="growing", b="steady"), comparison(a="fading", b="growing")
    assert told(routes_since(then, now)) == [("risen", "b"), ("fallen", "a")]
    assert told(routes_since(now, then)) == [("risen", "a"), ("no longer told", "b")]


def test_what_could_not_be_compared_then_is_told_now(comparison):
    assert told(routes_since(None, comparison(a="growing"))) == [("risen", "a")]
    assert routes_since(comparison(a="growing"), comparison(a="growing")) == ()
    assert routes_since(None, None) == ()


def test_only_routes_in_sight_are_told_of(comparison, corridor):
    found = within_sight(comparison(a="growing", b="fading"), (corridor(corridor_id="b"),))
    assert told(routes_since(None, found)) == [("fallen", "b")]


def test_partners_are_told_of_the_counts_that_their_maps_show_and_of_no_small_route(year):
    """Nine, six and three incidents: nine are ten; three are too few, and six go with them, as both make nine."""
    now = year()
    none = replace(now, incidents=now.incidents.head(0))
    partner = AUDIENCES["partner"]
    found = routes_shown_since(none, now, partner)
    assert told(found) == [("newly shown", "first")]
    assert str(found[0].text) == "10 incidents in the period; fewer than 5 when the briefing before was made."
    gone = routes_shown_since(now, none, partner)
    assert told(gone) == [("fewer incidents", "first")]
    assert str(gone[0].text) == "Fewer than 5 incidents in the period; 10 when the briefing before was made."
    assert routes_shown_since(now, year(), partner) == ()
