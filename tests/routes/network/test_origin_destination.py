"""TripEnds: what an incident states wins, what it does not comes from its neighbours; how far it is told is counted."""

import numpy as np
import polars as pl
import pytest

from geodata.model.assumptions import reference_facts
from routes.core.params import DEFAULT
from routes.network.origin_destination import TripEnds, trip_ends

FACTS = reference_facts()
TUNISIAN_COAST = (10.9, 35.0)


def test_a_stated_departure_is_where_the_way_is_looked_for_from(at, along, told):
    spots = along([TUNISIAN_COAST, (12.4, 35.4)], 80, 10)
    piles = trip_ends(
        told(at(spots, "sea", departure="Sfax, Tunisia", transit="Tunisia"), "CIV"), FACTS, DEFAULT.trip_ends
    )
    assert set(piles.countries) == {"CIV", "TUN"}
    assert (piles.starts[:, piles.countries.index("TUN")] == 1).all()
    assert (piles.origins[:, piles.countries.index("CIV")] == 1).all()


def test_unknown_origins_come_from_the_neighbours_that_state_one(at, told):
    known = told(at([(13.0, 25.0)] * 5), "NER")
    far = told(at([(-99.0, 20.0)] * 5), "GTM")
    unknown = told(at([(13.3, 25.2)] * 3), None)
    piles = trip_ends(pl.concat([known, far, unknown]), FACTS, DEFAULT.trip_ends)
    near = np.argmin(np.linalg.norm(piles.points - trip_ends(unknown, FACTS, DEFAULT.trip_ends).points[0], axis=1))
    assert piles.origins[near, piles.countries.index("NER")] > 0.99
    assert piles.known.sum() == 10
    assert sorted(piles.stated.tolist()) == [0, 5, 5]


def test_each_incident_knows_its_pile_in_the_order_in_which_it_was_given(at, told):
    mixed = pl.concat(
        [
            told(at([(13.0, 25.0)], destination=None), "NER"),
            told(at([(1.0, 1.0)], "air", destination=None), None),
            told(at([(13.0, 25.0)], destination="Algeria"), "NER"),
        ],
        how="vertical_relaxed",
    )
    every = pl.concat([mixed, mixed])
    piles = trip_ends(every, FACTS, DEFAULT.trip_ends)
    first, flown, second, *again = piles.pile_of.tolist()
    assert again == [first, flown, second]
    assert flown == -1
    assert first != second
    assert piles.place[first] == piles.place[second]
    assert piles.incidents.tolist() == [2, 2]
    # Four in one cell weigh two, shared by the piles.
    assert piles.weights.tolist() == [1.0, 1.0]


def of(*places: tuple[float, float, int, int]) -> TripEnds:
    """Return piles at (lon, lat) with so many incidents and so many that state something."""
    lon, lat, incidents, stated = np.array(places, float).T
    size = len(places)
    points = np.column_stack(
        [
            np.cos(np.radians(lat)) * np.cos(np.radians(lon)),
            np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
            np.sin(np.radians(lat)),
        ]
    )
    none, rows = np.zeros((size, 0)), np.arange(size)
    return TripEnds(
        points,
        incidents,
        stated,
        rows,
        rows,
        np.zeros(size, bool),
        none,
        none,
        (),
        np.zeros((0, 3)),
        np.zeros(0),
        rows,
        rows,
        (),
        np.zeros((0, 0), bool),
        np.zeros((0, 0)),
        DEFAULT.trip_ends,
    )


def test_a_pile_is_told_by_what_is_stated_near_it_and_by_the_share_of_the_file():
    # Here 2 that state; 200 km on none, under a kernel of 200 km; far away none. Of the file 2 of 20 state something.
    piles = of((0.0, 0.0, 4, 2), (200 / 111.195, 0.0, 6, 0), (90.0, 0.0, 10, 0))
    counts = np.array([2, 2 * np.exp(-0.5), 0]) + 10 * 2 / 20
    assert piles.told == pytest.approx(counts / (counts + 1), abs=0.001)


def test_where_nothing_is_stated_nothing_is_told():
    assert of((0.0, 0.0, 4, 0), (3.0, 0.0, 1, 0)).told.tolist() == [0, 0]


def test_the_evidence_is_drawn_again_around_what_was_counted():
    piles = of((0.0, 0.0, 9, 0), (5.0, 0.0, 100, 0), (10.0, 0.0, 1, 0))
    random = np.random.default_rng(5)
    again = np.array([piles.redrawn(random) for _ in range(400)])
    assert again.sum(axis=1) == pytest.approx(3 + 10 + 1)
    assert again.mean(axis=0) == pytest.approx([3, 10, 1], abs=0.35)
    assert (again.std(axis=0) > 0.2).all()
