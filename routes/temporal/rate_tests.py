"""Change between two windows: which of many series grew, faded, were born or are gone, beyond effort and chance.

The test is quasi-Poisson: b of a + b incidents fell into the second window; without change that share is binomial,
after the counts are divided by the overdispersion. Effort, how much more a source reports at all, is the median change
of its series, as in the size factors of Anders and Huber 2010. Overdispersion is the larger of that of all series and
of the series itself, the latter drawn towards the former as in Smyth 2004, with the degrees of freedom that this leaves
to the test (Lund and others 2012). Over the series, the false discovery rate is that of Benjamini and Hochberg 1995.
docs/decisions/0008-change.md has the figures.
"""

# Texts here are said on the map.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, polygamma

from geodata.core.messages import Sentence, counted, figure, mark, sentence
from routes.core.geodesy import Floats

LEVEL = 0.05
FEWEST = 8.0
"""Incidents, after division by the overdispersion, below which no change can be told."""
FEWEST_SERIES = 5
"""Series of a source below which its effort cannot be told from a change of its series."""
NEARLY_NONE = 0.03
"""Share of what was expected up to which a series was not there; one incident is none in any case."""
FEWEST_SUPPORT = 0.85

Verdict = Literal["born", "growing", "steady", "fading", "gone", "not testable", "not reported"]
Calendar = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The month of the year, 1..12, of each month of the first and of the second window."""
VERDICTS: tuple[Verdict, ...] = ("born", "growing", "steady", "fading", "gone", "not testable", "not reported")
WORDS: Mapping[Verdict, str] = {
    "born": mark("clear rise, from none"),
    "growing": mark("clear rise"),
    "gone": mark("clear fall, to none"),
    "fading": mark("clear fall"),
    "steady": mark("no clear change"),
    "not testable": mark("too few reports"),
    "not reported": mark("not yet reported"),
}
"""Each verdict as screens say it, in the order in which a table shows them."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one series.

    Attributes
    ----------
    before, after : int
        Incidents in each window, of sources that report in both.
    effort : float
        How much more its sources report at all, per month.
    dispersion : float
        Variance over mean by which counts were divided.
    ratio, low, high : float
        Rate after over rate before with effort taken out, and its 95 % interval; infinite where there was nothing
        before, NaN where there is nothing at all.
    p, q : float
        Two-sided p, and the false discovery rate at which it is found; NaN where not testable.
    verdict, reason : str
        The reason is a sentence of ``geodata.core.messages``.
    """

    before: int
    after: int
    effort: float
    dispersion: float
    ratio: float
    low: float
    high: float
    p: float
    q: float
    verdict: Verdict
    reason: str

    @property
    def up(self) -> bool:
        """Tell whether it grew beyond chance."""
        return self.verdict in ("born", "growing")

    @property
    def excess(self) -> float:
        """Return how many more, or fewer, came than the rate before led to expect."""
        if self.ratio and np.isfinite(self.ratio):
            return abs(self.after * (1 - 1 / self.ratio))
        return float(self.after if self.up else self.before * self.effort)

    @property
    def down(self) -> bool:
        """Tell whether it shrank beyond chance."""
        return self.verdict in ("fading", "gone")


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance over mean of each series, (k,), and the degrees of freedom behind it."""

    ratio: Floats
    freedom: Floats


def changes(
    before: ArrayLike,
    after: ArrayLike,
    *,
    calendar: Calendar | None = None,
    support: Sequence[float] | None = None,
    alike: NDArray[np.bool_] | None = None,
) -> list[Change]:
    """Test each of k series for a change of rate.

    Parameters
    ----------
    before, after : array_like, (k, sources, months) or (k, months)
        Monthly counts in each window; the windows may differ in length.
    calendar : pair of array (months,), optional
        The month of the year of each month, of windows that hold each month of the year equally often: the season is
        then taken out of the overdispersion.
    support : sequence of float, optional
        Share of resamples in which each series' corridor is found again; below ``FEWEST_SUPPORT`` it is not called
        born.
    alike : array of bool, (k,), optional
        The series from which effort is told, all by default: those that hold no incident twice.

    Returns
    -------
    list of Change
        One for each series, whatever the counts.
    """
    first, second = (_by_source(counts) for counts in (before, after))
    if not first.size or not second.size:
        return [_nothing() for _ in range(len(first))]
    by_source = first.sum(axis=2), second.sum(axis=2)
    reports = (by_source[0].sum(axis=0) > 0) & (by_source[1].sum(axis=0) > 0)
    first, second = first[:, reports], second[:, reports]
    effort = series_effort(first, second, alike)
    months = first.sum(axis=1), second.sum(axis=1)
    tested = _tested(*months, effort, dispersion(*months, calendar))
    elsewhere = _elsewhere(first, second)
    seen = by_source[0].sum(axis=1) + by_source[1].sum(axis=1)
    return [
        _with_verdict(
            change,
            int(seen[number]) - change.before - change.after,
            int(elsewhere[number]),
            support[number] if support is not None else 1.0,
            (first.shape[2], second.shape[2]),
        )
        for number, change in enumerate(tested)
    ]


