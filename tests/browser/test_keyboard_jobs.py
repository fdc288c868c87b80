"""The daily jobs of an analyst with the keyboard alone: what is pressed is reached by Tab or by a key of the map."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.served import served
from tests.browser.conftest import Seen, fill

FOCUSED = "one => one === document.activeElement"
REPORTS = "date;lat;lon;mode\n13/03/2024;35,5;12,5;Mer\n14/03/2024;35,6;12,6;Mer\n"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a demonstration of these tests' own, as one of them imports a file."""
    home = tmp_path_factory.mktemp("keyboard") / "workspace"
    fill(home)
    with served(home) as url:
        yield url


def reach(page: Page, target: Locator, key: str = "Tab", most: int = 60) -> int:
    """Press a key until something has the focus; give how often."""
    for pressed in range(most + 1):
        if target.count() and target.first.evaluate(FOCUSED):
            return pressed
        page.keyboard.press(key)
    pytest.fail(f"not reached by {most} presses of {key}: {target}")


def press(page: Page, target: Locator, key: str = "Tab", with_key: str = "Enter") -> None:
    """Go to something and press it."""
    reach(page, target, key)
    page.keyboard.press(with_key)


@pytest.fixture
def chart(seen: Seen, page: Page) -> Page:
    """Give the map on which nobody has pressed anything yet."""
    page.goto(f"{seen.url}/map?mode=sea")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.locator("#map").focus()
    return page


def test_play_and_the_window_are_near_for_whoever_goes_from_one_to_the_next(chart):
    play = reach(chart, chart.get_by_role("button", name="Play"), most=12)
    reach(chart, chart.get_by_role("slider", name="Window", exact=True), most=12 - play)
    before = chart.locator("#timebar .when").inner_text()
    chart.keyboard.press("ArrowLeft")
    expect(chart.locator("#timebar .when")).not_to_have_text(before)


def test_what_is_new_in_an_area_in_the_last_three_months(seen, page):
    seen.open()
    reach(page, page.get_by_role("combobox", name="Area"))
    page.keyboard.type("Central Med")
    expect(page.get_by_role("option", name="Central Mediterranean")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**in=Central*Mediterranean**")
    period = page.locator(".st-key-period-menu button").first
    press(page, period)
    expect(page.get_by_role("button", name="The last 3 whole months")).to_be_focused()
    page.keyboard.press("Enter")
    expect(period).to_contain_text("Aug 2026 – Oct 2026, against a year before")
    page.keyboard.press("Escape")
    press(page, page.get_by_role("link", name="Changes"), "Shift+Tab")
    headline = page.locator(".headline")
    expect(headline).to_contain_text("in Aug 2026 – Oct 2026")
    expect(headline).to_contain_text("in Aug 2025 – Oct 2025")


def test_a_file_is_imported_and_taken_back(seen, page):
    page.goto(f"{seen.url}/incidents")
    reach(page, page.get_by_role("tab", name="Incidents", exact=True))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Import")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("input[type=file]").set_input_files(
        {"name": "coast guard.csv", "mimeType": "text/csv", "buffer": REPORTS.encode()}
    )
    expect(page.get_by_text("2 of its 2 rows can be stored. Nothing is stored yet.")).to_be_visible()
    press(page, page.get_by_role("button", name="Import", exact=True))
    expect(page.get_by_text("was imported as")).to_be_visible()
    press(page, page.get_by_role("button", name="Undo this import"))
    press(page, page.get_by_role("button", name="Take it back"))
    expect(page.get_by_text("was undone: 2 gone")).to_be_visible()


def test_the_corridors_between_two_countries_are_exported(chart):
    chart.keyboard.press("d")
    press(chart, chart.get_by_role("button", name="Choose what to export"))
    dialog = chart.get_by_role("dialog", name="Export")
    others = dialog.locator(".layers label:has(:checked)").all_inner_texts()
    for name in {name.strip() for name in others} - {"Corridors"}:
        press(chart, dialog.get_by_label(name, exact=True), with_key="Space")
    for name, wanted in {"Where": "Between", "From": "Libya", "To": "Italy"}.items():
        reach(chart, dialog.get_by_role("combobox", name=name, exact=True))
        chart.keyboard.type(wanted)
    expect(dialog.locator(".told li")).to_have_count(1)
    with chart.expect_download() as waiting:
        press(chart, dialog.get_by_text("Download"))
    with sqlite3.connect(Path(waiting.value.path())) as file:
        assert {name for (name,) in file.execute("select table_name from gpkg_contents")} >= {"corridors"}
        assert file.execute("select count(*) from corridors").fetchone()[0] > 0
    chart.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_view_is_shared_by_a_link(chart):
    press(chart, chart.get_by_role("button", name="Share this view"))
    dialog = chart.get_by_role("dialog", name="Share this view")
    reach(chart, dialog.get_by_label("Title"))
    chart.keyboard.type("For next week")
    press(chart, dialog.get_by_role("button", name="Make the link"))
    expect(dialog.get_by_label("Link")).to_be_focused()
    link = dialog.get_by_label("Link").input_value()
    assert chart.request.get(link).ok


def test_the_evidence_of_a_route_is_shown_on_the_map(chart):
    reach(chart, chart.locator("#ranking button").first)
    chart.keyboard.press("Enter")
    card = chart.locator("#card")
    expect(card.get_by_role("button", name="Close", exact=True)).to_be_focused()
    press(chart, card.get_by_text("How we know"))
    expect(card.locator("details[open]")).to_contain_text("How we know")
    for _ in range(100):
        if chart.evaluate("monitor.evidence.points?.count ?? 0"):
            break
        chart.wait_for_timeout(50)
    assert chart.evaluate("monitor.evidence.points.count") > 10
    chart.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_a_picture_of_the_map_is_taken(chart):
    chart.keyboard.press("d")
    with chart.expect_download() as waiting:
        press(chart, chart.get_by_role("button", name="Picture (PNG)"))
    assert Path(waiting.value.path()).read_bytes()[:4] == b"\x89PNG"


def test_what_is_shown_is_watched(chart):
    chart.keyboard.press("w")
    dialog = chart.get_by_role("dialog", name="Watch-lists")
    name = dialog.get_by_label("Name")
    reach(chart, name)
    chart.keyboard.press("Control+a")
    chart.keyboard.type("Crossings")
    press(chart, dialog.get_by_role("button", name="Watch this"))
    expect(dialog.locator(".row")).to_contain_text("Crossings")
    press(chart, dialog.get_by_role("button", name="Delete"))
    press(chart, dialog.get_by_role("button", name="Really delete?"))
    expect(dialog).to_contain_text("Nothing is watched yet.")
    chart.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
