"""Live shares: the page behind a link is changed for a newer one, for the same audience, once an hour at most."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from desk import live_shares as module
from desk.live_shares import LiveShares, require_no_phrase
from desk.shares import ShareEnded, Shares
from geodata.core.audit import Audit
from geodata.core.errors import WrongValue
from tests.desk.test_shares import PAGE, TOLD

NEWER = b"<!DOCTYPE html><p>Newer</p>"


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        at = datetime.now(UTC)

    monkeypatch.setattr(module, "_now", lambda: Clock.at)
    return Clock


def test_a_live_share_is_due_an_hour_later_where_the_ledger_went_on(tmp_path, clock):
    shares, live = Shares(tmp_path), LiveShares(tmp_path)
    _, kept = shares.new(PAGE, TOLD, "analyst")
    shares.new(PAGE, TOLD, "analyst")  # frozen: never due
    live.keep(kept.share_id, "mode=sea")
    began = clock.at
    clock.at = began + timedelta(minutes=59, seconds=59)
    assert live.due(4) == []
    clock.at = began + timedelta(hours=1)
    assert [(share.share_id, asked) for share, asked in live.due(4)] == [(kept.share_id, "mode=sea")]
    assert live.due(3) == []  # it shows version 3
    live.tried(kept.share_id)
    assert live.due(4) == []


def test_the_link_opens_the_newer_page_and_the_older_one_is_gone(tmp_path):
    shares = Shares(tmp_path)
    token, kept = shares.new(PAGE, TOLD, "analyst")
    shares.replace(kept.share_id, NEWER, TOLD | {"ledger_version": 4, "incidents": 120}, "analyst")
    share, content = shares.open(token)
    assert gzip.decompress(content) == NEWER
    assert (share.ledger_version, share.incidents, share.expires_at) == (4, 120, kept.expires_at)
    assert len(list((tmp_path / "desk" / "shares").glob("*.html.gz"))) == 1
    entries = [(one.action, one.details.get("renewed")) for one in Audit(tmp_path).entries()]
    assert entries[:2] == [("share", None), ("share", True)]


def test_what_has_ended_or_is_for_others_is_not_made_anew(tmp_path):
    shares = Shares(tmp_path)
    token, kept = shares.new(PAGE, TOLD, "analyst")
    for wrong in ({"audience": "public"}, {"marking": "TLP:RED"}):
        with pytest.raises(WrongValue):
            shares.replace(kept.share_id, NEWER, TOLD | wrong, "analyst")
    assert gzip.decompress(shares.open(token)[1]) == PAGE
    shares.revoke(kept.share_id, "analyst")
    with pytest.raises(ShareEnded):
        shares.replace(kept.share_id, NEWER, TOLD, "analyst")


def test_a_live_link_has_no_pass_phrase():
    require_no_phrase("")
    with pytest.raises(WrongValue, match="a pass-phrase for a live link"):
        require_no_phrase("correct horse")
