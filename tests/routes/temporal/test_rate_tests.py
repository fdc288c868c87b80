"""Change between two windows: effort and chance are no change, silence is no end, and every count has an answer."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import polygamma
from scipy.stats import binom, binomtest, false_discovery_control, norm, t, ttest_ind
from typer.testing import CliRunner

from geodata.core.errors import WrongValue
from routes.__main__ import app
from routes.core.corridor import Reduction
from routes.core.geodesy import unit_vectors
from routes.pipelines.flow_network import Network
from routes.pipelines.ridge_corridors import reduce_incidents
from routes.temporal.comparison import compared
from routes.temporal.lateral_shift import Offsets, displacements, offsets, shifts
from routes.temporal.rate_tests import (
    VERDICTS,
    Change,
    _not_testable,
    _prior_freedom,
    changes,
    dispersion,
    rate_of,
    series_effort,
)
from routes.temporal.series import Series, series_of
from routes.temporal.time_windows import Window

slow = pytest.mark.slow

BEFORE, AFTER = Window(date(2024, 1, 1), date(2025, 1, 1)), Window(date(2025, 1, 1), date(2026, 1, 1))


def drawn(rates: np.ndarray, months: int, random: np.random.Generator, dispersion: float = 1.0) -> np.ndarray:
    mean = np.repeat(np.asarray(rates, dtype=float)[:, None], months, axis=1)
    if dispersion > 1:
        mean = random.gamma(mean / (dispersion - 1), dispersion - 1)
    return random.poisson(mean).astype(float)


def verdicts(before: np.ndarray, after: np.ndarray, **options: object) -> list[str]:
    return [change.verdict for change in changes(before, after, **options)]


def share_with_discovery(effort: float, dispersion: float, draws: int = 60) -> float:
    """Return how many draws without change have at least one that looks like one."""
    random = np.random.default_rng(11)
    found = 0
    for _ in range(draws):
        rates = random.uniform(2, 10, 20)
        before, after = drawn(rates, 24, random, dispersion), drawn(rates * effort, 6, random, dispersion)
        found += bool(set(verdicts(before, after)) - {"steady", "not testable"})
    return found / draws


@slow
@pytest.mark.parametrize(("effort", "dispersion"), [(1, 1), (1.7, 1), (0.5, 1), (1, 4), (1.7, 4)])
def test_neither_effort_nor_bursts_are_taken_for_change(effort, dispersion):
    assert share_with_discovery(effort, dispersion) <= 0.1


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_a_step_to_four_times_is_growth_and_one_to_a_quarter_is_fading(dispersion):
    random = np.random.default_rng(5)
    rates = np.full(20, 10.0)
    later = rates * 1.5
    later[0], later[1] = 4 * later[0], later[1] / 4
    found = changes(drawn(rates, 24, random, dispersion), drawn(later, 12, random, dispersion))
    assert [change.verdict for change in found[:3]] == ["growing", "fading", "steady"]
    assert found[0].low < 4 < found[0].high
    assert found[0].effort == pytest.approx(1.5, abs=0.2)
    assert "as much reporting" in found[0].reason
    assert found[0].up
    assert found[1].down


@pytest.mark.parametrize(("before", "after"), [(10, 30), (30, 10), (20, 20)])
def test_p_is_that_of_the_exact_two_sided_binomial_test_of_scipy(before, after):
    """One month each, so that no overdispersion can be told, and five others that stay as they were."""
    found = changes(np.array([[before], *[[20.0]] * 5]), np.array([[after], *[[20.0]] * 5]))
    assert found[0].effort == 1
    assert found[0].p == pytest.approx(binomtest(after, before + after, 0.5).pvalue)


@slow
@pytest.mark.parametrize(("series", "verdict", "effort"), [(4, "growing", 1.0), (5, "steady", 2.0)])
def test_effort_is_told_from_five_series_on(series, verdict, effort):
    found = changes(np.full((series, 1), 20.0), np.full((series, 1), 40.0))
    assert {change.verdict for change in found} == {verdict}
    assert found[0].effort == pytest.approx(effort, rel=0.02)


@pytest.mark.parametrize(("after", "verdict"), [(3, "not testable"), (4, "steady")])
def test_eight_incidents_are_needed_to_tell_a_change(after, verdict):
    assert changes(np.array([[4.0]]), np.array([[float(after)]]))[0].verdict == verdict


def test_what_was_not_there_is_born_and_what_is_there_no_more_is_gone():
    before, after = np.full((10, 12), 6.0), np.full((10, 12), 6.0)
    before[0] = after[1] = 0
    found = changes(before, after)
    assert [change.verdict for change in found[:2]] == ["born", "gone"]
    assert found[0].reason.endswith("its sources reported elsewhere before.")
    assert "from none" in found[0].reason
    assert np.isinf(found[0].ratio)
    assert found[1].ratio == 0


def test_a_corridor_is_not_born_whose_line_is_seldom_found_again():
    before, after = np.full((10, 12), 6.0), np.full((10, 12), 6.0)
    before[0] = 0
    (change, *_) = changes(before, after, support=[0.5] * 10)
    assert change.verdict == "growing"
    assert "50% of resamples" in change.reason


def test_a_source_that_ends_takes_no_corridor_with_it():
    before = np.full((10, 2, 12), 3.0)
    after = before.copy()
    after[:, 1] = 0
    before[0, 0] = after[0, 0] = 0  # the first corridor is of the second source alone
    found = changes(before, after)
    assert found[0].verdict == "not testable"
    assert "cannot be told from reporting that began or ended" in found[0].reason
    assert {change.verdict for change in found[1:]} == {"steady"}


def test_a_lone_corridor_that_falls_silent_is_not_called_gone():
    (change,) = changes(np.full((1, 12), 9.0), np.zeros((1, 12)))
    assert change.verdict == "not testable"
    (change,) = changes(np.full((1, 12), 30.0), np.eye(1, 12))
    assert change.verdict == "fading"
    assert "report next to nothing else" in change.reason


def test_each_source_has_an_effort_of_its_own():
    random = np.random.default_rng(2)
    rates = np.full(20, 12.0)
    both = [(drawn(rates, 12, random), drawn(rates * effort, 12, random)) for effort in (1.0, 3.0)]
    before, after = (np.stack(sides, axis=1) for sides in zip(*both, strict=True))
    before[:10, 1] = after[:10, 1] = 0  # half of the corridors are known to the first source alone
    found = changes(before, after)
    assert found[0].effort == pytest.approx(1, abs=0.15)
    assert found[19].effort == pytest.approx(2, abs=0.3)
    assert {change.verdict for change in found} == {"steady"}


def test_a_season_is_taken_out_where_both_windows_hold_the_same_months():
    year = 20 * (1 + 0.9 * np.sin(2 * np.pi * np.arange(12) / 12))
    before = np.repeat(year[None], 8, axis=0).round()
    after = before.copy()
    after[0] *= 2
    calendar = (BEFORE.calendar, AFTER.calendar)
    without, within = (changes(before, after, calendar=told)[0] for told in (None, calendar))
    assert within.dispersion < 2 < without.dispersion
    assert within.verdict == "growing"


def test_too_few_are_not_tested_and_the_reason_says_so():
    before, after = np.full((10, 12), 6.0), np.full((10, 12), 6.0)
    before[0], after[0] = np.eye(12)[0] * 3, np.eye(12)[1] * 2
    (change, *_) = changes(before, after)
    assert change.verdict == "not testable"
    assert change.reason.startswith("5 in both windows together are too few to tell a change: 8 are needed")
    assert np.isnan(change.p)
    assert np.isnan(change.q)


@given(
    st.integers(1, 6).flatmap(
        lambda size: st.tuples(
            *(
                st.lists(
                    st.lists(st.integers(0, 10**6), min_size=length, max_size=length), min_size=size, max_size=size
                )
                for length in (7, 4)
            )
        )
    )
)
@settings(max_examples=60)
def test_any_counts_have_an_answer(tables):
    before, after = map(np.array, tables)
    for change in changes(before, after):
        assert change.verdict in VERDICTS
        assert change.reason.endswith(".")
        assert not change.p < 0
        assert not change.q > 1
        assert not change.low > change.high


@pytest.mark.parametrize("shape", [(0, 12), (3, 0)])
def test_no_series_or_no_months_are_no_error(shape):
    assert verdicts(np.zeros(shape), np.zeros(shape)) == ["not testable"] * shape[0]


def line_of(*places: tuple[float, float]) -> np.ndarray:
    lon, lat = np.array(places, dtype=float).T
    return unit_vectors(lon, lat)


@pytest.mark.parametrize(
    ("corners", "spot", "left_km", "towards"),
    [
        ([(0, 0), (2, 0)], (1, 0.5), 55.6, 0),
        ([(0, 0), (2, 0)], (1, -0.5), -55.6, 0),
        ([(10, 0), (10, 2)], (10.5, 1), -55.6, -90),
        ([(179, 0), (-179, 0)], (180, 0.5), 55.6, 0),
    ],
)
def test_left_of_a_line_is_positive_and_has_a_bearing(corners, spot, left_km, towards):
    found = offsets(line_of(spot), np.array([0]), line_of(*corners))
    assert found.km[0] == pytest.approx(left_km, abs=0.2)
    assert found.left == pytest.approx(towards, abs=1)


def across(km: float, random: np.random.Generator, number: int = 120) -> tuple[np.ndarray, np.ndarray]:
    lat = (km + random.normal(0, 10, number)) / 111.2
    return unit_vectors(random.uniform(0, 2, number), lat), np.arange(number) % 12


def test_a_corridor_that_moved_is_flagged_with_km_and_wind_and_one_that_did_not_is_silent():
    random, line = np.random.default_rng(4), line_of((0, 0), (2, 0))
    pairs = [[offsets(*across(km, random), line) for km in side] for side in [(0, 25), (0, 0), (10, 0), (0, 4)]]
    moved, still, south, little = shifts([tuple(pair) for pair in pairs], 17.06)
    assert moved.flagged
    assert moved.low < 25 < moved.high
    assert moved.towards == "north"
    assert south.towards == "south"
    assert not still.flagged
    assert not little.flagged  # less than half a hex


def test_reports_of_one_month_count_as_one_event():
    random, line = np.random.default_rng(4), line_of((0, 0), (2, 0))
    points, _ = across(0, random)
    far, _ = across(30, random)
    spread = offsets(points, np.arange(120) % 12, line)
    mixed = np.where(np.arange(120)[:, None] < 40, far, points)
    one_month = offsets(mixed, np.where(np.arange(120) < 40, 0, 1 + np.arange(120) % 4), line)
    (shift,) = shifts([(spread, one_month)], 17.06)
    assert not shift.flagged


@pytest.mark.parametrize("number", [0, 3])
def test_too_few_incidents_have_no_shift(number):
    line = line_of((0, 0), (2, 0))
    few = offsets(line_of((1, 0), (1, 0), (1, 0))[:number], np.arange(number), line)
    assert shifts([(few, few)], 17.06) == [None]


def test_one_point_repeated_has_a_shift_of_nothing():
    line = line_of((0, 0), (2, 0))
    same = offsets(np.repeat(line_of((1, 0.2), (1, 0.2)), 6, axis=0), np.arange(12) % 4, line)
    (shift,) = shifts([(same, same)], 17.06)
    assert shift.km == 0
    assert not shift.flagged


def test_what_one_loses_and_its_neighbour_gains_is_consistent_with_displacement():
    random = np.random.default_rng(8)
    before, after = drawn(np.full(4, 20.0), 12, random), drawn(np.array([5, 35, 20, 20]), 12, random)
    pair, other = displacements(before, after, [(0, 1), (2, 3)], np.zeros(24, dtype=int), seed=1)
    assert pair.q < 0.01
    assert pair.score > 0.7
    assert other.q > 0.05
    assert displacements(before, after, [], np.zeros(24, dtype=int), seed=1) == []


ROADS = {
    "still": [(8.0, 17.0), (10.0, 20.0)],
    "grown": [(18.0, 17.0), (20.0, 20.0)],
    "moved": [(28.0, 17.0), (30.0, 20.0)],
}


@pytest.fixture
def two_years(at, along) -> pl.DataFrame:
    """Return three roads a year apart: one as it was, one with five times as many, one 30 km farther to the east."""
    parts = [at(along(corners, 300, sigma_km=6, seed=3)) for corners in ROADS.values()]
    east = [(lon + 0.3, lat) for lon, lat in ROADS["moved"]]
    later = [along(ROADS["still"], 300, 6, 4), along(ROADS["grown"], 1500, 6, 4), along(east, 300, 6, 4)]
    parts += [at(places).with_columns(pl.col("time_start").dt.offset_by("1y")) for places in later]
    frame = pl.concat(parts).filter(pl.col("time_start") < pl.datetime(2026, 1, 1, time_zone="UTC"))
    return frame.with_columns(source=pl.lit("A")).with_row_index("incident_id").cast({"incident_id": pl.String})


@pytest.fixture
def ridges(two_years) -> Reduction:
    return reduce_incidents(two_years)


@pytest.fixture
def series(two_years, ridges) -> Series:
    """Return the incidents of both years by the corridor in which each lies."""
    return counted_in(two_years, ridges)


def counted_in(incidents: pl.DataFrame, ridges: Reduction) -> Series:
    number = {one.corridor_id: at for at, one in enumerate(ridges.corridors)}
    lying = incidents.join(ridges.assignments.select("incident_id", "corridor_id"), on="incident_id", how="left")
    route = pl.col("corridor_id").replace_strict(number, default=-1, return_dtype=pl.Int64).alias("route")
    routes = Network(routes=ridges.corridors, landings=("",) * len(ridges.corridors))
    return series_of(routes, lying.with_columns(route))


def by_place(comparison, lon: float) -> int:
    return min(
        range(len(comparison.corridors)), key=lambda number: abs(comparison.corridors[number].lines[0][0, 0] - lon)
    )


@slow
def test_corridors_of_both_windows_are_compared_along_the_same_lines(series, ridges):
    comparison = compared(series, ridges.corridors, BEFORE, AFTER)
    grown, still = (comparison.changes[by_place(comparison, lon)] for lon in (19, 9))
    assert grown.verdict == "growing"
    assert still.verdict == "steady"
    collection = json.loads(json.dumps(comparison.collection(), allow_nan=False))
    assert len(collection["features"]) == len(ridges.corridors)
    assert {feature["properties"]["change"]["verdict"] for feature in collection["features"]} <= set(VERDICTS)
    assert collection["windows"] == {"before": ["2024-01-01", "2025-01-01"], "after": ["2025-01-01", "2026-01-01"]}


@slow
def test_a_road_that_moved_is_flagged_with_its_wind(series, ridges):
    comparison = compared(series, ridges.corridors, BEFORE, AFTER)
    shift = comparison.shifts[by_place(comparison, 29)]
    assert shift.flagged
    assert "east" in shift.towards
    assert any(line.startswith("     shifted") for line in comparison.sentences())


@slow
@pytest.mark.parametrize("empty", ["before", "after", "both"])
def test_an_empty_window_is_a_sentence(series, ridges, empty):
    far = Window(date(1990, 1, 1), date(1991, 1, 1)), Window(date(1991, 1, 1), date(1992, 1, 1))
    before = BEFORE if empty == "after" else far[0]
    after = BEFORE if empty == "before" else far[1]
    comparison = compared(series, ridges.corridors, before, after)
    assert {change.verdict for change in comparison.changes} == {"not testable"}
    assert any(note.startswith("There is no incident in the window") for note in comparison.notes)


@slow
def test_nothing_compared_is_an_empty_answer(two_years):
    nothing = series_of(Network(), two_years.clear().with_columns(route=pl.lit(-1)))
    comparison = compared(nothing, (), BEFORE, AFTER)
    assert comparison.sentences() == []
    assert comparison.summary()["verdicts"]["steady"] == 0


@slow
def test_windows_of_other_months_or_in_common_say_so(series, ridges):
    half = Window(date(2024, 7, 1), date(2025, 1, 1))
    notes = compared(series, ridges.corridors, BEFORE, half).notes
    assert any("different months of the year" in note for note in notes)
    assert any("overlap" in note for note in notes)


@slow
def test_incidents_dated_to_a_year_alone_are_left_out_and_counted(two_years, ridges):
    vague = counted_in(two_years.with_columns(time_precision=pl.lit("year")), ridges)
    assert not vague.counts.any()
    notes = compared(vague, ridges.corridors, BEFORE, AFTER).notes
    assert f"Incidents dated to no month are left out of the comparison: {two_years.height:,}." in notes


@slow
def test_the_tree_is_judged_with_its_routes_and_the_most_specific_place_speaks(series, ridges):
    comparison = compared(series, ridges.corridors, BEFORE, AFTER)
    told = {one.node_id: one for one in comparison.above}
    assert told["all"].change.before == sum(series.reported[0, :12])
    assert told["land"].change.up
    assert not told["land"].speaks  # one road accounts for it
    assert sum(line.startswith("     growing") for line in comparison.sentences()) == 1


@slow
def test_of_months_that_have_not_been_reported_no_fall_is_told(series, ridges):
    """The later year ends in silence that is known to be late: the months before it are compared with the same ones."""
    late = cut(series, 6)
    comparison = compared(late, ridges.corridors, BEFORE, AFTER)
    assert not any(change.down for change in comparison.changes)
    grown = comparison.changes[by_place(comparison, 19)]
    assert grown.verdict == "growing"
    nothing = compared(cut(series, 12), ridges.corridors, BEFORE, AFTER)
    verdicts_ = {change.verdict for change in nothing.changes}
    assert verdicts_ == {"not reported"}
    assert any("have arrived" in note for note in comparison.notes)


def cut(series: Series, months: int) -> Series:
    """Return the series as if nothing of the last months had arrived, and that were known."""
    counts, mean = series.counts.copy(), series.known.mean.copy()
    counts[:, :, len(series.months) - months :] = 0
    mean[:, len(series.months) - months :] = 0.0
    horizon = np.full(len(mean), len(series.months) - months - 1)
    return replace(series, counts=counts, known=replace(series.known, mean=mean, horizon=horizon))


@pytest.mark.parametrize("text", ["2022-01-01:2023-01-01", "2022-01:2023-01"])
def test_a_window_is_read(text):
    window = Window.of(text)
    assert window.months[0] == "2022-01"
    assert window.months[-1] == "2022-12"


@pytest.mark.parametrize(
    "text", ["", "2022", "2022-01-01", "2022-01-01:", "2023-01-01:2022-01-01", "2022-01-02:2023-01-01", "a:b:c"]
)
def test_what_is_no_window_is_refused_in_one_sentence(text):
    with pytest.raises(WrongValue, match="a window is") as refused:
        Window.of(text)
    assert str(refused.value).count("\n") == 0


def command(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["change", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@slow
def test_the_command_line_writes_the_corridors_with_their_change_and_says_it_in_words(tmp_path, two_years):
    file, out = tmp_path / "incidents.parquet", tmp_path / "out.geojson"
    two_years.rename({"time_start": "time"}).write_parquet(file)
    windows = ("--before", "2024-01-01:2025-01-01", "--after", "2025-01-01:2026-01-01")
    code, said, wrong = command("--incidents", file, "-o", out, *windows)
    assert code == 0, wrong
    assert "growing  " in said
    assert said.endswith(f"Written to {out}.\n")
    collection = json.loads(out.read_text(encoding="utf-8"))
    assert {"growing", "steady"} <= {feature["properties"]["change"]["verdict"] for feature in collection["features"]}
    code, said, _ = command("--incidents", file, "-o", out, *windows, "--json")
    assert code == 0
    assert json.loads(said)["verdicts"]["growing"] >= 1


@slow
def test_the_command_line_on_an_empty_window_and_on_a_wrong_one_gives_a_sentence(tmp_path, two_years):
    file, out = tmp_path / "incidents.parquet", tmp_path / "out.geojson"
    two_years.rename({"time_start": "time"}).write_parquet(file)
    code, said, _ = command("--incidents", file, "-o", out, "--before", "1990-01:1991-01", "--after", "1991-01:1992-01")
    assert code == 0
    assert "There is no incident in the window before (1990-01-01 to 1991-01-01)." in said
    out.unlink()
    code, said, wrong = command("--incidents", file, "-o", out, "--before", "2024", "--after", "2025-01:2026-01")
    assert code == 2
    assert "a window is written START:END" in wrong
    assert len(wrong.strip().splitlines()) == 1
    assert not out.exists()


def test_a_change_by_hand():
    """Before 6, 12, 18 and after 6, 6: squares about the means of 72/12 and 0 over 2 + 1 degrees are a dispersion of 2.

    Divided by it 18 and 6 are left, of which two fifths would fall in the later months without a change.
    """
    (found,) = changes(np.array([[6.0, 12, 18]]), np.array([[6.0, 6]]))
    assert (found.before, found.after, found.effort, found.dispersion) == (36, 12, 1.0, 2.0)
    assert found.ratio == pytest.approx((12 / 2) / (36 / 3))
    binomial = 2 * binom.cdf(6, 24, 0.4)
    assert found.p == pytest.approx(2 * t.sf(norm.isf(binomial / 2), 3))  # three degrees of freedom tell the dispersion
    level = 2 * norm.sf(t.isf(0.025, 3))
    exact = binomtest(6, 24, 0.4).proportion_ci(1 - level)
    assert found.low == pytest.approx(exact.low / (1 - exact.low) * 3 / 2)
    assert found.high == pytest.approx(exact.high / (1 - exact.high) * 3 / 2)
    assert (found.q, found.verdict) == (pytest.approx(found.p), "steady")


def test_the_false_discovery_rate_is_that_of_benjamini_and_hochberg_over_those_that_are_testable():
    before, after = np.array([[10.0], [30], [20], [20], [20], [1]]), np.array([[30.0], [10], [20], [22], [18], [1]])
    found = changes(before, after)
    p = [binomtest(int(late), int(early + late)).pvalue for (early,), (late,) in zip(before, after, strict=True)][:5]
    assert [change.q for change in found[:5]] == pytest.approx(false_discovery_control(p).tolist())
    assert np.isnan(found[5].q)


@pytest.mark.parametrize(("left", "after", "before"), [(7, "born", "gone"), (8, "growing", "fading")])
def test_three_in_a_hundred_of_what_was_expected_are_nearly_none(left, after, before):
    """Against 240 they are 7.2."""
    few, many, steady = (np.arange(12) < left).astype(float), np.full(12, 20.0), np.full((9, 12), 6.0)
    assert verdicts(np.vstack([few, steady]), np.vstack([many, steady]))[0] == after
    assert verdicts(np.vstack([many, steady]), np.vstack([few, steady]))[0] == before


@pytest.mark.parametrize(("elsewhere", "born", "gone"), [(7, "growing", "fading"), (8, "born", "gone")])
def test_sources_that_report_eight_elsewhere_are_there(elsewhere, born, gone):
    other = (np.arange(12) < elsewhere).astype(float)
    none, many = np.zeros(12), np.full(12, 5.0)
    assert verdicts(np.array([none, other]), np.array([many, other + 1]))[0] == born
    assert verdicts(np.array([many, other + 1]), np.array([none, other]))[0] == gone


@pytest.mark.parametrize(("support", "verdict"), [(0.84, "growing"), (0.85, "born")])
def test_a_line_is_found_again_in_85_of_100_resamples(support, verdict):
    before, after = np.full((10, 12), 6.0), np.full((10, 12), 6.0)
    before[0] = 0
    assert verdicts(before, after, support=[support] * 10)[0] == verdict


def test_effort_is_the_median_change_of_rate_with_a_count_shared_between_the_sides():
    """Two months before and one after: 20 and 20 are 20 1/3 over a third against 20 2/3 over two thirds."""
    before, after = np.full((5, 1, 2), 10.0), np.full((5, 1, 1), 20.0)
    assert series_effort(before, after).tolist() == pytest.approx([61 / 31] * 5)
    assert series_effort(before, after, np.arange(5) < 4).tolist() == [1.0] * 5
    after[:2] = 200
    assert series_effort(before, after)[0] == pytest.approx(61 / 31)


def test_effort_is_told_from_series_of_eight():
    assert series_effort(np.full((5, 1, 1), 4.0), np.full((5, 1, 1), 3.0)).tolist() == [1.0] * 5
    assert series_effort(np.full((5, 1, 1), 5.0), np.full((5, 1, 1), 3.0))[0] == pytest.approx(3.5 / 5.5)


def test_a_series_of_two_sources_has_the_effort_of_both_by_what_they_report():
    """Of the first source all double. The second stays as it is, and reports three times as much of them."""
    before = np.stack([np.full((5, 1), 1000.0), np.full((5, 1), 4500.0)], axis=1)
    after = np.stack([np.full((5, 1), 2000.0), np.full((5, 1), 4500.0)], axis=1)
    # Rates at the effort before: 3000 / (1 + 2) * 2 = 2000 of the first and 9000 of the second.
    assert series_effort(before, after)[0] == pytest.approx((2000 * 2 + 9000) / 11000, rel=1e-3)


def test_dispersion_in_a_season_by_hand():
    """Every month was due 30 * 30 / 60 and is 5 off: 4 * 25 / 15 over one degree of freedom."""
    calendar = (np.array([1, 2]), np.array([1, 2]))
    found = dispersion(np.array([[10.0, 20]]), np.array([[20.0, 10]]), calendar)
    assert found.ratio.tolist() == pytest.approx([20 / 3])
    assert found.freedom.tolist() == [1.0]
    assert dispersion(np.array([[10.0, 20]]), np.array([[10.0, 20]]), calendar).ratio.tolist() == [1.0]


def test_dispersion_of_a_series_is_drawn_towards_the_common_one():
    """Smyth 2004: the prior's degrees of freedom are those whose trigamma is left of the variance of the logs."""
    ratios, freedom = np.array([0.2, 1.0, 4.0, 9.0]), np.full(4, 10.0)
    prior = _prior_freedom(ratios, freedom)
    assert polygamma(1, prior / 2) == pytest.approx(np.log(ratios).var(ddof=1) - polygamma(1, 5))
    assert _prior_freedom(np.ones(4), freedom) == np.inf
    wild = np.array([0.0, 8, 0, 8, 0, 8])  # squares of 24 about a mean of 4, over five degrees
    calm = np.array([4.0, 4, 4, 4, 4, 5])
    quiet = ((calm - 25 / 6) ** 2).sum() / (25 / 6)
    before = np.stack([wild, calm, calm, calm])
    found = dispersion(before, np.zeros((4, 1)))
    pooled = (24 + 3 * quiet) / 20
    own = _prior_freedom(np.array([24 / 5, *[quiet / 5] * 3]), np.full(4, 5.0))
    assert found.ratio[0] == pytest.approx((own * pooled + 24) / (own + 5))
    assert found.ratio[1] == pytest.approx(pooled)
    assert found.freedom[0] == pytest.approx(own + 5)


