"""A watch-list is made on the map of what is shown, and a change is acknowledged for everybody."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from layers.export.drawn_areas import spelt
from tests.browser.conftest import Seen

AREA = spelt("Lampedusa", [(10, 34), (13, 34), (13, 36), (10, 36)])


@pytest.fixture
def dialog(seen: Seen) -> Locator:
    """Open the dialog with its key, on a map with a drawn area and a filter."""
    seen.page.goto(f"{seen.url}/map?mode=sea&area={quote(AREA)}")
    expect(seen.page.locator("#ranking button").first).to_be_visible()
    seen.page.locator("#map").focus()
    seen.page.keyboard.press("w")
    return seen.page.get_by_role("dialog", name="Watch-lists")


def test_a_list_is_made_of_what_is_shown_listed_muted_and_deleted(dialog, page, seen):
    expect(dialog).to_contain_text("Nothing is watched yet.")
    expect(dialog).to_contain_text("Only incidents that the filters leave: mode: sea.")
    expect(dialog.get_by_label("Area: Lampedusa")).to_be_checked()
    expect(dialog.get_by_label("Name")).to_have_value("Lampedusa")
    dialog.get_by_text("When, and quiet hours").click()
    dialog.locator("[name=when]").select_option("daily")
    dialog.get_by_label("Quiet from").fill("22:00")
    dialog.get_by_label("Quiet until").fill("06:00")
    expect(dialog.locator("[name=hour]")).to_be_visible()
    expect(dialog.locator("[name=weekday]")).to_be_hidden()
    dialog.get_by_role("button", name="Watch this").click()
    link = dialog.get_by_label("The address of the feed is shown this once").input_value()
    assert link.startswith(f"{seen.url}/watch/")
    assert page.request.get(link).headers["content-type"].startswith("application/atom+xml")

    row = dialog.locator(".row").filter(has_text="Lampedusa")
    expect(row).to_contain_text("Feed for a news reader (Atom) · Lampedusa, mode: sea · 0 alerts")
    row.get_by_role("button", name="Mute for a week").click()
    expect(row).to_contain_text(re.compile(r"muted until 20\d\d-\d\d-\d\d"))
    row.get_by_role("button", name="Delete").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Really delete?").click()
    expect(dialog).to_contain_text("Nothing is watched yet.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.request.get(link).status == 404


def test_a_list_takes_over_the_area_of_the_bar(page, seen):
    page.goto(f"{seen.url}/map?in=Central+Mediterranean")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="Watch-lists")
    expect(dialog.get_by_label("Name")).to_have_value("Central Mediterranean")
    expect(dialog).to_contain_text("Only incidents that the filters leave: area: Central Mediterranean.")
    expect(dialog).not_to_contain_text("Draw a watch area or choose a route")
    dialog.get_by_role("button", name="Watch this").click()
    row = dialog.locator(".row").filter(has_text="Central Mediterranean")
    expect(row).to_contain_text("Feed for a news reader (Atom) · area: Central Mediterranean · 0 alerts")
    row.get_by_role("button", name="Delete").click()
    row.get_by_role("button", name="Really delete?").click()
    expect(dialog).to_contain_text("Nothing is watched yet.")


def test_the_fields_that_a_channel_needs_are_asked_for(dialog, page):
    expect(dialog.get_by_label("Address of the webhook")).to_be_hidden()
    dialog.get_by_label("Send by").select_option("webhook")
    address = dialog.get_by_label("Address of the webhook")
    address.fill("http://")
    dialog.get_by_role("button", name="Watch this").click()
    expect(dialog.locator(".row")).to_have_count(0)  # the browser itself refuses what is no address
    address.fill("https://desk.example.org/in")
    for kind in ("new (none before)", "rise", "fall"):
        dialog.get_by_label(kind, exact=True).uncheck()
    dialog.get_by_role("button", name="Watch this").click()
    expect(dialog).to_contain_text("Choose at least one kind of change.")
    dialog.get_by_label("fall", exact=True).check()
    dialog.get_by_role("button", name="Watch this").click()
    secret = dialog.get_by_label("The secret that messages are signed with is shown this once").input_value()
    assert secret.startswith("whsec_")
    row = dialog.locator(".row").filter(has_text="desk.example.org")
    row.get_by_role("button", name="Delete").click()
    row.get_by_role("button", name="Really delete?").click()
    expect(dialog).to_contain_text("Nothing is watched yet.")


def test_a_change_is_acknowledged_with_a_reason_and_everybody_sees_it(seen, page, chromium):
    page.goto(f"{seen.url}/map")
    first = page.locator(".alerts li").first
    expect(first).to_be_visible(timeout=60_000)
    name = first.locator(".name").inner_text()
    first.get_by_role("button", name=f"Acknowledge {name}").click()
    page.keyboard.type("The survey began <b>in May</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts .more")).to_have_text("Show 1 seen")

    other = chromium.new_context(viewport={"width": 1440, "height": 900})
    reader = other.new_page()
    reader.goto(f"{seen.url}/map")
    expect(reader.locator("#alerts .more")).to_have_text("Show 1 seen", timeout=60_000)
    reader.locator("#alerts .more").click()
    row = reader.locator(".alerts li").filter(has_text=name).first
    expect(row).to_contain_text(re.compile(r"Acknowledged by .+ on 20\d\d-\d\d-\d\d: The survey began <b>in May</b>"))
    other.close()
