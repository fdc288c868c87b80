"""The door lets in what asks the server by its own address and from its own pages, and says why others stay outside."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from geodata.core.errors import WrongValue
from pages.server.door import HOST, LOGIN, ORIGIN, Door, own_origins, require_login
from pages.server.security_headers import SecurityHeaders
from tests.pages.server.doors import OF_OTHERS, OF_OURS, filled

PORT = 8501
PUBLIC = "https://monitor.example.org"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "websocket")
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def told(request: Request) -> Response:
    return PlainTextResponse(f"inside {request.url}")


async def opened(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(f"inside {socket.url}")
    await socket.close()


def behind(**settings: Any) -> Starlette:
    """Return a server in which everything is answered with the address that a request names."""
    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(
        routes=[Route("/{path:path}", told, methods=every), WebSocketRoute("/{path:path}", opened)],
        middleware=[
            Middleware(SecurityHeaders, policy="default-src 'self'"),
            Middleware(Door, **{"beyond": False} | settings),
        ],
    )


def knock(
    app: Starlette,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] | dict[str, str] = (),
    path: str = "/data/head",
    server: tuple[str, int | None] = ("127.0.0.1", PORT),
) -> tuple[int, str, dict[str, str]]:
    """Return the status (101 for an accepted websocket, 403 for one that is not), the text and the headers."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope = {
        "type": "websocket" if method == "websocket" else "http",
        "method": method,
        "scheme": "ws" if method == "websocket" else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
        "client": ("127.0.0.1", 50000),
        "server": server,
        "subprotocols": [],
    }
    sent: list[Message] = []
    coming = [{"type": "websocket.connect" if method == "websocket" else "http.request"}]

    async def receive() -> Message:
        return coming.pop() if coming else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    # In a thread of its own: the browser's tests leave a running event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    if method == "websocket":
        inside = "".join(message.get("text", "") for message in sent)
        return (101 if sent[0]["type"] == "websocket.accept" else 403), inside, {}
    text = b"".join(message.get("body", b"") for message in sent).decode()
    return sent[0]["status"], text, {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("said", OF_OTHERS)
def test_nothing_comes_in_that_others_ask_for(said):
    server = behind()
    for method in METHODS:
        status, text, headers = knock(server, method, filled(OF_OTHERS[said], PORT))
        assert status in (403, 421), method
        assert "inside" not in text, method
        assert "evil" not in text
        assert method == "websocket" or headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("said", OF_OURS)
def test_everything_comes_in_that_our_own_pages_ask_for(said):
    server = behind()
    for method in METHODS:
        status, text, _ = knock(server, method, filled(OF_OURS[said], PORT))
        assert status == (101 if method == "websocket" else 200), method
        assert text.startswith("inside "), method


def test_the_sentences_name_the_rule_and_the_setting_and_give_nothing_back():
    server = behind()
    status, text, headers = knock(server, headers={"host": "evil.example<script>"})
    assert (status, text) == (421, f"{HOST}\n")
    assert headers["content-type"].startswith("text/plain")
    status, text, _ = knock(server, headers={"host": f"localhost:{PORT}", "origin": "http://evil.example<script>"})
    assert (status, text) == (403, f"{ORIGIN}\n")
    for sentence in (HOST, ORIGIN):
        assert "ROUTES_ORIGINS" in sentence
        assert sentence.count(".") == 1


def test_one_line_in_the_log_says_what_was_turned_away(caplog):
    knock(behind(), headers={"host": "evil.example\nRefused", "origin": "x" * 5000})
    (record,) = caplog.records
    line = record.getMessage()
    assert "421" in line
    assert "evil.example" in line
    assert "\n" not in line
    assert len(line) < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "websocket"])
def test_what_changes_something_must_say_that_a_page_of_ours_asks_for_it(method):
    server, host = behind(), {"host": f"localhost:{PORT}"}
    assert knock(server, method, host)[0] == 403
    for site in ("same-origin", "none"):
        let_in = knock(server, method, host | {"sec-fetch-site": site})[0] != 403
        assert let_in == (method != "websocket")
    assert knock(server, method, host | {"origin": f"http://localhost:{PORT}", "sec-fetch-site": "same-site"})[0] == 403