def change(**told: object) -> Change:
    values = dict.fromkeys(("ratio", "low", "high", "p", "q"), 1.0) | {"before": 10, "after": 30, "effort": 1.0}
    return Change(**(values | {"dispersion": 1.0, "verdict": "steady", "reason": ""} | told))


def test_what_came_beyond_what_was_expected():
    assert change(ratio=3.0).excess == pytest.approx(20)
    assert change(after=4, ratio=0.4).excess == pytest.approx(6)
    assert change(before=0, ratio=np.inf, verdict="born").excess == 30
    assert change(after=0, ratio=0.0, effort=1.5, verdict="gone").excess == 15


def test_why_a_change_cannot_be_told():
    few = change(before=3, after=2, q=np.nan)
    assert _not_testable(few, 0) == "5 in both windows together are too few to tell a change: 8 are needed."
    assert _not_testable(replace(few, dispersion=1.05), 0).endswith("8 are needed.")
    assert _not_testable(replace(few, dispersion=1.06), 0).endswith("after division by the overdispersion of 1.1.")
    assert _not_testable(few, 1).startswith("1 of its 6 incidents are of sources")
    assert "too few" in _not_testable(replace(few, before=6), 1)
    assert _not_testable(replace(few, before=0, after=0), 0) == "No incident in either window."


