"""Signing in with a real browser at a real provider: what each role is offered, and what goes when it is over."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.served import PRODUCT, running
from desk.sessions import Sessions
from tests.browser.conftest import fill
from tests.pages.server.provider import provider, settings

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("login") / "workspace"
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with provider() as metadata, running(PRODUCT, ROUTES_HOME=home, **settings(metadata)) as found:
        yield found


@pytest.fixture
def sign_in(chromium: Browser, url: str) -> Iterator[SignIn]:
    """Return a way to open a page in a profile of its own, and to sign in as somebody."""
    profiles = []

    def signed_in(who: str, path: str = "/") -> Page:
        profiles.append(chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB"))
        page = profiles[-1].new_page()
        page.goto(f"{url}{path}")
        page.get_by_placeholder("sub").fill(who)
        page.get_by_role("button", name="Authorize", exact=True).click()
        page.wait_for_url(f"{url}/**")
        return page

    yield signed_in
    for profile in profiles:
        profile.close()


def test_a_viewer_comes_back_to_the_page_and_is_offered_no_more_than_to_see(sign_in):
    page = sign_in("viewer", "/map?mode=sea")
    assert page.url.endswith("/map?mode=sea")
    expect(page.locator("#ranking button").first).to_be_visible()
    for name in ("Share this view", "Watch-lists"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    expect(page.get_by_role("button", name="Saved views")).to_be_visible()
    page.keyboard.press("w")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".files summary").click()
    expect(page.get_by_role("link", name="GeoPackage")).to_be_hidden()


def test_a_page_that_a_role_may_not_see_says_whose_it_is(sign_in, url):
    page = sign_in("viewer")
    page.get_by_role("button", name="viewer@desk.test").click()
    expect(page.get_by_text("Signed in as viewer@desk.test (viewer)")).to_be_visible()
    expect(page.get_by_role("link", name="Countries")).to_be_visible()
    expect(page.get_by_role("link", name="Data")).to_have_count(0)
    page.goto(f"{url}/incidents")
    expect(
        page.get_by_text(
            re.compile("This page is for: operator, planner, analyst. You are signed in as viewer@desk.test")
        )
    ).to_be_visible()


def test_an_operator_reads_incidents_and_takes_none_away_nor_in(sign_in):
    page = sign_in("operator", "/incidents")
    expect(page.locator(".headline")).to_have_text(re.compile(r"\d[\d,]* incidents"))
    expect(page.get_by_role("button", name="CSV")).to_have_count(0)
    expect(page.get_by_role("tab", name="Import")).to_have_count(0)
    page.get_by_role("button", name="operator@desk.test").click()
    expect(page.get_by_role("textbox", name="Purpose")).to_be_visible()


def test_an_ended_session_takes_the_page_and_the_map_from_the_screen(sign_in, home):
    page, map_ = sign_in("planner", "/countries"), sign_in("planner", "/map")
    expect(page.get_by_role("link", name="Countries")).to_be_visible()
    expect(map_.locator("#ranking button").first).to_be_visible()
    sessions = Sessions(home)
    for one in sessions.every():
        if one.name == "planner@desk.test":
            sessions.end(one.session, "administrator@desk.test")
    for screen in (page, map_):
        expect(screen.get_by_text(re.compile("You are not signed in, or no longer"))).to_be_visible(timeout=15_000)
        expect(screen.get_by_role("link", name="Countries")).to_have_count(0)
        expect(screen.locator("#ranking")).to_have_count(0)


def test_an_administrator_ends_a_session_and_sees_no_incident(sign_in):
    sign_in("operator")
    page = sign_in("administrator")
    expect(page.get_by_role("tab", name="Sessions")).to_be_visible()
    expect(page.get_by_role("link", name="Map")).to_have_count(0)
    page.get_by_role("tab", name="Audit").click()
    expect(page.get_by_text(re.compile("entries, each as it was written"))).to_be_visible()
