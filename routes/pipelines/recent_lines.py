"""YOUNG: lines that incidents have traced lately only, which ten years of evidence would drown.

Lines are looked for in nested spans up to the latest incident, each by its own evidence. One is kept where no known
line runs, and if incidents along it have become far more frequent with the span: a line that chance draws in a
short span lies where reports were as frequent before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import polars as pl
from scipy.spatial import cKDTree
from scipy.stats import poisson

from routes.attribution.incident_assignment import SAMPLE_KM
from routes.attribution.membership import TRACED_REACH_KM, path_of
from routes.core.corridor import Corridor
from routes.core.geodesy import Mask, Rows, Vectors, chord, resampled, unit_vectors
from routes.pipelines.ridge_corridors import Evidence

SPANS = (3, 12, 24)
"""Months up to the latest incident; the shortest first, as what is new stands out most there."""
LONGER = 2.0
"""A span is looked at only in a file that is longer than this many times it."""
FEWEST = 10
"""Incidents of the span along a line below which it is none."""
CHANCE = 1e-9
"""Probability of so many incidents in the span, at the rate before it, from which a line is new: so small as lines are
looked for where incidents happen to lie close."""
APART = 0.5
"""Share of its length that no known line runs near."""
_MONTH_DAYS = 365.25 / 12


def young_lines(incidents: pl.DataFrame, known: Sequence[Corridor], replicates: int) -> list[Corridor]:
    """Return the lines of nested spans that are new.

    Parameters
    ----------
    incidents : DataFrame
        Placed and dated, as for ``reduce.Evidence``.
    known : sequence of Corridor
        Lines of all time.
    replicates : int
        Of the bootstrap that tells how sure a line is.
    """
    days = incidents["time_start"].dt.date().cast(pl.Int64).to_numpy()
    if not len(days):
        return []
    first, last = int(days.min()), int(days.max()) + 1
    found: list[Corridor] = []
    for months in SPANS:
        start = last - round(months * _MONTH_DAYS)
        if (last - first) < LONGER * (last - start):
            continue
        rest = incidents.filter(pl.Series(days >= start) & ~pl.Series(_beside([*known, *found], incidents)))
        evidence = Evidence(rest)
        for line in _reduced(
            evidence, replicates, partial(_is_new, incidents=incidents, days=days, start=start, first=first)
        ):
            if _is_apart(line, [*known, *found]):
                found.append(line)
    return found


def _reduced(evidence: Evidence, replicates: int, is_new: Callable[[Corridor], bool]) -> list[Corridor]:
    """Return the new lines of a span; redraws, which take most of the time, are made only where there are any."""
    new = [line for line in evidence.reduce(replicates=0).corridors if is_new(line)]
    if not new or not replicates:
        return new
    return [line for line in evidence.reduce(replicates=replicates).corridors if is_new(line)]


def _beside(lines: Sequence[Corridor], incidents: pl.DataFrame) -> Mask:
    """Tell which incidents lie near a line of their mode."""
    beside = np.zeros(incidents.height, bool)
    for mode in {line.mode for line in lines}:
        rows = np.flatnonzero((incidents["mode"] == mode).to_numpy())
        beside[rows] = _near([path_of(line) for line in lines if line.mode == mode], incidents[rows])
    return beside


def _is_apart(line: Corridor, others: Sequence[Corridor]) -> bool:
    """Tell whether most of a line runs near no other of its mode."""
    same = [resampled(path_of(one), SAMPLE_KM) for one in others if one.mode == line.mode]
    if not same:
        return True
    near = cKDTree(np.concatenate(same)).query(
        resampled(path_of(line), SAMPLE_KM), distance_upper_bound=chord(TRACED_REACH_KM)
    )[0]
    return bool((~np.isfinite(near)).mean() >= APART)


def _is_new(line: Corridor, incidents: pl.DataFrame, days: Rows, start: int, first: int) -> bool:
    """Tell whether incidents along a line are far more frequent from ``start`` on than before."""
    rows = np.flatnonzero((incidents["mode"] == line.mode).to_numpy())
    near = _near([path_of(line)], incidents[rows])
    own = days[rows][near]
    lately, before = int((own >= start).sum()), int((own < start).sum())
    expected = (before + 0.5) * (days.max() + 1 - start) / (start - first)
    return bool(lately >= FEWEST and poisson.sf(lately - 1, expected) < CHANCE)


def _near(paths: Sequence[Vectors], incidents: pl.DataFrame) -> Mask:
    points = unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy())
    tree = cKDTree(np.concatenate([resampled(path, SAMPLE_KM) for path in paths]))
    return np.isfinite(tree.query(points, distance_upper_bound=chord(TRACED_REACH_KM))[0])
