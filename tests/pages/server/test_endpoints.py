"""What the server answers: the page, its data, and one sentence where it can not answer."""

import asyncio
import gzip
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import geopandas as gpd
import pyogrio
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from desk.people import RIGHTS
from geodata.ingest.pipeline import ingest_file
from geodata.ledger.store import Ledger
from geodata.model.assumptions import reference_facts
from layers.export.drawn_areas import spelt
from layers.payload.hex_tiles import LEVELS
from pages.server.endpoints import _one_at_a_time

CACHED = ("/map", "/data/head", "/data/snapshot", "/data/hexes", "/data/basemap/50m")


def is_one_sentence(answer) -> bool:
    said = answer.json()
    text = said["error"]
    return set(said) == {"error"} and text.endswith(".") and "\n" not in text and "Traceback" not in text


def test_the_head_tells_the_newest_version(get, shown):
    head = get("/data/head").json()
    assert (head["version"], head["synthetic"]) == (1, True)
    assert head["incidents"] > 1000


def test_an_empty_workspace_has_a_head_and_no_picture(get, at, home):
    at(home)
    facts = reference_facts().version
    assert get("/data/head").json() == {
        "version": None,
        "incidents": 0,
        "synthetic": False,
        "facts": facts,
        "network": "",
        "building": None,
        "own": "",
        "may": list(RIGHTS),
    }
    for address in ("/data/snapshot", "/data/snapshot?version=0", "/data/hexes", "/data/export?format=gpkg"):
        answer = get(address)
        assert answer.status == 404
        assert is_one_sentence(answer)
        assert "the workspace is empty" in answer.json()["error"]
    assert not home.exists()


def test_facts_that_cannot_be_used_are_said_in_one_sentence_and_the_map_still_stands(get, at, home):
    at(home)
    home.mkdir(parents=True)
    (home / "facts.toml").write_text("version = 3", encoding="utf-8")
    head = get("/data/head").json()
    assert head["facts"] == ""
    assert head["trouble"].endswith("these facts are not used.")


def test_the_map_page_is_the_same_whatever_the_workspace_holds_and_is_asked_with(get, at, home, two_versions):
    at(home)
    empty = get("/map")
    at(two_versions)
    full = get("/map?mode=sea&from=2024-01-01&z=7")
    assert full.headers["content-type"] == "text/html; charset=utf-8"
    assert full.body == empty.body
    assert b"SYN-" not in full.body
    assert "default-src 'none'" in full.headers["content-security-policy"]


@pytest.mark.parametrize("address", CACHED)
@pytest.mark.slow
def test_what_the_asker_has_is_not_sent_again(get, shown, address):
    first = get(address)
    assert first.status == 200
    assert first.headers["cache-control"] == "no-cache"
    again = get(address, if_none_match=f'"other", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert get(address, if_none_match='"other"').status == 200


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/map", "/data/snapshot", "/data/basemap/110m"])
def test_content_is_compressed_for_whoever_understands_it(get, shown, address):
    plain, zipped = get(address), get(address, accept_encoding="br, gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == zipped.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"].split(", ")
    assert len(zipped.body) < len(plain.body) / 2
    assert int(zipped.headers["content-length"]) == len(zipped.body)
    assert gzip.decompress(zipped.body) == plain.body


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "x-gzipped"])
def test_content_is_not_compressed_for_others(get, shown, accepted):
    assert "content-encoding" not in get("/data/snapshot", accept_encoding=accepted).headers


def test_resources_of_a_snapshot_are_named_by_their_content_and_kept_for_good(get, shown):
    levels = get("/data/snapshot").json()["levels"]
    assert [level["resolution"] for level in levels] == list(LEVELS)
    for level in levels:
        for part in ("corners", "cells", "counts"):
            answer = get(level[part])
            assert answer.status == 200
            assert level[part] == f"/data/r/{hashlib.sha256(answer.body).hexdigest()}.bin"
            assert answer.headers["content-type"] == "application/octet-stream"
            assert "immutable" in answer.headers["cache-control"]
            assert get(level[part], if_none_match=answer.headers["etag"]).status == 304


