"""One address cannot lock the others out: what it may have open, and how long its bodies may take, are bounded."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from pages.server.fair_share import FairShare


async def read(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


def served(**bounds: float) -> Starlette:
    return Starlette(routes=[Route("/", read, methods=["GET", "PUT"])], middleware=[Middleware(FairShare, **bounds)])


def begin(app: Starlette, client: str, let_go: asyncio.Event | None = None) -> Coroutine[Any, Any, list[Message]]:
    """Send the first part of a body, and the second once it is let go; with no event a request without a body."""
    parts = [b"first", b"second"]
    sent: list[Message] = []

    async def receive() -> Message:
        if let_go is None:
            return {"type": "http.request"}
        if len(parts) == 1:
            await let_go.wait()
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http",
        "method": "GET" if let_go is None else "PUT",
        "path": "/",
        "query_string": b"",
        "headers": [] if let_go is None else [(b"transfer-encoding", b"chunked")],
        "client": (client, 50000),
    }

    async def answered() -> list[Message]:
        await app(scope, receive, send)
        return sent

    return answered()


def run(steps: Callable[[], Coroutine[Any, Any, None]]) -> None:
    # In a thread of its own: the browser's tests leave a running event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, steps()).result()


def test_slow_bodies_of_one_address_keep_no_other_address_waiting():
    async def steps() -> None:
        app, go = served(bodies=2), asyncio.Event()
        slow = [asyncio.create_task(begin(app, "10.0.0.1", go)) for _ in range(2)]
        await asyncio.sleep(0.01)
        start, body = await begin(app, "10.0.0.1", go)
        assert start["status"] == 429
        assert (b"retry-after", b"2") in start["headers"]
        assert body["body"] == b"2 bodies of this address are on their way already; send this again later.\n"
        start, _ = await begin(app, "10.0.0.1")
        assert start["status"] == 200, "what has no body is answered"
        go.set()
        start, _ = await begin(app, "10.0.0.2", go)
        assert start["status"] == 200
        for one in slow:
            assert (await one)[1]["body"] == b"11 bytes"
        start, _ = await begin(app, "10.0.0.1", go)
        assert start["status"] == 200, "the share is free again"

    run(steps)


def test_a_body_that_does_not_come_to_an_end_is_408_and_its_connection_is_closed():
    async def steps() -> None:
        app = served(seconds=0.05)
        start, body = await begin(app, "10.0.0.1", asyncio.Event())
        assert start["status"] == 408
        assert (b"connection", b"close") in start["headers"]
        assert body["body"] == b"The body was not there after 0 s; nothing was stored."

    run(steps)


def test_one_address_has_only_so_many_requests_open():
    async def steps() -> None:
        app, go = served(open_=3), asyncio.Event()
        slow = [asyncio.create_task(begin(app, "10.0.0.1", go)) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert (await begin(app, "10.0.0.1"))[0]["status"] == 429
        assert (await begin(app, "10.0.0.2"))[0]["status"] == 200
        go.set()
        assert [(await one)[0]["status"] for one in slow] == [200] * 3
        assert (await begin(app, "10.0.0.1"))[0]["status"] == 200

    run(steps)
