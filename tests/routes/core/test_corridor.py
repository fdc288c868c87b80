"""How sure a corridor is, on both sides of each bound."""

from dataclasses import replace

import pytest

from routes.core.corridor import confidence_of
from tests.networks import line


@pytest.mark.parametrize(
    ("support", "incidents", "inferred", "word"),
    [
        (0.85, 10, 0.5, "high"),
        (0.84, 10, 0.5, "medium"),
        (0.85, 9, 0.5, "medium"),
        (0.85, 10, 0.51, "medium"),
        (0.7, 1, 1.0, "medium"),
        (0.69, 100, 0.0, "low"),
        (1.0, 0, 0.0, "low"),
    ],
)
def test_confidence_is_support_with_enough_incidents_along_enough_of_the_line(support, incidents, inferred, word):
    assert confidence_of(support, incidents, inferred) == word


def test_a_feature_tells_kilometres_to_a_tenth_and_shares_to_a_hundredth():
    told = replace(
        line("a", "A", "sea", [(10.123456, 0.0), (12.0, 0.0)]),
        length_km=208.3456,
        band_km=12.3456,
        flow=7.77,
        support=0.87654,
        bridges=((10.04, 120.06),),
        origins={"NGA": 0.66667},
        destinations={"EU": 0.33333},
    ).feature()
    own = told["properties"]
    assert told["geometry"] == {"type": "LineString", "coordinates": [[10.12346, 0.0], [12.0, 0.0]]}
    assert [own[key] for key in ("length_km", "band_km", "inferred_km", "flow")] == [208.3, 12.3, 110.0, 7.8]
    assert own["bridges"] == [[10.0, 120.1]]
    assert (own["origins"], own["destinations"], own["inferred"]) == ({"NGA": 0.67}, {"EU": 0.33}, True)
