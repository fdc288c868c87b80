"""A viewer's habits on the map: search, single incidents, degrees, keys, pictures to take away and paper."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser.conftest import Seen

SPOKEN = "#spoken"
INKED = """(pane) => {
  const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += data[at] > 0;
  return sum;
}"""
MARK = """() => {
  const layer = monitor.incidents;
  const [x, y] = layer.inCanvas([0, 0]);
  const free = ({ x, y, count }) => count === 1 && x > 420 && x < 900 && y > 120 && y < 560;
  const hit = (mark) => layer.at([mark.x - x, mark.y - y])?.members[0] === mark.members[0];
  const alone = layer.marks.filter(free).find(hit);
  return [alone.x - x, alone.y - y, layer.points.name(alone.members[0])];
}"""
NARROWEST = """() => {
  const km = (2 ** 31 / 40075.017);
  return Math.min(...monitor.incidents.marks.flatMap((mark) => mark.members.map((at) => {
    const { points, frame } = monitor.incidents;
    const stretch = Math.cosh((points.y[at] / 2 ** 31) * 2 * Math.PI);
    return mark.radius - points.km[at] * km * stretch * frame.scale;
  })));
}"""


@pytest.fixture(scope="module")
def viewer(chromium: Browser, dashboard: str) -> Iterator[Seen]:
    """Give one viewer's page for all of these tests: each starts by what it needs."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    seen = Seen(context.new_page(), dashboard)
    yield seen
    assert seen.outside == []
    assert seen.complaints == []
    context.close()


@pytest.fixture(scope="module")
def opened(viewer: Seen) -> Frame:
    return viewer.open("?lat=35&lon=14&z=6")


@pytest.fixture
def frame(opened: Frame, viewer: Seen) -> Frame:
    """Give the map with nothing chosen, typed or switched on besides what it opens with."""
    opened.evaluate(
        """() => {
          const { OPTIONAL_LAYERS } = modules["state.js"];
          monitor.search.empty();
          monitor.state.set("layers", { hidden: new Set(["ridges", ...OPTIONAL_LAYERS]) });
          monitor.select(null);
          monitor.map.setView([35, 14], 6, { animate: false });
          document.querySelector("#actions .files").open = false;
          monitor.map.getContainer().focus();
        }"""
    )
    opened.wait_for_timeout(60)
    return opened


@pytest.fixture
def page(frame: Frame, viewer: Seen) -> Page:
    return viewer.page


def centre(frame: Frame) -> list[float]:
    where: list[float] = frame.evaluate(
        "[monitor.map.getCenter().lat, monitor.map.getCenter().lng, monitor.map.getZoom()]"
    )
    return where


def found(frame: Frame) -> Locator:
    return frame.locator("#search-list [role=option]")


def until(frame: Frame, true: str) -> None:
    """Wait until something is true; Playwright's own way is not let through by the page's policy."""
    for _ in range(100):
        if frame.evaluate(true):
            return
        frame.wait_for_timeout(50)
    pytest.fail(f"never came: {true}")


def chosen(frame: Frame) -> str | None:
    selected: str | None = frame.evaluate("monitor.state.selected")
    return selected


