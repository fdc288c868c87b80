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
import scipy
from scipy.spatial import cKDTree

from routes.attribution.incident_assignment import SAMPLE_KM
from routes.attribution.membership import path_of
from routes.core.corridor import Corridor
from routes.core.geodesy import Mask, Rows, Vectors, chord, resampled, unit_vectors
from routes.core.params import NetworkParams
from routes.pipelines.ridge_corridors import Evidence

_MONTH_DAYS = 365.25 / 12


def young_lines(
    incidents: pl.DataFrame, known: Sequence[Corridor], params: NetworkParams, replicates: int
) -> list[Corridor]:
    """Return the lines of nested spans that are new.

    Parameters
    ----------
    incidents : DataFrame
        Placed and dated, as for ``reduce.Evidence``.
    known : sequence of Corridor
        Lines of all time.
    params : NetworkParams
    replicates : int
        Of the bootstrap that tells how sure a line is.
    """
    days = incidents["time_start"].dt.date().cast(pl.Int64).to_numpy()
    if not len(days):
        return []
    first, last = int(days.min()), int(days.max()) + 1
    found: list[Corridor] = []
    for months in params.young.spans:
        start = last - round(months * _MONTH_DAYS)
        if (last - first) < params.young.longer * (last - start):
            continue
        beside = _beside([*known, *found], incidents, params.membership.traced_reach_km)
        evidence = Evidence(incidents.filter(pl.Series(days >= start) & ~pl.Series(beside)), params=params.ridges)
        is_new = partial(_is_new, incidents=incidents, days=days, start=start, first=first, params=params)
        for line in _reduced(evidence, replicates, is_new):
            if _is_apart(line, [*known, *found], params):
                found.append(line)
    return found


def _reduced(evidence: Evidence, replicates: int, is_new: Callable[[Corridor], bool]) -> list[Corridor]:
    """Return the new lines of a span; redraws, which take most of the time, are made only where there are any."""
    new = [line for line in evidence.reduce(replicates=0).corridors if is_new(line)]
    if not new or not replicates:
        return new
    return [line for line in evidence.reduce(replicates=replicates).corridors if is_new(line)]


def _beside(lines: Sequence[Corridor], incidents: pl.DataFrame, within_km: float) -> Mask:
    """Tell which incidents lie near a line of their mode."""
    beside = np.zeros(incidents.height, bool)
    for mode in {line.mode for line in lines}:
        rows = np.flatnonzero((incidents["mode"] == mode).to_numpy())
        paths = [path_of(line) for line in lines if line.mode == mode]
        beside[rows] = _near(paths, incidents[rows], within_km)
    return beside


def _is_apart(line: Corridor, others: Sequence[Corridor], params: NetworkParams) -> bool:
    """Tell whether most of a line runs near no other of its mode."""
    same = [resampled(path_of(one), SAMPLE_KM) for one in others if one.mode == line.mode]
    if not same:
        return True
    reach = chord(params.membership.traced_reach_km)
    near = cKDTree(np.concatenate(same)).query(resampled(path_of(line), SAMPLE_KM), distance_upper_bound=reach)[0]
    return bool((~np.isfinite(near)).mean() >= params.young.apart)


def _is_new(line: Corridor, incidents: pl.DataFrame, days: Rows, start: int, first: int, params: NetworkParams) -> bool:
    """Tell whether incidents along a line are far more frequent from ``start`` on than before."""
    rows = np.flatnonzero((incidents["mode"] == line.mode).to_numpy())
    near = _near([path_of(line)], incidents[rows], params.membership.traced_reach_km)
    own = days[rows][near]
    lately, before = int((own >= start).sum()), int((own < start).sum())
    expected = (before + 0.5) * (days.max() + 1 - start) / (start - first)
    return bool(lately >= params.young.fewest and scipy.stats.poisson.sf(lately - 1, expected) < params.young.chance)


def _near(paths: Sequence[Vectors], incidents: pl.DataFrame, within_km: float) -> Mask:
    points = unit_vectors(incidents["lon"].to_numpy(), incidents["lat"].to_numpy())
    tree = cKDTree(np.concatenate([resampled(path, SAMPLE_KM) for path in paths]))
    return np.isfinite(tree.query(points, distance_upper_bound=chord(within_km))[0])
