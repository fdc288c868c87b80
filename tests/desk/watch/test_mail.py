"""E-mail by a real server: with TLS at once or on demand, one that hangs, one that refuses, and no header more."""

import email
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from desk.watch import mail
from desk.watch.mail import composed, server_of
from desk.watch.model import WatchList
from desk.watch.outbox import Message, NotDelivered
from desk.watch.sending import Installed
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings
from tests.desk.watch.conftest import NOON
from tests.desk.watch.servers import made_certificate

TO = "watch@example.org"


class Box:
    """Keeps what it is handed; ``refusal`` is what it answers instead."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refusal = ""

    async def handle_DATA(self, _: object, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        if self.refusal:
            return self.refusal
        self.envelopes.append(envelope)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _: object, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take an address, unless it is nobody's."""
        if address.startswith("nobody"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    made = made_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    return made


@contextmanager
def post_office(certificate: tuple[Path, Path], box: Box, *, tls_at_once: bool = False) -> Iterator[int]:
    """Serve SMTP on 127.0.0.1 for "desk@example.org" with the password "secret word"; give the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def knows(_: object, __: object, ___: object, ____: object, given: object) -> AuthResult:
        known = isinstance(given, LoginPassword) and given.password == b"secret word"
        return AuthResult(success=known, handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    special = {"ssl_context": context} if tls_at_once else {"tls_context": context, "require_starttls": True}
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        authenticator=knows,
        auth_required=True,
        auth_require_tls=not tls_at_once,
        **special,
    )
    server.start()
    try:
        yield port
    finally:
        server.stop()


def settings(port: int, scheme: str = "smtp", **special: object) -> Settings:
    told = {"smtp": f"{scheme}://desk%40example.org@127.0.0.1:{port}", "smtp_password": "secret word"}
    return Settings(**(told | special))


@pytest.fixture
def message(desk, found):
    """Return a maker of messages of a watch-list that goes to an address."""

    def made(to: str = TO, **said: object) -> Message:
        desk.versions = {1: [], 2: [found(name=said.pop("place", "Sfax - Lampedusa"))]}
        desk.watch(version=1, channel="email", address=to, **said)
        desk.new(2)
        desk.send()
        return desk.sent[-1]

    return made


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # it does not count TLS from the start as TLS
@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_a_message_arrives_over_tls_with_a_sentence_and_a_link(certificate, message, scheme, at_once):
    box = Box()
    with post_office(certificate, box, tls_at_once=at_once) as port:
        Installed(settings(port, scheme, origins="https://monitor.example.org")).deliver(message())
    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("desk@example.org", [TO])
    read = email.message_from_bytes(envelope.original_content, policy=policy.default)
    assert read["Subject"] == "Sicily: Sfax - Lampedusa: clear rise"
    assert read["From"] == "Smuggling route monitor <desk@example.org>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Message-ID"].startswith("<msg_")
    said = read.get_content().replace("\r\n", "\n").strip()
    assert said == "Sfax - Lampedusa: clear rise\nMore than usual.\nhttps://monitor.example.org/?lat=35&lon=12&z=6"


def test_the_same_message_bears_the_same_id_whenever_it_is_tried(message):
    told = message()
    first, second = (composed(told, "desk@example.org", "", NOON) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == f"<{told.message_id}@example.org>"


@pytest.mark.parametrize(
    ("what", "special", "said"),
    [
        ({"to": "nobody@example.org"}, {}, r"127\.0\.0\.1: it does not take messages to this address \(550\)"),
        ({}, {"smtp_password": "another"}, r"127\.0\.0\.1: it answered 535"),
    ],
)
def test_a_server_that_refuses_is_told_without_the_address_and_the_password(certificate, message, what, special, said):
    with post_office(certificate, Box()) as port, pytest.raises(NotDelivered, match=said) as failed:
        Installed(settings(port, **special)).deliver(message(**what))
    assert "example.org" not in str(failed.value)
    assert "another" not in str(failed.value)


def test_a_server_that_is_full_is_tried_again(certificate, message):
    box = Box()
    box.refusal = "452 Too many messages"
    with post_office(certificate, box) as port, pytest.raises(NotDelivered, match="it answered 452"):
        Installed(settings(port)).deliver(message())


def test_a_server_without_tls_or_whose_certificate_nobody_vouches_for_gets_nothing(certificate, message, monkeypatch):
    box, told = Box(), message()
    server = Controller(box, hostname="127.0.0.1", port=0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.port = free.getsockname()[1]
    server.start()
    try:
        with pytest.raises(NotDelivered, match="it speaks no TLS"):
            Installed(settings(server.port)).deliver(told)
    finally:
        server.stop()
    monkeypatch.delenv("SSL_CERT_FILE")
    with post_office(certificate, box) as port, pytest.raises(NotDelivered, match="its certificate or TLS"):
        Installed(settings(port)).deliver(told)
    assert box.envelopes == []


def test_a_server_that_hangs_is_left_when_time_is_up(message, monkeypatch):
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    told = message()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []
        thread = threading.Thread(target=lambda: held.append(listening.accept()[0]), daemon=True)
        thread.start()
        with pytest.raises(NotDelivered, match="it did not answer within"):
            Installed(settings(listening.getsockname()[1])).deliver(told)
        thread.join()
        held[0].close()


def test_a_server_that_is_not_there_is_told(message):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotDelivered, match="it cannot be reached"):
        Installed(settings(port)).deliver(message())


@pytest.mark.parametrize(
    "place", ["A\r\nBcc: b@example.org", "A\nX: y", "A\x00b", "é" * 300, "=?utf-8?q?A=0ABcc:_b=40example.org?="]
)
def test_no_name_of_a_place_adds_a_header(message, place):
    made = composed(message(place=place), "desk@example.org", "", NOON)
    read = email.message_from_bytes(made.as_bytes(), policy=policy.default)
    ours = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"}
    assert set(read.keys()) <= ours | {"Content-Type", "Content-Transfer-Encoding"}
    assert read["To"] == TO
    assert "\n" not in read["Subject"]


def test_an_address_with_a_line_break_that_got_past_everything_is_refused_by_the_message_itself(message):
    told = message()
    forged = WatchList.model_construct(**dict(told.kept.watch) | {"address": "a@example.org\r\nBcc: b@example.org"})
    kept = type(told.kept)(told.kept.watch_id, forged, "", "", "", "", 1, 1)
    with pytest.raises(ValueError, match=r"invalid|CR|LF|line"):
        composed(Message("msg_1", kept, told.alerts), "desk@example.org", "", NOON)


@pytest.mark.parametrize(
    ("special", "said"),
    [
        ({"smtp": ""}, "ROUTES_SMTP is not set"),
        ({"smtp": "mail.example.org"}, "ROUTES_SMTP names no server"),
        ({"smtp": "http://mail.example.org"}, "ROUTES_SMTP names no server"),
        ({"smtp": "smtps://mail.example.org:x"}, "ROUTES_SMTP names no server"),
        ({"smtp": "smtps://mail.example.org"}, "ROUTES_SMTP_FROM names no address"),
    ],
)
def test_settings_that_will_not_do_are_one_sentence(special, said):
    with pytest.raises(WrongValue, match=said):
        server_of(settings(465, "smtps", **special))


def test_usual_ports_are_those_of_submission():
    told = {"smtp_from": "desk@example.org", "smtp_password": ""}
    assert server_of(Settings(smtp="smtps://mail.example.org", **told)).port == 465
    assert server_of(Settings(smtp="smtp://mail.example.org", **told)).port == 587
