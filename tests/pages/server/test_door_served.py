"""The door of a server that was started for real: every route and the websocket, under every false Host and Origin."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import copytree
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from benchmarks.served import PRODUCT, ROOT, running
from desk.tokens import Tokens
from geodata.ledger.store import Ledger
from pages.server.door import HOST, METRICS, ORIGIN
from pages.server.fair_share import BODIES
from pages.server.upload_api import OF_ONE_TOKEN
from tests.pages.server.doors import OF_OTHERS, OF_OURS, every_route, filled
from tests.pages.server.websocket_client import Client, client

pytestmark = pytest.mark.slow

WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}
INCIDENT = {"date": "2024-05-03", "lat": 35.5, "lon": 12.6, "mode": "sea", "kind": "rescue", "people": 41}


@pytest.fixture(scope="module")
def workspace(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copytree(small, tmp_path_factory.mktemp("door") / "workspace")


@pytest.fixture(scope="module")
def port(workspace: Path) -> Iterator[int]:
    with running(PRODUCT, ROUTES_HOME=workspace) as url:
        yield urlsplit(url).port or 0


def ask(port: int, method: str, address: str, headers: list[tuple[str, str]]) -> tuple[int, str]:
    """Return status and text; "websocket" is a GET that asks for one."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.putrequest("GET" if method == "websocket" else method, address, skip_host=True, skip_accept_encoding=True)
        for name, value in (*headers, *(WEBSOCKET.items() if method == "websocket" else ())):
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        return answer.status, "" if answer.status == 101 else answer.read().decode(errors="replace")


def test_no_route_and_no_websocket_answers_under_a_false_host_or_origin(port):
    accepted, asked = [], 0
    for address, methods in every_route().items():
        for said, claims in OF_OTHERS.items():
            for method in methods:
                status, text = ask(port, method, address, filled(claims, port))
                asked += 1
                if status not in (400, 403, 421) or "evil" in text:
                    accepted.append((address, method, said, status))
    assert asked > 5_000
    assert accepted == []


def test_every_route_and_the_websocket_answer_our_own_pages_without_a_path_of_this_machine(port, workspace):
    turned_away, told = [], []
    for address, methods in every_route().items():
        for said, claims in OF_OURS.items():
            for method in methods:
                status, text = ask(port, method, address, filled(claims, port))
                let_in = status == 101 if method == "websocket" else status not in (421, 503)
                if not let_in or ORIGIN in text or HOST in text:
                    turned_away.append((address, method, said, status))
                told += [(address, method) for place in (str(workspace), str(ROOT), sys.prefix) if place in text]
    assert turned_away == []
    assert told == []


def test_what_a_program_changes_it_changes_with_a_token_alone(port):
    for address, methods in every_route().items():
        for method in {"POST", "PUT", "PATCH", "DELETE"} & methods:
            status, text = ask(port, method, address, [("Host", f"127.0.0.1:{port}"), ("Content-Length", "0")])
            if address.startswith("/api/"):
                assert status == (401 if method == "POST" else 405), address
            else:
                assert (status, text) == (403, f"{ORIGIN}\n"), address


def test_the_counts_of_the_server_are_closed(port):
    assert ask(port, "GET", METRICS, [("Host", f"localhost:{port}")])[0] == 404
    assert ask(port, "GET", "/_stcore/health", [("Host", f"localhost:{port}")]) == (200, "ok")


def take_back(session: Client) -> None:
    """Take the newest batch back as a person does on the page."""
    session.open("incidents", "tab=History")
    session.choose_first_row("batches-")
    session.press("Undo this import")
    session.press("Take it back")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:{port}", "http://evil.example:{port}"),
        ("evil.example", "http://evil.example"),
        ("127.0.0.1:{port}", "http://evil.example:{port}"),
        ("127.0.0.1:{port}", "http://127.0.0.1:3000"),
        ("127.0.0.1:{port}", "null"),
        ("127.0.0.1:{port}", None),
    ],
)
def test_a_page_of_another_site_cannot_take_a_batch_back(port, workspace, host, origin):
    before = Ledger(workspace).version()
    with pytest.raises(InvalidStatus) as turned, ExitStack() as open_:  # noqa: PT012 - an open session goes on
        claimed = origin.format(port=port) if origin else None
        take_back(open_.enter_context(client(port, host.format(port=port), claimed)))
    assert turned.value.response.status_code == 403
    assert Ledger(workspace).version() == before


def test_a_page_of_ours_takes_a_batch_back_by_the_same_messages(small, tmp_path):
    home = copytree(small, tmp_path / "workspace")
    with running(PRODUCT, ROUTES_HOME=home) as url:
        own = urlsplit(url)
        with client(own.port, own.netloc, url) as session:
            take_back(session)
    ledger = Ledger(home)
    (_, newest), (_, before) = ledger.history()
    assert newest.undoes == before.batch
    assert ledger.incidents().height == 0


