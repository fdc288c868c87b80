"""The Changes page: windows out of an address, outcomes in words, and the page run as a script without a browser."""

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.batch import Batch
from geodata.ledger.store import Ledger
from geodata.model.query import View
from pages.data.workspace_cache import sight
from pages.presenters.change_report import (
    alarm_grid,
    came_in,
    counted,
    facts_of_one,
    lately,
    listed,
    not_arrived,
    outcome,
    pairs,
    rate,
    spot_grid,
    told,
)
from pages.presenters.window_choice import Spans, spanning, usual
from routes.core.corridor import Corridor
from routes.temporal.comparison import Comparison
from routes.temporal.emerging_hotspots import HotSpots, Spot
from routes.temporal.findings import recent
from routes.temporal.hotspot_survey import whole_months
from routes.temporal.lateral_shift import Displacement, Shift
from routes.temporal.rate_tests import changes
from routes.temporal.time_windows import Window
from tests.layers.payload.test_changes import finding
from tests.screens import opened, texts

KNOWN = Window.of("2014-01:2024-11")
YEARS = Spans(Window.of("2022-11:2023-11"), Window.of("2023-11:2024-11"))
HOSTILE = '<img src=x onerror="alert(1)"> **bold** :red[x]'


# Windows


def test_where_less_is_known_the_windows_are_shorter():
    assert usual(Window.of("2023-01:2024-04")) == Spans(Window.of("2023-01:2023-04"), Window.of("2024-01:2024-04"))
    assert usual(Window.of("2024-01:2024-06")) == Spans(Window.of("2024-02:2024-04"), Window.of("2024-04:2024-06"))
    assert usual(Window.of("2024-01:2024-02")) is None
    assert usual(None) is None


def test_a_window_is_chosen_by_its_first_and_its_last_month():
    assert spanning("2022-11", "2022-12") == Window.of("2022-11:2023-01")


# Outcomes


@pytest.fixture
def in_french(monkeypatch):
    monkeypatch.setattr("pages.ui.translate.language", lambda: "fr")


def corridor(number: int, name: str) -> Corridor:
    line = np.array([[10.0, 30.0], [11.0, 31.0]])
    return Corridor(f"land-{number}", "s", name, "land", (line,), 150.0, 5.0, 10, 0, (), {})


def comparison(**values: object) -> Comparison:
    """Five corridors: one that did not change, one gone, one grown, one too small to tell, one that moved."""
    before = np.array([[10.0], [40.0], [4.0], [1.0], [12.0], [10.0], [11.0], [9.0]]) * np.ones(12)
    after = np.array([[10.0], [0.0], [30.0], [0.0], [12.0], [10.0], [11.0], [9.0]]) * np.ones(12)
    before[3], after[3] = 0, 0
    after[3, 0] = 1
    found = tuple(changes(before, after))
    shift = Shift(-31.0, -40.0, -22.0, 0.001, 0.004, "north-east", flagged=True)
    names = (HOSTILE, "Gone", "Grown", "Small", "Moved", "F", "G", "H")
    usual_ = {
        "corridors": tuple(corridor(number, name) for number, name in enumerate(names)),
        "changes": found,
        "shifts": (None, None, None, None, shift, None, None, None),
        "displaced": (Displacement(1, 2, 480.0, 312.0, 0.65, 0.65, 0.5, 0.8, 0.001, 0.003),),
    }
    return Comparison(YEARS.before, YEARS.after, **(usual_ | values))  # type: ignore[arg-type]


def test_the_changed_corridors_come_first_in_words_and_those_too_small_last():
    rows = listed(comparison())
    assert set(rows["name"][:3]) == {"Gone", "Grown", "Moved"}
    assert rows["name"][-1] == "Small"
    by_name = {row["name"]: row for row in rows.iter_rows(named=True)}
    assert by_name["Gone"]["outcome"] == "clear fall, to none"
    assert by_name["Grown"]["outcome"] == "clear rise"
    assert by_name["Moved"]["outcome"] == "shifted by 31 km to the north-east"
    assert by_name[HOSTILE]["outcome"] == "no clear change"
    assert (by_name["Small"]["outcome"], by_name["Small"]["confidence"], by_name["Small"]["rate"]) == (
        "too few reports",
        "",
        "",
    )
    assert (by_name["Gone"]["before"], by_name["Gone"]["after"]) == (480, 0)
    assert by_name["Grown"]["rate"].startswith("7.5 times as many a month (likely ")
    assert by_name["Grown"]["confidence"] == "high"


def test_a_corridor_that_grew_and_moved_is_both():
    found = changes(np.full((6, 12), 5.0), np.array([[40.0], *[[5.0]] * 5]) * np.ones(12))
    shift = Shift(8.0, 4.0, 12.0, 0.01, 0.02, "west", flagged=True)
    assert outcome(found[0], shift) == "clear rise; shifted by 8 km to the west"


