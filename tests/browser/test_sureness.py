"""How sure a corridor is, as an operator sees it: hollow lines, thin dashes, the card's sentences, the legend."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Frame, Route, expect

from geodata.model.incident import empty
from geodata.model.query import View
from layers.payload.snapshot import ground, snapshot
from routes.core.corridor import Corridor
from routes.pipelines.counting import Directed

KM_OF_A_DEGREE = 111.195
LINES = {"sure": 36.0, "doubtful": 33.0, "unknown": 30.0, "flight": 27.0}
"""Latitude of each corridor; all of them run straight east."""
ACROSS = """([id, share]) => {
  const { rgba } = modules["colours.js"];
  const layer = monitor.corridors;
  const { shown, context, frame: { ratio } } = layer;
  const { lines: [points], corridor } = shown.find((shape) => shape.corridor.id === id);
  const [[x0, y], [x1]] = [points[0], points.at(-1)];
  const x = x0 + share * (x1 - x0);
  const colour = rgba(monitor.theme.mode[corridor.mode]);
  return Array.from({ length: 17 }, (_, at) => {
    const pixel = context.getImageData(Math.round(x * ratio), Math.round((y + at - 8) * ratio), 1, 1).data;
    return [0, 1, 2].every((part) => Math.abs(pixel[part] - colour[part]) < 60) && pixel[3] > 200 ? "#" : ".";
  }).join("");
}"""


def eastward(name: str, **special: Any) -> Corridor:
    lat = LINES[name]
    line = np.column_stack([np.arange(5.0, 25.01, 0.5), np.full(41, lat)])
    usual: dict[str, Any] = {
        "corridor_id": name,
        "system_id": name,
        "name": f"{name.title()} - East",
        "mode": "land",
        "lines": (line,),
        "length_km": 20 * KM_OF_A_DEGREE * float(np.cos(np.radians(lat))),
        "band_km": 0.0,
        "incidents": 60,
        "people": 600,
        "countries": (),
        "months": {"2026-10": 60},
        "flow": 8.0,
    }
    return Corridor(**usual | special)


def bridging(name: str) -> tuple[tuple[float, float], ...]:
    """Give a bridge over the second half of a line."""
    whole = 20 * KM_OF_A_DEGREE * float(np.cos(np.radians(LINES[name])))
    return ((whole / 2, whole),)


CORRIDORS = (
    eastward("sure", support=0.91),
    eastward("doubtful", support=0.75, bridges=((0.0, 180.0),)),
    eastward("unknown", bridges=bridging("unknown")),
    eastward("flight", mode="air", flow=0.0),
)


@pytest.fixture
def made_by_hand(seen) -> Frame:
    """Show four corridors made by hand in the place of those of the demonstration."""
    drawn = snapshot(ground(empty()), View(), 0, Directed(CORRIDORS)).manifest["corridors"]

    pictures: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        pictures.append(route.fetch().json() | {"corridors": drawn, "stage": "routes", "routed": True})
        route.fulfill(json=pictures[-1])

    seen.page.route("**/data/hexes?*", answer)
    seen.page.goto(f"{seen.url}/?lat=30&lon=15&z=5&hide=names,hexes,countries")
    frame = seen.page.wait_for_selector("iframe[src^='/map']").content_frame()
    frame.wait_for_selector('#map[aria-busy="false"]')
    for _ in range(100):
        if frame.evaluate("monitor.corridors.shown.length") == len(CORRIDORS):
            return frame
        frame.wait_for_timeout(50)
    pytest.fail("they were never drawn")


def across(frame: Frame, name: str, shares: np.ndarray) -> list[str]:
    """Give cuts across a line, one for each share of its length: # where it has its colour."""
    return [frame.evaluate(ACROSS, [name, float(share)]) for share in shares]


OBSERVED, INFERRED = np.linspace(0.1, 0.4, 60), np.linspace(0.6, 0.9, 60)


def test_an_inferred_stretch_is_thin_and_dashed_where_the_observed_one_is_neither(made_by_hand):
    observed, inferred = (across(made_by_hand, "unknown", shares) for shares in (OBSERVED, INFERRED))
    assert all(cut.count("#") >= 4 for cut in observed), observed
    assert all(cut.count("#") <= 2 for cut in inferred), inferred
    inked = sum("#" in cut for cut in inferred) / len(inferred)
    assert 0.3 < inked < 0.7, inferred


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_line_of_medium_confidence_is_hollow_and_one_of_high_confidence_or_of_none_is_full(made_by_hand, scheme):
    made_by_hand.evaluate("(theme) => monitor.state.set('theme', { theme })", scheme)
    middle = np.linspace(0.3, 0.45, 20)
    hollow, sure, unknown = (across(made_by_hand, name, middle) for name in ("doubtful", "sure", "unknown"))
    assert all(re.search(r"#\.+#", cut) for cut in hollow), hollow
    assert all(re.fullmatch(r"\.+#{4,}\.+", cut) for cut in sure + unknown), sure + unknown


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("sure", ["confidence high: comes back in 91 of 100 times that its evidence is drawn again"]),
        (
            "doubtful",
            [
                "confidence medium: comes back in 75 of 100 times that its evidence is drawn again",
                "180 km of 1,865 km inferred",
            ],
        ),
        ("unknown", ["confidence not computed", "963 km of 1,926 km inferred"]),
        ("flight", ["confidence not computed: a flight is drawn as its incidents name it"]),
    ],
)
def test_the_card_says_how_sure_a_corridor_is(made_by_hand, name, sentences):
    made_by_hand.evaluate("(id) => monitor.select(id)", name)
    expect(made_by_hand.locator("#card ul.facts li")).to_have_text(sentences)


