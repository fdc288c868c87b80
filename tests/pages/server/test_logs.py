"""Logs hold no token, no query and no secret, as text and as JSON."""

import http.client
import json
import logging
import re
from contextlib import closing
from io import StringIO

import pytest

from benchmarks.served import PRODUCT, running
from geodata.core.errors import WrongValue
from pages.server.logs import REQUEST, AsJson, Record, careful, set_up

TOKEN = "3q2-7w_Zk9Jx1mBvQpLrT8sYdNfUoEiHgCaX5WtRnMe0"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"Refused (421): GET '/s/{TOKEN}' of 10.0.0.5", "Refused (421): GET '/s/...' of 10.0.0.5"),
        (f"/monitor/s/{TOKEN}/stands could not be answered", "/monitor/s/.../stands could not be answered"),
        (f'"GET /watch/{TOKEN}.atom HTTP/1.1" 200', '"GET /watch/... HTTP/1.1" 200'),
        ("https://hooks.example.org/in?sig=a1b2", "https://hooks.example.org/in?..."),
        ("by rmt_Ab-c_9 it was refused", "by rmt_... it was refused"),
        ("postgresql+psycopg://desk:hush@db/desk", "postgresql+psycopg://...@db/desk"),
        ("token=a1b2 and phrase=hush", "token=... and phrase=..."),
        ("Who is it? Nobody knows (see /srv/routes/s.csv).", "Who is it? Nobody knows (see /srv/routes/s.csv)."),
    ],
)
def test_what_opens_something_is_cut_out_of_a_line_and_the_rest_stays(written, kept):
    assert careful(written) == kept


def test_what_uvicorn_writes_of_a_request_bears_no_token():
    client, path = "10.0.0.5:1234", f"/s/{TOKEN}?lang=en"
    record = Record("uvicorn.access", 20, "", 1, '%s - "%s %s"', (client, "GET", path), None)
    assert record.args == (client, "GET", "/s/...?...")
    assert record.getMessage() == f'{client} - "GET /s/...?..."'


def test_a_line_in_json_says_when_what_and_for_which_request():
    said = REQUEST.set("r-12345678")
    try:
        int(f"/s/{TOKEN}")
    except ValueError as error:
        known = (type(error), error, error.__traceback__)
        record = Record("pages", 40, "", 1, "Line 1\nline 2 %s", ("é",), known)
    finally:
        REQUEST.reset(said)
    record.__dict__.update(group="/s", status=500, ms=1.5)
    line = AsJson().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert TOKEN not in line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert "/s/..." in told.pop("traceback")
    expected = {"level": "error", "logger": "pages", "message": "Line 1\nline 2 é", "request_id": "r-12345678"}
    assert told == expected | {"group": "/s", "status": 500, "ms": 1.5}


@pytest.mark.parametrize(("form", "level"), [("xml", ""), ("json", "loud")])
def test_a_setting_that_is_none_ends_the_start_with_a_sentence(form, level):
    with pytest.raises(WrongValue, match="the server did not start"):
        set_up(form, level)


@pytest.fixture
def kept_logging():
    """Put logging back as it was."""
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    before = root.handlers, root.level
    yield
    logging.setLogRecordFactory(factory)
    root.handlers, root.level = before


def test_in_text_warnings_alone_are_written(kept_logging, monkeypatch):
    said = StringIO()
    monkeypatch.setattr("sys.stderr", said)
    set_up("", "")
    logging.getLogger("pages.text").info("hello")
    logging.getLogger("pages.text").warning("GET /s/%s", TOKEN)
    assert said.getvalue().endswith("WARNING pages.text: GET /s/...\n")
    assert "hello" not in said.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", ""])
def test_the_log_of_a_server_holds_no_token_whether_its_link_is_refused_or_not_known(form, own, tmp_path):
    log = tmp_path / "log"
    with running(PRODUCT, said_to=log, ROUTES_HOME=own, ROUTES_LOG=form, ROUTES_LOG_LEVEL="info") as url:
        for host in (url.removeprefix("http://"), "evil.example"):
            for path in (f"/s/{TOKEN}", f"/s/{TOKEN}/stands", f"/watch/{TOKEN}.atom?a={TOKEN}", f"/x/{TOKEN}"):
                with closing(http.client.HTTPConnection(url.removeprefix("http://"))) as line:
                    line.request("GET", path, headers={"Host": host, "X-Request-Id": "from-the-proxy-1"})
                    answer = line.getresponse()
                    assert answer.getheader("X-Request-Id") == "from-the-proxy-1"
                    assert answer.status in (404, 421)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if TOKEN in line and "/x/" not in line] == []
    assert any("Refused (421): GET '/s/...'" in line for line in lines)
    if form:
        told = [json.loads(line) for line in lines if line.startswith("{")]
        assert {"method": "GET", "group": "/s", "status": 404}.items() <= next(
            one for one in told if one.get("status") == 404
        ).items()
        assert [line for line in lines if not line.startswith("{") and "refused" in line.lower()] == []
        assert len(told) > 12
