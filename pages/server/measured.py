"""Every request and websocket, measured: an id that its answer and its lines in the log bear, its time, its status."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.gate import right_of
from pages.server.logs import REQUEST

REGISTRY: Final = CollectorRegistry()
"""What ``/metrics`` tells."""
HEADER: Final = "X-Request-Id"
UNKNOWN: Final = "unknown"
_SECONDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
REQUESTS: Final = Histogram(
    "routes_request_seconds",
    "Requests by group of routes and status, and how long until they were answered.",
    ("group", "status"),
    registry=REGISTRY,
    buckets=_SECONDS,
)
WEBSOCKETS: Final = Gauge("routes_websockets_open", "Pages that are open in a browser.", registry=REGISTRY)
_GIVEN: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_IN_TWO: Final = ("data", "_stcore", "api", "auth")
_LOG = logging.getLogger(__name__)


class Measured:
    """ASGI middleware that stands before all others.

    Parameters
    ----------
    app : ASGIApp
    prefix : str
        Path behind which Streamlit stands.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app = app
        self._prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one websocket, and keep how that went."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        before = REQUEST.set(request_id)
        try:
            if scope["type"] == "websocket":
                with WEBSOCKETS.track_inprogress():
                    await self._app(scope, receive, send)
            else:
                await self._answered(scope, receive, send, request_id)
        finally:
            REQUEST.reset(before)

    async def _answered(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        status, begun = 500, time.perf_counter()

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message.setdefault("headers", []))[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, marked)
        finally:
            seconds, group = time.perf_counter() - begun, self.group(str(scope["path"]))
            REQUESTS.labels(group, str(status)).observe(seconds)
            facts = {"method": scope["method"][:10], "group": group, "status": status, "ms": round(seconds * 1000, 1)}
            _LOG.info("%s %s: %s", facts["method"], group, status, extra=facts)

    def group(self, path: str) -> str:
        """Return the group of routes that a path is of; never a part of it by which something is named.

        Examples
        --------
        >>> Measured(None).group("/s/3q2-7w"), Measured(None).group("/data/r/1f.bin"), Measured(None).group("/wp-admin")
        ('/s', '/data/r', 'unknown')
        """
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path.removeprefix(self._prefix)
        path = path.rstrip("/") or "/"
        if right_of(path) is None:
            return UNKNOWN
        parts = path.split("/")[1:]
        return "/" + "/".join(parts[: 2 if parts[0] in _IN_TWO else 1])
