"""Shares: a link opens what was shared until it expires or is withdrawn, and nothing else opens anything."""

import gzip
import hashlib
import secrets
import string
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from desk import shares as module
from desk.shares import NoSuchShare, ShareEnded, Shares, WrongPhrase
from desk.state import changing
from geodata.core.audit import Audit, NotRecorded
from geodata.core.errors import WrongValue

PAGE = b"<!DOCTYPE html><p>Shared</p>"
TOLD = {
    "title": "Central Mediterranean",
    "audience": "partner",
    "language": "en",
    "view": "mode=sea",
    "marking": "TLP:GREEN",
    "export_id": "x-1",
    "ledger_version": 3,
    "method_version": "network-1.0",
    "incidents": 100,
    "withheld": 0.25,
    "policy": "default-src 'none'",
}


@pytest.fixture
def shares(tmp_path) -> Shares:
    return Shares(tmp_path)


class Clock(datetime):
    """A clock that stands at a moment."""

    at = datetime(2026, 11, 30, 12, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        """Return the moment."""
        return cls.at.astimezone(tz)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(module, "datetime", Clock)
    Clock.at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    return Clock


def test_a_link_opens_what_was_shared_and_each_opening_is_counted_and_entered(shares, tmp_path):
    token, made = shares.new(PAGE, TOLD, "analyst", purpose="briefing")
    for _ in range(2):
        share, content = shares.open(token, client="10.0.0.1")
        assert gzip.decompress(content) == PAGE
    assert (made.opened, shares.one(made.share_id).opened) == (0, 2)
    assert share.title == "Central Mediterranean"
    entered = [(one.actor, one.action, one.subject) for one in Audit(tmp_path).entries()]
    assert entered == [("analyst", "share", made.share_id), *[(f"link {made.share_id}", "open", made.share_id)] * 2]


@pytest.mark.sqlite
def test_the_token_is_kept_nowhere(shares, tmp_path):
    token, _ = shares.new(PAGE, TOLD, "analyst", phrase="correct horse")
    shares.open(token, "correct horse")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes()
            assert b"correct horse" not in file.read_bytes()
    assert (
        hashlib.sha256(token.encode()).hexdigest().encode()
        in (tmp_path / "desk" / "desk.sqlite").read_bytes() + (tmp_path / "desk" / "desk.sqlite-wal").read_bytes()
    )


def test_it_stands_until_its_last_second_and_not_after(shares, clock):
    token, _ = shares.new(PAGE, TOLD, "analyst", days=7)
    clock.at += timedelta(days=7, seconds=-1)
    assert shares.open(token)
    clock.at += timedelta(seconds=1)
    with pytest.raises(ShareEnded, match="this link ended on 2026-12-07"):
        shares.open(token)
    clock.at -= timedelta(days=3)
    with pytest.raises(ShareEnded, match="this link ended"):
        shares.open(token)  # a clock that is set back brings nothing to life
    assert [one.state for one in shares.every()] == ["expired"]


def test_it_is_withdrawn_from_the_next_request_on_and_its_page_is_deleted(shares, tmp_path):
    token, made = shares.new(PAGE, TOLD, "analyst")
    other, _ = shares.new(PAGE, TOLD, "analyst")
    assert shares.revoke(made.share_id, "chief").ended_by == "chief"
    with pytest.raises(ShareEnded, match="this link was withdrawn on 20"):
        shares.open(token)
    assert gzip.decompress(shares.open(other)[1]) == PAGE
    shares.revoke(shares.every()[0].share_id, "chief")
    shares.revoke(shares.every()[1].share_id, "chief")
    assert list((tmp_path / "desk" / "shares").iterdir()) == []
    assert shares.revoke(made.share_id, "another").ended_by == "chief"


def test_it_is_extended_while_it_stands_and_never_beyond_thirty_days(shares, clock):
    _, made = shares.new(PAGE, TOLD, "analyst", days=1)
    assert shares.extend(made.share_id, "analyst", 30).expires_at == "2026-12-30T12:00:00Z"
    for days in (0, 31):
        with pytest.raises(WrongValue, match="1 to 30 days"):
            shares.extend(made.share_id, "analyst", days)
    clock.at += timedelta(days=31)
    with pytest.raises(ShareEnded, match="shared anew"):
        shares.extend(made.share_id, "analyst")


def test_forged_cut_and_changed_tokens_open_nothing(shares):
    token, _ = shares.new(PAGE, TOLD, "analyst")
    letters = string.ascii_letters + string.digits + "-_"
    changed = {token[:at] + letter + token[at + 1 :] for at in range(len(token)) for letter in letters} - {token}
    forged = {secrets.token_urlsafe(32) for _ in range(2000)}
    odd = {"", token[:-1], token + "A", token.lower(), token.swapcase(), f" {token}", "é" * 43, "\0" * 43, token * 100}
    for wrong in changed | forged | odd:
        with pytest.raises(NoSuchShare):
            shares.standing(wrong)


def test_a_pass_phrase_is_asked_for_as_well(shares):
    token, made = shares.new(PAGE, TOLD, "analyst", phrase="correct horse")
    assert made.with_phrase
    for wrong in ("", "correct horsf", "Correct horse", "correct horse "):
        with pytest.raises(WrongPhrase):
            shares.open(token, wrong)
    assert gzip.decompress(shares.open(token, "correct horse")[1]) == PAGE


@pytest.mark.parametrize(
    ("told", "options", "said"),
    [
        ({"marking": "TLP:RED"}, {}, "single recipients"),
        ({"title": " "}, {}, "1 to 120 letters"),
        ({"title": "x" * 121}, {}, "1 to 120 letters"),
        ({"title": "a\nb"}, {}, "1 to 120 letters"),
        ({}, {"days": 31}, "1 to 30 days"),
        ({}, {"days": 0}, "1 to 30 days"),
        ({}, {"phrase": "1234567"}, "8 to 200 letters"),
    ],
)
def test_what_may_not_be_shared_is_refused_and_nothing_is_kept(shares, tmp_path, told, options, said):
    with pytest.raises(WrongValue, match=said):
        shares.new(PAGE, TOLD | told, "analyst", **options)
    assert list(tmp_path.rglob("*.gz")) == []
    assert list(Audit(tmp_path).entries()) == []


def test_what_cannot_be_entered_is_not_shown(shares, tmp_path):
    token, made = shares.new(PAGE, TOLD, "analyst")
    (tmp_path / "desk" / "audit.head").write_text("9 wrong\n", encoding="ascii")
    with pytest.raises(NotRecorded):
        shares.open(token)
    assert shares.one(made.share_id).opened == 0


def test_a_page_that_was_changed_is_not_shown(shares, tmp_path):
    token, _ = shares.new(PAGE, TOLD, "analyst")
    (page,) = (tmp_path / "desk" / "shares").glob("*.gz")
    page.write_bytes(gzip.compress(b"<script>alert(1)</script>"))
    with pytest.raises(ShareEnded, match="damaged or gone"):
        shares.open(token)


def test_tables_that_are_locked_still_show_what_was_shared(shares, tmp_path, monkeypatch):
    token, made = shares.new(PAGE, TOLD, "analyst")
    with changing(tmp_path):
        assert gzip.decompress(shares.open(token)[1]) == PAGE
    assert shares.one(made.share_id).opened == 0
