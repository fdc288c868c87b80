"""How far the nearest airport is: words for flying count near one alone."""

import numpy as np
import pytest

from geodata.parsing.transport_mode import _km_to_airport
from geodata.places.lookup import airports


def test_the_nearest_airport_is_told_in_km():
    """0.05 degrees of latitude are 5.56 km; Lampedusa has no other airport near."""
    lampedusa = next(one for one in airports().values() if one.iata == "LMP")
    found = _km_to_airport(np.full(2, lampedusa.lon), lampedusa.lat + np.array([0.0, 0.05]))
    assert found.tolist() == pytest.approx([0, 5.56], abs=0.01)
