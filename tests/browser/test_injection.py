"""Whatever a text says, in a file, in a name, in the facts or in an address: it is shown, and it runs nowhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.io.writers import csv_of, geojson_of
from geodata.ledger.store import Ledger
from geodata.workspace.assumptions_store import AssumptionsStore
from tests.browser.conftest import Seen
from tests.browser.payloads import ELEMENTS, PAYLOADS, PLANTED, spread

PROMISED = 200
TEXTS = ("place", "source", "source_record", "modus_operandi", "route_label", "departure")
WRITTEN = (*TEXTS, "kind", "description", PAYLOADS[150])
PAGES = ("routes", "countries", "incidents", "changes", "assumptions", "method")
KEYS = (
    "from",
    "to",
    "mode",
    "kind",
    "source",
    "sel",
    "show",
    "theme",
    "area",
    "words",
    "route",
    "country",
    "before",
    "lang",
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")

CARDS = """async () => {
  const { points } = monitor.incidents;
  const shown = [];
  for (let at = 0; at < points.count; at += 8) {
    monitor.select(`i:${points.name(at)}`);
    let pairs = [];
    while (!pairs.length || shown.at(-1)?.[0] === pairs.at(-1)) {
      await new Promise((done) => setTimeout(done, 5));
      pairs = [...document.querySelectorAll("#card dd")].map((value) => value.textContent);
    }
    shown.push([pairs.at(-1), pairs.at(-2)]);
  }
  return shown;
}"""
SEARCH = """(text) => {
  const { field } = monitor.search;
  field.value = text.slice(0, field.maxLength);
  return monitor.search.ask();
}"""
WATCH = """(names) => {
  const { Area } = modules["watch_area.js"];
  const read = (name) => Area.read(`${name}~xc.2s0.3c.0.0.-2s.-3c.0`, monitor.watch.settings);
  monitor.watch._set(names.map(read).filter(Boolean), null);
  return monitor.state.areas.map(({ name }) => name);
}"""


def test_two_hundred_different_texts_are_tried():
    assert len(set(PAYLOADS)) == len(PAYLOADS) == PROMISED


def test_the_trap_catches_texts_where_a_page_takes_them_for_code(chromium):
    context = chromium.new_context()
    ran: list[None] = []
    context.expose_function("ran", lambda: ran.append(None))
    page = context.new_page()
    for element in ELEMENTS[:4]:
        page.set_content(f"<p>{element}</p>")
        page.wait_for_timeout(50)
        assert page.locator(f"[{PLANTED}]").count() == 1
    context.close()
    assert len(ran) >= len(ELEMENTS[:4])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a workspace in which everything that somebody else wrote is hostile: file name, columns, cells and facts."""
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / f"{PAYLOADS[100].replace('/', '')[:80]}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["date", "lat", "lon", "mode", *WRITTEN])
        for at, payload in enumerate(PAYLOADS):
            day, lat, lon = f"2026-{1 + at % 10:02d}-{1 + at % 28:02d}", 33.1 + at % 40 / 17, 12.2 + at % 7 / 14
            table.writerow([day, lat, lon, "sea", *[payload] * len(WRITTEN)])
        table.writerow(["2026-01-01", *PAYLOADS[151:154], *[PAYLOADS[154]] * len(WRITTEN)])
    home = folder / "workspace"
    ingest_file(file, Ledger(home))
    texts: dict[str, str] = {}

    def swapped(line: re.Match[str]) -> str:
        return f"{line[1]} = {json.dumps(texts.setdefault(line[2], PAYLOADS[len(texts)]))}"

    own = AssumptionsStore(home)
    own.keep(re.sub(r'^(name|source|landing) = "([^"].*)"$', swapped, own.text(), flags=re.MULTILINE))
    return home


@pytest.fixture(scope="module")
def viewer(chromium: Browser, home: Path) -> Iterator[Seen]:
    with served(home) as url:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(30_000)
        seen = Seen(context.new_page(), url)
        ran: list[str] = []
        context.expose_function("ran", lambda: ran.append(seen.page.url))
        yield seen
        assert ran == []
        assert seen.outside == []
        context.close()


