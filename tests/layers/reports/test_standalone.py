"""The map as one file, unpacked: what it holds for whom."""

import base64
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from geodata.model.query import View
from geodata.spatial import h3_cells
from layers.audience.audiences import AUDIENCES, OWN
from layers.export.contents import Export
from layers.reports.standalone import standalone
from routes.core.corridor import CountryRole
from routes.network.movement_model import Hub, Landings, Movement
from routes.pipelines.counting import Directed

SECRET = "Name of the boat"
HOSTILE = '</script><img src=x onerror="alert(1)">{{ 7 * 7 }}<!--'
PLACES = [(12.6, 35.5, 9), (14.3, 35.9, 3), (13.2, 32.9, 6)]
"""Lon, lat, incidents of 2024: nine, three and six."""


@pytest.fixture
def made(incidents, corridor) -> Callable[..., Export]:
    def export(**special: Any) -> Export:
        rows = [
            (
                f"2024-{1 + at % 12:02d}-{1 + at:02d}",
                lon,
                lat,
                {"place": SECRET, "source": SECRET, "handling": "TLP:GREEN"},
            )
            for lon, lat, count in PLACES
            for at in range(count)
        ]
        chosen = incidents(*rows)
        busy = corridor(corridor_id="busy", name=special.pop("name", "Sfax - Lampedusa"))
        quiet = corridor(corridor_id="quiet", name="Quiet - Still")
        ids = [busy.corridor_id] * 9 + [quiet.corridor_id] * 3 + [None] * (chosen.height - 12)
        lying = chosen.select("incident_id").with_columns(corridor_id=np.array(ids, dtype=object))
        hubs = Movement(hubs=(Hub(12.6, 35.5, "ITA", 2.0, 9.0), Hub(10.7, 34.7, "TUN", 2.0, 1.0)))
        routes = Directed((busy, quiet), (), lying.drop_nulls, hubs)
        return Export(View(**special), chosen, routes, 3, datetime(2026, 11, 30, tzinfo=UTC))

    return export


def unpacked(page: bytes) -> dict[str, Any]:
    packed = re.search(rb'id="frozen">([^<]*)</script>', page)
    assert packed
    held: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return held


def picture(page: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpacked(page)["answers"]["/data/snapshot"])
    return found


def hexes(page: bytes) -> list[tuple[int, int, int]]:
    """Return the step, count and H3 resolution of every count of every level."""
    held, found = unpacked(page)["resources"], []
    for level in picture(page)["levels"]:
        content = base64.b64decode(held[level["counts"]])
        cells = np.frombuffer(base64.b64decode(held[level["cells"]]), "<u8")
        n, m = level["hexes"], level["entries"]
        offsets = np.frombuffer(content, "<u4", n + 1)
        counts = np.frombuffer(content, "<u4", m, 4 * (n + 1))
        steps = np.frombuffer(content, "<u2", m, 4 * (n + 1 + m))
        own = np.repeat((cells >> np.uint64(52)) & np.uint64(15), np.diff(offsets))
        found += [(int(s), int(c), int(r)) for s, c, r in zip(steps, counts, own, strict=True)]
    return found


def test_partners_see_whole_years_and_no_count_below_five_nor_what_would_give_one_away(made):
    page = standalone(made(), AUDIENCES["partner"])
    shown = picture(page)
    assert (shown["unit"], shown["totals"], shown["incidents"]) == ("year", [20], 20)
    assert hexes(page) == [(0, 10, 4)]  # Three would be 18 less 9 and 6; so the six are left out, too.
    assert [(one["properties"]["corridor_id"], one["counts"]) for one in shown["corridors"]] == [
        ("busy", [[19723, 10]])
    ]
    assert [hub["landing"] for hub in shown["hubs"]] == [10.0]


def test_the_public_sees_coarser_hexes_in_tens_alone(made, monkeypatch):
    page = standalone(made(), AUDIENCES["public"])
    assert picture(page)["totals"] == [20]
    assert hexes(page) == []
    assert picture(page)["corridors"] == []
    monkeypatch.setattr("tests.layers.reports.test_standalone.PLACES", [(12.6, 35.5, 14), (14.3, 35.9, 30)])
    assert sorted(hexes(standalone(made(), AUDIENCES["public"]))) == [(0, 10, 3), (0, 30, 3)]


def test_the_own_organisation_sees_months_and_every_count(made):
    page = standalone(made(), OWN)
    shown = picture(page)
    assert shown["unit"] == "month"
    assert sum(shown["totals"]) == 18
    assert {resolution for _, _, resolution in hexes(page)} == {3, 4, 5}
    assert {one["properties"]["corridor_id"] for one in shown["corridors"]} == {"busy", "quiet"}


@pytest.mark.parametrize("audience", AUDIENCES.values(), ids=str)
def test_no_file_holds_a_single_incident_its_place_in_words_or_its_source(made, audience):
    page = standalone(made(), audience)
    text = json.dumps(unpacked(page))
    assert SECRET not in text
    assert SECRET.encode() not in page
    assert '"people": 240' not in text or audience is OWN


