"""Incidents with a start and an end: on the map, in its bars and in the list while they last, and not beyond."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from tests.browser.conftest import Seen

CAMP = (16.0, 30.0)
HEXES = """() => {
  const { level } = monitor.hexes;
  return Array.from({ length: level.count }, (_, hex) => level.total(hex, ...monitor.range)).filter(Boolean).length;
}"""


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a camp from March until the end of May 2026, and crossings elsewhere in January, June and July."""
    root = tmp_path_factory.mktemp("lasting")
    write(root / "camp.csv")
    ingest_file(root / "camp.csv", Ledger(root / "home"))
    with served(root / "home") as url:
        yield url


def write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["date", "end", "latitude", "longitude", "mode"])
        table.writerow(["2026-03-10", "2026-05-31", CAMP[1], CAMP[0], "land"])
        for day in ("2026-01-05", "2026-06-05", "2026-07-05"):
            table.writerow([day, "", 35.5, 12.6, "sea"])


@pytest.fixture
def seen(context, lasting) -> Seen:
    return Seen(context.new_page(), lasting)


@pytest.mark.parametrize(
    ("window", "incidents", "hexes"),
    [
        ("from=2026-03&to=2026-04", 1, 1),
        ("from=2026-04&to=2026-05", 1, 1),
        ("from=2026-05&to=2026-07", 2, 2),
        ("from=2026-06&to=2026-08", 2, 1),
        ("from=2026-01&to=2026-03", 1, 1),
        ("step=week&from=2026-05-25&to=2026-06-01", 1, 1),
        ("step=week&from=2026-06-01&to=2026-06-08", 1, 1),
    ],
)
def test_a_window_shows_what_begins_in_it_and_what_still_lasts(seen, window, incidents, hexes):
    frame = seen.open(f"?{window}")
    expect(frame.locator("#timebar .count")).to_have_text(f"{incidents} incident{'s' if incidents > 1 else ''}")
    assert frame.evaluate(HEXES) == hexes
    assert seen.complaints == []


def test_the_bars_stand_for_what_goes_on_in_each_month(seen):
    frame = seen.open()
    bars = frame.evaluate("Array.from({ length: monitor.picture.steps }, (_, at) => monitor.picture.total(at, at + 1))")
    assert bars == [1, 0, 1, 1, 1, 1, 1]


def test_the_card_of_an_incident_that_lasts_says_until_when(seen):
    lon, lat = CAMP
    frame = seen.open(f"?from=2026-05&to=2026-06&show=incidents&lat={lat}&lon={lon}&z=9")
    frame.wait_for_function("monitor.incidents.marks.length === 1")
    frame.evaluate("monitor.incidents.listInView()")
    frame.locator("#card li button").click()
    expect(frame.locator("#card")).to_contain_text("Until")
    expect(frame.locator("#card")).to_contain_text("2026-05-31")


def test_the_list_of_a_window_holds_what_still_lasts(seen):
    seen.page.goto(f"{seen.url}/incidents?from=2026-04-01&to=2026-05-01")
    expect(seen.page.get_by_text("1 incident, 0 flagged")).to_be_visible(timeout=60_000)
