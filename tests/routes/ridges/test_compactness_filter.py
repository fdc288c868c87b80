"""What is as wide as it is long is no line; ends without evidence are cut, tips with evidence are reached."""

import numpy as np
import pytest

from routes.core.geodesy import km_between, resampled, unit_vectors
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import domain
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.ridges.compactness_filter import without_blobs
from routes.ridges.end_extension import with_tails, without_overshoot
from routes.ridges.kernel_density import FEWEST_STEPS, kernel_density
from routes.ridges.morse_ridges import unique_edges

pytestmark = pytest.mark.slow

WIDTH_KM = 14.0


@pytest.fixture
def area(at, along):
    return domain(cube(at(along([(16, 20), (24, 20)], 2500)), 5).counts, "land", 5)


@pytest.fixture
def density(area):
    return kernel_density(area, FEWEST_STEPS).counts


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
    kept = without_blobs(area, density, mask, line, 60.0)
    assert len(kept) > 20
    assert np.array_equal(kept, without_blobs(area, density, mask, kept, 60.0))
    assert without_blobs(area, density, mask, np.empty((0, 2), np.int64), 60.0).shape == (0, 2)


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
    kept = np.unique(without_blobs(area, even, mask, unique_edges(line, on, off), 60.0))
    assert on[-1, 1] in kept
    assert off[-1, 1] not in kept


def test_a_line_is_cut_back_to_where_the_evidence_ends(area, density):
    rows = [nearest(area, lon, 20) for lon in np.arange(15.7, 24.3, 0.05)]
    rows = list(dict.fromkeys(rows))
    edges = unique_edges(np.column_stack([rows[:-1], rows[1:]]))
    lon = np.degrees(np.arctan2(area.points[:, 1], area.points[:, 0]))
    before, after = (lon[np.unique(found)] for found in (edges, without_overshoot(area, density, edges, WIDTH_KM)))
    assert before.min() < 15.8
    assert before.max() > 24.2
    assert 15.9 <= after.min() <= 16.3
    assert 23.7 <= after.max() <= 24.1
