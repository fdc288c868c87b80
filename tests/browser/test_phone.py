"""The dashboard on a phone: one sheet at the bottom, nothing over another, and whatever is pressed is large enough."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser.conftest import Seen

TALL, WIDE = 844, 390
AROUND = ("#search", ".badge", ".fresh", ".leaflet-control-attribution", "#timebar")
TABS = tuple(f"#{name} > details > summary" for name in ("ranking", "alerts", "legend", "more"))
CONTENT = {"ranking": "#ranking .body", "alerts": "#alerts .body", "legend": "#legend .body", "more": "#actions"}
"""What each tab opens."""
MAP = "#map :is(button, summary, select, input, a[href], [role=slider])"
BAR = (
    "[data-testid=stHeader] button, .st-key-filter-bar :is("
    "[data-testid=stPopoverButton], a, [data-variant], .react-aria-ComboBox > div, "
    ":has(> [data-testid=stMultiSelectTagsContainer]))"
)
SMALL = """(which) => [...document.querySelectorAll(which)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1)
  .map((one) => one.closest("label") ?? one)
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.9 || height < 43.9).map(([html]) => html)"""
"""What can be pressed and is less than 44 pixels wide or tall."""


@pytest.fixture
def phone(chromium: Browser, dashboard: str) -> Iterator[Seen]:
    """Give a page as wide as a phone."""
    context = chromium.new_context(viewport={"width": WIDE, "height": TALL}, reduced_motion="reduce")
    seen = Seen(context.new_page(), dashboard)
    yield seen
    assert seen.complaints == []
    context.close()


def opened(phone: Seen, language: str = "en") -> Frame:
    frame = phone.open(f"?lang={language}")
    expect(frame.locator(".fresh")).to_be_visible()
    return frame


def in_time(page: Page, holds: Callable[[], bool]) -> bool:
    """Tell whether something holds once the styles of a page that has just been turned to are there."""
    for _ in range(50):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False


def tab(frame: Frame, name: str) -> Locator:
    return frame.locator(f"#{name} > details > summary")


def apart(frame: Frame, *more: str) -> list[tuple[str, str]]:
    """Return which of the panels, the tabs and what is open lie over each other, or over the time bar."""
    names = (*AROUND, *TABS, *more)
    boxes = {name: box for name in names if (box := frame.locator(name).bounding_box())}
    return [
        (one, other)
        for one, a in boxes.items()
        for other, b in boxes.items()
        if one < other
        and min(a["x"] + a["width"], b["x"] + b["width"]) > max(a["x"], b["x"]) + 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) > max(a["y"], b["y"]) + 1
    ]


def is_held(page: Page, frame: Frame) -> bool:
    """Tell whether the map is no wider than the screen."""
    return bool(frame.evaluate("document.documentElement.scrollWidth <= innerWidth")) and bool(
        page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_folded_the_sheet_is_a_row_of_tabs_and_leaves_the_map_most_of_the_screen(phone, language):
    frame = opened(phone, language)
    assert apart(frame) == []
    assert is_held(phone.page, frame)
    boxes = [frame.locator(name).bounding_box() for name in TABS]
    assert sorted(round(box["x"]) for box in boxes) == [0, 98, 195, 292]
    assert {(box["y"], box["height"]) for box in boxes} == {(boxes[0]["y"], 44)}
    above = phone.page.locator("iframe").bounding_box()["y"]
    assert (boxes[0]["y"] - above) / TALL >= 0.6
    assert frame.evaluate(SMALL, MAP) == []
    for content in CONTENT.values():
        expect(frame.locator(content)).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_tab_opens_its_panel_in_the_sheet_in_place_of_the_other_and_folds_it_again(phone, language):
    frame = opened(phone, language)
    for name, content in CONTENT.items():
        tab(frame, name).click()
        expect(frame.locator(content)).to_be_visible()
        for other in CONTENT.values():
            expect(frame.locator(other)).to_be_visible(visible=other == content)
        box = frame.locator(content).bounding_box()
        assert box["x"] == 0
        assert box["width"] == WIDE
        assert box["height"] <= TALL / 2
        assert apart(frame, content) == []
        assert is_held(phone.page, frame)
        assert frame.evaluate(SMALL, MAP) == []
    tab(frame, "more").click()
    expect(frame.locator("#actions")).to_be_hidden()


def test_a_route_that_is_chosen_from_the_list_takes_its_place_in_the_sheet(phone):
    frame = opened(phone)
    tab(frame, "ranking").click()
    row = frame.locator("#ranking li button").nth(1)
    name = row.locator(".name").inner_text()
    row.click()
    card = frame.locator("#card")
    expect(card.locator("h2")).to_contain_text(name)
    expect(frame.locator("#ranking .body")).to_be_hidden()
    assert apart(frame, "#card") == []
    assert card.bounding_box()["width"] == WIDE
    assert card.bounding_box()["height"] <= TALL / 2
    assert frame.evaluate(SMALL, MAP) == []
    card.evaluate("card => card.scrollTo(0, card.scrollHeight)")
    card.get_by_role("button", name="Close", exact=True).click()
    expect(card).to_be_hidden()


def test_a_tab_takes_the_place_of_a_detail_and_escape_folds_the_sheet(phone):
    frame = opened(phone)
    frame.evaluate("monitor.map.getContainer().focus()")
    phone.page.keyboard.press("n")
    expect(frame.locator("#card h2")).to_be_visible()
    tab(frame, "legend").click()
    expect(frame.locator("#legend .body")).to_be_visible()
    expect(frame.locator("#card")).to_be_hidden()
    phone.page.keyboard.press("Escape")
    expect(frame.locator("#legend .body")).to_be_hidden()
    expect(tab(frame, "legend")).to_be_focused()


def test_in_a_wider_window_the_panels_lie_where_they_lay_and_more_than_one_is_open(phone):
    frame = opened(phone)
    tab(frame, "legend").click()
    phone.page.set_viewport_size({"width": 1440, "height": 900})
    expect(frame.locator("#actions")).to_be_visible()
    expect(frame.locator("#more")).to_be_hidden()
    expect(frame.locator("#legend .body")).to_be_hidden()
    tab(frame, "legend").click()
    tab(frame, "ranking").click()
    expect(frame.locator("#legend .body")).to_be_visible()
    expect(frame.locator("#ranking .body")).to_be_visible()
    phone.page.set_viewport_size({"width": WIDE, "height": TALL})
    expect(frame.locator("#ranking .body")).to_be_hidden()
    phone.page.set_viewport_size({"width": 1440, "height": 900})
    expect(frame.locator("#ranking .body")).to_be_visible()


@pytest.mark.parametrize("name", ["routes", "countries?country=LBY", "incidents", "changes", "assumptions", "method"])
def test_a_page_is_no_wider_than_the_screen_and_what_is_pressed_in_its_bar_is_large_enough(phone, name):
    phone.page.goto(f"{phone.url}/{name}")
    phone.page.wait_for_selector("[data-testid=stMainBlockContainer] .stamp", state="attached", timeout=60_000)
    assert phone.page.evaluate(
        "(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    )
    assert in_time(phone.page, lambda: phone.page.evaluate(SMALL, BAR) == []), phone.page.evaluate(SMALL, BAR)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_menu_at_the_side_can_be_closed_again(phone, language):
    phone.page.goto(f"{phone.url}/method?lang={language}")
    link = phone.page.locator("[data-testid=stSidebarNavLink][href*=countries]")
    expect(link).to_be_hidden()
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    expect(link).to_be_in_viewport()
    assert in_time(phone.page, lambda: link.bounding_box()["height"] >= 44)
    phone.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click(timeout=5_000)
    expect(link).not_to_be_in_viewport()