@pytest.fixture
def page(viewer: Seen) -> Iterator[Page]:
    """Give the page; whatever is done there plants nothing, runs nothing and raises no complaint."""
    viewer.complaints.clear()
    yield viewer.page
    for frame in viewer.page.frames:
        assert frame.locator(f"[{PLANTED}]").count() == 0
    assert viewer.complaints == []
    assert viewer.page.title().endswith("Smuggling route monitor")


def ready(viewer: Seen, address: str) -> Page:
    page = viewer.page
    page.goto(f"{viewer.url}/{address}")
    page.wait_for_selector("[data-testid=stMainBlockContainer] .stamp", state="attached", timeout=60_000)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=60_000)
    return page


def stored(home: Path) -> pl.DataFrame:
    return Ledger(home).incidents()


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_workspace_runs_on_a_page(viewer, page, name):
    ready(viewer, name)


def test_no_text_runs_on_the_map_and_its_cards_show_what_is_stored(viewer, page, home):
    frame = viewer.open("?lat=34.3&lon=12.4&z=8&show=incidents,changes,hotspots,graticule")
    frame.locator("#alerts > details > summary").press("Enter")
    frame.evaluate(
        "async () => { while (!monitor.incidents.points) await new Promise((done) => setTimeout(done, 50)); }"
    )
    sources = {row["incident_id"]: row["source"] for row in stored(home).iter_rows(named=True)}
    shown = dict(frame.evaluate(CARDS))
    assert len(shown) == len(PAYLOADS) // 8
    assert shown.items() <= sources.items()


def test_no_name_that_is_searched_for_runs(viewer, page):
    frame = viewer.open()
    for text in PAYLOADS:
        frame.evaluate(SEARCH, text)
    frame.wait_for_timeout(500)


def test_no_name_of_a_watch_area_runs_and_each_is_shown_as_it_is(viewer, page):
    frame = viewer.open()
    frame.locator("#alerts > details > summary").press("Enter")
    for first in range(0, len(PAYLOADS), 8):
        watched = frame.evaluate(WATCH, PAYLOADS[first : first + 8])
        assert frame.locator("#alerts .chips .name").all_text_contents() == watched


def test_an_address_that_holds_code_opens_the_nearest_valid_view_and_runs_nothing(viewer, page):
    texts = iter(spread(len(PAGES) * len(KEYS)))
    for name in PAGES:
        ready(viewer, f"{name}?{urlencode([(key, next(texts)) for key in KEYS])}")
    for text in spread(4):
        viewer.open("?" + urlencode([(key, text) for key in KEYS]))
        viewer.page.goto(f"{viewer.url}/map?{quote(text)}")


@pytest.mark.long
def test_a_chosen_incident_shows_every_text_as_it_is_stored(viewer, page, home):
    ready(viewer, "incidents")
    places = set(stored(home)["place"])
    page.locator("[data-testid=data-grid-canvas]").first.focus()
    facts = page.get_by_role("region", name="The chosen incident")
    shown: list[str] = []
    for _ in range(20):
        for _ in range(9):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+Space")
        expect(facts).to_be_visible()
        expect(facts).not_to_have_text(shown[-1] if shown else "")
        shown.append(facts.text_content() or "")
        assert [place for place in places if place in shown[-1]]
    assert len(set(shown)) == len(shown)


def test_columns_names_and_values_of_a_file_to_be_taken_in_run_nowhere(viewer, page):
    ready(viewer, "incidents")
    page.get_by_role("tab", name="Import").click()
    head = [f"{text} {number}" for number, text in enumerate(spread(40))]
    rows = io.StringIO()
    csv.writer(rows).writerows([head, *[[text] * len(head) for text in PAYLOADS]])
    page.locator("input[type=file]").set_input_files(
        {"name": PAYLOADS[110].replace("/", "") + ".csv", "mimeType": "text/csv", "buffer": rows.getvalue().encode()}
    )
    expect(page.get_by_text("no column holds a date").first).to_be_visible()
    page.get_by_text("The first rows of the file").first.click()
    expect(page.locator("[data-testid=data-grid-canvas]").first).to_be_visible()


def test_no_download_holds_a_formula_and_each_holds_every_text(home):
    incidents = stored(home)
    for row in csv.reader(io.StringIO(csv_of(incidents).decode())):
        assert not [cell for cell in row if cell.startswith(FORMULAS) and not _is_number(cell)]
    features = json.loads(geojson_of(incidents))["features"]
    assert {feature["properties"]["place"] for feature in features} == set(incidents["place"])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
