"""The Incidents page as an analyst meets it: list, look closer, download, add a file, take it back."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.readers.dispatch import read_file
from tests import samples
from tests.browser.conftest import Seen

PAYLOAD = '<img src=x onerror="document.title=1"> **bold** $x$ :red[x] =1+1'
UNKNOWN = "Ref;When it was;<b>Point</b> **of** event;By;Passport\n" + "".join(
    f"r{day};{day:02d}/03/2024;{35 + day / 100}, 13;boat;secret\n" for day in range(1, 29)
)


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve a workspace of three reports, one of them hostile."""
    folder = tmp_path_factory.mktemp("incidents")
    file = folder / "reports.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [
                ["date", "lat", "lon", "mode", "place", PAYLOAD[:40]],
                ["2025-05-03", "35.5", "12.6", "sea", PAYLOAD, PAYLOAD],
                ["2024-05-02", "33.9", "13.1", "sea", "Tripoli", "x"],
                ["2024-04", "32.9", "13.2", "land", "=Sabha", "x"],
            ]
        )
    home = folder / "workspace"
    ingest_file(file, Ledger(home))
    with served(home) as url:
        yield url, home


@pytest.fixture
def seen(context, analyst) -> Seen:
    return Seen(context.new_page(), analyst[0])


def opened(seen: Seen, address: str = "") -> Page:
    seen.page.goto(f"{seen.url}/incidents{address}")
    return seen.page


def choose(page: Page, row: int) -> None:
    """Choose a row by the keyboard alone."""
    page.locator("[data-testid=data-grid-canvas]").first.focus()
    for _ in range(row):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")


def upload(page: Page, name: str, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}  # type: ignore[arg-type]
    )


def test_an_incident_is_looked_at_by_keyboard_and_its_text_runs_nowhere(seen, page):
    opened(seen, "?from=2000-01-01&to=2030-01-01")
    expect(page.locator(".count")).to_have_text("3 incidents, 1 flagged")
    expect(page.locator(".facts")).to_have_count(0)
    choose(page, 0)
    facts = page.get_by_role("region", name="The chosen incident")
    expect(facts).to_contain_text(PAYLOAD)
    expect(facts).to_contain_text("stated by the source: sea (100 % sure)")
    expect(facts.locator("img, b, strong")).to_have_count(0)
    expect(page).not_to_have_title("1")


def test_the_list_follows_search_window_and_flags_and_its_address_reopens_it(seen, page, context):
    opened(seen, "?from=2024-01-01&to=2025-01-01")
    count = page.locator(".count")
    expect(count).to_have_text("2 incidents, 1 flagged")
    page.get_by_label("Search in places, routes and countries").fill("tripoli")
    page.keyboard.press("Enter")
    expect(count).to_have_text("1 incident, 0 flagged")
    again = context.new_page()
    again.goto(page.url)
    expect(again.locator(".count")).to_have_text("1 incident, 0 flagged")


def test_what_is_listed_is_downloaded_without_formulas(seen, page, tmp_path):
    opened(seen, "?to=2025-01-01")
    expect(page.locator(".count")).to_have_text("2 incidents, 1 flagged")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    with Path(waiting.value.path()).open(encoding="utf-8", newline="") as file:
        assert sorted(row["place"] for row in csv.DictReader(file)) == ["'=Sabha", "Tripoli"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="GeoJSON").click()
    collection = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert len(collection["features"]) == 2


def test_tables_offer_no_download_that_would_let_formulas_out(seen, page):
    opened(seen)
    page.locator("[data-testid=stDataFrame]").hover()
    expect(page.locator("[data-testid=stElementToolbar]").first).to_be_hidden()


def test_an_unknown_file_is_mapped_checked_taken_in_and_taken_back(seen, page, analyst):
    _, home = analyst
    opened(seen, "?tab=Import&from=2000-01-01&to=2030-01-01")
    upload(page, "coast guard.csv", UNKNOWN)
    expect(page.get_by_role("listitem").and_(page.locator("[aria-current=step]"))).to_have_text("Check")
    expect(page.get_by_text("Answer the question below, and the rows of coast guard.csv are checked.")).to_be_visible()
    expect(page.get_by_label("Coordinates in one cell")).to_have_value("<b>Point</b> **of** event")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    page.get_by_role("radiogroup", name="What comes first in").get_by_text("latitude").click()
    expect(page.get_by_text("28 of its 28 rows can be stored. Nothing is stored yet.")).to_be_visible()
    expect(page.get_by_text("Never stored, as they are of persons: Passport.")).to_be_visible()
    page.get_by_role("textbox", name="Name of the source").fill("Coast guard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Read files with these columns so from now on")).to_be_checked()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("28")
    assert Ledger(home).version() == 0
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("was imported as")).to_be_visible()
    assert Ledger(home).incidents().filter(source="Coast guard").height == 28

    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("was undone: 28 gone")).to_be_visible()
    assert Ledger(home).incidents().height == 3
    page.get_by_role("tab", name="Incidents", exact=True).click()
    expect(page.locator(".count")).to_have_text("3 incidents, 1 flagged")


