"""Routes and countries as an analyst meets them: choose, look closer, follow a link, reopen an address."""

import re
from collections.abc import Iterator

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.workspace.demo_data import demo_incidents
from tests.browser.conftest import LAST_DAY, Seen

PAYLOAD = '<img src=x onerror="document.title=1"> **bold** $x$ :red[x] =1+1'
COUNTED = re.compile(r"\d+ (of \d+ )?routes?$")
PATIENCE = 90_000


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a workspace whose every incident happened at a hostile place in a hostile way."""
    folder = tmp_path_factory.mktemp("routes")
    hostile = [pl.lit(PAYLOAD).alias(name) for name in ("place", "modus_operandi")]
    demo_incidents(1500, 3, LAST_DAY).with_columns(hostile).write_csv(folder / "reports.csv")
    ingest_file(folder / "reports.csv", Ledger(folder / "workspace"))
    with served(folder / "workspace") as url:
        yield url


@pytest.fixture
def seen(context, analyst) -> Seen:
    return Seen(context.new_page(), analyst)


def choose(page: Page, table: int, row: int) -> None:
    """Choose a row of one of the tables by the keyboard alone."""
    page.locator("[data-testid=data-grid-canvas]").nth(table).focus()
    for _ in range(row):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")


def test_a_route_is_chosen_by_keyboard_and_its_text_runs_nowhere(seen, page, context):
    page.goto(f"{seen.url}/routes?mode=sea&through=Italy")
    expect(page.locator(".count")).to_have_text(re.compile(r"^\d+ of \d+ routes$"), timeout=PATIENCE)
    expect(page.locator(".title")).to_have_count(0)
    choose(page, 0, 0)
    expect(page.locator(".title")).to_be_visible()
    expect(page.get_by_role("list", name="Modus operandi")).to_contain_text(PAYLOAD)
    expect(page.get_by_role("list", name="Hubs near it")).to_contain_text("departure")
    expect(page.get_by_role("img", name=re.compile("^Incidents by month: "))).to_be_visible()
    expect(page.locator(".stHtml").locator("img, strong")).to_have_count(0)
    expect(page).not_to_have_title("1")

    again = context.new_page()
    again.goto(page.url)
    expect(again.locator(".title")).to_have_text(page.locator(".title").inner_text())
    expect(again.locator(".count")).to_have_text(page.locator(".count").inner_text())

    choose(page, 1, 0)
    expect(page.get_by_role("region", name="The chosen incident")).to_contain_text(PAYLOAD)
    page.get_by_role("link", name="Find it among the data").click()
    page.wait_for_url("**/incidents?**words=**")
    expect(page.locator(".count")).to_have_text(re.compile(r"^[1-9]\d* incidents?, "))


def test_a_route_is_shown_on_the_map_as_chosen_there(seen, page):
    page.goto(f"{seen.url}/routes")
    expect(page.locator(".count")).to_have_text(COUNTED, timeout=PATIENCE)
    choose(page, 0, 1)
    name = page.locator(".title").inner_text()
    page.get_by_role("link", name="Show on the map").click()
    card = seen.map().locator("#card h2")
    expect(card).to_have_text(name.replace(" - ", " – "))


def test_a_country_tells_its_flows_in_words_and_leads_to_its_routes(seen, page):
    page.goto(f"{seen.url}/countries?country=LBY")
    diagram = page.get_by_role("img", name=re.compile("^Movement through Libya, in: .*out: .*, by sea: "))
    expect(diagram).to_be_visible(timeout=PATIENCE)
    expect(diagram.locator(".bands.out span").first).to_have_css("clip-path", re.compile("^polygon"))
    page.get_by_role("list", name="Neighbours").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"countries\?.*country=(?!LBY)[A-Z]{3}"))
    expect(page.locator(".title")).not_to_have_text("Libya")
    choose(page, 0, 0)
    page.wait_for_url(re.compile(r"/routes\?.*route="))
    expect(page.get_by_role("link", name="Show on the map")).to_be_visible()
    expect(page.locator(".title")).to_be_visible()
