"""Alarms: a step is noticed within months, and neither the season nor bursts raise one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routes.alarms import overdispersion, run_lengths, season, watched

MONTHS = [f"{2018 + month // 12}-{month % 12 + 1:02d}" for month in range(72)]


def series(rate: np.ndarray | float, seed: int, dispersion: float = 1.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    mean = np.broadcast_to(rate, 72).astype(float)
    if dispersion > 1:
        mean = random.gamma(mean / (dispersion - 1), dispersion - 1)
    return random.poisson(mean)


def stepped(first: float, second: float) -> np.ndarray:
    return np.where(np.arange(72) < 48, first, second)


def yearly(share: float) -> np.ndarray:
    return 1 + share * np.sin(2 * np.pi * np.arange(72) / 12)


@pytest.mark.parametrize(("first", "second", "direction"), [(6, 18, "up"), (30, 10, "down")])
def test_a_step_is_noticed_with_its_date_and_direction(first, second, direction):
    (alarm,) = watched(series(stepped(first, second), 1)).alarms
    assert alarm.direction == direction
    assert abs(alarm.since - 48) <= 1
    assert 1 <= alarm.delay <= 5
    assert alarm.sentence(MONTHS).startswith(f"{direction.title()} since 20")


@pytest.mark.parametrize("dispersion", [1.0, 4.0])
def test_quiet_series_are_silent(dispersion):
    raised = sum(bool(watched(series(10.0, seed, dispersion), first_month=36).alarms) for seed in range(30))
    assert raised <= 3


def test_a_season_is_no_alarm_once_it_is_known():
    seen = [watched(series(30 * yearly(0.8), seed), first_month=36).alarms for seed in range(30)]
    assert sum(map(bool, seen)) <= 2


def test_a_step_under_a_season_is_noticed_once_for_knowing_the_season():
    raised = {}
    for seasonal in (True, False):
        found = [watched(series(stepped(20, 60) * yearly(0.8), seed), seasonal=seasonal).alarms for seed in range(10)]
        raised[seasonal] = [sum(alarm.raised >= 48 for alarm in alarms) for alarms in found]
        assert all(min(abs(alarm.raised - 48) for alarm in alarms) <= 3 for alarms in found)
    assert raised[True] == [1] * 10
    assert sum(raised[False]) > 15


def test_one_burst_is_no_change():
    counts = np.full(60, 6.0)
    counts[40] = 40
    assert watched(counts).alarms == ()


def test_no_month_knows_what_comes_after_it():
    counts = series(stepped(6, 18), 1)
    whole, cut = watched(counts), watched(counts[:50])
    assert np.allclose(whole.probability[:50], cut.probability)


def test_a_series_without_a_season_gets_none():
    assert np.allclose(season(np.full(48, 5.0), 60), 1)
    assert np.allclose(season(series(20.0, 2)[:48].astype(float), 60), 1, atol=0.25)
    assert np.allclose(season(np.arange(20.0), 24), 1)
    factors = season(100 * yearly(0.8)[:48], 60)
    assert np.allclose(factors, yearly(0.8)[:60], atol=0.05)


def test_bursts_are_measured_and_a_step_is_none():
    ones = np.ones(48)
    assert overdispersion(series(10.0, 5)[:48].astype(float), ones) < 1.8
    assert overdispersion(series(10.0, 5, 4.0)[:48].astype(float), ones) > 2
    step = np.r_[np.full(24, 5.0), np.full(24, 50.0)]
    assert overdispersion(step, ones) == 1


def test_run_lengths_are_probabilities():
    *_, last = run_lengths(np.array([5.0, 6, 5, 30]), np.ones(4))
    assert last.sum() == pytest.approx(1)
    assert np.argmax(last) == 1


@pytest.mark.parametrize("counts", [[], [0], [0] * 60, [5] * 60])
def test_short_empty_and_constant_series_are_silent(counts):
    watch = watched(counts)
    assert watch.alarms == ()
    assert len(watch.probability) == len(counts)


@given(st.lists(st.integers(0, 10**7), max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_counts_have_an_answer(counts):
    watch = watched(counts)
    assert ((watch.probability >= 0) & (watch.probability <= 1)).all()
    assert all(12 <= alarm.raised < len(counts) and alarm.since <= alarm.raised for alarm in watch.alarms)
