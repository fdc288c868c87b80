"""Own layers over HTTP: what is listed, the shapes with their tag, who may see them, and which hosts a map may ask."""

import gzip
import json

import pytest

from desk.people import VIEWER, Person, may
from geodata.workspace.layer_files import read_shapes
from geodata.workspace.own_layers import OwnLayers
from layers.map.page import map_page
from pages.server.gate import right_of
from tests.archives import archive, directory

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


@pytest.fixture
def layers(at, home, tmp_path):
    """Return the own layers of a workspace that is shown, of which one is there."""
    home.mkdir(parents=True)
    at(home)
    line = {"type": "LineString", "coordinates": [[12 + step / 7, 33 + step % 2] for step in range(80)]}
    file = tmp_path / "lines.geojson"
    file.write_text(json.dumps({"type": "Feature", "properties": {"name": "Line"}, "geometry": line}), encoding="utf-8")
    found = OwnLayers(home)
    found.add("Patrol lines", "Coast guard", read_shapes(file), dash="dotted")
    return found


def images(answer):
    policy = answer.headers["content-security-policy"]
    return next(part.split()[1:] for part in policy.split("; ") if part.startswith("img-src"))


def test_layers_are_listed_with_style_and_credit_and_their_shapes_come_with_a_tag(get, layers):
    (listed,) = get("/data/own").json()["layers"]
    assert (listed["id"], listed["name"], listed["credit"]) == ("patrol-lines", "Patrol lines", "Coast guard")
    assert (listed["dash"], listed["shown"], listed["place"]) == ("dotted", True, "overlay")
    assert "file" not in listed
    shapes = get("/data/own/patrol-lines", accept_encoding="gzip")
    assert gzip.decompress(shapes.body) == layers.shapes("patrol-lines")
    assert get("/data/own/patrol-lines", if_none_match=shapes.headers["etag"]).status == 304
    assert get("/data/own/nothing").status == get("/data/own/..%2Ffacts").status == 404


def test_the_head_says_when_layers_changed(get, layers):
    before = get("/data/head").json()["own"]
    layers.change("patrol-lines", colour="#112233")
    assert get("/data/head").json()["own"] != before


def test_a_map_may_ask_pictures_of_the_hosts_that_the_operator_named_and_of_no_other(get, layers):
    plain = get("/map")
    assert plain.headers["content-security-policy"] == map_page().policy
    layers.add("Chart", "Map office", kind="xyz", address=TILES)
    allowed = get("/map", if_none_match=plain.headers["etag"])
    assert allowed.status == 200  # the policy that a browser kept with the page is not this one
    assert images(allowed) == ["'self'", "data:", "https://tiles.example.org"]
    rest = allowed.headers["content-security-policy"].replace(" https://tiles.example.org", "")
    assert rest == map_page().policy
    layers.remove("chart")
    assert images(get("/map")) == ["'self'", "data:"]


def test_tiles_of_an_archive_on_the_own_disk_come_from_this_server_and_its_path_is_not_told(get, layers, tmp_path):
    file = archive(tmp_path, directory((0, 1, 4, 0)), tiles=b"zero")
    layers.add_archive(file, "Chart", "Map office", place="base")
    assert images(get("/map")) == ["'self'", "data:"]
    listed = get("/data/own")
    assert listed.json()["layers"][1]["address"] == "/data/own/chart/{z}/{x}/{y}"
    assert str(tmp_path).encode() not in listed.body
    tile = get("/data/own/chart/0/0/0")
    assert (tile.body, tile.headers["content-type"]) == (b"zero", "image/png")
    assert get("/data/own/chart/1/0/0").body.startswith(b"\x89PNG")  # where there is none, a picture of nothing
    assert get("/data/own/patrol-lines/0/0/0").body.startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["/data/own", "/data/own/patrol-areas", "/data/own/chart/0/0/0"])
def test_whoever_may_see_the_map_may_see_own_layers(path):
    assert right_of(path) == right_of("/map") == "see"
    assert may(Person("v", frozenset({VIEWER})), right_of(path))
