"""Shared links as a browser and an analyst's page ask for them."""

import gzip
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from desk import live_shares
from geodata.core.audit import Audit
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from pages.server import shares_api

pytestmark = pytest.mark.slow

VIEW = "from=2025-02-01&to=2025-07-01"


@pytest.fixture
def desk(get, at, own):
    """Return the way to ask the desk of a workspace of its own, with JSON."""
    at(own)
    shares_api._tries.clear()

    def post(address: str, body: object) -> object:
        return get(address, method="POST", body=[json.dumps(body).encode()], content_type="application/json")

    return post


@pytest.fixture
def link(desk):
    """Return a way to share the view, giving the token and the id."""

    def share(**special: object) -> tuple[str, str]:
        told = {"title": "Briefing <b>", "audience": "partner", "days": "7", "phrase": ""} | special
        answer = desk(f"/data/shares?{VIEW}", told)
        assert answer.status == 200, answer.body
        return answer.json()["token"], answer.json()["share_id"]

    return share


def test_what_is_shared_is_told_before_it_is(get, desk):
    told = get(f"/data/shares/preview?{VIEW}&audience=partner").json()
    shown, _, asked = told["period"].partition(" (asked for: ")
    assert (shown, asked) == ("2025-01-01 – 2025-12-31", "2025-02-01 – 2025-06-30; shorter times are not shown)")
    assert 0 < told["withheld"] <= 1
    assert get("/data/shares/preview?audience=own").status == 400


def test_a_link_opens_the_map_as_it_was_shared_compressed_and_with_its_own_policy(get, link, own):
    token, share_id = link()
    answer = get(f"/s/{token}", accept_encoding="gzip, br")
    assert answer.status == 200
    page = gzip.decompress(answer.body).decode()
    assert "Briefing <b>" not in page
    assert "Briefing \\u003cb\\u003e" in page or "Briefing \\u003cb" in page
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("frame-ancestors 'none'")
    assert "unsafe" not in policy
    assert re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1] in policy
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert get(f"/s/{token}").body.decode() == page
    (share,) = get("/data/shares").json()["shares"]
    assert (share["share_id"], share["opened"], share["state"]) == (share_id, 2, "stands")
    assert token not in get("/data/shares").body.decode()
    assert [one.action for one in Audit(own).entries()] == ["share", "open", "open"]


def test_a_link_that_was_withdrawn_opens_nothing_and_says_so_to_its_holder_alone(get, desk, link):
    token, share_id = link()
    assert get(f"/s/{token}/stands").status == 204
    assert desk(f"/data/shares/{share_id}/revoke", {}).json()["state"] == "withdrawn"
    for address in (f"/s/{token}", f"/s/{token}/stands"):
        answer = get(address)
        assert answer.status == 410
        assert "This link was withdrawn." in answer.body.decode()
        assert answer.headers["cache-control"] == "no-store"
    unknown = get(f"/s/{token[:-1]}x")
    assert unknown.status == 404
    assert "This link is not known." in unknown.body.decode()
    assert "Ce lien a été retiré" in get(f"/s/{token}", accept_language="fr").body.decode()


def test_a_pass_phrase_is_asked_for_in_a_form_and_may_be_tried_ten_times_a_minute(get, link):
    token, _ = link(phrase="correct horse")
    asked = get(f"/s/{token}")
    assert asked.status == 200
    assert '<form method="post">' in asked.body.decode()
    assert "form-action 'self'" in asked.headers["content-security-policy"]

    def tried(phrase: str) -> int:
        body = [urlencode({"phrase": phrase}).encode()]
        return get(f"/s/{token}", method="POST", body=body, accept_encoding="gzip").status

    assert [tried("wrong horse") for _ in range(9)] == [403] * 9
    assert tried("correct horse") == 200
    assert tried("wrong horse") == 403
    assert [tried("wrong horse"), tried("correct horse")] == [429, 429]


def test_it_is_extended_by_a_week(get, desk, link):
    _, share_id = link(days="1")
    before = get("/data/shares").json()["shares"][0]["expires_at"]
    assert desk(f"/data/shares/{share_id}/extend", {}).json()["expires_at"] > before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"audience": "own"}, "a link is for partners or the public"),
        ({"audience": "press"}, "it is one of own, partner, public"),
        ({"title": ""}, "it has 1 to 120 letters"),
        ({"days": "31"}, "1 to 30 days"),
        ({"days": "-1"}, "it is a whole number"),
        ({"days": "9" * 400}, "it is a whole number"),
        ({"phrase": "short"}, "it has 8 to 200 letters"),
    ],
)
def test_what_may_not_be_shared_is_one_sentence_and_nothing_is(get, desk, body, said):
    told = {"title": "t", "audience": "partner", "days": "7", "phrase": ""} | body
    answer = desk(f"/data/shares?{VIEW}", told)
    assert answer.status == 400
    assert said in answer.json()["error"]
    assert get("/data/shares").json()["shares"] == []


@pytest.mark.parametrize("body", [b"[]", b"{", b"x" * 9000, b"\xff"])
def test_a_body_that_is_none_is_refused(get, at, own, body):
    at(own)
    answer = get(f"/data/shares?{VIEW}", method="POST", body=[body])
    assert answer.status == 400
    assert answer.json()["error"].endswith(".")


def test_an_act_or_a_share_that_there_is_not_is_refused(desk, link):
    _, share_id = link()
    assert desk(f"/data/shares/{share_id}/delete", {}).status == 400
    assert desk("/data/shares/s-00000000/revoke", {}).status == 404


def test_an_opening_that_cannot_be_entered_shows_nothing(get, link, own):
    token, _ = link()
    (own / "desk" / "audit.head").write_text("7 x\n", encoding="ascii")
    answer = get(f"/s/{token}")
    assert answer.status == 503
    assert b"frozen" not in answer.body


def test_a_live_link_shows_what_came_in_since(get, link, own, monkeypatch, tmp_path):
    token, share_id = link(live=True)
    frozen, _ = link()
    before = get(f"/s/{token}/stands").headers["x-version"]
    file = tmp_path / "more.csv"
    rows = [f"{number},2025-03-0{number % 9 + 1},35.5,12.6,sea" for number in range(40)]
    file.write_text("\n".join(["id,date,lat,lon,mode", *rows]) + "\n", encoding="utf-8")
    ingest_file(file, Ledger(own))
    seen = shares_api.sight()
    version = Ledger(own).version()
    shares_api.renew(seen, version)
    assert get(f"/s/{token}/stands").headers["x-version"] == before  # an hour has not passed
    monkeypatch.setattr(live_shares, "EVERY", timedelta(0))
    shares_api.renew(seen, version)
    assert int(get(f"/s/{token}/stands").headers["x-version"]) == version > int(before)
    assert get(f"/s/{frozen}/stands").headers["x-version"] == before
    listed = {one["share_id"]: one["live"] for one in get("/data/shares").json()["shares"]}
    assert listed[share_id]
    assert list(listed.values()).count(True) == 1


def test_a_live_link_with_a_pass_phrase_is_not_made(desk):
    told = {"title": "Briefing", "audience": "partner", "days": "7", "phrase": "correct horse", "live": True}
    answer = desk(f"/data/shares?{VIEW}", told)
    assert answer.status == 400
    assert "a pass-phrase for a live link" in answer.json()["error"]
