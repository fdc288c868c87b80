"""Sessions: kept when first seen, ended by whoever may, over when their time is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from desk import sessions as kept
from desk.people import Person
from desk.sessions import NoSuchSession, Sessions
from desk.state import StateUnusable, changing
from desk.tables import SESSIONS
from geodata.core.audit import Audit, NotRecorded


def person(seconds: int = 3600, session: str = "s1") -> Person:
    ends = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Person("ana@desk.test", frozenset({"viewer"}), session, ends)


def test_a_session_is_entered_in_the_audit_once_and_stands(tmp_path: Path):
    for _ in range(2):
        assert Sessions(tmp_path).stands(person(), "10.0.0.5")
    assert [(one.action, one.actor) for one in Audit(tmp_path).entries()] == [("sign in", "ana@desk.test")]
    (found,) = Sessions(tmp_path).every()
    assert (found.name, found.roles, found.client, found.state) == ("ana@desk.test", "viewer", "10.0.0.5", "stands")


def test_an_ended_session_stands_nowhere_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    elsewhere = Sessions(tmp_path)
    assert elsewhere.stands(person())
    Sessions(tmp_path).end("s1", "root")
    monkeypatch.setattr(kept, "LOOKED_UP_SECONDS", 0.0)
    assert not elsewhere.stands(person())
    assert elsewhere.stands(person(session="s2"))
    assert [one.state for one in elsewhere.every() if one.session == "s1"] == ["ended"]


def test_a_session_ends_at_its_second(tmp_path: Path):
    assert Sessions(tmp_path).stands(person(seconds=5))
    assert not Sessions(tmp_path).stands(person(seconds=0))
    assert not Sessions(tmp_path).stands(person(seconds=-1))


def test_a_session_is_listed_for_90_days_after_its_end(tmp_path: Path):
    assert Sessions(tmp_path).stands(person(session="long over"))
    assert Sessions(tmp_path).stands(person(session="over"))
    for session, days in (("long over", 91), ("over", 89)):
        ended = kept.moment(-timedelta(days=days))
        with changing(tmp_path) as tables:
            tables.execute(update(SESSIONS).where(SESSIONS.c.session == session).values(ends_at=ended))
    assert Sessions(tmp_path).stands(person(session="new"))
    assert sorted(one.session for one in Sessions(tmp_path).every()) == ["new", "over"]


def test_only_a_known_session_can_be_ended(tmp_path: Path):
    with pytest.raises(NoSuchSession, match="no session 's9'"):
        Sessions(tmp_path).end("s9", "root")


def test_who_cannot_be_entered_is_not_signed_in(tmp_path: Path):
    assert Sessions(tmp_path).stands(person())
    (tmp_path / "desk" / "audit.head").write_text("7 " + "0" * 64)
    with pytest.raises(NotRecorded):
        Sessions(tmp_path).stands(person(session="s2"))
    assert [one.session for one in Sessions(tmp_path).every()] == ["s1"]


def test_while_the_tables_are_locked_for_a_moment_what_was_true_just_now_still_is(tmp_path: Path, monkeypatch):
    known = Sessions(tmp_path)
    assert known.stands(person())
    monkeypatch.setattr(kept, "LOOKED_UP_SECONDS", 0.0)

    def locked(*_: object) -> None:
        raise StateUnusable("locked", rule="-", done="-")

    monkeypatch.setattr(kept, "rows_of", locked)
    assert known.stands(person())
    monkeypatch.setattr(kept, "_TRUSTED_SECONDS", 0.0)
    with pytest.raises(StateUnusable):
        known.stands(person())
