"""Passes: which trips run along which line, over which border and through which hub, as tables to be summed."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from routes.network.flow_assignment import Flow
from routes.network.network import FERRY, LAND, SEA
from routes.network.passage_tables import Laid, Passes, one_of
from routes.network.segments import Under
from tests.networks import handmade

NIGERIA, NIGER, LIBYA, ITALY = range(4)
ROADS, BOATS = 4, 2


def laid(*trips: list[tuple[int, int]], weight: float = 1.0) -> Laid:
    """Return trips over a small country of ways; each is a list of (way, back).

    Nodes 0 Nigeria, 1 Niger, 2 and 3 Libya, 4 Italy; roads 0-1, 1-2, 2-3, 0-2; boats from hub 0 (Libya) to hub 1
    (Italy) and from hub 2 (Italy) to hub 0; a ferry from 3 to 4.
    """
    ways = SimpleNamespace(
        kind=np.array([LAND] * ROADS + [SEA] * BOATS + [FERRY]),
        roads=ROADS,
        start=np.array([0, 1, 2, 0, 3, 4, 3]),
        end=np.array([1, 2, 3, 2, 4, 3, 4]),
        country=np.array([NIGERIA, NIGER, LIBYA, LIBYA, ITALY]),
        ground=SimpleNamespace(codes=np.array(["NGA", "NER", "LBY", "ITA"])),
    )

    class Boats(SimpleNamespace):
        def __len__(self) -> int:
            return BOATS

    ways.crossings = Boats(
        start=np.array([0, 2]),
        end=np.array([1, 0]),
        hubs=SimpleNamespace(points=np.zeros((3, 3)), country=np.array([LIBYA, ITALY, ITALY])),
    )
    steps = [(trip, way, back) for trip, own in enumerate(trips) for way, back in own]
    trip, way, back = np.array(steps, np.int64).reshape(-1, 3).T
    size = len(trips)
    none = np.zeros(size, np.int64)
    return Laid(ways, Flow(none, none, none, csr_array(np.eye(size)), trip, way, back, np.full(size, weight), 0.0))


NORTH = [(0, 0), (1, 0), (2, 0), (4, 0)]
SOUTH = [(4, 1), (2, 1), (1, 1)]


def test_a_trip_runs_along_the_share_of_a_line_whose_ways_it_takes_with_it_or_against():
    line = Under.of([0, 1, 2], [0, 0, 0], np.array([100.0, 300.0, 100.0]))
    along, against = laid(NORTH, SOUTH, [(3, 0), (2, 0)], []).along([line, line.turned()])
    assert along.toarray() == pytest.approx(np.array([[1, 0], [0, 0.8], [0.2, 0], [0, 0]]))
    assert against.toarray() == pytest.approx(np.array([[0, 1], [0.8, 0], [0, 0.2], [0, 0]]))


def test_no_line_at_all_is_a_table_without_columns():
    along, against = laid(NORTH).along([])
    assert along.shape == against.shape == (1, 0)
    assert laid(NORTH).along([Under.of([], [])])[0].toarray().tolist() == [[0]]


def test_a_leg_is_what_a_trip_goes_over_for_good_in_its_direction():
    shown = np.ones(ROADS + BOATS + 1, bool)
    there_and_back = [(1, 0), (1, 1), (1, 0)]
    keys, table, over = laid(NORTH, SOUTH, there_and_back, [(1, 0), (1, 1)], weight=2.0).legs(shown)
    assert keys == (
        ("NGA", "NER", "land"),
        ("NER", "LBY", "land"),
        ("LBY", "NER", "land"),
        ("LBY", "ITA", "sea"),
        ("ITA", "LBY", "sea"),
    )
    assert table.toarray().tolist() == [[1, 1, 0, 1, 0], [0, 0, 1, 0, 1], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]]
    weight = {(leg, way): own for leg, way, own in over.iter_rows()}
    assert weight[0, 0] == weight[3, 4] == 2.0


def test_ferries_and_ways_that_are_not_shown_make_no_leg():
    shown = np.ones(ROADS + BOATS + 1, bool)
    shown[1] = False
    keys, _, _ = laid([*NORTH[:3], (6, 0)]).legs(shown)
    assert keys == (("NGA", "NER", "land"),)
    keys, table, over = laid(NORTH).legs(np.zeros(ROADS + BOATS + 1, bool))
    assert (keys, table.shape, over.height) == ((), (1, 0), 0)


def test_every_border_counts_for_the_country_that_is_entered_also_unseen():
    entered = laid([*NORTH[:3], (6, 0)], SOUTH).entered().toarray()
    assert entered.tolist() == [[0, 1, 1, 1], [0, 1, 1, 0]]


def test_boats_leave_one_hub_and_land_at_another_where_the_crossing_is_drawn():
    drawn = np.ones(ROADS + BOATS + 1, bool)
    leaving, landing = laid(NORTH, SOUTH, [(5, 0)]).hubs(drawn)
    assert leaving.toarray().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert landing.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]
    drawn[4] = False
    leaving, landing = laid(NORTH, SOUTH, [(5, 0)]).hubs(drawn)
    assert leaving.toarray().sum(axis=1).tolist() == landing.toarray().sum(axis=1).tolist() == [0, 0, 1]


def test_trips_weigh_what_piles_give_them():
    passes = handmade().passes
    assert passes.weights(np.array([1.5, 0.5, 4.0, 3.0])).tolist() == [5.5, 2.0, 1.5]


def test_tables_are_the_same_behind_a_frame_also_empty_ones_in_their_shape():
    passes = handmade().passes
    again = Passes.of_frame(passes.frame())
    for name in ("share", "journey", "along", "against", "legs", "leaving", "landing", "begun", "entered", "ended"):
        one, other = getattr(passes, name), getattr(again, name)
        assert one.shape == other.shape
        assert one.toarray().tolist() == other.toarray().tolist()
    assert again.frame().equals(passes.frame())


def test_one_of_puts_a_one_in_each_row():
    assert one_of(np.array([2, 0]), 3).toarray().tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_of(np.array([], np.int64), 3).shape == (0, 3)