def series_effort(before: Floats, after: Floats, alike: NDArray[np.bool_] | None = None) -> Floats:
    """Return for each series how much more its sources report in the second window, per month, (k,).

    Parameters
    ----------
    before, after : Floats, (k, sources, months)
    alike : array of bool, (k,), optional
        The series from which it is told, all by default; fewer than ``FEWEST_SERIES`` tell none.
    """
    told = np.ones(len(before), bool) if alike is None else alike
    share = after.shape[2] / (before.shape[2] + after.shape[2])
    first, second = before.sum(axis=2), after.sum(axis=2)
    efforts = np.array([_effort(first[told, source], second[told, source], share) for source in range(first.shape[1])])
    # What each source would have reported per month of each series at the effort of the first window.
    rates = (first + second) / (1 - share + share * efforts)
    total = rates.sum(axis=1)
    return np.asarray(np.divide((rates * efforts).sum(axis=1), total, out=np.ones(len(total)), where=total > 0))


def _effort(first: Floats, second: Floats, share: float) -> float:
    """Return the median change of rate of one source's series, 1 if they are too few; the sides share a count more."""
    told = first + second >= FEWEST
    if told.sum() < FEWEST_SERIES:
        return 1.0
    change = np.log((second[told] + share) / share) - np.log((first[told] + 1 - share) / (1 - share))
    return float(np.exp(np.median(change)))


def dispersion(before: Floats, after: Floats, calendar: Calendar | None = None) -> Dispersion:
    """Return variance over mean of each series within the windows.

    Parameters
    ----------
    before, after : Floats, (k, months)
    calendar : pair of array (months,), optional
        Compare each month with what its month of the year has in both windows, rather than with the mean.
    """
    squares, freedom = _seasonal_squares(before, after, calendar) if calendar else _squares(before, after)
    if not freedom.sum():
        return Dispersion(np.ones(len(before)), np.full(len(before), np.inf))
    pooled = max(1.0, float(squares.sum() / freedom.sum()))
    told = (before.sum(axis=1) + after.sum(axis=1) >= FEWEST) & (freedom > 0)
    prior = _prior_freedom(squares[told] / freedom[told], freedom[told]) if told.sum() > 2 else 0.0
    behind = prior + freedom
    if np.isinf(prior):
        return Dispersion(np.full(len(before), pooled), behind)
    own = np.divide(prior * pooled + squares, behind, out=np.full(len(before), pooled), where=behind > 0)
    return Dispersion(np.maximum(pooled, own), np.where(freedom > 0, behind, np.inf))


