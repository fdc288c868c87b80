"""How far the nearest airport is: words for flying count near one alone."""

import numpy as np
import polars as pl
import pytest

from geodata.parsing.transport_mode import _km_to_airport, mode_rules, with_modes
from geodata.places.lookup import airports


def test_the_nearest_airport_is_told_in_km():
    """0.05 degrees of latitude are 5.56 km; Lampedusa has no other airport near."""
    lampedusa = next(one for one in airports().values() if one.iata == "LMP")
    found = _km_to_airport(np.full(2, lampedusa.lon), lampedusa.lat + np.array([0.0, 0.05]))
    assert found.tolist() == pytest.approx([0, 5.56], abs=0.01)


@pytest.mark.parametrize(
    ("text", "lon", "lat", "mode", "reason"),
    [
        ("found on a boat in the harbour", 12.6, 35.51, "sea", "words for a vessel or the shore"),
        ("found on a boat in the harbour", 8.0, 17.0, "land", "lies on land"),  # far inland it is not believed
        ("found in a lorry", 8.0, 17.0, "land", "words for road, rail, river or desert"),
        ("found in a lorry", 18.0, 35.0, "sea", "lies on sea"),  # nor is this far offshore
        ("found in a lorry", 12.6, 35.51, "land", "words for road, rail, river or desert"),
    ],
)
def test_words_are_believed_but_far_on_the_wrong_side_of_the_coast(text, lon, lat, mode, reason):
    nothing = pl.lit(None, pl.String)
    rows = pl.DataFrame({"lon": [lon], "lat": [lat], "text": [text]}).with_columns(
        mode=nothing, route_label=nothing, place=nothing
    )
    ((told, why),) = with_modes(rows).select("mode", "mode_reason").rows()
    assert (told, why[: len(reason)]) == (mode, reason)


def test_where_a_place_is_known_to_many_kilometres_only_its_side_of_the_coast_says_little():
    rule = mode_rules()["position"]
    rough = rule["rough_km"]
    nothing = pl.lit(None, pl.String)
    rows = pl.DataFrame(
        {"lon": [8.0] * 4, "lat": [17.0] * 4, "place_precision_km": [None, rough - 0.1, rough, 3 * rough]}
    )
    found = with_modes(rows.with_columns(mode=nothing, route_label=nothing, place=nothing, text=nothing))
    assert found["mode_confidence"].to_list() == [rule["confidence"]] * 2 + [rule["rough_confidence"]] * 2
    assert rule["rough_confidence"] < rule["confidence"]
