"""The map as one file, opened from a disk by a browser without any network."""

from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from layers.audience.audiences import AUDIENCES
from tests.browser.conftest import Seen


@pytest.fixture(scope="module")
def files(tmp_path_factory, dashboard):
    """Return the map of the demonstration for each audience, as a file."""
    folder = tmp_path_factory.mktemp("files")
    for name in AUDIENCES:
        with urlopen(f"{dashboard}/data/export?format=html&audience={name}") as answer:
            (folder / f"{name}.html").write_bytes(answer.read())
    return folder


@pytest.fixture
def opened(context, files):
    def open_file(name: str) -> Seen:
        context.set_offline(True)
        seen = Seen(context.new_page(), f"file://{files}/{name}.html")
        seen.page.goto(seen.url)
        expect(seen.page.locator("#ranking button").first).to_be_visible()
        return seen

    return open_file


def count(page: Page) -> str:
    return page.locator("#timebar .count").inner_text()


def test_slider_list_search_and_card_work_without_any_request(opened):
    seen = opened("own")
    page, before = seen.page, count(seen.page)
    page.get_by_role("slider", name="Window", exact=True).press("ArrowLeft")
    expect(page.locator("#timebar .count")).not_to_have_text(before)
    page.locator("#ranking button").first.click()
    expect(page.locator("#card")).to_contain_text("in the corridor, in the window")
    page.keyboard.press("Escape")
    page.locator("#search-field").fill("tripoli")
    expect(page.get_by_role("option").filter(has_text="Libya").first).to_be_visible()
    assert [address for address in seen.asked if not address.startswith(("file:", "data:", "blob:"))] == []
    assert seen.complaints == []


def test_nothing_is_offered_that_needs_a_server(opened):
    page = opened("own").page
    page.get_by_label("Download this view").click()
    expect(page.get_by_role("button", name="Picture (PNG)")).to_be_visible()
    expect(page.get_by_text("GeoPackage")).to_have_count(0)
    expect(page.get_by_label("Copy link to this view")).to_have_count(0)
    expect(page.get_by_text("Single incidents")).to_have_count(0)
    expect(page.get_by_label("Step of time")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_text("list the incidents in view")).to_have_count(0)


def test_partners_move_through_whole_years_and_are_told_what_is_withheld(opened):
    page = opened("partner").page
    expect(page.locator("#timebar .when")).to_have_text("2026")
    page.get_by_label("One step back").click()
    expect(page.locator("#timebar .when")).to_have_text("2025")
    page.get_by_text("About this map").click()
    expect(page.get_by_text("Counts are rounded to the nearest 5")).to_be_visible()
