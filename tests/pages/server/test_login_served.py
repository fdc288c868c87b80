"""Signing in at a real provider, and what each role gets of a server that was started for real."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.served import PRODUCT, running
from desk.people import ROLES, Person, may
from desk.sessions import Sessions
from desk.tokens import Tokens
from geodata.core.audit import Audit
from pages.server.gate import GRACE_SECONDS, OPEN, RIGHTS_OF, right_of
from tests.pages.server.doors import every_route
from tests.pages.server.provider import PAGE, provider, settings, signed_in
from tests.pages.server.websocket_client import Client

pytestmark = pytest.mark.slow
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def home(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copytree(small, tmp_path_factory.mktemp("login") / "workspace")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with provider() as metadata, running(PRODUCT, ROUTES_HOME=home, **settings(metadata)) as found:
        yield found


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[dict[str, httpx.Client]]:
    clients = {who: signed_in(url, who) for who in (*ROLES, "stranger")}
    yield clients
    for client in clients.values():
        client.close()


def test_who_is_not_signed_in_gets_no_route_but_those_that_ask_themselves(url):
    answered = []
    with httpx.Client(base_url=url, timeout=60) as nobody:
        for address, methods in every_route().items():
            for method in methods - {"websocket"}:
                status = nobody.request(method, address, headers=OWN | {"Origin": url}).status_code
                if status not in (401, 404) and right_of(address.partition("?")[0].rstrip("/")) != OPEN:
                    answered.append((method, address, status))
        with pytest.raises(InvalidStatus):
            connect(url.replace("http", "ws") + "/_stcore/stream", origin=url)
    assert answered == []


@pytest.mark.parametrize("who", [*ROLES, "stranger"])
def test_each_role_gets_what_the_table_of_rights_says_and_nothing_else(url, people, who):
    person = Person(who, frozenset({who}) & frozenset(ROLES))
    wrong = []
    for address, methods in every_route().items():
        path = address.partition("?")[0].rstrip("/") or "/"
        right = right_of(path)
        if right in (OPEN, None) or path.startswith("/auth"):
            continue
        for method in methods - {"websocket"}:
            answer = people[who].request(method, address, headers=OWN | {"Origin": url})
            turned_away = answer.status_code == 403 and (method == "HEAD" or "it is for" in answer.text)
            if turned_away == (right == "any" or may(person, right)) or answer.status_code == 401:
                wrong.append((method, address, answer.status_code, right))
    assert wrong == []


def test_a_path_that_no_rule_names_is_nobodys(people):
    assert people["analyst"].get("/data/secrets", headers=OWN).status_code == 404
    assert people["analyst"].get("/data/head/../secrets", headers=OWN).status_code == 404


def test_signing_in_leads_back_to_the_page_that_was_asked_for(url):
    with closing(signed_in(url, "viewer", "/routes?mode=sea&from=2024-01-01")) as client:
        assert client.headers["x-opened"] == "/routes?mode=sea&from=2024-01-01"
        assert client.get("/data/head", headers=OWN).json()["may"] == ["see"]


@pytest.mark.parametrize(
    "place", ["//evil.example/", "/\\evil.example", "https://evil.example/", "/a\r\nSet-Cookie: a=b"]
)
def test_signing_in_leads_to_no_other_site_whatever_the_cookie_says(url, place):
    with httpx.Client(base_url=url, timeout=60) as client:
        asked = client.get("/", headers=PAGE)
        to_provider = client.get(asked.headers["location"], headers=PAGE)
        answered = httpx.post(to_provider.headers["location"], data={"sub": "viewer"})
        client.cookies.delete("routes_return")
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        value = "".join(f"%{ord(letter):02X}" for letter in place)
        back = httpx.get(answered.headers["location"], headers=PAGE | {"Cookie": f"{cookies}; routes_return={value}"})
    assert back.headers["location"] == "/"


def test_a_changed_or_forged_cookie_signs_nobody_in(url, people):
    cookie = people["analyst"].cookies["_streamlit_user"]
    tries = [cookie[:-1], cookie + "A", cookie.swapcase(), "", "e30.aaaa.bbbb"]
    tries += [
        f"{cookie[:at]}{'A' if cookie[at] != 'A' else 'B'}{cookie[at + 1 :]}" for at in range(0, len(cookie) - 1, 7)
    ]
    for value in tries:
        with httpx.Client(base_url=url, cookies={"_streamlit_user": value}) as client:
            assert client.get("/data/head", headers=OWN).status_code == 401


def test_a_session_of_ones_own_writing_in_a_header_is_thrown_away(url, home, people):
    administrator = next(one for one in Sessions(home).every() if one.name == "administrator@desk.test")
    headers = OWN | {"x-routes-session": administrator.session}
    assert people["viewer"].get("/data/export?format=csv", headers=headers).status_code == 403
    cookies = "; ".join(f"{name}={value}" for name, value in people["viewer"].cookies.items())
    with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        origin=url,
        subprotocols=["streamlit"],
        additional_headers={"Cookie": cookies, "X-Routes-Session": administrator.session},
    ) as socket:
        page = Client(socket)
        page.open("people")
        assert "administrator@desk.test" not in str(page.shown)


def test_what_watch_lists_hold_is_for_whoever_may_keep_them(people):
    assert people["viewer"].get("/data/watches/alerts", headers=OWN).json() == {"alerts": [], "states": {}}
    assert people["viewer"].get("/data/watches", headers=OWN).status_code == 403
    assert people["operator"].get("/data/watches", headers=OWN).status_code == 200


def test_where_a_purpose_is_wanted_no_single_incident_is_shown_or_taken_away_without_one(home):
    before = Audit(home).verify().entries
    with (
        provider() as metadata,
        running(PRODUCT, ROUTES_HOME=home, ROUTES_PURPOSE="required", **settings(metadata)) as url,
        closing(signed_in(url, "planner")) as planner,
    ):
        points, export = "/data/points?box=-180,-80,180,80", "/data/export?format=csv&layer=incidents"
        addresses = (points, export, "/data/arrivals?since=0")
        for address in addresses:
            answer = planner.get(address, headers=OWN)
            assert (answer.status_code, "no purpose is stated" in answer.text) == (400, True), address
        mine = [one for one in Sessions(home).every() if one.name == "planner@desk.test"]
        session = max(mine, key=lambda one: one.began_at).session
        Sessions(home).work_on(session, "Operation Sundial")
        assert [planner.get(address, headers=OWN).status_code for address in addresses] == [200, 200, 200]
        token = Tokens(home).new("reader", rights=["read"])
        read = httpx.get(f"{url}/ogc/collections/hexes/items?limit=1", auth=("anybody", token))
        assert read.status_code == 200
    entries = (one for one in Audit(home).entries() if one.number > before and one.actor == "planner@desk.test")
    purposes = {one.purpose for one in entries if one.action == "read"}
    assert purposes == {"Operation Sundial"}


def test_signing_out_ends_the_session_wherever_its_cookie_was_copied(url):
    with closing(signed_in(url, "operator")) as client:
        copied = dict(client.cookies)
        assert client.get("/data/head", headers=OWN).status_code == 200
        client.get("/auth/logout", headers=PAGE)
    with httpx.Client(base_url=url, cookies=copied) as thief:
        assert thief.get("/data/head", headers=OWN).status_code == 401


def test_an_ended_session_goes_from_an_open_websocket_within_seconds(url, home):
    with closing(signed_in(url, "analyst")) as client:
        client.get("/data/head", headers=OWN)
        latest = max(
            (one for one in Sessions(home).every() if one.name == "analyst@desk.test"), key=lambda one: one.began_at
        )
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        with connect(
            url.replace("http", "ws") + "/_stcore/stream",
            origin=url,
            subprotocols=["streamlit"],
            additional_headers={"Cookie": cookies},
        ) as socket:
            page = Client(socket)
            page.open("routes")
            assert "not signed in" not in str(page.shown)
            Sessions(home).end(latest.session, "administrator@desk.test")
            time.sleep(2.5)
            page.open("routes")
            assert "not signed in" in str(page.shown)
            assert closed_within(socket, GRACE_SECONDS + 5)
        assert client.get("/data/head", headers=OWN).status_code == 401


def closed_within(socket: ClientConnection, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.recv(1)
        except TimeoutError:
            continue
        except ConnectionClosed:
            return True
    return False


def test_a_program_reads_layers_by_its_token_and_nothing_else(url, home):
    secret, handing = Tokens(home).new("qgis", rights=["read"]), Tokens(home).new("feed")
    with httpx.Client(base_url=url, timeout=60) as program:
        for shown in ({"headers": {"Authorization": f"Bearer {secret}"}}, {"auth": ("anybody", secret)}):
            assert program.get("/ogc/collections", **shown).status_code == 200
            assert program.get("/ogc/collections/hexes/items?limit=1", **shown).status_code == 200
            single = program.get("/ogc/collections/incidents/items?limit=1", **shown)
            assert (single.status_code, "features" in single.text) == (403, False)
            assert program.get("/data/head", **shown).status_code == 401
            assert program.get("/data/export?format=csv", **shown).status_code == 401
        assert program.get("/ogc/collections", auth=("anybody", handing)).status_code == 403
        for wrong in (secret[:-1], secret + "a", "", "rmt_"):
            refused = program.get("/ogc/collections", auth=("anybody", wrong))
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"].startswith("Basic")
        Tokens(home).revoke("qgis")
        assert program.get("/ogc/collections", auth=("anybody", secret)).status_code == 401


def test_signing_in_and_out_stand_in_the_audit(url, home):
    before = Audit(home).number()
    with closing(signed_in(url, "operator")) as client:
        client.get("/auth/logout", headers=PAGE)
    found = [one.action for one in Audit(home).entries() if one.number > before and one.actor == "operator@desk.test"]
    assert found == ["sign in", "sign out"]
    assert Audit(home).verify().fault == ""


def test_a_sign_in_ends_with_its_token_though_the_cookie_stands(home):
    with (
        provider(seconds=6) as metadata,
        running(PRODUCT, ROUTES_HOME=home, **settings(metadata)) as url,
        closing(signed_in(url, "analyst")) as client,
    ):
        assert client.get("/data/head", headers=OWN).status_code == 200
        time.sleep(7)
        assert client.cookies.get("_streamlit_user")
        assert client.get("/data/head", headers=OWN).status_code == 401


def test_while_the_provider_is_down_a_sentence_says_so(home):
    with provider() as metadata:
        gone = metadata
    with running(PRODUCT, ROUTES_HOME=home, **settings(gone)) as url, httpx.Client(base_url=url, timeout=60) as client:
        answer = client.get(client.get("/", headers=PAGE).headers["location"], headers=PAGE)
    assert answer.status_code == 502
    assert "does not answer" in answer.text


def test_every_route_of_the_server_has_a_rule():
    missing = [address for address in every_route() if right_of(address.partition("?")[0].rstrip("/") or "/") is None]
    allowed = re.compile(r"/_stcore/(metrics|agent/.+|script-health-check.*)")
    assert [address for address in missing if not allowed.fullmatch(address)] == []
    assert len({pattern for pattern, _ in RIGHTS_OF}) == len(RIGHTS_OF)
