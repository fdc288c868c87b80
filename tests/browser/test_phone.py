"""The dashboard on a phone: nothing lies over another, and nothing is wider than the screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.conftest import Seen

PANELS = ("#actions", "#search", ".badge", ".fresh", "#legend", "#alerts", ".leaflet-control-attribution")


@pytest.fixture
def phone(chromium: Browser, dashboard: str) -> Iterator[Seen]:
    """Give a page as wide as a phone."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    seen = Seen(context.new_page(), dashboard)
    yield seen
    assert seen.complaints == []
    context.close()


def apart(frame: Frame, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return which of some panels lie over each other, or over the time bar."""
    boxes = {name: box for name in (*names, "#timebar") if (box := frame.locator(name).bounding_box())}
    return [
        (one, other)
        for one, a in boxes.items()
        for other, b in boxes.items()
        if one < other
        and min(a["x"] + a["width"], b["x"] + b["width"]) > max(a["x"], b["x"]) + 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) > max(a["y"], b["y"]) + 1
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_panels_of_the_map_lie_beside_each_other(phone, language):
    frame = phone.open(f"?lang={language}")
    expect(frame.locator(".fresh")).to_be_visible()
    assert apart(frame, PANELS) == []
    frame.locator("#legend summary").first.click()
    assert apart(frame, ("#actions", "#search", ".badge", ".fresh", "#legend", ".leaflet-control-attribution")) == []
    frame.locator("#legend summary").first.click()
    frame.evaluate("monitor.map.getContainer().focus()")
    phone.page.keyboard.press("n")
    expect(frame.locator("#card h2")).to_be_visible()
    assert apart(frame, (*PANELS, "#card")) == []


def is_held(page: Page) -> bool:
    """Tell whether a page is no wider than the screen."""
    return bool(
        page.evaluate("(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))")
    )


@pytest.mark.parametrize("name", ["routes", "countries?country=LBY", "incidents", "changes", "assumptions", "method"])
def test_a_page_is_no_wider_than_the_screen(phone, name):
    phone.page.goto(f"{phone.url}/{name}")
    phone.page.wait_for_selector("[data-testid=stMainBlockContainer] .stamp", state="attached", timeout=60_000)
    assert is_held(phone.page)


def test_the_menu_at_the_side_can_be_closed_again(phone):
    phone.page.goto(f"{phone.url}/method")
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    phone.page.get_by_role("link", name="Countries").wait_for()
    phone.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click(timeout=5_000)
    expect(phone.page.get_by_role("link", name="Countries")).not_to_be_in_viewport()