def test_a_place_is_found_by_the_keyboard_alone_whatever_its_accents(frame, page):
    page.keyboard.press("/")
    page.keyboard.type("LAMPÉDUSA")
    field = frame.get_by_role("combobox", name="Search a country")
    expect(frame.get_by_role("group", name="Places")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
        active = frame.locator(f"#{field.get_attribute('aria-activedescendant')}")
        expect(active).to_have_attribute("aria-selected", "true")
        if "island" in active.inner_text():
            break
    page.keyboard.press("Enter")
    lat, lon, zoom = centre(frame)
    assert (lat, lon) == (pytest.approx(35.5, abs=0.3), pytest.approx(12.6, abs=0.5))
    assert zoom >= 8
    expect(frame.locator(".pin")).to_have_text("Lampedusa")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_at_most_eight_results_come_in_groups_of_their_kind(frame, page):
    frame.locator("#search-field").fill("be")
    expect(frame.get_by_role("group", name="Places")).to_be_visible()
    assert frame.locator("#search .kind").all_inner_texts() == ["Routes", "Countries", "Places"]
    assert found(frame).count() == 8
    expect(frame.locator("#search .unseen")).to_have_text("8 results")


def test_a_route_is_found_by_its_name_and_opens_its_card(frame, page):
    name = frame.locator("#ranking .name").first.inner_text()
    frame.locator("#search-field").fill(name.split(" – ")[1].lower())
    found(frame).filter(has_text=name).first.click()
    expect(frame.locator("#card h2")).to_contain_text(name)


def test_a_country_and_a_position_are_gone_to(frame, page):
    field = frame.locator("#search-field")
    field.fill("tunisia")
    found(frame).filter(has_text="country").click()
    assert frame.evaluate("monitor.map.getBounds().contains([[30.3, 7.6], [37.3, 11.5]])")
    for words in ("33.5, 12.25", "33°30'N 12°15'E", "12.25E 33.5N"):
        field.fill(words)
        found(frame).click()
        assert frame.evaluate("[monitor.search.pinned.getLatLng().lat, monitor.search.pinned.getLatLng().lng]") == [
            33.5,
            12.25,
        ]


@pytest.mark.parametrize(
    ("words", "said"),
    [("qqqqqq", "No place of this name in the gazetteer"), ("95, 12", "Latitude 95 is outside −90 to 90.")],
)
def test_a_search_that_finds_nothing_says_so(frame, page, words, said):
    frame.locator("#search-field").fill(words)
    expect(frame.locator("#search .nothing")).to_have_text(said)
    page.keyboard.press("Escape")
    expect(frame.locator("#search .nothing")).to_be_hidden()


def test_names_in_a_search_are_text_and_never_code(frame, page):
    hostile = '<img src=x onerror="document.title=1">'
    frame.evaluate("(name) => monitor.search._offer([{ kind: 'Places', name, detail: name, go() {} }], name)", hostile)
    expect(found(frame)).to_contain_text(hostile)
    assert frame.locator("#search img").count() == 0


def test_single_incidents_are_off_at_first_and_show_from_a_zoom_that_is_near_enough(frame, page):
    assert frame.evaluate(INKED, "incidents") == 0
    frame.locator("#legend input[name=incidents]").check()
    until(frame, "monitor.incidents.marks.length > 0")
    assert frame.evaluate(INKED, "incidents") > 500
    assert "show=incidents" in frame.evaluate(
        "monitor.actions?.link() ?? new URLSearchParams(monitor.state.entries()).toString()"
    )
    frame.evaluate("void monitor.map.setView([35, 14], 5, { animate: false })")
    until(frame, "monitor.incidents.marks.length === 0")


@pytest.mark.parametrize("zoom", [6, 8, 11])
def test_no_mark_is_narrower_than_what_it_stands_for_is_known(frame, page, zoom):
    frame.evaluate("(zoom) => void monitor.map.setView([35.3, 12.6], zoom, { animate: false })", zoom)
    frame.locator("#legend input[name=incidents]").check()
    until(frame, "monitor.incidents.marks.length > 0")
    assert frame.evaluate(NARROWEST) >= -0.01


def test_a_click_on_an_incident_tells_its_facts_and_no_more(frame, page):
    frame.locator("#legend input[name=incidents]").check()
    until(frame, "monitor.incidents.marks.length > 0")
    x, y, key = frame.evaluate(MARK)
    frame.locator("#map").click(position={"x": x, "y": y})
    expect(frame.locator("#card .pairs dt")).to_have_text(
        ["Date (UTC)", "Mode", "Kind", "Country", "People", "Place known to", "Source", "Incident"]
    )
    assert chosen(frame) == f"i:{key}"
    page.keyboard.press("Escape")
    expect(frame.locator("#card")).to_be_hidden()


def test_incidents_of_the_view_are_listed_and_opened_by_the_keyboard(frame, page):
    frame.locator("#legend input[name=incidents]").check()
    until(frame, "monitor.incidents.marks.length > 0")
    frame.evaluate("monitor.map.getContainer().focus()")
    page.keyboard.press("i")
    rows = frame.locator("#card .listed button")
    expect(rows).to_have_count(60)
    rows.nth(2).focus()
    page.keyboard.press("Enter")
    expect(frame.locator("#card .pairs")).to_contain_text("Synthetic demonstration")


def test_degrees_are_off_at_first_and_fit_the_zoom(frame, page):
    assert frame.evaluate(INKED, "degrees") == 0
    frame.evaluate("monitor.map.getContainer().focus()")
    page.keyboard.press("g")
    frame.wait_for_timeout(60)
    assert frame.evaluate(INKED, "degrees") > 200
    steps = []
    for zoom in (3, 6, 9, 11):
        frame.evaluate("(zoom) => void monitor.map.setView([35, 14], zoom, { animate: false })", zoom)
        steps.append(frame.evaluate("monitor.graticule.lines.step"))
    assert steps == sorted(steps, reverse=True)
    assert len(set(steps)) == 4
    assert frame.evaluate(
        "() => { const { degreeName } = modules['graticule_lines.js'];"
        " return [degreeName(-750, ['E', 'W']), degreeName(0, ['N', 'S'])]; }"
    ) == [
        "12°30′ W",
        "0°",
    ]


def test_the_map_is_moved_and_its_routes_are_walked_by_the_keyboard_and_said(frame, page):
    lat, lon, _ = centre(frame)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert centre(frame)[0] > lat
    assert centre(frame)[1] > lon
    page.keyboard.press("n")
    title = frame.locator("#card h2")
    expect(title).to_be_visible()
    first = title.inner_text()
    expect(frame.locator(SPOKEN)).to_contain_text(first)
    page.keyboard.press("n")
    expect(title).not_to_have_text(first)
    page.keyboard.press("p")
    expect(title).to_have_text(first)
    page.keyboard.press("Escape")
    expect(frame.locator("#card")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    when = "document.querySelector('#timebar .when').textContent"
    until(frame, f"document.querySelector('{SPOKEN}').textContent.startsWith({when})")


def test_focus_is_never_lost_between_the_list_and_the_card(frame, page):
    frame.locator("#ranking button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name="Close", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    frame.wait_for_timeout(60)
    expect(frame.get_by_role("button", name="Close", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("#map")).to_be_focused()


def test_a_question_mark_tells_the_keys_and_letters_can_be_switched_off(frame, page):
    page.keyboard.press("?")
    keys = frame.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("next and previous route")
    keys.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("n")
    frame.wait_for_timeout(60)
    assert chosen(frame) is None
    page.keyboard.press("?")
    keys.get_by_role("checkbox").check()
    page.keyboard.press("Escape")


def test_what_can_be_pressed_is_at_least_24_pixels_wide_and_tall(frame, page):
    frame.locator("#ranking button").first.click()
    small = frame.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, input, a[href], [role=slider]")]
          .filter((one) => one.offsetParent).map((one) => (one.closest("label") ?? one))
          .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 23.9 || height < 23.9).map(([html]) => html)"""
    )
    assert small == []


def size_of(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_picture_holds_the_map_its_legend_and_what_it_came_from(frame, page):
    words = frame.evaluate(
        """() => {
          const { Sheet } = modules["sheet.js"];
          const sheet = new Sheet(monitor, monitor.camera.options, 1);
          return [...sheet.marks(), ...sheet.stamp(), sheet.words().when, sheet.words().title];
        }"""
    )
    assert words[:2] == ["TLP:CLEAR", "SYNTHETIC DEMONSTRATION DATA"]
    assert any(word.startswith("method network-") for word in words)
    assert {"ledger version 0", "Smuggling route monitor", frame.locator("#timebar .when").inner_text()} <= set(words)
    frame.wait_for_function("() => monitor.alerts.loader.state === 'ready'")  # names leave room for what it says
    frame.evaluate("monitor.labels.refresh()")
    before = frame.evaluate(INKED, "labels")
    frame.locator("#actions summary").click()
    with page.expect_download() as waiting:
        frame.get_by_role("button", name="Picture (PNG)").click()
    assert waiting.value.suggested_filename.startswith("map-v0-")
    assert waiting.value.suggested_filename.endswith("-synthetic.png")
    wide, tall = size_of(Path(waiting.value.path()).read_bytes())
    width, height = frame.evaluate("[monitor.map.getSize().x, monitor.map.getSize().y]")
    assert (wide, tall) == ((width + 262) * 2, (height + 74 + 32) * 2)
    frame.wait_for_timeout(100)
    assert frame.evaluate("monitor.sharpness") is None
    assert frame.evaluate(INKED, "labels") == before


def test_frames_come_as_a_sound_zip_with_one_picture_for_each_place_of_the_window(frame, page):
    frame.evaluate("monitor.setRange(0, monitor.picture.steps - 3)")
    address = page.url
    frame.locator("#actions summary").click()
    with page.expect_download(timeout=30_000) as waiting:
        frame.get_by_role("button", name="Frames (ZIP of PNG)").click()
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert [name[:4] for name in names[:-1]] == ["0001", "0002", "0003", "0004"]
        assert len({archive.read(name) for name in names[:-1]}) == 4
        assert "ledger version 0" in archive.read("about.txt").decode()
    assert frame.evaluate("monitor.range[0]") == 0
    assert address.split("?")[0] == page.url.split("?")[0]
    expect(frame.get_by_role("dialog")).to_have_count(0)


def test_frames_can_be_cancelled_and_the_window_stands_where_it_stood(frame, page):
    when = frame.locator("#timebar .when")
    before = when.inner_text()
    frame.locator("#timebar button", has_text="1 m").click()
    expect(when).not_to_have_text(before)
    stood = when.inner_text()
    frame.locator("#actions summary").click()
    frame.get_by_role("button", name="Frames (ZIP of PNG)").click()
    expect(frame.get_by_role("dialog", name="Making pictures")).to_contain_text(re.compile(r"[1-9]\d* of"))
    frame.get_by_role("button", name="Cancel").click()
    expect(frame.locator(".said")).to_have_text("No pictures were saved.")
    expect(frame.locator("#timebar .when")).to_have_text(stood)
    frame.locator("#timebar button", has_text="12 m").click()


def test_on_paper_there_is_one_light_sheet_and_the_screen_stays_as_it_was(frame, page):
    frame.evaluate("monitor.state.set('theme', { theme: 'dark' })")
    light = frame.evaluate(
        """() => {
          dispatchEvent(new Event("beforeprint"));
          const sheet = document.querySelector("#paper canvas");
          return [...sheet.getContext("2d").getImageData(2, 2, 1, 1).data.slice(0, 3)];
        }"""
    )
    assert min(light) > 240
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    page.emulate_media(media="print")
    assert frame.evaluate("getComputedStyle(document.querySelector('#paper')).display") == "block"
    assert frame.evaluate("getComputedStyle(document.querySelector('#map')).display") == "none"
    expect(page.locator(".st-key-filter-bar")).to_be_hidden()
    page.emulate_media(media="screen")
    frame.evaluate("dispatchEvent(new Event('afterprint'))")
    frame.evaluate("monitor.state.set('theme', { theme: null })")
    assert frame.locator("#paper canvas").count() == 0


def test_what_is_asked_of_the_server_for_a_search_is_the_words_alone(frame, page, viewer):
    asked = len(viewer.asked)
    frame.locator("#search-field").fill("sabha")
    expect(found(frame).first).to_be_visible()
    frame.wait_for_timeout(400)
    searched = [url for url in viewer.asked[asked:] if "/data/places" in url]
    assert searched == [f"{viewer.url}/data/places?q=sabha"]
    assert json.loads(page.request.get(searched[0]).text())["places"][0]["name"] == "Sabha"


def test_the_map_follows_the_system_into_the_dark_while_it_is_open(seen):
    page, frame = seen.page, seen.open()
    assert frame.locator("html").get_attribute("data-theme") == "light"
    page.emulate_media(color_scheme="dark")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(frame.locator("html")).to_have_attribute("data-theme", "light")
