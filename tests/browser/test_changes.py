"""Changes and Assumptions as an analyst meets them: compare, download, look up a country, change a fact and go back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.served import served
from geodata.model.assumptions import reference_facts
from geodata.workspace.assumptions_store import AssumptionsStore
from tests.browser.conftest import Seen, fill


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("changes") / "workspace"
    fill(home, 3_000)
    with served(home) as url:
        yield url, home


@pytest.fixture
def seen(context, analyst) -> Seen:
    return Seen(context.new_page(), analyst[0])


def test_two_windows_are_compared_kept_in_the_address_and_downloaded(seen, page, context):
    page.goto(f"{seen.url}/changes?before=2024-01:2025-01&after=2025-01:2026-01")
    count = page.locator(".count").first
    expect(count).to_contain_text("routes:", timeout=60_000)
    expect(page.get_by_text("Jan 2025 – Dec 2025 against Jan 2024 – Dec 2024.")).to_be_visible(timeout=60_000)
    page.locator("[data-testid=data-grid-canvas]").first.focus()
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("region", name="The chosen route")).to_contain_text("in 12 months, then", timeout=30_000)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="GeoJSON").click()
    assert "-202401-202501-202501-202601-synthetic.geojson" in waiting.value.suggested_filename
    collection = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert collection["windows"] == {"before": ["2024-01-01", "2025-01-01"], "after": ["2025-01-01", "2026-01-01"]}
    assert collection["synthetic"] is True
    assert count.inner_text().startswith(f"{len(collection['features'])} routes")
    assert {feature["properties"]["change"]["verdict"] for feature in collection["features"]}

    page.locator(".st-key-period-menu button").first.click()
    page.get_by_role("button", name="The last 3 whole months").click()
    expect(page.get_by_text("Aug 2026 – Oct 2026 against Jan 2024 – Dec 2024.")).to_be_visible(timeout=60_000)
    again = context.new_page()
    again.goto(page.url)
    expect(again.get_by_text("Aug 2026 – Oct 2026 against Jan 2024 – Dec 2024.")).to_be_visible(timeout=60_000)


def test_a_fact_is_looked_up_changed_by_the_form_kept_and_left_again(seen, page, analyst):
    _, home = analyst
    page.goto(f"{seen.url}/assumptions?country=AFG")
    expect(page.get_by_role("region", name="What is assumed about people from Afghanistan")).to_contain_text("2,500 km")
    page.get_by_role("tab", name="Change it").click()
    country = page.get_by_role("combobox", name="People from")
    country.fill("Afghan")
    country.press("Enter")
    km = page.get_by_label("ARE, km farther")
    km.fill("900")
    km.press("Enter")
    page.get_by_label("How is this known?").fill("We asked.")
    page.get_by_role("button", name="Write into the text below").click()
    expect(page.get_by_text("Written into the text for Afghanistan.")).to_be_visible()
    page.get_by_label("New version").fill("theatre-1")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept: the assumptions theatre-1 are in use")).to_be_visible()
    offsets = AssumptionsStore(home).facts().offsets
    assert [(one.km, one.source) for one in offsets if one.origin == "AFG"] == [(900.0, "We asked.")]

    product = page.get_by_role("button", name="Back to the assumptions of the product")
    product.click()
    page.get_by_role("button", name="Stay").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert AssumptionsStore(home).facts().version == "theatre-1"
    product.click()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_text("The assumptions of the product, destinations-2, are in use.")).to_be_visible()
    assert AssumptionsStore(home).facts().version == reference_facts().version
