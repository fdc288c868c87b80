"""What is as wide as it is long is no line; ends without evidence are cut, tips with evidence are reached."""

from types import SimpleNamespace

import numpy as np
import pytest

from routes.core.geodesy import km_between, resampled, unit_vectors
from routes.core.params import RIDGES
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges.compactness_filter import (
    _band_of_each,
    _leaves,
    _of_round_parts,
    _straight,
    without_blobs,
)
from routes.ridges.end_extension import with_tails, without_overshoot
from routes.ridges.kernel_density import kernel_density
from routes.ridges.morse_ridges import unique_edges

WIDTH_KM = 14.0


@pytest.fixture
def area(at, along):
    return domain(cube(at(along([(16, 20), (24, 20)], 2500)), 5).counts, "land", 5)


@pytest.fixture
def density(area):
    return kernel_density(area, RIDGES.density, RIDGES.density.fewest_steps).counts


def nearest(area, lon: float, lat: float) -> int:
    return int(km_between(area.points, unit_vectors(np.array([lon]), np.array([lat]))).argmin())


def test_a_heap_of_incidents_is_no_corridor_and_a_line_of_as_many_is(at, along):
    heap = at(along([(20, 20), (20.01, 20)], 800, sigma_km=30.0))
    assert reduce_incidents(heap).corridors == ()
    assert len(reduce_incidents(at(along([(16, 20), (24, 20)], 800))).corridors) == 1


def test_tails_reach_the_tips_of_the_mask(area, density):
    mask = density > 3
    edges = with_tails(area, density, mask, np.empty((0, 2), np.int64), 45.0)
    reached = area.points[np.unique(edges)]
    assert max(km_between(reached, area.points[cell]).min() for cell in np.flatnonzero(mask)) <= 2 * 45.0
    for lon in (16.4, 23.6):
        tip = area.points[nearest(area, lon, 20)]
        assert km_between(reached, tip).min() <= 45.0


def test_a_dead_end_shorter_than_asked_for_is_dropped_and_the_line_stays(area, density):
    mask = density > 3
    line = with_tails(area, density, mask, np.empty((0, 2), np.int64), 45.0)
    kept = without_blobs(area, density, mask, line, 60.0, RIDGES.compactness)
    assert len(kept) > 20
    assert np.array_equal(kept, without_blobs(area, density, mask, kept, 60.0, RIDGES.compactness))
    assert without_blobs(area, density, mask, np.empty((0, 2), np.int64), 60.0, RIDGES.compactness).shape == (0, 2)


def test_of_two_short_ends_of_a_line_the_one_that_goes_straight_on_stays(area):
    def along(*corners: tuple[float, float]) -> np.ndarray:
        lon, lat = np.array(corners).T
        path = resampled(unit_vectors(lon, lat), 5.0)
        rows = list(dict.fromkeys(int(km_between(area.points, place).argmin()) for place in path))
        return np.column_stack([rows[:-1], rows[1:]])

    line, on, off = along((17, 20), (22, 20)), along((22, 20), (22.25, 20)), along((22, 20), (22, 20.47))
    mask = np.zeros(len(area.points), bool)
    mask[np.unique(np.concatenate([line, on, off]))] = True
    even = np.where(mask, 5.0, 0.0)
    even[off[1:, 1]] = 13.0
    kept = np.unique(without_blobs(area, even, mask, unique_edges(line, on, off), 60.0, RIDGES.compactness))
    assert on[-1, 1] in kept
    assert off[-1, 1] not in kept


def test_a_line_is_cut_back_to_where_the_evidence_ends(area, density):
    rows = [nearest(area, lon, 20) for lon in np.arange(15.7, 24.3, 0.05)]
    rows = list(dict.fromkeys(rows))
    edges = unique_edges(np.column_stack([rows[:-1], rows[1:]]))
    lon = np.degrees(np.arctan2(area.points[:, 1], area.points[:, 0]))
    before, after = (
        lon[np.unique(found)] for found in (edges, without_overshoot(area, density, edges, WIDTH_KM, RIDGES.ends))
    )
    assert before.min() < 15.8
    assert before.max() > 24.2
    assert 15.9 <= after.min() <= 16.3
    assert 23.7 <= after.max() <= 24.1


def test_of_the_dead_ends_at_a_junction_the_first_is_dropped_alone():
    edges = np.array([[0, 1], [1, 2], [1, 3], [3, 4], [3, 5]])
    assert _leaves(edges, [[1, 2], [0, 1], [1, 3], [3, 5]]) == [[1, 2], [3, 5]]
    assert _leaves(np.array([[0, 1]]), [[0, 1]]) == []


@pytest.mark.parametrize(("band", "drop"), [(67.0, True), (66.0, False)])
def test_a_part_of_less_than_one_and_a_half_lengths_to_its_band_is_round(band, drop):
    """Two chains of 5 km in one part: 10 squared over 67 is 1.49, over 66 it is 1.52; the other part is long."""
    edges, runs = np.array([[0, 1], [1, 2], [3, 4]]), [[0, 1], [1, 2], [3, 4]]
    length, width = np.array([5.0, 5, 10]), np.array([band - 30, 30, 1])
    assert _of_round_parts(edges, runs, length, width, RIDGES.compactness.part_elongation).tolist() == [
        drop,
        drop,
        False,
    ]


def test_an_end_goes_straight_on_by_the_cosine_of_its_turn_from_the_straightest_longer_chain():
    lon, lat = np.array([0.0, 1, 2, 1, 1.5]), np.array([0.0, 0, 0, 1, 0.5])
    points = SimpleNamespace(points=unit_vectors(lon, lat))
    runs, length = [[0, 1], [1, 2], [1, 3], [1, 4]], np.array([111.0, 111.0, 90.0, 70.0])
    found = _straight(points, runs, length, RIDGES.compactness.look_ahead)
    assert found[:2] == pytest.approx([1.0, 1.0], abs=1e-3)  # each goes on as the other
    assert found[2] == pytest.approx(0.0, abs=0.02)
    assert found[3] == pytest.approx(np.cos(np.radians(45)), abs=0.02)
    assert _straight(points, [[0, 1]], np.ones(1), RIDGES.compactness.look_ahead).tolist() == [1.0]
    assert _straight(
        points, [[0, 1], [1, 2]], np.array([1.0, 2.0]), RIDGES.compactness.look_ahead
    ).tolist() == pytest.approx([1.0, 0.0], abs=1e-3)


def test_the_band_of_a_line_is_as_wide_as_a_uniform_one_of_the_same_spread(area):
    """A line of single cells has no spread but that within a cell: its band is one cell wide."""
    rows = list(dict.fromkeys(nearest(area, lon, 20) for lon in np.arange(17, 22, 0.05)))
    alone = np.zeros(len(area.points), bool)
    alone[rows] = True
    found = _band_of_each(area, np.ones(len(alone)), alone, [rows], np.array([500.0]))
    assert found[0] == pytest.approx(500 * area.spacing_km)
    beside = alone.copy()
    beside[np.unique(area.km[rows].nonzero()[1])] = True  # one cell more on each side
    wider = _band_of_each(area, np.ones(len(alone)), beside, [rows], np.array([500.0]))[0] / 500
    extra = beside & ~alone
    square = (km_between(area.points[extra][:, None], area.points[rows][None]).min(axis=1) ** 2).sum() / beside.sum()
    assert wider == pytest.approx(np.sqrt(12 * square + area.spacing_km**2), rel=0.03)
