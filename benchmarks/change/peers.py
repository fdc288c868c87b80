"""Peers: what others raise alarms by, each month by month over single series.

Poisson tests with Benjamini and Hochberg; EARS C2 (Hutwagner and others 2003); a CUSUM of counts (Lucas 1985); and the
online change points (Adams and MacKay 2007) by which this product raised alarms before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom, false_discovery_control

from benchmarks.change.worlds import World
from routes.core.geodesy import Floats
from routes.temporal.alarms import Watch

WARM_UP, USUAL, LATE = 12, 24, 3
Found = tuple[int, int, str]
"""Node, month in which it was detected, direction."""


class Peer(NamedTuple):
    """A way to raise alarms."""

    name: str
    alarms: Callable[[World], list[Found]]


def ours(world: World) -> list[Found]:
    """Return the alarms of the product."""
    watch = Watch(world.tree, world.seen[:, None, :], world.known)
    return [(alarm.node, alarm.detected, alarm.direction) for alarm in watch.alarms()]


def tree_alone(world: World) -> list[Found]:
    """Return the alarms of the product as if all months were known whole."""
    watch = Watch(world.tree, world.seen[:, None, :])
    return [(alarm.node, alarm.detected, alarm.direction) for alarm in watch.alarms()]


def poisson(world: World) -> list[Found]:
    """Return Poisson tests of the last three months against two years, with Benjamini and Hochberg in each month."""
    return poisson_on(world.seen, _routes(world))


def poisson_on(counts: Floats, rows: list[int]) -> list[Found]:
    """Return the same for some rows of counts, (nodes, months)."""
    found = []
    for month in range(WARM_UP + LATE, counts.shape[1]):
        first = max(month + 1 - LATE - USUAL, 0)
        before, late = (
            counts[rows, first : month + 1 - LATE].sum(axis=1),
            counts[rows, month + 1 - LATE : month + 1].sum(axis=1),
        )
        share = LATE / (LATE + month + 1 - LATE - first)
        number = before + late
        sides = binom.sf(late - 1, number, share), binom.cdf(late, number, share)
        q = false_discovery_control(np.clip(2 * np.minimum(*sides), 0, 1))
        found += [
            (rows[at], month, "more" if sides[0][at] < sides[1][at] else "fewer") for at in np.flatnonzero(q < 0.05)
        ]
    return once(found)


def ears(world: World) -> list[Found]:
    """Return EARS C2 by month: more than three deviations above the mean of seven months, two months before."""
    return ears_on(world.seen, _routes(world))


def ears_on(counts: Floats, rows: list[int]) -> list[Found]:
    """Return the same for some rows of counts."""
    found = []
    for month in range(WARM_UP, counts.shape[1]):
        base = counts[rows, month - 9 : month - 2]
        mean, deviation = base.mean(axis=1), np.maximum(base.std(axis=1, ddof=1), 0.5)
        score = (counts[rows, month] - mean) / deviation
        found += [(rows[at], month, "more" if score[at] > 0 else "fewer") for at in np.flatnonzero(np.abs(score) > 3)]
    return once(found)


def cusum(world: World) -> list[Found]:
    """Return a two-sided CUSUM of counts against the mean of the two years before, for a rate of twice or half."""
    return cusum_on(world.seen, _routes(world))


def cusum_on(counts: Floats, rows: list[int]) -> list[Found]:
    """Return the same for some rows of counts."""
    found = []
    for row in rows:
        high = low = 0.0
        for month in range(WARM_UP, counts.shape[1]):
            mean = max(float(counts[row, max(month - USUAL, 0) : month].mean()), 0.1)
            high = max(0.0, high + counts[row, month] - mean / np.log(2))
            low = max(0.0, low + mean / (2 * np.log(2)) - counts[row, month])
            for value, way in ((high, "more"), (low, "fewer")):
                if value > 5 * np.sqrt(mean):
                    found.append((row, month, way))
                    high = low = 0.0
    return once(found)


def change_points(world: World) -> list[Found]:
    """Return online change points of each route, as before."""
    return change_points_on(world.seen, _routes(world))


def change_points_on(counts: Floats, rows: list[int]) -> list[Found]:
    """Return the same for some rows of counts."""
    found = []
    for row in rows:
        series = counts[row]
        spread = max(1.0, float(np.var(np.diff(series)) / 2 / max(series.mean(), 0.25)))
        for month, lengths in enumerate(_run_lengths(series / spread)):
            if month < WARM_UP or min(lengths[2:7].sum(), 1.0) <= 0.9:
                continue
            since = month + 1 - (2 + int(np.argmax(lengths[2:7])))
            usual = float(np.median(series[max(since - 12, 0) : since]))
            beyond = (series[since : month + 1].sum() - (month + 1 - since) * usual) / np.sqrt(
                max(usual * (month + 1 - since), 1)
            )
            if abs(beyond) >= 2:
                found.append((row, month, "more" if beyond > 0 else "fewer"))
    return once(found)


def _run_lengths(counts: Floats) -> Iterable[Floats]:
    log_p, shape, rate = np.zeros(1), np.ones(1), np.full(1, 0.2)
    for count in counts:
        likely = log_p + gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
        likely = likely + shape * np.log(rate / (rate + 1)) - count * np.log(rate + 1)
        begun = np.logaddexp.reduce(likely) + np.log(1 / 36)
        log_p = np.concatenate([[begun], likely + np.log1p(-1 / 36)])
        log_p -= np.logaddexp.reduce(log_p)
        shape, rate = np.concatenate([[1.0], shape + count]), np.concatenate([[0.2], rate + 1])
        yield np.exp(log_p)


def once(found: list[Found]) -> list[Found]:
    """Return alarms without those that go on: within half a year of one at the same node and in the same direction."""
    last: dict[tuple[int, str], int] = {}
    kept = []
    for node, month, way in sorted(found, key=lambda one: one[1]):
        if month - last.get((node, way), -99) > 6:
            kept.append((node, month, way))
        last[node, way] = month
    return kept


def _routes(world: World) -> list[int]:
    return [row for row, node in enumerate(world.tree.nodes) if node.level == "route"]


PEERS = (
    Peer("this product", ours),
    Peer("its tree, all taken as known", tree_alone),
    Peer("Poisson tests, BH", poisson),
    Peer("EARS C2", ears),
    Peer("CUSUM", cusum),
    Peer("change points, as before", change_points),
)
