"""How strict the network is, by what is told and how much evidence there is, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT
from routes.network.layout import Lines, _explained, _least_scale, _lone, _standing_crossings, _strict
from routes.ridges.centrelines import Centreline

KM = 111.195  # of a degree of latitude


def test_what_has_to_be_explained_grows_with_the_third_power_of_plenty_and_falls_slowly():
    assert _strict(2.0, DEFAULT.layout) == 8.0
    assert _strict(1.0, DEFAULT.layout) == 1.0
    assert _strict(0.5, DEFAULT.layout) == pytest.approx(0.5**0.6)


def test_thresholds_fall_as_far_as_journeys_are_told():
    piles = SimpleNamespace(told=np.array([1.0, 0.5]), weights=np.array([1.0, 3.0]))
    assert _least_scale(piles, DEFAULT.selection.least_scale) == pytest.approx(1 - 0.625 * 0.9)


@pytest.mark.parametrize(("told", "stands"), [(0.49, [1]), (0.51, [])])
def test_a_traced_line_at_sea_stands_where_less_than_half_of_it_is_told(told, stands):
    """Of the two crossings the second is a traced line, near piles of which so much is told; the first is none."""
    sea = SimpleNamespace(cover=csr_array(np.array([[1.0, 1.0], [0.5, 0.5]])))
    piles = SimpleNamespace(at_sea=np.array([False, True, True]), weights=np.array([9.0, 1.0, 1.0]))
    found = _standing_crossings(
        sea, piles, np.array([1.0, told - 0.1, told + 0.1]), np.array([-1, 0]), DEFAULT.layout.mostly_told
    )
    assert found.tolist() == stands
    assert _standing_crossings(sea, piles, np.zeros(3), np.array([-1, -1]), DEFAULT.layout.mostly_told).tolist() == []


def test_a_crossing_is_lone_by_the_end_at_which_less_is_seen():
    """Under a kernel of 30 km, where an evidence of one is enough: one end has 2, the other 0.5 * exp(-1/2)."""
    places = unit_vectors(np.zeros(3), np.array([0.0, 300.0, 600.0]) / KM)
    hubs = SimpleNamespace(points=places)

    class Sea(SimpleNamespace):
        def __len__(self) -> int:
            return 2

    sea = Sea(hubs=hubs, start=np.array([0, 1]), end=np.array([1, 2]))
    piles = SimpleNamespace(points=unit_vectors(np.zeros(2), np.array([0.0, 330.0]) / KM))
    assert _lone(sea, piles, np.array([2.0, 0.5]), DEFAULT.layout).tolist() == pytest.approx(
        [1 - 0.5 * np.exp(-0.5), 1], rel=1e-3
    )


def test_a_traced_line_explains_what_lies_on_it_less_where_journeys_are_told():
    line = Centreline(unit_vectors(np.array([0.0, 2.0]), np.zeros(2)), 42.0)
    piles = SimpleNamespace(
        points=unit_vectors(np.array([1.0, 1.0, 1.0, 1.0]), np.array([0.0, 53.0, 0.0, 120.0]) / KM),
        at_sea=np.array([False, False, True, False]),
    )
    found = _explained(piles, Lines(land=(line,), sea=(line,)), np.array([0.0, 1.0, 0.25, 0.0]), DEFAULT)
    # On it wholly; 45 km beyond the 8 that are free, of which 85 in 100 are left to journeys; at sea three quarters.
    assert found.tolist() == pytest.approx([1, np.exp(-0.5) * 0.15, 0.75, 0], abs=2e-3)
    assert _explained(piles, Lines(), np.zeros(4), DEFAULT).tolist() == [0] * 4


def test_young_lines_are_the_last_ones():
    one, two, three = (Centreline(np.zeros((2, 3)), float(number)) for number in range(3))
    old = Lines((one, two, three), (one, two), young=(2, 0)).of_all_time()
    assert ([line.reach_km for line in old.land], [line.reach_km for line in old.sea]) == ([0.0], [0.0, 1.0])
    usual = Lines((one,), (two,)).of_all_time()
    assert (usual.land, usual.sea) == ((one,), (two,))