def test_a_rate_says_what_bounds_it_has():
    assert rate_of(change(ratio=3.0, low=2.0, high=4.0)) == "3 times as many a month (likely 2 to 4)"
    assert rate_of(change(ratio=3.0, low=2.0, high=np.inf)) == "3 times as many a month (likely 2 to no bound)"
    assert rate_of(change(before=0, low=2.0)) == "from none, at least 2 times as many a month"


def test_a_shift_is_welch_s_test_where_each_report_is_of_its_own_month():
    random = np.random.default_rng(2)
    first, second = random.normal(0, 5, 9), random.normal(12, 9, 8)
    sides = (Offsets(first, np.arange(9), 0.0), Offsets(second, np.arange(8), 0.0))
    (found,) = shifts([sides], 17.06)
    welch = ttest_ind(second, first, equal_var=False)
    bounds = welch.confidence_interval()
    assert (found.km, found.p) == (pytest.approx(second.mean() - first.mean()), pytest.approx(welch.pvalue))
    assert (found.low, found.high) == (pytest.approx(bounds.low), pytest.approx(bounds.high))


@pytest.mark.parametrize(("incidents", "months", "told"), [(8, 3, True), (7, 3, False), (8, 2, False)])
def test_a_shift_needs_eight_incidents_in_three_months(incidents, months, told):
    side = Offsets(np.arange(float(incidents)), np.arange(incidents) % months, 0.0)
    enough = Offsets(np.arange(12.0), np.arange(12) % 4, 0.0)
    for pair in ((side, enough), (enough, side)):
        assert (shifts([pair], 17.06)[0] is not None) == told


