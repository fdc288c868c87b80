"""People with different rights use one server at once, in turns: each sees what they see alone, and nothing of others.

Source: the promise of isolation in the threat model; caches of pages are shared by all sessions of a server.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import copytree

import pytest
from websockets.sync.client import connect

from benchmarks.served import PRODUCT, running
from desk.people import ROLES, Person, may
from pages.server.gate import right_of
from tests.pages.server.provider import provider, settings, signed_in
from tests.pages.server.websocket_client import Client

OWN = {"Sec-Fetch-Site": "same-origin"}
VIEWS = ("", "mode=sea", "mode=land&from=2024-01-01", "from=2023-01-01&to=2024-01-01", "mode=sea,air&lang=fr")
POINTS = "/data/points?box=-20,0,60,60"
PATHS = ("/map", "/data/snapshot", "/data/hexes", POINTS, "/data/places?q=tri", "/ogc/collections")
PAGES = ("routes", "incidents", "changes", "countries")
"""All but People, which tells of others."""
EACH = 2_000
"""Questions of each of the five kinds of people."""
SHARE_OF_PAGES = 10
"""One of so many is a page run anew over a websocket, the others ask for data."""


@pytest.fixture(scope="module")
def home(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copytree(small, tmp_path_factory.mktemp("isolation") / "workspace")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with provider() as metadata, running(PRODUCT, ROUTES_HOME=home, **settings(metadata)) as found:
        yield found


class Somebody:
    """A person with a browser: asks for data, and has pages run."""

    def __init__(self, url: str, role: str, stack: ExitStack) -> None:
        self.role, self.client = role, stack.enter_context(closing(signed_in(url, role)))
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        self.page = Client(
            stack.enter_context(
                connect(
                    url.replace("http", "ws") + "/_stcore/stream",
                    origin=url,
                    subprotocols=["streamlit"],
                    additional_headers={"Cookie": cookies},
                )
            )
        )

    def sees(self, what: tuple[str, str]) -> str:
        """Return a digest of what an address or page gives, without what differs each time it is asked for."""
        kind, address = what
        if kind == "page":
            page, _, query = address.partition("?")
            self.page.open(page, query)
            content = "\n".join(str(one) for one in self.page.shown)
        else:
            answer = self.client.get(address, headers=OWN)
            content = f"{answer.status_code} {answer.text}"
        return hashlib.sha256(_lasting(content).encode()).hexdigest()


def _lasting(content: str) -> str:
    """Leave out moments, and the names that a session gives to what it shows."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*|\d+ (second|minute)s? ago|[0-9a-f]{32,64}|\d\d:\d\d", "", content)


def every_question() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the addresses of data, and of pages."""
    asked = [("data", f"{path}{'&' if '?' in path else '?'}{view}") for path in PATHS for view in VIEWS]
    return asked, [("page", f"{page}?{view}") for page in PAGES for view in VIEWS]


@pytest.mark.long
def test_whoever_asks_while_others_ask_sees_what_they_see_alone(url):
    pick, data, pages = random.Random(20), *every_question()
    turns = {
        role: [pick.choice(pages if pick.randrange(SHARE_OF_PAGES) == 0 else data) for _ in range(EACH)]
        for role in ROLES
    }

    def seen(role: str, asked: list[tuple[str, str]]) -> list[str]:
        with ExitStack() as stack:
            one = Somebody(url, role, stack)
            reads = may(Person(role, frozenset({role})), right_of("/data/points") or "")
            assert (one.client.get(POINTS, headers=OWN).status_code == 200) == reads
            return [one.sees(what) for what in asked]

    for role in ROLES:
        seen(role, pages)  # what is worked out once for all is there from then on
    alone = {role: seen(role, turns[role]) for role in ROLES}
    with ThreadPoolExecutor(len(ROLES)) as pool:
        together = dict(zip(ROLES, pool.map(seen, ROLES, turns.values()), strict=True))
    wrong = [
        (role, turns[role][place])
        for role in ROLES
        for place in range(EACH)
        if together[role][place] != alone[role][place]
    ]
    assert wrong == []