def _squares(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Return Pearson's squares about the mean of each window, and their degrees of freedom."""
    squares, freedom = np.zeros(len(before)), np.zeros(len(before))
    for counts in (before, after):
        mean = counts.mean(axis=1)
        told = mean > 0
        squares[told] += ((counts - mean[:, None]) ** 2).sum(axis=1)[told] / mean[told]
        freedom[told] += counts.shape[1] - 1
    return squares, freedom


def _seasonal_squares(before: Floats, after: Floats, calendar: Calendar) -> tuple[Floats, Floats]:
    """Return Pearson's squares about what each window has in all times the share of each month of the year."""
    both = np.hstack([before, after])
    _, month = np.unique(np.concatenate(calendar), return_inverse=True)
    in_month = np.eye(month.max() + 1)[month]  # (months, months of the year)
    by_month = both @ in_month
    in_window = np.eye(2)[np.repeat([0, 1], [before.shape[1], after.shape[1]])]
    by_window = both @ in_window
    alike = (in_window @ in_window.T * (in_month @ in_month.T)).sum(
        axis=1
    )  # months of the same name in the same window
    total = np.maximum(both.sum(axis=1, keepdims=True), 1)
    expected = (by_window @ in_window.T) * (by_month @ in_month.T) / total / alike
    parts = np.divide((both - expected) ** 2, expected, out=np.zeros_like(both), where=expected > 0)
    freedom = (expected > 0).sum(axis=1) - (by_month > 0).sum(axis=1) - np.maximum((by_window > 0).sum(axis=1) - 1, 0)
    return np.where(freedom > 0, parts.sum(axis=1), 0.0), np.maximum(freedom, 0).astype(float)


def _prior_freedom(ratios: Floats, freedom: Floats) -> float:
    """Return how many degrees of freedom the common ratio is worth for one series, from log variances (Smyth 2004).

    Infinite where the series differ by no more than chance.
    """
    logs = np.log(np.maximum(ratios, 1e-3)) - digamma(freedom / 2) + np.log(freedom / 2)
    spread = float(logs.var(ddof=1) - polygamma(1, freedom / 2).mean())
    if spread <= 0:
        return np.inf
    half = 0.5 + 1 / spread
    for _ in range(30):  # Newton's method for trigamma(half) = spread
        value = polygamma(1, half)
        half += value * (1 - value / spread) / polygamma(2, half)
    return float(2 * half)


def _tested(before: Floats, after: Floats, effort: Floats, spread: Dispersion) -> list[Change]:
    """Return the series with their figures; the verdict is still open."""
    first, second = before.sum(axis=1), after.sum(axis=1)
    odds = effort * after.shape[1] / before.shape[1]
    share = odds / (1 + odds)
    a, b = first / spread.ratio, second / spread.ratio
    number = np.rint(a + b)
    late = np.minimum(np.rint(b), number)
    p = np.minimum(
        2 * np.minimum(scipy.stats.binom.cdf(late, number, share), scipy.stats.binom.sf(late - 1, number, share)), 1.0
    )
    freedom = np.minimum(spread.freedom, 1e9)
    p = np.where(p > 0, 2 * scipy.stats.t.sf(scipy.stats.norm.isf(np.maximum(p, 1e-300) / 2), freedom), 0.0)
    q = _discovery(p, a + b >= FEWEST)
    low, high = _interval(a, b, np.asarray(2 * scipy.stats.norm.sf(scipy.stats.t.isf(LEVEL / 2, freedom))))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, low, high = (second / first) / odds, low / (1 - low) / odds, high / (1 - high) / odds
    figures = np.stack([effort, spread.ratio, ratio, low, high, p, q], axis=1).tolist()
    counts = zip(first.astype(int).tolist(), second.astype(int).tolist(), strict=True)
    return [_untold(*pair, *row) for pair, row in zip(counts, figures, strict=True)]


def not_reported(change: Change) -> Change:
    """Return a change of which no month of the second window is known well enough to tell more than a rise."""
    told = sentence(
        "{after:,} so far, after {before:,} before: the later window has not been reported well enough to tell a fall.",
        after=change.after,
        before=change.before,
    )
    return replace(change, verdict="not reported", p=np.nan, q=np.nan, reason=told)


def _untold(
    before: int, after: int, effort: float, spread: float, ratio: float, low: float, high: float, p: float, q: float
) -> Change:
    """Return a change whose verdict is still open."""
    return Change(before, after, effort, spread, ratio, low, high, p, q, verdict="steady", reason="")


def _discovery(p: Floats, testable: NDArray[np.bool_]) -> Floats:
    q = np.full(len(p), np.nan)
    if testable.any():
        q[testable] = scipy.stats.false_discovery_control(np.clip(p[testable], 0, 1))
    return q


def _interval(a: Floats, b: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Return the exact interval of the share b / (a + b) (Clopper and Pearson 1934)."""
    low = np.where(b > 0, scipy.stats.beta.ppf(level / 2, np.maximum(b, 1e-9), a + 1), 0.0)
    high = np.where(a > 0, scipy.stats.beta.isf(level / 2, b + 1, np.maximum(a, 1e-9)), 1.0)
    return low, high


def _elsewhere(before: Floats, after: Floats) -> Floats:
    """Return for each series how much its sources report of other series, in the window in which they report less."""
    by_source = [counts.sum(axis=2) for counts in (before, after)]
    own = (by_source[0] + by_source[1]) > 0
    others = [((counts.sum(axis=0) - counts) * own).sum(axis=1) for counts in by_source]
    return np.asarray(np.minimum(*others))


def _with_verdict(change: Change, lost: int, elsewhere: int, support: float, lengths: tuple[int, int]) -> Change:
    """Return a change with its verdict and the sentence that says why."""
    if np.isnan(change.q):
        return replace(change, verdict="not testable", p=np.nan, reason=_not_testable(change, lost))
    verdict, but = _judged(change, elsewhere, support, change.effort * lengths[1] / lengths[0])
    told = sentence(
        "{before:,} in {months}, then {after:,} in {later}: {rate}{effort}{but}.",
        before=change.before,
        months=counted("{count} month", "{count} months", lengths[0]),
        after=change.after,
        later=lengths[1],
        rate=rate_of(change),
        effort=_effort_taken_out(change.effort),
        but=but,
    )
    return replace(change, verdict=verdict, reason=told)


def rate_of(change: Change) -> Sentence:
    """Return the rate after over that before with its interval."""
    if not change.before:
        return sentence("from none, at least {low} times as many a month", low=figure(change.low))
    values = {"ratio": figure(change.ratio), "low": figure(change.low)}
    if not np.isfinite(change.high):
        return sentence("{ratio} times as many a month (likely {low} to no bound)", **values)
    return sentence("{ratio} times as many a month (likely {low} to {high})", **values, high=figure(change.high))


def _effort_taken_out(effort: float) -> str:
    if figure(effort) == 1:
        return ""
    return sentence(", allowing for {effort} times as much reporting", effort=figure(effort))


def _not_testable(change: Change, lost: int) -> Sentence:
    seen = change.before + change.after
    if lost and seen < FEWEST:
        return sentence(
            "{lost:,} of its {total:,} incidents are of sources that report in one of the windows alone, so that a "
            "change cannot be told from reporting that began or ended.",
            lost=lost,
            total=lost + seen,
        )
    if not seen:
        return sentence("No incident in either window.")
    if change.dispersion > 1.05:
        return sentence(
            "{seen:,} in both windows together are too few to tell a change: {fewest:.0f} are needed after division by "
            "the overdispersion of {dispersion:.2g}.",
            seen=seen,
            fewest=FEWEST,
            dispersion=change.dispersion,
        )
    return sentence(
        "{seen:,} in both windows together are too few to tell a change: {fewest:.0f} are needed.",
        seen=seen,
        fewest=FEWEST,
    )


def _judged(change: Change, elsewhere: int, support: float, odds: float) -> tuple[Verdict, str]:
    """Return the verdict of a tested change, and why it is not the stronger one where the counts alone would say so."""
    if change.q >= LEVEL:
        return "steady", ""
    up = change.after > change.before * odds
    there, left = (change.after / odds, change.before) if up else (change.before * odds, change.after)
    alone = there < FEWEST * change.dispersion or left > max(NEARLY_NONE * there, 1)
    if up:
        but = "" if alone else _doubt_of_birth(elsewhere, support)
        return ("growing", but) if alone or but else ("born", sentence("; its sources reported elsewhere before"))
    doubt = sentence("; not called gone, as its sources report next to nothing else any more")
    but = "" if alone or elsewhere >= FEWEST else doubt
    return ("fading", but) if alone or but else ("gone", sentence("; its sources still report elsewhere"))


def _doubt_of_birth(elsewhere: int, support: float) -> str:
    if elsewhere < FEWEST:
        return sentence("; not called born, as its sources reported next to nothing else before")
    if support < FEWEST_SUPPORT:
        return sentence(
            "; not called born, as its line is found in no more than {support:.0%} of resamples", support=support
        )
    return ""


def _by_source(counts: ArrayLike) -> Floats:
    array = np.asarray(counts, dtype=float)
    return array[:, None, :] if array.ndim == 2 else array


def _nothing() -> Change:
    nothing = _untold(0, 0, 1.0, 1.0, np.nan, np.nan, np.nan, np.nan, np.nan)
    return replace(nothing, verdict="not testable", reason=sentence("No incident in either window."))
