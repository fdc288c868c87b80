"""A comparison tells what changed first, by how surely, and which places are near enough to have swapped."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from routes.core.corridor import CountryRole
from routes.temporal.comparison import Comparison, NodeChange, _above, _between_branches, _related
from routes.temporal.hierarchy import Hierarchy, Node
from routes.temporal.lateral_shift import Displacement, Shift
from routes.temporal.rate_tests import Change
from routes.temporal.time_windows import Window
from tests.networks import line

BEFORE, AFTER = Window(date(2024, 1, 1), date(2025, 1, 1)), Window(date(2025, 1, 1), date(2026, 1, 1))
KM = 111.195  # of a degree of latitude


def change(verdict: str, q: float = 0.01, before: int = 10, after: int = 30) -> Change:
    return Change(before, after, 1.0, 1.0, after / before, 1.5, np.inf, q / 2, q, verdict, f"It is {verdict}.")


def shift(km: float, *, flagged: bool) -> Shift:
    return Shift(km, km - 4, km + 6, 0.001, 0.002, "south", flagged)


def compared() -> Comparison:
    """Return four routes: one grew, one is steady but moved 20 km, one is steady, and one has too few reports."""
    routes = [line(f"sea-{name}", name, "sea", [(10, 0), (12, 0)]) for name in ("grown", "moved", "still", "rare")]
    return Comparison(
        BEFORE,
        AFTER,
        tuple(routes),
        (change("growing", 0.02), change("steady", 0.5), change("steady", 0.2), change("not testable", np.nan)),
        (None, shift(-20, flagged=True), shift(1, flagged=False), None),
        (Displacement(2, 0, 8.0, 6.00004, 0.75, 0.75, 0.5, 0.9, 0.01, 0.02),),
        above=(
            NodeChange("branch", "branch", "the branch", "sea", ("LBY", "ITA"), change("fading", 0.001), speaks=True),
            NodeChange("mode", "mode", "all at sea", "sea", (), change("fading", 0.0001), speaks=False),
        ),
    )


def test_what_changed_most_surely_is_told_first_and_what_is_steady_last():
    assert compared().told() == [
        ("fading", "the branch: It is fading."),
        ("growing", "grown: It is growing."),
        ("steady", "moved: It is steady."),
        ("shifted", "moved: 20 km towards the south (likely 14 to 24)."),
        ("steady", "still: It is steady."),
    ]
    assert compared().untold() == [("not testable", "1 of 4 routes; the file says why for each.")]


def test_a_pair_is_told_in_words_and_in_figures():
    swapped = "still lost about 8 incidents and grown gained about 6: as if 75% of what was lost had moved there"
    assert compared().pair_in_words(compared().displaced[0]).startswith(swapped)
    (lost,) = compared().change_of(2)["displacement"]
    (gained,) = compared().change_of(0)["displacement"]
    assert (lost["corridor_id"], lost["to"], lost["gained"]) == ("sea-still", "sea-grown", 6.0)
    assert (gained["corridor_id"], gained["from"]) == ("sea-grown", "sea-still")
    assert compared().change_of(1)["displacement"] == []
    assert [compared().name_of(number) for number in (0, 3, 4, 5)] == ["grown", "rare", "the branch", "all at sea"]
    assert compared()._id_of(4) == "branch"


def test_what_is_infinite_or_unknown_is_null_in_a_file():
    told = compared().change_of(3)
    assert (told["high"], told["q"], told["ratio"], told["shift"]) == (None, None, 3.0, None)
    assert compared().change_of(1)["shift"] == {
        "km": -20.0,
        "low": -24.0,
        "high": -14.0,
        "p": 0.001,
        "q": 0.002,
        "towards": "south",
        "flagged": True,
    }


def test_the_summary_counts_verdicts_and_shifts():
    told = compared().summary()
    assert {verdict: number for verdict, number in told["verdicts"].items() if number} == {
        "growing": 1,
        "steady": 2,
        "not testable": 1,
    }
    assert told["shifted"] == 1
    assert told["windows"] == {"before": ["2024-01-01", "2025-01-01"], "after": ["2025-01-01", "2026-01-01"]}


@pytest.mark.parametrize(("km", "near"), [(499, True), (501, False)])
def test_routes_within_500_km_are_near(km, near):
    one = line("a", "a", "sea", [(10, 0), (14, 0)])
    assert _related(one, line("b", "b", "sea", [(10, km / KM), (14, km / KM)])) == near


@pytest.mark.parametrize(
    ("role", "other", "related"),
    [
        ("source", "source", True),
        ("destination", "destination", True),
        ("transit", "transit", False),
        ("source", "destination", False),
    ],
)
def test_routes_from_or_to_one_country_are_related_however_far(role, other, related):
    one = replace(line("a", "a", "sea", [(10, 0), (14, 0)]), countries=(CountryRole("LBY", role),))
    far = replace(line("b", "b", "sea", [(10, 40), (14, 40)]), countries=(CountryRole("LBY", other),))
    assert _related(one, far) == related


@pytest.mark.parametrize(
    ("other", "pairs"),
    [(("LBY", "MLT"), [(7, 8)]), (("TUN", "ITA"), [(7, 8)]), (("ITA", "LBY"), []), (("TUN", "MLT"), []), ((), [])],
)
def test_branches_swap_that_begin_or_end_in_one_country(other, pairs):
    fell = NodeChange("a", "branch", "a", "sea", ("LBY", "ITA"), change("fading"), speaks=True)
    rose = NodeChange("b", "branch", "b", "sea", other, change("growing"), speaks=True)
    assert _between_branches([fell, rose], 7) == pairs
    assert _between_branches([fell, replace(rose, change=change("steady"))], 7) == []
    assert _between_branches([fell, replace(rose, level="known route")], 7) == []


@pytest.mark.parametrize(("of_route", "speaks"), [(14, False), (13, True)])
def test_a_branch_speaks_where_less_than_two_thirds_of_its_change_are_of_its_route(of_route, speaks):
    """Of the branch 20 more came than were expected; two thirds of them are 13.3."""
    nodes = (
        Node("all", "all", "all", None, -1, (), ()),
        Node("branch", "branch", "branch", "sea", 0, (), ()),
        Node("route", "route", "route", "sea", 1, (0,), ()),
    )
    still, branch = change("steady", before=10, after=10), change("growing", before=10, after=30)
    told = list(_above(Hierarchy(nodes), [still, branch, change("growing", before=10, after=10 + of_route)]))
    assert [(one.node_id, one.speaks) for one in told] == [("all", False), ("branch", speaks)]
    turned = list(_above(Hierarchy(nodes), [still, branch, change("fading", before=30, after=10)]))
    assert turned[1].speaks