def test_an_audience_gets_what_is_listed_here_and_nothing_else(made):
    """Whoever adds anything to the picture has to decide whether partners may have it."""
    export = made()
    rich = {
        "origins": {"SYR": 1.0},
        "destinations": {"ITA": 1.0},
        "direction_basis": "one incident",
        "passing": 3.3,
        "flow": 2.2,
        "countries": (CountryRole("TUN", "source", (0.9, 0.1, 0.0)),),
    }
    busy, quiet = export.routes.corridors
    area = replace(busy, corridor_id="area", bridges=((20.0, 95.0),))
    piled = export.incidents.head(9).select("incident_id", pl.lit("area").alias("corridor_id"))
    routes = Directed(
        (replace(quiet, **rich), replace(busy, **rich)),
        ("Two incidents lie nowhere.",),
        lambda: export.routes.assignments,
        replace(export.routes.movement, landings=(Landings("Coast", 3.0),), facts_version="facts"),
        dense=(area,),
        off=7,
        piled=lambda: piled,
    )
    shown = picture(standalone(replace(export, routes=routes), AUDIENCES["partner"]))
    route, dense = shown.pop("corridors")
    assert [level.pop("resolution") for level in shown.pop("levels")] == [4]
    assert shown == {
        "synthetic": False,
        "incidents": 20,
        "latest": None,
        "unit": "year",
        "first": "2024-01",
        "totals": [20],
        "edges": [19723, 20089],
        "lasting": [],
        "kinds": [],
        "sources": [],
        "version": 3,
        "query": "",
        "method_version": routes.method_version,
        "stage": "routes",
        "routed": True,
        "off": None,
        "facts": "facts",
        "hubs": [{"lon": 12.6, "lat": 35.5, "iso3": "ITA", "name": "Lampedusa", "leaving": 0.0, "landing": 10.0}],
        "landings": {},
        "countries": {"ITA": "Italy", "TUN": "Tunisia"},
        "notes": [],
        "handling": "TLP:GREEN",
        "edge_km": shown["edge_km"],
    }
    assert route["properties"] == {
        "corridor_id": "busy",
        "system_id": busy.system_id,
        "name": busy.name,
        "mode": "sea",
        "route": None,
        "layer": "routes",
        "direction": None,
        "basis": "evidence",
        "length_km": 187.0,
        "inferred": False,
        "inferred_km": 0,
        "bridges": [],
        "support": None,
        "confidence": None,
        "detail": 0.0,
        "synthetic": False,
        "incidents": 10,
        "method_version": busy.method_version,
        "people": None,
        "band_km": 0.0,
        "flow": 10.0,
        "direction_basis": None,
        "passing": 0.0,
        "months": {},
        "origins": {},
        "destinations": {},
        "countries": [{"iso3": "TUN", "role": "source"}],
    }
    assert (dense["stretches"], dense["properties"]["bridges"]) == (None, [])
    assert set(route) == {"type", "geometry", "properties", "stretches", "counts", "lasting"}


def test_a_year_with_too_few_incidents_at_either_end_is_no_step_at_all(made, incidents):
    export = made()
    few = incidents(("2009-03-01", 12.6, 35.5), ("2026-03-01", 12.6, 35.5)).with_columns(
        pl.concat_str(pl.lit("few"), "incident_id").alias("incident_id")
    )
    export = replace(export, incidents=pl.concat([export.incidents, few], how="diagonal"))
    shown = picture(standalone(export, AUDIENCES["partner"]))
    assert (shown["first"], shown["totals"]) == ("2024-01", [20])
    assert len(picture(standalone(export, OWN))["totals"]) > 12 * 15


def test_years_with_too_few_incidents_at_the_end_are_not_taken_together(made, incidents):
    export = made()
    late = incidents(*((f"{year}-03-01", 12.6, 35.5) for year in (2025, 2026) for _ in range(3))).with_columns(
        pl.concat_str(pl.lit("late"), "incident_id").alias("incident_id")
    )
    lying = pl.concat(
        [export.routes.assignments, late.select("incident_id", pl.lit("busy").alias("corridor_id"))], how="diagonal"
    )
    export = replace(
        export,
        incidents=pl.concat([export.incidents, late], how="diagonal"),
        routes=replace(export.routes, assign=lambda: lying),
    )
    (route,) = picture(standalone(export, AUDIENCES["partner"]))["corridors"]
    assert route["counts"] == [[19723, 10]]


def test_what_is_known_too_coarsely_is_in_the_total_and_in_no_hex(made):
    export = made()
    coarse = int(h3_cells.cells_at(np.array([12.6]), np.array([35.5]), 2)[0])
    cells = pl.Series("cell", [coarse] * 9 + export.incidents["cell"].to_list()[9:], pl.UInt64)
    page = standalone(replace(export, incidents=export.incidents.with_columns(cells)), AUDIENCES["partner"])
    assert picture(page)["totals"] == [20]
    assert hexes(page) == [(0, 5, 4)]  # six; three are too few, and nine are known at resolution 2