def test_scripts_and_leaflet_are_kept_for_good_and_typed(get):
    for address in ("/assets/monitor.js?v=1", "/vendor/leaflet/leaflet.js"):
        answer = get(address)
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
    assert get("/assets/monitor.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "address",
    [
        "/assets/../exports.py",
        "/assets/%2e%2e/exports.py",
        "/assets/..%2fexports.py",
        "/assets//etc/passwd",
        "/vendor/leaflet/../__init__.py",
        "/data/r/..%2f..%2fapp.py",
        "/data/basemap/..%2fplaces",
    ],
)
def test_no_other_file_can_be_reached(get, shown, address):
    answer = get(address)
    assert answer.status == 404
    assert b"import" not in answer.body
    assert b"root:" not in answer.body


def test_a_resource_that_is_not_kept_is_one_sentence_that_no_cache_keeps(get, shown):
    answer = get(f"/data/r/{'0' * 64}.bin")
    assert answer.status == 404
    assert is_one_sentence(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("version", ["2", "99", "-1", "1.0", "x", "%C2%B2", "%D9%A1", "1%0A", "9" * 5000, "0x1", "1_0"])
@pytest.mark.parametrize("route", ["/data/snapshot?", "/data/export?format=geojson&"])
def test_a_version_that_does_not_stand_is_404_in_one_sentence(get, shown, route, version):
    answer = get(f"{route}version={version}")
    assert answer.status == 404
    assert is_one_sentence(answer)
    assert "versions are 0 to 1" in answer.json()["error"]
    assert len(answer.body) < 200


def test_an_earlier_version_stays_readable(get, shown):
    first, newest = get("/data/snapshot?version=0").json(), get("/data/snapshot").json()
    assert (first["version"], first["incidents"], first["synthetic"]) == (0, 1, False)
    assert (newest["version"], newest["synthetic"]) == (1, True)
    assert newest["incidents"] == get("/data/head").json()["incidents"]


def test_filters_are_applied_and_the_window_is_left_to_the_map(get, shown):
    sea = get("/data/snapshot?mode=sea").json()
    assert 0 < sea["incidents"] < get("/data/snapshot").json()["incidents"]
    assert {feature["properties"]["mode"] for feature in sea["corridors"]} == {"sea"}
    assert get("/data/snapshot?mode=sea&from=2024-01-01&to=2024-02-01").json() == sea
    assert get("/data/snapshot?mode=sea&kind=").json() == sea


def test_junk_in_a_query_opens_the_nearest_valid_view_and_says_so(get, shown):
    junk = "mode=sea&mode=rail&resolution=99&region=1,2&from=soon&kind=%3Cb%3E"
    picture = get(f"/data/snapshot?{junk}").json()
    assert picture["query"] == "mode=sea"
    said = " ".join(picture["notes"])
    for name in ("mode='rail'", "resolution='99'", "region='1,2'", "from='soon'", "kind='<b>'"):
        assert f"{name} was left out" in said
    assert picture["corridors"] == get("/data/snapshot?mode=sea").json()["corridors"]


def test_a_window_that_ends_before_it_starts_is_left_out_and_that_is_said(get, shown):
    picture = get("/data/snapshot?from=2025-01-01&to=2024-01-01").json()
    assert "the window was left out" in picture["notes"][-1]


def test_the_state_of_the_map_in_a_link_is_no_junk(get, shown):
    assert get("/data/snapshot?z=5&lat=35.1&lon=12.2&theme=dark").json() == get("/data/snapshot").json()


def test_where_a_network_stands_a_view_that_nobody_asked_for_before_is_whole_at_once(get, shown):
    whole = get("/data/hexes?mode=sea&kind=rescue").json()
    assert (whole["stage"], whole["routed"]) == ("routes", True)
    routes = [feature["properties"] for feature in whole["corridors"] if feature["properties"]["layer"] == "routes"]
    moved = [route for route in routes if route["flow"]]
    assert moved
    assert all(route["support"] > 0 and route["direction_basis"] for route in moved)
    assert {route["confidence"] for route in routes} <= {"high", "medium", "low"}
    assert whole["hubs"]
    assert get("/data/snapshot?mode=sea&kind=rescue").json() == whole


def test_where_no_network_stands_yet_the_hexes_come_without_it_and_the_snapshot_waits_for_it(get, at, home, tmp_path):
    reports = tmp_path / "reports.csv"
    reports.write_text("date,lat,lon,mode\n2024-05-03,35.5,12.6,sea\n2024-06-03,33.9,13.1,sea\n", encoding="utf-8")
    ingest_file(reports, Ledger(home))
    at(home)
    assert get("/data/head").json()["network"] == ""
    first = get("/data/hexes").json()
    assert (first["stage"], first["routed"], first["corridors"], first["off"]) == ("hexes", False, [], None)
    whole = get("/data/snapshot").json()
    assert (whole["stage"], whole["routed"], whole["levels"]) == ("routes", True, first["levels"])
    assert get("/data/hexes").json() == whole
    assert get("/data/head").json()["network"].startswith("0-")


@pytest.mark.parametrize("address", ["/data/routed", "/data/supported"])
def test_there_is_one_network_and_so_no_other_picture_than_that_of_its_routes(get, shown, address):
    assert get(address).status == 404


def test_who_has_gone_away_is_not_computed_for():
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def compute(request: Request) -> Response:
        pytest.fail("nobody waits for this")

    request = Request({"type": "http", "method": "GET", "path": "/", "headers": []}, gone)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(asyncio.run, _one_at_a_time(compute)(request)).result()  # type: ignore[arg-type]
    assert answer.status_code == 204


def test_lines_are_traced_one_at_a_time_and_who_asks_for_traced_ones_goes_past():
    async def here() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    order = []

    async def all_asked() -> None:
        traced, begun = asyncio.Event(), asyncio.Event()

        async def trace(request: Request) -> Response:
            order.append(request.url.path)
            if request.url.path != "/known":
                begun.set()
                await traced.wait()
            return Response()

        handler = _one_at_a_time(trace, ready=lambda request: request.url.path == "/known")

        def ask(path: str) -> asyncio.Task[Response]:
            scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"here")]}
            return asyncio.create_task(handler(Request(scope, here)))  # type: ignore[arg-type]

        first = ask("/first")
        await asyncio.wait_for(begun.wait(), 5)
        second = ask("/second")
        await asyncio.wait_for(ask("/known"), 5)
        assert order == ["/first", "/known"]
        traced.set()
        await asyncio.wait_for(asyncio.gather(first, second), 5)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, all_asked()).result()
    assert order == ["/first", "/known", "/second"]


