"""Alarms month by month: has the rate of a series just changed, judged by what was known in that month alone.

Bayesian online change-point detection (Adams and MacKay 2007, arXiv:0710.3742): counts are Poisson at a rate that is
Gamma. Two things that are no change are taken out first, both learnt from earlier months only: the season, as a factor
for each month of the year, and overdispersion, by which counts are divided. docs/decisions/0008-change.md compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from geodata.sentences import Sentence, sentence
from routes.sphere import Floats

PRIOR_SHAPE = 1.0
PRIOR_RATE = 0.2
HAZARD = 1 / 36
CONFIRMED_MONTHS, RECENT_MONTHS = 2, 6
"""Months at the new rate that an alarm needs, as one burst is no change; and the most, as an old change is no news."""
THRESHOLD = 0.9
WARM_UP_MONTHS = 12
"""No alarm before a year is known: every series is new when it begins."""
_YEAR = 12
_LEAST_FACTOR = 0.1
_LAGS = (1, 3)
_TRIMMED = 0.9
_MEAN_WHEN_TRIMMED = 0.623
"""Mean of the lower 90 % of chi-square with one degree of freedom."""
_MEMORY_MONTHS = 60
_LEAST_DEVIATIONS = 2.0

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of rate.

    Attributes
    ----------
    raised : int
        Index of the month after which it was known.
    since : int
        Index of the first month at the new rate, as it seemed then.
    direction : str
        up or down.
    probability : float
    """

    raised: int
    since: int
    direction: Direction
    probability: float

    @property
    def delay(self) -> int:
        """Return the months at the new rate before the one in which it was known."""
        return self.raised - self.since

    def sentence(self, months: Sequence[str]) -> Sentence:
        """Return the alarm in words, with the names of the months of the series."""
        told = {"since": months[self.since], "known": months[self.raised], "probability": self.probability}
        if self.direction == "up":
            return sentence("Up since {since}, known after {known} (P = {probability:.2f}).", **told)
        return sentence("Down since {since}, known after {known} (P = {probability:.2f}).", **told)


@dataclass(frozen=True, slots=True)
class Watch:
    """What the watch over one series said: for each month the probability of a recent change, and the alarms."""

    probability: Floats
    alarms: tuple[Alarm, ...]


def watched(counts: ArrayLike, *, seasonal: bool = True, first_month: int = 1) -> Watch:
    """Watch a series of monthly counts.

    Parameters
    ----------
    counts : array_like, (months,)
        Counts, not negative, a month each, without gaps.
    seasonal : bool
        Take out the season, once two years are known.
    first_month : int
        No alarm before this month is raised (0-based), where that is later than ``WARM_UP_MONTHS``.

    Returns
    -------
    Watch
        Month ``t`` says P(the present rate began ``CONFIRMED_MONTHS`` to ``RECENT_MONTHS`` months ago | months 0..t).
    """
    series = np.asarray(counts, dtype=float)
    probability = np.zeros(len(series))
    alarms: list[Alarm] = []
    for start in range(max(WARM_UP_MONTHS, first_month), len(series), _YEAR):
        known, past = series[: start + _YEAR], series[:start]
        factors = season(past, len(known)) if seasonal else np.ones(len(known))
        steady = known / overdispersion(past, factors[:start])
        for month, lengths in enumerate(run_lengths(steady, factors)):
            if month < start:
                continue
            probability[month] = min(lengths[CONFIRMED_MONTHS : RECENT_MONTHS + 1].sum(), 1.0)
            if probability[month] > THRESHOLD:
                _raise(alarms, _alarm(steady[: month + 1] / factors[: month + 1], lengths, float(probability[month])))
    return Watch(probability, tuple(alarms))


def run_lengths(counts: Floats, exposure: Floats) -> Iterator[Floats]:
    """Yield after each month P(the last r months, and no more, share one rate) for r = 0, 1, 2 ...

    Parameters
    ----------
    counts, exposure : Floats, (n,)
        Count of month t ~ Poisson(rate * exposure of t); after each change rate ~ Gamma(``PRIOR_SHAPE``,
        ``PRIOR_RATE``).
    """
    log_p = np.zeros(1)
    shape, rate = np.array([PRIOR_SHAPE]), np.array([PRIOR_RATE])
    for count, share in zip(counts, exposure, strict=True):
        likely = log_p + _log_predictive(count, share, shape, rate)
        begun = np.logaddexp.reduce(likely) + np.log(HAZARD)
        log_p = np.concatenate([[begun], likely + np.log1p(-HAZARD)])
        log_p -= np.logaddexp.reduce(log_p)
        shape = np.concatenate([[PRIOR_SHAPE], shape + count])
        rate = np.concatenate([[PRIOR_RATE], rate + share])
        yield np.exp(log_p)


