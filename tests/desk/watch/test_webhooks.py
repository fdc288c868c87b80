"""Webhooks: signed, sent once to where they are meant, and never into this machine or a private network."""

import json
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from desk.watch import web_request
from desk.watch.messages import slack, subject, teams
from desk.watch.outbox import Message, NotDelivered
from desk.watch.sending import Installed
from desk.watch.store import Watches
from desk.watch.web_request import is_public, post
from desk.watch.webhook import signed
from geodata.core.settings import Settings
from tests.desk.watch.servers import made_certificate, serving

HERE = frozenset({"127.0.0.1"})


@pytest.fixture
def message(desk, found):
    """Return a maker of messages of a watch-list with one alert."""

    def made(**said: object) -> Message:
        desk.versions = {1: [], 2: [found(name=said.pop("place", "Sfax - Lampedusa"))]}
        kept = desk.watch(version=1, **said)
        desk.new(2)
        desk.send()
        return desk.sent[-1] if desk.sent else Message("msg_1", kept, [])

    return made


def test_a_signature_is_that_of_the_example_in_the_specification():
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    told = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_and_the_reference_library_knows_who_sent_it(desk, found):
    with serving() as server:
        desk.versions = {1: [], 2: [found()]}
        kept = desk.watch(version=1, address=f"{server.url}/in?team=3")
        secret = kept.secret
        desk.new(2)
        installed = Installed(Settings(webhooks_to="127.0.0.1", origins="https://monitor.example.org"))
        desk.deliver = installed.deliver
        assert desk.send() == ["sent"]
        ((path, headers, body),) = server.requests
    assert path == "/in?team=3"
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "watch.alerts"
    (alert,) = told["data"]["alerts"]
    assert alert["title"] == "Sfax - Lampedusa: clear rise"
    assert alert["link"] == "https://monitor.example.org/?lat=35&lon=12&z=6"
    assert headers["content-type"] == "application/json"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(body + b" ", headers)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0"),
        *("2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.000.000.001"),
        *("10.0.0.1", "10.255.255.255", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.2.1"),
        *("2852039166", "0xa9fea9fe", "224.0.0.1", "255.255.255.255"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]"),
        *("[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]"),
        *("[fec0::1]", "[64:ff9b:1::a00:1]", "[::ffff:0:7f00:1]", "[5f00::1]"),
    ],
)
def test_addresses_of_this_machine_and_of_private_networks_are_refused_however_they_are_spelt(host):
    with pytest.raises(NotDelivered, match=r"it lies in this machine|its name is not known"):
        post(f"https://{host}:1/x", b"", {}, frozenset())


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_not(address):
    assert is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to the next answer each time; return the names that were asked for."""
    asked: list[str] = []
    left, usual = list(answers), socket.getaddrinfo

    def found(host: str, port: int, *special: int, **named: int) -> list[tuple[object, ...]]:
        if host.replace(".", "").isdecimal():
            return list(usual(host, port, *special, **named))
        asked.append(host)
        given = left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in given]

    monkeypatch.setattr(web_request.socket, "getaddrinfo", found)
    return asked


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.7"], ["8.8.8.8", "127.0.0.1"]])
def test_a_name_that_points_into_a_private_network_is_refused(monkeypatch, addresses):
    resolving(monkeypatch, addresses)
    with pytest.raises(NotDelivered, match=r"hook\.example\.org: it lies in this machine or a private network"):
        post("https://hook.example.org/x", b"", {}, frozenset())


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(monkeypatch):
    with serving() as server:
        asked = resolving(monkeypatch, ["127.0.0.1"], ["8.8.8.8"])
        post(f"http://hook.example.org:{server.port}/x", b"{}", {}, frozenset({"hook.example.org"}))
        ((_, headers, _),) = server.requests
    assert asked == ["hook.example.org"]  # once: another answer a moment later is never heard
    assert headers["host"] == f"hook.example.org:{server.port}"


def test_without_tls_nothing_is_sent_unless_the_host_is_named():
    with pytest.raises(NotDelivered, match="webhooks speak TLS, unless ROUTES_WEBHOOKS_TO names the host"):
        post("http://example.org/x", b"", {}, frozenset())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    with serving() as server:
        server.answers = [status]
        with pytest.raises(NotDelivered, match=f"it answered {status}; redirects are not followed"):
            post(f"{server.url}/x", b"{}", {}, HERE)
        assert [path for path, _, _ in server.requests] == ["/x"]


@pytest.mark.parametrize("status", [400, 410, 429, 500, 503])
def test_anything_but_2xx_is_a_failure(status):
    with serving() as server:
        server.answers = [status]
        with pytest.raises(NotDelivered, match=f"it answered {status}"):
            post(f"{server.url}/x", b"{}", {}, HERE)


def test_a_certificate_that_nobody_vouches_for_or_of_another_name_is_refused(tmp_path, monkeypatch):
    certificate = made_certificate(tmp_path)
    with serving(certificate) as server:
        with pytest.raises(NotDelivered, match="its certificate or TLS was not accepted"):
            post(f"{server.url}/x", b"{}", {}, HERE)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        post(f"{server.url}/x", b"{}", {}, HERE)
        resolving(monkeypatch, ["127.0.0.1"])
        with pytest.raises(NotDelivered, match="its certificate or TLS was not accepted"):
            post(f"https://hook.example.org:{server.port}/x", b"{}", {}, frozenset({"hook.example.org"}))
        assert len(server.requests) == 1


@pytest.mark.parametrize("drip", [b"", b"H"])
def test_a_server_that_says_nothing_or_a_letter_at_a_time_is_left_when_time_is_up(monkeypatch, drip):
    monkeypatch.setattr(web_request, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def slow() -> None:
            line, _ = listening.accept()
            with line:
                while not done.wait(0.1):
                    try:
                        line.sendall(drip)
                    except OSError:
                        return

        thread = threading.Thread(target=slow, daemon=True)
        thread.start()
        begun = time.monotonic()
        with pytest.raises(NotDelivered, match="it did not answer in time"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/x", b"{}", {}, HERE)
        assert time.monotonic() - begun < 2
        done.set()
        thread.join()


def test_a_fault_names_the_host_and_nothing_of_the_address_that_is_secret():
    with pytest.raises(NotDelivered) as failed:
        post("https://127.0.0.1/workflows/SECRET?sig=SECRET", b"", {}, frozenset())
    assert "SECRET" not in str(failed.value)


def test_teams_gets_an_adaptive_card_whose_texts_know_no_markdown(message):
    told = message(channel="teams", address="https://teams.example.org/x", place="[Here](https://evil.example) **x**")
    card = teams(told, "https://monitor.example.org")
    (attachment,) = card["attachments"]
    assert (card["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    content = attachment["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    assert [one["type"] for one in content["body"]] == ["RichTextBlock"] * 3 + ["ActionSet"]
    assert all("TextBlock" not in json.dumps(one) or one["type"] == "RichTextBlock" for one in content["body"])
    (action,) = content["body"][3]["actions"]
    assert action == {
        "type": "Action.OpenUrl",
        "title": "Show on the map",
        "url": "https://monitor.example.org/?lat=35&lon=12&z=6",
    }


def test_slack_gets_plain_text_and_no_more_blocks_than_it_takes(message):
    told = message(channel="slack", address="https://slack.example.org/x", place="<https://evil.example|Here> & *x*")
    made = slack(told, "https://monitor.example.org")
    texts = [block["text"] for block in made["blocks"] if "text" in block]
    assert {text["type"] for text in texts} == {"plain_text"}
    assert "<" not in made["text"]
    assert "&lt;https://evil.example|Here&gt; &amp; *x*" in made["text"]
    many = slack(Message("msg_1", told.kept, [*told.alerts] * 50), "https://monitor.example.org")
    assert len(many["blocks"]) <= 50
    assert many["blocks"][-1]["text"]["text"] == "+35"


def test_the_line_that_names_a_message_counts_what_else_it_tells_of(message):
    told = message()
    assert subject(told) == "Sicily: Sfax - Lampedusa: clear rise"
    assert subject(Message("msg_1", told.kept, [*told.alerts] * 3)) == "Sicily: Sfax - Lampedusa: clear rise (+2)"


def test_the_secret_of_a_webhook_is_shown_once_and_listed_nowhere(desk):
    kept, secret = Watches(desk.home).new(desk.list_of(), "analyst", 1)
    from desk.watch.listing import listed

    assert secret.startswith("whsec_")
    told = json.dumps(listed(desk.home, kept))
    assert secret not in told
    assert "/in" not in told
    assert datetime.fromisoformat(kept.made_at) <= datetime.now(UTC)
