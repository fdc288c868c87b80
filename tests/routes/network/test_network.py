"""What ways cost and what it costs to draw them, by kind, from two crossings and one start."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from geodata.model.assumptions import reference_facts
from geodata.spatial.mobility_graph import terrain
from routes.core.geodesy import km_between, unit_vectors
from routes.core.params import DEFAULT
from routes.network.coastal_hubs import Hubs
from routes.network.network import AIR, BEGIN, FERRY, LAND, SEA, Ways, _lonely, _seen, _starts, start_nodes, ways
from routes.network.sea_crossings import Crossings
from tests.routes.network.test_origin_destination import of

FACTS = reference_facts()


def crossings(evidence: list[float]) -> Crossings:
    """Return crossings from Zuwara to Lampedusa (200 km) and to Malta (300 km), the second a quarter too long."""
    ground = terrain()
    places = unit_vectors(np.array([12.1, 12.6, 14.5]), np.array([32.9, 35.5, 35.9]))
    country = np.array([ground.index[code] for code in ("LBY", "ITA", "MLT")])
    hubs = Hubs(places, np.array(evidence), ground.land.nearest(places)[1], country)
    both, nothing = np.array([True, True]), np.array([False, False])
    lines = places[[0, 1]], places[[0, 2]]
    start, end, km = np.array([0, 0]), np.array([1, 2]), np.array([200.0, 300.0])
    middle = np.array([5.0, 1.75])  # 2 and a half of a pile for each 100 km, and 50 km more
    return Crossings(hubs, start, end, km, lines, both, nothing, np.array([0.0, 0.25]), csr_array((2, 0)), middle)


@pytest.fixture(scope="module")
def every() -> Ways:
    piles = of((12.0, 25.0, 16, 0))
    piles = SimpleNamespace(
        **{name: getattr(piles, name) for name in ("points", "weights", "at_sea")},
        countries=("BGD",),
        start_points=unit_vectors(np.array([90.4]), np.array([23.8])),
    )
    return ways(piles, crossings([1.0, 1.0, 1.0]), FACTS, terrain(), DEFAULT.ways)


def test_a_boat_costs_its_length_and_to_embark_and_is_eased_where_many_are_seen(every):
    """Along the first 2 are seen for each 100 km, along the second 1/2: as a share of that and the usual 1.25."""
    boats = every.kind == SEA
    detour = np.array([200.0, 300 * (1 + 1.5 * 0.25)])
    busy = 1 + 1.5 * np.array([2 / (2 + 1.25), 0.5 / (0.5 + 1.25)])
    assert every.cost[0, boats].tolist() == pytest.approx(((1.3 * detour + 120) / busy).tolist())
    assert every.length[boats].tolist() == pytest.approx((0.7 * detour + 80).tolist())
    assert every.may[:, boats].tolist() == [[True, True], [False, False]]


def test_a_crossing_to_a_coast_where_little_is_seen_counts_longer():
    """Lampedusa and Malta are one landing: with a quarter of the evidence Malta is lonely by three quarters."""
    assert _lonely(crossings([9.0, 4.0, 1.0]), FACTS).tolist() == pytest.approx([0, 0.75])
    assert _lonely(crossings([9.0, 4.0, 4.0]), FACTS).tolist() == [0, 0]


def test_flights_begin_where_people_start_and_cost_more_than_their_length(every):
    flown, begun = every.kind == AIR, every.kind == BEGIN
    points = terrain().land.points
    start = unit_vectors(np.array([90.4]), np.array([23.8]))
    km = km_between(np.repeat(start, flown.sum(), axis=0), points[every.end[flown]])
    assert flown.any()
    assert every.cost[0, flown].tolist() == pytest.approx((1500 + 0.1 * km).tolist())
    assert every.length[flown].tolist() == pytest.approx((0.03 * km + 20).tolist())
    assert (every.cost[0, begun], every.length[begun], every.end[begun].tolist()) == (
        pytest.approx(0),
        pytest.approx(0),
        terrain().land.nearest(start)[1].tolist(),
    )
    assert not every.may[1, begun | flown].any()


def test_ferries_within_open_borders_are_cheap_and_others_cost_what_a_boat_does(every):
    ferried = every.kind == FERRY
    points = terrain().land.points
    km = km_between(points[every.start[ferried]], points[every.end[ferried]])
    cheap, dear = 0.5 * km + 20, 1.3 * km + 120
    cost = every.cost[0, ferried]
    inside = np.isclose(cost, cheap)
    assert inside.any()
    assert cost[~inside].tolist() == pytest.approx(dear[~inside].tolist())
    assert (every.length[ferried] == 1).all()
    assert km.max() < 2500


def test_who_leaves_a_closed_bloc_over_land_pays_150_km(every):
    roads = every.kind == LAND
    toll = np.abs(every.cost[0] - every.cost[1])[roads]
    assert set(np.unique(toll.round(6)).tolist()) == {0.0, 150.0}


def test_evidence_of_a_cell_counts_by_a_quarter_in_its_neighbours():
    ground = terrain()
    piles = of((12.0, 25.0, 16, 0))
    seen = _seen(piles, ground, DEFAULT.ways.ring_share)
    assert seen.max() == 4
    assert sorted(seen[seen > 0].tolist()) == [1.0] * (np.count_nonzero(seen) - 1) + [4.0]
    here = int(seen.argmax())
    assert np.count_nonzero(seen) == 1 + np.count_nonzero((ground.roads.start == here) | (ground.roads.end == here))


def test_a_start_stands_on_land_of_its_own_country_if_there_is_any_within_300_km():
    ground = terrain()
    across = unit_vectors(np.array([13.9, 6.0]), np.array([13.0, 13.0]))  # in Chad, and in Nigeria, 700 km from Chad
    piles = SimpleNamespace(countries=("NGA", "TCD"), start_points=across)
    near, far = start_nodes(piles, ground, DEFAULT.ways.snap_km)
    assert ground.codes[ground.land.country[near]] == "NGA"
    assert ground.codes[ground.land.country[far]] != "TCD"


def test_flights_run_to_far_airports_and_to_those_that_are_named_for_a_country():
    """Quito is named for Bangladesh, Tunis for Tunisia, Istanbul for nobody: who is near takes no flight to it."""
    spots = {"UIO": (-78.5, -0.2), "TUN": (10.2, 36.8), "IST": (28.8, 41.3)}
    origins = {"UIO": {"BGD"}, "TUN": {"TUN"}, "IST": set()}
    gates = [SimpleNamespace(lon=lon, lat=lat, origins=origins[name]) for name, (lon, lat) in spots.items()]
    homes = {"BGD": (90.4, 23.8), "TUN": (10.0, 36.5), "GRC": (23.7, 38.0)}
    piles = SimpleNamespace(countries=tuple(homes), start_points=unit_vectors(*np.array(list(homes.values())).T))
    ground = terrain()
    begun, flown, country = _starts(piles, SimpleNamespace(gateways=gates), ground, DEFAULT.ways)
    _, gate = ground.land.nearest(unit_vectors(*np.array(list(spots.values())).T))
    name_of = dict(zip(gate.tolist(), spots, strict=True))
    size = len(ground.land)
    assert [
        (list(homes)[one - size], name_of[to]) for one, to in zip(flown.start.tolist(), flown.end.tolist(), strict=True)
    ] == [
        ("BGD", "UIO"),
        ("BGD", "IST"),
        ("TUN", "TUN"),
        ("TUN", "IST"),
    ]
    assert (begun.start - size).tolist() == [0, 1, 2]
    assert [str(ground.codes[one]) for one in country[size:]] == list(homes)
