"""An analyst gives a route the name that they use; it stands on the map, in the list and in exports from then on."""

from playwright.sync_api import expect

from tests.browser.conftest import Seen


def test_a_route_is_renamed_in_its_card_and_bears_the_name_everywhere(seen: Seen):
    page = seen.page
    page.goto(f"{seen.url}/map")
    first = page.locator("#ranking button").first
    expect(first).to_be_visible()
    before = first.locator(".name").inner_text()
    first.click()
    page.locator("#card").get_by_text("Rename this route").click()
    field = page.get_by_label("Name of the route")
    kept = field.input_value()
    field.fill("Pirates' <i>Alley</i>")
    page.locator("#card").get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator("#card h2")).to_have_text("Pirates' <i>Alley</i>")
    page.keyboard.press("Escape")
    expect(page.locator("#ranking")).to_contain_text("Pirates' <i>Alley</i>")
    exported = page.request.get(f"{seen.url}/data/export?format=geojson&layer=routes").json()
    told = {one["properties"]["name"]: one["properties"]["formerly"] for one in exported["features"]}
    assert told.pop("Pirates' <i>Alley</i>") == kept
    assert not any(told.values())
    page.goto(f"{seen.url}/map")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.locator("#search-field").fill(before)
    option = page.locator("#search-list [role=option]").filter(has_text="Pirates'")
    expect(option.locator(".detail")).to_contain_text("formerly " + kept.replace(" - ", " – "))
    page.locator("#search-field").fill("")
    page.locator("#ranking button").filter(has_text="Pirates'").click()
    expect(page.locator("#card .earlier")).to_contain_text("formerly " + kept.replace(" - ", " – "))
    page.locator("#card").get_by_text("Rename this route").click()
    field.fill(" ")
    page.locator("#card").get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator("#card")).to_contain_text("nothing was renamed")
    field.fill(kept)
    page.locator("#card").get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator("#card h2")).to_contain_text(before)
    page.keyboard.press("Escape")
    expect(page.locator("#ranking")).to_contain_text(before)
    page.locator("#ranking button").filter(has_text=before).first.click()
    expect(page.locator("#card h2")).to_contain_text(before)
    expect(page.locator("#card .earlier")).to_have_count(0)
