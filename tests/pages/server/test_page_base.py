"""Streamlit's page is told where its server is; nothing else is touched."""

import asyncio

import pytest
from starlette.responses import HTMLResponse, Response

from pages.server.page_base import PageBase

PAGE = "<html><head><title>Streamlit</title></head></html>"


def answered(response: Response, prefix: str = "", accept: str = "text/html") -> tuple[bytes, dict[bytes, bytes]]:
    """Return the body and the headers with which a response leaves."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", accept.encode())]}
    asyncio.run(PageBase(response, prefix)(scope, None, send))
    return b"".join(one.get("body", b"") for one in sent[1:]), dict(sent[0]["headers"])


@pytest.mark.parametrize(("prefix", "behind"), [("", b'data-behind=""'), ("/monitor/", b'data-behind="/monitor"')])
def test_the_script_stands_first_in_the_head_and_the_length_is_right(prefix, behind):
    body, headers = answered(HTMLResponse(PAGE), prefix)
    assert body.startswith(b'<html><head><script src="/assets/dashboard/page_base.js?v=')
    assert behind in body
    assert int(headers[b"content-length"]) == len(body)


def test_other_answers_leave_as_they_came():
    assert answered(HTMLResponse("<head></head>"))[0] == b"<head></head>"
    assert answered(Response(PAGE, media_type="text/plain"))[0] == PAGE.encode()
    assert answered(HTMLResponse(PAGE), accept="*/*")[0] == PAGE.encode()
