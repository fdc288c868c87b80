"""Security headers stand on every response, and what Streamlit's pages may do is spelt out."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.server.security_headers import SecurityHeaders, streamlit_policy

EVERYWHERE = {
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def broken(_: Request) -> Response:
    raise RuntimeError("a fault nobody thought of")


def stricter(_: Request) -> Response:
    return PlainTextResponse(
        "ok", headers={"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "ALLOW"}
    )


@pytest.fixture(scope="module")
def odd() -> Starlette:
    return Starlette(
        routes=[Route("/broken", broken), Route("/stricter", stricter)],
        middleware=[Middleware(SecurityHeaders, policy="default-src 'self'")],
    )


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/map", 200),
        ("/assets/monitor.css", 200),
        ("/assets/monitor.js", 200),
        ("/assets/none.js", 404),
        ("/vendor/leaflet/leaflet.js", 200),
        ("/vendor/leaflet/", 404),
        ("/data/head", 200),
        ("/data/snapshot", 200),
        ("/data/snapshot?version=99", 404),
        ("/data/r/none.bin", 404),
        ("/data/basemap/110m", 200),
        ("/data/basemap/10m", 404),
        ("/data/export?format=geojson", 200),
        ("/data/export?format=exe", 400),
        ("/nowhere", 404),
    ],
)
@pytest.mark.slow
def test_every_response_carries_them(get, shown, address, status):
    answer = get(address)
    assert answer.status == status
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "default-src 'none'" in answer.headers["content-security-policy"] or not address.startswith("/map")
    assert answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers


def test_they_stand_on_304_and_on_a_method_that_is_not_allowed(get, shown):
    known = get("/map").headers["etag"]
    for answer in (get("/map", if_none_match=known), get("/data/head", method="POST")):
        assert answer.status in (304, 405)
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


def test_a_fault_that_nobody_thought_of_is_answered_with_them_and_still_reaches_the_log(odd, asking):
    answer = asking(odd, "/broken")
    assert (answer.status, answer.body) == (500, b"Internal Server Error")
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert str(answer.error) == "a fault nobody thought of"


def test_a_route_may_bring_a_policy_of_its_own_but_change_no_other_header(odd, asking):
    answer = asking(odd, "/stricter")
    assert answer.headers.getlist("content-security-policy") == ["default-src 'none'"]
    assert answer.headers.getlist("x-frame-options") == ["SAMEORIGIN"]


def rules() -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in streamlit_policy().split(";"))}


def test_streamlit_starts_under_the_policy_because_its_inline_scripts_are_named_by_their_hash():
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", page, flags=re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules()["script-src"]


def test_the_policy_names_no_other_host_and_runs_no_text_as_code():
    words = {word for values in rules().values() for word in values}
    assert {word for word in words if not word.startswith("'")} == {"blob:", "data:"}
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:"} & set(rules()["script-src"])
    assert rules()["object-src"] == rules()["base-uri"] == ["'none'"]
    assert rules()["frame-ancestors"] == ["'self'"]
