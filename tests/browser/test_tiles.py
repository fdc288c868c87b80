"""MapLibre in a real browser draws the tiles and styles of the service, and asks nobody but the server for them."""

import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, Route

from layers.palette import palette
from tests.browser.conftest import Seen

MAPLIBRE = Path(__file__).parent.parent.parent / "node_modules" / "maplibre-gl" / "dist"
PAGE = """<!doctype html><meta charset=utf-8><title>Tiles</title><link rel=stylesheet href=/maplibre/maplibre-gl.css>
<style>html, body, #map { margin: 0; height: 100% }</style><div id=map></div><script type=module>
import { Map } from "/maplibre/maplibre-gl.mjs";
window.errors = [];
const map = new Map({ container: "map", style: "STYLE", center: [15, 34], zoom: 4, fadeDuration: 0 });
window.map = map;
map.on("error", (event) => window.errors.push(String(event.error)));
map.on("idle", () => { window.ready = map.areTilesLoaded() && map.isStyleLoaded(); });
</script>"""


@pytest.fixture
def drawn(seen: Seen) -> Seen:
    """Give a page to which the server seems to serve MapLibre too."""
    seen.page.route(f"{seen.url}/maplibre/**", _library)
    return seen


def _library(route: Route) -> None:
    name = Path(urlsplit(route.request.url).path).name
    kind = {".mjs": "text/javascript", ".css": "text/css"}[Path(name).suffix]
    route.fulfill(path=MAPLIBRE / name, content_type=kind)


def show(seen: Seen, style: str) -> Page:
    page = seen.page
    page.route(
        f"{seen.url}/tiles-drawn",
        lambda route: route.fulfill(body=PAGE.replace("STYLE", style), content_type="text/html"),
    )
    page.goto(f"{seen.url}/tiles-drawn")
    page.wait_for_function("window.ready")
    assert page.evaluate("window.errors") == []
    assert seen.outside == []
    return page


def colours(page: Page) -> set[str]:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height)
    return {f"#{red:02x}{green:02x}{blue:02x}" for many, (red, green, blue) in counted if many > 20}


def test_routes_are_drawn_in_the_colours_of_the_map_with_their_mark(drawn):
    page = show(drawn, "/ogc/styles/routes")
    layers = set(page.evaluate("map.queryRenderedFeatures().map((feature) => feature.layer.id)"))
    assert {"corridors", "routes-land", "routes-sea", "hubs"} <= layers
    light = palette()["light"]
    assert {light["land"], light["mode"]["land"], light["mode"]["sea"]} <= colours(page)
    page.get_by_text("SYNTHETIC").wait_for()


def test_hexes_are_drawn_by_their_count_and_only_of_the_window(drawn):
    page = show(drawn, "/ogc/styles/hexes")
    sums = "map.queryRenderedFeatures().reduce((sum, feature) => sum + feature.properties.incidents, 0)"
    every = page.evaluate(sums)
    counts = page.evaluate("map.queryRenderedFeatures().map((feature) => feature.properties.incidents)")
    assert min(counts) < 5 < max(counts)
    assert len(colours(page)) > 5
    page = show(drawn, "/ogc/styles/hexes?datetime=2024-01-01/..")
    assert 0 < page.evaluate(sums) < every
