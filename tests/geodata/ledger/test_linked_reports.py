"""Reports of one event are counted once, everywhere, and that can be taken back."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from geodata.core.errors import RoutesError, WrongValue
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.linked_reports import counted_with, groups
from geodata.ledger.maintenance import verify
from geodata.ledger.version_diff import changes, undo
from geodata.model.query import View

ROOT = Path(__file__).parents[3]


def linked(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"incident_id": pl.String, "other_id": pl.String}, orient="row")


def placed(**precision: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        list(precision.items()), schema={"incident_id": pl.String, "place_precision_km": pl.Float64}, orient="row"
    )


@pytest.fixture
def ledger(one_event_of_two_sources):
    """Return a ledger of alpha/1 and beta/9, one event, and alpha/2."""
    return one_event_of_two_sources


def test_links_make_groups_through_one_another():
    found = groups(linked(("a1", "b1"), ("b1", "c1"), ("a2", "b2")))
    assert dict(found.iter_rows()) == {"a1": "a1", "b1": "a1", "c1": "a1", "a2": "a2", "b2": "a2"}
    assert groups(linked()).is_empty()


def test_of_an_event_the_best_placed_report_is_counted():
    found = counted_with(placed(a1=8.0, b1=0.1, c1=None, c9=0.1), linked(("a1", "b1"), ("b1", "c1")))
    assert dict(found.iter_rows()) == {"a1": "b1", "c1": "b1"}


def test_of_reports_placed_alike_the_first_by_id_is_counted():
    assert counted_with(placed(b1=2.0, a1=2.0), linked(("a1", "b1"))).rows() == [("b1", "a1")]


def test_a_link_to_a_report_that_is_not_at_hand_is_passed_over():
    assert counted_with(placed(b1=1.0), linked(("a1", "b1"))).is_empty()


def test_linked_reports_are_counted_once_from_that_version_on(ledger):
    before = ledger.version()
    batch = ledger.decide("beta/9", "alpha/1", "one event")
    assert batch is not None
    assert ledger.version() == before + 1
    assert ledger.incidents()["incident_id"].to_list() == ["alpha/2", "beta/9"], "the better placed"
    assert View().select(ledger.incidents())["dead"].sum() == 17
    assert ledger.linked().rows() == [("alpha/1", "beta/9")]
    assert ledger.incidents(before).height == 3, "an earlier version says what it said"
    assert ledger.reports()["incident_id"].to_list() == ["alpha/1", "alpha/2", "beta/9"]


def test_a_link_changes_no_report_and_the_ledger_stays_sound(ledger):
    before, reports = ledger.version(), ledger.reports()
    ledger.decide("alpha/1", "beta/9", "one event")
    assert ledger.reports().equals(reports)
    assert changes(ledger, before).is_empty()
    assert verify(ledger) == []
    assert (ledger.history()[0][1].decision, ledger.history()[0][1].pair) == ("one event", ("alpha/1", "beta/9"))


def test_taking_back_the_batch_of_a_link_counts_both_again(ledger):
    batch = ledger.decide("alpha/1", "beta/9", "one event")
    undone = undo(ledger, batch.batch)
    assert (undone.batch.decision, undone.batch.undoes) == ("apart", batch.batch)
    assert ledger.incidents().height == 3
    with pytest.raises(WrongValue, match="taken back already"):
        undo(ledger, batch.batch)


def test_a_decision_that_was_reversed_since_cannot_be_taken_back(ledger):
    batch = ledger.decide("alpha/1", "beta/9", "one event")
    ledger.decide("alpha/1", "beta/9", "apart")
    with pytest.raises(WrongValue, match="decided otherwise since"):
        undo(ledger, batch.batch)


def test_every_decision_stays_readable_and_the_last_counts(ledger):
    for decision in ("one event", "apart", "one event", "apart"):
        assert ledger.decide("alpha/1", "beta/9", decision)
    assert ledger.incidents().height == 3
    assert ledger.decisions()["decision"].to_list() == ["one event", "apart", "one event", "apart"]
    assert ledger.decisions()["actor"].null_count() == 0
    assert ledger.decisions()["at"].is_sorted()


def test_the_same_decision_again_adds_nothing(ledger):
    assert ledger.decide("alpha/1", "beta/9", "apart")
    version = ledger.version()
    assert ledger.decide("beta/9", "alpha/1", "apart") is None
    assert ledger.decisions().height == 1
    assert ledger.version() == version


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("alpha/1", "beta/none", "there is no incident 'beta/none'"),
        ("alpha/1", "alpha/2", "are of one source"),
        ("alpha/1", "alpha/1", "are of one source"),
    ],
)
def test_what_is_no_pair_is_not_decided(ledger, one, other, said):
    version = ledger.version()
    with pytest.raises(WrongValue, match=said):
        ledger.decide(one, other, "one event")
    assert ledger.decisions().is_empty()
    assert ledger.version() == version


def test_a_decision_that_cannot_be_written_is_one_sentence(ledger):
    (ledger.home / "ledger" / "links").write_text("in the way of the table")
    with pytest.raises(RoutesError, match="nothing was"):
        ledger.decide("alpha/1", "beta/9", "one event")


@pytest.mark.slow
def test_the_commands_propose_link_count_once_and_unlink(ledger, home, tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "geodata", *arguments, "--home", str(home)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    proposed = json.loads(run("links", "--json").stdout)
    assert proposed["candidates"] == 1
    assert proposed["shown"][0]["other_id"] == "beta/9"
    assert "alpha/1 and beta/9 are one event, counted once" in run("link", "alpha/1", "beta/9").stdout
    assert "0 candidates" in run("links").stdout
    assert run("incidents", "-o", str(tmp_path / "once.csv")).stdout.startswith("2 incidents")
    assert run("incidents", "-o", str(tmp_path / "all.csv"), "--every-report").stdout.startswith("3 incidents")
    said = run("undo", ledger.history()[0][1].batch).stdout
    assert "was taken back: alpha/1 and beta/9 are apart." in said
    assert ledger.incidents().height == 3
    wrong = run("link", "alpha/1", "nobody")
    assert wrong.returncode == 2
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_one_report_may_be_one_event_with_two_others(tmp_path, ledger):
    third = tmp_path / "third.csv"
    third.write_text(
        "source,id,date,lat,lon,mode,kind,dead\ngamma,3,2024-05-03,35.5,12.6,sea,death,15\n", encoding="utf-8"
    )
    ingest_file(third, ledger)
    for other in ("beta/9", "gamma/3"):
        assert ledger.decide("alpha/1", other, "one event") is not None
        assert ledger.decide(other, "alpha/1", "one event") is None  # decided so already
    assert ledger.incidents().height == 2
