"""Sea crossings: boats take a short way over water, never one along the coast, and leave no closed bloc."""

import numpy as np
import pytest

from geodata.model.assumptions import reference_facts
from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import km_between, line_km, unit_vectors
from routes.core.params import DEFAULT
from routes.network.sea_crossings import Crossings, crossings
from routes.network.sea_paths import km_and_part, land_on_lines, pulled

FACTS = reference_facts()


def found(spots: np.ndarray) -> tuple[Crossings, list[tuple[str, str]]]:
    ground = terrain()
    points = unit_vectors(spots[:, 0], spots[:, 1])
    sea = crossings(points, np.ones(len(points)), ground, FACTS, DEFAULT)
    codes = ground.codes[sea.hubs.country]
    return sea, [(str(codes[a]), str(codes[b])) for a, b in zip(sea.start, sea.end, strict=True)]


@pytest.fixture(scope="module")
def channel():
    random = np.random.default_rng(2)
    return found(np.column_stack([random.uniform(1.2, 1.9, 60), random.uniform(50.8, 51.1, 60)]))


def test_a_channel_is_crossed_from_one_country_to_the_other(channel):
    sea, pairs = channel
    assert {frozenset(pair) for pair in pairs} >= {frozenset({"FRA", "GBR"})}
    assert all(start != end for start, end in pairs)
    assert (
        land_on_lines(sea.hubs.points[sea.start], sea.hubs.points[sea.end], DEFAULT.sea_paths.ashore_km) < 0.5
    ).all()


def test_a_crossing_explains_what_lies_along_it_and_nothing_beyond_its_reach(channel):
    sea, _ = channel
    assert sea.cover.max() <= 1
    assert (sea.cover @ np.ones(sea.cover.shape[1]) >= 1).all()


def test_nobody_sails_out_of_a_closed_bloc(along):
    sea, pairs = found(along([(10.9, 35.3), (12.4, 35.5)], 60, 10))
    assert pairs
    for row, (start, end) in enumerate(pairs):
        if start == "ITA" and end == "TUN":
            assert not sea.outward[row]
            assert sea.homeward[row]
        if start == "TUN" and end == "ITA":
            assert sea.outward[row]
            assert not sea.homeward[row]


def test_neighbours_on_one_coast_are_not_joined_by_sea(along):
    _, pairs = found(along([(10.2, 33.9), (11.2, 33.3), (12.0, 33.0)], 80, 8))
    assert not {frozenset(pair) for pair in pairs} & {frozenset({"LBY", "TUN"})}


def test_no_crossing_is_much_longer_than_the_shortest_from_its_beach(along):
    sea, _ = found(along([(12.1, 33.1), (12.6, 35.4)], 100, 15))
    assert len(sea)
    assert (sea.excess >= 0).all()
    assert (sea.excess < 1.8).all()


def test_a_long_way_round_a_cape_is_taken_where_the_facts_know_the_route_to_its_landing(along):
    _, pairs = found(along([(-17.2, 20.6), (-17.5, 21.8), (-16.4, 27.5)], 150, 10))
    assert frozenset({"MRT", "ESP"}) in {frozenset(pair) for pair in pairs}


def test_incidents_far_from_any_coast_give_no_crossing():
    sea, pairs = found(np.array([[-140.0, -20.0], [-141.0, -21.0]]))
    assert pairs == []
    assert len(sea) == 0


def test_no_incidents_give_no_crossing():
    sea, _ = found(np.empty((0, 2)))
    assert len(sea) == 0


def test_land_on_a_line_is_a_share_of_it():
    start, end = unit_vectors([9.0, -5.6], [37.6, 36.0]), unit_vectors([9.0, 9.0], [39.0, 40.0])
    over_water, over_spain = land_on_lines(start, end, DEFAULT.sea_paths.ashore_km)
    assert over_water == 0
    assert over_spain > 0.1


def test_a_path_over_water_is_drawn_straight_but_not_over_land():
    around_sicily = unit_vectors(
        [10.8, 11.2, 11.6, 12.0, 12.8, 13.5, 14.3, 15.2, 15.6], [37.0, 37.3, 37.6, 38.3, 38.6, 38.6, 38.6, 38.6, 38.5]
    )
    line = pulled(around_sicily, DEFAULT.sea_paths.on_land)
    assert 2 <= len(line) < len(around_sicily)
    assert line_km(line) <= line_km(around_sicily)


def test_the_distance_to_a_line_is_that_to_its_nearest_point():
    line = unit_vectors([0.0, 10.0, 10.0], [0.0, 0.0, 10.0])
    points = unit_vectors([5.0, -1.0, 11.0, 10.0], [1.0, 0.0, 5.0, 12.0])
    km, part = km_and_part(line, points)
    samples = unit_vectors(
        np.r_[np.linspace(0, 10, 4001), np.full(4001, 10.0)], np.r_[np.zeros(4001), np.linspace(0, 10, 4001)]
    )
    plain = [float(km_between(samples, point).min()) for point in points]
    assert km == pytest.approx(plain, abs=0.3)
    assert part == pytest.approx([0.25, 0, 0.75, 1], abs=0.01)