def test_a_program_hands_in_without_an_origin_where_a_token_is_asked_for_and_nowhere_else():
    server, host = behind(), {"host": f"localhost:{PORT}", "authorization": "Bearer x"}
    assert knock(server, "POST", host, "/api/incidents")[0] == 200
    assert knock(server, "POST", host | {"origin": "http://evil.example"}, "/api/incidents")[0] == 403
    assert knock(server, "POST", host | {"sec-fetch-site": "cross-site"}, "/api/incidents")[0] == 403
    for path in ("/_stcore/upload_file/a/b", "/apix", "/data/head"):
        assert knock(server, "POST", host, path)[0] == 403


@pytest.mark.parametrize("path", ["/", "/incidents", "/map", "/ogc", "/monitor", "/monitor/incidents"])
def test_a_link_on_another_site_opens_a_page_in_a_window_and_not_in_a_frame(path):
    server, host = behind(prefix="monitor"), {"host": f"localhost:{PORT}"}
    assert knock(server, "GET", host | LINK, path)[0] == 200
    assert knock(server, "GET", host | LINK | {"sec-fetch-dest": "iframe"}, path)[0] == 403
    assert knock(server, "GET", host | LINK | {"sec-fetch-mode": "no-cors"}, path)[0] == 403
    assert knock(server, "POST", host | LINK, path)[0] == 403


@pytest.mark.parametrize(
    "path", ["/data/export", "/data/head", "/media/x", "/monitor/media/x", "/_stcore/health", "/data"]
)
def test_no_link_on_another_site_leads_to_data(path):
    server, host = behind(prefix="monitor"), {"host": f"localhost:{PORT}"}
    assert knock(server, "GET", host | LINK, path)[0] == 403
    assert knock(server, "GET", host | LINK | {"sec-fetch-site": "same-origin"}, path)[0] == 200


def test_behind_a_proxy_that_speaks_tls_the_public_address_counts_with_its_scheme():
    server = behind(named=own_origins(f"{PUBLIC}, http://10.0.0.5:8501"))
    for host in ("monitor.example.org", "MONITOR.example.org", "monitor.example.org:443"):
        status, text, _ = knock(server, "POST", {"host": host, "origin": PUBLIC}, "/ogc")
        assert (status, text) == (200, f"inside {PUBLIC}/ogc")
        assert knock(server, "websocket", {"host": host, "origin": PUBLIC})[:2] == (
            101,
            "inside wss://monitor.example.org/data/head",
        )
        assert knock(server, headers={"host": host})[1] == f"inside {PUBLIC}/data/head"
    for origin in ("http://monitor.example.org", f"{PUBLIC}:8501", f"http://localhost:{PORT}", "https://example.org"):
        assert knock(server, "POST", {"host": "monitor.example.org", "origin": origin})[0] == 403
    for host in (
        "monitor.example.org:80",
        "monitor.example.org:8501",
        "x.monitor.example.org",
        "example.org",
        "10.0.0.5",
    ):
        assert knock(server, "GET", {"host": host})[0] == 421
    assert knock(server, "POST", {"host": "10.0.0.5:8501", "origin": "http://10.0.0.5:8501"})[0] == 200
    assert knock(server, "GET", {"host": f"localhost:{PORT}"})[0] == 200


def test_where_the_same_name_is_served_with_and_without_tls_the_page_says_which_it_is():
    server = behind(named=own_origins(f"{PUBLIC},http://monitor.example.org"))
    for origin in (PUBLIC, "http://monitor.example.org"):
        headers = {"host": "monitor.example.org", "origin": origin}
        assert knock(server, "POST", headers)[1] == f"inside {origin}/data/head"
    assert knock(server, "GET", {"host": "monitor.example.org"})[0] == 200


def test_the_port_is_the_one_that_the_server_listens_on_and_the_usual_one_may_be_left_out():
    assert knock(behind(), headers={"host": "localhost:9000"}, server=("127.0.0.1", 9000))[0] == 200
    assert knock(behind(), headers={"host": "localhost:9000"}, server=("127.0.0.1", 9001))[0] == 421
    assert knock(behind(), headers={"host": "localhost"}, server=("127.0.0.1", 80))[0] == 200
    assert knock(behind(secure=True), headers={"host": "[::1]"}, server=("::1", 443))[0] == 200
    tls = {"host": "localhost:8443", "origin": "https://localhost:8443"}
    assert knock(behind(secure=True), "POST", tls, server=("127.0.0.1", 8443))[0] == 200
    assert knock(behind(), "POST", tls, server=("127.0.0.1", 8443))[0] == 403
    assert knock(behind(), headers={"host": "localhost"}, server=("/run/monitor.sock", None))[0] == 421