@pytest.mark.parametrize(("spacing", "flagged"), [(19.9, True), (20.1, False)])
def test_a_shift_of_less_than_half_a_hex_is_none(spacing, flagged):
    here, there = (Offsets(np.tile([km - 0.1, km + 0.1], 6), np.arange(12), 90.0) for km in (0.0, 10.0))
    (found,) = shifts([(here, there)], spacing)
    assert (found.flagged, found.towards) == (flagged, "east")
    (back,) = shifts([(there, here)], spacing)
    assert back.towards == "west"


def test_what_was_lost_and_gained_by_hand():
    """Of 20 in two months 10 are due in one, of which 2 came; of 2 one was due, and 5 came."""
    before, after = np.array([[10.0, 10], [1, 1]]), np.array([[2.0], [5]])
    (pair,) = displacements(before, after, [(0, 1)], np.zeros(3, dtype=int), seed=3)
    assert (pair.source, pair.target, pair.lost, pair.gained) == (0, 1, 8.0, 4.0)
    assert (pair.score, pair.share, pair.low, pair.high) == (0.5, 0.5, 0.5, 0.5)
    # In one of three orders of the months does the last one come last, but for the draw that is counted beforehand.
    assert pair.p == pytest.approx(1 / 3, abs=0.04)
    assert pair.q == pair.p


@pytest.mark.parametrize(("last", "told"), [(2.0, True), (1.0, False)])
def test_series_of_less_than_eight_do_not_say_how_much_series_differ(last, told):
    wild, calm, few = [0.0, 8, 0, 8, 0, 8], [4.0, 4, 4, 4, 4, 5], [3.0, 0, 0, 0, 3, last]
    before = np.array([wild, calm, calm, calm, few])
    found = dispersion(before, np.zeros((5, 1)))
    mean = before.mean(axis=1)
    squares = ((before - mean[:, None]) ** 2).sum(axis=1) / mean
    rows = slice(None) if told else slice(0, 4)
    own = _prior_freedom(squares[rows] / 5, np.full(len(squares[rows]), 5.0))
    assert found.freedom[0] == pytest.approx(own + 5)
    assert found.ratio[0] == pytest.approx((own * squares.sum() / 25 + 24) / (own + 5))