def slow_body(port: int, token: str, source: str = "127.0.0.1") -> http.client.HTTPConnection:
    """Begin to hand an incident in and do not end; its answer comes once the rest is sent."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    line.putrequest("POST", "/api/incidents")
    line.putheader("Authorization", f"Bearer {token}")
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", "1000")
    line.endheaders()
    line.send(b"[")
    return line


def test_slow_bodies_of_one_token_keep_no_other_token_waiting(port, workspace):
    slow, other = Tokens(workspace).new("slow"), Tokens(workspace).new("other")
    with ExitStack() as open_:
        lines = [open_.enter_context(closing(slow_body(port, slow))) for _ in range(OF_ONE_TOKEN)]
        time.sleep(0.5)
        for _ in range(10):
            answer = open_.enter_context(closing(slow_body(port, slow))).getresponse()
            assert answer.status == 429
            assert "of this token" in json.loads(answer.read())["error"]
        begun = time.monotonic()
        line = open_.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)))
        headers = {"Authorization": f"Bearer {other}", "Content-Type": "application/json"}
        line.request("POST", "/api/incidents", json.dumps([INCIDENT | {"id": "other"}]), headers)
        assert line.getresponse().status == 201
        assert time.monotonic() - begun < 20
        for number, one in enumerate(lines):
            one.send(json.dumps(INCIDENT | {"id": f"slow-{number}"}).encode().ljust(998) + b"]")
            assert one.getresponse().status == 201


def test_slow_bodies_from_one_address_keep_no_other_address_waiting(port, workspace):
    tokens = [Tokens(workspace).new(f"partner-{number}") for number in range(BODIES // OF_ONE_TOKEN + 1)]
    with ExitStack() as open_:
        for token in tokens[:-1]:
            for _ in range(OF_ONE_TOKEN):
                open_.enter_context(closing(slow_body(port, token, "127.0.0.7")))
        time.sleep(0.5)
        one_more = open_.enter_context(closing(slow_body(port, tokens[-1], "127.0.0.7"))).getresponse()
        assert (one_more.status, b"of this address" in one_more.read()) == (429, True)
        line = open_.enter_context(closing(slow_body(port, tokens[-1])))
        line.send(json.dumps(INCIDENT | {"id": "elsewhere"}).encode().ljust(998) + b"]")
        assert line.getresponse().status == 201


def start(home: Path, port: int, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start a server that is expected to end by itself."""
    command = [sys.executable, "-m", "streamlit", "run", str(PRODUCT), "--server.port", str(port)]
    known = os.environ | {"PYTHONPATH": str(ROOT), "ROUTES_HOME": str(home)} | settings
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}, "the server listens on 0.0.0.0, and nobody signs in"),
        ({"ROUTES_ORIGINS": "https://monitor.example.org"}, "the server stands at https://monitor.example.org, and"),
        ({"ROUTES_ORIGINS": "*"}, "ROUTES_ORIGINS names '*'"),
    ],
)
def test_a_server_that_others_could_reach_ends_before_it_answers_anything(home, settings, sentence):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ended = start(home, port, BROWSER="true", STREAMLIT_BROWSER_SERVER_ADDRESS="localhost", **settings)
    assert ended.returncode == 2
    (said,) = [line for line in ended.stderr.splitlines() if line]
    assert said.startswith(sentence)
    assert not home.exists()


def test_where_it_is_meant_it_starts_and_answers_under_its_address_behind_a_path(small):
    settings = {
        "ROUTES_HOME": small,
        "ROUTES_ORIGINS": "https://monitor.example.org",
        "ROUTES_WITHOUT_LOGIN": "yes",
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
        "STREAMLIT_SERVER_BASE_URL_PATH": "monitor",
        "STREAMLIT_BROWSER_SERVER_ADDRESS": "monitor.example.org",
    }
    public = [("Host", "monitor.example.org"), ("Origin", "https://monitor.example.org")]
    with running(PRODUCT, asked="/monitor/_stcore/health", **settings) as url:
        port = urlsplit(url).port or 0
        for address in ("/monitor/", "/monitor/_stcore/health", "/map", "/data/head", "/monitor/ogc"):
            assert ask(port, "GET", address, public)[0] == 200, address
        assert '"href": "https://monitor.example.org/monitor/ogc' in ask(port, "GET", "/monitor/ogc", public)[1]
        assert ask(port, "websocket", "/monitor/_stcore/stream", public)[0] == 101
        assert ask(port, "GET", "/monitor/_stcore/metrics", public)[0] == 404
        with client(port, "monitor.example.org", "https://monitor.example.org", "/monitor") as session:
            session.open("incidents", "tab=History")
            assert session.shown
        for claims in OF_OTHERS.values():
            for method, address in (("websocket", "/monitor/_stcore/stream"), ("GET", "/monitor/ogc")):
                assert ask(port, method, address, filled(claims, port))[0] in (400, 403, 421)
