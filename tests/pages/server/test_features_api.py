"""OGC API - Features: what GIS programs ask for, by the abstract tests of the standard, one by one."""

import json
from urllib.parse import quote

import pytest
from starlette.requests import Request

from layers.export.tables import LAYERS
from pages.server.service_answers import base_of

pytestmark = pytest.mark.slow

GEOJSON = "application/geo+json"
BOX = "8,30,20,40"


def rels(answer) -> set[str]:
    return {link["rel"] for link in answer.json()["links"]}


def test_the_landing_page_leads_to_the_interface_what_it_conforms_to_and_the_layers(get, shown):
    answer = get("/ogc")
    assert answer.status == 200
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= rels(answer)
    classes = get("/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes


def test_the_interface_is_openapi_3_and_names_every_layer(get, shown):
    answer = get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    told = answer.json()
    assert told["openapi"].startswith("3.0")
    assert {f"/collections/{name}/items" for name in LAYERS} <= set(told["paths"])
    names = [operation["get"]["operationId"] for operation in told["paths"].values()]
    assert len(set(names)) == len(names)


def test_every_layer_is_described_with_its_extent_and_systems(get, shown):
    found = get("/ogc/collections").json()["collections"]
    assert [one["id"] for one in found] == list(LAYERS)
    routes = found[0]
    assert routes["storageCrs"] in routes["crs"]
    west, south, east, north = routes["extent"]["spatial"]["bbox"][0]
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    assert get("/ogc/collections/routes").json() == routes | {"links": get("/ogc/collections/routes").json()["links"]}


def test_a_page_longer_than_the_most_there_is_gives_the_most_and_no_error(get, shown):
    most, more = (get(f"/ogc/collections/routes/items?limit={limit}") for limit in (10_000, 10_001))
    assert more.status == 200
    assert more.json()["features"] == most.json()["features"] != []


@pytest.mark.parametrize("name", LAYERS)
def test_pages_of_a_layer_lead_through_all_of_its_features_once(get, shown, name):
    first = get(f"/ogc/collections/{name}/items?limit=10000")
    assert first.headers["content-type"] == GEOJSON
    whole = first.json()
    assert whole["numberMatched"] == whole["numberReturned"] == len(whole["features"])
    ids = [feature["id"] for feature in whole["features"]]
    assert len(set(ids)) == len(ids)
    step = max(1, len(ids) // 3)
    seen, address = [], f"/ogc/collections/{name}/items?limit={step}"
    while address:
        page = get(address).json()
        assert page["numberMatched"] == len(ids)
        seen += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        address = following[0].partition("/ogc")[2] and "/ogc" + following[0].partition("/ogc")[2] if following else ""
    assert seen == ids


def test_a_feature_has_an_address_of_its_own(get, shown):
    (feature,) = get("/ogc/collections/routes/items?limit=1").json()["features"]
    answer = get(f"/ogc/collections/routes/items/{feature['id']}")
    assert answer.status == 200
    assert {key: answer.json()[key] for key in feature} == feature
    assert get("/ogc/collections/routes/items/nobody").status == 404


def test_a_box_a_window_and_values_leave_fewer(get, shown):
    every = get("/ogc/collections/incidents/items?limit=10000").json()["features"]
    inside = get(f"/ogc/collections/incidents/items?limit=10000&bbox={BOX}").json()["features"]
    west, south, east, north = map(float, BOX.split(","))
    points = [feature["geometry"]["coordinates"] for feature in inside]
    assert 0 < len(inside) < len(every)
    assert all(west <= lon <= east and south <= lat <= north for lon, lat in points)
    sea = get("/ogc/collections/incidents/items?limit=10000&mode=sea").json()["features"]
    assert {feature["properties"]["mode"] for feature in sea} == {"sea"}
    days = sorted(feature["properties"]["first_day"] for feature in every)
    middle = days[len(days) // 2]
    late = get(f"/ogc/collections/incidents/items?limit=10000&datetime={middle}/..").json()["features"]
    assert len(late) == sum(day >= middle for day in days)
    one = get(f"/ogc/collections/incidents/items?limit=10000&datetime={middle}T00:00:00Z").json()["features"]
    assert len(one) == days.count(middle)


def test_a_filter_counts_exactly_and_stays_in_the_pages(get, shown):
    every = get("/ogc/collections/incidents/items?limit=10000").json()["features"]
    wanted = {one["id"] for one in every if one["properties"]["mode"] == "sea" and one["properties"]["people"] == 10}
    wanted |= {one["id"] for one in every if one["properties"]["country"] == "LBY"}
    assert 3 < len(wanted) < len(every)
    asked = quote("mode = 'sea' AND people = 10 OR country IN ('LBY')")
    address, seen = f"/ogc/collections/incidents/items?limit={len(wanted) // 2 + 1}&filter={asked}", []
    while address:
        page = get(address).json()
        assert page["numberMatched"] == len(wanted)
        seen += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        address = "/ogc" + following[0].partition("/ogc")[2] if following else ""
    assert len(seen) == len(wanted)
    assert set(seen) == wanted


def test_a_filter_as_gdal_3_6_writes_it_is_understood(get, shown):
    day, moment = quote("month_start >= DATE('2024-05-01')"), quote("month_start >= '2024-05-01T'")
    old = get(f"/ogc/collections/hexes/items?filter={moment}&filter-lang=cql-text").json()
    new = get(f"/ogc/collections/hexes/items?filter={day}").json()
    assert 0 < old["numberMatched"] == new["numberMatched"]
    pattern = quote("mode ILIKE 'SEA%' AND cell <> 'a ILIKE ''b'''")
    upper = get(f"/ogc/collections/hexes/items?filter={pattern}&filter-lang=cql-text").json()
    sea = get("/ogc/collections/hexes/items?mode=sea").json()
    assert 0 < upper["numberMatched"] == sea["numberMatched"]


def test_a_filter_goes_with_a_box_a_window_values_and_json(get, shown):
    box = get(f"/ogc/collections/incidents/items?limit=10000&bbox={BOX}&mode=sea").json()
    west, south, east, north = BOX.split(",")
    shape = {"bbox": [float(side) for side in (west, south, east, north)]}
    tree = {"op": "s_intersects", "args": [{"property": "geometry"}, shape]}
    address = (
        f"/ogc/collections/incidents/items?limit=10000&mode=sea&filter-lang=cql2-json&filter={quote(json.dumps(tree))}"
    )
    assert 0 < get(address).json()["numberMatched"] == box["numberMatched"]
    assert get(f"{address}&bbox={BOX}").json()["numberMatched"] == box["numberMatched"]
    swapped = quote(f"S_INTERSECTS(geometry, BBOX({south}, {west}, {north}, {east}))")
    system = "http://www.opengis.net/def/crs/EPSG/0/4326"
    there = get(f"/ogc/collections/incidents/items?mode=sea&filter={swapped}&filter-crs={system}").json()
    assert there["numberMatched"] == box["numberMatched"]


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_tells_what_it_can_be_filtered_by(get, shown, name):
    answer = get(f"/ogc/collections/{name}/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    (feature,) = get(f"/ogc/collections/{name}/items?limit=1").json()["features"]
    assert set(schema["properties"]) - {"geometry"} == set(feature["properties"])
    assert ("geometry" in schema["properties"]) == (feature["geometry"] is not None)
    assert schema["$id"].endswith(f"/collections/{name}/queryables")
    for column, value in feature["properties"].items():
        text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        if value is not None:
            found = get(f"/ogc/collections/{name}/items?{column}={quote(str(text))}").json()
            assert feature["id"] in {one["id"] for one in found["features"]} or found["numberMatched"] > 100


def test_counts_of_routes_are_those_of_the_window(get, shown):
    every = get("/ogc/collections/routes/items?limit=10000").json()["features"]
    days = get("/ogc/collections/incidents/items?limit=10000").json()["features"]
    middle = sorted(feature["properties"]["first_day"] for feature in days)[len(days) // 2]
    late = get(f"/ogc/collections/routes/items?limit=10000&datetime={middle}/..").json()["features"]
    total, part = (sum(feature["properties"]["incidents"] for feature in some) for some in (every, late))
    assert 0 < part < total
    assert {feature["properties"]["period_start"] for feature in late} == {middle}


def test_another_system_is_answered_in_it_and_said(get, shown):
    system = "http://www.opengis.net/def/crs/EPSG/0/3857"
    address = "/ogc/collections/hubs/items?limit=1"
    (here,) = get(address).json()["features"]
    answer = get(f"{address}&crs={system}")
    (there,) = answer.json()["features"]
    assert answer.headers["content-crs"] == f"<{system}>"
    east, metres = (feature["geometry"]["coordinates"][0] for feature in (here, there))
    assert metres == pytest.approx(east * 111319.49, rel=1e-3)


def test_a_system_whose_first_axis_is_north_is_answered_so(get, shown):
    (here,) = get("/ogc/collections/hubs/items?limit=1").json()["features"]
    address = "/ogc/collections/hubs/items?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/4326"
    (there,) = get(address).json()["features"]
    assert there["geometry"]["coordinates"] == here["geometry"]["coordinates"][::-1]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("routes/items?limit=0", 400),
        ("routes/items?limit=many", 400),
        ("routes/items?offset=-1", 400),
        ("routes/items?bbox=1,2,3", 400),
        ("routes/items?bbox=a,b,c,d", 400),
        ("routes/items?datetime=tomorrow", 400),
        ("routes/items?datetime=2024-05-01/2024-01-01", 400),
        ("routes/items?crs=EPSG:99", 400),
        ("routes/items?no_such_column=1", 400),
        ("routes/items?f=xml", 400),
        ("routes/items?mode=sea&mode=air", 400),
        ("routes/items?incidents=many", 400),
        ("routes/items?filter=mode", 400),
        ("routes/items?filter=nobody%20%3D%201", 400),
        ("routes/items?filter=TRUE&filter-lang=sql", 400),
        ("routes/items?filter=TRUE&filter-crs=EPSG:99", 400),
        ("legs/items?filter=S_INTERSECTS(geometry,POINT(1%201))", 400),
        ("nothing/queryables", 404),
        ("nothing", 404),
        ("nothing/items", 404),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(get, shown, asked, status):
    answer = get(f"/ogc/collections/{asked}")
    assert answer.status == status
    said = json.loads(answer.body)["error"]
    assert said.endswith(".")
    assert "\n" not in said


def test_a_page_to_read_shows_texts_as_text(get, shown):
    answer = get("/ogc/collections/routes/items?f=html&limit=1")
    assert answer.headers["content-type"].startswith("text/html")
    assert b"<script" not in answer.body


@pytest.mark.parametrize(
    ("mounted", "path", "base"),
    [("", "/ogc/collections", "/ogc"), ("/monitor", "/monitor/ogc/api", "/monitor/ogc"), ("/a", "/ogc", "/a/ogc")],
)
def test_links_hold_behind_a_path_prefix(mounted, path, base):
    scope = {"type": "http", "path": path, "root_path": mounted, "headers": [], "query_string": b"", "method": "GET"}
    assert base_of(Request(scope)) == base
