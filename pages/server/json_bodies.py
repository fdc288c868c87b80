"""Requests that bring a small JSON object: read, bounded, and handed on beside the event loop."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from geodata.core.audit import NotRecorded
from geodata.core.errors import RoutesError, WrongValue
from pages.server.checked_answers import without_folders

MOST_BYTES = 8_192
Handler = Callable[[Request], Any]


def with_body(answer: Callable[[Request, dict[str, Any]], Response], missing: type[RoutesError]) -> Handler:
    """Return a handler that hands the JSON of a request on, beside the event loop.

    Parameters
    ----------
    answer : function
    missing : type
        What it raises where there is nothing of that id: answered with 404.
    """

    async def handler(request: Request) -> Response:
        try:
            body = json.loads(await small_body(request) or b"{}")
            if not isinstance(body, dict):
                raise WrongValue("the body", rule="it is a JSON object", done="nothing changed")
            return await run_in_threadpool(answer, request, body)
        except missing as error:
            return JSONResponse({"error": without_folders(str(error))}, 404)
        except (RoutesError, ValueError, RecursionError) as error:
            sentence = str(error) if isinstance(error, RoutesError) else "The body is no JSON; nothing changed."
            return JSONResponse({"error": without_folders(sentence)}, 503 if isinstance(error, NotRecorded) else 400)

    return handler


async def small_body(request: Request) -> bytes:
    """Return a body that is small, or refuse it."""
    found = b""
    try:
        async for part in request.stream():
            found += part
            if len(found) > MOST_BYTES:
                rule = f"it has at most {MOST_BYTES:,} bytes"
                raise WrongValue("the body is too large", rule=rule, done="nothing changed")
    except ClientDisconnect:
        return b""
    return found
