"""OGC API - Tiles and Styles: what MapLibre and GIS programs ask for, from the layer down to a tile."""

import gzip
import json
from urllib.parse import quote

import pytest
from starlette.applications import Starlette

from layers.export.map_style import STYLES
from layers.export.tiles import TILED
from pages.server.endpoints import routes as all_routes

pytestmark = pytest.mark.slow

WORLD = "WebMercatorQuad/0/0/0"


def path_of(address: str) -> str:
    return "/ogc" + address.partition("/ogc")[2]


@pytest.mark.parametrize("name", TILED)
def test_a_layer_leads_to_its_tiles(get, shown, name):
    layer = get(f"/ogc/collections/{name}").json()
    (tilesets,) = [link["href"] for link in layer["links"] if link["rel"].endswith("tilesets-vector")]
    (tileset,) = get(path_of(tilesets)).json()["tilesets"]
    links = {link["rel"]: link["href"] for link in tileset["links"]}
    assert get(path_of(links["self"])).json()["layers"][0]["id"] == name
    matrices = get(path_of(links["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"])).json()
    assert matrices["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.0287178)
    tile = links["item"].replace("{tileMatrix}", "0").replace("{tileRow}", "0").replace("{tileCol}", "0")
    answer = get(path_of(tile))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"


def test_tilejson_says_where_tiles_are_and_what_must_be_shown_beside_them(get, shown):
    told = get("/ogc/collections/hexes/tiles/WebMercatorQuad?f=tilejson&mode=sea").json()
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"][0].endswith("/ogc/collections/hexes/tiles/WebMercatorQuad/{z}/{y}/{x}?mode=sea")
    assert "SYNTHETIC" in told["attribution"]
    assert {"cell", "incidents", "sea"} <= set(told["vector_layers"][0]["fields"])


def test_what_chooses_features_chooses_what_is_in_a_tile(get, shown):
    sizes = [
        len(get(f"/ogc/collections/hexes/tiles/{WORLD}{query}").body)
        for query in (
            "",
            "?datetime=2024-01-01/..",
            "?mode=sea",
            f"?filter={quote('incidents > 1')}",
            "?bbox=8,30,20,40",
        )
    ]
    assert all(0 < size < sizes[0] for size in sizes[1:])
    assert get(f"/ogc/collections/hexes/tiles/{WORLD}?filter=FALSE").status == 204


def test_a_tile_is_compressed_and_asked_about(get, shown):
    plain = get(f"/ogc/collections/routes/tiles/{WORLD}")
    small = get(f"/ogc/collections/routes/tiles/{WORLD}", accept_encoding="gzip")
    assert gzip.decompress(small.body) == plain.body
    again = get(f"/ogc/collections/routes/tiles/{WORLD}", if_none_match=plain.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize("name", STYLES)
def test_a_style_leads_to_tiles_of_the_same_window(get, shown, name):
    answer = get(f"/ogc/styles/{name}?datetime=2024-01-01/..")
    assert answer.headers["content-type"] == "application/vnd.mapbox.style+json"
    for source in answer.json()["sources"].values():
        told = get(path_of(source["url"])).json()
        assert told["tiles"][0].endswith("?datetime=2024-01-01/..") or "datetime=2024-01-01%2F.." in told["tiles"][0]
    assert name in [one["id"] for one in get("/ogc/styles").json()["styles"]]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("routes/tiles/WebMercatorQuad/5/0/0", 204),
        ("routes/tiles/WebMercatorQuad/99/0/0", 404),
        ("routes/tiles/WebMercatorQuad/3/8/0", 404),
        ("routes/tiles/WebMercatorQuad/a/0/0", 404),
        ("routes/tiles/WebMercatorQuad/0/0/-1", 404),
        ("routes/tiles/Other/0/0/0", 404),
        ("routes/tiles/Other", 404),
        ("legs/tiles", 404),
        ("incidents/tiles/WebMercatorQuad/0/0/0", 404),
        ("nothing/tiles", 404),
        (f"routes/tiles/{WORLD}?nothing=1", 400),
        (f"routes/tiles/{WORLD}?f=png", 400),
        (f"routes/tiles/{WORLD}?filter=nobody", 400),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(get, shown, asked, status):
    answer = get(f"/ogc/collections/{asked}")
    assert answer.status == status
    if status != 204:
        said = json.loads(answer.body)["error"]
        assert said.endswith(".")
        assert "\n" not in said


def test_there_is_no_other_style(get, shown):
    assert get("/ogc/styles/nothing").status == 404


def test_behind_a_path_prefix_links_hold(asking, shown):

    behind = Starlette(routes=all_routes("/monitor"))
    style = asking(behind, "/monitor/ogc/styles/routes").json()
    address = style["sources"]["routes"]["url"]
    assert "/monitor/ogc/collections/routes/tiles/" in address
    told = asking(behind, "/monitor" + address.partition("/monitor")[2]).json()
    tile = told["tiles"][0].replace("{z}", "0").replace("{y}", "0").replace("{x}", "0")
    assert asking(behind, "/monitor" + tile.partition("/monitor")[2]).status == 200