@pytest.mark.parametrize("audience", [AUDIENCES["partner"], AUDIENCES["public"]], ids=str)
def test_nothing_at_all_to_be_shown_is_still_a_map(made, audience):
    shown = picture(standalone(replace(made(), incidents=made().incidents.head(4)), audience))
    assert (shown["totals"], shown["corridors"], shown["incidents"]) == ([], [], 0)


def test_an_observed_stretch_that_too_few_incidents_support_is_told_as_inferred(made):
    """Seven incidents at 10 km, two at 100 km between gaps; where these are would show as observed."""
    export = made()
    lying = export.routes.assignments.select("incident_id", "corridor_id")
    along = pl.Series("along", [10.0] * 7 + [100.0] * 2 + [0.0] * 9)
    placed = export.incidents.join(lying, on="incident_id", how="left").with_columns(along)
    busy = replace(
        export.routes.corridors[0], bridges=((20.0, 95.0), (105.0, 150.0)), support=0.9, incidents=9, length_km=188.0
    )
    export = replace(export, incidents=placed, routes=replace(export.routes, corridors=(busy,)))
    (own,) = picture(standalone(export, OWN))["corridors"]
    (route,) = picture(standalone(export, AUDIENCES["partner"]))["corridors"]
    assert len(own["stretches"]["observed"]) == 3
    assert route["properties"]["bridges"] == [[20.0, 188.0]]  # nobody lies on the last 38 km either
    assert len(route["stretches"]["observed"]) == 1


def test_confidence_tells_of_no_incidents_that_are_left_out(made):
    """Seven in 2024 and three in 2025, which are left out: confidence is high from ten on."""
    export = made()
    late = export.incidents.head(3).with_columns(
        pl.concat_str(pl.lit("late"), "incident_id").alias("incident_id"), pl.col("time_start").dt.offset_by("1y")
    )
    every = pl.concat([export.incidents.slice(2), late])
    ids = pl.Series("corridor_id", ["busy"] * 7 + [None] * 9 + ["busy"] * 3)
    lying = every.select("incident_id").with_columns(ids).drop_nulls()
    busy = replace(export.routes.corridors[0], support=0.9, incidents=10)
    export = replace(export, incidents=every, routes=replace(export.routes, corridors=(busy,), assign=lambda: lying))
    levels = {
        name: picture(standalone(export, AUDIENCES[name]))["corridors"][0]["properties"]["confidence"]
        for name in ("own", "partner")
    }
    assert levels == {"own": "high", "partner": "medium"}


def test_routes_of_equal_counts_are_not_in_the_order_of_what_was_rounded_off(made):
    export = made()
    lying = export.incidents.select("incident_id").with_columns(pl.Series("corridor_id", ["z"] * 10 + ["a"] * 8))
    z, a = (replace(export.routes.corridors[0], corridor_id=name) for name in "za")
    export = replace(export, routes=replace(export.routes, corridors=(z, a), assign=lambda: lying))
    shown = picture(standalone(export, AUDIENCES["partner"]))["corridors"]
    assert [(one["properties"]["corridor_id"], one["properties"]["incidents"]) for one in shown] == [
        ("a", 10),
        ("z", 10),
    ]


def test_a_hub_that_is_too_small_or_rounds_to_nothing_is_not_there(made):
    export = made()
    hubs = Movement(
        hubs=(Hub(12.6, 35.5, "ITA", 2.9, 2.9), Hub(13.2, 32.9, "LBY", 4.9, 0.0), Hub(10.7, 34.7, "TUN", 6.0, 0.0))
    )
    export = replace(export, routes=replace(export.routes, movement=hubs))
    shown = picture(standalone(export, AUDIENCES["partner"]))["hubs"]
    assert [(hub["name"], hub["leaving"], hub["landing"]) for hub in shown] == [("Sfax", 5.0, 0.0)]


def test_a_hostile_name_ends_no_script_and_every_script_and_style_is_named_by_its_hash(made):
    page = standalone(made(name=HOSTILE), OWN).decode()
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 4
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "unsafe" not in policy[1]
    assert "connect-src" not in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_the_mark_the_audience_and_how_much_is_withheld_stand_above_the_map(made):
    page = standalone(made(start=date(2024, 1, 1), end=date(2025, 1, 1)), AUDIENCES["partner"]).decode()
    assert '"marking": "TLP:GREEN"' in page
    assert "50% of the incidents are in no hex" in page
    assert '["Audience", "partner organisations"]' in page
    assert "2024-01-01 \\u2013 2024-12-31" in page


def test_it_speaks_other_languages(made):
    page = standalone(made(), OWN, "fr").decode()
    assert '<html lang="fr"' in page
    assert '["Destinataires", "l\\u2019organisation elle-m\\u00eame"]' in page
