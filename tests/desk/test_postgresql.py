"""The tables of the desk in a real PostgreSQL: brought there, changed by many at once, gone for a while, purged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from desk import state
from desk.__main__ import app
from desk.shares import Shares
from desk.state import StateUnusable, changing, engine, rows_of
from desk.tables import META, VIEWS
from geodata.core.errors import WrongValue
from tests.desk.conftest import closed, database_for
from tests.postgres import postgres
from tests.purging import BOUND, TOLD, full

pytestmark = pytest.mark.slow
PAGE, TITLED = b"<p>Shared", TOLD | {"title": "Zo\u00eb\u2019s view", "ledger_version": 1}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with postgres(tmp_path_factory.mktemp("postgres")) as started:
        yield started


@pytest.fixture(autouse=True)
def tables(home: Path) -> Iterator[None]:
    """Take the place of what gives each workspace a database: these tests set theirs."""
    yield
    with suppress(WrongValue):  # of an address that was refused
        closed(home)


@pytest.fixture
def team(server, home, tables, monkeypatch) -> Path:
    """Return a workspace whose tables lie in a database."""
    monkeypatch.setenv("ROUTES_HOME", str(home))
    monkeypatch.setenv("ROUTES_STATE", database_for(server.address, home))
    return home


def held(server, home: Path, markers: list[str]) -> set[str]:
    """Return which markers stand in the files of the tables of a workspace."""
    with psycopg.connect(database_for(server.address, home), autocommit=True) as line:
        line.execute("CHECKPOINT")
        paths = [
            line.execute("SELECT pg_relation_filepath(%s::regclass)", (name,)).fetchone()[0] for name in META.tables
        ]
    content = b"".join((server.data / path).read_bytes() for path in paths)
    return {marker for marker in markers if marker.encode() in content}


def test_what_lay_in_the_file_is_brought_into_the_database_and_the_file_is_gone(server, home, monkeypatch):
    token, _ = Shares(home).new(PAGE, TITLED, "analyst", phrase="correct horse")
    with changing(home) as lines:
        lines.execute(VIEWS.insert().values(view_id="v1", name="A", owner="b", query="", shared=False, made_at="2026"))
    before = {table.name: rows_of(home, table.select()) for table in META.sorted_tables}
    closed(home)
    monkeypatch.setenv("ROUTES_HOME", str(home))
    monkeypatch.setenv("ROUTES_STATE", database_for(server.address, home))
    with pytest.raises(StateUnusable, match="`python -m desk state take` brings it into an empty database"):
        Shares(home).every()
    said = CliRunner().invoke(app, ["state", "take"])
    assert (said.exit_code, said.output) == (0, "2 rows of 2 tables lie in the database now.\n")
    assert not list((home / "desk").glob("desk.sqlite*"))
    assert {table.name: rows_of(home, table.select()) for table in META.sorted_tables} == before
    assert Shares(home).open(token, "correct horse")[1]
    assert [one.opened for one in Shares(home).every()] == [1]
    said = CliRunner().invoke(app, ["state", "show"])
    assert re.fullmatch(r"In postgresql\+psycopg://planner@\S+, step 0001\.\nshares: 1\nviews: 1\n", said.output)


def test_nothing_is_brought_over_rows_that_are_there(server, team, monkeypatch):
    Shares(team).new(PAGE, TITLED, "analyst")
    closed(team)
    monkeypatch.delenv("ROUTES_STATE")
    _, in_file = Shares(team).new(PAGE, TITLED, "analyst")
    monkeypatch.setenv("ROUTES_STATE", database_for(server.address, team))
    with pytest.raises(WrongValue, match="the database has rows; it has to be empty"):
        state.take(team)
    monkeypatch.delenv("ROUTES_STATE")
    assert [one.share_id for one in Shares(team).every()] == [in_file.share_id]


def test_without_a_file_or_a_database_there_is_nothing_to_bring(home, team, monkeypatch):
    with pytest.raises(WrongValue, match=r"the workspace has no desk\.sqlite"):
        state.take(team)
    monkeypatch.delenv("ROUTES_STATE")
    with pytest.raises(WrongValue, match="ROUTES_STATE is not set for this workspace"):
        state.take(team)


def test_a_backup_holds_the_tables_and_is_restored_into_a_file(team):
    token, made = Shares(team).new(PAGE, TITLED, "analyst")
    (team / "ledger").mkdir(exist_ok=True)
    file, to = team.parent / "saved.tar.gz", team.parent / "restored"
    for words in (["backup", str(file)], ["restore", str(file), "--to", str(to), "--with-shares"]):
        said = CliRunner().invoke(app, words)
        assert said.exit_code == 0, said.output
    assert (to / "desk" / "desk.sqlite").stat().st_mode & 0o777 == 0o600
    assert Shares(to).open(token)[0].share_id == made.share_id
    assert Shares(team).one(made.share_id).opened == 0


def test_opens_are_counted_however_many_come_at_once(team):
    token, made = Shares(team).new(PAGE, TITLED, "analyst")
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: Shares(team).open(token), range(120)))
    assert Shares(team).one(made.share_id).opened == 120


def test_two_programs_that_are_the_first_at_once_make_the_tables_once(team):
    asking = (
        "from pathlib import Path; from desk.shares import Shares; import sys; print(Shares(Path(sys.argv[1])).every())"
    )
    run = [subprocess.Popen([sys.executable, "-c", asking, str(team)], stdout=-1, env=os.environ) for _ in range(4)]
    assert [one.communicate(timeout=60)[0] for one in run] == [b"[]\n"] * 4


def test_a_change_that_others_hold_up_is_told_of_in_a_sentence(team):
    engine(team)
    with changing(team), pytest.raises(StateUnusable, match="its database does not answer"), changing(team):
        pass


def test_a_database_that_is_gone_is_one_sentence_without_its_address_and_all_goes_on_when_it_is_back(server, team):
    token, made = Shares(team).new(PAGE, TITLED, "analyst")
    server.stop()
    try:
        with pytest.raises(StateUnusable) as told:
            Shares(team).revoke(made.share_id, "analyst")
        assert "127.0.0.1" not in str(told.value)
        with pytest.raises(StateUnusable):
            Shares(team).open(token)
    finally:
        server.start()
    assert Shares(team).open(token)[0].share_id == made.share_id
    Shares(team).revoke(made.share_id, "analyst")


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://host", "not an address", "postgresql://a b:x"])
def test_an_address_that_is_none_of_a_postgresql_is_refused_and_not_repeated(home, monkeypatch, address):
    monkeypatch.setenv("ROUTES_HOME", str(home))
    monkeypatch.setenv("ROUTES_STATE", address)
    with pytest.raises(WrongValue, match="postgresql://user:password@host/database") as told:
        engine(home)
    assert address not in str(told.value)


def test_another_workspace_keeps_its_file(team):
    other = team.parent / "other"
    Shares(other).new(PAGE, TITLED, "analyst")
    assert (other / "desk" / "desk.sqlite").exists()
    assert Shares(team).every() == []


def test_a_purge_leaves_nothing_in_the_files_of_the_tables(server, team):
    full(team, network=False)
    markers = ["ALERTOLD", "DRAFTOLD", "LIVEASKEDOLD", "LIVETITLEOLD", "WORDEDOLD"]
    assert held(server, team, markers) == set(markers), "the search does not find what is there"
    said = CliRunner().invoke(app, ["purge", "--before", BOUND, "--yes"])
    assert said.exit_code == 0, said.output
    assert held(server, team, markers) == set()
