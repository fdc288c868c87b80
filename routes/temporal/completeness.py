"""COMPLETENESS: how much of a month is known by now, by what delivers it; and what the whole month may come to.

Reports arrive late, and in blocks: a hospital or a survey delivers a year at once. What editions of a source held of a
month, against what is known of it later, gives the share that is known by age of the month (chain ladder, as the
reverse-time hazard of Lawless 1994, Canadian Journal of Statistics 22). Strata, what is delivered together, differ
around their source by a beta distribution; one that was busy and has gone silent up to the end is not yet reported, not
zero.
The nowcast of a month is what is reported and a negative binomial number of what is not (Hoehle and an der Heiden 2014,
Biometrics 70).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from routes.core.geodesy import Floats, Rows

AGES = 36
"""Months after which a month is taken as known."""
PRIOR_WORTH = 30.0
"""Incidents that the figures of a profile are worth against those of the editions themselves."""
LIKENESS = 2.0
"""How alike strata of one source are: the sum of both parameters of the beta distribution around its share."""
TOGETHER = 0.8
"""How far strata of a node are late together: the correlation of their shares."""
BURST = 5.0
"""How much more the share that is held varies than by chance, while no edition tells it."""
FEWEST_OF_MONTH = 3
LEAST_STRENGTH, MOST_STRENGTH = 0.3, 200.0
"""Bounds of the strength of the beta distribution of the share that an edition holds."""
SILENT = 7.0
"""Expected incidents, log of a thousand, that do not come before a stratum is silent."""
SILENT_MONTHS = 12
"""A silence that is longer is believed."""
_RATE_MONTHS = 12
KNOWN = 0.8
"""Share of a month that has to be known before "fewer" may be said of it."""
_LEAST_SHARE = 0.05
"""Of a month of which less is known, so much is taken as known: of nearly nothing nothing can be told."""
_DRAWS = 200
_SEED = 20_261_129


@dataclass(frozen=True, eq=False)
class Delays:
    """How much is known of each month of each stratum.

    Attributes
    ----------
    first : int
        The first month, counted from the year 0.
    mean, strength : Floats, (strata, months)
        Of the beta distribution of the share that is known; infinite strength where all is.
    silent : array of bool, (strata, months)
        Whether a stratum that was busy has delivered nothing any more.
    """

    first: int
    mean: Floats
    strength: Floats
    silent: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Known:
    """How much is known of each month at each node.

    Attributes
    ----------
    mean, low, high : Floats, (nodes, months), 0..1
        Share of the month's incidents that are known by now, and the middle 90 % of it.
    horizon : Rows, (nodes,)
        The last month, from 0, up to which all are known well enough to say that there are fewer; -1 for none.
    silent : array of bool, (nodes, months)
        Whether most of what usually delivers there has gone silent.
    """

    mean: Floats
    low: Floats
    high: Floats
    horizon: Rows
    silent: NDArray[np.bool_]

    def until(self, months: int) -> Known:
        """Return the same of the first months alone."""
        mean, low, high = (part[:, :months] for part in (self.mean, self.low, self.high))
        return Known(mean, low, high, np.minimum(self.horizon, months - 1), self.silent[:, :months])


def held_by_age(triangle: pl.DataFrame, newest: int, prior: Sequence[float]) -> Floats:
    """Return the share of a month that a source's editions hold by age of the month, (``AGES`` + 1,).

    Parameters
    ----------
    triangle : DataFrame
        month, as_of, held, now of one source.
    newest : int
        Month of its latest incident.
    prior : sequence of float
        Shares by age of a profile; none where nothing is known before.

    Examples
    --------
    >>> import polars as pl
    >>> two = pl.DataFrame({"month": [10, 9], "as_of": [10, 10], "held": [30, 60], "now": [60, 60]})
    >>> held_by_age(two, 100, ())[:3].round(2).tolist()
    [0.5, 1.0, 1.0]
    """
    before = np.ones(AGES + 1)
    before[: min(len(prior), AGES + 1)] = prior[: AGES + 1]
    worth = PRIOR_WORTH if prior else 0.0
    age = (triangle["as_of"] - triangle["month"]).to_numpy()
    later = np.minimum((newest - triangle["month"]).to_numpy(), AGES)
    held, now = triangle["held"].to_numpy(), triangle["now"].to_numpy()
    share = before.copy()
    for own in range(AGES - 1, -1, -1):
        rows = age == own
        whole = float((now[rows] / np.maximum(share[later[rows]], 1e-3)).sum())
        if whole + worth > 0:
            share[own] = (float(held[rows].sum()) + worth * before[own]) / (whole + worth)
    return np.asarray(np.clip(isotonic_regression(share).x, 0.0, 1.0))


def delays(
    strata: pl.DataFrame, triangle: pl.DataFrame, priors: Mapping[str, Sequence[float]], first: int, months: int
) -> Delays:
    """Return how much is known of each month of each stratum.

    Parameters
    ----------
    strata : DataFrame
        source, stratum and month of each incident, and ``number``, 0.., the same for those of one stratum.
    triangle : DataFrame
        Columns of ``geodata.model.reporting.TRIANGLE``.
    priors : mapping of source -> shares by age
    first, months : int
        The first month and how many.
    """
    size = int(strata["number"].max() or 0) + 1 if strata.height else 0  # type: ignore[arg-type]
    mean, strength = np.ones((size, months)), np.full((size, months), np.inf)
    silent = np.zeros((size, months), bool)
    counts = np.zeros((size, months))
    inside = strata.filter((pl.col("month") >= first) & (pl.col("month") < first + months))
    np.add.at(counts, (inside["number"].to_numpy(), inside["month"].to_numpy() - first), 1)
    names = strata.unique("number").sort("number")
    newest = dict(strata.group_by("source").agg(pl.col("month").max()).iter_rows())
    for source, latest in newest.items():
        own = triangle.filter(pl.col("source") == source)
        known = bool(priors.get(source)) or own.height > 0
        share = held_by_age(own, latest, priors.get(source, ()))
        burst, alike = _bursts(own, latest, share)
        for number, stratum in names.filter(pl.col("source") == source).select("number", "stratum").iter_rows():
            end = latest - first
            if known:
                at = np.arange(max(end - AGES, 0), min(end + 1, months))
                age = end - at
                whole, held = (one / burst for one in _seen(own.filter(pl.col("stratum") == stratum), latest, share))
                worth = LIKENESS + whole
                told = isotonic_regression((LIKENESS * share + held) / worth, weights=worth).x  # older is known better
                mean[number, at] = told[age]
                strength[number, at] = np.where(told[age] < 1, 1 / (1 / alike + 1 / worth[age]), np.inf)
            mean[number, end + 1 :] = 0.0
            gone = _silent_from(counts[number, : end + 1]) if stratum else end + 1
            silent[number, gone : end + 1] = True
    return Delays(first, mean, strength, silent)


def _seen(triangle: pl.DataFrame, newest: int, share: Floats) -> tuple[Floats, Floats]:
    """Return by age how many incidents editions should have held, and how many they did."""
    whole, held = np.zeros(AGES + 1), np.zeros(AGES + 1)
    for month, as_of, was, now in triangle.select("month", "as_of", "held", "now").iter_rows():
        age = as_of - month
        if age <= AGES:
            whole[age] += max(now / max(float(share[min(newest - month, AGES)]), 1e-3), float(was))
            held[age] += was
    return whole, held


def _bursts(triangle: pl.DataFrame, newest: int, share: Floats) -> tuple[float, float]:
    """Return how much more the share that is held varies than by chance, and the strength of its beta distribution.

    Of a beta-binomial count of n the variance is 1 + (n - 1) / (strength + 1) times that of a binomial one. It is seen
    around the mean of a stratum at an age where there are several editions, else around that of the source.
    """
    squares = weight = sizes = 0.0
    for own in triangle.filter(pl.col("as_of") - pl.col("month") <= AGES).partition_by("stratum"):
        whole, held = _seen(own, newest, share)
        for month, as_of, was, now in own.select("month", "as_of", "held", "now").iter_rows():
            age = as_of - month
            total = max(now / max(float(share[min(newest - month, AGES)]), 1e-3), float(was))
            others = whole[age] - total
            mean = (LIKENESS * share[age] + held[age] - was) / (LIKENESS + others)
            if total >= FEWEST_OF_MONTH and 0.02 < mean < 0.98:
                squares += (was - total * mean) ** 2 / (mean * (1 - mean))
                weight += total
                sizes += total**2
    if not weight:
        return BURST, LIKENESS
    burst = max(squares / weight, 1.0)
    alike = max((sizes / weight - 1) / max(burst - 1, 1e-3) - 1, LEAST_STRENGTH)
    return burst, min(alike, MOST_STRENGTH)


def _silent_from(counts: Floats) -> int:
    """Return the first month of the silence at the end of a series, its length where there is none."""
    told = np.flatnonzero(counts)
    end = len(counts)
    if not told.size:
        return end
    last = int(told[-1])
    quiet = end - 1 - last
    before = counts[max(last + 1 - _RATE_MONTHS, 0) : last + 1]
    if not 0 < quiet <= SILENT_MONTHS or before.mean() * quiet < SILENT:
        return end
    return last + 1


def known_at(found: Delays, share: Floats) -> Known:
    """Return how much is known of each month at nodes.

    Parameters
    ----------
    found : Delays
    share : Floats, (nodes, strata)
        Of the incidents that usually lie at a node, those of each stratum; rows sum to one, or are empty.
    """
    if not len(found.mean):
        nothing = np.ones((len(share), found.mean.shape[1]))
        return Known(nothing, nothing, nothing, np.full(len(share), nothing.shape[1] - 1), nothing < 0)
    own = np.where(found.silent, 0.0, found.mean)
    mean = share @ own
    whole = found.silent | np.isinf(found.strength)
    spread = np.where(whole, 0.0, found.mean * (1 - found.mean) / (found.strength + 1))
    apart, together = (share**2) @ spread, (share @ np.sqrt(spread)) ** 2
    deviation = np.sqrt((1 - TOGETHER) * apart + TOGETHER * together)
    told = share.sum(axis=1, keepdims=True) > 0
    mean = np.where(told, mean, found.mean.mean(axis=0))
    low, high = np.clip(mean - 1.645 * deviation, 0, 1), np.clip(mean + 1.645 * deviation, 0, 1)
    enough = np.logical_and.accumulate(mean >= KNOWN, axis=1)
    horizon = enough.sum(axis=1) - 1
    return Known(mean, low, high, horizon, share @ found.silent > 0.5)


def nowcast(reported: Floats, known: Known, *, draws: int = _DRAWS) -> Floats:
    """Return what each month may come to once all is reported, (nodes, months, 3): expected, and the middle 90 %.

    Parameters
    ----------
    reported : Floats, (nodes, months)
    known : Known
    draws : int
        Of the share that is known and of what is missing, for each month that is not known whole.
    """
    found = np.repeat(reported[:, :, None], 3, axis=2)
    node, month = np.nonzero(known.mean < 1 - 1e-6)
    if not node.size:
        return found
    rate, spread = _history(reported, known.horizon)
    random = np.random.default_rng(_SEED)
    mean = np.maximum(known.mean[node, month], _LEAST_SHARE)
    share = _beta(random, mean, (known.high - known.low)[node, month] / 3.29, draws)
    usual = np.maximum(rate[node], 0.05)[:, None]
    shape = usual / np.maximum(spread[node] - 1, 0.1)[:, None]
    seen = reported[node, month][:, None]
    missing = random.negative_binomial(shape + seen, (shape / usual + share) / (shape / usual + 1))
    # A share is the likelier, the better what is usual and that share explain what is reported.
    likely = np.asarray(scipy.stats.nbinom.logpmf(seen, shape, (shape / usual) / (shape / usual + share)))
    weight = np.exp(likely - likely.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    order = np.argsort(missing, axis=1)
    ranked, summed = np.take_along_axis(missing, order, 1), np.cumsum(np.take_along_axis(weight, order, 1), axis=1)
    found[node, month, 0] += (weight * missing).sum(axis=1)
    for side, level in ((1, 0.05), (2, 0.95)):
        at = np.minimum((summed < level).sum(axis=1), draws - 1)
        found[node, month, side] += np.take_along_axis(ranked, at[:, None], 1)[:, 0]
    return found


def _beta(random: np.random.Generator, mean: Floats, deviation: Floats, draws: int) -> Floats:
    """Return draws of shares of a mean and deviation, (cells, draws)."""
    variance = np.clip(deviation**2, 1e-6, 0.98 * np.maximum(mean * (1 - mean), 1e-6))
    strength = np.maximum(mean * (1 - mean), 1e-6) / variance - 1
    first, second = np.maximum(mean * strength, 1e-3), np.maximum((1 - mean) * strength, 1e-3)
    return np.asarray(random.beta(first[:, None], second[:, None], (len(mean), draws)))


def _history(reported: Floats, horizon: Rows) -> tuple[Floats, Floats]:
    """Return the usual incidents a month at each node, and their variance over the mean, up to its horizon."""
    rate, spread = np.zeros(len(reported)), np.ones(len(reported))
    for node, last in enumerate(horizon.tolist()):
        own = reported[node, max(last + 1 - _RATE_MONTHS, 0) : last + 1]
        if own.size > 1:
            rate[node] = own.mean()
            spread[node] = max(1.0, float(own.var(ddof=1)) / max(rate[node], 0.25))
    return rate, spread