def test_an_inferred_stretch_can_be_clicked_like_the_rest(made_by_hand):
    place = made_by_hand.evaluate(
        "([lat, lon]) => { const { x, y } = monitor.map.latLngToContainerPoint([lat, lon]); return { x, y }; }",
        [LINES["unknown"], 20.0],
    )
    made_by_hand.locator("#map").click(position=place)
    expect(made_by_hand.locator("#card h2")).to_have_text("Unknown – East")


def test_the_legend_explains_confidence_and_dashes(seen):
    legend = seen.open().locator("#legend")
    for words in ("full: confidence high", "hollow: confidence medium or low", "thin dashes: inferred"):
        expect(legend.get_by_text(words)).to_be_visible()
    expect(legend).to_contain_text("Confidence: how often a route comes back when its evidence is drawn again")
    expect(legend).to_contain_text("Inferred: without reports")


def test_the_map_is_there_before_its_routes_and_takes_them_over_by_itself(seen):
    nothing = {"corridors": [], "stage": "hexes", "routed": False, "off": None, "hubs": [], "landings": {}}
    seen.page.route("**/data/hexes?*", lambda route: route.fulfill(json=route.fetch().json() | nothing))
    held: list[Route] = []
    seen.page.route("**/data/snapshot?*", lambda route: held.append(route))  # noqa: PLW0108 - a method is refused
    seen.page.goto(f"{seen.url}/?mode=sea&kind=rescue&lat=35&lon=15&z=5")
    frame = seen.page.wait_for_selector("iframe[src^='/map']").content_frame()
    frame.wait_for_selector('#map[aria-busy="false"][data-unsure="true"]')
    frame.wait_for_selector("#lane .wait:not([hidden])")
    expect(frame.get_by_text("Working out the routes")).to_be_visible()
    assert frame.evaluate("monitor.picture.corridors.length") == 0
    assert frame.evaluate("monitor.hexes.level.count") > 10
    frame.evaluate("monitor.map.setView([34, 14], 6, { animate: false })")
    before = frame.evaluate("monitor.map.getCenter()")
    held[0].continue_()
    frame.wait_for_selector('#map[data-unsure="false"]', timeout=60_000)
    expect(frame.get_by_text("Working out the routes")).to_be_hidden()
    sure = frame.evaluate("monitor.picture.corridors.filter(({ mode }) => mode !== 'air').map((one) => one.confidence)")
    assert set(sure) <= {"high", "medium", "low"}
    frame.evaluate("monitor.select(monitor.picture.corridors.find((one) => one.layer === 'routes').id)")
    expect(frame.locator("#card")).to_contain_text("of 100 times that its evidence is drawn again")
    assert frame.evaluate("monitor.map.getCenter()") == before
    assert seen.complaints == []


def test_dense_areas_show_only_when_asked_for_and_their_card_says_what_they_are(seen):
    frame = seen.open()
    shown = "monitor.picture.seen(monitor.state).some(({ layer }) => layer === 'ridges')"
    assert frame.evaluate("monitor.picture.corridors.some(({ layer }) => layer === 'ridges')")
    assert not frame.evaluate(shown)
    frame.locator("#legend input[name=ridges]").check()
    assert frame.evaluate(shown)
    frame.evaluate("monitor.select(monitor.picture.corridors.find(({ layer }) => layer === 'ridges').id)")
    expect(frame.locator("#card .mode")).to_have_text(re.compile("^dense area, (land|sea)$"))
    expect(frame.locator("#card dl.figures")).not_to_contain_text("passing")


def test_the_card_of_a_route_counts_its_corridor_in_the_window_and_of_all_time_and_who_passes(seen):
    frame = seen.open("?from=2026-01&to=2026-07")
    route = frame.evaluate(
        """() => {
          const routes = monitor.picture.corridors.filter(({ layer }) => layer === "routes");
          const { id, incidents, passing } = routes.reduce((one, other) => (one.flow > other.flow ? one : other));
          const [first, last] = [Date.UTC(2026, 0) / 864e5, Date.UTC(2026, 6) / 864e5];
          monitor.select(id);
          const within = monitor.picture.manifest.corridors
            .find(({ properties }) => properties.corridor_id === id)
            .counts.reduce((sum, [day, number]) => sum + (day >= first && day < last ? number : 0), 0);
          return { within, incidents, passing };
        }"""
    )
    assert 0 < route["within"] < route["incidents"]
    figures = frame.locator("#card dl.figures")
    expect(figures).to_contain_text("in the corridor, in the window")
    names, values = (figures.locator(tag).all_text_contents() for tag in ("dt", "dd"))
    told = {name: int(value.replace(",", "")) for name, value in zip(names, values, strict=True)}
    assert told["in the corridor, in the window"] == route["within"]
    assert told["in the corridor, of all time"] == route["incidents"]
    assert told["passing, of all time"] == round(route["passing"])
