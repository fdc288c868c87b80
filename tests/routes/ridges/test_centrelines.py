"""Where bridges of a line begin and end."""

from types import SimpleNamespace

import numpy as np
import pytest

from routes.core.geodesy import line_km, unit_vectors
from routes.core.params import RIDGES
from routes.ridges import centrelines
from routes.ridges.centrelines import Centreline, _drawn
from routes.ridges.coast_routing import Passage
from routes.ridges.ridge_pipeline import RidgeGraph

KM = 111.195  # of a degree of latitude


def test_bridges_are_told_in_km_from_either_end():
    points = unit_vectors(np.zeros(6), np.array([0.0, 10, 30, 60, 100, 150]) / KM)
    line = Centreline(points, 42.0, np.array([False, True, True, False, True]))
    assert np.array(line.bridges()) == pytest.approx(np.array([[10, 60], [100, 150]]), rel=1e-4)
    assert np.array(line.bridges(turned=True)) == pytest.approx(np.array([[0, 50], [90, 140]]), rel=1e-4, abs=1e-6)
    assert Centreline(points, 42.0).bridges() == ()


@pytest.mark.parametrize(
    ("parts", "lengths"),
    [
        ([49], []),  # less than half of 100 km is on its side of the coast: no line
        ([51], [51]),
        ([40, 16], [40]),  # a piece shorter than a cell is none
        ([40, 18], [40, 18]),
    ],
)
def test_a_line_is_drawn_where_half_of_it_keeps_to_its_side_in_pieces_as_long_as_a_cell(parts, lengths, monkeypatch):
    points = unit_vectors(np.zeros(11), np.arange(11) * 10.0 / KM)
    pieces = [
        Passage(unit_vectors(np.zeros(2), np.array([at, at + km / KM])), np.array([at, at + 1]))
        for at, km in enumerate(parts)
    ]
    monkeypatch.setattr(centrelines, "passages", lambda *_: pieces)
    monkeypatch.setattr(centrelines, "held_to_side", lambda _, nodes, __: nodes)
    area = SimpleNamespace(mode="sea", resolution=5, spacing_km=17.0)
    edges = np.column_stack([np.arange(10), np.arange(1, 11)])
    graph = RidgeGraph(edges, edges[1:2], 2, 13.0)
    found = _drawn(area, points, edges, graph, np.r_[0.5, np.nan, np.full(9, 0.9)], RIDGES)
    assert [line_km(line.points) for line in found] == pytest.approx(lengths, rel=1e-4)
    assert all(line.reach_km == 39.0 for line in found)
    assert [line.inferred.tolist() for line in found] == [[False], [True]][: len(lengths)]
    assert [line.support.tolist() for line in found] == [[0.5], [0.9]][: len(lengths)]
