"""Completeness: what editions held tells what is known of a month, silence is no zero, and what may still come."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import nbinom

from geodata.model.reporting import TRIANGLE
from routes.temporal.completeness import (
    AGES,
    BURST,
    LIKENESS,
    Delays,
    Known,
    _beta,
    _bursts,
    _history,
    delays,
    held_by_age,
    known_at,
    nowcast,
)

EMPTY = pl.DataFrame(schema=TRIANGLE)


def triangle(*rows: tuple[str, int, int, int, int]) -> pl.DataFrame:
    """Return rows of stratum, month, as_of, held, now of source S."""
    return pl.DataFrame([("S", *row) for row in rows], schema=TRIANGLE, orient="row")


def incidents(**counts: list[int]) -> pl.DataFrame:
    """Return incidents of source S by stratum, so many in each month from 0."""
    rows = [
        ("S", name.replace("_", ": "), month, number)
        for number, (name, months) in enumerate(counts.items())
        for month, count in enumerate(months)
        for _ in range(count)
    ]
    schema = {"source": pl.String, "stratum": pl.String, "month": pl.Int32, "number": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_share_by_age_is_what_an_earlier_edition_held():
    found = held_by_age(triangle(("", 60, 60, 10, 40), ("", 59, 60, 30, 40), ("", 58, 60, 40, 40)), 200, ())
    assert found[:4].tolist() == [0.25, 0.75, 1.0, 1.0]


def test_what_is_known_now_of_a_young_month_is_not_taken_as_all_of_it():
    """An edition a month older held half of what is known now, which itself is half: a quarter."""
    old = [("", month, 60, 50, 100) for month in (60,)]
    young = [("", month, 99, 50, 100) for month in (99,)]
    found = held_by_age(triangle(("", 59, 60, 50, 100), *old, *young), 100, ())
    assert found[1] == pytest.approx(0.5)
    assert found[0] == pytest.approx((50 + 50) / (100 + 100 / 0.5))


def test_a_profile_counts_as_thirty_incidents_and_shares_never_fall_with_age():
    assert held_by_age(EMPTY, 100, (0.2, 0.5))[:3].tolist() == [0.2, 0.5, 1.0]
    found = held_by_age(triangle(("", 60, 60, 30, 30)), 200, (0.0, 0.5))
    assert found[0] == pytest.approx(found[1])  # 30 of 30 beside 0 of 30 is a half: no less is known of older months
    assert found[1] == pytest.approx(0.5)


def test_without_editions_and_profile_all_is_taken_as_known():
    found = delays(incidents(body_A=[5] * 20), EMPTY, {}, 0, 20)
    assert (found.mean == 1).all()
    assert np.isinf(found.strength).all()
    assert not found.silent.any()


def test_a_stratum_differs_from_its_source_by_what_its_own_editions_held():
    held = triangle(
        *[("body: A", month, 19, 0, 40) for month in (18, 19)], *[("body: B", month, 19, 40, 40) for month in (18, 19)]
    )
    late = incidents(body_A=[10] * 60, body_B=[10] * 60)
    found = delays(late, held, {}, 0, 60)
    # The source held half. All or nothing of forty is forty times the variance of chance: a month is worth one.
    assert found.mean[:, -1].tolist() == pytest.approx([(2 * 0.5 + 0) / (2 + 1), (2 * 0.5 + 1) / (2 + 1)])


def test_what_comes_by_chance_alone_is_known_better_than_what_comes_in_blocks():
    random = np.random.default_rng(1)
    by_chance = [("body: A", month, month, int(random.binomial(40, 0.5)), 40) for month in range(10, 20)]
    in_blocks = [("body: A", month, month, 40 * (month % 2), 40) for month in range(10, 20)]
    late = incidents(body_A=[40] * 60)
    chance, blocks = (delays(late, triangle(*rows), {}, 0, 60).strength[0, -1] for rows in (by_chance, in_blocks))
    assert chance > 20
    assert blocks < 1


@pytest.mark.parametrize(("quiet", "silent"), [(1, False), (2, True), (12, True), (13, False)])
def test_what_was_busy_and_delivers_nothing_any_more_is_silent_for_a_year(quiet, silent):
    """Four a month: of one month without any, chance is e**-4, of two e**-8; a thousandth is e**-7."""
    months = 40
    found = delays(incidents(body_A=[4] * (months - quiet) + [0] * quiet, body_B=[1] * months), EMPTY, {}, 0, months)
    assert found.silent[0].sum() == (quiet if silent else 0)
    assert not found.silent[1].any()


def test_the_horizon_is_the_last_month_up_to_which_four_fifths_are_known():
    found = delays(incidents(body_A=[10] * 40), EMPTY, {"S": (0.1, 0.5, 0.79, 0.8)}, 0, 40)
    known = known_at(found, np.ones((1, 1)))
    assert known.horizon.tolist() == [36]
    assert (known.low <= known.mean).all()
    assert (known.mean <= known.high).all()
    assert known.mean[0, 36] == pytest.approx(0.8)
    assert known.until(30).horizon.tolist() == [29]


def test_a_silent_deliverer_of_most_ends_what_is_known():
    found = delays(incidents(body_A=[9] * 37 + [0] * 3, body_B=[1] * 40), EMPTY, {}, 0, 40)
    known = known_at(found, np.array([[0.9, 0.1], [0.0, 1.0]]))
    assert known.horizon.tolist() == [36, 39]
    assert known.silent[0, 37:].all()
    assert known.mean[0, 38] == pytest.approx(0.1)


def part(share: float, months: int, deviation: float = 0.05) -> Known:
    mean = np.ones((1, months))
    mean[0, -1] = share
    low, high = mean - 1.645 * deviation * (mean < 1), mean + 1.645 * deviation * (mean < 1)
    return Known(mean, low, high, np.array([months - 2]), mean < 0)


def test_of_a_month_that_is_half_known_as_much_again_may_come():
    reported = np.array([[40.0] * 23 + [20.0]])
    expected, low, high = nowcast(reported, part(0.5, 24))[0, -1]
    assert expected == pytest.approx(40, abs=3)
    assert 20 <= low < 36
    assert 44 < high < 60


def test_a_month_that_is_known_whole_is_what_is_reported():
    reported = np.arange(24.0)[None]
    found = nowcast(reported, part(1.0, 24))
    assert (found == reported[:, :, None]).all()


def test_of_a_month_of_which_nothing_is_known_what_is_usual_is_expected():
    reported = np.array([[30.0] * 23 + [0.0]])
    expected, low, high = nowcast(reported, part(0.02, 24, 0.01))[0, -1]
    assert 20 < expected < 35
    assert low < 25 < high


def test_nine_in_ten_intervals_hold_what_comes():
    random = np.random.default_rng(4)
    held = 0
    for _ in range(200):
        whole = random.poisson(30, 24).astype(float)
        share = np.clip(random.normal(0.5, 0.08), 0.1, 0.95)
        seen = whole.copy()
        seen[-1] = random.binomial(int(whole[-1]), share)
        _, low, high = nowcast(seen[None], part(0.5, 24, 0.08))[0, -1]
        held += low <= whole[-1] <= high
    assert 0.85 <= held / 200 <= 0.97


@pytest.mark.parametrize(("expected", "silent"), [(42, True), (41, False)])
def test_seven_incidents_that_do_not_come_are_a_silence(expected, silent):
    """So many in a year and none in two months, of which a sixth was due: 7, or a little less."""
    year = [4] * (expected - 36) + [3] * (48 - expected)
    found = delays(incidents(body_A=[0] * 10 + year + [0, 0], body_B=[1] * 24), EMPTY, {}, 0, 24)
    assert found.silent[0, 22:].all() == silent
    assert not found.silent[0, :22].any()


def test_what_is_known_at_a_node_is_the_mean_of_its_strata_that_are_late_together_for_the_most_part():
    """Half known at a strength of 3 is a variance of 1/16. Apart, two halves have 1/32; together, 1/16."""
    half = Delays(0, np.full((2, 1), 0.5), np.full((2, 1), 3.0), np.zeros((2, 1), bool))
    found = known_at(half, np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]))
    deviation = np.sqrt(0.2 / 32 + 0.8 / 16)
    assert found.mean[:, 0].tolist() == [0.5, 0.5, 0.5]
    assert found.low[:, 0].tolist() == pytest.approx([0.5 - 1.645 * deviation, 0.5 - 1.645 / 4, 0.5])
    assert found.high[:, 0].tolist() == pytest.approx([0.5 + 1.645 * deviation, 0.5 + 1.645 / 4, 0.5])
    assert found.horizon.tolist() == [-1, -1, -1]


def test_a_node_is_silent_where_more_than_half_of_its_deliverers_are():
    silent = np.array([[True], [False]])
    found = Delays(0, np.ones((2, 1)), np.full((2, 1), np.inf), silent)
    assert known_at(found, np.array([[0.5, 0.5], [0.51, 0.49]])).silent[:, 0].tolist() == [False, True]


def test_what_is_usual_is_the_year_up_to_the_horizon():
    """0 and 12 in turn: a mean of 6, and a variance of 12 * 36 / 11."""
    reported = np.array([[99.0] * 12 + [0, 12] * 6 + [50], [0.0] * 24 + [9]])
    rate, spread = _history(reported, np.array([23, 23]))
    assert rate.tolist() == [6, 0]
    assert spread.tolist() == pytest.approx([12 * 36 / 11 / 6, 1])
    rare = np.array([[0.0] * 11 + [2]])  # a sixth a month, with a variance of a third: measured against a quarter
    assert _history(rare, np.array([11]))[1][0] == pytest.approx(np.var([*[0] * 11, 2], ddof=1) / 0.25)
    assert [part.tolist() for part in _history(rare, np.array([0]))] == [[0.0], [1.0]]


def test_drawn_shares_have_the_mean_and_deviation_that_were_asked_for():
    drawn = _beta(np.random.default_rng(1), np.array([0.5, 0.8]), np.array([0.1, 0.05]), 20_000)
    assert drawn.mean(axis=1).tolist() == pytest.approx([0.5, 0.8], abs=0.004)
    assert drawn.std(axis=1).tolist() == pytest.approx([0.1, 0.05], abs=0.003)


def test_how_much_an_edition_held_varies_by_hand():
    """60 and 40 of 100, each against the other and a half that is worth two: 61 and 41 of 102."""
    share = np.ones(AGES + 1)
    share[0] = 0.5
    burst, alike = _bursts(triangle(("", 60, 60, 60, 100), ("", 61, 61, 40, 100)), 200, share)
    assert burst == pytest.approx((60 - 100 * 41 / 102) ** 2 / (41 / 102 * 61 / 102) / 100)
    assert burst == pytest.approx(1 + 99 / (alike + 1))  # a beta-binomial's variance over that of a binomial
    few, enough = (triangle(("", 60, 60, n, n), ("", 61, 61, 0, n)) for n in (2, 3))
    assert _bursts(few, 200, share) == (BURST, LIKENESS)
    # Three of three, and none of three, each against one part in five: (3 - 3 / 5)^2 / (1/5 * 4/5) / 3.
    assert _bursts(enough, 200, share)[0] == pytest.approx(2.4**2 / 0.16 / 3)


def test_the_middle_of_what_may_come_by_hand():
    """With next to no doubt of the share, what is missing is negative binomial of the usual and of what is seen."""
    reported = np.array([[30.0] * 23 + [15.0]])
    known = part(0.5, 24, 1e-3)
    expected, low, high = nowcast(reported, known, draws=20_000)[0, -1]
    shape = 30 / 0.1  # no more variance than a tenth over Poisson's is taken
    missing = nbinom(shape + 15, (shape / 30 + 0.5) / (shape / 30 + 1))
    assert expected == pytest.approx(15 + missing.mean(), abs=0.2)
    assert (low, high) == (pytest.approx(15 + missing.ppf(0.05), abs=1), pytest.approx(15 + missing.ppf(0.95), abs=1))


def test_a_profile_tells_as_many_months_as_it_has_up_to_three_years():
    told = held_by_age(EMPTY, 100, tuple(np.linspace(0.1, 0.9, AGES + 5)))
    assert len(told) == AGES + 1 == 37
    assert told.tolist() == pytest.approx(np.linspace(0.1, 0.9, AGES + 5)[: AGES + 1].tolist())


def test_months_before_three_years_and_after_the_latest_incident_are_whole_and_nothing():
    found = delays(incidents(body_A=[5] * 50 + [0] * 4, body_B=[5] * 54), EMPTY, {"S": (0.5,)}, 0, 60)
    assert found.mean[0, :53].tolist() == pytest.approx([1.0] * 53)
    assert found.mean[0, 53] < 0.6  # the source's latest month is 53
    assert found.mean[0, 54:].tolist() == [0.0] * 6
    later = delays(incidents(body_A=[5] * 50), EMPTY, {"S": (0.5,)}, 10, 40)
    assert later.mean.shape == (1, 40)
    assert later.mean[0, -1] < 0.6
