"""The incident: when it is said to go on, and what is made up."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from geodata.model.incident import SYNTHETIC_SOURCE, is_synthetic, lasts

START = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "precision", "goes_on"),
    [
        (1, "day", False),
        (2, "day", True),
        (31, "month", False),
        (32, "month", True),
        (92, "quarter", False),
        (93, "quarter", True),
        (366, "year", False),
        (367, "year", True),
        (3, None, False),
        (None, "day", False),
    ],
)
def test_an_incident_lasts_that_goes_on_for_longer_than_its_time_is_known_to(days, precision, goes_on):
    end = None if days is None else START + timedelta(days=days)
    types = {"time_start": pl.Datetime("us", "UTC"), "time_end": pl.Datetime("us", "UTC"), "time_precision": pl.String}
    row = pl.DataFrame({"time_start": [START], "time_end": [end], "time_precision": [precision]}, schema=types)
    assert row.select(lasts()).item() is goes_on


def test_one_made_up_incident_makes_the_whole_synthetic():
    assert is_synthetic(pl.DataFrame({"source": ["A", SYNTHETIC_SOURCE]}))
    assert not is_synthetic(pl.DataFrame({"source": ["A", None]}))
    assert not is_synthetic(pl.DataFrame({"lon": [1.0]}))
