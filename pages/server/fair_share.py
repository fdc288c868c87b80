"""A fair share for each client: what one address may have going at a time, so that it locks nobody else out.

Addresses are those of the connection; behind a proxy they are what it says of its clients (``X-Forwarded-For``), which
uvicorn heeds from this machine and from the addresses in ``FORWARDED_ALLOW_IPS``.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.door import turn_away
from pages.server.refusals import RequestRefused

OPEN = 500
"""Requests and websockets of one address that are open at a time: some 70 people at one, behind one router."""
BODIES = 16
"""Requests with a body of one address that are open at a time; a browser sends 6 files at once."""
BODY_SECONDS = 300.0
"""For so long a body may be on its way: the largest upload of 50 MB at 1.4 Mbit/s."""


class Share:
    """Counts what each holder has going, and gives nobody more than there is for one.

    Parameters
    ----------
    most : int
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._going: Counter[Hashable] = Counter()
        self._guard = threading.Lock()

    @contextmanager
    def one_more(self, holder: Hashable) -> Iterator[bool]:
        """Count one more for as long as the block runs, and tell whether there was room for it."""
        with self._guard:
            room = self._going[holder] < self.most
            self._going[holder] += room
        try:
            yield room
        finally:
            with self._guard:
                self._going[holder] -= room
                if not self._going[holder]:
                    del self._going[holder]


class FairShare:
    """ASGI middleware that bounds what one address has open, and how long its bodies take.

    Parameters
    ----------
    app : ASGIApp
    open_, bodies : int
        What one address may have at a time.
    seconds : float
        For so long a body may be on its way.
    """

    def __init__(self, app: ASGIApp, open_: int = OPEN, bodies: int = BODIES, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._open, self._bodies = Share(open_), Share(bodies)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or websocket, or say that there are too many of this address."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        client = (scope.get("client") or ("",))[0]
        with self._open.one_more(client) as room:
            if not room:
                await turn_away(scope, receive, send, _too_many(f"{self._open.most} requests of this address are open"))
            elif scope["type"] == "http" and _has_body(scope):
                await self._with_body(client, scope, receive, send)
            else:
                await self._app(scope, receive, send)

    async def _with_body(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        with self._bodies.one_more(client) as room:
            if room:
                await self._app(scope, _bounded(receive, self._seconds), send)
            else:
                await turn_away(
                    scope, receive, send, _too_many(f"{self._bodies.most} bodies of this address are on their way")
                )


def _bounded(receive: Receive, seconds: float) -> Receive:
    """Return a ``receive`` that waits no longer than that for a body; what comes after it may take its time."""
    end, whole = time.monotonic() + seconds, False

    async def receive_in_time() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, end - time.monotonic()))
        except TimeoutError:
            sentence = f"The body was not there after {seconds:.0f} s; nothing was stored."
            raise HTTPException(408, sentence, {"Connection": "close"}) from None
        whole = not message.get("more_body", False)
        return message

    return receive_in_time


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _too_many(what: str) -> RequestRefused:
    return RequestRefused(429, f"{what} already; send this again later.", Retry_After="2")
