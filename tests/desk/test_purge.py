"""What is purged is nowhere in the workspace any more, and what stays is as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import polars as pl
import pytest
from typer.testing import CliRunner

from desk.__main__ import app
from desk.bounds import before_now
from desk.shares import Shares
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue
from geodata.feeds.watch_folder import Inbox, watch
from geodata.ledger.batch import Batch
from geodata.ledger.maintenance import compact
from geodata.ledger.store import BusyLedger, Ledger
from geodata.ledger.version_diff import undo
from geodata.workspace import purge as purging
from geodata.workspace.network_store import Networks
from geodata.workspace.soundness import faults, unproven
from pages.data.workspace_cache import Workspace
from routes.pipelines.kept_network import standing
from tests.purging import BOUND, HEADER, MOMENT, TOLD, Written, copied, full, taken_in
from tests.searching import held

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> tuple[Path, Written]:
    home = tmp_path_factory.mktemp("filled") / "workspace"
    return home, full(home, network=False)


@pytest.fixture
def workspace(filled, tmp_path) -> tuple[Path, Written]:
    """Return a workspace with everything in it, and the markers of what is old and new."""
    home, written = filled
    return copied(home, tmp_path / "workspace"), written


def desk(home: Path, *words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*map(str, words), "--home", str(home)])
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.sqlite
def test_nothing_of_what_was_purged_is_in_any_byte_of_the_workspace_and_all_of_the_rest_is(tmp_path):
    home = tmp_path / "workspace"
    written = full(home)
    before = Ledger(home).reports()
    cells = before.with_columns(old=pl.col("time_end") <= MOMENT).group_by("cell").agg(pl.col("old").all())
    old = [*written.old, *cells.filter("old")["cell"].to_list()]
    new = [marker for marker in written.new if marker not in ("", None)]
    assert set(held(home, old)) == set(old), "the search does not find what is there"
    stood = set(held(home, new))
    said = desk(home, "purge", "--before", BOUND, "--yes", "--purpose", "retention of the agency")
    assert held(home, old) == {}
    assert stood - set(held(home, new)) == set()
    stays = before.filter(pl.col("time_end") > MOMENT)
    assert Ledger(home).reports().equals(stays)
    assert f"{before.height - stays.height:,} incidents of the newest version" in said
    assert faults(Ledger(home)) == []
    assert Audit(home).verify().fault == ""


@pytest.mark.slow
def test_history_tells_of_the_purge_and_nothing_brings_back_what_it_took(workspace):
    home, written = workspace
    batches = [batch for _, batch in Ledger(home).history()]
    versions = [version for version, _ in Ledger(home).history()]
    went = Ledger(home).reports().filter(pl.col("time_end") <= MOMENT).height
    desk(home, "purge", "--before", BOUND, "--yes")
    ledger = Ledger(home)
    (version, purge), *rest = ledger.history()
    assert (version, purge.purge, purge.purged) == (versions[0] + 1, f"incidents before {BOUND}", went)
    assert purge.actor
    assert purge.at.startswith("20")
    assert [number for number, _ in rest] == versions
    assert [one.batch for _, one in rest] == [one.batch for one in batches]
    for _, batch in ledger.history():
        try:
            undo(ledger, batch.batch)
        except WrongValue:
            continue
        assert faults(ledger) == []
    assert set(held(home, written.old)) == set()
    with pytest.raises(WrongValue, match="what was purged is gone"):
        undo(ledger, purge.batch)


def test_every_version_that_is_left_holds_what_it_held_without_what_went(workspace):
    home, _ = workspace
    ledger = Ledger(home)
    held_then = {version: ledger.reports(version) for version in range(ledger.version() + 1)}
    last = pl.concat(held_then.values()).unique("incident_id", keep="last", maintain_order=True)
    gone = last.filter(pl.col("time_end") <= MOMENT)["incident_id"].implode()
    desk(home, "purge", "--before", BOUND, "--yes")
    for version, rows in held_then.items():
        stays = rows.filter(~((pl.col("time_end") <= MOMENT) | pl.col("incident_id").is_in(gone)))
        assert Ledger(home).reports(version).equals(stays)


def test_a_batch_that_must_go_leaves_what_stood_before_it(tmp_path):
    home, written = tmp_path / "workspace", Written()
    taken_in(home, "first", written.row("NEW", 1) + written.row("NEW", 2))
    before = Ledger(home).reports()
    gone = Written()
    batch = taken_in(home, "second", gone.row("NEW", 2, edition="B") + gone.row("NEW", 7) + gone.refused("NEW", "z"))
    only = set(gone.new) - set(written.new)
    assert set(held(home, only)) == only
    desk(home, "purge", "--batch", batch, "--yes")
    assert held(home, only) == {}
    assert Ledger(home).reports().drop("batch").equals(before.drop("batch"))
    assert Ledger(home).history()[0][1].purged == 1
    assert faults(Ledger(home)) == []


def test_a_source_that_withdraws_is_gone_and_the_others_stay(workspace):
    home, _ = workspace
    before = Ledger(home).reports()
    desk(home, "purge", "--source", "second", "--yes")
    assert held(home, ["IDOLD40x", "IDNEW41x", "PLACENEW41x"]) == {}
    assert Ledger(home).reports().equals(before.filter(pl.col("source") != "second"))
    assert faults(Ledger(home)) == []
    assert "no incident is of a source 'second'" in desk(home, "purge", "--source", "second", "--yes", code=2)


@pytest.mark.slow
def test_a_second_purge_and_further_batches_build_on_the_first(workspace):
    home, written = workspace
    desk(home, "purge", "--before", BOUND, "--yes")
    assert "Nothing was changed" in desk(home, "purge", "--before", BOUND, "--yes")
    taken_in(home, "later", Written().row("NEW", 60))
    desk(home, "purge", "--before", "2022-01-01", "--yes")
    assert Ledger(home).reports()["time_end"].min() > datetime(2022, 1, 1, tzinfo=UTC)
    assert faults(Ledger(home)) == []
    desk(home, "purge", "--before", "2026-01-01", "--yes")
    assert Ledger(home).reports().height == 0
    assert faults(Ledger(home)) == []
    assert set(held(home, written.new)) == set()
    taken_in(home, "last", Written().row("NEW", 61))
    assert Ledger(home).reports().height == 1
    assert faults(Ledger(home)) == []


def test_the_purge_is_entered_before_it_is_done_and_is_not_done_otherwise(workspace):
    home, _ = workspace
    (home / "desk" / "audit.head").write_text("1 wrong\n", encoding="ascii")
    before = Ledger(home).reports()
    assert "the audit is not as it was left" in desk(home, "purge", "--before", BOUND, "--yes", code=2)
    assert Ledger(home).reports().equals(before)
    assert not purging.is_pending(home)


def test_its_entry_says_who_what_how_much_and_what_for(workspace):
    home, _ = workspace
    counted = json.loads(json.dumps(purging.foreseen(Ledger(home), purging.PurgeRule(MOMENT)).counts()))
    desk(home, "purge", "--before", BOUND, "--yes", "--purpose", "article 5")
    (entry,) = [one for one in Audit(home).entries() if one.action == "purge"]
    assert (entry.subject, entry.purpose) == (f"incidents before {BOUND}", "article 5")
    assert entry.details == counted


def test_a_dry_run_tells_what_would_go_and_changes_nothing(workspace):
    home, written = workspace
    stood = held(home, written.old)
    said = desk(home, "purge", "--before", BOUND, "--dry-run")
    assert "inbox/done/" in said
    assert "corrections/first-" in said
    assert "Nothing was changed." in said
    assert held(home, written.old) == stood


def test_a_ledger_that_gave_up_old_files_is_purged_as_well(workspace):
    home, written = workspace
    compact(Ledger(home), keep_days=0)
    stays = Ledger(home).reports().filter(pl.col("time_end") > MOMENT)
    desk(home, "purge", "--before", BOUND, "--yes")
    assert held(home, written.old) == {}
    assert Ledger(home).reports().equals(stays)
    assert faults(Ledger(home)) == []
    taken_in(home, "later", Written().row("NEW", 60))
    assert faults(Ledger(home)) == []


@pytest.mark.slow
def test_a_ledger_of_so_many_versions_that_they_are_summed_up_is_purged_as_well(workspace):
    home, written = workspace
    ledger = Ledger(home)
    table = ledger.require("incidents")
    while table.version() < 105:
        table.create_write_transaction([], "append", table.schema())
        table.update_incremental()
    assert list((home / "ledger" / "incidents" / "_delta_log").glob("*.checkpoint.parquet"))
    stays = ledger.reports().filter(pl.col("time_end") > MOMENT)
    desk(home, "purge", "--before", BOUND, "--yes")
    assert held(home, written.old) == {}
    assert Ledger(home).reports().equals(stays)
    assert list((home / "ledger" / "incidents" / "_delta_log").glob("*.checkpoint.parquet"))
    assert faults(Ledger(home)) == []
    assert unproven(Ledger(home)) <= 20
    assert Ledger(home).version() > 105


def test_files_of_a_watched_folder_elsewhere_go_where_it_is_named(tmp_path):
    home, inbox, written = tmp_path / "workspace", tmp_path / "inbox", Written()
    inbox.mkdir()
    (inbox / "mixed.csv").write_text(HEADER + written.row("OLD", 1) + written.row("NEW", 2), encoding="utf-8")
    (inbox / "new.csv").write_text(HEADER + written.row("NEW", 3), encoding="utf-8")
    assert len(list(watch(Inbox(inbox, Ledger(home)), 0.01, Event(), once=True))) == 2
    (inbox / "next.csv").write_text(HEADER, encoding="utf-8")
    desk(home, "purge", "--before", BOUND, "--yes", "--inbox", inbox)
    assert held(inbox, written.old) == {}
    assert sorted(path.name.rsplit("-", 1)[-1] for path in inbox.rglob("*.csv")) == ["new.csv", "next.csv"]


@pytest.mark.sqlite
def test_a_purge_that_cannot_empty_the_tables_is_finished_by_the_next(workspace):
    home, written = workspace
    reader = sqlite3.connect(home / "desk" / "desk.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM shares").fetchall()
    assert "run the same command again" in desk(home, "purge", "--before", BOUND, "--yes", code=2)
    reader.close()
    assert purging.is_pending(home)
    desk(home, "purge")
    assert held(home, written.old) == {}


def test_a_server_that_has_read_the_incidents_shows_those_that_are_left(workspace):
    home, _ = workspace
    seen = Workspace(Ledger(home))
    before = seen.version()
    assert seen.incidents(before)["time_end"].min() <= MOMENT
    desk(home, "purge", "--before", BOUND, "--yes")
    seen._look()
    for version in (before, before + 1):
        assert seen.incidents(version)["time_end"].min() > MOMENT


def test_no_network_is_kept_of_incidents_that_were_read_before_a_purge(workspace):
    home, _ = workspace
    store = Networks(Ledger(home))
    incidents, version, known = store.ledger.incidents(), store.ledger.version(), store.assumptions.facts()
    building, purged = store.building, []

    @contextmanager
    def waited() -> Iterator[None]:
        if not purged:
            purged.append(desk(home, "purge", "--before", BOUND, "--yes"))
        with building():
            yield

    store.building = waited
    with pytest.raises(WrongValue, match="purged meanwhile"):
        standing(store, incidents, version, known)
    assert list((home / "network").glob("v*")) == []


def test_a_share_that_a_purge_comes_in_between_is_withdrawn_at_once(workspace):
    home, written = workspace
    shares, told = Shares(home), TOLD | {"title": "TITLEOLDLATE", "ledger_version": Ledger(home).version()}
    write = shares._write

    def purged_first(change) -> None:
        if not Ledger(home).history()[0][1].purge:
            desk(home, "purge", "--before", BOUND, "--yes")
        write(change)

    shares._write = purged_first
    with pytest.raises(WrongValue, match="purged since"):
        shares.new(b"<p>PAGEOLDLATE", told, "analyst")
    assert {one.state for one in shares.every()} == {"withdrawn"}
    assert held(home, [*written.old, "PAGEOLDLATE"]) == {}


def test_a_ledger_that_lies_elsewhere_is_not_purged(workspace, tmp_path):
    home, _ = workspace
    (home / "ledger").rename(tmp_path / "elsewhere")
    (home / "ledger").symlink_to(tmp_path / "elsewhere")
    assert "the folder ledger is a link" in desk(home, "purge", "--before", BOUND, "--yes", code=2)


def test_it_is_not_done_unasked(workspace):
    home, _ = workspace
    version = Ledger(home).version()
    assert "--yes says that it is meant" in desk(home, "purge", "--before", BOUND, code=2)
    assert Ledger(home).version() == version


def test_nothing_is_shared_of_a_version_before_a_purge(workspace):
    home, _ = workspace
    version = Ledger(home).version()
    desk(home, "purge", "--before", BOUND, "--yes")
    assert {one.state for one in Shares(home).every()} == {"withdrawn"}
    told = TOLD | {"title": "Late", "ledger_version": version}
    with pytest.raises(WrongValue, match="purged since"):
        Shares(home).new(b"<p>", told, "analyst")
    assert Shares(home).new(b"<p>", told | {"ledger_version": version + 1}, "analyst")


def test_nothing_is_stored_while_a_purge_is_not_finished(workspace):
    home, written = workspace
    ledger = Ledger(home)
    purging.begin(home, purging.made_ready(ledger, purging.foreseen(ledger, purging.PurgeRule(MOMENT))))
    with pytest.raises(BusyLedger, match="a purge was begun and did not end"):
        taken_in(home, "late", Written().row("NEW", 70))
    assert f"Finished the purge of incidents before {BOUND}" in desk(home, "purge")
    assert held(home, written.old) == {}
    assert taken_in(home, "late", Written().row("NEW", 70))


def test_what_was_read_before_a_purge_is_not_stored_after_it(workspace, monkeypatch):
    home, written = workspace
    ledger = Ledger(home)
    batch = next(batch for _, batch in ledger.history() if batch.file == "revised.csv")
    retried = ledger.retried

    def purged_first(attempt, what) -> Batch:
        desk(home, "purge", "--before", BOUND, "--yes")
        return retried(attempt, what)

    monkeypatch.setattr(ledger, "retried", purged_first)
    with pytest.raises(BusyLedger, match="purged meanwhile"):
        undo(ledger, batch.batch)
    assert held(home, written.old) == {}


def test_a_damaged_ledger_is_not_purged(workspace):
    home, _ = workspace
    file = next((home / "ledger" / "incidents").glob("*.lz4.parquet"))
    file.write_bytes(file.read_bytes()[:-9] + b"\0" * 9)
    said = desk(home, "purge", "--before", BOUND, "--yes", code=2)
    assert "only a ledger that is sound is purged" in said
    assert not (home / ".purge").exists()


def test_of_nothing_is_said_that_it_is_unproven_that_was_proven_before(workspace):
    home, _ = workspace
    before = unproven(Ledger(home))
    desk(home, "purge", "--before", BOUND, "--yes")
    assert unproven(Ledger(home)) <= before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "0 of them are given"),
        (["--before", BOUND, "--older-than", "5y"], "2 of them are given"),
        (["--older-than", "5 weeks"], "an age is written as 5y, 36mo or 90d"),
        (["--older-than", "0d"], "an age is written as"),
        (["--older-than", "99999y"], "an age is written as"),
        (["--before", "2999-01-01"], "the day lies behind us"),
        (["--batch", "b-none"], "there is no batch 'b-none'"),
    ],
)
def test_what_cannot_be_purged_is_one_sentence(workspace, words, said):
    home, _ = workspace
    told = desk(home, "purge", *words, "--yes", code=2).strip()
    assert said in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("age", "day"), [("5y", "2019-02-28"), ("36mo", "2021-02-28"), ("1d", "2024-02-28"), ("4y", "2020-02-29")]
)
def test_an_age_is_counted_by_the_calendar(age, day):
    found = before_now(age, None, datetime(2024, 2, 29, 13, 30, tzinfo=UTC))
    assert found == datetime.fromisoformat(day).replace(tzinfo=UTC)
