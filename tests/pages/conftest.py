"""The server's own routes behind the security headers, asked without a network."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message

from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from pages.data.workspace_cache import sight
from pages.server.endpoints import routes
from pages.server.security_headers import SecurityHeaders
from tests.workspaces import demonstration

POLICY = "default-src 'self'"


@dataclass(frozen=True)
class Answer:
    """What came back; ``error`` is what the application raised besides answering."""

    status: int
    headers: Headers
    body: bytes
    error: Exception | None = None

    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


def ask(app: ASGIApp, address: str, method: str = "GET", body: Iterable[bytes] = (), **headers: str) -> Answer:
    """Ask for an address; ``if_none_match`` becomes the header If-None-Match; ``body`` comes in parts."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8501),
    }
    sent: list[Message] = []

    parts = iter(body)

    async def receive() -> Message:
        part = next(parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    error = None
    try:
        # In a thread of its own: the browser's tests leave a running event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, app(scope, receive, send)).result()
    except RuntimeError as raised:
        error = raised
    start, *rest = sent
    content = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], Headers(raw=start["headers"]), content, error)


@pytest.fixture(scope="session")
def asking() -> Callable[..., Answer]:
    """Return the way to ask any application."""
    return ask


@pytest.fixture(scope="session")
def app() -> Starlette:
    return Starlette(routes=routes(), middleware=[Middleware(SecurityHeaders, policy=POLICY)])


@pytest.fixture
def get(app: Starlette) -> Callable[..., Answer]:
    """Return the way to ask our own routes."""
    return lambda address, **special: ask(app, address, **special)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return a way to set the workspace that the server shows; what was computed for one stays until another is set."""

    def settle(home: Path) -> None:
        monkeypatch.setenv("ROUTES_HOME", str(home))
        if sight()._ledger.home != home:
            sight.cache_clear()

    return settle


@pytest.fixture(scope="session")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace whose version 0 holds one report at sea, and version 1 the demonstration and its network."""
    folder = tmp_path_factory.mktemp("two")
    ledger, report = Ledger(folder / "workspace"), folder / "report.csv"
    report.write_text("date,lat,lon,mode\n2024-05-03,35.5,12.6,sea\n", encoding="utf-8")
    ingest_file(report, ledger)
    return demonstration(ledger.home, 1500, 3)


@pytest.fixture
def shown(at: Callable[[Path], None], two_versions: Path) -> Path:
    """Show the workspace of two versions."""
    at(two_versions)
    return two_versions


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace of a small demonstration with its network, to copy."""
    return demonstration(tmp_path_factory.mktemp("small") / "workspace", 200, 3)


@pytest.fixture
def own(small: Path, home: Path) -> Path:
    """Return a copy of the small demonstration with its network, to write."""
    return shutil.copytree(small, home)