def season(past: Floats, months: int) -> Floats:
    """Return a factor for each of ``months`` months from the start, learnt from ``past``; all 1 before two years.

    The mean of each month's share over the years is drawn towards 1 by as much as the years disagree (1 - 1/F of the
    analysis of variance), so that a series without a season gets none.
    """
    years = len(past) // _YEAR
    if years < 2:
        return np.ones(months)
    blocks = past[len(past) - years * _YEAR :].reshape(years, _YEAR)
    blocks = blocks[blocks.sum(axis=1) > 0]
    if len(blocks) < 2:
        return np.ones(months)
    shares = blocks / blocks.mean(axis=1, keepdims=True)
    profile = shares.mean(axis=0)
    between = profile.var(ddof=1)
    chance = shares.var(axis=0, ddof=1).mean() / len(blocks)
    trust = max(0.0, 1 - chance / between) if between > 0 else 0.0
    factors = np.maximum(1 + trust * (profile - 1), _LEAST_FACTOR)
    start = (len(past) - years * _YEAR) % _YEAR
    return np.asarray(factors[(np.arange(months) - start) % _YEAR])


def overdispersion(past: Floats, factors: Floats) -> float:
    """Return variance over mean, at least 1: that seen over one month or over three, the larger.

    The longer step sees a level that wanders by itself, which is no change either. Factors of a season that were learnt
    from these very months fit them better than months to come (final prediction error, Akaike 1969): that is put right.
    """
    learnt = _YEAR - 1 if np.ptp(factors) > 0 else 0
    honest = (len(past) + learnt) / (len(past) - learnt)
    past, factors = past[-_MEMORY_MONTHS:], factors[-_MEMORY_MONTHS:]
    return max([1.0, *(honest * _seen_over(lag, past, factors) for lag in _LAGS if lag < len(past))])


def _seen_over(lag: int, past: Floats, factors: Floats) -> float:
    """Return variance over mean from months so far apart.

    The largest tenth is left out, so that a change of level, which is one step of many, does not raise it.
    """
    rate = (past[lag:] + past[:-lag]) / (factors[lag:] + factors[:-lag])
    told = rate > 0
    if not told.any():
        return 1.0
    level = past / factors
    expected = rate * (1 / factors[lag:] + 1 / factors[:-lag])
    steps = np.sort((level[lag:] - level[:-lag])[told] ** 2 / expected[told])
    return float(steps[: max(int(len(steps) * _TRIMMED), 1)].mean()) / _MEAN_WHEN_TRIMMED


def _log_predictive(count: float, share: float, shape: Floats, rate: Floats) -> Floats:
    """Return the log of the negative binomial that a Gamma rate gives, continued to counts that are no integers."""
    whole = gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
    return np.asarray(whole + shape * np.log(rate / (rate + share)) + count * np.log(share / (rate + share)))


def _alarm(levels: Floats, lengths: Floats, probability: float) -> Alarm | None:
    """Return the alarm, None where the rate is back at what it was before a burst."""
    raised = len(levels) - 1
    newest = CONFIRMED_MONTHS + int(np.argmax(lengths[CONFIRMED_MONTHS : RECENT_MONTHS + 1]))
    since = raised + 1 - newest
    usual = float(np.median(levels[max(since - _YEAR, 0) : since]))
    beyond = (levels[since:].sum() - newest * usual) / np.sqrt(max(newest * usual, 1.0))
    if abs(beyond) < _LEAST_DEVIATIONS:
        return None
    return Alarm(raised, since, "up" if beyond > 0 else "down", probability)


def _raise(alarms: list[Alarm], alarm: Alarm | None) -> None:
    """Add an alarm, unless the last one still sounds for the same change."""
    last = alarms[-1] if alarms else None
    if alarm and (last is None or alarm.direction != last.direction or alarm.since > last.raised + 1):
        alarms.append(alarm)