def test_a_rate_from_nothing_has_only_a_lower_bound():
    found = changes(np.array([[0.0], *[[9.0]] * 5]) * np.ones(12), np.full((6, 12), 9.0))
    assert found[0].verdict == "born"
    assert rate(found[0]).startswith("from none, at least ")


def test_the_outcomes_are_counted_in_one_sentence():
    assert counted(comparison()) == (
        "8 routes: 1 clear rise, 5 no clear change, 1 clear fall, to none, 1 too few reports, 1 moved sideways."
    )
    assert counted(comparison(corridors=())).startswith("No route can be drawn")


def test_the_sentences_are_those_of_the_comparison_the_changed_ones_apart():
    changed, others = told(comparison())
    assert [line.split(":")[0] for line in changed] == ["Clear fall, to none", "Clear rise", "Moved sideways"]
    assert [line.split(":")[0] for line in others].count("No clear change") == 5
    assert others[-1].startswith("Too few reports: 1 of 8")
    assert len(changed) + len(others) == len(comparison().sentences()) - 1  # displacement is said by ``pairs``


def test_a_pair_is_consistent_with_displacement_and_nobody_is_said_to_have_been_displaced():
    (sentence,) = pairs(comparison())
    assert sentence == (
        "Gone lost about 480 incidents and Grown gained about 312: as if 65% of what was lost had moved there (likely "
        "50% to 80%)."
    )


def test_a_chosen_corridor_tells_why():
    said = dict(facts_of_one(comparison(), 4))
    assert said["Sideways"].startswith("31 km to the north-east (likely -40 to -22 km")
    assert "in 12 months, then" in said["Why"]
    assert said["Route id"] == "land-4"


# Alerts


def test_only_changes_of_the_last_twelve_months_or_that_still_stand_are_recent():
    found = [finding(last=month) for month in ("2024-10", "2023-11", "2023-10")]
    assert [one.last for one in recent(found, KNOWN)] == ["2024-10", "2023-11"]


def test_a_change_is_a_row_with_its_words_its_confidence_and_who_reported_it():
    rows = alarm_grid([finding(name=HOSTILE, sources=(("A", 3), ("B", 2), ("C", 1), ("D", 1)), rests_on=("A",))]).rows
    assert rows == (
        (
            "2025-04 to 2025-06",
            HOSTILE,
            "a route",
            "clear fall",
            "Fewer reported than usual since 2025-04: 0.5 incidents a month, 14 before.",
            "high",
            "2",
            "A, B, C and 1 more; would not stand without A",
        ),
    )


def test_what_has_not_arrived_is_said_by_month_and_by_what_delivers():
    months = [{"month": "2024-10", "reported": 94, "known": 0.166, "expected": 259.9, "low": 212, "high": 314}]
    strata = [{"name": "Hospital", "incidents": 1696, "known_up_to": "2024-06", "silent_since": "2024-07"}]
    said, latest, late = not_arrived({"known_up_to": "2024-06", "months": months, "strata": strata})
    assert said == "Falls after 2024-06 cannot be judged yet: not all reports have arrived."
    assert latest.rows == (("2024-10", "94", "17%", "260", "212 to 314"),)
    assert late.rows == (("Hospital", "1,696", "2024-06", "2024-07"),)
    assert not_arrived({"known_up_to": "", "months": [], "strata": []})[0].startswith("No month is known well")


def test_hexes_are_counted_by_class_hot_ones_first_and_those_without_a_pattern_left_out():
    spots = (Spot("cold", "new"), Spot("none", "none"), Spot("hot", "sporadic"), Spot("hot", "sporadic"))
    found = HotSpots(np.zeros(4, np.uint64), np.zeros((4, 1)), np.zeros((4, 1), np.int64), spots)
    rows = spot_grid(found).rows
    assert [tuple(row)[:2] for row in rows] == [("Sporadic hot spot", "2"), ("New cold spot", "1")]


# The latest days


def dated(*days: tuple[date, str], precision: str = "day") -> pl.DataFrame:
    rows = [
        {"time_start": datetime(day.year, day.month, day.day, 9, tzinfo=UTC), "time_precision": precision, "mode": mode}
        for day, mode in days
    ]
    return pl.DataFrame(rows)


def test_the_latest_days_are_set_against_the_average_of_the_year_before():
    end = date(2024, 11, 15)
    every_day = [(end - timedelta(days=number), "sea") for number in range(500)]
    incidents = pl.concat(
        [dated(*every_day), dated((end, "land"), (end, "land")), dated((end, "air"), precision="year")]
    )
    found = lately(incidents)
    assert found is not None
    grid, remark = found
    assert [tuple(row) for row in grid.rows] == [
        ("Land", "2", "0.0", "2", "0.0"),
        ("Sea", "7", "7.0", "28", "28.0"),
        ("All", "9", "7.0", "30", "28.0"),
    ]
    assert "Up to 2024-11-15" in remark
    assert remark.endswith("not counted: 1.")