def test_sheets_of_a_workbook_are_named_and_another_choice_is_read(seen, page, analyst, tmp_path):
    _, home = analyst
    book = tmp_path / "years.xlsx"
    head = ["id", "date", "lat", "lon"]
    first, second = ["a1", "2023-05-01", "35.1", "12.1"], ["b1", "2024-05-01", "35.2", "12.2"]
    tables = [[head, first], [head, second], [["who", "what"], ["us", "nothing"]]]
    book.write_bytes(samples.xlsx([samples.sheet(rows) for rows in tables]))
    opened(seen, "?tab=Import")
    page.locator("input[type=file]").set_input_files(book)
    chosen = page.get_by_test_id("stMultiSelect").filter(has_text="Sheets, layers or files to read")
    expect(chosen).to_contain_text("Sheet 1 (1 row)")
    expect(chosen).to_contain_text("Sheet 2 (1 row)")
    expect(chosen).not_to_contain_text("Sheet 3")
    expect(page.get_by_text("Not read: “Sheet 3” (1 row), it has no columns of a place and a date.")).to_be_visible()
    chosen.locator("input").press("Backspace")
    expect(chosen).not_to_contain_text("Sheet 2 (1 row)")
    expect(page.get_by_text("Not read: “Sheet 2” (1 row), it was not chosen.")).to_be_visible()
    expect(page.get_by_text("1 of its 1 row can be stored.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("was imported as")).to_be_visible()
    assert Ledger(home).incidents().filter(pl.col("source_record") == "a1").height == 1
    assert Ledger(home).incidents().filter(pl.col("source_record") == "b1").is_empty()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("was undone: 1 gone")).to_be_visible()


def test_refused_rows_are_listed_before_anything_is_stored(seen, page, analyst):
    _, home = analyst
    before = Ledger(home).version()
    opened(seen, "?tab=Import")
    upload(page, "bad.csv", "date,lat,lon\n2024-05-01,95,1\n2024-05-02,=1+1,2\n")
    expect(page.get_by_text("2 rows are refused, for 2 faults")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Refusals").click()
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row["value"][:4] for row in csv.DictReader(file)] == ["95, ", "'=1+"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="To correct").click()
    book = home.parent / waiting.value.suggested_filename
    waiting.value.save_as(book)
    assert book.name.startswith("bad-")
    assert read_file(book).head["lat"].to_list() == ["95", "=1+1"]
    assert Ledger(home).version() == before


@pytest.mark.parametrize(("name", "said"), [("empty.csv", "it is empty"), ("x.xlsx", "begins as text does")])
def test_a_file_that_cannot_be_read_gets_one_sentence(seen, page, name, said):
    opened(seen, "?tab=Import")
    upload(page, name, "" if "empty" in name else "no workbook")
    expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_batch_is_chosen_and_taken_back_only_once_that_is_confirmed(seen, page, analyst):
    _, home = analyst
    file = home.parent / "late.csv"
    file.write_text("date,lat,lon\n2024-05-01,1,1\n", encoding="utf-8")
    name = ingest_file(file, Ledger(home)).batch.batch
    page.wait_for_timeout(1100)  # the newest version is taken as known for a second
    opened(seen, "?tab=History")
    choose(page, 0)
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert Ledger(home).history()[0][1].batch == name
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text(f"Import {name} (late.csv) was undone: 1 gone")).to_be_visible()
    assert Ledger(home).history()[0][1].undoes == name


def test_the_map_leads_to_the_form_for_an_incident_at_the_place_that_was_pointed_at(seen, page):
    page.goto(f"{seen.url}/?lat=34.5&lon=11.5&z=8")
    map_ = page.frame_locator("iframe").locator("#map")
    expect(map_).to_have_attribute("aria-busy", "false")
    expect(map_.locator("#actions [data-needs=share]")).to_be_visible()
    map_.focus()
    page.keyboard.press("e")
    entry = map_.get_by_role("menuitem", name="Enter an incident here")
    expect(entry).to_have_attribute("href", re.compile(r"^/incidents\?tab=By\+hand&lat=34\.5\d&lon=11\.5\d$"))
    page.keyboard.press("Escape")
    expect(entry).to_have_count(0)
    map_.click(button="right", position={"x": 700, "y": 300})
    with page.expect_popup() as opens:
        entry.click()
    expect(opens.value.get_by_role("spinbutton", name="Latitude")).to_have_value(re.compile(r"^3\d\.\d"))
