"""No barrier that axe-core calls serious or critical on any page, in either theme."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Frame, expect

from tests.browser.conftest import Seen

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LOOK = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"], runOnly: rules });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]);
}"""
OFTEN = ["routes", "incidents", "changes"]
SELDOM = [pytest.param(name, marks=pytest.mark.long) for name in ("countries", "assumptions", "method")]
PAGES = [*OFTEN, *SELDOM]


@pytest.fixture(scope="module")
def viewer(chromium: Browser, dashboard: str) -> Iterator[Seen]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield Seen(context.new_page(), dashboard)
    context.close()


def barriers(viewer: Seen, frame: Frame) -> list[list[str]]:
    """Return what axe-core finds in both themes."""
    frame.evaluate(AXE)
    found = []
    for scheme in ("light", "dark"):
        viewer.page.emulate_media(color_scheme=scheme)
        viewer.page.wait_for_timeout(250)
        found += [[scheme, *barrier] for barrier in frame.evaluate(LOOK)]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_dashboard_has_no_serious_barrier_in_either_theme(viewer, name):
    page = viewer.page
    page.goto(f"{viewer.url}/{name}")
    page.wait_for_selector("[data-testid=stMainBlockContainer] .stamp", state="attached", timeout=60_000)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=60_000)
    assert barriers(viewer, page.main_frame) == []


def test_the_map_has_no_serious_barrier_in_either_theme_whatever_is_open(viewer):
    frame = viewer.open("?lat=35&lon=14&z=7&show=incidents,graticule,changes,hotspots")
    assert barriers(viewer, viewer.page.main_frame) == []
    assert barriers(viewer, frame) == []
    for what in (
        "monitor.search.field.focus(), monitor.search.field.value = 'tripoli', monitor.search.ask()",
        "monitor.search.empty(), monitor.keys.turn(1)",
        "monitor.incidents.listInView(), document.querySelector('#actions .files').open = true",
        "document.querySelector('#actions .files').open = false, monitor.keys.help()",
    ):
        frame.evaluate(f"() => {{ {what}; }}")
        frame.wait_for_timeout(400)
        assert barriers(viewer, frame) == [], what
