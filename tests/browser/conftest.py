"""A real browser on the product served for real; names resolve nowhere, so whatever is not on this machine fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, expect

from benchmarks.served import browser, served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_file
from tests.workspaces import LAST_DAY, demonstration

expect.set_options(timeout=20_000)
"""Milliseconds that a page may take to show what is expected of it: two suites share the cores."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def take_in(home: Path, count: int) -> None:
    """Take the demonstration in; no network of it is there yet."""
    with demo_file(count, 1, LAST_DAY) as file:
        ingest_file(file, Ledger(home))


def fill(home: Path, count: int = 6_000) -> None:
    """Make a workspace of the demonstration with its network."""
    demonstration(home, count, 1)


class Seen:
    """A page with what it asked for and what it complained about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        reading = message.text.startswith("Canvas2D: Multiple readback")  # of pixels, by these tests
        if message.type in ("error", "warning") and not reading:
            self.complaints.append(message.text)

    def open(self, address: str = "") -> Frame:
        """Open an address of the dashboard; give the map, once it stands still and has its routes."""
        self.page.goto(f"{self.url}/{address}")
        return self.map()

    def map(self) -> Frame:
        """Give the map's frame, its legend unfolded, once it stands still and has its routes."""
        frame = self.page.wait_for_selector("iframe[src^='/map']").content_frame()
        frame.wait_for_selector('#map[aria-busy="false"][data-unsure="false"]', timeout=60_000)
        frame.evaluate("monitor.legend.details.open = innerWidth > 1100")
        return frame

    @property
    def outside(self) -> list[str]:
        """Give what was asked of anybody but the server."""
        own = (self.url, self.url.replace("http", "ws", 1), "data:", "blob:")
        return [asked for asked in self.asked if not asked.startswith(own)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("browser") / "workspace"
    fill(home)
    with served(home) as url:
        yield url


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def seen(context: BrowserContext, dashboard: str) -> Seen:
    return Seen(context.new_page(), dashboard)


@pytest.fixture
def page(seen: Seen) -> Iterator[Page]:
    """Give the page; whatever is done there asks nobody else for anything and raises no complaint."""
    yield seen.page
    assert seen.outside == []
    assert seen.complaints == []
