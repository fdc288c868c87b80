"""The workspace of the screens: computed once, kept for the next viewer, and never mixed up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import polars as pl
import pytest

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.incident import CORRIDOR_MODES
from geodata.model.query import View
from layers.export.making import Asked
from pages.data import workspace_cache as workspace
from pages.data.workspace_cache import Kept, Workspace, sight

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
    assert reported.snapshot(one, 0) is taken[0]


def test_two_views_that_ask_the_same_share_one_picture(reported):
    plain = reported.snapshot(View(modes=("land", "sea")), 0)
    assert reported.snapshot(View(modes=("sea", "land", "sea")), 0) is plain
    assert reported.snapshot(View(modes=("sea", "land"), start=date(2024, 6, 1)), 0) is plain


@pytest.mark.slow
def test_a_restart_reads_the_network_that_is_kept_and_lays_nothing_out(two_versions, monkeypatch):
    first = Workspace(Ledger(two_versions)).snapshot(View(modes=("sea",)), 1)
    monkeypatch.setattr("routes.pipelines.kept_network.network", lambda *_, **__: pytest.fail("a network was laid out"))
    seen = Workspace(Ledger(two_versions))
    assert seen.hexes(View(modes=("sea",)), 1) == first
    assert first.manifest["stage"] == "routes"
    assert seen.laid_out(1).startswith("1-")


def test_every_view_counts_on_one_network(two_versions):
    seen = Workspace(Ledger(two_versions))
    every = seen.network(1)
    for view in (View(), View(modes=("sea",)), View(kinds=("rescue",)), View(start=date(2025, 1, 1))):
        assert seen.placed(1)[0] is every
        known = {route.corridor_id: route.name for route in every.network.routes}
        told = {route.corridor_id: route.name for route in seen.routes(view, 1).corridors}
        assert told.items() <= known.items()


def test_what_the_dense_areas_and_the_routes_leave_is_off_the_network(two_versions):
    seen = Workspace(Ledger(two_versions))
    found, incidents = seen.routes(View(), 1), seen.incidents(1)
    on = sum(route.incidents for route in found.corridors)
    dense = sum(area.incidents for area in found.dense)
    assert min(on, dense, found.off) > 0
    assert on == found.assignments.height == found.assignments["incident_id"].n_unique()
    assert dense == found.in_dense_areas.height
    both = found.in_dense_areas.join(found.assignments, on="incident_id", how="semi").height
    usable = incidents.drop_nulls(["lon", "lat", "time_start"]).filter(pl.col("mode").is_in(CORRIDOR_MODES))
    assert on + dense - both + found.off == usable.height


def test_a_dense_area_is_as_wide_as_its_evidence_whatever_is_counted(two_versions):
    seen = Workspace(Ledger(two_versions))
    whole, sea = (seen.routes(view, 1).dense for view in (View(), View(modes=("sea",), kinds=("rescue",))))
    widths = {area.corridor_id: area.band_km for area in whole}
    assert all(0 < width < 100 for width in widths.values())
    assert {area.corridor_id: area.band_km for area in sea}.items() <= widths.items()


@pytest.mark.slow
def test_two_versions_are_not_mixed_up(two_versions):
    seen = Workspace(Ledger(two_versions))
    assert seen.snapshot(View(), 0).manifest["incidents"] == 1
    assert seen.snapshot(View(), 1).manifest["incidents"] > 1000
    assert seen.offers(0)["synthetic"] is False
    assert seen.offers(1)["synthetic"] is True


@pytest.mark.slow
def test_an_export_counts_the_incidents_of_the_window_on_the_routes_of_all_time(two_versions):
    seen, view = Workspace(Ledger(two_versions)), View(start=date(2024, 6, 1), end=date(2024, 9, 1))
    export = seen.export(Asked(view), 1, datetime(2026, 11, 24, tzinfo=UTC))
    assert 0 < export.incidents.height < seen.incidents(1).height
    whole = {route.corridor_id: route for route in seen.routes(View(), 1).corridors}
    for route in export.corridors():
        assert route.months.keys() <= {"2024-06", "2024-07", "2024-08"}
        assert route.months.items() <= whole[route.corridor_id].months.items()
        assert (route.name, route.lines) == (whole[route.corridor_id].name, whole[route.corridor_id].lines)


def test_the_filters_are_offered_what_there_is(reported):
    assert reported.offers(0) == {
        "incidents": 5,
        "synthetic": False,
        "marking": "TLP:AMBER",
        "modes": ["land", "sea"],
        "kinds": ["death", "rescue", "smuggling"],
        "origins": ["IRQ", "SYR"],
        "sources": ["Alpha", "Beta"],
        "manners": [],
        "areas": [],
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
    whole = seen.snapshot(view, 0)
    assert whole.manifest["levels"] == bare.manifest["levels"]
    assert seen.hexes(view, 0) is whole
    assert seen.hexes(view, 0, "week").manifest["stage"] == "routes"


def test_a_new_version_is_seen_after_a_second_and_the_ledger_is_not_asked_before(home, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    heads = iter([(None, ""), (0, "one"), (1, "one")])
    ledger = Ledger(home)
    ledger.head = lambda: next(heads)  # type: ignore[method-assign]
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
