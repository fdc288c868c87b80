"""The live map: what changed, alerts, watch areas, and a batch that appears by itself without moving anything."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from benchmarks.served import served
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from tests.browser.conftest import Seen, fill

AT_LAMPEDUSA = "?lat=35.5&lon=12.6&z=7"
TICK_BYTES = 10_000
TICK_SECONDS = 5.0


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("live") / "workspace"
    fill(home, 2_500)
    with served(home) as url:
        yield url, home


@pytest.fixture
def seen(context, live) -> Seen:
    return Seen(context.new_page(), live[0])


def waited(frame: Frame, condition: str, seconds: float = 30.0) -> None:
    """Wait until something holds on the map; its policy lets nobody compile a condition there."""
    end = time.monotonic() + seconds
    while not frame.evaluate(f"() => Boolean({condition})"):
        assert time.monotonic() < end, f"never: {condition}"
        frame.wait_for_timeout(100)


def inked(frame: Frame, pane: str) -> int:
    """Return how many pixels a layer covers."""
    return frame.evaluate(
        """(pane) => {
          const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let number = 0;
          for (let at = 3; at < data.length; at += 4) if (data[at]) number += 1;
          return number;
        }""",
        pane,
    )


def place_of(frame: Frame, lon: float, lat: float) -> tuple[float, float]:
    """Return where a place lies on the page."""
    box = frame.locator("#map").bounding_box()
    x, y = frame.evaluate(
        f"(() => {{ const p = monitor.map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()"
    )
    return box["x"] + x, box["y"] + y


def report(folder: Path, home: Path, number: int) -> None:
    """Take in a batch of a few incidents near Lampedusa."""
    file = folder / f"batch-{number}.csv"
    rows = "".join(f"2026-11-2{day},35.{number}{day},12.6{day},sea,batch {number}\n" for day in range(4))
    file.write_text(f"date,lat,lon,mode,description\n{rows}", encoding="utf-8")
    ingest_file(file, Ledger(home))


def test_routes_are_worked_out_anew_beside_the_map_and_taken_over_without_moving_it(seen, page, live, tmp_path):
    frame = seen.open("?lat=35.4&lon=12.9&z=7.25")
    frame.evaluate("window.untouched = true")
    state = "[monitor.map.getCenter().lat, monitor.map.getCenter().lng, monitor.map.getZoom()]"
    before, version = frame.evaluate(state), frame.evaluate("monitor.feed.head.version")
    report(tmp_path, live[1], version)
    waited(frame, f"monitor.picture.manifest.version > {version}")
    # Routes of an older state are served; which one depends on what other tests handed in before.
    assert int(frame.evaluate("monitor.feed.head.network").split("-")[0]) <= version
    assert frame.evaluate("monitor.picture.manifest.stage") == "routes"
    # A build that runs already goes first; the next one rests for twice as long as that took.
    waited(frame, "monitor.feed.head.building", 300)
    expect(frame.get_by_text("New incidents are on the routes as they stand")).to_be_visible()
    waited(frame, f"monitor.feed.head.network.startsWith('{version + 1}-')", 300)
    expect(frame.get_by_text("New incidents are on the routes as they stand")).to_be_hidden(timeout=30_000)
    assert frame.evaluate("monitor.picture.seen(monitor.state).some(({ layer }) => layer === 'routes')")
    assert frame.evaluate(state) == before
    assert frame.evaluate("window.untouched")


def test_what_changed_is_drawn_when_asked_for_and_stays_in_the_link(seen, page):
    frame = seen.open("?lat=32&lon=-8&z=5")
    assert inked(frame, "changes") == 0
    assert not [url for url in seen.asked if "/data/changes" in url]
    frame.locator("#legend input[name=changes]").check()
    waited(frame, "monitor.changes.loader.state === 'ready'")
    expect(frame.locator(".own[data-layer=changes]")).to_contain_text("Nov 2025 – Oct 2026 against Nov 2024 – Oct 2025")
    growing = frame.evaluate("monitor.changes.items.filter(({ state }) => state === 'growing').length")
    assert growing > 0
    expect(frame.locator(".own[data-layer=changes] .row", has_text="clear rise: more")).to_contain_text(
        f"beyond chance{growing}"
    )
    assert inked(frame, "changes") > 500
    page.wait_for_url("**show=changes**")
    x, y = frame.evaluate(
        """() => {
          const grown = monitor.changes.items.filter(({ state }) => state === "growing").map(({ id }) => id);
          const { box } = monitor.changes.boxes.find(({ id }) => grown.includes(id));
          const [x, y] = monitor.changes.inCanvas([0, 0]);
          return [box[0] - x + 20, box[1] - y + 10];
        }"""
    )
    frame.locator("#map").click(position={"x": x, "y": y})
    expect(frame.locator("#card .mode")).to_have_text("clear rise, sea")
    expect(frame.locator("#card")).to_contain_text("A route of the map, by the incidents that lie in its corridor.")
    frame.locator("#legend input[name=hotspots]").check()
    waited(frame, "monitor.hotspots.loader.state === 'ready'")
    expect(frame.locator(".own[data-layer=hotspots]")).not_to_be_empty()


def test_an_alert_flies_there_opens_its_card_and_stays_marked_as_seen(seen, page):
    frame = seen.open("?lat=52&lon=20&z=5")
    waited(frame, "monitor.alerts.loader.state === 'ready'")
    frame.locator("#alerts > details > summary").press("Enter")
    rows = frame.locator("#alerts .alerts li")
    number = rows.count()
    assert number > 0
    first = rows.first.locator(".name").inner_text()
    rows.first.locator(".go").click()
    expect(frame.locator("#card h2")).to_have_text(first)
    waited(frame, "Math.abs(monitor.map.getCenter().lat - 52) > 3")
    # A window as low as this has room for the card or for the list.
    page.keyboard.press("Escape")
    expect(frame.locator("#card")).to_be_hidden()
    rows.first.get_by_role("button", name=f"Mark {first} as seen").click()
    expect(rows).to_have_count(number - 1)
    page.wait_for_function("() => !location.search.includes('sel=')")
    page.reload()
    frame = seen.map()
    waited(frame, "monitor.alerts.loader.state === 'ready'")
    expect(frame.locator("#alerts .alerts li")).to_have_count(number - 1)
    frame.locator("#alerts > details > summary").press("Enter")
    frame.locator("#alerts .more").click()
    expect(frame.locator("#alerts .alerts li")).to_have_count(number)


def test_an_area_is_drawn_named_linked_removed_and_brought_back(seen, page, context):
    frame = seen.open(AT_LAMPEDUSA)
    frame.locator("#alerts > details > summary").press("Enter")
    rectangle = frame.get_by_role("button", name="Watch a rectangle")
    rectangle.click()
    page.mouse.click(*place_of(frame, 12.0, 36.0))
    page.keyboard.press("Escape")
    expect(rectangle).to_have_attribute("aria-pressed", "false")
    expect(frame.locator("#alerts form")).to_have_count(0)
    rectangle.click()
    for corner in ((12.0, 36.0), (13.2, 35.0)):
        page.mouse.click(*place_of(frame, *corner))
    name = frame.get_by_label("Name of the area")
    name.fill("<b>Strait</b> ${1}")
    name.press("Enter")
    chip = frame.locator("#alerts .chips li")
    expect(chip.locator(".name")).to_have_text("<b>Strait</b> ${1}")
    expect(chip.locator(".value")).not_to_have_text("…")
    count = int(chip.locator(".value").inner_text())
    assert count > 0
    page.wait_for_url("**area=**")
    other = Seen(context.new_page(), seen.url)
    other.page.goto(page.url)
    expect(other.map().locator("#alerts .chips .name")).to_have_text("<b>Strait</b> ${1}")
    expect(other.map().locator("#alerts .chips .value")).to_have_text(str(count))
    frame.locator("#map").focus()
    page.keyboard.press("Delete")
    expect(chip).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(chip).to_have_count(1)


def test_a_border_that_crosses_itself_is_refused_and_said(seen, page):
    frame = seen.open(AT_LAMPEDUSA)
    frame.locator("#alerts > details > summary").press("Enter")
    frame.get_by_role("button", name="Watch a polygon").click()
    for corner in ((12.4, 35.2), (13.6, 36.2), (13.6, 35.2), (12.4, 36.2)):
        page.mouse.click(*place_of(frame, *corner))
    page.keyboard.press("Enter")
    expect(frame.locator(".said")).to_contain_text("may not cross itself")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(frame.get_by_label("Name of the area")).to_be_visible()


def test_a_batch_appears_within_seconds_and_nothing_else_moves(seen, page, live, tmp_path):
    frame = seen.open("?lat=35.4&lon=12.9&z=7.25&area=Strait~xc.2s0.3c.0.0.-2s.-3c.0")
    waited(frame, "monitor.watch.loader.state === 'ready' && monitor.alerts.loader.state === 'ready'")
    frame.evaluate("window.untouched = true")
    state = "[monitor.map.getCenter().lat, monitor.map.getCenter().lng, monitor.map.getZoom(), monitor.state.selected]"
    before, version = frame.evaluate(state), frame.evaluate("monitor.feed.head.version")
    heard: list[int] = []
    page.on(
        "response",
        lambda answer: (
            heard.append(_size(answer)) if "/data/arrivals" in answer.url or "/data/head" in answer.url else None
        ),
    )
    begun = time.monotonic()
    report(tmp_path, live[1], version)
    waited(frame, f"monitor.feed.head.version > {version} && monitor.arrivals.rings.length === 4", 15)
    assert time.monotonic() - begun < TICK_SECONDS + 2.5  # the ingest itself, and a machine that does other things
    assert inked(frame, "arrivals") > 100
    waited(frame, f"monitor.picture.manifest.version > {version}")
    assert frame.evaluate("monitor.picture.seen(monitor.state).some(({ layer }) => layer === 'routes')")
    assert frame.evaluate("window.untouched")
    assert frame.evaluate(state) == before
    assert sum(heard) < TICK_BYTES
    expect(frame.locator("#alerts summary small")).to_contain_text("new")
    waited(frame, "monitor.alerts.every[0].kind === 'area'")
    assert frame.evaluate("monitor.alerts.every[0].why.text").startswith("4 incidents came in")
    expect(frame.locator(".fresh summary")).to_contain_text("last import just now")
    waited(frame, "monitor.arrivals.rings.length === 0", 10)
    assert inked(frame, "arrivals") == 0

    page.emulate_media(reduced_motion="reduce")
    version = frame.evaluate("monitor.feed.head.version")
    report(tmp_path, live[1], version)
    waited(frame, f"monitor.feed.head.version > {version} && monitor.arrivals.rings.length === 4", 15)
    still = inked(frame, "arrivals")
    frame.wait_for_timeout(4_000)
    assert inked(frame, "arrivals") == still > 100


def _size(answer) -> int:
    try:
        return len(answer.body())
    except Exception:  # noqa: BLE001 - a 304 has no body to read
        return 0