def test_what_is_usual_is_left_open_where_less_is_known_than_is_compared():
    end = date(2024, 11, 15)
    grid, _ = lately(dated(*((end - timedelta(days=number), "sea") for number in range(20))))  # type: ignore[misc]
    assert tuple(grid.rows[0]) == ("Sea", "7", "7.0", "20", "–")


def test_without_a_day_there_is_nothing_to_say_of_the_latest_days():
    assert lately(dated((date(2024, 1, 1), "sea"), precision="month")) is None


def test_what_came_in_is_counted_by_the_time_of_its_batch():
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    incidents = pl.DataFrame({"batch": ["b-1"] * 3 + ["b-2"]})
    history = [
        (1, Batch("b-2", "f", "s", "o", "p", "a", "2026-11-20T00:00:00Z")),
        (0, Batch("b-1", "f", "s", "o", "p", "a", "2026-11-05T00:00:00Z")),
    ]
    assert came_in(incidents, history, now) == [
        "In the last 7 days 1 incident came in or was revised in 1 import.",
        "In the last 28 days 4 incidents came in or were revised in 2 imports.",
    ]


# The page


def test_an_empty_ledger_says_what_to_do(at, home):
    at(home)
    assert "There are no incidents yet" in texts(opened("changes.py"))


def test_too_few_months_are_one_sentence(at, home, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(f'date,lat,lon,mode,place\n2024-05-03,35.5,12.6,sea,"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n')
    ingest_file(file, Ledger(home))
    at(home)
    page = opened("changes.py")
    assert "Nothing can be compared yet: that takes 2 whole months of incidents, and so far none is over." in texts(
        page
    )
    assert "The latest days" in texts(page)


@pytest.mark.slow
def test_the_page_compares_alarms_and_tells_what_is_new(shown):
    page = opened("changes.py")
    spans = usual(sight().known_months(1))
    assert spans is not None
    assert spans.words in texts(page)
    found = sight().compared(View(), 1, spans.before, spans.after)
    assert counted(found) in texts(page)
    rows = page.dataframe[0].value
    assert sorted(rows["name"][rows["level"] == "a route"]) == sorted(one.name for one in found.corridors)
    for words in (
        "at most 5% of all that are",
        "changes? in the last 12 months",
        "What has not arrived yet",
        "came in or were revised",
        "Usual in",
    ):
        assert re.search(words, texts(page))


def test_the_windows_of_an_old_address_are_the_period_of_the_bar_and_what_it_is_compared_with(shown):
    page = opened("changes.py", before="2024-08:2024-11", after="2026-08:2026-11")
    assert "Aug 2026 – Oct 2026 against Aug 2024 – Oct 2024." in texts(page)
    asked = {name: page.query_params[name] for name in ("from", "to", "against")}
    assert asked == {"from": "2026-08", "to": "2026-11", "against": "2024-08:2024-11"}


def test_months_to_compare_with_that_are_none_are_left_out_in_a_sentence_and_the_page_goes_on(shown):
    page = opened("changes.py", against="<b>")
    assert "In the address, against=&#x27;&lt;b&gt;&#x27; was left out." in texts(page)
    assert len(page.dataframe) == 1


def test_windows_with_too_few_incidents_name_the_routes_all_the_same_and_tell_nothing_of_them(shown):
    page = opened("changes.py", mode="air", before="2021-01:2021-02", after="2021-02:2021-03")
    routes = sight().routes(View(modes=("air",)), 1).corridors
    assert f"{len(routes)} routes: {len(routes)} too few reports." in texts(page)
    rows = page.dataframe[0].value
    assert sorted(rows["name"][rows["level"] == "a route"]) == sorted(route.name for route in routes)


def test_where_the_filters_leave_no_route_the_page_says_so(at, home, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("date,lat,lon,mode\n2024-01-03,45.5,9.6,land\n2024-04-03,45.6,9.7,land\n", encoding="utf-8")
    ingest_file(file, Ledger(home))
    at(home)
    page = opened("changes.py", before="2024-01:2024-02", after="2024-02:2024-03")
    assert "No route can be drawn from the incidents of the two windows." in texts(page)
    assert page.dataframe == []


def test_months_are_known_up_to_that_of_the_latest_incident(shown):
    assert sight().known_months(1) == whole_months(sight().incidents(1))


def test_why_a_corridor_was_judged_so_is_said_in_french(in_french):
    changed, others = told(comparison())
    why = (
        "480 en 12 mois, puis 0 en 12\xa0: 0 fois le nombre mensuel (probablement 0 à 0,0077)\xa0; ses sources "
        "signalent toujours ailleurs."
    )
    assert changed[0] == f"Baisse nette, jusqu’à rien\xa0: Gone\xa0: {why}"
    assert changed[2] == "Déplacé latéralement\xa0: Moved\xa0: 31 km, direction nord-est (probablement 22 à 40)."
    assert others[-1].endswith("1 sur 8 routes\xa0; le fichier en donne le motif pour chacune.")
    assert why in {text for _, text in facts_of_one(comparison(), 1)}
    assert why in listed(comparison())["reason"]
