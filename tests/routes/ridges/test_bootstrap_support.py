"""Support tells how often a line comes back when its evidence is drawn again; what does not come back is not drawn."""

import numpy as np
import pytest

from routes.pipelines.ridge_corridors import reduce_incidents

pytestmark = pytest.mark.slow


def test_a_strong_line_is_sure_and_a_thin_one_less_so_or_not_drawn(at, along, scattered):
    strong = reduce_incidents(at(along([(16, 20), (23.5, 20)], 1500))).corridors
    assert [corridor.confidence for corridor in strong] == ["high"]
    haze = scattered(14, 17, 26, 23, 250)
    thin = reduce_incidents(at(np.concatenate([along([(16, 20), (23.5, 20)], 70, 15.0), haze]))).corridors
    assert all(corridor.support < strong[0].support for corridor in thin)


def test_side_lines_of_clutter_are_drawn_less_with_support_than_without(at, along, scattered):
    cluttered = at(np.concatenate([along([(6, 17), (12, 25)], 1500), scattered(2, 14, 20, 30, 500)]))
    plain, sure = (reduce_incidents(cluttered, replicates=number).corridors for number in (0, 20))
    assert sum(corridor.length_km for corridor in sure) < sum(corridor.length_km for corridor in plain)
    assert sure[0].length_km == pytest.approx(plain[0].length_km, rel=0.1)


def test_support_is_left_open_where_no_replicates_are_asked_for(at, along):
    (corridor,) = reduce_incidents(at(along([(16, 20), (23.5, 20)], 1500)), replicates=0).corridors
    assert corridor.support is None
    assert corridor.confidence is None
