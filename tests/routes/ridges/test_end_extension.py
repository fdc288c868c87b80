"""A free end is cut back to its evidence, on both sides of what is enough."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from routes.core.geodesy import unit_vectors
from routes.core.params import RIDGES
from routes.ridges.end_extension import _end_of_evidence, _seeds

KM = 111.195  # of a degree of latitude


@pytest.mark.parametrize(("density", "end"), [(3.49, 2), (3.5, 0)])
def test_an_end_with_35_in_100_of_what_lies_farther_in_stays(density, end):
    """Nodes are 10 km apart; 30 km in the density is 10, at the third node it is enough."""
    area = SimpleNamespace(points=unit_vectors(np.zeros(13), np.arange(13) * 10.0 / KM))
    level = np.r_[density, 3.0, 8.0, np.full(10, 10.0)]
    assert _end_of_evidence(area, level, list(range(13)), 29.9, RIDGES.ends.end_share) == end


def test_an_end_is_never_cut_past_its_middle():
    area = SimpleNamespace(points=unit_vectors(np.zeros(5), np.arange(5) * 10.0 / KM))
    assert _end_of_evidence(area, np.array([0.0, 0, 0, 0, 9]), [0, 1, 2, 3, 4], 35.0, RIDGES.ends.end_share) == 2


def test_a_part_without_a_line_is_begun_at_its_densest_cell():
    local = csr_array((np.ones(3), ([0, 2, 3], [1, 3, 4])), shape=(5, 5))
    assert _seeds(local, np.array([1.0, 2, 5, 7, 7]), np.array([True, False, False, False, False])) == [3]
    assert _seeds(local, np.ones(5), np.array([True, False, False, False, True])) == []


@pytest.mark.parametrize(("last", "end"), [(5, 5), (7, 6)])
def test_an_end_is_cut_up_to_its_middle_even_where_a_kernel_reaches_farther(last, end):
    """Nodes are 10 km apart, 110 km in all; each has a tenth of the next one, up to a last one that has enough."""
    area = SimpleNamespace(points=unit_vectors(np.zeros(12), np.arange(12) * 10.0 / KM))
    level = 10.0 ** np.arange(12)
    level[last] = 1e12
    assert _end_of_evidence(area, level, list(range(12)), 100.0, RIDGES.ends.end_share) == end
