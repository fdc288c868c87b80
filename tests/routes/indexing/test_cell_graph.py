"""Cells, ways through them and their evidence, by hand."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from geodata.spatial import h3_cells as hexes
from routes.core.geodesy import km_between, lonlat, unit_vectors
from routes.indexing.cell_day_cube import Counts, cube
from routes.indexing.cell_graph import PADDING_RINGS, _land_share, cheapened, domain, ground, rows_of


def evidence(lon: float, lat: float) -> Counts:
    cells = hexes.cells_at(np.array([lon]), np.array([lat]), 5)
    here = unit_vectors(np.array([lon]), np.array([lat]))
    return Counts(cells, np.array([3.0]), here, np.array([4.0]), np.zeros(1))


def test_six_rings_around_one_cell_are_127_cells():
    area = domain(evidence(15.0, 22.0), "land", 5)
    assert PADDING_RINGS == 6
    assert len(area.cells) == 1 + 3 * 6 * 7
    assert area.weights.sum() == 3
    at = int(area.weights.argmax())
    assert lonlat(area.centroids[[at]])[0] == pytest.approx([15.0, 22.0])
    assert area.neighbours[[at]].sum() == 6
    rim = area.km[[at]].toarray()[0]
    assert np.count_nonzero(rim) == 6
    other = int(rim.argmax())
    assert rim[other] == pytest.approx(km_between(area.points[at], area.points[other]))
    assert area.cell_km2 == pytest.approx(area.spacing_km**2 * np.sqrt(3) / 2)


def test_a_window_is_cut_from_the_ground_of_all_by_the_same_rings():
    first, second = evidence(15.0, 22.0), evidence(25.0, 22.0)
    both = np.sort(np.concatenate([first.cells, second.cells]))
    assert ground(both, 5).domain(first, "land").cells.tolist() == domain(first, "land", 5).cells.tolist()


def test_what_is_reported_on_the_other_side_of_the_coast_still_counts():
    ashore = domain(evidence(15.0, 22.0), "sea", 5)
    assert (len(ashore.cells), ashore.weights.tolist()) == (1, [3.0])


def test_a_way_costs_less_the_denser_the_evidence_at_both_ends():
    km = csr_array(np.array([[0.0, 10.0], [10.0, 0.0]]))
    assert cheapened(km, np.array([1.0, 5.0])).toarray().tolist() == [[0, 2.5], [2.5, 0]]


def test_rows_of_cells_that_are_not_there_say_so():
    cells = np.array([3, 5, 9], dtype=np.uint64)
    rows, there = rows_of(cells, np.array([9, 4, 3, 12], dtype=np.uint64))
    assert rows[there].tolist() == [2, 0]
    assert there.tolist() == [True, False, True, False]


def test_the_land_of_a_cell_is_told_by_its_middle_and_six_places_around():
    lon, lat = np.array([15.0, 18.0]), np.array([22.0, 35.0])
    assert _land_share(lon, lat, 8.0).tolist() == [1.0, 0.0]
    coast = _land_share(np.array([10.0]), np.array([33.9]), 60.0)[0]  # the Gulf of Gabes
    assert coast in {number / 7 for number in range(1, 7)}


def test_reports_of_one_day_at_one_place_weigh_once():
    """Two days, of which one has three reports and one of them one person more."""
    days = [1, 1, 1, 2]
    frame = pl.DataFrame(
        {
            "lon": [10.0, 10.0, 10.02, 10.02],
            "lat": [20.0] * 4,
            "time_start": [datetime(2024, 5, day, tzinfo=UTC) for day in days],
            "people": [1, 2, 0, 5],
        }
    )
    found = cube(frame, 3)
    counts = found.counts
    assert (counts.weights.tolist(), counts.incidents.tolist()) == ([2.0], [4.0])
    assert (found.incidents.tolist(), found.people.tolist()) == ([3, 1], [3, 5])
    assert lonlat(counts.centroids)[0] == pytest.approx([10.01, 20.0], abs=1e-5)
    # A hundredth of a degree east and west of the mean, of which a half lies in any one direction.
    assert counts.spread_km[0] == pytest.approx(0.01 * 111.195 * np.cos(np.radians(20)) / np.sqrt(2), rel=0.01)
    later = found.only(found.day == found.day.max())
    assert (later.counts.weights.tolist(), later.counts.incidents.tolist()) == ([1.0], [1.0])
    assert found.only(found.day > 0) is found
