"""Young lines: a line of the last months is found beside ten years of others, and what was always there is not new."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson

from geodata.model.assumptions import reference_facts
from routes.core.corridor import Corridor
from routes.core.params import DEFAULT
from routes.pipelines import recent_lines
from routes.pipelines.flow_network import network
from routes.pipelines.recent_lines import _is_apart, _is_new, _reduced, young_lines
from routes.pipelines.ridge_corridors import reduce_incidents
from tests.networks import line as line_of
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
    return ["new" if one.lines[0][:, 0].mean() > 16 else "old" for one in young_lines(incidents, old, DEFAULT, 0)]


def test_a_line_of_the_last_two_months_is_found_beside_one_of_ten_years(decade):
    assert found(decade) == ["new"]


def test_a_line_that_has_been_there_all_along_is_not_young():
    assert found(pl.concat([line(OLD, 3000, 3650), line(NEW, 3000, 3650)])) == []


def test_a_line_that_is_known_already_is_not_told_twice(decade):
    every = reduce_incidents(decade, replicates=0).corridors
    assert len(every) == 2
    assert young_lines(decade, every, DEFAULT, 0) == []


def test_in_a_file_that_is_hardly_longer_than_the_span_nothing_is_young():
    assert found(line(NEW, 300, 60), known=False) == []


def test_few_incidents_make_no_young_line():
    assert found(pl.concat([line(OLD, 3000, 3650), line(NEW, 9, 60)])) == []


def test_nothing_is_young_in_nothing(decade):
    assert young_lines(decade.clear(), (), DEFAULT, 0) == []


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


KM = 111.195  # of a degree of latitude


def corridor(start: tuple[float, float], end: tuple[float, float]) -> Corridor:
    return line_of("land-a", "a", "land", [start, end])


@pytest.mark.parametrize(("lately", "new"), [(10, True), (9, False)])
def test_ten_incidents_of_the_span_are_needed_for_a_new_line(at, lately, new):
    """Of a hundred days before there is none: half an incident in a hundred days makes ten of ten days no chance."""
    line = corridor((10.0, 0.0), (12.0, 0.0))
    incidents = at([(11.0, 0.0)] * lately, "land")
    days = np.r_[np.full(lately, 105)]
    days[-1] = 109
    assert _is_new(line, incidents, days, 100, 0, DEFAULT) == new


@pytest.mark.parametrize(("before", "new"), [(0, True), (40, False)])
def test_a_line_is_new_by_poisson_s_law_at_the_rate_before(at, before, new):
    """Twelve lately, where (before + 1/2) / 10 were due: against 0.05 no chance, against 4.05 it is 1 in 1000."""
    incidents = at([(11.0, 0.0)] * (before + 12), "land")
    days = np.r_[np.arange(before), np.full(11, 105), 109].astype(int)
    assert (poisson.sf(11, (before + 0.5) * 10 / 100) < 1e-9) == new
    assert _is_new(corridor((10.0, 0.0), (12.0, 0.0)), incidents, days, 100, 0, DEFAULT) == new


@pytest.mark.parametrize(("km", "apart"), [(40, False), (44, True)])
def test_a_line_is_apart_where_no_known_line_runs_within_its_reach(km, apart):
    """Three bandwidths of 14 km are 42."""
    one, other = corridor((10.0, 0.0), (12.0, 0.0)), corridor((9.0, km / KM), (13.0, km / KM))
    assert _is_apart(one, [other], DEFAULT) == apart
    assert _is_apart(one, [replace(other, mode="sea")], DEFAULT)
    assert _is_apart(one, [], DEFAULT)


@pytest.mark.parametrize(("end", "apart"), [(10.9, True), (11.1, False)])
def test_a_line_is_apart_by_half_of_its_length(end, apart):
    """A known line runs along it from the west; 42 km more of it lie near the end of that line."""
    one = corridor((10.0, 0.0), (12.0, 0.0))
    assert _is_apart(one, [corridor((9.0, 0.0), (end - 42 / KM, 0.0))], DEFAULT) == apart


@pytest.mark.parametrize(("before", "new"), [(0, True), (1, False)])
def test_half_an_incident_more_than_there_was_is_expected(at, before, new):
    """Ten lately: of 0.5 that were due the chance is 2 in 10 billion, of 1.5 it is 4 in a million."""
    incidents = at([(11.0, 0.0)] * (before + 10), "land")
    days = np.r_[np.full(before, 50), np.full(9, 150), 199].astype(int)
    assert (poisson.sf(9, before + 0.5) < 1e-9) == new
    assert _is_new(corridor((10.0, 0.0), (12.0, 0.0)), incidents, days, 100, 0, DEFAULT) == new


def test_redraws_are_made_only_where_a_line_is_new():
    asked: list[int] = []

    def reduce(replicates: int) -> SimpleNamespace:
        asked.append(replicates)
        return SimpleNamespace(corridors=("old", "new"))

    evidence = SimpleNamespace(reduce=reduce)
    assert _reduced(evidence, 30, lambda line: line == "new") == ["new"]
    assert asked == [0, 30]
    assert _reduced(evidence, 0, lambda line: line == "new") == ["new"]
    assert _reduced(evidence, 30, lambda _: False) == []
    assert asked == [0, 30, 0, 0]


@pytest.mark.parametrize(
    ("days", "spans"), [(3650, [91, 365, 730]), (1460, [91, 365, 730]), (1459, [91, 365]), (182, [91]), (181, [])]
)
def test_the_last_3_12_and_24_months_are_looked_at_where_all_is_twice_as_long(days, spans, monkeypatch):
    """Three months are 91 days."""
    looked: list[int] = []

    def nothing_new(_evidence: object, _replicates: int, is_new: partial) -> list[Corridor]:
        looked.append(is_new.keywords["start"])
        return []

    monkeypatch.setattr(recent_lines, "_reduced", nothing_new)
    times = [LAST - timedelta(days=ago) for ago in (0, 10, days - 1)]
    two = incidents_at([OLD[0]] * 3).with_columns(time_start=pl.Series(times).cast(pl.Datetime("us", "UTC")))
    assert young_lines(two, (), DEFAULT, 0) == []
    last = (LAST.date() - date(1970, 1, 1)).days + 1
    assert [last - start for start in looked] == spans
