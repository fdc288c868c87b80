"""An own layer as an operator meets it: drawn, named where somebody points, switched in the link, credited."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image
from playwright.sync_api import expect

from benchmarks.served import served
from geodata.workspace.layer_files import read_shapes
from geodata.workspace.own_layers import OwnLayers
from tests.browser.conftest import Seen, fill

SEA = [[15.0, 33.6], [17.0, 33.6], [17.0, 34.6], [15.0, 34.6], [15.0, 33.6]]
HERE = "?lat=34.1&lon=16&z=7"
INKED = """() => {
  const canvas = document.querySelector(".leaflet-own-pane canvas");
  if (canvas.style.display === "none") return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let number = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at]) number += 1;
  return number;
}"""
PLACE = "monitor.map.latLngToContainerPoint([34.1, 16])"


class Tiles(BaseHTTPRequestHandler):
    """Green tiles, which any page may put into a picture."""

    def do_GET(self) -> None:
        """Answer with a tile."""
        drawn = io.BytesIO()
        Image.new("RGB", (256, 256), (0, 200, 0)).save(drawn, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(drawn.getvalue())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def tiles() -> Iterator[str]:
    """Serve tiles on this machine; give the origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_an_own_layer_is_drawn_named_switched_and_credited_and_tiles_come_from_the_named_host(context, tmp_path):
    home, file = tmp_path / "workspace", tmp_path / "sea.geojson"
    fill(home)
    shape = {"type": "Feature", "properties": {"name": "Sector <i>7</i>"}, "geometry": {"type": "Polygon"}}
    shape["geometry"] |= {"coordinates": [SEA]}
    file.write_text(json.dumps(shape), encoding="utf-8")
    layers = OwnLayers(home)
    layers.add("Patrol areas", "Coast guard & <b>partners</b>", read_shapes(file), colour="#b5179e")
    with tiles() as host, served(home) as url:
        layers.add(
            "Chart", "Map office", kind="xyz", address=f"{host}/{{z}}/{{x}}/{{y}}.png", place="base", shown=False
        )
        seen = Seen(context.new_page(), url)
        frame = seen.open(HERE)
        frame.wait_for_function(f"({INKED})() > 500")
        at, box = frame.evaluate(PLACE), seen.page.locator("iframe[src^='/map']").bounding_box()
        seen.page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
        for said in ("Sector <i>7</i>", "Patrol areas", "Source: Coast guard & <b>partners</b>"):
            expect(frame.locator("#tip")).to_contain_text(said)
        expect(frame.locator(".leaflet-control-attribution")).to_contain_text("Coast guard & <b>partners</b>")
        assert seen.outside == []

        frame.locator(".own-layers").get_by_label("Chart").check()
        frame.locator(".own-layers").get_by_label("Patrol areas").uncheck()
        frame.wait_for_selector(".leaflet-own-chart-pane img.leaflet-tile-loaded")
        assert frame.evaluate(INKED) == 0
        expect(frame.locator(".leaflet-control-attribution")).to_contain_text("Map office")
        expect(frame.locator(".leaflet-control-attribution")).not_to_contain_text("Coast guard")
        seen.page.wait_for_url("**own=chart*")
        assert {one.partition("/7/")[0].partition("/6/")[0].partition("/8/")[0] for one in seen.outside} == {host}

        with seen.page.expect_download() as taken:
            frame.evaluate("monitor.camera.picture()")
        picture = Image.open(taken.value.path()).convert("RGB")
        greens = sum(count for count, pixel in picture.getcolors(1 << 24) if pixel == (0, 200, 0))
        assert greens > 10_000  # the tiles are on the picture, too
        assert seen.complaints == []
