"""ALARMS: change detection over the hierarchy, month by month, by the months up to then alone.

For each node and month the evidence that the rate changed two to six months ago is an e-value: the likelihood of the
months since, at rates between 1.5 and 20 times as many or as few, over their likelihood at the usual rate, which is a
Gamma learnt from the year or the two years before (a mixture e-detector; Shin, Ramdas and Rinaldo 2023,
arXiv:2203.03532; Ramdas and others 2023, Statistical Science 38). E-values may be looked at whenever one likes. Over
all nodes and both directions the false discovery rate is that of e-BH, whatever their dependence (Wang and Ramdas 2022,
JRSS B 84). The most specific node that carries the evidence speaks: one above it only if what is left of it without
those below does so too. Season and overdispersion are learnt from earlier months and taken out, effort and what has not
been reported yet as well; each only so far as it makes an alarm harder. docs/decisions/0016-change.md compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.special import gammaincinv, gammaln

from routes.core.geodesy import Floats, Mask, Rows
from routes.temporal.completeness import Known
from routes.temporal.hierarchy import Hierarchy

QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
WORTH_A_LOOK = 1.25
FEWEST = 3.0
"""Incidents since, or, of fewer, that were due, below which nothing is told."""
_LEAST_TOLD = 2.0
"""Evidence below which it does not matter whether it lasts."""
LEVEL = 0.05
"""False discovery rate over the nodes and directions of a month."""
PRICE_OF_LOOKING = 12.0
"""What the evidence of each month is divided by, so that in ten years without a change false discoveries stay rare."""
SHORTEST, LONGEST = 2, 6
"""Months at the new rate that an alarm needs, as one burst is no change; and the most, as an old change is no news."""
WARM_UP_MONTHS = 12
"""No alarm before a year is known; what delivers for less than that is left out, as every source is new at first."""
USUAL_MONTHS = (12, 24)
"""Lengths of what is usual; what speaks for a change is taken over both."""
TIMES = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
"""How many times as many, or as few, are looked for."""
SAME_CHANGE_MONTHS = 6
"""Alarms of one direction at nodes that hold each other, that begin so near to each other, are of one change."""
SURE = 0.005
"""False discovery rate at which confidence is high."""
_SHARED = {"all": "known route", "mode": "known route"}
"""Levels that have one share of the false discovery rate together; every other level has one of its own."""
_FEWEST_SERIES, _FEWEST_EXPECTED = 5, 4.0
"""Branches, and incidents in each, from which effort is told."""
PRIOR_INCIDENTS = 40.0
"""What the overdispersion of all nodes is worth for one."""
_YEAR = 12
_SEASON_YEARS = 3
_LEAST_FACTOR = 0.1
_LAGS, _LAGS_BEFORE_SEASON = (1,), (1, 2)
"""Months between which overdispersion is seen; while no season is known, what it does in a quarter is chance too."""
_MEMORY_MONTHS = 60

Direction = Literal["more", "fewer"]
DIRECTIONS: tuple[Direction, ...] = ("more", "fewer")
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of rate at a node.

    Attributes
    ----------
    node : int
    direction : str
        more or fewer.
    since, detected, last : int
        Months: the first at the new rate, as it seemed when it was detected; that after which it was known; and the
        last one in which the evidence still stood.
    rate, usual : float
        Incidents a month since, and in the two years before, as reported, of what delivered in both.
    evidence : float
        Natural logarithm of the e-value, weighed by level and divided by the price of looking every month.
    confidence : str
        high, medium or low.
    needs : tuple of int
        Groups without which the evidence would not be enough.
    """

    node: int
    direction: Direction
    since: int
    detected: int
    last: int
    rate: float
    usual: float
    evidence: float
    confidence: Confidence
    needs: tuple[int, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class _Look:
    """What was counted from one month to another, against the months before, of what delivered in both.

    Attributes
    ----------
    first, start, end : int
        Months: the first that is usual, the first that is new, and the last that is new.
    active : Mask, (groups,)
    late, before : Floats, (nodes, groups)
    since, earlier : Floats, (nodes,)
        Their sums over what is active.
    expected : Floats, (nodes, directions)
        Exposure of the late months: season, effort and what is known of them.
    usual : Floats, (nodes,)
        Exposure of the months before.
    spread : Floats, (nodes,)
        Overdispersion.
    """

    first: int
    start: int
    end: int
    active: Mask
    late: Floats
    before: Floats
    since: Floats
    earlier: Floats
    expected: Floats
    usual: Floats
    spread: Floats

    def evidence(self, way: int) -> Floats:
        """Return the evidence for a direction at each node, (nodes,)."""
        return evidence_for(self.since, self.earlier, self.expected[:, way], self.usual, self.spread, DIRECTIONS[way])

    def without(self, way: int, node: int, nodes: Sequence[int] = (), group: int | None = None) -> float:
        """Return the evidence at a node without what lies at nodes below it, or without what a group delivers."""
        active = self.active.copy()
        if group is not None:
            active[group] = False
        late, before = (
            np.array([max(own[node, active].sum() - sum(own[below, active].sum() for below in nodes), 0.0)])
            for own in (self.late, self.before)
        )
        row = slice(node, node + 1)
        expected, usual, spread = self.expected[row, way], self.usual[row], self.spread[row]
        return float(evidence_for(late, before, expected, usual, spread, DIRECTIONS[way])[0])


class Watch:
    """The months of a hierarchy, to be watched.

    Parameters
    ----------
    tree : Hierarchy
    counts : Floats, (nodes, groups, months)
        Reported incidents by what delivers them: a source, or a body within one.
    known : Known, optional
        How much of each month is known; None takes all as known.
    alike : function of two nodes, optional
        Whether they mostly hold the same incidents, so that one change shows at both; by default whether one holds the
        other.
    """

    def __init__(
        self,
        tree: Hierarchy,
        counts: Floats,
        known: Known | None = None,
        alike: Callable[[int, int], bool] | None = None,
    ) -> None:
        self._tree = tree
        self._counts = counts
        by_month = np.moveaxis(counts, 2, 0)
        # Up to each month, so that any span of months is one subtraction; a month lies in one piece.
        self._sums = np.concatenate([np.zeros((1, *counts.shape[:2])), np.cumsum(by_month, axis=0)])
        self._known = known
        self._alike = alike or tree.related
        levels = [_SHARED.get(node.level, node.level) for node in tree.nodes]
        self._weights = np.array([np.log(len(levels) / len(set(levels)) / levels.count(level)) for level in levels])
        self._branches = np.array([node.level == "branch" for node in tree.nodes], bool)
        self._routes = np.array([node.level == "route" for node in tree.nodes], bool)
        delivered = counts[0] > 0
        self._first = np.where(delivered.any(axis=1), delivered.argmax(axis=1), counts.shape[2])

    def alarms(self) -> list[Alarm]:
        """Return every alarm in the order in which they could be known; of one change only the first."""
        said: list[Alarm] = []
        months = self._counts.shape[2]
        for start in range(WARM_UP_MONTHS, months, _YEAR):
            stop = min(start + _YEAR, months)
            factors, spread = self._learnt(start, stop)
            for month in range(start, stop):
                for alarm in self._of_month(month, factors, spread):
                    _say(said, alarm, self._tree, self._alike)
        return said

    def _learnt(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Return the season of each month up to a stop, and overdispersion, as the months before a start tell them."""
        lately = (self._counts[0, :, start - _YEAR : start] > 0).any(axis=1)
        regular = (self._first <= start - WARM_UP_MONTHS) & lately
        past = self._counts[:, regular, :start].sum(axis=1)
        factors = np.ones((len(past), stop))
        for node in np.flatnonzero(past.any(axis=1)):
            factors[node] = season(past[node], stop)
        return factors, overdispersion(past, factors[:, :start], self._routes)

    def _of_month(self, month: int, factors: Floats, spread: Floats) -> Iterator[Alarm]:
        """Yield the alarms that stand in a month."""
        starts = range(max(month - LONGEST + 1, WARM_UP_MONTHS - SHORTEST), month - SHORTEST + 2)
        spans = {(start, max(start - usual, 0)) for start in starts for usual in USUAL_MONTHS}
        looks = [self._look(first, start, month, factors, spread) for start, first in sorted(spans)]
        evidence = np.stack([np.stack([look.evidence(way) for way in range(2)], axis=1) for look in looks])
        if self._known is not None:
            evidence[:, self._known.horizon < month, 1] = -np.inf
        for look, own in zip(looks, evidence, strict=True):
            self._only_lasting(look, own, factors)
        at = evidence.argmax(axis=0)
        found = np.logaddexp.reduce(evidence, axis=0) - np.log(len(looks) * PRICE_OF_LOOKING) + self._weights[:, None]
        least = _threshold(found)
        for way in range(2):
            for node in self._speaking(np.flatnonzero(found[:, way] >= least), looks, at[:, way], way, least):
                yield self._alarm(node, way, looks[at[node, way]], float(found[node, way]), found.size, least)

    def _look(self, first: int, start: int, month: int, factors: Floats, spread: Floats) -> _Look:
        late, before = self._sums[month + 1] - self._sums[start], self._sums[start] - self._sums[first]
        active = (self._first <= start - WARM_UP_MONTHS) & (late[0] > 0)
        season_late, usual = factors[:, start : month + 1], factors[:, first:start].sum(axis=1)
        expected = np.stack([season_late.sum(axis=1)] * 2, axis=1)
        if self._known is not None:
            for way, known in enumerate((self._known.high, self._known.mean)):
                expected[:, way] = (season_late * known[:, start : month + 1]).sum(axis=1)
        since, earlier = late @ active, before @ active
        effort = self._effort(since, earlier * expected[:, 1] / usual)
        # What would make an alarm easier is passed over: more has to be more than was reported before, too.
        expected *= (max(effort, 1.0), min(effort, 1.0))
        return _Look(first, start, month, active, late, before, since, earlier, expected, usual, spread)

    def _only_lasting(self, look: _Look, evidence: Floats, factors: Floats) -> None:
        """Take away the evidence that rests on one month alone: without it, the rest has to be beyond what is usual."""
        for way in range(2):
            rows = np.flatnonzero(evidence[:, way] > _LEAST_TOLD)
            months = self._counts[rows][:, look.active, look.start : look.end + 1].sum(axis=1)
            season_late = factors[rows, look.start : look.end + 1]
            level = months / season_late
            most = (level.argmax(axis=1) if way == 0 else level.argmin(axis=1))[:, None]
            left = months.sum(axis=1) - np.take_along_axis(months, most, 1)[:, 0]
            part = 1 - np.take_along_axis(season_late, most, 1)[:, 0] / season_late.sum(axis=1)
            due = look.earlier[rows] / look.usual[rows] * look.expected[rows, way] * part
            lasting = left > WORTH_A_LOOK * due if way == 0 else left < due / WORTH_A_LOOK
            evidence[rows[~lasting], way] = -np.inf

    def _effort(self, late: Floats, due: Floats) -> float:
        """Return how much more is reported at all: the median over branches of what came over what was usual."""
        told = self._branches & (due >= _FEWEST_EXPECTED)
        if told.sum() < _FEWEST_SERIES:
            return 1.0
        return float(np.exp(np.median(np.log((late[told] + 0.5) / (due[told] + 0.5)))))

    def _speaking(self, chosen: Rows, looks: Sequence[_Look], at: Rows, way: int, least: float) -> list[int]:
        """Return the nodes that speak: none that has nothing to say without those below it that speak."""
        speaking: list[int] = []
        for node in chosen[::-1].tolist():  # parents come first in the tree, so that here they come last
            below = [one for one in speaking if self._tree.above[node, one]]
            top = [one for one in below if not any(self._tree.above[two, one] for two in below if two != one)]
            own = looks[at[node]].without(way, node, top) - np.log(PRICE_OF_LOOKING) + self._weights[node]
            if not top or own >= least:
                speaking.append(node)
        return speaking[::-1]

    def _alarm(self, node: int, way: int, look: _Look, evidence: float, size: int, least: float) -> Alarm:
        bar = least + np.log(PRICE_OF_LOOKING) - self._weights[node]
        groups = np.flatnonzero(look.active & (look.late[node] + look.before[node] > 0))
        return Alarm(
            node=node,
            direction=DIRECTIONS[way],
            since=look.start,
            detected=look.end,
            last=look.end,
            rate=float(look.late[node, look.active].sum()) / (look.end + 1 - look.start),
            usual=float(look.before[node, look.active].sum()) / (look.start - look.first),
            evidence=evidence,
            confidence=_confidence(evidence, size),
            needs=tuple(int(one) for one in groups if look.without(way, node, group=int(one)) < bar),
        )


def evidence_for(
    late: Floats, before: Floats, expected: Floats, usual: Floats, spread: Floats, direction: Direction
) -> Floats:
    """Return the natural logarithm of the e-value that there are more, or fewer, (nodes,).

    Parameters
    ----------
    late, before : Floats, (nodes,)
        Incidents since, and in the months before.
    expected, usual : Floats, (nodes,)
        Exposure of both, months; where either is 0 nothing is told.
    spread : Floats, (nodes,)
        Variance over mean.
    direction : str

    Notes
    -----
    Counts are negative binomial with a variance that is ``spread`` times the mean (NB1), so that sums of months are so
    too. The usual rate is Gamma(before / spread + 1/2, usual / spread), taken at ``QUANTILES``. Nodes at which the
    rate lies not even ``WORTH_A_LOOK`` times beyond the usual one, or with fewer than
    ``FEWEST``, have no evidence.

    Examples
    --------
    >>> counts = [np.array([float(number)]) for number in (10, 12, 1, 12, 1)]  # ten in a month, after one a month
    >>> evidence_for(*counts, "more").round(1).tolist()
    [9.3]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (late / expected) / ((before + 0.5 * spread) / usual)
        due = before / usual * expected
    if direction == "more":
        beyond = (ratio > WORTH_A_LOOK) & (late >= FEWEST)
    else:
        beyond = (ratio < 1 / WORTH_A_LOOK) & (due >= FEWEST)
    found = np.full(len(late), -np.inf)
    rows = np.flatnonzero((expected > 0) & (usual > 0) & beyond)
    if not rows.size:
        return found
    late, before, expected, usual, spread = (one[rows, None] for one in (late, before, expected, usual, spread))
    rates = gammaincinv(before / spread + 0.5, np.array(QUANTILES)) * spread / usual  # (rows, quantiles)
    mean = rates * expected
    times = np.array(TIMES if direction == "more" else [1 / one for one in TIMES])
    null = _log_of_sum(_log_nb1(late, mean, spread))
    other = _log_of_sum(_log_nb1(late[:, :, None], mean[:, :, None] * times, spread[:, :, None]))
    found[rows] = other - np.log(len(times)) - null
    return found


def _log_of_sum(logarithms: Floats) -> Floats:
    """Return the logarithm of the sum in each row of what these are logarithms of, (rows,)."""
    flat = logarithms.reshape(len(logarithms), -1)
    most = flat.max(axis=1)
    return np.asarray(most + np.log(np.exp(flat - most[:, None]).sum(axis=1)))


def _log_nb1(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return the log likelihood, but for the factorial, of counts whose variance is ``spread`` times the mean."""
    beyond = np.maximum(spread - 1, 1e-3)
    shape = mean / beyond
    return np.asarray(
        gammaln(count + shape) - gammaln(shape) - shape * np.log1p(beyond) + count * np.log(beyond / (1 + beyond))
    )


def _threshold(found: Floats) -> float:
    """Return the least evidence that e-BH takes as found, infinite where it finds nothing."""
    ordered = np.sort(found.ravel())[::-1]
    passed = np.flatnonzero(ordered >= np.log(found.size / (LEVEL * np.arange(1, len(ordered) + 1))))
    return float(ordered[passed[-1]]) if passed.size else np.inf


def _confidence(evidence: float, size: int) -> Confidence:
    """Return how sure an alarm is, of as many nodes and directions."""
    if evidence >= np.log(size / SURE):
        return "high"
    return "medium" if evidence >= np.log(size / LEVEL) else "low"


def _say(said: list[Alarm], alarm: Alarm, tree: Hierarchy, alike: Callable[[int, int], bool]) -> None:
    """Add an alarm, unless it tells of a change that was told of before, at the same node or a more specific one."""
    for number, one in enumerate(said):
        near = alarm.since - one.since <= SAME_CHANGE_MONTHS or alarm.since <= one.last + 1
        if one.direction != alarm.direction or not near or not alike(one.node, alarm.node):
            continue
        if one.node == alarm.node:
            said[number] = replace(one, last=alarm.detected)
            return
        if not tree.above[one.node, alarm.node]:
            return
    said.append(alarm)


def season(past: Floats, months: int) -> Floats:
    """Return a factor for each of ``months`` months from the start, learnt from ``past``; all 1 before three years.

    The mean of each month's share over the years is drawn towards 1 by as much as the years disagree (1 - 1/F of the
    analysis of variance), so that a series without a season gets none.
    """
    years = len(past) // _YEAR
    if years < _SEASON_YEARS:
        return np.ones(months)
    blocks = past[len(past) - years * _YEAR :].reshape(years, _YEAR)
    blocks = blocks[blocks.sum(axis=1) > 0]
    if len(blocks) < _SEASON_YEARS:
        return np.ones(months)
    shares = blocks / blocks.mean(axis=1, keepdims=True)
    profile = shares.mean(axis=0)
    between = profile.var(ddof=1)
    chance = shares.var(axis=0, ddof=1).mean() / len(blocks)
    trust = max(0.0, 1 - chance / between) if between > 0 else 0.0
    factors = np.maximum(1 + trust * (profile - 1), _LEAST_FACTOR)
    start = (len(past) - years * _YEAR) % _YEAR
    return np.asarray(factors[(np.arange(months) - start) % _YEAR])


def overdispersion(past: Floats, factors: Floats, alike: Mask) -> Floats:
    """Return variance over mean of each series, at least 1, from how much months next to each other differ.

    Squared differences between months do not rise much with a level that changes once. Each series is drawn towards the
    common one, which is worth ``PRIOR_INCIDENTS`` of its own, and is never taken as less than that.

    Parameters
    ----------
    past, factors : Floats, (series, months)
        Counts, and the season in them.
    alike : Mask, (series,)
        Those from which what is common is learnt.
    """
    past, factors = past[:, -_MEMORY_MONTHS:], factors[:, -_MEMORY_MONTHS:]
    found = np.ones(len(past))
    lags = _LAGS if past.shape[1] >= _SEASON_YEARS * _YEAR else _LAGS_BEFORE_SEASON
    for lag in (one for one in lags if one < past.shape[1]):
        first, second = factors[:, :-lag], factors[:, lag:]
        rate = (past[:, :-lag] + past[:, lag:]) / (first + second)
        squares = ((past[:, lag:] / second - past[:, :-lag] / first) ** 2 * (first * second)).sum(axis=1)
        due = (rate * (first + second)).sum(axis=1)
        common = max(float(squares[alike].sum() / max(due[alike].sum(), 1.0)), 1.0)
        own = (PRIOR_INCIDENTS * common + squares) / (PRIOR_INCIDENTS + due)
        found = np.maximum(found, np.maximum(own, common))
    return found
