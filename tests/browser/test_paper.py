"""Pages on paper: a table has all of its rows there, which the screen draws only where they are seen."""

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from geodata.workspace.demo_data import demo_file
from pages.ui.data_table import MOST_PRINTED
from tests.browser.conftest import LAST_DAY, Seen

PATIENCE = 60_000
PAPER = "[class*=st-key-paper-]"
SCREEN = "[data-testid=stDataFrame]"


def opened(seen: Seen, name: str) -> Page:
    """Open a page, and wait until its first table is there."""
    seen.page.goto(f"{seen.url}/{name}")
    expect(seen.page.locator(SCREEN).first).to_be_visible(timeout=PATIENCE)
    return seen.page


def newest_days(count: int) -> list[str]:
    """Return the days of the newest incidents of the demonstration, newest first."""
    with demo_file(6_000, 1, LAST_DAY) as file:
        days = pl.read_csv(file, infer_schema=False)["date"].str.head(10)
    return days.sort(descending=True).head(count).to_list()


def test_a_long_list_is_printed_up_to_what_can_be_read_and_says_what_is_left_out(seen, page):
    opened(seen, "incidents?from=2000-01-01&to=2030-01-01")
    page.emulate_media(media="print")
    rows = page.locator(f"{PAPER} tbody tr")
    expect(rows).to_have_count(MOST_PRINTED)
    expect(rows.last).to_be_visible()
    expect(page.locator(SCREEN)).to_be_hidden()
    assert page.locator(f"{PAPER} tbody th").all_inner_texts() == newest_days(MOST_PRINTED)
    every = int(page.locator(".count").inner_text().split()[0].replace(",", ""))
    said = page.locator(f"{PAPER} .aside")
    expect(said).to_have_text(f"{every - MOST_PRINTED:,} more rows are not printed; downloads hold all.")
    expect(page.get_by_text("Choose a row")).to_be_hidden()


@pytest.mark.parametrize("name", ["routes", "changes", "countries"])
def test_every_row_of_a_table_is_printed(seen, page, name):
    opened(seen, name)
    heard = page.locator(f"{SCREEN} canvas table").first
    wanted = [int(heard.get_attribute(f"aria-{what}count") or 0) for what in ("row", "col")]
    page.emulate_media(media="print")
    table = page.locator(f"{PAPER} table").first
    expect(table).to_be_visible()
    assert [table.locator("tr").count(), table.locator("thead th").count()] == wanted


def test_what_is_for_paper_is_neither_seen_nor_heard_on_the_screen(seen, page):
    opened(seen, "routes")
    expect(page.locator(PAPER)).to_be_hidden()
    expect(page.get_by_role("table")).to_have_count(0)


def test_paper_has_no_more_pages_than_its_rows_fill(seen, page):
    opened(seen, "incidents")
    # Names with the public name of their route in front fill two lines of the narrow column.
    assert 5 <= page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 10
