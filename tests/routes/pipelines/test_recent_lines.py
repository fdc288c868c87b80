"""Young lines: a line of the last months is found beside ten years of others, and what was always there is not new."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from geodata.model.assumptions import reference_facts
from routes.pipelines.flow_network import network
from routes.pipelines.recent_lines import young_lines
from routes.pipelines.ridge_corridors import reduce_incidents
from tests.routes.conftest import from_country, incidents_at, spread_along

OLD, NEW = [(8.0, 17.0), (14.4, 27.0)], [(18.0, 17.0), (18.5, 23.0)]
LAST = datetime(2024, 12, 31, tzinfo=UTC)


def over(incidents: pl.DataFrame, days: float, seed: int = 2) -> pl.DataFrame:
    """Return incidents at random moments of so many days up to the last."""
    ago = np.random.default_rng(seed).uniform(0, days, incidents.height)
    return incidents.with_columns(time_start=pl.Series([LAST - timedelta(days=float(own)) for own in ago])).cast(
        {"time_start": pl.Datetime("us", "UTC")}
    )


def line(corners: list[tuple[float, float]], number: int, days: float) -> pl.DataFrame:
    return over(incidents_at(spread_along(corners, number)), days)


@pytest.fixture(scope="module")
def decade() -> pl.DataFrame:
    """Return ten years of one road, and of the other 150 incidents of the last two months."""
    return pl.concat([line(OLD, 3000, 3650), line(NEW, 150, 60)])


def found(incidents: pl.DataFrame, known: bool = True) -> list[str]:
    """Return which road each young line is, beside the lines of all time but the new one."""
    lines = reduce_incidents(incidents, replicates=0).corridors if known else ()
    old = [one for one in lines if one.lines[0][:, 0].mean() < 16]
    return ["new" if one.lines[0][:, 0].mean() > 16 else "old" for one in young_lines(incidents, old, 0)]


def test_a_line_of_the_last_two_months_is_found_beside_one_of_ten_years(decade):
    assert found(decade) == ["new"]


def test_a_line_that_has_been_there_all_along_is_not_young():
    assert found(pl.concat([line(OLD, 3000, 3650), line(NEW, 3000, 3650)])) == []


def test_a_line_that_is_known_already_is_not_told_twice(decade):
    every = reduce_incidents(decade, replicates=0).corridors
    assert len(every) == 2
    assert young_lines(decade, every, 0) == []


def test_in_a_file_that_is_hardly_longer_than_the_span_nothing_is_young():
    assert found(line(NEW, 300, 60), known=False) == []


def test_few_incidents_make_no_young_line():
    assert found(pl.concat([line(OLD, 3000, 3650), line(NEW, 9, 60)])) == []


def test_nothing_is_young_in_nothing(decade):
    assert young_lines(decade.clear(), (), 0) == []


@pytest.mark.slow
def test_a_young_line_is_a_route_of_the_network_and_the_old_ones_stay(decade):
    before, after = (
        network(from_country(incidents, "NGA"), reference_facts(), 3) for incidents in (decade.head(3000), decade)
    )
    traced = {
        name: [one for one in laid.routes if one.basis == "evidence"]
        for name, laid in (("before", before), ("after", after))
    }
    assert len(traced["after"]) == len(traced["before"]) + 1
    assert {one.corridor_id for one in traced["before"]} < {one.corridor_id for one in traced["after"]}
    assert any(one.lines[0][:, 0].mean() > 17 for one in traced["after"])
