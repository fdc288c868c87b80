"""A corridor's own id is that of the cells under it, whichever way it runs, and does not change between versions."""

import hashlib

import numpy as np
import polars as pl
import pytest

from geodata.spatial import h3_cells as hexes
from routes.attribution.summaries import Told, corridor_of, id_of, members_of
from routes.core.geodesy import unit_vectors

LINE = np.array([[10.0, 20.0], [10.5, 20.0], [11.0, 20.0]])


def test_an_id_is_a_hash_of_the_mode_and_of_cells_of_resolution_7():
    cells = hexes.cells_at(LINE[:, 0].copy(), LINE[:, 1].copy(), 7)
    own = hashlib.blake2b(np.sort(cells).astype("<u8").tobytes(), digest_size=5).hexdigest()
    assert id_of("land", LINE) == id_of("land", LINE[::-1].copy()) == f"land-{own}"
    assert id_of("air", LINE) != id_of("air", LINE[::-1].copy())


def test_a_corridor_has_its_length_on_the_ellipsoid_and_nothing_else_at_first():
    """A degree of longitude at 20 degrees north is 104.647 km on WGS 84."""
    path = unit_vectors(LINE[:, 0], LINE[:, 1])
    found = corridor_of("land", path, "a road", Told(3, 7, {"2024-01": 3}, synthetic=False))
    assert found.length_km == pytest.approx(104.647, abs=0.01)
    assert (found.incidents, found.people, found.months, found.band_km) == (3, 7, {"2024-01": 3}, 0.0)


def test_members_are_told_by_stretches_of_50_km():
    path = unit_vectors(LINE[:, 0], LINE[:, 1])
    corridor = corridor_of("land", path, "a road", Told(0, 0, {}, synthetic=False))
    own = pl.DataFrame({"incident_id": ["a", "b"]})
    found = members_of(corridor, own, np.array([1.0, 2.0]), np.array([49.9, 50.0]))
    assert found["stretch"].to_list() == [0, 1]
