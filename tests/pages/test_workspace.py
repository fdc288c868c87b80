"""The workspace of the screens: computed once, kept for the next viewer, and never mixed up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from geodata.ingest import ingest_file
from geodata.ledger import Ledger
from geodata.view import View
from pages import workspace
from pages.workspace import Kept, Workspace, sight

THREADS = 8
PATIENCE = 10


@pytest.fixture
def reported(tmp_path, home):
    """Five reports, two of them less than a hair's breadth apart, from two sources and with two origins."""
    file = tmp_path / "reports.csv"
    file.write_text(
        "source,date,lat,lon,mode,kind,origin\n"
        "Alpha,2024-05-03,35.5,12.3456781,sea,rescue,Syria\n"
        "Alpha,2024-05-04,35.5,12.3456789,sea,death,Syria\n"
        "Beta,2024-06-04,35.6,12.7,sea,rescue,Iraq\n"
        "Beta,2024-06-05,17.0,8.0,land,smuggling,\n"
        "Beta,2025-01-05,17.1,8.1,land,smuggling,Iraq\n",
        encoding="utf-8",
    )
    ingest_file(file, Ledger(home))
    return Workspace(Ledger(home))


def test_an_answer_is_computed_once_however_many_ask_at_once():
    kept: Kept[int] = Kept(4)
    computed, go = [], threading.Barrier(THREADS)
    slow = threading.Event()

    def compute() -> int:
        computed.append(1)
        slow.wait(0.1)
        return 42

    def ask(_: int) -> int:
        go.wait(PATIENCE)
        return kept.get("key", compute)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [42] * THREADS
    assert len(computed) == 1


def test_different_answers_are_computed_side_by_side():
    kept: Kept[int] = Kept(4)
    both = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(kept.get, key, lambda: both.wait(PATIENCE)) for key in ("a", "b")]
        assert sorted(answer.result(PATIENCE) for answer in answers) == [0, 1]


def test_the_least_recently_used_answer_goes_first():
    kept: Kept[str] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: key)
    assert kept.values() == ["a", "c"]
    assert kept.get("b", lambda: "again") == "again"


def test_a_failure_reaches_the_asker_and_the_next_one_tries_again():
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 7) == 7
    assert kept._locks == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "counts"),
    [
        (
            View(region=(12.3456785, 35.0, 13.0, 36.0)),
            View(region=(12.3456780, 35.0, 13.0, 36.0)),
            (2, 3),
        ),
        (View(origins=("Alpha",)), View(sources=("Alpha",)), (0, 2)),
        (View(modes=("sea",)), View(modes=("sea", "land")), (3, 5)),
        (View(kinds=("rescue",)), View(kinds=("death",)), (2, 1)),
        (View(sources=("Alpha&origin=IRQ",)), View(sources=("Alpha",), origins=("IRQ",)), (0, 0)),
        (View(sources=("Alpha",)), View(sources=("Alpha", "Beta")), (2, 5)),
    ],
)
def test_two_views_that_nearly_ask_the_same_are_not_mixed_up(reported, one, other, counts):
    taken = [reported.snapshot(view, 0) for view in (one, other)]
    assert tuple(found.manifest["incidents"] for found in taken) == counts
    assert taken[0] is not taken[1]
    assert reported.reduction(one, 0) is not reported.reduction(other, 0)
    assert reported.snapshot(one, 0) is taken[0]


def test_two_views_that_ask_the_same_share_one_picture(reported):
    plain = reported.snapshot(View(modes=("land", "sea")), 0)
    assert reported.snapshot(View(modes=("sea", "land", "sea")), 0) is plain
    assert reported.snapshot(View(modes=("sea", "land"), start=date(2024, 6, 1)), 0) is plain


@pytest.mark.slow
def test_a_sketch_comes_without_support_until_the_whole_picture_is_there(two_versions):
    seen, view = Workspace(Ledger(two_versions)), View(modes=("sea",))
    sketch = seen.sketch(view, 1)
    assert {feature["properties"]["grade"] for feature in sketch.manifest["corridors"]} == {None}
    picture = seen.snapshot(view, 1)
    assert None not in {feature["properties"]["grade"] for feature in picture.manifest["corridors"]}
    assert picture.resources == sketch.resources
    assert seen.sketch(view, 1) is picture


@pytest.mark.slow
def test_two_versions_are_not_mixed_up(two_versions):
    seen = Workspace(Ledger(two_versions))
    assert seen.snapshot(View(), 0).manifest["incidents"] == 1
    assert seen.snapshot(View(), 1).manifest["incidents"] > 1000
    assert seen.offers(0)["synthetic"] is False
    assert seen.offers(1)["synthetic"] is True


@pytest.mark.slow
def test_an_export_has_the_incidents_of_the_window_and_the_corridors_of_all_time(reported):
    view = View(start=date(2024, 6, 1), end=date(2024, 7, 1))
    export = reported.export(view, 0, datetime(2026, 11, 24, tzinfo=UTC))
    assert export.incidents.height == 2
    assert export.reduction is reported.reduction(View(), 0)


def test_the_filters_are_offered_what_there_is(reported):
    assert reported.offers(0) == {
        "incidents": 5,
        "synthetic": False,
        "modes": ["land", "sea"],
        "kinds": ["death", "rescue", "smuggling"],
        "origins": ["IRQ", "SYR"],
        "sources": ["Alpha", "Beta"],
    }


def test_a_resource_is_there_as_long_as_its_snapshot_is_kept(reported, home, monkeypatch):
    monkeypatch.setattr(workspace, "SNAPSHOTS", 1)
    monkeypatch.setattr(workspace, "GROUNDS", 1)
    small = Workspace(Ledger(home))
    (name, content), *_ = small.snapshot(View(modes=("sea",)), 0).resources.items()
    assert small.resource(name) == content
    small.snapshot(View(modes=("land",)), 0)
    assert small.resource(name) is None


def test_hexes_are_there_without_any_line_and_what_is_known_already_is_given_with_them(reported, home):
    seen, view = Workspace(Ledger(home)), View(modes=("sea",))
    bare = seen.hexes(view, 0)
    assert (bare.manifest["stage"], bare.manifest["corridors"]) == ("hexes", [])
    sketch = seen.sketch(view, 0)
    assert sketch.manifest["levels"] == bare.manifest["levels"]
    assert seen.hexes(view, 0) is sketch
    assert seen.hexes(view, 0, "week").manifest["stage"] == "hexes"


def test_a_new_version_is_seen_after_a_second_and_the_ledger_is_not_asked_before(home, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    versions = iter([None, 0, 1])
    ledger = Ledger(home)
    ledger.version = lambda: next(versions)  # type: ignore[method-assign]
    seen = Workspace(ledger)
    found = []
    for moment in (100.0, 100.5, 101.0, 101.9, 102.0):
        now[0] = moment
        found.append(seen.version())
    assert found == [None, None, 0, 0, 1]


def test_sight_is_the_workspace_that_the_environment_names(at, home, two_versions):
    at(two_versions)
    assert sight().version() == 1
    assert sight() is sight()
    at(home)
    assert sight().version() is None
