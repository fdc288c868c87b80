"""Density spreads where a mode can move and nowhere else; the mask holds what stands out of the clutter."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geodata.spatial import h3_cells as hexes
from geodata.spatial.coastline import is_land
from routes.core.geodesy import km_between, unit_vectors
from routes.core.params import RIDGES
from routes.indexing.cell_day_cube import cube
from routes.indexing.cell_graph import Domain, domain
from routes.ridges.kernel_density import (
    _effective,
    _holding,
    _median,
    _otsu,
    _width_km,
    clutter,
    dense,
    kernel_density,
)

RESOLUTION = 5
ANDAMAN, GULF = (98.2, 10.2), (99.6, 10.4)
"""Two places at sea, 155 km apart, on either side of the isthmus of Kra."""


@pytest.fixture
def around(at):
    def area(places, mode="land") -> Domain:
        return domain(cube(at(places), RESOLUTION).counts, mode, RESOLUTION)

    return area


def row_near(area: Domain, lon: float, lat: float) -> int:
    return int(km_between(area.points, unit_vectors(np.array([lon]), np.array([lat]))).argmin())


def test_a_pile_of_reports_of_one_day_at_one_place_counts_once(at):
    pile = at([(8.0, 17.0)] * 50).with_columns(time_start=at([(0, 0)])["time_start"][0])
    assert cube(pile, RESOLUTION).counts.weights.tolist() == [1.0]
    assert cube(at([(8.0, 17.0)] * 50), RESOLUTION).counts.weights.tolist() == [50.0]


def test_the_centroid_of_a_cell_is_the_mean_place_of_its_incidents(at):
    centroid = cube(at([(8.0, 17.0), (8.02, 17.0)]), RESOLUTION).counts.centroids
    assert km_between(centroid, unit_vectors(np.array([8.01]), np.array([17.0])))[0] < 0.01


def test_counts_do_not_depend_on_the_order_of_rows(at, along):
    incidents = at(along([(0, 20), (5, 22)], 500))
    one, other = cube(incidents, RESOLUTION).counts, cube(incidents[::-1], RESOLUTION).counts
    assert np.array_equal(one.cells, other.cells)
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.centroids, other.centroids)


def test_two_seas_with_an_isthmus_between_them_do_not_join(around):
    area = around([ANDAMAN, GULF], "sea")
    _, part = connected_components(area.neighbours, directed=False)
    assert part[row_near(area, *ANDAMAN)] != part[row_near(area, *GULF)]


def test_sea_cells_lie_at_sea_but_for_those_where_incidents_count_to_it(around):
    area = around([ANDAMAN, GULF, (98.9, 10.3)], "sea")
    empty = area.cells[area.weights == 0]
    lon, lat = hexes.centres(empty)
    assert is_land(lon, lat).mean() < 0.1
    assert row_near(area, 98.9, 10.3) in np.flatnonzero(area.weights)


def test_density_of_one_sea_does_not_leak_into_the_other(around):
    area = around([ANDAMAN, GULF], "sea")
    here, there = row_near(area, *ANDAMAN), row_near(area, *GULF)
    area.weights[:] = 0
    area.weights[here] = 100
    density = kernel_density(area, RIDGES.density, RIDGES.density.most_steps).counts
    assert density[here] > 1
    assert density[there] == 0


def test_spreading_keeps_the_sum_of_the_evidence(around, along):
    area = around(along([(0, 20), (5, 22)], 500))
    for steps in (RIDGES.density.fewest_steps, RIDGES.density.most_steps):
        density = kernel_density(area, RIDGES.density, steps)
        spread = density.counts.sum() / (4 * np.pi * density.width_km**2 / area.cell_km2)
        assert spread == pytest.approx(area.weights.sum())


def test_the_bandwidth_is_finer_where_there_is_more_evidence(around, along):
    few, many = (kernel_density(around(along([(0, 20), (5, 22)], number)), RIDGES.density) for number in (60, 3000))
    assert (few.steps, many.steps) == (RIDGES.density.most_steps, RIDGES.density.fewest_steps)
    assert 26 < few.width_km < 30
    assert 12 < many.width_km < 15


def test_the_mask_holds_the_line_and_not_the_clutter(around, along, scattered):
    area = around(np.concatenate([along([(0, 20), (6, 20)], 900), scattered(-3, 16, 9, 24, 300)]))
    density = kernel_density(area, RIDGES.density, RIDGES.density.fewest_steps).counts
    mask = dense(area, density, clutter(area, density, RIDGES.density), RIDGES.density)
    off = np.abs(np.degrees(np.arcsin(area.points[:, 2])) - 20)
    on_line = (off < 0.1) & (np.abs(np.degrees(np.arctan2(area.points[:, 1], area.points[:, 0])) - 3) < 2.7)
    assert mask[on_line].all()
    assert mask[off > 1].mean() < 0.05


@pytest.mark.parametrize(("height", "kept"), [(1.2, False), (2.0, False), (3.0, False), (9.0, True)])
def test_a_rise_that_chance_explains_is_not_dense_however_far_above_the_level(around, height, kept):
    area = around([(8.0, 17.0)])
    density = np.full(len(area.cells), 0.4)
    rise = row_near(area, 8.0, 17.0)
    density[rise] = height
    mask = dense(area, density, np.full(len(area.cells), 0.4), RIDGES.density)
    assert mask[rise] == kept
    assert mask.sum() == kept


def test_a_cell_that_stands_out_beyond_doubt_brings_its_less_certain_neighbours(around):
    area = around([(8.0, 17.0)])
    density = np.full(len(area.cells), 0.4)
    rise = row_near(area, 8.0, 17.0)
    density[area.neighbours.indices[area.neighbours.indptr[rise] : area.neighbours.indptr[rise + 1]]] = 3.3
    density[rise] = 9.0
    assert dense(area, density, np.full(len(area.cells), 0.4), RIDGES.density).sum() == 7


@pytest.mark.parametrize("places", [[(8.0, 17.0)], [(0.0, 90.0)], [(180.0, 0.0), (-180.0, 0.0)]])
def test_a_mask_of_next_to_no_evidence_is_empty_or_small_and_never_fails(around, places):
    area = around(places, "sea")
    density = kernel_density(area, RIDGES.density, RIDGES.density.most_steps).counts
    level = clutter(area, density, RIDGES.density)
    assert np.isfinite(density).all()
    assert np.isfinite(level).all()
    assert dense(area, density, level, RIDGES.density).dtype == bool


def test_rich_clutter_is_no_route_however_much_there_is_of_it(around, scattered):
    area = around(scattered(0, 15, 12, 25, 60_000))
    density = kernel_density(area, RIDGES.density).counts
    assert dense(area, density, clutter(area, density, RIDGES.density), RIDGES.density).mean() < 0.01


def test_the_density_around_the_middle_incident():
    """Of ten incidents six lie where the density is 7, three where it is 2; cells without any do not count."""
    assert _median(np.array([3.0, 6, 1, 0]), np.array([2.0, 7, 9, 1])) == 7
    assert _median(np.array([5.0, 5]), np.array([2.0, 7])) == 2
    assert _median(np.array([4.0, 6]), np.array([2.0, 7])) == 7


def test_two_heaps_of_values_are_parted_between_them():
    logs = np.r_[np.linspace(0, 0.2, 40), np.linspace(3, 3.2, 30)]
    assert 1.2 <= _otsu(logs) <= np.exp(3)
    best = max(range(1, 70), key=lambda at: at * (70 - at) * (logs[:at].mean() - logs[at:].mean()) ** 2)
    assert best == 40
    assert (logs[:40] <= np.log(_otsu(logs)) + 0.02).all()
    assert (logs[40:] > np.log(_otsu(logs))).all()


def test_parts_are_kept_that_hold_a_certain_cell():
    neighbours = csr_array((np.ones(6), ([0, 1, 1, 2, 3, 4], [1, 0, 2, 1, 4, 3])), shape=(5, 5))
    possible = np.array([True, True, False, True, True])
    certain = np.array([False, True, False, False, False])
    assert _holding(neighbours, possible, certain).tolist() == [True, True, False, False, False]
    assert _holding(neighbours, np.zeros(5, bool), certain).tolist() == [False] * 5


def test_the_width_of_a_kernel_grows_with_the_root_of_its_steps():
    """A step of heat of 0.6 has a variance of 0.3 spacings squared; two are 0.77 spacings, nine 1.64."""
    area = SimpleNamespace(spacing_km=17.0, cell_km2=250.0)
    assert _width_km(area, 2) == pytest.approx(17 * np.sqrt(0.6))
    assert _width_km(area, 9) == pytest.approx(17 * np.sqrt(2.7))
    assert _effective(area, np.ones(1), 2)[0] == pytest.approx(4 * np.pi * 17**2 * 0.6 / 250)
