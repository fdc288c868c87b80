"""A briefing in a browser: put together on the map, presented by keys, shared; and no text in it runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from benchmarks.served import served
from desk.briefing.making import told_of
from desk.briefing.model import Annotation, Briefing
from desk.briefing.model import Page as BriefingPage
from desk.briefing.store import Briefings
from geodata.ledger.store import Ledger
from layers.from_workspace import read_export
from layers.reports.briefing import Source, documents
from tests.browser.conftest import Seen
from tests.browser.payloads import PAYLOADS, PLANTED
from tests.workspaces import demonstration

TWENTY = [text for text in PAYLOADS if text.isprintable()][::9][:20]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return demonstration(tmp_path_factory.mktemp("brief") / "workspace", 6_000, 1)


@pytest.fixture(scope="module")
def dashboard(home):
    with served(home) as url:
        yield url


def written(home, title: str, pages: list[BriefingPage]) -> bytes:
    kept = Briefings(home).new(Briefing(title=title), "analyst", 0, pages=pages)
    ledger = Ledger(home)
    source = Source(lambda asked: read_export(asked, ledger, 0), lambda _, __: None)
    return documents(told_of(kept), source, datetime(2026, 11, 30, tzinfo=UTC))[0]["html"]


def place(page: Page) -> str:
    return page.locator("#place").inner_text()


def test_a_presentation_goes_by_keys_and_asks_nobody_for_anything(home, context, tmp_path):
    pages = [BriefingPage(heading=f"Page {number}") for number in (1, 2, 3)]
    (tmp_path / "briefing.html").write_bytes(written(home, "Title", pages))
    context.set_offline(True)
    seen = Seen(context.new_page(), "file://")
    page = seen.page
    page.goto(f"file://{tmp_path}/briefing.html")
    assert place(page) == "1 / 5"
    for key, at in (("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("End", 5), ("ArrowRight", 5), ("ArrowLeft", 4)):
        page.keyboard.press(key)
        assert place(page) == f"{at} / 5"
    expect(page.get_by_role("heading", name="Page 3")).to_be_focused()
    expect(page.locator("main > section:visible")).to_have_count(1)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert place(page) == "1 / 5"
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("Escape")
    page.wait_for_function("document.fullscreenElement === null")
    page.get_by_role("button", name="Next page").click()
    assert place(page) == "2 / 5"
    assert not [asked for asked in seen.asked if not asked.startswith(("file://", "data:"))]
    assert seen.complaints == []


def test_no_text_of_a_briefing_runs(home, context, tmp_path):
    pages = [
        BriefingPage(
            heading=text[:90].strip() or "x",
            note=text[:900],
            annotations=(Annotation(kind="Point", corners=((12.0, 35.0),), label=text[:40].strip() or "x"),),
        )
        for text in TWENTY
    ]
    (tmp_path / "briefing.html").write_bytes(written(home, TWENTY[0][:120], pages))
    page = context.new_page()
    ran: list[str] = []
    page.expose_function("ran", lambda: ran.append("ran"))
    page.on("dialog", lambda dialog: (ran.append("dialog"), dialog.dismiss()))
    page.goto(f"file://{tmp_path}/briefing.html")
    for number, text in enumerate(TWENTY, start=2):
        page.keyboard.press("ArrowRight")
        assert place(page) == f"{number} / {len(TWENTY) + 2}"
        heading = " ".join(text[:90].split())
        assert " ".join(page.locator("h2:visible").inner_text().split())[:30] == heading[:30]
    assert len(TWENTY) == 20
    assert page.locator(f"[{PLANTED}]").count() == 0
    assert ran == []


def test_a_briefing_is_put_together_on_the_map_made_final_and_opened_by_its_link(seen, page, chromium):
    page.goto(f"{seen.url}/map?mode=sea")
    expect(page.locator("#ranking button").first).to_be_visible()
    page.locator("#actions").get_by_label("Briefings").click()
    dialog = page.get_by_role("dialog", name="Briefings")
    for heading in ("First view", "Second view"):
        dialog.get_by_label("Heading of the page").fill(heading)
        dialog.locator("textarea[name=note]").fill("What to look at")
        if heading == "First view":
            dialog.locator("select[name=briefing]").select_option("")  # another test may have left a draft
            dialog.locator("input[name=title]").fill("Sea briefing")
            dialog.locator("select[name=audience]").select_option("partner")
        dialog.get_by_role("button", name="Add this view").click()
        expect(dialog.get_by_text(f"{heading}: added.")).to_be_visible()
    expect(dialog.get_by_label("Heading of page 2")).to_have_value("Second view")
    dialog.get_by_label("Page 2 further to the front").click()
    expect(dialog.get_by_label("Heading of page 1")).to_have_value("Second view")
    dialog.get_by_label("Note of page 1").fill("Another note")
    dialog.get_by_label("Note of page 1").press("Tab")
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    dialog.get_by_role("button", name="Make final: Sea briefing").click()
    dialog.get_by_role("button", name="Really? It is never changed again").click()
    expect(dialog.get_by_text("Sea briefing is final.")).to_be_visible()
    expect(dialog.get_by_label("Heading of page 1")).to_have_count(0)
    with page.expect_download() as download:
        dialog.get_by_role("link", name="PDF: Sea briefing").click()
    assert download.value.suggested_filename.endswith(".pdf")
    dialog.get_by_role("button", name="Share: Sea briefing").click()
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Link").input_value()
    reader = chromium.new_context().new_page()
    reader.goto(link)
    expect(reader.get_by_role("heading", name="Sea briefing")).to_be_visible()
    reader.keyboard.press("ArrowRight")
    expect(reader.get_by_text("Another note")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#actions").get_by_label("Share this view").click()
    shares = page.get_by_role("dialog", name="Share this view")
    shares.locator(".row").filter(has_text="Sea briefing").get_by_role("button", name="Withdraw").click()
    expect(reader.get_by_role("alert")).to_contain_text("This link was withdrawn.", timeout=9000)
    reader.context.close()
