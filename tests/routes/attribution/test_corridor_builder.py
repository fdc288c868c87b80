"""Which lines become corridors: those with incidents and enough support, each with the countries that it touches."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from routes.attribution.corridor_builder import corridors_beside
from routes.attribution.summaries import Told
from routes.core.geodesy import unit_vectors
from routes.core.params import RIDGES
from routes.indexing.statements import statements
from routes.ridges.centrelines import Centreline
from tests.routes.conftest import incidents_at

ROAD = [(8.0, 17.0), (9.0, 19.0), (10.5, 21.5), (13.0, 25.0)]
CROSSING = [(12.1, 33.0), (12.3, 34.0), (12.6, 35.4)]


def line(
    places: list[tuple[float, float]], support: float, inferred: tuple[bool, ...] = (), system: int = 0
) -> Centreline:
    points = unit_vectors(*np.array(places).T)
    return Centreline(points, 40.0, np.array(inferred, bool), np.full(len(points), support), system)


def beside(*incidents: int) -> SimpleNamespace:
    """Return so many incidents at each line, none of which states anything."""
    said, _ = statements(incidents_at([(0.0, 0.0)]))
    return SimpleNamespace(
        told=lambda number: Told(incidents[number], 0, {}, False),
        stated=lambda _: said.with_columns(incidents=pl.lit(1, pl.Int64)),
        band_km=lambda number: 10.0 + number,
    )


def test_a_line_without_incidents_is_passed_over_and_those_after_it_are_told():
    lines = [line(ROAD, 1.0), line(ROAD[1:], 0.5), line(ROAD[:3], 0.49), line(ROAD[:1:-1], 0.9, system=3)]
    found = corridors_beside(beside(0, 3, 9, 5), "land", lines, RIDGES)
    assert [(number, one.incidents, one.band_km, one.support) for number, one in found] == [
        (1, 3, 11.0, 0.5),
        (3, 5, 13.0, pytest.approx(0.9)),
    ]
    assert found[0][1].system_id != found[1][1].system_id


def test_over_land_a_line_touches_all_countries_on_its_way_and_at_sea_those_of_its_ends():
    ((_, road),) = corridors_beside(beside(3), "land", [line(ROAD, 1.0)], RIDGES)
    ((_, boat),) = corridors_beside(beside(3), "sea", [line(CROSSING, 1.0)], RIDGES)
    assert [one.iso3 for one in road.countries] == ["NER", "DZA", "LBY"]
    assert [one.iso3 for one in boat.countries] == ["LBY", "ITA"]


def test_what_only_bridges_a_gap_is_no_support():
    ((_, found),) = corridors_beside(beside(3), "land", [line(ROAD, 0.9, (False, True, False))], RIDGES)
    ((start, end),) = found.bridges
    assert found.support == pytest.approx(0.9 * (1 - (end - start) / found.length_km))
    assert 0.5 < found.support < 0.7
