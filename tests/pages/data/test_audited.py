"""Reading single incidents: entered in the audit with who and for which purpose, once an hour, or not shown."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.people import Person
from geodata.core.audit import Audit, NotRecorded
from geodata.core.errors import RoutesError
from pages.data import audited, who
from pages.data.audited import NoPurpose, enter, work_on
from pages.data.who import asking, sessions
from pages.data.workspace_cache import sight

ENDS = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")
ANA = Person("ana@desk.test", frozenset({"operator"}), "s1", ENDS)
BO = Person("bo@desk.test", frozenset({"operator"}), "s2", ENDS)


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("ROUTES_HOME", str(tmp_path))
    for kept in (who.sessions, who.with_login, audited._wanted, sight):
        kept.cache_clear()
    audited._entered.clear()
    yield
    for kept in (who.sessions, who.with_login, audited._wanted, sight):
        kept.cache_clear()


def entries(home) -> list[tuple[str, str, str, str]]:
    found = (one for one in Audit(home).entries() if one.action == "read")
    return [(one.actor, one.action, one.subject, one.purpose) for one in found]


def test_reading_is_entered_once_an_hour_for_each_who_reads(tmp_path, monkeypatch):
    for person in (ANA, ANA, BO):
        with asking(person):
            enter("read", "incidents 1")
    assert [one[0] for one in entries(tmp_path)] == ["ana@desk.test", "bo@desk.test"]
    monkeypatch.setattr(audited, "AGAIN_SECONDS", 0.0)
    with asking(ANA):
        enter("read", "incidents 1")
    assert len(entries(tmp_path)) == 3


def test_the_purpose_stands_beside_what_is_read_and_a_new_one_is_a_new_entry(tmp_path):
    assert sessions().stands(ANA)
    with asking(ANA):
        work_on("  Operation\n Sundial ")
        enter("read", "incidents 1")
        work_on("Weekly report")
        enter("read", "incidents 1")
    assert [one[3] for one in entries(tmp_path)] == ["Operation Sundial", "Weekly report"]


def test_where_a_purpose_is_wanted_nothing_is_read_without_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ROUTES_PURPOSE", "required")
    monkeypatch.setenv("ROUTES_LOGIN", "oidc")
    who.with_login.cache_clear()
    assert sessions().stands(ANA)
    with asking(ANA):
        with pytest.raises(NoPurpose, match="no purpose is stated"):
            enter("read", "incidents 1")
        work_on("Operation Sundial")
        enter("read", "incidents 1")
    assert len(entries(tmp_path)) == 1


def test_what_cannot_be_entered_is_not_read(tmp_path):
    with asking(ANA):
        enter("read", "incidents 1")
        (tmp_path / "desk" / "audit.head").write_text("9 " + "0" * 64)
        with pytest.raises(NotRecorded):
            enter("read", "incidents 2")
        with pytest.raises(RoutesError):
            enter("read", "incidents 2")
