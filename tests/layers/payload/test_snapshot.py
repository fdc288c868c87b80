"""The snapshot: one picture of one ledger version, whole, with its larger parts under the names of their content."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from geodata.model.incident import SYNTHETIC_SOURCE
from geodata.model.query import View
from geodata.spatial import h3_cells as hexes
from layers.payload.hex_tiles import LEVELS
from layers.payload.snapshot import Snapshot, ground, snapshot
from routes.core.corridor import METHOD_VERSION, Corridor
from routes.core.geodesy import km_between, unit_vectors
from routes.pipelines.counting import Directed

ROWS = (
    ("2024-03-05", 12.6, 35.5),
    ("2024-03-09", 12.7, 35.4, {"kind": "death"}),
    ("2024-05-31", 11.1, 34.9),
    ("2025-01-01", 10.9, 34.8),
)


@pytest.fixture
def taken(incidents, corridor):
    def take(*rows: tuple[Any, ...], view=View(), version=3) -> Snapshot:
        return snapshot(ground(incidents(*(rows or ROWS))), view, version, Directed((corridor(),)))

    return take


def test_resources_are_named_by_their_content_and_the_manifest_names_all_of_them(taken):
    found = taken()
    for name, content in found.resources.items():
        assert name == f"{hashlib.sha256(content).hexdigest()}.bin"
    named = {level[part] for level in found.manifest["levels"] for part in ("corners", "cells", "counts")}
    assert named == {f"/data/r/{name}" for name in found.resources}


def test_the_manifest_is_plain_json_and_says_what_it_was_made_from(taken):
    manifest = taken(view=View(modes=("sea",))).manifest
    assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest
    assert (manifest["version"], manifest["query"], manifest["method_version"]) == (3, "mode=sea", METHOD_VERSION)
    assert (manifest["incidents"], manifest["synthetic"]) == (4, False)
    assert manifest["latest"] == "2025-01-01T00:00:00+00:00"
    assert manifest["countries"] == {"ITA": "Italy", "TUN": "Tunisia"}
    assert manifest["kinds"] == [{"name": "rescue", "incidents": 3}, {"name": "death", "incidents": 1}]


def test_months_are_counted_from_the_first_and_months_without_incidents_are_there(taken):
    manifest = taken().manifest
    assert manifest["first"] == "2024-03"
    assert manifest["totals"] == [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_a_picture_by_week_counts_each_corridor_by_what_belongs_to_it(incidents, corridor):
    frame, one = incidents(*ROWS), corridor()
    belong = pl.DataFrame({"incident_id": frame["incident_id"].sort()[:3], "corridor_id": one.corridor_id})
    manifest = snapshot(ground(frame, "week"), View(), 3, Directed((one,), (), lambda: belong)).manifest
    assert (manifest["unit"], manifest["first"], len(manifest["totals"])) == ("week", "2024-03-04", 44)
    assert sum(manifest["totals"]) == 4
    (drawn,) = manifest["corridors"]
    assert sum(number for _, number in drawn["counts"]) == 3
    assert {day for day, _ in drawn["counts"]} <= set(manifest["edges"])


@pytest.mark.parametrize(("unit", "reached"), [("week", 7), ("month", 1)])
def test_an_incident_that_lasts_is_under_way_in_the_picture_its_hex_and_its_corridor(
    incidents, corridor, unit, reached
):
    lasting = {"time_end": datetime(2024, 5, 1, tzinfo=UTC)}
    frame, one = incidents(("2024-03-12", 12.6, 35.5, lasting), ("2024-06-01", 12.6, 35.5)), corridor()
    belong = pl.DataFrame({"incident_id": frame["incident_id"], "corridor_id": one.corridor_id})
    found = snapshot(ground(frame, unit), View(), 3, Directed((one,), (), lambda: belong))
    edges = found.manifest["edges"]
    assert found.manifest["lasting"] == [[1, reached, 1]]
    (drawn,) = found.manifest["corridors"]
    assert drawn["lasting"] == [[edges[1], edges[reached], 1]]
    stored = found.resources[found.manifest["levels"][0]["lasting"].removeprefix("/data/r/")]
    assert np.frombuffer(stored, "<u4").tolist() == [0, 1, 1, reached]


def test_what_is_dated_to_a_month_is_said_where_days_are_shown(incidents):
    frame = incidents(("2024-03-01", 12.6, 35.5, {"time_precision": "month"}), ("2024-03-09", 12.7, 35.4))
    notes = {unit: snapshot(ground(frame, unit), View(), 0).manifest["notes"] for unit in ("day", "month")}
    assert notes["month"] == []
    assert notes["day"] == ["1 incident is dated to a month, quarter or year only, and counted on its first day."]


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter"])
def test_months_of_a_corridor_fall_into_steps_of_the_picture(incidents, corridor, unit):
    manifest = snapshot(ground(incidents(*ROWS), unit), View(), 3, Directed((corridor(),))).manifest
    assert sum(manifest["totals"]) == 4
    assert manifest["edges"] == sorted(set(manifest["edges"]))
    assert len(manifest["edges"]) == len(manifest["totals"]) + 1


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_the_hexes_of_every_level_sum_to_the_incidents(taken, level):
    found = taken()
    entry = found.manifest["levels"][level]
    counts = np.frombuffer(
        found.resources[entry["counts"].removeprefix("/data/r/")], "<u4", entry["entries"], 4 * (entry["hexes"] + 1)
    )
    assert counts.sum() == len(ROWS)
    cells = np.frombuffer(found.resources[entry["cells"].removeprefix("/data/r/")], "<u8")
    assert len(cells) == entry["hexes"]
    assert (hexes.resolutions(cells) <= entry["resolution"]).all()


def test_an_incident_without_a_hex_is_counted_but_not_drawn(taken):
    manifest = taken(*ROWS, ("2024-03-06", 12.0, 35.0, {"cell": None})).manifest
    assert (manifest["incidents"], manifest["totals"][0]) == (5, 3)
    assert manifest["levels"][-1]["hexes"] == 4


def test_the_order_of_incidents_changes_no_byte(incidents, corridor):
    frame = incidents(*ROWS)
    one, two = (snapshot(ground(rows), View(), 3, Directed((corridor(),))) for rows in (frame, frame.reverse()))
    assert one == two


def test_one_synthetic_incident_marks_the_picture(taken):
    assert taken(*ROWS, ("2024-03-05", 12.6, 35.5, {"source": SYNTHETIC_SOURCE})).manifest["synthetic"] is True


def test_dates_known_to_a_quarter_or_year_only_are_told(taken, incidents):
    rows = (*ROWS, ("2024-01-01", 12.0, 35.0, {"time_precision": "year"}))
    assert "1 incident is dated to a quarter or year only" in taken(*rows).manifest["notes"][0]
    assert taken().manifest["notes"] == []


KM_OF_A_DEGREE = 111.195
EPOCH = date(1970, 1, 1).toordinal()
ALONG_THE_EQUATOR = (np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]),)
ACROSS_180_DEGREES = (np.array([[178.0, 0.0], [180.0, 0.0]]), np.array([[-180.0, 0.0], [-178.0, 0.0]]))


@pytest.fixture
def drawn(incidents):
    def draw(corridor: Corridor) -> dict[str, Any]:
        (feature,) = snapshot(ground(incidents(*ROWS)), View(), 0, Directed((corridor,))).manifest["corridors"]
        return feature

    return draw


def km_of(lines: list[list[list[float]]]) -> float:
    vectors = [unit_vectors(*np.array(line).T) for line in lines]
    return sum(float(km_between(points[:-1], points[1:]).sum()) for points in vectors)


def test_a_line_comes_cut_into_what_is_observed_and_what_is_inferred(drawn, corridor):
    bridge = (1.5 * KM_OF_A_DEGREE, 2.5 * KM_OF_A_DEGREE)
    stretches = drawn(corridor(lines=ALONG_THE_EQUATOR, bridges=(bridge,)))["stretches"]
    assert stretches["observed"] == [[[0, 0], [1, 0], [1.5, 0]], [[2.5, 0], [3, 0]]]
    assert stretches["inferred"] == [[[1.5, 0], [2, 0], [2.5, 0]]]


def test_a_bridge_across_180_degrees_is_in_two_parts_as_the_line_is(drawn, corridor):
    bridge = (KM_OF_A_DEGREE, 3 * KM_OF_A_DEGREE)
    stretches = drawn(corridor(lines=ACROSS_180_DEGREES, bridges=(bridge,)))["stretches"]
    assert stretches["observed"] == [[[178, 0], [179, 0]], [[-179, 0], [-178, 0]]]
    assert stretches["inferred"] == [[[179, 0], [180, 0]], [[-180, 0], [-179, 0]]]


def test_a_bridge_that_ends_at_180_degrees_leaves_no_sliver_behind(drawn, corridor):
    bridge = (KM_OF_A_DEGREE, 2 * KM_OF_A_DEGREE + 0.001)
    stretches = drawn(corridor(lines=ACROSS_180_DEGREES, bridges=(bridge,)))["stretches"]
    assert stretches["inferred"] == [[[179, 0], [180, 0]]]
    assert [len(line) for line in stretches["observed"]] == [2, 2]


@pytest.mark.parametrize(
    "bridges", [((0.0, 50.0),), ((150.0, 186.0),), ((0.0, 40.0), (60.0, 70.0), (160.0, 9999.0)), ((0.0, 9999.0),)]
)
def test_what_is_cut_adds_up_to_the_line(drawn, corridor, bridges):
    feature = drawn(corridor(bridges=bridges))
    stretches = feature["stretches"]
    whole = km_of([feature["geometry"]["coordinates"]])
    assert km_of(stretches["observed"]) + km_of(stretches["inferred"]) == pytest.approx(whole, abs=0.1)
    asked = sum(min(end, whole) - min(start, whole) for start, end in bridges)
    assert km_of(stretches["inferred"]) == pytest.approx(asked, abs=0.1)


def test_a_corridor_without_a_gap_is_not_sent_twice(drawn, corridor):
    assert drawn(corridor())["stretches"] is None


@pytest.mark.parametrize(
    ("special", "confidence"),
    [
        ({"support": 0.91, "incidents": 60}, "high"),
        ({"support": 0.91, "incidents": 9}, "medium"),
        ({"support": 0.91, "incidents": 60, "length_km": 200.0, "bridges": ((20.0, 140.0),)}, "medium"),
        ({"support": 0.69, "incidents": 60}, "low"),
        ({"support": None}, None),
    ],
)
def test_a_corridor_says_how_sure_it_is_in_a_word_and_by_its_redraws(drawn, corridor, special, confidence):
    said = drawn(corridor(**special))["properties"]
    assert (said["confidence"], said["support"]) == (confidence, special["support"])
    assert not {"grade", "redraws"} & set(said)


def test_a_dense_area_is_a_layer_of_its_own_with_its_own_counts_and_no_route(incidents, corridor):
    frame, area = incidents(*ROWS), corridor(corridor_id="sea-dense", months={"2024-03": 2})
    piled = pl.DataFrame({"incident_id": frame["incident_id"].sort()[:2], "corridor_id": area.corridor_id})
    routes = Directed((corridor(),), dense=(area,), piled=lambda: piled)
    for unit, days in (("month", ["2024-03-01"]), ("day", ["2024-03-05", "2024-03-09"])):
        drawn = snapshot(ground(frame, unit), View(), 0, routes).manifest["corridors"]
        layers = {one["properties"]["corridor_id"]: one["properties"]["layer"] for one in drawn}
        assert layers == {"sea-0123456789": "routes", "sea-dense": "ridges"}
        counts = {str(date.fromordinal(EPOCH + day)): number for day, number in drawn[1]["counts"]}
        assert list(counts) == days
        assert sum(counts.values()) == 2


def test_the_picture_without_a_network_says_so_and_the_one_with_it_how_many_incidents_are_off_it(incidents):
    below = ground(incidents(*ROWS))
    bare, whole = snapshot(below, View(), 0).manifest, snapshot(below, View(), 0, Directed((), off=3)).manifest
    assert (bare["stage"], bare["routed"], bare["off"], bare["corridors"]) == ("hexes", False, None, [])
    assert (whole["stage"], whole["routed"], whole["off"]) == ("routes", True, 3)
    assert bare["levels"] == whole["levels"]


def test_what_the_network_could_not_do_is_told(incidents):
    found = snapshot(ground(incidents(*ROWS)), View(), 0, Directed((), ("Sea: too few.",)))
    assert found.manifest["notes"] == ["Sea: too few."]


def test_a_view_that_selects_nothing_gives_an_empty_picture(incidents):
    manifest = snapshot(ground(incidents(*ROWS).filter(pl.lit(value=False))), View(), 0, Directed(())).manifest
    assert (manifest["incidents"], manifest["first"], manifest["latest"], manifest["totals"]) == (0, None, None, [])
    assert [level["hexes"] for level in manifest["levels"]] == [0] * len(LEVELS)
    json.dumps(manifest, allow_nan=False)
