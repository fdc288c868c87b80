"""The bar above every page: what is asked for stays from page to page, and the map and the bar show one period."""

import re

from playwright.sync_api import expect


def period(page):
    return page.locator(".st-key-period-menu button").first


def test_period_and_filters_stay_from_page_to_page_and_the_map_where_it_was(seen, page):
    frame = seen.open("?lat=35&lon=14&z=6")
    expect(period(page)).to_contain_text("Nov 2025 – Oct 2026")
    frame.locator("#timebar .spans button", has_text="3").click()
    expect(period(page)).to_contain_text("Aug 2026 – Oct 2026")
    page.locator(".st-key-filter-bar").get_by_role("button", name="sea").click()
    page.wait_for_url("**mode=sea**")
    page.get_by_role("link", name="Routes").click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(period(page)).to_contain_text("Aug 2026 – Oct 2026")
    expect(page.locator(".st-key-filter-bar").get_by_role("button", name="sea", pressed=True)).to_be_visible()
    assert {"mode=sea", "from=2026-08", "to=2026-11"} <= set(page.url.partition("?")[2].split("&"))
    page.get_by_role("link", name="Method").click()
    expect(period(page)).to_have_count(0)
    page.get_by_role("link", name="Countries").click()
    expect(period(page)).to_contain_text("Aug 2026 – Oct 2026")
    expect(page.locator(".st-key-filter-bar").get_by_role("button", name="sea", pressed=True)).to_be_visible()
    period(page).click()
    page.get_by_role("button", name="The last 12 whole months").click()
    expect(period(page)).to_contain_text("Nov 2025 – Oct 2026")
    page.get_by_role("link", name="Map", exact=True).click()
    frame = seen.map()
    expect(frame.locator("#timebar .when")).to_have_text("Nov 2025 – Oct 2026")
    assert frame.evaluate("monitor.map.getZoom()") == 6
    assert frame.evaluate("monitor.feed.query") == "mode=sea"


def test_what_a_link_asks_for_stays_when_another_page_is_turned_to(seen, page):
    seen.open("?mode=sea&kind=death")
    page.get_by_role("link", name="Routes").click()
    page.wait_for_url("**/routes?**")
    bar = page.locator(".st-key-filter-bar")
    expect(bar.get_by_role("button", name="sea", pressed=True)).to_be_visible()
    expect(bar.get_by_role("button", name=re.compile("death"))).to_be_visible()


def test_a_period_that_is_chosen_above_the_map_moves_its_window(seen, page):
    frame = seen.open("?from=2026-01&to=2026-03")
    expect(period(page)).to_contain_text("Jan 2026 – Feb 2026")
    period(page).click()
    page.get_by_role("button", name="The last 3 whole months").click()
    expect(frame.locator("#timebar .when")).to_have_text("Aug 2026 – Oct 2026")
    page.wait_for_url("**from=2026-08&to=2026-11**")


def test_the_map_alone_fills_the_window_but_for_its_mark_and_comes_back(seen, page):
    frame = seen.open()
    frame.locator("#map").focus()
    page.keyboard.press("h")
    expect(page.locator(".st-key-filter-bar")).to_be_hidden()
    expect(frame.locator("#timebar")).to_be_hidden()
    size = page.locator("iframe").bounding_box()
    assert (size["width"], size["height"]) == (1440, 900)
    frame.get_by_role("button", name="Show the panels again").click()
    expect(page.locator(".st-key-filter-bar")).to_be_visible()
    expect(frame.locator("#timebar")).to_be_visible()


def test_an_area_and_what_is_compared_with_are_the_same_on_the_map_and_on_every_page(seen, page):
    frame = seen.open()
    everywhere = frame.evaluate("monitor.picture.total(...monitor.range)")
    page.locator(".st-key-filter-bar").get_by_role("combobox", name="Area").fill("Central Med")
    page.get_by_role("option", name="Central Mediterranean").click()
    page.wait_for_url("**in=Central*Mediterranean**")
    expect(frame.locator("#timebar .count")).not_to_have_text(f"{everywhere:,} incidents")
    inside = frame.evaluate("monitor.picture.total(...monitor.range)")
    assert 0 < inside < everywhere
    assert frame.evaluate("monitor.picture.corridors.every(({ route }) => route.includes('Central Mediterranean'))")
    period(page).click()
    page.get_by_text("the months before", exact=True).click()
    expect(period(page)).to_contain_text("against Nov 2024 – Oct 2025")
    for name in ("Routes", "Changes"):
        page.get_by_role("link", name=name).click()
        expect(page.locator(".headline")).to_contain_text(f"{inside:,} incidents in Nov 2025 – Oct 2026")
        expect(page.locator(".headline")).to_contain_text("in Nov 2024 – Oct 2025")
