"""A view is saved under a name, opened again from another one, and deleted with a way back."""

from playwright.sync_api import expect

from tests.browser.conftest import Seen


def test_a_view_is_saved_opened_again_deleted_and_brought_back(seen: Seen):
    page = seen.page
    page.goto(f"{seen.url}/map?mode=sea&from=2023-01-01&to=2023-07-01")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Saved views")
    expect(dialog).to_contain_text("No view is saved yet.")
    dialog.get_by_label("Save this view as").fill("Sea, early <b>2023</b>")
    dialog.get_by_label("For everybody").check()
    dialog.get_by_role("button", name="Save", exact=True).click()
    row = dialog.locator(".row").filter(has_text="Sea, early <b>2023</b>")
    expect(row).to_contain_text("for everybody")

    page.goto(f"{seen.url}/map?mode=land")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("button", name="Open: Sea, early <b>2023</b>").click()
    page.wait_for_url("**/map?*mode=sea*")
    assert "from=2023-01&to=2023-07" in page.url

    expect(page.locator("#ranking button").first).to_be_visible()
    page.get_by_role("button", name="Saved views").click()
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    dialog.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("No view is saved yet.")