def test_notes_about_one_query_do_not_stay_for_the_next_viewer(get, shown):
    get("/data/snapshot?kind=nonsense")
    assert "nonsense" not in get("/data/snapshot").body.decode()


@pytest.mark.parametrize("junk", ["mode=rail", "resolution=99", "from=2025-01-01&to=2024-01-01", "region=9"])
def test_an_export_with_junk_is_refused(get, shown, junk):
    answer = get(f"/data/export?format=gpkg&{junk}")
    assert answer.status == 400
    assert is_one_sentence(answer)
    assert "an export takes only what it understands; nothing was written" in answer.json()["error"]


@pytest.mark.parametrize(
    "wanted", ["format=exe", "format=", "", "format=GPKG", "format=gpkg&audience=public", "format=html&audience=all"]
)
def test_an_export_in_a_format_that_is_not_ours_is_refused(get, shown, wanted):
    answer = get(f"/data/export?{wanted}")
    assert answer.status == 400
    assert is_one_sentence(answer)


@pytest.mark.slow
def test_an_export_is_a_file_with_a_name_that_no_cache_keeps(get, shown, tmp_path):
    answer = get("/data/export?format=geojson&mode=sea&from=2025-01-01&to=2025-07-01&version=1")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="corridors-v1-')
    assert disposition.endswith('-synthetic.geojson"')
    assert answer.json()["view"] == "from=2025-01-01&to=2025-07-01&mode=sea"


@pytest.mark.slow
def test_an_export_is_of_a_drawn_area_a_country_or_a_pair_and_is_previewed_first(get, shown):
    box = spelt("Channel", [(9, 32), (16, 32), (16, 38), (9, 38)])
    told = {
        name: get(f"/data/export?format=geojson&preview=true&{asked}").json()
        for name, asked in (
            ("all", ""),
            ("drawn", urlencode({"area": box})),
            ("libya", "country=LBY"),
            ("pair", "between=LBY,ITA"),
        )
    }
    assert 0 < told["drawn"]["incidents"] < told["all"]["incidents"]
    assert 0 < told["pair"]["incidents"] < told["libya"]["incidents"] < told["all"]["incidents"]
    taken = get(f"/data/export?format=geojson&{urlencode({'area': box})}")
    assert len(taken.body) == told["drawn"]["bytes"]
    assert len(taken.json()["features"]) == told["drawn"]["rows"][0]["rows"]
    for wrong in (
        "between=LBY",
        "country=Atlantis",
        "route=nowhere",
        "area=x~1.1",
        f"country=LBY&{urlencode({'area': box})}",
    ):
        assert is_one_sentence(get(f"/data/export?format=geojson&{wrong}"))


