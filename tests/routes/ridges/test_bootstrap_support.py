"""Support tells how often a line comes back when its evidence is drawn again; what does not come back is not drawn."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from routes.core.geodesy import lonlat, unit_vectors
from routes.core.params import RIDGES
from routes.indexing.cell_graph import Domain
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges import bootstrap_support
from routes.ridges.bootstrap_support import _places_of, support_at
from routes.ridges.ridge_pipeline import RidgeGraph

slow = pytest.mark.slow


@slow
def test_a_strong_line_is_sure_and_a_thin_one_less_so_or_not_drawn(at, along, scattered):
    strong = reduce_incidents(at(along([(16, 20), (23.5, 20)], 1500))).corridors
    assert [corridor.confidence for corridor in strong] == ["high"]
    haze = scattered(14, 17, 26, 23, 250)
    thin = reduce_incidents(at(np.concatenate([along([(16, 20), (23.5, 20)], 70, 15.0), haze]))).corridors
    assert all(corridor.support < strong[0].support for corridor in thin)


@slow
def test_side_lines_of_clutter_are_drawn_less_with_support_than_without(at, along, scattered):
    cluttered = at(np.concatenate([along([(6, 17), (12, 25)], 1500), scattered(2, 14, 20, 30, 500)]))
    plain, sure = (reduce_incidents(cluttered, replicates=number).corridors for number in (0, 20))
    assert sum(corridor.length_km for corridor in sure) < sum(corridor.length_km for corridor in plain)
    assert sure[0].length_km == pytest.approx(plain[0].length_km, rel=0.1)


@slow
def test_support_is_left_open_where_no_replicates_are_asked_for(at, along):
    (corridor,) = reduce_incidents(at(along([(16, 20), (23.5, 20)], 1500)), replicates=0).corridors
    assert corridor.support is None
    assert corridor.confidence is None


KM = 111.195  # of a degree of latitude


def graph(*edges: tuple[int, int]) -> RidgeGraph:
    return RidgeGraph(np.array(edges, np.int64).reshape(-1, 2), np.empty((0, 2), np.int64), 2, 13.0)


def test_a_line_lies_at_the_ends_and_the_middles_of_its_edges():
    area = SimpleNamespace(points=unit_vectors(np.array([-10.0, -8, -8]), np.array([-6.0, -6, -2])))
    places = lonlat(_places_of(area, graph((0, 1), (1, 2))))
    assert places == pytest.approx(np.array([[-10, -6], [-8, -6], [-8, -6], [-8, -2], [-9, -6], [-8, -4]]), abs=0.01)


@pytest.mark.parametrize(("km", "support"), [(24.9, 0.75), (25.1, 0.5)])
def test_support_is_the_share_of_redraws_with_a_line_within_25_km(km, support, monkeypatch):
    """Of four redraws two have a line at the point, one has one beside it, and one has none."""
    points = unit_vectors(np.zeros(4), np.array([0.0, 0.1, km / KM, 3.0]))
    area = Domain(
        cells=np.arange(4, dtype=np.uint64),
        points=points,
        weights=np.array([9.0, 4, 1, 0]),
        centroids=points,
        km=csr_array((4, 4)),
        neighbours=csr_array((4, 4)),
        mode="land",
        resolution=5,
    )
    drawn = iter([graph((0, 1)), graph((2, 3)), graph(), graph((0, 1))])
    weights = []

    def redrawn(one: Domain, *_: object) -> RidgeGraph:
        weights.append(one.weights.tolist())
        return next(drawn)

    monkeypatch.setattr(bootstrap_support, "ridge_graph", redrawn)
    assert support_at(area, 2, points[:1], None, RIDGES, 4).tolist() == [support]
    assert all(row[3] == 0 for row in weights)
    assert len({tuple(row) for row in weights}) == 4
