"""Tells Streamlit's page where its server is, so that it does not look for it below the page's own path first."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layers.web.assets import asset_url

_HEAD: Final = b"<head>"
_STREAMLIT: Final = b"<title>Streamlit</title>"
_ASKED: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
"""Of a request for a page, what would bring it packed, in part or not at all."""


class PageBase:
    """ASGI middleware that puts ``assets/dashboard/page_base.js`` first into the page with which Streamlit starts.

    Parameters
    ----------
    app : ASGIApp
    prefix : str
        Path behind which the pages stand, "" for none.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        behind = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        self._script = f'<script src="{asset_url("dashboard/page_base.js")}" data-behind="{behind}"></script>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _for_a_page(scope):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _ASKED]}
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._finish(start, body, send)

        await self._app(scope, receive, send_with_script)

    async def _finish(self, start: Message, body: bytes, send: Send) -> None:
        if _STREAMLIT in body:
            body = body.replace(_HEAD, _HEAD + self._script, 1)
            MutableHeaders(scope=start)["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _for_a_page(scope: Scope) -> bool:
    asked = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return b"text/html" in asked


def _is_html(message: Message) -> bool:
    kind = next((value for name, value in message["headers"] if name.lower() == b"content-type"), b"")
    return bytes(kind).startswith(b"text/html")