@pytest.mark.slow
def test_a_map_in_a_file_is_widened_to_the_whole_years_that_its_audience_sees(get, shown):
    answer = get("/data/export?format=html&audience=partner&from=2025-02-01&to=2025-07-01&lang=fr")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"].endswith('-synthetic.html"')
    assert "2025-01-01 \\u2013 2025-12-31" in answer.body.decode()
    assert get("/data/export?format=html&lang=xx").status == 400


@pytest.mark.slow
def test_an_export_shows_the_corridors_of_the_map(get, shown, tmp_path):
    path = tmp_path / "out.gpkg"
    path.write_bytes(get("/data/export?format=gpkg").body)
    picture = get("/data/snapshot").json()
    for layer, name in (("routes", "routes"), ("dense_areas", "ridges")):
        drawn = {
            feature["properties"]["corridor_id"]: feature["properties"]["incidents"]
            for feature in picture["corridors"]
            if feature["properties"]["layer"] == name
        }
        written = gpd.read_file(path, layer=layer).set_index("corridor_id")["incidents"].to_dict()
        assert written
        assert written.items() <= drawn.items()
        assert all(drawn[quiet] == 0 for quiet in drawn.keys() - written)
    hexes = gpd.read_file(path, layer="hexes")
    coarse = int(re.search(r"([\d,]+) incidents are known too coarsely", _abstract(path, "hexes"))[1].replace(",", ""))
    assert hexes["incidents"].sum() + coarse == picture["incidents"]


def test_what_is_marked_red_is_in_no_count_and_no_change_of_an_export(get, at, tmp_path, home):
    rows = []
    for mark, count in (("TLP:GREEN", 96), ("TLP:RED", 60)):
        for n in range(count):
            day = f"{2021 + n // 48}-{1 + n // 4 % 12:02d}-{1 + n % 28:02d}"
            rows.append(f"{mark}{n},{day},{35 + n % 9 / 50},{12.6 + n % 7 / 40},sea,{mark}")
    file = tmp_path / "marked.csv"
    file.write_text("id,date,lat,lon,mode,handling\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ingest_file(file, Ledger(home))
    at(home)
    found = get("/data/export?format=geojson").json()
    assert found["marking"] == "TLP:GREEN"
    assert any("60 incidents are marked too high" in note for note in found["notes"])
    counted = [one["incidents"] for one in (*found["changes"], *(each["properties"] for each in found["features"]))]
    assert sum(feature["properties"]["incidents"] for feature in found["features"]) <= 96
    assert all(count <= 96 for count in counted)
    incidents = get("/data/export?format=geojson&layer=incidents").json()["features"]
    assert {one["properties"]["handling"] for one in incidents} == {"TLP:GREEN"}
    everything = quote("handling = 'TLP:RED' OR TRUE")
    asked = get(f"/ogc/collections/incidents/items?filter={everything}").json()
    assert asked["numberMatched"] == 96
    tile = tmp_path / "0.mvt"
    tile.write_bytes(get("/ogc/collections/hexes/tiles/WebMercatorQuad/0/0/0").body)
    hexes = get("/ogc/collections/hexes/items?limit=10000").json()["features"]
    assert gpd.read_file(tile)["incidents"].sum() == sum(one["properties"]["incidents"] for one in hexes) <= 96


def _abstract(path, layer: str) -> str:
    return pyogrio.read_info(path, layer=layer)["layer_metadata"]["abstract"]


@pytest.mark.parametrize("scale", ["110m", "50m"])
def test_the_base_map_is_geojson_of_countries(get, scale):
    answer = get(f"/data/basemap/{scale}")
    assert answer.headers["content-type"] == "application/geo+json"
    assert len(json.loads(answer.body)["features"]) > 150


def test_a_base_map_of_another_scale_is_one_sentence(get):
    answer = get("/data/basemap/10m")
    assert answer.status == 404
    assert is_one_sentence(answer)
