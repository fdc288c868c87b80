"""Which crossings between five hubs are plausible, by hand.

Hubs 0 and 1 lie in Libya, 2 and 3 in Italy and 4 in Malta, both of one closed bloc. Crossings, km:
0-2: 200, 0-3: 401, 1-2: 900, 0-4: 250.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from geodata.spatial.mobility_graph import Nodes
from routes.core.geodesy import unit_vectors
from routes.core.params import DEFAULT, NetworkParams
from routes.network import sea_crossings
from routes.network.coastal_hubs import Hubs
from routes.network.sea_crossings import _Candidates

LBY, ITA, MLT = 0, 1, 2
KM = 111.195  # of a degree of latitude


def candidates(*rows: tuple[int, int, float], known: tuple[tuple[int, int], ...] = ()) -> _Candidates:
    start, end, km = np.array(rows, float).T
    none = np.zeros(5, int)
    hubs = Hubs(np.zeros((5, 3)), np.ones(5), none, np.array([LBY, LBY, ITA, ITA, MLT]))
    both, size = np.ones(len(rows), bool), len(rows)
    bloc = np.array([-1, -1, 0, 0, 0])
    lines = tuple(np.zeros((2, 3)) for _ in rows)
    return _Candidates(
        hubs, bloc, frozenset(known), DEFAULT, start.astype(int), end.astype(int), km, lines, both, both, np.zeros(size)
    )


FOUR = (0, 2, 200.0), (0, 3, 401.0), (1, 2, 900.0), (0, 4, 250.0)


def test_the_shortest_crossing_of_a_hub_is_told_by_country_by_bloc_and_at_all():
    to_each, to_any = candidates(*FOUR).shortest()
    assert to_any == {0: 200.0, 1: 900.0, 2: 200.0, 3: 401.0, 4: 250.0}
    assert to_each[0, -1] == 200.0  # the bloc
    assert (to_each[0, ITA], to_each[0, MLT], to_each[2, LBY], to_each[4, LBY]) == (200.0, 250.0, 200.0, 250.0)


@pytest.mark.parametrize(("km", "kept"), [(400.0, True), (401.0, False)])
def test_a_crossing_is_no_longer_than_half_as_long_again_and_100_km(km, kept):
    """Beside 200 km that is 400; a boat never leaves the bloc, so that the way home does not count."""
    found = candidates((0, 2, 200.0), (0, 3, km)).plausible()
    assert found.end.tolist() == ([2, 3] if kept else [2])
    assert found.outward.all()
    assert not found.homeward.any()
    assert found.excess.tolist() == pytest.approx([0.0, 200 / 300] if kept else [0.0])


def test_where_the_facts_know_a_route_it_is_measured_against_the_same_country_alone():
    """The way to Malta is 500 km: too long beside 200 to Italy, but known, and the shortest to Malta."""
    rows = (0, 2, 200.0), (0, 4, 500.0)
    assert candidates(*rows).plausible().end.tolist() == [2]
    assert candidates(*rows, known=((0, 4),)).plausible().end.tolist() == [2, 4]


def test_between_countries_of_no_bloc_boats_go_both_ways():
    both = candidates((0, 1, 200.0)).plausible()
    assert (both.outward.tolist(), both.homeward.tolist()) == ([True], [True])


def test_joined_candidates_stand_in_the_order_of_their_hubs():
    one, other = candidates((1, 2, 900.0), (0, 4, 250.0)), candidates((0, 2, 200.0))
    joined = one.joined(other)
    assert list(zip(joined.start.tolist(), joined.end.tolist(), joined.km.tolist(), strict=True)) == [
        (0, 2, 200.0),
        (0, 4, 250.0),
        (1, 2, 900.0),
    ]
    # Beside 200 km into the bloc 401 are too long; of the second hub nothing is known, so that it may go as far.
    shortest = {(0, -1): 200.0}, dict.fromkeys(range(2, 5), 1.0)
    assert candidates(*FOUR).no_longer_than(shortest).km.tolist() == [200.0, 900.0, 250.0]
    assert candidates(*FOUR, known=((3, 0),))._is_known().tolist() == [False, True, False, False]


def spread_hubs() -> Hubs:
    """Return five hubs in a row, 100 km apart, of Libya, Libya, Italy, Italy and Malta."""
    none = np.zeros(5, int)
    points = unit_vectors(np.arange(5) * 100 / KM, np.zeros(5))
    return Hubs(points, np.ones(5), none, np.array([LBY, LBY, ITA, ITA, MLT]))


def two_coasts(**neighbours: tuple[int, int]) -> SimpleNamespace:
    return SimpleNamespace(
        codes=np.array(["LBY", "ITA", "MLT"]),
        index={"LBY": LBY, "ITA": ITA, "MLT": MLT},
        land_neighbours={pair[::way] for pair in neighbours.values() for way in (1, -1)},
    )


def stated(*members: str) -> SimpleNamespace:
    return SimpleNamespace(
        blocs=[SimpleNamespace(closed=True, members=members)],
        landing_at=lambda lon, _: "far" if lon * KM > 350 else "",
        route_of=lambda _, start, end, landing: (start, end, landing) == ("LBY", "MLT", "far"),
    )


def test_candidates_are_pairs_of_two_countries_in_the_order_of_their_hubs():
    found = _Candidates.between(spread_hubs(), two_coasts(), stated("ITA", "MLT"), DEFAULT)
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == [
        (0, 2),
        (0, 3),
        (0, 4),
        (1, 2),
        (1, 3),
        (1, 4),
    ]
    assert found.km.tolist() == pytest.approx([200, 300, 400, 100, 200, 300], rel=1e-3)
    assert found.known == {(0, 4), (1, 4)}
    assert found.bloc.tolist() == [-1, -1, 0, 0, 0]


def test_land_neighbours_cross_by_sea_only_into_a_bloc():
    pairs = {"one": (LBY, ITA)}
    for members, starts in ((("ITA",), [0, 0, 0, 1, 1, 1, 2, 3]), (("MLT",), [0, 1, 2, 3])):
        found = _Candidates.between(spread_hubs(), two_coasts(**pairs), stated(*members), DEFAULT)
        assert found.start.tolist() == starts


@pytest.mark.parametrize(("shortest", "longest", "ends"), [(99.0, 301.0, [2, 3, 2, 3, 4]), (101.0, 299.0, [2, 3])])
def test_candidates_are_no_shorter_and_no_longer_than_is_asked_for(shortest, longest, ends):
    params = NetworkParams.changed({"crossings.shortest_km": shortest, "crossings.longest_km": longest})
    assert _Candidates.between(spread_hubs(), two_coasts(), stated("ITA", "MLT"), params).end.tolist() == ends


@pytest.mark.parametrize(("off", "kept"), [(62.0, True), (64.0, False)])
def test_a_way_round_a_cape_is_no_longer_than_1_3_times_the_straight_one_and_30_km(off, kept, monkeypatch):
    """Straight 100 km, over a node half way and so far to the side: 2 * hypot(50, 62) = 159.3 km, and 162.4 with 64."""
    monkeypatch.setattr(sea_crossings, "pulled", lambda line, _: line)
    ends = unit_vectors(np.array([0.0, 100, 0, 0, 0]) / KM, np.zeros(5))
    water = unit_vectors(np.array([0.0, 50, 100]) / KM, np.array([0.0, off, 0]) / KM)
    sea = Nodes(np.arange(3, dtype=np.uint64), water, np.ones(3), np.zeros(3, int))
    ways = csr_array((np.full(4, 75.0), ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(3, 3))
    one = replace(candidates((0, 1, 100.0)), hubs=replace(spread_hubs(), points=ends))
    ground = SimpleNamespace(sea=sea, waters=SimpleNamespace(graph=lambda _: ways))
    found = one.around_capes(ground)
    assert found.km.tolist() == (pytest.approx([2 * np.hypot(50, off)], rel=1e-3) if kept else [])
    assert [len(line) for line in found.lines] == [3] * kept
