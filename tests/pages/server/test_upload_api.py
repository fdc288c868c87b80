"""Programs hand in incidents by POST: with a token, through the same gate as files, and safely sent again."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk.tokens import Tokens
from geodata.ingest import receipt as receipts
from geodata.ledger.store import Ledger
from pages.server import upload_api as intake
from tests.pages.conftest import Answer

ROOT = Path(__file__).parent.parent.parent.parent
GOOD = {"id": "a", "date": "2024-05-03", "lat": 35.5, "lon": 12.6, "mode": "sea", "kind": "rescue", "people": 41}
BAD = GOOD | {"id": "x", "lat": 95.2}
CSV = b"id,date,lat,lon\na,2024-05-03,35.5,12.6\nx,2024-05-03,95.2,12.6\n"


@pytest.fixture
def token(at, home):
    """Show an empty workspace in which one token stands; return the token."""
    at(home)
    return Tokens(home).new("partner")


@pytest.fixture
def post(app, asking, token):
    """Return the way to hand something in, with the token unless another is given."""

    def handed(body: object, kind: str = "application/json", bearer: str | None = None, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        parts = [content[:7], content[7:]]
        named = {"authorization": f"Bearer {token if bearer is None else bearer}", "content_type": kind} | headers
        sent = {name: value for name, value in named.items() if value}
        return asking(app, "/api/incidents", method="POST", body=parts, **sent)

    return handed


def is_one_sentence(answer) -> bool:
    said = answer.json()
    text = said["error"]
    return set(said) <= {"error", "refusals"} and text.endswith(".") and "\n" not in text and "Traceback" not in text


def stored(home: Path) -> int:
    return Ledger(home).incidents(columns=["incident_id"]).height


def left_behind(home: Path) -> list[Path]:
    return [*(home / "spool").iterdir()] if (home / "spool").exists() else []


@pytest.mark.parametrize(
    ("kind", "body", "kept"),
    [
        ("application/json", json.dumps([GOOD, GOOD | {"id": "b"}]).encode(), 2),
        ("application/json", json.dumps(GOOD).encode(), 1),
        ("application/json", b"\n  " + json.dumps(GOOD, indent=2).encode() + b"\n", 1),
        ("application/json", json.dumps(GOOD | {"modus operandi": ["boat", "night"]}).encode(), 1),
        ("application/json; charset=UTF-8", json.dumps([GOOD]).encode(), 1),
        ("application/x-ndjson", json.dumps(GOOD).encode() + b"\n" + json.dumps(GOOD | {"id": "b"}).encode(), 2),
        (
            "application/geo+json",
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "geometry": {"type": "Point", "coordinates": [12.6, 35.5]},
                            "properties": {"id": "a", "date": "2024-05-03"},
                        }
                    ],
                }
            ).encode(),
            1,
        ),
        ("text/csv", b"id,date,lat,lon\na,2024-05-03,35.5,12.6\n", 1),
    ],
)
def test_incidents_are_taken_in_by_their_content_type(post, home, kind, body, kept):
    answer = post(body, kind)
    assert answer.status == 201, answer.body
    said = answer.json()
    assert (said["counts"]["kept"], said["counts"]["refused"], said["refusals"]) == (kept, 0, [])
    assert said["source"] == "partner"
    found = Ledger(home).incidents()
    assert (found.height, found["lat"][0], found["lon"][0]) == (kept, 35.5, 12.6)
    assert left_behind(home) == []


def test_rows_that_are_refused_come_back_with_row_column_rule_and_value(post, home):
    said = post(CSV, "text/csv").json()
    assert (said["counts"]["kept"], said["counts"]["refused"]) == (1, 1)
    (refusal,) = said["refusals"]
    assert (refusal["row"], refusal["column"]) == (3, "lat")
    assert refusal["rule"] == "latitude must lie within -90..90"
    assert "95.2" in refusal["value"]


def test_a_body_of_which_nothing_is_kept_is_422_with_the_refusals_and_no_path_of_this_machine(post, home):
    answer = post([BAD])
    assert answer.status == 422
    assert is_one_sentence(answer)
    assert [refusal["column"] for refusal in answer.json()["refusals"]] == ["lat"]
    assert str(home) not in answer.body.decode()
    assert Ledger(home).version() is None


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"{", b"[", b"nonsense", b"[1, 2]", b'[{"lat": NaN}]', b"\xff\xfe\x00", b"[]"]
)
def test_a_body_that_is_not_what_it_claims_is_422_in_one_sentence(post, home, body):
    answer = post(body)
    assert answer.status == 422
    assert is_one_sentence(answer)
    assert Ledger(home).version() is None
    assert left_behind(home) == []


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "bearer {}x", "Token {}"]
)
def test_without_a_token_that_stands_it_is_401(post, home, token, authorization):
    answer = post([GOOD], bearer="", authorization=authorization.format(token))
    assert answer.status == 401
    assert is_one_sentence(answer)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert Ledger(home).version() is None
    assert not (home / "spool").exists()


def test_where_no_token_was_ever_made_it_is_401(app, asking, at, tmp_path):
    at(tmp_path / "none")
    answer = asking(app, "/api/incidents", "POST", [b"[]"], authorization="Bearer x", content_type="application/json")
    assert answer.status == 401
    assert not (tmp_path / "none").exists()


def test_a_revoked_token_counts_no_more_from_the_next_request_on(post, home):
    assert post([GOOD]).status == 201
    Tokens(home).revoke("partner")
    assert post([GOOD]).status == 401


def test_a_token_in_the_address_or_in_a_cookie_does_not_count(app, asking, token):
    for address, headers in (
        (f"/api/incidents?access_token={token}&token={token}", {}),
        ("/api/incidents", {"cookie": f"token={token}; Authorization=Bearer {token}"}),
    ):
        answer = asking(app, address, "POST", [b"[]"], content_type="application/json", **headers)
        assert answer.status == 401


def test_no_other_site_may_ask_a_browser_to_hand_something_in(app, asking, token, post):
    asked = asking(
        app,
        "/api/incidents",
        "OPTIONS",
        origin="https://evil.example",
        access_control_request_method="POST",
        access_control_request_headers="authorization",
    )
    assert asked.status == 405
    for answer in (asked, post([GOOD], origin="https://evil.example")):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_another_method_is_405_in_one_sentence(app, asking, token, method):
    answer = asking(app, "/api/incidents", method, authorization=f"Bearer {token}")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert is_one_sentence(answer)


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("", {}),
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("multipart/form-data; boundary=x", {}),
        ("application/xml", {}),
        ("application/json; charset=utf-16", {}),
        ("application/json", {"content_encoding": "gzip"}),
    ],
)
def test_a_type_that_is_not_taken_is_415(post, kind, headers):
    answer = post(b"[]", kind, **headers)
    assert answer.status == 415
    assert is_one_sentence(answer)


def test_a_body_that_says_it_is_too_large_is_413_before_it_is_read(app, asking, token):
    def never() -> Iterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    headers = {"authorization": f"Bearer {token}", "content_type": "text/csv"}
    for length in (str(intake.LARGEST + 1), "9" * 4000):
        answer = asking(app, "/api/incidents", "POST", never(), content_length=length, **headers)
        assert answer.status == 413
        assert is_one_sentence(answer)


def test_a_body_that_turns_out_too_large_is_413_and_read_no_further(app, asking, token, home, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST", 10_000)
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            assert len(read) < 100, "the body was read on and on"
            yield b"x" * 1000

    headers = {"authorization": f"Bearer {token}", "content_type": "text/csv"}
    answer = asking(app, "/api/incidents", "POST", endless(), **headers)
    assert answer.status == 413
    assert is_one_sentence(answer)
    assert len(read) == 11
    assert left_behind(home) == []


def test_a_body_that_never_ends_is_408(token, monkeypatch, home):
    monkeypatch.setattr(intake, "BODY_SECONDS", 0.2)

    class Slow:
        async def stream(self) -> AsyncIterator[bytes]:
            yield b"["
            await asyncio.sleep(30)

    # In a thread of its own: the browser's tests leave a running event loop in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(intake.RequestRefused) as turned:
        thread.submit(asyncio.run, intake._body(Slow(), home.parent / "partner.json")).result()
    assert turned.value.status == 408


def test_the_same_key_and_body_give_the_same_answer_and_nothing_twice(post, home):
    first = post([GOOD], idempotency_key="k1")
    again = post([GOOD], idempotency_key="k1")
    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(Ledger(home).history()) == 1
    without = post([GOOD])
    assert without.json()["counts"]["duplicates"] == 1


def test_a_refusal_is_given_again_too(post):
    first, again = (post([BAD], idempotency_key="k1") for _ in range(2))
    assert first.status == again.status == 422
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("body", "kind"), [([GOOD | {"people": 42}], "application/json"), ([GOOD], "application/x-ndjson")]
)
def test_the_same_key_with_another_body_is_422(post, home, body, kind):
    post([GOOD], idempotency_key="k1")
    other = post(body, kind, idempotency_key="k1")
    assert other.status == 422
    assert "another body" in other.json()["error"]
    assert Ledger(home).incidents()["people"].to_list() == [41]


def test_each_token_has_keys_of_its_own(post, home):
    post([GOOD], idempotency_key="k1")
    other = post([GOOD | {"people": 42}], bearer=Tokens(home).new("other"), idempotency_key="k1")
    assert other.status == 201


def test_a_key_is_forgotten_after_a_day(post, home):
    post([GOOD], idempotency_key="k1")
    (kept,) = (home / "intake").glob("[!.]*")
    assert json.loads(kept.read_text())["until"] == pytest.approx(time.time() + 86_400, abs=60)
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"until": time.time() - 1}))
    os.utime(kept, (1, 1))
    assert post([GOOD | {"people": 42}], idempotency_key="k1").json()["counts"]["updated"] == 1
    os.utime(kept, (1, 1))
    post([GOOD | {"people": 43}], idempotency_key="k2")
    assert not kept.exists()
    assert len(list((home / "intake").glob("[!.]*"))) == 1


def test_a_request_that_came_to_nothing_may_be_sent_again_under_its_key(post, home):
    (home / "ledger").write_text("in the way of the ledger")
    failed = post([GOOD], idempotency_key="k1")
    assert failed.status == 503
    assert is_one_sentence(failed)
    assert str(home) not in failed.body.decode()
    (home / "ledger").unlink()
    assert post([GOOD], idempotency_key="k1").status == 201


@pytest.mark.parametrize("key", [" ", "a b", "x" * 201, "\x7f"])
def test_a_key_that_is_none_is_400(post, key):
    answer = post([GOOD], idempotency_key=key)
    assert answer.status == 400
    assert is_one_sentence(answer)


@pytest.fixture
def held(monkeypatch):
    """Hold every body that is being taken in: how many are, and what lets them go."""
    inside, go = threading.Semaphore(0), threading.Event()
    receive = intake.receive

    def slow(path: Path, ledger: Ledger, edition: str, **how: object) -> receipts.Receipt:
        inside.release()
        go.wait(20)
        return receive(path, ledger, edition, **how)

    monkeypatch.setattr(intake, "receive", slow)
    return inside, go


def test_one_token_has_two_bodies_at_once_and_a_key_that_is_being_answered_is_409(post, home, held):
    inside, go = held
    other = Tokens(home).new("other")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(post, [GOOD | {"id": key}], idempotency_key=key) for key in ("0", "1")]
        assert all(inside.acquire(timeout=20) for _ in waiting)
        third = post([GOOD], idempotency_key="later")
        waiting.append(pool.submit(post, [GOOD | {"id": "2"}], bearer=other, idempotency_key="0"))
        assert inside.acquire(timeout=20)
        same = post([GOOD], bearer=other, idempotency_key="0")
        go.set()
        assert [one.result(20).status for one in waiting] == [201] * 3
    assert (third.status, same.status) == (429, 409)
    assert is_one_sentence(third)
    assert is_one_sentence(same)
    assert third.headers["retry-after"] == same.headers["retry-after"] == "2"
    assert post([GOOD], idempotency_key="later").status == 201


def test_a_body_waits_for_its_turn_and_is_503_where_none_comes(post, home, held, monkeypatch):
    inside, go = held
    monkeypatch.setattr(intake, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(intake, "TURN_SECONDS", 0.2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(post, [GOOD])
        assert inside.acquire(timeout=20)
        full = post([GOOD | {"id": "full"}])
        monkeypatch.setattr(intake, "TURN_SECONDS", 20.0)
        waits = pool.submit(post, [GOOD | {"id": "waits"}])
        go.set()
        assert [first.result(20).status, waits.result(20).status] == [201, 201]
    assert full.status == 503
    assert is_one_sentence(full)
    assert full.headers["retry-after"] == "2"
    assert stored(home) == 2


def test_a_fault_that_nobody_thought_of_is_500_in_one_sentence(post, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault nobody thought of")

    monkeypatch.setattr(receipts, "ingest_file", broken)
    answer = post([GOOD])
    assert answer.status == 500
    assert is_one_sentence(answer)
    assert "nobody" not in answer.body.decode()


@pytest.mark.slow
def test_it_works_while_another_process_writes_the_ledger(post, home, tmp_path):
    assert post([GOOD]).status == 201
    files = []
    for number in range(6):
        files.append(tmp_path / f"f{number}.csv")
        rows = "".join(f"partner,{number}-{row},2024-05-03,35.5,12.6\n" for row in range(200))
        files[-1].write_text("source,id,date,lat,lon\n" + rows)
    command = [sys.executable, "-m", "geodata", "ingest", *map(str, files), "--home", str(home), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        sent = 0
        while other.poll() is None or sent < 5:
            assert post([GOOD | {"id": f"sent-{sent}"}]).status == 201
            sent += 1
        said = json.loads(other.stdout.read())
    assert said["kept"] == 1200
    assert stored(home) == 1201 + sent
    assert sum(batch.kept for _, batch in Ledger(home).history()) == 1201 + sent


def test_what_was_handed_in_is_seen_on_the_map(post, get, home, monkeypatch):
    assert get("/data/head").json()["version"] is None
    post([GOOD])
    real = time.monotonic
    monkeypatch.setattr("time.monotonic", lambda: real() + 2)
    assert get("/data/head").json()["incidents"] == 1


def test_no_cache_keeps_an_answer_and_every_answer_carries_the_security_headers(post):
    for answer in (post([GOOD]), post([BAD]), post([GOOD], bearer="wrong"), post([GOOD], "text/plain")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_token_speaks_for_its_own_sources_alone(post, home):
    coast = Tokens(home).new("coast", sources=["Coast Guard", "Border Police"])
    told = [GOOD | {"id": "1"}, GOOD | {"id": "2", "source": "Border Police"}, GOOD | {"id": "3", "source": "IOM"}]
    answer = post(told, bearer=coast)
    assert answer.status == 201
    assert (answer.json()["counts"]["kept"], answer.json()["counts"]["refused"]) == (2, 1)
    (refused,) = answer.json()["refusals"]
    assert (refused["column"], refused["value"]) == ("source", "IOM")
    assert refused["rule"] == "this token hands in for Coast Guard, Border Police alone"
    incidents = Ledger(home).incidents()
    assert sorted(incidents["source"].unique()) == ["Border Police", "Coast Guard"]


def test_a_token_cannot_revise_what_another_source_said(post, home):
    first = Tokens(home).new("first", sources=["A"])
    other = Tokens(home).new("other", sources=["B"])
    assert post([GOOD | {"id": "1", "people": 41}], bearer=first).status == 201
    taken = post([GOOD | {"id": "1", "people": 7, "source": "A"}], bearer=other)
    assert taken.status == 422
    assert post([GOOD | {"id": "1", "people": 7}], bearer=other).status == 201
    told = {row["source"]: row["people"] for row in Ledger(home).incidents().iter_rows(named=True)}
    assert told == {"A": 41, "B": 7}


def test_what_a_token_handed_in_bears_its_name(post, home):
    post([GOOD])
    assert [batch.actor for _, batch in Ledger(home).history()] == ["token partner"]


def test_a_token_that_may_only_read_hands_nothing_in(post, home):
    reader = Tokens(home).new("reader", rights=["read"])
    answer = post([GOOD], bearer=reader)
    assert answer.status == 403
    assert is_one_sentence(answer)
    assert Ledger(home).version() is None
