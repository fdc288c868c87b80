"""Which crossings between five hubs are plausible, by hand.

Hubs 0 and 1 lie in Libya, 2 and 3 in Italy and 4 in Malta, both of one closed bloc. Crossings, km:
0-2: 200, 0-3: 401, 1-2: 900, 0-4: 250.
"""

import numpy as np
import pytest

from routes.core.params import DEFAULT
from routes.network.coastal_hubs import Hubs
from routes.network.sea_crossings import _Candidates

LBY, ITA, MLT = 0, 1, 2


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
