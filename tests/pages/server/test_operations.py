"""What whoever runs the server asks it: whether it works, and its figures, which name nobody."""

import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware

from desk.shares import Shares
from desk.state import engine
from desk.tokens import Tokens
from geodata.core.audit import Audit
from pages.data.workspace_cache import sight
from pages.server.endpoints import routes
from pages.server.gate import Gate
from pages.server.login import ByProxy
from pages.server.measured import HEADER, Measured
from pages.server.operations import UNWELL
from tests.desk.test_shares import PAGE, TOLD

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def server(own, at):
    at(own)
    login = ByProxy(SECRET, "X-Forwarded-User", "X-Forwarded-Groups", {})
    return Starlette(routes=routes(), middleware=[Middleware(Measured), Middleware(Gate, login=login)])


def figures(answer) -> dict:
    """Return the samples of a text, by name and labels."""
    families = text_string_to_metric_families(answer.body.decode())
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_health_is_open_and_says_ok_while_ledger_and_tables_can_be_read(server, asking):
    answer = asking(server, "/health")
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, b"ok\n", "no-store")


@pytest.mark.parametrize("damaged", ["ledger", "tables"])
def test_health_is_503_with_one_sentence_when_ledger_or_tables_cannot_be_read(server, asking, own, damaged):
    for file in own.rglob("incidents/_*/*") if damaged == "ledger" else ():
        file.write_bytes(b"{" * 5000)
    if damaged == "tables":
        shutil.rmtree(own / "desk", ignore_errors=True)
        (own / "desk").touch()
    sight.cache_clear()
    engine.cache_clear()
    answer = asking(server, "/health")
    assert (answer.status, answer.body.decode()) == (503, UNWELL)


def test_figures_are_for_a_token_that_may_measure_alone(server, asking, own):
    assert asking(server, "/metrics").status == 401
    for right, status in (("hand in", 403), ("read", 403), ("measure", 200)):
        token = Tokens(own).new(right.replace(" ", "-"), rights=(right,))
        assert asking(server, "/metrics", authorization=f"Bearer {token}").status == status
    assert asking(server, "/ogc/", authorization=f"Bearer {token}").status == 403


def test_the_figures_are_those_of_the_workspace_and_of_what_was_asked(server, asking, own):
    link, made = Shares(own).new(PAGE, TOLD, "analyst@desk.test")
    token = Tokens(own).new("prometheus", rights=("measure",))
    version, before = sight().version(), figures(asking(server, "/metrics", authorization=f"Bearer {token}"))
    for path in (f"/s/{link}", "/data/head", f"/wp/{link}"):
        asking(server, path)
    answer = asking(server, "/metrics", authorization=f"Bearer {token}")
    told = figures(answer)
    assert told["routes_ledger_version",] == version
    assert told["routes_incidents",] == sight().incidents(version).height
    assert told["routes_ledger_readable",] == told["routes_desk_readable",] == told["routes_shares",] == 1
    assert told["routes_audit_entries",] == len(list(Audit(own).entries()))
    assert 0 < told["routes_last_batch_age_seconds",] < 100_000
    assert told["routes_watch_messages", ("state", "waiting")] == 0
    assert told["process_resident_memory_bytes",] > 10e6
    for group, status in (("/s", "200"), ("/data/head", "401"), ("unknown", "404")):
        name = ("routes_request_seconds_count", ("group", group), ("status", status))
        assert told[name] == before.get(name, 0) + 1
    text = answer.body.decode()
    assert not [word for word in (link, made.share_id, "analyst", str(own)) if word in text]


def test_each_answer_bears_an_id_of_its_own_or_the_one_that_the_proxy_gave(server, asking):
    ids = {asking(server, "/health").headers[HEADER] for _ in range(3)}
    assert len(ids) == 3
    assert asking(server, "/health", x_request_id="abc-12345").headers[HEADER] == "abc-12345"
    assert asking(server, "/health", x_request_id="a b\\n").headers[HEADER] != "a b\\n"
