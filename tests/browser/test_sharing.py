"""A view is shared from the map, opened by somebody else, and withdrawn while they look at it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seen


@pytest.fixture
def dialog(seen: Seen):
    """Open the dialog on the map of the demonstration."""
    seen.page.goto(f"{seen.url}/map")
    expect(seen.page.locator("#ranking button").first).to_be_visible()
    seen.page.locator("#actions").get_by_label("Share this view").click()
    return seen.page.get_by_role("dialog", name="Share this view")


def test_a_view_is_shared_opened_by_somebody_else_and_withdrawn_while_they_look(dialog, seen, page, chromium):
    expect(dialog.locator(".told")).to_contain_text("% of them are in no hex that is shown")
    dialog.get_by_label("Title").fill("Monthly briefing")
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Link").input_value()
    assert link.startswith(f"{seen.url}/s/")

    other = chromium.new_context()
    reader = other.new_page()
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(link)
    expect(reader.locator("#ranking button").first).to_be_visible()
    expect(reader.locator("#banner .title")).to_contain_text("Monthly briefing · Frozen on")
    assert {address for address in asked if address.startswith("http")} <= {link, f"{link}/stands"}

    row = dialog.locator(".row").filter(has_text="Monthly briefing").first
    with page.expect_response("**/data/shares"):
        row.get_by_role("button", name="Extend by a week").click()
    row.get_by_role("button", name="Withdraw").click()
    expect(row).to_contain_text("withdrawn · opened 1 time")
    expect(reader.get_by_role("alert")).to_have_text(
        "This link was withdrawn. Ask whoever sent it to you for a new one.", timeout=6000
    )
    expect(reader.locator("#map")).to_have_count(0)
    other.close()


def test_a_pass_phrase_is_asked_for_before_anything_is_seen(dialog, page, chromium):
    dialog.get_by_label("Pass-phrase").fill("correct horse")
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Link").input_value()
    other = chromium.new_context()
    reader = other.new_page()
    reader.goto(link)
    expect(reader.get_by_text("This map asks for a pass-phrase.")).to_be_visible()
    assert "frozen" not in reader.content()
    reader.get_by_label("Pass-phrase").fill("wrong horse")
    reader.get_by_role("button", name="Open").click()
    expect(reader.get_by_role("alert")).to_have_text("This pass-phrase is not the one.")
    reader.get_by_label("Pass-phrase").fill("correct horse")
    reader.get_by_role("button", name="Open").click()
    expect(reader.locator("#ranking button").first).to_be_visible()
    other.close()
