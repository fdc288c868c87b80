"""Hubs: evidence falls off with distance, and the strongest place of a coast keeps others away."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from geodata.spatial.mobility_graph import Nodes
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT, HubParams
from routes.network.coastal_hubs import Hubs, _evidence, _nodes, _strongest

KM = 111.195  # of a degree of latitude


def north(*km: float) -> np.ndarray:
    return unit_vectors(np.full(len(km), 10.0), np.array(km) / KM)


@pytest.mark.parametrize(("km", "country", "taken"), [(69, 0, [1]), (71, 0, [1, 0]), (24, 1, [1]), (26, 1, [1, 0])])
def test_hubs_of_one_country_lie_70_km_apart_and_those_of_two_25(km, country, taken):
    every = Hubs(north(0, km), np.array([1.0, 2.0]), np.zeros(2, int), np.array([0, country]))
    assert _strongest(every, DEFAULT.hubs).tolist() == taken


@pytest.mark.parametrize(("apart_km", "taken"), [(50.0, [1, 0]), (70.0, [1])])
def test_hubs_lie_as_far_apart_as_is_asked_for(apart_km, taken):
    every = Hubs(north(0, 60), np.array([1.0, 2.0]), np.zeros(2, int), np.zeros(2, int))
    assert _strongest(every, HubParams(apart_km=apart_km)).tolist() == taken


def test_evidence_of_a_coast_is_a_kernel_of_30_km_up_to_90():
    coast, reports = north(0, 30, 500), north(0, 89, 120.5)
    found = _evidence(coast, reports, np.array([2.0, 10.0, 100.0]), DEFAULT.hubs)
    kernel = lambda km: np.exp(-((km / 30) ** 2) / 2)  # noqa: E731
    assert found[0] == pytest.approx(2 + 10 * kernel(89), rel=1e-4)
    assert found[1] == pytest.approx(2 * kernel(30) + 10 * kernel(59), rel=1e-4)  # the third is 90.5 km away
    assert found[2] == 0
    assert _evidence(coast[:0], reports, np.ones(3), DEFAULT.hubs).tolist() == []


def eight_nodes(*km: float) -> SimpleNamespace:
    """Return land so far north of a beach, all of one country but for the last; nodes 1 to 3 are connected."""
    points = north(*km)
    joined = csr_array((np.ones(2), ([1, 2], [2, 3])), shape=(8, 8))
    land = Nodes(np.arange(8, dtype=np.uint64), points, np.ones(8), np.array([4] * 7 + [9]))
    return SimpleNamespace(land=land, shores=SimpleNamespace(graph=lambda _: joined))


@pytest.mark.parametrize(
    ("island", "mainland", "node"),
    [
        (30, 37, 1),  # a mainland within half of 75 km goes before a nearer island
        (30, 38, 0),
        (74, 200, 0),
        (76, 200, None),  # no land of its own within 75 km
    ],
)
def test_boats_put_out_from_the_mainland_if_it_is_near_else_from_the_nearest_land(island, mainland, node):
    """The nearest land of all, 10 km away, is of another country."""
    ground = eight_nodes(island, mainland, 300, 400, 500, 600, 700, 10)
    found, there = _nodes(north(0), np.array([4]), ground, HubParams(large_part=2))
    assert there.tolist() == [node is not None]
    if node is not None:
        assert found.tolist() == [node]
