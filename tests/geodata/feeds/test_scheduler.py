"""Sources on the network are asked on schedule, politely, within bounds, and what they give is taken in once."""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geodata.core.errors import WrongValue
from geodata.feeds import http_client as fetch_module
from geodata.feeds.config import Source, read_sources
from geodata.feeds.http_client import retry_after
from geodata.feeds.scheduler import Puller, pull
from geodata.ledger.store import Ledger

ROOT = Path(__file__).parent.parent.parent.parent
BODY = b"id,date,lat,lon,mode,kind,people\na,2024-05-03,35.5,12.6,sea,rescue,41\n"
MORE = BODY + b"b,2024-05-04,35.6,12.7,sea,rescue,7\n"
NOON = 1_800_000_000.0
PATIENCE = 10.0

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Served:
    """A server on this machine that answers as the test says, and remembers what it was asked."""

    url: str
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def served() -> Iterator[Served]:
    yield from serve()


def serve(context: ssl.SSLContext | None = None) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            try:
                found.answers[self.path](self)
            except (BrokenPipeError, ConnectionResetError):
                found.gone.set()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    found = Served(f"{'http' if context is None else 'https'}://127.0.0.1:{port}", port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


def answering(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def in_turn(*answers: Answer) -> Answer:
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


def a_source(url: str, **more: object) -> Source:
    return Source.model_validate({"name": "partner", "url": url, "every": "1h", "format": "csv"} | more)


class Clock:
    """A clock that goes when the test says."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def puller(source: Source, home: Path, clock: Clock) -> Puller:
    return Puller((source,), Ledger(home), clock, lambda: 0.0)


def left_behind(home: Path) -> list[Path]:
    return list((home / "spool").iterdir())


def test_a_source_is_taken_in_and_not_sent_again_while_it_is_the_same(served, home, clock):
    def answer(handler: BaseHTTPRequestHandler) -> None:
        same = handler.headers.get("If-None-Match") == '"v1"'
        answering(b"" if same else BODY, 304 if same else 200, ETag='"v1"', Last_Modified="Fri, 03 May 2024")(handler)

    served.answers["/data"] = answer
    source = a_source(f"{served.url}/data")
    assert puller(source, home, clock).pull(source).outcome == "taken"
    assert puller(source, home, clock).pull(source).outcome == "unchanged"
    first, second = (headers for _, headers in served.asked)
    assert "if-none-match" not in first
    assert (second["if-none-match"], second["if-modified-since"]) == ('"v1"', "Fri, 03 May 2024")
    assert Ledger(home).incidents()["source"].to_list() == ["partner"]
    assert left_behind(home) == []


def test_the_same_body_from_a_source_without_validators_is_not_taken_in_again(served, home, clock):
    served.answers["/data"] = in_turn(answering(BODY), answering(BODY), answering(MORE))
    source = a_source(f"{served.url}/data")
    outcomes = [puller(source, home, clock).pull(source).outcome for _ in range(3)]
    assert outcomes == ["taken", "unchanged", "taken"]
    assert len(Ledger(home).history()) == 2


def test_sources_are_asked_when_they_are_due_also_after_a_restart(served, home, clock):
    served.answers["/data"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    first = puller(source, home, clock)
    assert first.due() == [source]
    first.pull(source)
    for asked in (first, puller(source, home, clock)):
        assert asked.due() == []
        assert asked.wait() == pytest.approx(3600)
    clock.now += 3600
    assert puller(source, home, clock).due() == [source]


def test_an_address_that_changes_begins_anew(served, home, clock):
    served.answers["/old"] = served.answers["/new"] = answering(BODY, ETag='"v1"')
    old, new = a_source(f"{served.url}/old"), a_source(f"{served.url}/new")
    puller(old, home, clock).pull(old)
    assert puller(new, home, clock).due() == [new]
    puller(new, home, clock).pull(new)
    assert "if-none-match" not in served.asked[-1][1]


def test_a_source_that_fails_is_asked_later_and_later_and_then_is_well_again(served, home, clock):
    served.answers["/data"] = in_turn(*[answering(b"", 500)] * 9, answering(BODY))
    source = a_source(f"{served.url}/data")
    waits = []
    for _ in range(9):
        asked = puller(source, home, clock)
        failed = asked.pull(source)
        assert (failed.outcome, failed.receipt) == ("failed", None)
        assert failed.error.startswith("partner: it answered 500; ")
        waits.append(asked.wait())
    assert waits == pytest.approx([30, 60, 120, 240, 480, 960, 1800, 1800, 1800])
    well = puller(source, home, clock)
    assert well.pull(source).outcome == "taken"
    assert well.wait() == pytest.approx(3600)
    assert well.standing(source).failures == 0


def test_half_of_a_wait_is_left_to_chance(served, home, clock):
    served.answers["/data"] = answering(b"", 503)
    source = a_source(f"{served.url}/data")
    asked = Puller((source,), Ledger(home), clock, lambda: 0.999)
    asked.pull(source)
    assert asked.wait() == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_asks_to_be_left_alone_is_left_alone_for_so_long(served, home, clock, status):
    served.answers["/data"] = answering(b"", status, Retry_After="4000")
    source = a_source(f"{served.url}/data")
    asked = puller(source, home, clock)
    asked.pull(source)
    assert asked.wait() == pytest.approx(4000)


def test_retry_after_is_read_in_both_of_its_forms_and_followed_for_a_day_at_most():
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after(format_datetime(datetime(2026, 11, 24, 0, 1, tzinfo=UTC), usegmt=True), now) == 60
    assert retry_after("999999999999", now) == 86_400
    for none in ("", "soon", "-5", "1e9", "٣", "Mon, 99 Nov 2026", "Mon, 23 Nov 2026 00:00:00 GMT"):
        assert retry_after(none, now) == 0


def test_a_body_without_end_is_left_once_it_is_larger_than_allowed(served, home, clock):
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    served.answers["/data"] = endless
    source = a_source(f"{served.url}/data", largest_mb=1)
    failed = puller(source, home, clock).pull(source)
    assert "its body is larger than allowed; a body may hold 1 MB" in failed.error
    assert served.gone.wait(PATIENCE)
    assert left_behind(home) == []


def test_a_small_body_that_unpacks_to_a_large_one_is_left_too(served, home, clock):
    bomb = gzip.compress(b"x" * 50 * 2**20)
    assert len(bomb) < 2**20
    served.answers["/data"] = answering(bomb, Content_Encoding="gzip")
    source = a_source(f"{served.url}/data", largest_mb=1)
    assert "larger than allowed" in puller(source, home, clock).pull(source).error


def test_a_packed_body_is_unpacked(served, home, clock):
    served.answers["/data"] = answering(gzip.compress(BODY), Content_Encoding="gzip")
    source = a_source(f"{served.url}/data")
    assert puller(source, home, clock).pull(source).outcome == "taken"


@pytest.mark.parametrize("headers", [{"Content_Length": str(len(MORE))}, {"Transfer_Encoding": "chunked"}])
def test_a_body_that_ends_early_is_not_taken_in(served, home, clock, headers):
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(BODY), BODY) if "Transfer_Encoding" in headers else BODY)

    served.answers["/data"] = cut
    source = a_source(f"{served.url}/data")
    failed = puller(source, home, clock).pull(source)
    assert failed.outcome == "failed"
    assert "its body ended early" in failed.error
    assert Ledger(home).version() is None


@pytest.mark.slow
def test_a_source_without_a_sign_of_life_is_left(served, home, clock):
    served.answers["/data"] = lambda _: time.sleep(3)
    source = a_source(f"{served.url}/data", timeout="1s")
    began = time.monotonic()
    assert "no sign of life within 1 s" in puller(source, home, clock).pull(source).error
    assert time.monotonic() - began < 2.5


@pytest.mark.slow
@pytest.mark.parametrize("slow", ["status", "headers", "body", "chunks", "body without a length"])
def test_a_source_that_gives_a_byte_at_a_time_is_left_when_its_time_is_up(served, home, clock, slow):
    beginning = {
        "status": b"HTTP/1.1 200 O",
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + BODY,
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n" + BODY,
        "body without a length": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY,
    }

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning[slow])
        for _ in range(100):
            handler.wfile.write(b"K")
            time.sleep(0.1)

    served.answers["/data"] = drip
    source = a_source(f"{served.url}/data", within="1s")
    began = time.monotonic()
    failed = puller(source, home, clock).pull(source)
    assert "no whole answer within 1 s" in failed.error
    assert time.monotonic() - began < 3
    assert Ledger(home).version() is None


def test_a_redirect_is_followed_on_the_same_host(served, home, clock):
    served.answers["/data"] = answering(b"", 302, Location="/moved?x=1")
    served.answers["/moved?x=1"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    assert puller(source, home, clock).pull(source).outcome == "taken"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_elsewhere_is_not_followed_unless_that_host_is_listed(served, home, clock, status):
    served.answers["/data"] = answering(b"", status, Location=f"http://localhost:{served.port}/moved")
    served.answers["/moved"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    assert "it redirects to a host that is not listed" in puller(source, home, clock).pull(source).error
    assert [path for path, _ in served.asked] == ["/data"]
    listed = a_source(f"{served.url}/data", hosts=["localhost"])
    assert puller(listed, home, clock).pull(listed).outcome == "taken"


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//evil.example/x",
        "http://u:p@127.0.0.1/x",
        "",
        "http://[",
        "http:\\\\x",
    ],
)
def test_a_redirect_to_what_is_no_address_of_the_source_is_not_followed(served, home, clock, location):
    served.answers["/data"] = answering(b"", 302, Location=location)
    source = a_source(f"{served.url}/data")
    failed = puller(source, home, clock).pull(source)
    assert failed.outcome == "failed"
    assert "redirects" in failed.error


def test_redirects_in_a_circle_end(served, home, clock):
    served.answers["/data"] = answering(b"", 302, Location="/data")
    source = a_source(f"{served.url}/data")
    assert "it redirects more than 5 times" in puller(source, home, clock).pull(source).error
    assert len(served.asked) == 6


def test_a_secret_is_sent_to_its_own_source_only_and_stands_nowhere(served, home, clock, monkeypatch):
    monkeypatch.setenv("PARTNER_TOKEN", "Bearer s3cret")
    served.answers["/data"] = answering(b"", 302, Location=f"http://localhost:{served.port}/moved")
    served.answers["/moved"] = answering(b"", 500)
    header = {"name": "Authorization", "env": "PARTNER_TOKEN"}
    source = a_source(f"{served.url}/data", hosts=["localhost"], header=header)
    failed = puller(source, home, clock).pull(source)
    (_, own), (_, other) = served.asked
    assert own["authorization"] == "Bearer s3cret"
    assert "authorization" not in other
    assert "s3cret" not in failed.error
    assert all("s3cret" not in path.read_text() for path in home.rglob("*") if path.is_file())


def test_a_body_of_which_nothing_can_be_kept_is_asked_for_again(served, home, clock):
    served.answers["/data"] = in_turn(answering(b"nothing here\n1\n", ETag='"v1"'), answering(BODY, ETag='"v1"'))
    source = a_source(f"{served.url}/data")
    refused = puller(source, home, clock).pull(source)
    assert refused.outcome == "refused"
    assert refused.error.endswith(".")
    assert puller(source, home, clock).pull(source).outcome == "taken"
    assert "if-none-match" not in served.asked[-1][1]


def test_a_workspace_that_cannot_be_written_is_said_and_does_not_make_the_source_be_asked_on_and_on(
    served, home, clock
):
    served.answers["/data"] = answering(BODY)
    home.write_text("in the way of the workspace")
    source = a_source(f"{served.url}/data")
    asked = puller(source, home, clock)
    failed = asked.pull(source)
    assert failed.outcome == "failed"
    assert "it cannot be written" in failed.error
    assert asked.due() == []


def test_a_state_that_is_broken_is_begun_anew(served, home, clock):
    served.answers["/data"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    (home / "pulls").mkdir(parents=True)
    for broken in ("", "{", "[]", '{"url": 1, "surplus": 2}'):
        (home / "pulls" / "partner.json").write_text(broken)
        assert puller(source, home, clock).due() == [source]


def test_a_source_that_is_not_there_is_one_sentence(home, clock):
    source = a_source("http://127.0.0.1:9/data")
    failed = puller(source, home, clock).pull(source)
    assert failed.error.startswith("partner: it cannot be reached (")
    assert "\n" not in failed.error


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate for 127.0.0.1 that no authority has signed, and its key."""
    paths = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-out", str(paths[0]), "-keyout", str(paths[1]), "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl, which makes the certificate, is not installed")
    return paths


def test_a_certificate_that_nobody_vouches_for_is_not_accepted_and_one_that_the_machine_trusts_is(
    certificate, home, clock, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    for served in serve(context):
        served.answers["/data"] = answering(BODY)
        source = a_source(f"{served.url}/data")
        failed = puller(source, home, clock).pull(source)
        assert "its certificate or TLS was not accepted" in failed.error
        assert served.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert puller(source, home, clock).pull(source).outcome == "taken"
        named = a_source(f"https://localhost:{served.port}/data")
        assert "its certificate or TLS was not accepted" in puller(named, home, clock).pull(named).error


GOOD_SOURCE = 'name = "partner"\nurl = "https://data.example.org/x.csv"\nevery = "15m"\nformat = "csv"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "SOURCES.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_sources_are_read_from_toml(tmp_path, monkeypatch):
    monkeypatch.setenv("PARTNER_TOKEN", "Bearer x")
    more = 'header = { name = "Authorization", env = "PARTNER_TOKEN" }\nhosts = ["files.example.org"]\ntimeout = "5s"\n'
    (source,) = read_sources(written(tmp_path, f"[[source]]\n{GOOD_SOURCE}{more}"))
    assert (source.every, source.timeout, source.file_name) == (900, 5, "partner.csv")
    assert source.headers(source.url) == {"Authorization": "Bearer x"}
    assert source.headers("https://files.example.org/x") == {}
    assert source.may_ask("https://files.example.org/x")
    assert not source.may_ask("http://data.example.org/x.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "every source stands under [[source]]"),
        ("[[source]\n", "it is not TOML"),
        ("[[source]]\n" + GOOD_SOURCE + "[other]\n", "it holds something else than sources"),
        ("[[source]]\n" + GOOD_SOURCE.replace('"15m"', '"often"'), "every is 'often'; must be a number with s, m, h"),
        ("[[source]]\n" + GOOD_SOURCE.replace('"15m"', '"1s"'), "greater than or equal to 10"),
        ("[[source]]\n" + GOOD_SOURCE.replace('every = "15m"\n', ""), "source 1: every; Field required"),
        ("[[source]]\n" + GOOD_SOURCE.replace("partner", "../up"), "name is '../up'"),
        ("[[source]]\n" + GOOD_SOURCE.replace("https:", "file:"), "url must be http:// or https://"),
        ("[[source]]\n" + GOOD_SOURCE.replace("data.", "user:pass@data."), "hold no user, password"),
        ("[[source]]\n" + GOOD_SOURCE + 'file = "x.csv"\n', "either format or file must be given"),
        ("[[source]]\n" + GOOD_SOURCE.replace('format = "csv"', 'file = "../x.csv"'), "file is '../x.csv'"),
        ("[[source]]\n" + GOOD_SOURCE + "verify = false\n", "verify"),
        ("[[source]]\n" + GOOD_SOURCE + "[[source]]\n" + GOOD_SOURCE, "the name 'partner' stands twice"),
        ("[[source]]\n" + GOOD_SOURCE + 'header = { name = "A", env = "UNSET_X" }\n', "UNSET_X is not set"),
        (
            "[[source]]\n" + GOOD_SOURCE.replace("https:", "http:") + 'header = { name = "A", env = "UNSET_X" }\n',
            "a header with a secret is sent over https only",
        ),
    ],
)
def test_what_is_wrong_with_sources_is_one_sentence(tmp_path, text, said):
    with pytest.raises(WrongValue) as raised:
        read_sources(written(tmp_path, text))
    sentence = str(raised.value)
    assert said in sentence
    assert sentence.endswith("nothing was asked.")
    assert "\n" not in sentence


@pytest.mark.slow
def test_the_command_asks_every_source_that_is_due_and_ends(served, home, tmp_path):
    served.answers["/good"], served.answers["/bad"] = answering(BODY), answering(b"", 404)
    entry = '[[source]]\nname = "{0}"\nurl = "{1}/{0}"\nevery = "1h"\nformat = "csv"\n'
    path = written(tmp_path, entry.format("good", served.url) + entry.format("bad", served.url))
    command = [sys.executable, "-m", "geodata", "pull", str(path), "--home", str(home), "--once", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    good, bad = map(json.loads, done.stdout.splitlines())
    assert (good["outcome"], good["file"]["counts"]["kept"]) == ("taken", 1)
    assert (bad["outcome"], bad["error"].count(".")) == ("failed", 1)
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (0, "")


def test_no_proxy_and_no_password_file_is_used(served, home, clock, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    served.answers["/data"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    assert puller(source, home, clock).pull(source).outcome == "taken"
    assert "authorization" not in served.asked[0][1]


def test_no_handle_of_a_connection_is_left_open(served, home, clock):
    served.answers["/data"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    puller(source, home, clock).pull(source)
    handles = Path("/proc/self/fd")
    before = len(list(handles.iterdir()))
    for _ in range(5):
        puller(source, home, clock).pull(source)
    assert len(list(handles.iterdir())) <= before + 2


@pytest.mark.slow
def test_pulling_goes_on_until_it_is_told_to_stop(served, home, clock):
    served.answers["/data"] = answering(BODY)
    source = a_source(f"{served.url}/data")
    stop = threading.Event()
    seen = []
    for pulled in pull(puller(source, home, clock), stop):
        seen.append(pulled.outcome)
        clock.now += 3600
        if len(seen) == 2:
            stop.set()
    assert seen == ["taken", "unchanged"]
    assert fetch_module.MOST_REDIRECTS == 5
