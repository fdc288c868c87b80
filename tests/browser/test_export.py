"""The Export dialog of the map: what is chosen is previewed, and what is taken is what was previewed."""

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seen


@pytest.fixture
def dialog(seen: Seen):
    """Open the dialog on the map of the demonstration."""
    seen.page.goto(f"{seen.url}/map")
    expect(seen.page.locator("#ranking button").first).to_be_visible()
    seen.page.get_by_label("Download this view").click()
    seen.page.get_by_text("Choose what to export").click()
    return seen.page.get_by_role("dialog", name="Export")


def rows(dialog, layer: str) -> int:
    text = dialog.locator(".told li").filter(has_text=layer).locator("b").inner_text()
    return int(text.replace(",", ""))


def test_layers_are_chosen_previewed_with_rows_and_size_and_taken(dialog, page: Page):
    expect(dialog.locator(".told")).to_contain_text("Hexes by month")
    dialog.get_by_label("Hexes by month").uncheck()
    expect(dialog.locator(".told li").filter(has_text="Hexes by month")).to_have_count(0)
    expected = rows(dialog, "Routes")
    assert "MB" in dialog.locator(".told strong").inner_text() or "kB" in dialog.locator(".told strong").inner_text()
    with page.expect_download() as waiting:
        dialog.get_by_text("Download").click()
    with sqlite3.connect(Path(waiting.value.path())) as file:
        assert file.execute("select count(*) from routes").fetchone() == (expected,)
        names = {name for (name,) in file.execute("select table_name from gpkg_contents")}
    assert "hexes" not in names


def test_a_report_between_two_countries_asks_for_whom_and_offers_four_languages(dialog):
    expect(dialog.get_by_role("combobox", name="For", exact=True)).to_be_hidden()
    dialog.get_by_label("Format").select_option("pdf")
    expect(dialog.locator(".layers")).to_be_hidden()
    expect(dialog.get_by_role("combobox", name="For", exact=True)).to_be_visible()
    assert dialog.get_by_label("Language").locator("option").count() == 4
    dialog.get_by_label("Where").select_option("between")
    dialog.get_by_role("combobox", name="From", exact=True).select_option("LBY")
    dialog.get_by_role("combobox", name="To", exact=True).select_option("ITA")
    expect(dialog.locator(".told .name")).to_contain_text(".pdf")
    assert "between=LBY%2CITA" in dialog.get_by_text("Download").get_attribute("href")


def test_a_format_of_one_layer_takes_one(dialog):
    dialog.get_by_label("Format").select_option("csv")
    dialog.get_by_label("Hubs").check()
    expect(dialog.locator(".told li")).to_have_count(1)
    expect(dialog.locator(".told li")).to_contain_text("Hubs")


def test_escape_closes_it_and_the_map_is_as_it_was(dialog, page: Page):
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#ranking button").first).to_be_visible()
