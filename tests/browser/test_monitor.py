"""The monitor as an operator meets it: it draws, follows the hand, and a copied link opens the same view."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
from playwright.sync_api import expect

from benchmarks.served import served
from tests.browser.conftest import Seen, fill, take_in

PICTURE = """() => {
  const canvas = (pane) => document.querySelector(`.leaflet-${pane}-pane canvas`);
  const inked = (pane) => {
    const { width, height } = canvas(pane);
    const { data } = canvas(pane).getContext("2d").getImageData(0, 0, width, height);
    let sum = 0, number = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3]) {
      number += 1;
      sum = (sum * 31 + data[at] + 7 * data[at + 1] + 13 * data[at + 2] + at) % 1000000007;
    }
    return [number, sum];
  };
  return {base: inked("base"), hexes: inked("hexes"), corridors: inked("corridors"), labels: inked("labels")};
}"""
COVERED = """() => {
  const { x, y } = document.querySelector("#map").getBoundingClientRect();
  const over = [...document.querySelectorAll("#map > .panel, #lane > .badge, #lane > .fresh")];
  const boxes = over.map((one) => one.getBoundingClientRect());
  const panels = boxes.filter(({ width }) => width).map(({ left, top, right, bottom }) => {
    const corners = [[left, top], [right, bottom]];
    return corners.flatMap((corner) => monitor.labels.inCanvas([corner[0] - x, corner[1] - y]));
  });
  const apart = (one, other) => one[0] >= other[2] || one[2] <= other[0] || one[1] >= other[3] || one[3] <= other[1];
  const covers = (chip) => panels.some((box) => !apart(chip, box));
  return monitor.labels.chips.filter(({ box }) => covers(box)).map(({ id }) => id);
}"""
HEXES = "() => Array.from(monitor.hexes.pixels).reduce((sum, pixel) => (sum * 31 + pixel) >>> 0, 7)"
STATE = """() => ({
  window: [...monitor.range],
  centre: [monitor.map.getCenter().lat.toFixed(2), monitor.map.getCenter().lng.toFixed(2), monitor.map.getZoom()],
  selected: monitor.state.selected,
  dark: monitor.state.dark,
  hidden: [...monitor.state.hidden].sort(),
  incidents: monitor.picture.manifest.incidents,
})"""


def test_the_map_draws_and_asks_nothing_of_anybody_else(seen):
    drawn = seen.open().evaluate(PICTURE)
    assert all(number > 500 for number, _ in drawn.values()), drawn
    assert seen.outside == []
    assert seen.complaints == []
    expect(seen.map().locator(".badge")).to_have_text("SYNTHETIC DEMONSTRATION DATA")


def of_data(seen: Seen) -> list[str]:
    """Return what was asked of the server but for its newest version, and for what a window that rests comes to."""
    return [url for url in seen.asked if "/data/" in url and "/data/head" not in url]


def test_moving_the_window_changes_hexes_corridors_count_and_label_without_asking_the_server(seen):
    frame = seen.open()
    seen.page.wait_for_load_state("networkidle")
    before, label = frame.evaluate(PICTURE), frame.locator("#timebar .when").inner_text()
    asked = of_data(seen)
    knob = frame.locator("#timebar .middle").bounding_box()
    seen.page.mouse.move(knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2)
    seen.page.mouse.down()
    seen.page.mouse.move(knob["x"] - 350, knob["y"] + knob["height"] / 2, steps=6)
    seen.page.mouse.up()
    frame.wait_for_timeout(100)
    after = frame.evaluate(PICTURE)
    assert after["hexes"] != before["hexes"]
    assert after["corridors"] != before["corridors"]
    assert after["base"] == before["base"]
    assert frame.locator("#timebar .when").inner_text() != label
    assert of_data(seen) == asked


def test_a_frame_that_changes_its_size_does_not_shift_the_view_that_was_asked_for(seen):
    frame = seen.open("?lat=35&lon=18&z=5")
    for height in (811, 900, 733, 1000):
        seen.page.set_viewport_size({"width": 1440 + height % 7, "height": height})
        seen.page.wait_for_timeout(250)
        assert frame.evaluate(STATE)["centre"] == ["35.00", "18.00", 5]


def test_a_copied_link_reopens_the_same_view(seen, context):
    frame = seen.open("?mode=sea&lat=35&lon=18&z=5")
    frame.locator("#timebar button", has_text="3 m").click()
    frame.locator("#timebar [aria-label='Start of the window']").focus()
    for _ in range(5):
        seen.page.keyboard.press("ArrowLeft")
    frame.locator("#ranking button").first.click()
    frame.locator("#legend input[name=countries]").uncheck()
    frame.locator("#actions [aria-label='Dark or light']").click()
    seen.page.wait_for_timeout(400)
    frame.locator("#actions [aria-label='Copy link to this view']").click()
    expect(frame.locator(".said")).to_have_text("The link to this view is copied.")
    link = seen.page.evaluate("navigator.clipboard.readText()")
    state = frame.evaluate(STATE)
    assert state["dark"]
    assert {"countries", "ridges"} <= set(state["hidden"])
    assert state["selected"].startswith("sea-")
    again = Seen(context.new_page(), seen.url)
    again.page.goto(link)
    assert again.map().evaluate(STATE) == state
    expect(again.map().locator("#card")).to_be_visible()
    expect(again.page.locator(".st-key-filter-bar").get_by_role("button", name="sea", pressed=True)).to_be_visible()


def test_a_filter_reaches_the_map_and_the_address_without_a_new_map(seen):
    frame = seen.open("?lat=35&lon=18&z=5")
    frame.evaluate("window.untouched = true")
    everything = frame.evaluate(STATE)["incidents"]
    seen.page.locator(".st-key-filter-bar").get_by_role("button", name="land").click()
    seen.page.wait_for_url("**mode=land**")
    expect(frame.locator("#ranking .meter[title=sea]")).to_have_count(0)
    state = frame.evaluate(STATE)
    assert 0 < state["incidents"] < everything
    assert frame.evaluate("window.untouched")
    assert parse_qs(urlsplit(seen.page.url).query)["lat"] == ["35.000"]


def test_a_filter_in_the_address_is_followed_before_anybody_tells_of_it(seen):
    frame = seen.open("?lat=35&lon=14&z=5")
    every = frame.evaluate(STATE)["incidents"]
    seen.page.evaluate("() => history.replaceState(history.state, '', '?mode=sea&mode=land&lat=35&lon=14&z=5')")
    assert frame.evaluate("monitor.feed.query") == "mode=land&mode=sea"
    expect(frame.locator("#map")).to_have_attribute("aria-busy", "false")
    seen.page.wait_for_timeout(1000)
    assert 0 < frame.evaluate(STATE)["incidents"] < every


def test_a_corridor_opens_its_card_by_click_on_the_map_and_escape_closes_it(seen):
    frame = seen.open("?lat=35&lon=18&z=5")
    chip = frame.evaluate(
        """() => {
          const layer = monitor.labels;
          const { box, id } = layer.chips[0];
          const [x, y] = layer.inCanvas([0, 0]);
          return [box[0] - x + 40, box[1] - y + 10, monitor.picture.corridor(id).title];
        }"""
    )
    frame.locator("#map").click(position={"x": chip[0], "y": chip[1]})
    expect(frame.locator("#card h2")).to_have_text(chip[2])
    expect(frame.locator("#card")).to_contain_text("Method network-")
    expect(frame.locator("#card .made-up")).to_have_text("Synthetic")
    seen.page.keyboard.press("Escape")
    expect(frame.locator("#card")).to_be_hidden()


def test_no_name_lies_under_a_panel_even_when_one_opens_or_closes(seen):
    frame = seen.open("?lat=36&lon=12&z=5.5")
    expect(frame.locator("#lane .fresh")).to_be_visible()
    frame.wait_for_timeout(300)
    assert frame.evaluate("monitor.labels.chips.length") > 3
    assert frame.evaluate(COVERED) == []
    shut = frame.evaluate("monitor.labels.chips.map(({ box }) => box.join())")
    frame.locator("#ranking summary").press("Enter")
    frame.wait_for_timeout(300)
    assert frame.evaluate("monitor.labels.chips.map(({ box }) => box.join())") != shut
    frame.locator("#ranking summary").press("Enter")
    frame.wait_for_timeout(300)
    assert frame.evaluate(COVERED) == []


def test_while_the_window_is_dragged_rows_keep_their_places_and_show_what_they_come_to(seen):
    frame = seen.open()
    frame.evaluate("monitor.setRange(0, 12)")
    expect(frame.locator("#ranking li").first).to_be_visible()
    frame.wait_for_timeout(400)
    frame.evaluate("monitor.constructor.SETTLE = 10_000")  # however slowly the frames follow here
    rows = "const rows = () => monitor.ranking.rows.map(({ id, value }) => [id, value.textContent]);"
    drag = "for (let step = 0; step < 24; step++) { monitor.timeBar.step(1); await next(); shown.push(rows()); }"
    shown = frame.evaluate(
        f"""async () => {{
          {rows}
          const next = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const shown = [rows()];
          {drag}
          return shown;
        }}"""
    )
    ids = [[row[0] for row in one] for one in shown]
    assert all(one == ids[0] for one in ids)
    assert len({str(one) for one in shown}) > 10, "their numbers follow at once"
    frame.evaluate("() => { monitor.constructor.SETTLE = 1; monitor.timeBar.step(-1); }")
    frame.wait_for_timeout(600)
    ranked = "monitor.ranking._ranked().slice(0, monitor.ranking.rows.length).map(({ corridor }) => corridor.id)"
    assert frame.evaluate("monitor.ranking.rows.map(({ id }) => id)") == frame.evaluate(ranked) != ids[0]


def test_the_keyboard_moves_and_plays_the_window(seen):
    frame = seen.open()
    frame.locator("#timebar [aria-label='Window']").focus()
    start = frame.evaluate(STATE)["window"]
    seen.page.keyboard.press("ArrowLeft")
    frame.wait_for_timeout(60)
    assert frame.evaluate(STATE)["window"] == [start[0] - 1, start[1] - 1]
    expect(frame.locator("#timebar [aria-label='Window']")).to_have_attribute("aria-valuenow", str(start[0] - 1))
    seen.page.keyboard.press("Home")
    seen.page.keyboard.press("Space")
    frame.wait_for_timeout(1700)
    seen.page.keyboard.press("Space")
    assert 1 <= frame.evaluate(STATE)["window"][0] <= 4


@pytest.mark.parametrize(
    ("unit", "label"), [("week", r"\d+ \w+ \d{4} – \d+ \w+ \d{4}"), ("quarter", r"Q\d \d{4} – Q\d \d{4}")]
)
def test_another_step_of_time_keeps_the_window_and_comes_back_by_the_link(seen, context, unit, label):
    frame = seen.open("?from=2026-04&to=2026-10&lat=35&lon=14&z=5")
    count = frame.locator("#timebar .count").inner_text()
    frame.get_by_role("combobox", name="Step of time").select_option(unit)
    expect(frame.locator("#timebar .when")).to_have_text(re.compile(label))
    frame.wait_for_selector('#map[aria-busy="false"][data-unsure="false"]', timeout=60_000)
    assert frame.evaluate("monitor.picture.calendar.unit") == unit
    assert frame.evaluate("monitor.corridors.shown.length") > 3
    edges = frame.evaluate("monitor.range.map((step) => monitor.picture.calendar.key(step))")
    assert (edges[0] <= "2026-04", edges[1] >= "2026-10") == (True, True)
    assert unit != "quarter" or frame.locator("#timebar .count").inner_text() == count
    seen.page.wait_for_url(f"**step={unit}**")
    again = Seen(context.new_page(), seen.url)
    again.page.goto(seen.page.url)
    assert again.map().evaluate(STATE) == frame.evaluate(STATE)
    frame.locator("#timebar [aria-label='Window']").press("ArrowLeft")
    frame.wait_for_timeout(60)
    assert frame.evaluate("monitor.range.map((step) => monitor.picture.calendar.key(step))")[0] < edges[0]


def test_hexes_are_fetched_once_however_their_counts_change(seen):
    frame = seen.open("?lat=35&lon=14&z=5&from=2026-04&to=2026-10")
    entry = frame.evaluate("monitor.hexes.level.entry")
    frame.get_by_role("combobox", name="Step of time").select_option("quarter")
    frame.wait_for_selector('#map[aria-busy="false"][data-unsure="false"]', timeout=60_000)
    counts = frame.evaluate("monitor.hexes.level.entry.counts")
    assert counts != entry["counts"]
    for name in (entry["corners"], entry["cells"], entry["counts"], counts):
        assert seen.asked.count(seen.url + name) == 1


def test_hexes_of_another_step_and_filter_are_painted_as_if_opened_anew(seen, context):
    frame = seen.open("?lat=35&lon=14&z=5&from=2026-04&to=2026-10")
    frame.get_by_role("combobox", name="Step of time").select_option("quarter")
    frame.wait_for_function("() => monitor.picture.calendar.unit === 'quarter'")
    seen.page.locator(".st-key-filter-bar").get_by_text("sea", exact=True).click()
    frame.wait_for_function("() => monitor.picture.manifest.query === 'mode=sea'")
    frame.wait_for_selector('#map[aria-busy="false"][data-unsure="false"]', timeout=60_000)
    seen.page.wait_for_url("**step=quarter**")
    again = Seen(context.new_page(), seen.url)
    again.page.goto(seen.page.url)
    assert again.map().evaluate(HEXES) == frame.evaluate(HEXES)


@pytest.mark.parametrize("kind", ["GeoJSON", "GeoPackage"])
def test_what_is_shown_can_be_taken_away(seen, tmp_path, kind):
    frame = seen.open("?mode=sea&from=2026-01&to=2026-04")
    frame.locator("#actions summary").click()
    with seen.page.expect_download() as waiting:
        frame.get_by_role("link", name=kind).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert "synthetic" in path.name
    corridors = gpd.read_file(path) if kind == "GeoJSON" else gpd.read_file(path, layer="routes")
    assert len(corridors) == int(frame.locator("#ranking small").inner_text())
    assert set(corridors["mode"]) == {"sea"}
    if kind == "GeoJSON":
        assert json.loads(path.read_text(encoding="utf-8"))["view"] == "from=2026-01-01&to=2026-04-01&mode=sea"


@pytest.mark.parametrize(
    "query",
    [
        "mode=teleport&lat=x&lon=1&z=2",
        "from=2026-05&to=2026-01",
        "from=0001-99&to=later",
        f"sel={'A' * 10_000}",
        "sel=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&theme=%22%3E%3Cscript%3E",
        "lat=9e99&lon=-9e99&z=400",
    ],
)
def test_any_address_opens_the_nearest_valid_view(seen, query):
    frame = seen.open(f"?{query}")
    assert frame.evaluate(STATE)["incidents"] > 0
    assert frame.evaluate(PICTURE)["base"][0] > 500
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_follows_the_theme_of_the_system(chromium, dashboard, scheme):
    page = chromium.new_page(color_scheme=scheme)
    frame = Seen(page, dashboard).open()
    assert frame.evaluate("document.documentElement.dataset.theme") == scheme
    page.close()


def test_an_empty_workspace_says_what_to_do_and_the_first_batch_appears_by_itself(context, tmp_path):
    home = tmp_path / "workspace"
    with served(home) as url:
        seen = Seen(context.new_page(), url)
        seen.page.goto(url)
        frame = seen.page.frame_locator("iframe[src^='/map']")
        expect(frame.locator("#sheet h2")).to_have_text("No incidents yet")
        expect(frame.locator("#sheet")).to_contain_text("python -m geodata demo")
        take_in(home, 600)
        expect(frame.locator("#timebar")).to_be_visible(timeout=15_000)
        expect(frame.locator("#sheet")).to_be_hidden()


def test_a_lost_connection_is_said_and_heals(context, tmp_path):
    home = tmp_path / "workspace"
    fill(home, 600)
    with served(home) as url:
        seen = Seen(context.new_page(), url)
        frame = seen.open()
        context.set_offline(True)
        expect(frame.locator(".notice")).to_contain_text("No connection", timeout=15_000)
        assert frame.evaluate(PICTURE)["base"][0] > 500
        context.set_offline(False)
        expect(frame.locator(".notice")).to_be_hidden(timeout=15_000)


def test_the_method_page_says_what_is_computed(seen):
    seen.page.goto(f"{seen.url}/method")
    expect(seen.page.get_by_role("heading", name="Limits")).to_be_visible()
    expect(seen.page.get_by_test_id("stCaptionContainer").get_by_text("Method network-")).to_be_visible()
    assert seen.outside == []
    assert seen.complaints == []