def test_an_address_in_place_of_a_path_does_not_count():
    assert knock(behind(), headers={"host": f"localhost:{PORT}"}, path=f"http://localhost:{PORT}/data/head")[0] == 421


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/monitor/_stcore/metrics"])
def test_the_counts_of_the_server_are_closed_and_its_health_is_not(path):
    server, host = behind(prefix="/monitor/"), {"host": f"localhost:{PORT}"}
    assert knock(server, headers=host, path=path)[0] == 404
    assert knock(server, headers=host, path="/monitor/_stcore/health")[0] == 200


@pytest.mark.parametrize("address", ["10.0.0.5", "192.0.2.2", "2001:db8::1", "::ffff:192.0.2.2"])
def test_whoever_connects_from_beyond_the_machine_gets_nothing_unless_that_is_meant(address):
    headers = {"host": f"localhost:{PORT}"}
    status, text, _ = knock(behind(), headers=headers, server=(address, PORT))
    assert (status, text) == (503, f"{LOGIN}\n")
    assert knock(behind(), "websocket", headers, server=(address, PORT))[0] == 403
    assert knock(behind(beyond=True), headers=headers, server=(address, PORT))[0] == 200
    for here in ("127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"):
        assert knock(behind(), headers=headers, server=(here, PORT))[0] == 200


@pytest.mark.parametrize(
    ("address", "origins", "reached"),
    [
        ("127.0.0.1", "", False),
        ("127.0.0.5", "", False),
        ("localhost", "", False),
        ("::1", "", False),
        ("[::1]", "http://localhost:9000", False),
        ("127.0.0.1", "http://[::1]:9000,http://127.0.0.1", False),
        ("", "", True),
        ("0.0.0.0", "", True),
        ("::", "", True),
        ("10.0.0.5", "", True),
        ("monitor.example.org", "", True),
        ("localhost.example.org", "", True),
        ("127.0.0.1", PUBLIC, True),
        ("127.0.0.1", f"http://localhost:9000,{PUBLIC}:8443", True),
    ],
)
def test_a_server_that_others_reach_does_not_start_without_a_login_unless_that_is_meant(address, origins, reached):
    named = own_origins(origins)
    warning = require_login(address, named, without_login=True)
    assert bool(warning) == reached
    if not reached:
        assert require_login(address, named, without_login=False) == ""
        return
    assert "whoever reaches it may read everything and change it" in warning
    with pytest.raises(WrongValue, match=r"ROUTES_WITHOUT_LOGIN=yes .*; it did not start\.$"):
        require_login(address, named, without_login=False)


@pytest.mark.parametrize(
    ("setting", "origins"),
    [
        ("", ()),
        (" , ", ()),
        (PUBLIC, (PUBLIC,)),
        (" HTTPS://Monitor.Example.ORG/ ,http://10.0.0.5:8501", (PUBLIC, "http://10.0.0.5:8501")),
        (f"{PUBLIC}:443,http://[2001:db8::1]:80", (PUBLIC, "http://[2001:db8::1]")),
        (f"{PUBLIC}:80", (f"{PUBLIC}:80",)),
    ],
)
def test_addresses_are_read_as_browsers_write_them(setting, origins):
    assert own_origins(setting) == origins


@pytest.mark.parametrize(
    "setting",
    [
        "monitor.example.org",
        "*",
        "https://*.example.org",
        "https://monitor.example.org/path",
        "https://u@monitor.example.org",
        "https://monitor.example.org.",
        "ftp://monitor.example.org",
        "https://monitor.example.org:0443",
        "https://",
        "null",
        f"{PUBLIC} http://10.0.0.5",
    ],
)
def test_an_address_that_is_none_keeps_the_server_from_starting(setting):
    with pytest.raises(WrongValue, match=r"^ROUTES_ORIGINS names .*https://monitor\.example\.org.*did not start\.$"):
        own_origins(setting)
